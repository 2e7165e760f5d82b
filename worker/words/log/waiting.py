"""Log texts about steps that wait for their task, by event."""

from __future__ import annotations

from collections.abc import Mapping

from worker.words.faults import ANEW
from worker.words.log.text import Text, error, info, warning

WAITING: Mapping[str, Text] = {
    "waiting.anothers_task": error(
        "У задачи Битрикс24 {portal_task} шага {task} метка другого шага, {marker}: её ответ не учитывается. "
        "Проверьте, кто изменил XML_ID",
        "Bitrix24 task {portal_task} of step {task} has another step's marker, {marker}: its answer does not "
        "count. Check who changed XML_ID",
    ),
    "waiting.moved": warning(
        "Экземпляр процесса мигрировали, пока шаг {task} ждал задачу {portal_task}: был {was}, стал {now}. "
        "Воркер получит шаг у движка заново и передаст ответ новому шагу",
        "The process instance was migrated while step {task} waited for task {portal_task}: it was {was} and "
        "is now {now}. The worker fetches the step again and delivers the answer to the new one",
    ),
    "waiting.resumed": info(
        "Шагов, которые ждут дальше с прошлого запуска: {count}. Их блокировки ещё действуют, и движок не выдаёт их "
        "заново",
        "Steps that go on waiting since an earlier run: {count}. Their locks still last, and the engine does not "
        "hand them out again",
    ),
    "fetch.locked_unknown": warning(
        "Шаги прошлого запуска вернутся примерно в {until}: {reason}",
        "Steps of an earlier run come back at about {until}: {reason}",
    ),
    "fetch.locked_by_stranger": warning(
        "Блокировки воркера {holders}: {reason}",
        "Locks of the worker {holders}: {reason}",
    ),
    "waiting.left_locked": warning(
        "Шагов, которые ждут людей и остались заблокированы за этим воркером: {count}, самое долгое на {lasts}. При "
        "следующем запуске он продолжит их сам. Если он больше не запустится, выполните takeover --from-worker на "
        "другом воркере: иначе тот получит их только после этого срока",
        "Waiting steps that stay locked for this worker: {count}, for {lasts} at most. Its next start goes on with "
        "them. If there will be none, use takeover --from-worker on another worker: otherwise it gets them only then",
    ),
    "waiting.suspended": warning(
        "Задача {portal_task} закрыта, но экземпляр процесса приостановлен, и движок не принимает итог шага "
        "{task}. Воркер прочитает ответ, когда экземпляр возобновят",
        "Task {portal_task} is closed, but its process instance is suspended, and the engine accepts no "
        "outcome of step {task}. The worker reads the answer once the instance is activated",
    ),
    "waiting.step_suspended": warning(
        "Шаг {task} ждёт задачу {portal_task}, а его экземпляр процесса приостановлен (бизнес-ключ {business_key}): "
        "итога шага движок не примет. Возобновите экземпляр в Cockpit, если он может идти дальше",
        "Step {task} waits for task {portal_task}, but its process instance is suspended (business key "
        "{business_key}): the engine will accept no outcome of the step. Activate it in Cockpit if it may go on",
    ),
    "waiting.step_activated": info(
        "Экземпляр процесса шага {task} возобновлён, шаг ждёт задачу {portal_task}",
        "The process instance of step {task} is active again, the step waits for task {portal_task}",
    ),
    "waiting.answer_unheard": warning(
        "Шаг {task} завершился или отменён раньше, чем процесс получил ответ из закрытой задачи "
        "{portal_task}: этот ответ не учтён. Если wait.cancelled не leave, воркер пишет об этом в задаче",
        "Step {task} ended or was cancelled before the process got the answer of its closed task "
        "{portal_task}: this answer did not count. Unless wait.cancelled is leave, the worker adds a comment "
        "to the task",
    ),
    "waiting.promise_kept": warning(
        "Шаг {activity} топика {topic} ({task}) начал ждать людей, а по нынешним настройкам, модели или "
        "переменным ждать он не должен. Он по-прежнему ждёт закрытия задачи {portal_task}. Если ожидание "
        "убрали случайно, верните его; если намеренно, закройте задачу (с ответом, если она о нём спрашивает) или "
        f"начните шаг заново: {ANEW}",
        "Step {activity} of topic {topic} ({task}) began to wait for people, but by the current settings, "
        "model or variables it waits for nobody. It still waits until task {portal_task} is closed. If the "
        "change was an accident, undo it; if it was intended, close the task (with an answer, if it asks for one), or "
        f"begin the step anew: {ANEW}",
    ),
    "waiting.promise_new": warning(
        "Шаг {activity} топика {topic} ({task}) по нынешним настройкам, модели или переменным ждёт большего, "
        "чем при создании задачи {portal_task} (тогда: {begun}, теперь: {today}). Он ждёт её закрытия. Если "
        "в ней нельзя выбрать ответ, завершите шаг в Cockpit",
        "By the current settings, model or variables step {activity} of topic {topic} ({task}) waits for "
        "more than when its task {portal_task} was created (then: {begun}, now: {today}). It waits until the "
        "task is closed. If the task offers no answer to choose, complete the step in Cockpit",
    ),
    "waiting.answer_denied": info(
        "Шаг {activity} ({task}): у задачи {portal_task} на портале записано, что нужен ответ, но её создал не этот "
        "воркер, а свойство шага UF_RESULT_EXPECTED говорит «нет». Ответ не требуется",
        "Step {activity} ({task}): the portal says that task {portal_task} needs an answer, but this worker did not "
        "create it, and the step's property UF_RESULT_EXPECTED says no. No answer is needed",
    ),
    "waiting.responsible_dismissed": warning(
        "Шаг {task} ждёт задачу {portal_task}, а её ответственный {person} уволен, и закрыть её некому. "
        "Передайте задачу на портале другому сотруднику",
        "Step {task} waits for task {portal_task}, but its responsible person {person} is dismissed, and "
        "nobody will close it. Give the task to somebody else on the portal",
    ),
    "waiting.responsible_changed": info(
        "У задачи {portal_task}, которую ждёт шаг {task}, ответственный больше не уволенный {person}",
        "The dismissed {person} is no longer the responsible person of task {portal_task}, for which step {task} waits",
    ),
    "waiting.not_seen": warning(
        "Не удалось достоверно получить с портала состояние ожидающих задач: {reason}. Воркер завершает "
        "только те шаги, чьи задачи точно закрыты",
        "The portal does not show the waiting tasks reliably: {reason}. The worker completes only steps "
        "whose tasks are certainly closed",
    ),
    "waiting.seen": info(
        "Портал снова показывает состояние ожидающих задач", "The portal shows the waiting tasks reliably again"
    ),
    "waiting.changes_untold": warning(
        "Ответы не теряются, но вызовов портала больше: воркер при каждом опросе смотрит на все ожидающие задачи. "
        "{reason}",
        "No answer is lost, but the portal gets more calls: the worker looks at all waiting tasks in each poll. "
        "{reason}",
    ),
    "waiting.odd_row": warning(
        "Не удалось прочитать строку задачи {portal_task} в списке портала: {reason}. Её шаг ждёт дальше, "
        "остальные обслуживаются. Откройте задачу на портале; если с ней всё в порядке, обратитесь к "
        "администратору портала",
        "The row of task {portal_task} in the portal's list cannot be read: {reason}. Its step keeps "
        "waiting, the others are served. Open the task on the portal; if it looks right, ask the portal's "
        "administrator",
    ),
    "waiting.read_again": warning(
        "Задачу Битрикс24 {portal_task} изменили раньше, чем движок принял итог по {task}. Прежний ответ не "
        "передаётся, шаг ждёт дальше, воркер прочитает задачу заново",
        "Bitrix24 task {portal_task} was changed before the engine accepted the outcome of {task}. The "
        "former answer is not delivered, the step keeps waiting, and the worker reads the task again",
    ),
    "waiting.not_concluded": warning(
        "Пока не удалось определить итог закрытой задачи для {task}: {reason}. Шаг ждёт дальше",
        "The outcome of the closed task of {task} cannot be determined yet: {reason}. The step keeps waiting",
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
        "Шаги пропавших задач не завершаются: {reason}",
        "No step of a missing task is completed: {reason}",
    ),
    "waiting.not_served": warning(
        "{count} шагов ждут закрытия задачи, но их топика или тенанта больше нет в настройках (топики: "
        "{topics}; тенанты: {tenants}). Воркер их не завершит: верните настройку или завершите шаги в "
        "Cockpit",
        "{count} steps wait for their task, but the settings no longer name their topic or tenant (topics: "
        "{topics}; tenants: {tenants}). The worker will not complete them: restore the setting, or complete "
        "the steps in Cockpit",
    ),
    "waiting.steps_not_seen": warning(
        "Не удалось сверить с движком шаги, которые ждут людей: {reason}. Отмену шага воркер заметит позже",
        "Steps that wait for people could not be compared with the engine: {reason}. The worker notices a "
        "cancelled step later",
    ),
    "waiting.steps_seen": info(
        "Шаги, которые ждут людей, снова сверены с движком",
        "Steps that wait for people are compared with the engine again",
    ),
    "waiting.many_steps_gone": error(
        "Задачи пропавших шагов на портале не меняются: {reason}",
        "The tasks of missing steps are left unchanged on the portal: {reason}",
    ),
    "waiting.step_gone": info(
        "Шаг {task} отменён или завершён без ответа. Задача Битрикс24: {portal_task}",
        "Step {task} was cancelled or ended without an answer. Bitrix24 task: {portal_task}",
    ),
    "waiting.not_told": warning(
        "Шага {task} больше нет, но портал не дал добавить комментарий к задаче {portal_task} или закрыть "
        "её: {reason}. Закройте её сами",
        "Step {task} no longer exists, but the portal refused to add a comment to task {portal_task}, or to "
        "close it: {reason}. Close it yourself",
    ),
}
