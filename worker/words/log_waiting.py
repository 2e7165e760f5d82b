"""Log texts about steps that wait for their task, by event."""

from __future__ import annotations

from collections.abc import Mapping

from worker.words.log_text import Text, error, info, warning

WAITING: Mapping[str, Text] = {
    "waiting.anothers_task": error(
        "Задача Битрикс24 {portal_task} шага {task} помечена чужой меткой {marker}: её ответ не учитывается",
        "Bitrix24 task {portal_task} of {task} bears another step's marker {marker}: its answer does not count",
    ),
    "waiting.moved": warning(
        "Экземпляр процесса перенесли, пока шаг {task} ждал задачу {portal_task}: был {was}, стал {now}. Шаг берётся у "
        "движка заново, и ответ получит он, каким стал",
        "The process instance was migrated while step {task} waited for task {portal_task}: it was {was} and is {now}. "
        "It is fetched anew, and the answer goes to what it is now",
    ),
    "waiting.suspended": warning(
        "Задача {portal_task} закрыта, но экземпляр процесса приостановлен, и движок не принимает итог шага {task}. "
        "Ответ будет прочитан, когда экземпляр возобновят",
        "Task {portal_task} is closed, but its process instance is suspended, and the engine takes no outcome of step "
        "{task}. The answer is read once the instance is activated",
    ),
    "waiting.answer_unheard": warning(
        "Шаг {task} завершился или отменён раньше, чем процесс получил ответ из его закрытой задачи {portal_task}: "
        "этот ответ не учтён. Людям об этом сказано в задаче, если wait.cancelled не leave",
        "Step {task} had ended or was cancelled before the process got the answer of its closed task {portal_task}: "
        "that answer did not count. The task says so, unless wait.cancelled is leave",
    ),
    "waiting.promise_kept": warning(
        "Шаг {activity} топика {topic} ({task}) начат с ожиданием людей, а по нынешним настройкам, модели или "
        "переменным он их не ждёт. Он ждёт задачу {portal_task} дальше: её закроют, и процесс пойдёт. Если ожидание "
        "убрано случайно, верните его; если намеренно, закройте задачу или завершите шаг в Cockpit",
        "Step {activity} of topic {topic} ({task}) was begun as waiting for people, and by today's settings, model or "
        "variables it waits for nobody. It goes on waiting for task {portal_task}: the process goes on once that is "
        "closed. If the expectation was lost by accident, bring it back; if on purpose, close the task or end the "
        "step in Cockpit",
    ),
    "waiting.promise_new": warning(
        "Шаг {activity} топика {topic} ({task}) по нынешним настройкам, модели или переменным ждёт больше, чем когда "
        "создавалась его задача {portal_task} (тогда: {begun}, теперь: {today}). Он ждёт её закрытия; если ответа в "
        "ней не выбрать, завершите шаг в Cockpit",
        "By today's settings, model or variables step {activity} of topic {topic} ({task}) waits for more than when "
        "its task {portal_task} was made (then: {begun}, now: {today}). It waits until that is closed; if no answer "
        "can be chosen in it, end the step in Cockpit",
    ),
    "waiting.responsible_dismissed": warning(
        "Шаг {task} ждёт задачу {portal_task}, а её ответственный {person} уволен: её никто не закроет. Передайте "
        "задачу на портале другому сотруднику",
        "Step {task} waits for task {portal_task}, and its responsible {person} is dismissed: nobody will close it. "
        "Hand the task over to somebody else on the portal",
    ),
    "waiting.not_seen": warning(
        "Состояние ожидающих задач на портале не узнать: {reason}. Ничего не завершается",
        "The portal does not tell how the waiting tasks are: {reason}. Nothing is concluded",
    ),
    "waiting.odd_row": warning(
        "Строка задачи {portal_task} в списке портала не читается: {reason}. Её шаг ждёт дальше, остальные "
        "обслуживаются. Откройте задачу на портале; если с ней всё в порядке, обратитесь к администратору портала",
        "The row of task {portal_task} in the portal's list cannot be read: {reason}. Its step goes on waiting, the "
        "others are served. Open the task on the portal; if it looks right, ask the portal's administrator",
    ),
    "waiting.read_again": warning(
        "Пока движок не принимал итог по {task}, задачу Битрикс24 {portal_task} изменили: прежний ответ не передаётся, "
        "шаг ждёт дальше, и ответ будет прочитан заново",
        "While the engine did not take the outcome of {task}, Bitrix24 task {portal_task} was changed: the former "
        "answer is not told, the step goes on waiting and is read anew",
    ),
    "waiting.not_concluded": warning(
        "Итог закрытой задачи для {task} пока не определить: {reason}. Шаг ждёт дальше",
        "What the closed task of {task} means cannot be told yet: {reason}. The step goes on waiting",
    ),
    "questionnaire.unnamed": warning(
        "Шаг {activity}: у вопросов задачи {portal_task} нет кода опросника или вопроса (или имя переменной длиннее "
        "255 символов), ответы на них не попали в процесс: {questions}. Задайте коды в шаблоне задачи",
        "Step {activity}: questions of task {portal_task} lack the code of their questionnaire or their own (or the "
        "variable's name is longer than 255 characters), and the process did not get their answers: {questions}. Set "
        "the codes in the task template",
    ),
    "questionnaire.repeated": warning(
        "Шаг {activity}: в опросниках задачи {portal_task} коды повторяются, процесс получил последний из ответов: "
        "{variables}. Задайте вопросам разные коды в шаблоне задачи",
        "Step {activity}: codes occur twice in the questionnaires of task {portal_task}, and the process got the last "
        "of the answers: {variables}. Give the questions different codes in the task template",
    ),
    "waiting.many_tasks_gone": error(
        "На портале разом не видно {count} из {of} ожидающих задач: похоже, вебхук потерял права. Ничего не "
        "завершается. Проверьте права владельца; если задачи удалены намеренно, поднимите WAITING_GONE_SHARE",
        "{count} of {of} waiting tasks are not shown by the portal any more: the webhook may have lost its rights. "
        "Nothing is concluded. Check its owner; if they were deleted on purpose, raise WAITING_GONE_SHARE",
    ),
    "waiting.not_served": warning(
        "{count} шагов ждут закрытия задачи, но настройки их топик или тенант больше не называют (топики: {topics}; "
        "тенанты: {tenants}). Их никто не завершит: верните настройку или завершите шаги в Cockpit",
        "{count} steps wait for their task, but the settings no longer name their topic or tenant (topics: {topics}; "
        "tenants: {tenants}). Nobody completes them: bring the setting back, or end the steps in Cockpit",
    ),
    "waiting.steps_not_seen": warning(
        "Шаги, которые ждут людей, нельзя сверить с движком: {reason}. Отмену шага воркер заметит позже",
        "The steps that wait for people cannot be compared with the engine: {reason}. A cancelled one is noticed later",
    ),
    "waiting.many_steps_gone": error(
        "В движке разом нет {count} из {of} ожидающих шагов: похоже на чужую базу. Задачи портала не тронуты. "
        "Проверьте движок; если процессы отменены намеренно, поднимите WAITING_GONE_SHARE",
        "{count} of {of} waiting steps are gone from the engine at once: it may run on another database. The portal's "
        "tasks are left alone. Check the engine; if the processes were cancelled on purpose, raise WAITING_GONE_SHARE",
    ),
    "waiting.step_gone": info(
        "Шаг {task} отменён или пройден без ответа, его задача Битрикс24: {portal_task}",
        "Step {task} was cancelled or left without an answer, its Bitrix24 task: {portal_task}",
    ),
    "waiting.not_told": warning(
        "Шага {task} больше нет, но портал не дал написать об этом в задаче {portal_task} или закрыть её: {reason}. "
        "Закройте её сами",
        "Step {task} is no more, but the portal has refused a comment on task {portal_task}, or to close it: {reason}. "
        "Close it yourself",
    ),
}
