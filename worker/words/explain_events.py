"""The texts of `explain` for the life of one step: its events, and what nobody has recorded."""

from __future__ import annotations

from collections.abc import Mapping

from worker.words.phrase import Phrase, unchanged

EVENTS: Mapping[str, Phrase] = {
    # --- the ledger ---
    "recorded": Phrase(
        "воркер впервые записал шаг, до запроса на создание",
        "the worker first recorded the step, before any request to create",
    ),
    "adopted": Phrase(
        "воркер впервые записал шаг; его задача {task} уже была на портале",
        "the worker first recorded the step; its task {task} was already on the portal",
    ),
    "create_begun": Phrase(
        "записано намерение создать задачу (запрос {attempts})",
        "intent to create the task recorded (request {attempts})",
    ),
    "create_doubtful": Phrase(
        "ответ на запрос {attempts} неясен: {said}", "the answer to request {attempts} is in doubt: {said}"
    ),
    "task_recorded": Phrase(
        "последнее изменение записи: задача {task} есть, итог к этому времени не передан",
        "last change of the record: task {task} exists, its outcome was not told by then",
    ),
    "wait_begun": Phrase("шаг начал ждать задачу {task}", "the step began to wait for task {task}"),
    "handed_out": Phrase(
        "последняя выдача движком: шаг ждёт задачу {task}",
        "last handed out by the engine: the step waits for task {task}",
    ),
    "rejected": Phrase("записано: задача не создана", "recorded: no task was created"),
    "settled": Phrase("записано: шаг закончен", "recorded: the step is over"),
    "superseded": Phrase("записано: шаг у другого воркера", "recorded: another worker has the step"),
    "worker_silent": Phrase(
        "воркер {worker}, у которого шаг, отметился в последний раз: шаг перейдёт к другому воркеру этого журнала",
        "the worker {worker}, which has the step, sent its last heartbeat: another worker of this ledger takes it over",
    ),
    "act_begun": Phrase("дополнение «{act}» начато", "addition “{act}” begun"),
    "act_due": Phrase("дополнение «{act}» ждёт отправки{why}", "addition “{act}” is still to be sent{why}"),
    "act_done": Phrase("дополнение «{act}» выполнено", "addition “{act}” done"),
    "act_given_up": Phrase("задача осталась без дополнения «{act}»{why}", "the task was left without “{act}”{why}"),
    "outcome_complete": Phrase("итог решён: завершить шаг", "outcome decided: complete the step"),
    "outcome_failure": Phrase("итог решён: ошибка шага{why}", "outcome decided: failure of the step{why}"),
    "outcome_bpmn_error": Phrase("итог решён: BPMN-ошибка{why}", "outcome decided: BPMN error{why}"),
    "outcome_refused": Phrase(
        "движок не принял итог (попыток: {tries}){why}", "the engine did not accept the outcome (tries: {tries}){why}"
    ),
    "outcome_next": Phrase("итог будет передан снова", "the outcome will be told again"),
    "sync_owed": Phrase("записана синхронизация {id} (поставлена в очередь)", "synchronisation {id} recorded as owed"),
    "sync_failed": Phrase(
        "синхронизация {id} не удалась (серий попыток: {tries}){why}",
        "synchronisation {id} failed (series of tries: {tries}){why}",
    ),
    "sync_parked": Phrase("синхронизация {id} отложена{why}", "synchronisation {id} parked{why}"),
    "sync_started": Phrase("синхронизация {id} отправляется", "synchronisation {id} is being sent"),
    "sync_next": Phrase("синхронизация {id} будет отправлена снова", "synchronisation {id} will be sent again"),
    "replay": Phrase(
        "{who} отправил(а) снова синхронизацию {id}{because}{why}", "{who} replayed synchronisation {id}{because}{why}"
    ),
    "forget": Phrase(
        "{who} удалил(а) синхронизацию {id}{because}{why}", "{who} deleted synchronisation {id}{because}{why}"
    ),
    "resync": Phrase(
        "{who} поставил(а) в очередь синхронизацию экземпляра командой audit --resync{because}",
        "{who} queued a synchronisation of the instance with audit --resync{because}",
    ),
    "takeover": Phrase(
        "{who} принял(а) шаг у воркера {worker} командой takeover{because}",
        "{who} took the step over from the worker {worker} with takeover{because}",
    ),
    # --- the engine ---
    "activity_started": Phrase("процесс пришёл к шагу", "the process reached the step"),
    "activity_ended": Phrase("процесс ушёл дальше", "the process left the step"),
    "activity_canceled": Phrase("шаг отменён", "the step was cancelled"),
    "instance_deleted": Phrase("экземпляр процесса удалён{why}", "the process instance was deleted{why}"),
    "instance_ended": Phrase("экземпляр процесса закончился", "the process instance ended"),
    "engine_created": Phrase("внешняя задача создана", "external task created"),
    "engine_failed": Phrase("ошибка от {worker}{before}{why}", "failure from {worker}{before}{why}"),
    "engine_completed": Phrase("завершено, сообщил {worker}", "completed, told by {worker}"),
    "engine_deleted": Phrase("внешняя задача удалена без завершения", "external task deleted without completion"),
    "incident": Phrase("инцидент{why}", "incident{why}"),
    "locked_until": Phrase(
        "до этого времени шаг заблокирован за {worker}", "until then the step is locked by {worker}"
    ),
    "lock_ended": Phrase("закончилась блокировка за {worker}", "the lock of {worker} ended"),
    # --- the portal ---
    "portal_created": Phrase("задача {task} создана", "task {task} created"),
    "portal_no_group": Phrase(
        "портал не показывает у задачи группы {group}: её нет, или она скрыта от владельца вебхука. "
        "Проверьте номер группы",
        "the portal shows no group {group} at the task: there is none, or the webhook's owner cannot see it. Check "
        "the group's number",
    ),
    "portal_no_person": Phrase(
        "портал не показывает пользователя {person}, указанного в задаче. Проверьте номер, если это не бот и не "
        "почтовый пользователь",
        "the portal does not show user {person}, whom the task names. Check the number, unless it is a bot or an "
        "e-mail user",
    ),
    "portal_deadline": Phrase("крайний срок задачи", "the task's deadline"),
    "portal_closed": Phrase("задача закрыта ({status}){by}{answer}", "task closed ({status}){by}{answer}"),
    "portal_status": Phrase(
        "статус задачи: {status}{by}",
        "the task's status: {status}{by}",
    ),
}

PIECES: Mapping[str, Phrase] = {
    "why": unchanged(": {reason}"),
    "because": Phrase(", причина: {reason}", ", because: {reason}"),
    "no_reason": Phrase(" без объяснения", " without a reason"),
    "parked_for": Phrase(" (была отложена: {reason})", " (it was parked for: {reason})"),
    "by": Phrase(", закрыл пользователь {user}", ", closed by user {user}"),
    "answer": Phrase(", ответ: {answer}", ", answer: {answer}"),
    "left": Phrase(" (осталось попыток: {left})", " (retries left: {left})"),
    "left_before": Phrase(" (попыток перед ней: {left})", " (retries before it: {left})"),
    "responsible": Phrase(", ответственный — пользователь {user}", ", responsible is user {user}"),
    "topic": Phrase(" (топик {topic})", " (topic {topic})"),
    "holder": unchanged(" ({worker})"),
    "worker": Phrase(", воркер {worker}", ", worker {worker}"),
    "is_incident": Phrase(", у него инцидент: попытки кончились", " and is an incident: it has no retries left"),
    "in_called": Phrase(
        ": он вызвал процесс {process} (экземпляр {instance}), тот стоит у {step}",
        ": it called the process {process} (instance {instance}), which is stuck at {step}",
    ),
    "in_caller": Phrase(
        " в процессе {process} (экземпляр {instance}), который вызвал этот",
        " in the process {process} (instance {instance}), which called this one",
    ),
    "stands_at": Phrase(", он сейчас у {places}", ", now at {places}"),
    "lock": Phrase(": его заблокировал {worker} до {until}", ": it is locked by {worker} until {until}"),
    "now": unchanged("; {said}"),
    "somebody": Phrase("неизвестного", "unknown"),
}

STATUSES: Mapping[int, Phrase] = {
    2: Phrase("ждёт выполнения", "pending"),
    3: Phrase("выполняется", "in progress"),
    4: Phrase("ждёт контроля", "awaits control"),
    5: Phrase("завершена", "completed"),
    6: Phrase("отложена", "deferred"),
    7: Phrase("отклонена", "declined"),
}

NEVER_KEPT: Mapping[str, Phrase] = {
    "since": Phrase(
        "с каких пор {what}: этого не записали ни движок, ни журнал, ни работающий воркер",
        "since when {what}: neither engine nor ledger nor a running worker has recorded it",
    ),
    "fetched": Phrase(
        "когда шаг получен от движка, не записывает никто; первая запись журнала идёт сразу после этого",
        "nobody records when the step was fetched; the ledger's first record follows at once",
    ),
    "attempts": Phrase(
        "время каждого из {attempts} запросов на создание: журнал хранит лишь последнее изменение записи",
        "the time of each of the {attempts} requests to create: the ledger keeps only the last change of its record",
    ),
    "sent": Phrase(
        "когда отправлена синхронизация: отправленную журнал удаляет, неотправленных у экземпляра нет",
        "when the synchronisation was sent: the ledger deletes what was sent, and nothing of this instance is unsent",
    ),
    "made": Phrase(
        "когда шаг начал ждать задачу: журнал хранит первую запись и последнюю выдачу",
        "when exactly the wait for the task began: the ledger keeps the first record and the last hand-out",
    ),
    "no_history": Phrase(
        "история внешней задачи: движок её не хранит или не показывает (historyLevel, права)",
        "the external task's log: the engine keeps or shows none (historyLevel, rights)",
    ),
    "no_answer_field": Phrase("текст ответа {option}: {reason}", "the text of answer {option}: {reason}"),
}
"""What cannot be told, by name: no date is invented for it."""
