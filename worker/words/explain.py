"""The texts of `explain`: what is the matter with one step, what to do, and its life."""

from __future__ import annotations

from collections.abc import Mapping

from worker import PROGRAM
from worker.words.phrase import Phrase, unchanged

HEADS: Mapping[str, Phrase] = {
    "needs": Phrase("Нужно ваше решение: {what}", "Needs you: {what}"),
    "goes_on": Phrase("Продолжится само: {what}", "Goes on by itself: {what}"),
    "waits": Phrase("Ждёт человека: {what}", "Waits for a person: {what}"),
    "unsure": Phrase("Известно не всё: {what}", "Not everything is known: {what}"),
    "over": Phrase("Шаг закончен: {what}", "The step is over: {what}"),
}
"""The first line, by what kind of matter it is."""

FRAME: Mapping[str, Phrase] = {
    "since": Phrase("С {since} ({span})", "Since {since} ({span})"),
    "reason": Phrase("Причина: {reason}", "Reason: {reason}"),
    "cure": Phrase("Что делать: {cure}", "What to do: {cure}"),
    "nothing": Phrase("Ничего", "Nothing"),
    "also": Phrase("Кроме того:", "Besides:"),
    "step": Phrase("Шаг", "Step"),
    "process": Phrase("Процесс", "Process"),
    "external_task": Phrase("Внешняя задача", "External task"),
    "instance": Phrase("Экземпляр", "Instance"),
    "business_key": Phrase("Бизнес-ключ", "Business key"),
    "topic": Phrase("Топик", "Topic"),
    "tenant": Phrase("Тенант", "Tenant"),
    "portal_task": Phrase("Задача Битрикс24", "Bitrix24 task"),
    "cockpit": unchanged("Cockpit"),
    "life": Phrase("Жизнь шага (время этой машины, {zone}):", "The life of the step (this machine's time, {zone}):"),
    "undated": Phrase("без даты", "no date"),
    "later": Phrase("ещё впереди", "still to come"),
    "unknown": Phrase("Неизвестно:", "Not known:"),
    "not_known": Phrase("{side}: не удалось узнать: {reason}", "{side}: not known: {reason}"),
    "not_set": Phrase("не задано {setting}", "{setting} is not set"),
    "engine": Phrase("движок", "engine"),
    "portal": Phrase("портал", "portal"),
    "ledger": Phrase("журнал", "ledger"),
    "worker": Phrase("воркер", "worker"),
    "many": Phrase(
        "Под «{asked}» подходят несколько шагов ({count}). Повторите с идентификатором внешней задачи"
        " (номер задачи Битрикс24 — с решёткой: '#42'):",
        "Several steps match “{asked}” ({count}). Repeat with the id of the external task (a Bitrix24 task's number"
        " with a hash: '#42'):",
    ),
    "more": Phrase("есть и другие: уточните запрос", "there are more: be more precise"),
    "candidate": Phrase(
        "  {id}  {state}  {step}  (процесс {process}, ключ {key}, задача {task}, экземпляр {instance})",
        "  {id}  {state}  {step}  (process {process}, key {key}, task {task}, instance {instance})",
    ),
    "none": Phrase(
        "Ничего не найдено по «{asked}». Подходят внешняя задача, экземпляр процесса, бизнес-ключ (целиком или начало)"
        " или номер задачи Битрикс24 (целиком). Завершённые шаги журнал хранит 14 дней.",
        "Nothing found for “{asked}”. Give an external task, a process instance, a business key (in full or its"
        " beginning), or the whole number of a Bitrix24 task. The ledger keeps completed steps for 14 days.",
    ),
    "asked_both": Phrase(
        "Движок тоже не знает такой внешней задачи или экземпляра.",
        "The engine does not know such an external task or instance either.",
    ),
}

MATTERS: Mapping[str, Phrase] = {
    "incident": Phrase(
        "инцидент: попытки шага кончились, движок никому его не выдаст",
        "an incident: the step has no retries left, the engine hands it out to nobody",
    ),
    "suspended": Phrase("экземпляр процесса приостановлен в движке", "the process instance is suspended in the engine"),
    "not_served": Phrase("шаг больше не обслуживается", "the step is no longer served"),
    "sync_parked": Phrase(
        "синхронизация {id} этого экземпляра отложена до вашего решения",
        "the synchronisation {id} of this instance is parked until you decide",
    ),
    "outcome_refused": Phrase(
        "движок не принял итог шага (попыток: {tries})",
        "the engine has not accepted the step's outcome (tries: {tries})",
    ),
    "outcome_owed": Phrase("итог шага передаётся движку", "the step's outcome is being told to the engine"),
    "doubt": Phrase(
        "неизвестно, создана ли задача: воркер подождёт и найдёт её по метке, второй задачи не будет",
        "it is unknown whether the task was created: the worker waits, looks for its marker, and makes no second one",
    ),
    "creating": Phrase(
        "запрос на создание задачи отправляется или уже отправлен, ответ не записан",
        "the request to create the task is being sent or was sent, no answer is recorded",
    ),
    "act_held_up": Phrase("задача {task} ещё дополняется: {act}", "task {task} is still being added to: {act}"),
    "act_given_up": Phrase("задача {task} осталась без дополнения: {act}", "task {task} was left without: {act}"),
    "waiting": Phrase("задача {task} на портале ещё не закрыта", "task {task} on the portal is not closed yet"),
    "closed_unseen": Phrase(
        "задача {task} на портале уже закрыта, воркер этого ещё не заметил",
        "task {task} is closed on the portal, the worker has not noticed it yet",
    ),
    "task_gone": Phrase(
        "портал не показывает задачу {task}: она удалена или скрыта от владельца вебхука",
        "the portal does not show task {task}: it was deleted, or is hidden from the webhook's owner",
    ),
    "step_gone": Phrase(
        "движок больше не показывает этот шаг: он закончен, отменён или скрыт от пользователя воркера",
        "the engine no longer shows this step: it ended, was cancelled, or is hidden from the worker's user",
    ),
    "sync_late": Phrase(
        "синхронизация {id} этого экземпляра запаздывает (попыток: {tries})",
        "the synchronisation {id} of this instance is late (tries: {tries})",
    ),
    "sync_owed": Phrase(
        "синхронизация {id} этого экземпляра в очереди", "the synchronisation {id} of this instance is queued"
    ),
    "retry": Phrase(
        "задача не создана; движок выдаст шаг снова (осталось попыток: {left})",
        "no task was created; the engine hands the step out again (retries left: {left})",
    ),
    "handed_out_again": Phrase(
        "задача {task} создана, но шаг не завершён; движок выдаст его снова (осталось попыток: {left})",
        "task {task} exists, but the step failed; the engine hands it out again (retries left: {left})",
    ),
    "settled": Phrase(
        "движок принял его итог или шага в движке больше не было",
        "the engine accepted its outcome, or no longer had it",
    ),
    "settled_in_vain": Phrase(
        "по журналу шаг закончен, но он ещё есть в движке: движок выдаст его снова, и итог будет передан ещё раз",
        "by the ledger the step is over, but the engine still has it: it is handed out and its outcome told once more",
    ),
    "elsewhere": Phrase(
        "а его процесс сейчас на другом шаге: {step} (топик {topic})",
        "and its process is now at another one: {step} (topic {topic})",
    ),
    "superseded": Phrase(
        "движок выдал шаг другому воркеру, завершает его тот",
        "the engine handed the step out to another worker, which completes it",
    ),
    "not_recorded": Phrase(
        "движок знает шаг, а в журнале его нет: воркер с этим журналом его ещё не брал или запись уже удалена",
        "the engine knows the step, the ledger does not: no worker with this ledger took it yet, or its row is gone",
    ),
    "held_up": Phrase("воркер приостановлен: {side}", "the worker is paused: {side}"),
    "no_worker": Phrase("по адресу {address} воркер не отвечает", "no worker answers at {address}"),
}
"""What is the matter, by the name of the matter."""

CURES: Mapping[str, Phrase] = {
    "incident": Phrase(
        "Устраните причину, затем увеличьте число попыток шага в Cockpit",
        "Fix the cause, then raise the step's retries in Cockpit",
    ),
    "suspended": Phrase(
        "Снимите приостановку в Cockpit, если она больше не нужна", "Activate it in Cockpit if it may go on"
    ),
    "sync_parked": Phrase(
        f"Устраните причину, затем: {PROGRAM} replay {{id}} (ненужную: {PROGRAM} forget {{id}} --reason ТЕКСТ)",
        f"Fix the cause, then: {PROGRAM} replay {{id}} (not needed: {PROGRAM} forget {{id}} --reason TEXT)",
    ),
    "outcome_refused": Phrase(
        "Ничего: итог передаётся снова, следующая попытка {next}",
        "Nothing: it is told again, the next try is at {next}",
    ),
    "sync_late": Phrase(
        "Ничего: запрос повторяется, следующая попытка {next}", "Nothing: it is sent again, the next try is at {next}"
    ),
    "waiting": Phrase(
        "Ничего, пока задачу кто-то выполняет. Если некому, смените её ответственного или закройте её на портале",
        "Nothing while somebody works on it. If nobody does, give it to somebody else or close it on the portal",
    ),
    "closed_unseen": Phrase(
        "Ничего: воркер сверяет задачи раз в несколько минут. Если этого долго нет, проверьте, что он запущен",
        "Nothing: the worker checks every few minutes. If it takes longer, see that it runs",
    ),
    "task_gone": Phrase(
        "Восстановите задачу на портале или решите о шаге в Cockpit; что делает воркер, говорит wait.deleted топика",
        "Restore the task on the portal, or decide about the step in Cockpit; what the worker does says wait.deleted of"
        " the topic",
    ),
    "step_gone": Phrase(
        "Ничего: воркер закроет запись при следующей сверке",
        "Nothing: the worker ends the record at its next comparison",
    ),
    "elsewhere": unchanged(f"{PROGRAM} explain {{id}}"),
    "act_given_up": Phrase("Если нужно, дополните задачу сами", "Add it by hand if it is needed"),
    "not_recorded": Phrase(
        "Проверьте, что воркер запущен и что топик {topic} есть в его настройках",
        "See that the worker runs and that the topic {topic} is in its settings",
    ),
    "no_worker": Phrase(
        "Если он не запущен на этой машине, запустите его: без него ничего не продолжится",
        "If it does not run on this machine, start it: nothing goes on without it",
    ),
}
"""What to do where the catalogue of causes does not say it."""

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
        "последнее изменение записи: задача {task} есть, итог не передан",
        "last change of the record: task {task} exists, its outcome is not told yet",
    ),
    "handed_out": Phrase(
        "последняя выдача движком: шаг ждёт задачу {task}",
        "last handed out by the engine: the step waits for task {task}",
    ),
    "rejected": Phrase("записано: задача не создана", "recorded: no task was created"),
    "settled": Phrase("записано: шаг закончен", "recorded: the step is over"),
    "superseded": Phrase("записано: шаг у другого воркера", "recorded: another worker has the step"),
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
    # --- the engine ---
    "activity_started": Phrase("процесс пришёл к шагу", "the process reached the step"),
    "activity_ended": Phrase("процесс ушёл дальше", "the process left the step"),
    "activity_canceled": Phrase("шаг отменён", "the step was cancelled"),
    "engine_created": Phrase("внешняя задача создана", "external task created"),
    "engine_failed": Phrase(
        "ошибка от {worker} (осталось попыток: {left}){why}", "failure from {worker} (retries left: {left}){why}"
    ),
    "engine_completed": Phrase("завершено, сообщил {worker}", "completed, told by {worker}"),
    "engine_deleted": Phrase("внешняя задача удалена без завершения", "external task deleted without completion"),
    "incident": Phrase("инцидент{why}", "incident{why}"),
    "locked_until": Phrase(
        "до этого времени шаг заблокирован за {worker}", "until then the step is locked by {worker}"
    ),
    # --- the portal ---
    "portal_created": Phrase("задача {task} создана", "task {task} created"),
    "portal_deadline": Phrase("крайний срок задачи", "the task's deadline"),
    "portal_closed": Phrase("задача закрыта ({status}){by}{answer}", "task closed ({status}){by}{answer}"),
    "portal_status": Phrase(
        "статус задачи: {status}, ответственный — пользователь {responsible}",
        "the task's status: {status}, responsible is user {responsible}",
    ),
}

PIECES: Mapping[str, Phrase] = {
    "why": unchanged(": {reason}"),
    "because": Phrase(", причина: {reason}", ", because: {reason}"),
    "no_reason": Phrase(" без объяснения", " without a reason"),
    "parked_for": Phrase(" (была отложена: {reason})", " (it was parked for: {reason})"),
    "by": Phrase(", закрыл пользователь {user}", ", closed by user {user}"),
    "answer": Phrase(", ответ: {answer}", ", answer: {answer}"),
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
