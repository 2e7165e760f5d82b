"""Log texts for an engine, a model or a portal that does not fit a step's needs."""

from __future__ import annotations

from collections.abc import Mapping

from worker.words.explain_instances import HANGS_CURE
from worker.words.log.text import Text, info, warning

STEP_TEXTS: Mapping[str, Text] = {
    "engine.version_unknown": warning(
        "Не удалось определить версию движка ({version}). Camunda старше 7.14 не передаёт свойства расширения "
        "шагов, и согласования прошли бы без вопроса. Проверьте версию сами",
        "The engine's version could not be determined ({version}). Camunda before 7.14 does not deliver the "
        "extension properties of steps, so approvals would pass without a question. Check the version "
        "yourself",
    ),
    "task.responsible_not_shown": warning(
        "Внешняя задача {task}: портал не показывает ответственного {person}. Так бывает с ботами, почтовыми "
        "пользователями и интеграторами. Проверьте, что он может закрыть задачу",
        "External task {task}: the portal does not show the responsible person {person}, as it does not show "
        "bots, e-mail users and integrators. Check that this user can close the task",
    ),
    "task.person_not_shown": warning(
        "Внешняя задача {task}, поле {field}: портал не показывает пользователя {person}. Задача создаётся. "
        "Проверьте номер, если это не бот и не почтовый пользователь",
        "External task {task}, field {field}: the portal does not show user {person}. The task is created. "
        "Check the number, unless it is a bot or an e-mail user",
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
    "predecessor.file_gone": warning(
        "Внешняя задача {task}: файла {file} из результата задачи {portal_task} на Диске уже нет, задача создаётся без "
        "него",
        "External task {task}: the file {file} of a result of task {portal_task} is no longer on Disk, the task is "
        "made without it",
    ),
    "predecessor.files_hidden": warning(
        "Внешняя задача {task}: файлы из результата задачи {portal_task} не приложены: у вебхука нет права disk",
        "External task {task}: the files of a result of task {portal_task} are not attached: the webhook lacks the "
        "scope disk",
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
        "Внешняя задача {task}, поле {field}: сотрудник {person} уволен. Задача создаётся с ним. Уберите его "
        "из процесса",
        "External task {task}, field {field}: user {person} is dismissed. The task is created with this "
        "user. Remove the user from the process",
    ),
    "task.creator_dismissed": warning(
        "Внешняя задача {task}, поле {field}: сотрудник {person} уволен. Постановщиком вместо него станет владелец "
        "вебхука",
        "External task {task}, field {field}: user {person} is dismissed. The owner of the webhook becomes the "
        "creator instead",
    ),
    "files.left_out": warning(
        "Внешняя задача {task}: файл {file} не приложен, задача создаётся без него: {reason}",
        "External task {task}: the file {file} is not attached, the task is made without it: {reason}",
    ),
    "task.responsible_changed": warning(
        "Внешняя задача {task}: воркер отправил ответственного {sent}, а портал назначил на задачу "
        "{portal_task} другого: {told}. Проверьте задачу",
        "External task {task}: the worker sent {sent} as the responsible person of task {portal_task}, but "
        "the portal answered {told}. Check the task",
    ),
    "task.group_changed": warning(
        "Внешняя задача {task}: воркер отправил группу {sent}, а у задачи {portal_task} портал показывает другую: "
        "{told}. Проверьте номер группы и то, что владелец вебхука может создавать в ней задачи",
        "External task {task}: the worker sent the group {sent}, but the portal shows another one at task "
        "{portal_task}: {told}. Check the group's number, and that the webhook's owner may create tasks in it",
    ),
    "task.question_cut": warning(
        "Внешняя задача {task}: вопрос длиннее {most} знаков, люди увидят только его начало. Сократите вопрос, "
        "подробности пишите в description",
        "External task {task}: the question is longer than {most} characters, and people see only its beginning. "
        "Shorten it, and put details into description",
    ),
    "task.deadline_past": warning(
        "Внешняя задача {task}: срок {field} = {value} уже прошёл, задача создаётся просроченной. Проверьте, откуда "
        "процесс берёт дату",
        "External task {task}: {field} = {value} has already passed, and the task is created overdue. Check where the "
        "process takes the date from",
    ),
    "model.error_uncaught": warning(
        "Модель {definition}, шаг {activity}: BPMN-ошибку {codes} из настройки wait в модели ничто не ловит. "
        "Если её не ловит и вызывающий процесс, ветвь просто закончится. Поставьте на шаг граничное событие",
        "Model {definition}, step {activity}: nothing in the model catches the BPMN error {codes} of the "
        "setting wait. Unless a calling process catches it, the branch simply ends. Add a boundary event to "
        "the step",
    ),
    "model.finding": warning(
        "Модель {definition}, шаг {activity}: {seen} → {cure}", "Model {definition}, step {activity}: {seen} → {cure}"
    ),
    "model.unchecked": warning(
        "Модель {definition}, шаг {activity}: проверить её не удалось ({error}), шаг выполняется. Это ошибка воркера: "
        "сообщите о ней разработчикам",
        "Model {definition}, step {activity}: it could not be checked ({error}), the step is worked on. This is a bug "
        "of the worker: report it",
    ),
    "step.unread_inputs": warning(
        "Модель {definition}, шаг {activity}: воркер не читает входные параметры топика {topic}: {names} → {cure}",
        "Model {definition}, step {activity}: the worker does not read the input parameters of the topic {topic}: "
        "{names} → {cure}",
    ),
    "step.unread_properties": warning(
        "Модель {definition}, шаг {activity}: воркер не читает из свойств расширения: {names} → {cure}",
        "Model {definition}, step {activity}: the worker does not read from extension properties: {names} → {cure}",
    ),
    "step.shared_results": warning(
        "Модель {definition}, шаг {activity}: экземпляры параллельного подпроцесса пишут {names} в одну "
        "переменную и потом читают её. Экземпляр может прочитать чужой ответ. Задайте подпроцессу входной "
        "параметр с этим именем",
        "Model {definition}, step {activity}: the instances of a parallel sub-process write {names} into one "
        "variable and read it later. An instance may read another one's answer. Give the sub-process an "
        "input parameter of this name",
    ),
    "answer.scopes_not_seen": warning(
        "Модель {definition}: пользователь движка не может читать переменные её экземпляров ({reason}). Если "
        "ответ {variable} попадёт в локальную переменную, воркер этого не увидит. Дайте право READ на "
        "экземпляры процессов",
        "Model {definition}: the engine's user cannot read the variables of its instances ({reason}). If the "
        "answer {variable} goes into a local variable, the worker cannot see it. Grant READ on process "
        "instances",
    ),
    "answer.kept_local": warning(
        "Шаг {task}: ответ попадёт в локальную переменную {variable} у {activity}. Модель не прочитана, "
        "поэтому неизвестно, дойдёт ли ответ до процесса. Проверьте модель",
        "Step {task}: the answer goes into a local variable {variable} of {activity}. The model could not be "
        "read, so it is unknown whether the answer reaches the process. Check the model",
    ),
    "step.rival_answers": warning(
        "Модель {definition}, шаг {activity}: одновременно с ним могут спрашивать людей {others}, и все "
        "ответы попадут в одну переменную {variable}. Останется только последний. Задайте разные имена: "
        "wait.answer_variable с {{{{ external_task.activity_id }}}}",
        "Model {definition}, step {activity}: {others} may ask people at the same time, and all answers go "
        "into one variable {variable}. Only the last one remains. Give them different names: "
        "wait.answer_variable with {{{{ external_task.activity_id }}}}",
    ),
    "step.asked_twice": warning(
        "Шаг {task}: {activity} в процессе {process_instance} уже спрашивает другой задачей ({others}), и оба ответа "
        "попадут в одну переменную {variable}. Останется последний, и обе ветви пойдут по нему. Соедините ветви перед "
        "шагом или перенесите шаг в подпроцесс с входным параметром {variable}",
        "Step {task}: {activity} of the process {process_instance} already asks with another task ({others}), and both "
        "answers go into one variable {variable}. The last one remains, and both branches go by it. Join the branches "
        "before the step, or put the step into a sub-process with the input parameter {variable}",
    ),
    "step.rivals_unknown": warning(
        "Модель {definition}, шаг {activity}: одновременно с ним могут спрашивать людей {others}, а имена их "
        "переменных (wait.answer_variable) зависят от переменных процесса. Воркер не может заранее "
        "определить, попадут ли ответы в ту же {variable}. Проверьте модель",
        "Model {definition}, step {activity}: {others} may ask people at the same time, and the names of "
        "their variables (wait.answer_variable) depend on process variables. The worker cannot determine "
        "beforehand whether the answers go into the same {variable}. Check the model",
    ),
    "step.undone_together": warning(
        "Модель {definition}, шаг {activity}: компенсация внутри мультиэкземпляра. Движок не нумерует её "
        "экземпляры, поэтому в {variable} останется только последний ответ. Если нужны все, спрашивайте вне "
        "компенсации",
        "Model {definition}, step {activity}: a compensation handler in a multi-instance. The engine does "
        "not number its instances, so {variable} keeps only the last answer. If you need all answers, ask "
        "outside the compensation",
    ),
    "step.outlived_answers": warning(
        "Модель {definition}, шаг {activity}: мультиэкземпляр внутри цикла из стрелок. Если в следующем "
        "проходе экземпляров меньше, переменные {variable}_N прошлого прохода останутся. Удаляйте их перед "
        "возвратом к шагу",
        "Model {definition}, step {activity}: a multi-instance inside a loop of sequence flows. If the next "
        "round has fewer instances, the variables {variable}_N of the previous round remain. Remove them "
        "before the flow returns to the step",
    ),
    "topics.unserved": warning(
        "В движке ждут шаги топика {topic} ({waiting}), этот воркер его не обслуживает. Похоже на опечатку в "
        "модели: {meant}? Исправьте топик в модели или добавьте его в topics",
        "Steps of the topic {topic} wait in the engine ({waiting}), and this worker does not serve it. It is "
        "probably a typo in the model: {meant}? Correct the topic in the model, or add it to topics",
    ),
    "topics.not_waiting": info(
        "Шаги топика {topic}, похожего на опечатку, больше не ждут",
        "No step of the topic {topic}, which is probably a typo, waits any more",
    ),
    "task.not_served": warning(
        "Начатые шаги, которые воркер не продолжает: {count}. Их топика или тенанта больше нет в настройках "
        "(топики: {topics}; тенанты: {tenants}). Верните настройку или завершите шаги в Cockpit и проверьте их задачи "
        "на портале",
        "Steps that were begun and that the worker does not continue: {count}. The settings no "
        "longer name the topic or tenant of these steps (topics: {topics}; tenants: {tenants}). Restore the "
        "setting, or complete the steps in Cockpit and check their tasks on the portal",
    ),
    "topics.of_others": info(
        "В движке ждут шаги топика {topic} ({waiting}), здесь он не настроен: его должен обслуживать другой воркер",
        "Steps of the topic {topic} wait in the engine ({waiting}). It is not configured here: another "
        "worker must serve it",
    ),
    "step.unknown": warning(
        "Шаг {activity} не найден в своей модели {definition}: {reason}. Воркер обслуживает его, но не "
        "полностью проверяет его признаки. Проверьте прокси между воркером и движком: они не должны менять "
        "ответы",
        "Step {activity} was not found in its model {definition}: {reason}. The worker serves it but does "
        "not fully check its marks. Check the proxies between worker and engine: they must not change "
        "answers",
    ),
    "definition.read": info("Модель {definition} прочитана", "The model {definition} has been read"),
    "backlog.not_seen": warning(
        "Не удалось узнать у движка, сколько задач ждёт: {reason}. Метрики backlog и incidents неполны, на "
        "работу это не влияет",
        "Could not ask the engine how many tasks wait: {reason}. The metrics backlog and incidents are "
        "incomplete, the work is not affected",
    ),
    "backlog.seen": info("Движок снова говорит, сколько задач ждёт", "The engine says again how many tasks wait"),
    "incidents.not_seen": warning(
        "Не удалось узнать у движка, какие шаги стали инцидентами: {reason}. Страница и status не знают, сколько "
        "шагов ждёт решения; на работу это не влияет",
        "Could not ask the engine which steps are incidents: {reason}. Page and status do not know how many steps "
        "need a decision; the work is not affected",
    ),
    "incidents.seen": info(
        "Движок снова говорит, какие шаги стали инцидентами", "The engine says again which steps are incidents"
    ),
    "process.stuck": warning(
        "Движок сам не смог продолжить экземпляр процесса {process_instance_id}, он стоит у «{step}»: {reason}. "
        "Устраните причину, затем увеличьте число попыток этого задания (job) в Cockpit",
        "The engine itself could not go on with the process instance {process_instance_id}, which is stuck at "
        "“{step}”: {reason}. Fix the cause, then raise the retries of the job in Cockpit",
    ),
    "process.hangs": warning(
        f"Экземпляр процесса {{process_instance_id}} стоит у шлюза «{{step}}»: {{reason}}. {HANGS_CURE.ru}",
        f"The process instance {{process_instance_id}} stands at the gateway “{{step}}”: {{reason}}. {HANGS_CURE.en}",
    ),
    "process.not_stuck": info(
        "Экземпляр процесса {process_instance_id} больше не стоит: он продолжен или удалён",
        "The process instance {process_instance_id} is no longer stuck: it went on or was deleted",
    ),
    "topics.not_seen": warning(
        "Не удалось узнать у движка, какие топики ждут: {reason}. На работу это не влияет",
        "Could not ask the engine which topics wait: {reason}. The work is not affected",
    ),
    "topics.seen": info("Движок снова говорит, какие топики ждут", "The engine says again which topics wait"),
    "topics.free": info(
        "Шаги топика {topic} больше не заблокированы надолго другим воркером",
        "No other worker keeps steps of the topic {topic} locked for long any more",
    ),
    "topics.locked_away": warning(
        "Шаги топика {topic} ({count}) заблокированы больше чем на сутки, владелец блокировки: {holders}. До "
        "её конца движок никому их не выдаст. Если этот воркер больше не работает, выполните takeover "
        "--from-worker",
        "Steps of the topic {topic} ({count}) are locked for more than a day by {holders}. Until then the "
        "engine hands them out to nobody. If that worker no longer runs, use takeover --from-worker",
    ),
    "tenants.known": info(
        "Движок знает все тенанты из настроек: {tenants}", "The engine knows all tenants of the settings: {tenants}"
    ),
    "tenants.unknown": warning(
        "В движке нет ни определений, ни шагов тенантов {tenants}. Проверьте camunda.tenant_ids: шаги "
        "тенанта с опечаткой в имени никто не получит",
        "The engine has neither definitions nor steps of the tenants {tenants}. Check camunda.tenant_ids: "
        "with a typo there, nobody fetches the tenant's steps",
    ),
}
