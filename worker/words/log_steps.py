"""Log texts for an engine, a model or a portal that does not fit a step's needs."""

from __future__ import annotations

from collections.abc import Mapping

from worker.words.log_text import Text, info, warning

STEP_TEXTS: Mapping[str, Text] = {
    "engine.version_unknown": warning(
        "Не удалось определить версию движка ({version}). Camunda старше 7.14 не передаёт дополнительные свойства "
        "шагов, и согласования прошли бы без вопроса: проверьте версию сами",
        "The engine's version could not be determined ({version}). Camunda before 7.14 does not give the extension "
        "properties of steps, and approvals would pass unasked: check the version yourself",
    ),
    "task.responsible_not_shown": warning(
        "Внешняя задача {task}: портал не показывает пользователя {person}. Если его нет, задача будет ждать вечно",
        "External task {task}: the portal shows no user {person}. If there is none, the task will wait for ever",
    ),
    "task.person_not_shown": warning(
        "Внешняя задача {task}, поле {field}: портал не показывает пользователя {person}. Задача создаётся; проверьте "
        "номер, если это не бот и не почтовый пользователь",
        "External task {task}, field {field}: the portal shows no user {person}. The task is made; check the number, "
        "unless it is a bot or a user by e-mail",
    ),
    "questionnaire.left_out": warning(
        "Шаг {activity}: опросники шаблона {template} не добавляются в задачу (bitrix.questionnaires выключена): "
        "{questionnaires}. Шлюз, который читает их ответы, завершится ошибкой",
        "Step {activity}: the questionnaires of template {template} are not added to the task (bitrix.questionnaires "
        "is off): {questionnaires}. A gateway that reads their answers will fail",
    ),
    "questionnaire.unread": warning(
        "Шаг {activity}: в задаче есть опросники ({questionnaires}, шаблон {template}), но шаг не ждёт её закрытия, и "
        "ответы в процесс не попадут. Задайте топику wait_for_close: true",
        "Step {activity}: its task has questionnaires ({questionnaires}, template {template}), but the step does not "
        "wait until the task is closed, and the process does not get the answers. Set wait_for_close: true for the "
        "topic",
    ),
    "description.no_properties": warning(
        "Модуль портала не знает метода diagram.properties.list ({reason}): переменные процесса в описание задач не "
        "попадут. Обновите модуль",
        "The portal's module does not know the method diagram.properties.list ({reason}): descriptions of tasks "
        "have no process variables. Update the module",
    ),
    "description.unwritten": warning(
        "Процесс {process}, шаг {activity}: значение переменной {variable} нельзя записать текстом, её строки в "
        "описании задачи нет. Сохраните её как текст, число, дату или JSON",
        "Process {process}, step {activity}: the value of the variable {variable} cannot be written as text, and its "
        "line is missing in the task's description. Store it as text, a number, a date or JSON",
    ),
    "task.person_dismissed": warning(
        "Внешняя задача {task}, поле {field}: сотрудник {person} уволен. Задача создаётся с ним; уберите его из "
        "процесса",
        "External task {task}, field {field}: user {person} is dismissed. The task is made with them; take them out of "
        "the process",
    ),
    "files.left_out": warning(
        "Внешняя задача {task}: файл {file} не приложен, задача создаётся без него: {reason}",
        "External task {task}: the file {file} is not attached, the task is made without it: {reason}",
    ),
    "task.responsible_changed": warning(
        "Внешняя задача {task}: ответственный задачи {portal_task} — {told}, а отправлен {sent}. Проверьте задачу",
        "External task {task}: the responsible of task {portal_task} is {told}, but {sent} was sent. Check the task",
    ),
    "model.error_uncaught": warning(
        "Шаг {activity} модели {definition}: BPMN-ошибку {codes} из настройки wait никто не ловит. Без граничного "
        "события ветвь процесса просто закончится, если ошибку не ловит вызывающий процесс",
        "Step {activity} of model {definition}: nothing catches the BPMN error {codes} of the setting wait. Without a "
        "boundary event the branch simply ends, unless a calling process catches the error",
    ),
    "step.unread_inputs": warning(
        "Модель {definition}, шаг {activity}: входные параметры никто не читает: {names}. Исправьте имя в модели или "
        "назовите параметр в шаблоне топика {topic}",
        "Model {definition}, step {activity}: nobody reads the input parameters {names}. Correct the name in the "
        "model, or name the parameter in a template of the topic {topic}",
    ),
    "step.shared_results": warning(
        "Модель {definition}, шаг {activity}: экземпляры параллельного подпроцесса пишут {names} в одну переменную и "
        "читают её потом: каждый может прочитать ответ другого. Задайте подпроцессу входной параметр с этим именем",
        "Model {definition}, step {activity}: the instances of a parallel sub-process write {names} into one variable "
        "and read it later: each may read the answer of another. Give the sub-process an input parameter of this name",
    ),
    "answer.scopes_not_seen": warning(
        "Модель {definition}: пользователю движка не видны переменные её экземпляров ({reason}). Если локальная "
        "переменная {variable} закроет ответ, об этом никто не узнает. Дайте право READ на экземпляры процессов",
        "Model {definition}: the engine's user may not see the variables of its instances ({reason}). A local variable "
        "{variable} that takes the answer would go unseen. Grant READ on process instances",
    ),
    "answer.kept_local": warning(
        "Шаг {task}: ответ попадёт в локальную переменную {variable} у {activity}. Модель не прочитана, поэтому "
        "неизвестно, дойдёт ли он до процесса. Проверьте модель",
        "Step {task}: the answer goes into a local variable {variable} of {activity}. The model could not be read, so "
        "nobody can tell whether it reaches the process. Look at the model",
    ),
    "step.rival_answers": warning(
        "Модель {definition}, шаг {activity}: параллельно с ним могут спрашивать людей {others}, и ответы всех попадут "
        "в одну переменную {variable}: дойдёт только последний. Задайте разные имена: wait.answer_variable с "
        "{{{{ external_task.activity_id }}}}",
        "Model {definition}, step {activity}: {others} may ask people beside it, and all answers go into one variable "
        "{variable}: the last one counts. Give them names of their own: wait.answer_variable with "
        "{{{{ external_task.activity_id }}}}",
    ),
    "step.rivals_unknown": warning(
        "Модель {definition}, шаг {activity}: параллельно с ним могут спрашивать людей {others}, а имена их переменных "
        "(wait.answer_variable) складываются из переменных процесса. Попадут ли ответы в ту же {variable}, заранее не "
        "узнать: проверьте сами",
        "Model {definition}, step {activity}: {others} may ask people beside it, and the names of their variables "
        "(wait.answer_variable) are made of process variables. Whether the answers go into the same {variable} cannot "
        "be told beforehand: look at it yourself",
    ),
    "step.undone_together": warning(
        "Модель {definition}, шаг {activity}: компенсация внутри мультиэкземпляра. Её экземпляры не нумеруются, и в "
        "{variable} останется только последний ответ. Если нужны все, спрашивайте вне компенсации",
        "Model {definition}, step {activity}: a compensation handler in a multi-instance. Its instances bear no "
        "number, and {variable} keeps the last answer only. If all are needed, ask outside the compensation",
    ),
    "step.outlived_answers": warning(
        "Модель {definition}, шаг {activity}: мультиэкземпляр внутри нарисованного цикла. Если в следующем круге "
        "экземпляров меньше, переменные вида {variable}_N прошлого круга останутся. Удаляйте их перед возвратом к шагу",
        "Model {definition}, step {activity}: a multi-instance in a loop that is drawn. Where the next round has fewer "
        "instances, variables such as {variable}_N of the round before stay. Remove them before the flow returns",
    ),
    "topics.unserved": warning(
        "В движке ждут шаги топика {topic} ({waiting}), здесь его никто не обслуживает. Похоже на опечатку в модели: "
        "{meant}? Исправьте топик в модели или добавьте его в topics",
        "Steps of the topic {topic} wait at the engine ({waiting}), and nobody here serves it. Probably a slip in the "
        "model: {meant}? Correct the topic in the model, or add it to topics",
    ),
    "task.not_served": warning(
        "{count} созданий с неясным исходом не завершены: настройки больше не называют топик или тенант этих шагов "
        "(топики: {topics}; тенанты: {tenants}). Верните настройку, или завершите шаги в Cockpit и проверьте портал",
        "{count} creates of unknown outcome are not brought to an end: the settings no longer name the topic or tenant "
        "of their steps (topics: {topics}; tenants: {tenants}). Bring the setting back, or end the steps in Cockpit "
        "and check the tasks on the portal",
    ),
    "topics.of_others": info(
        "В движке ждут шаги топика {topic} ({waiting}), здесь он не настроен: его должен обслуживать другой воркер",
        "Steps of the topic {topic} wait at the engine ({waiting}); it is not configured here: another worker must "
        "serve it",
    ),
    "step.unknown": warning(
        "Шаг {activity} не найден в своей модели {definition}: {reason}. Он обслуживается, но его отметки проверены не "
        "полностью. Проверьте, что движок отвечает без посредников, которые меняют ответы",
        "Step {activity} was not found in its model {definition}: {reason}. It is served, and its marks are not fully "
        "checked. Check that nothing between worker and engine changes the answers",
    ),
    "backlog.not_seen": warning(
        "Движок не сообщает, сколько задач ждёт: {reason}. Метрики backlog и incidents неполны, на работу это не "
        "влияет",
        "The engine does not say how many tasks wait: {reason}. The metrics backlog and incidents are incomplete, the "
        "work is not affected",
    ),
    "topics.not_seen": warning(
        "Не удалось узнать, какие топики ждут в движке: {reason}. На работу это не влияет",
        "Could not find out which topics wait at the engine: {reason}. The work is not affected",
    ),
    "topics.locked_away": warning(
        "Шаги топика {topic} заблокированы больше чем на сутки ({count}), держит {holders}: до конца блокировки движок "
        "их никому не выдаст. Если этот воркер больше не работает, передайте шаги командой takeover --from-worker",
        "Steps of the topic {topic} are locked for more than a day ({count}), by {holders}: the engine hands "
        "them to nobody until then. If that worker no longer runs, take its steps over: takeover --from-worker",
    ),
    "tenants.unknown": warning(
        "В движке нет ни определений, ни шагов тенантов: {tenants}. Проверьте camunda.tenant_ids: опечатка здесь "
        "означает, что их шаги никто не берёт",
        "The engine has neither definitions nor steps of the tenants {tenants}. Check camunda.tenant_ids: a slip here "
        "means that nobody fetches their steps",
    ),
}
