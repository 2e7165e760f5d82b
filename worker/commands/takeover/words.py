"""The words of `takeover`."""

from __future__ import annotations

from collections.abc import Mapping

from worker.words.phrase import Phrase

WORDS: Mapping[str, Phrase] = {
    "head": Phrase(
        "внешняя задача|топик|экземпляр|задача|статус|ответ|план",
        "external task|topic|instance|task|status|answer|plan",
    ),
    "wait": Phrase("ждать закрытия", "wait until closed"),
    "complete": Phrase("завершить", "complete"),
    "ask": Phrase("спросить человека (инцидент)", "ask a person (incident)"),
    "create": Phrase("создать", "create"),
    "unasked": Phrase("завершить сразу, хотя открыта", "complete at once, though open"),
    "unknown": Phrase("неизвестно, ждёт ли шаг", "not known whether the step waits"),
    "denied": Phrase(" (ответ не нужен: у шага — «нет»)", " (no answer needed: the step says no)"),
    "found": Phrase(
        "За {worker} заблокировано внешних задач: {count} ({counts})",
        "Locked by {worker}: {count} external tasks ({counts})",
    ),
    "nothing": Phrase(
        "За {worker} ничего не заблокировано: принимать нечего. Блокировки сейчас держат: {holders}.",
        "{worker} has locked nothing, so there is nothing to take over. Locks are held by: {holders}.",
    ),
    "none_locked": Phrase(
        "За {worker} ничего не заблокировано: принимать нечего. В движке не заблокировано вообще ни одной внешней "
        "задачи.",
        "{worker} has locked nothing, so there is nothing to take over. No external task is locked in the engine at "
        "all.",
    ),
    "check_id": Phrase(
        "Если задачи у прежнего воркера были, проверьте --from-worker и адрес движка.",
        "If that worker had tasks, check --from-worker and the engine's address.",
    ),
    "unknown_id": Phrase(
        "Журнал не знает и прежних его задач: проверьте --from-worker. Ничего не изменено.",
        "The ledger knows of no earlier takeover from it either: check --from-worker. Nothing was changed.",
    ),
    "own_id": Phrase(
        "CAMUNDA_WORKER_ID совпадает с прежним воркером. Задайте другой, иначе воркер не отличит его блокировки от "
        "своих. Ничего не изменено.",
        "CAMUNDA_WORKER_ID is that of the old worker: set another one, otherwise its locks look like "
        "ours. Nothing was changed.",
    ),
    "no_field": Phrase(
        "На портале нет поля UF_CAMUNDA_ID_EXTERNAL_TASK: задачи прежней установки не найти, и все были "
        "бы созданы заново. Верните поле и повторите. Ничего не изменено.",
        "The portal has no field UF_CAMUNDA_ID_EXTERNAL_TASK: the tasks of the old installation cannot be "
        "found, and all of them would be created again. Restore the field and repeat. Nothing was changed.",
    ),
    "left": Phrase(
        "Не снята блокировка {task}: {reason}. Возобновите экземпляр и повторите команду.",
        "The lock of {task} was not released: {reason}. Activate the instance and repeat.",
    ),
    "dry": Phrase("Ничего не изменено (--dry-run).", "Nothing was changed (--dry-run)."),
    "others": Phrase(
        "Топик {topic}: {count} задач прежнего воркера не принимаются, топика нет в настройках.",
        "Topic {topic}: {count} tasks of the old worker are not taken over, the settings do not name it.",
    ),
    "must_wait": Phrase(
        "Топик {topic}: открытых задач {count}, а их шаги завершились бы сразу, без ответа: {steps}. Задайте "
        "topics.{topic}.wait_for_close: true; если это отменяет waitForCompletion самого шага, сначала закройте "
        "эти задачи. Ничего не изменено.",
        "Topic {topic}: {count} tasks are open, but their steps would be completed at once, without an answer: "
        "{steps}. Set topics.{topic}.wait_for_close: true; if a step's own waitForCompletion overrides it, close "
        "these tasks first. Nothing was changed.",
    ),
    "waits_unread": Phrase(
        "Топик {topic}: открытых задач {count}, и не удалось прочитать, ждут ли их шаги: {steps}. Разрешите "
        "пользователю движка читать определения, экземпляры и переменные процессов, задайте "
        "topics.{topic}.wait_for_close: true или сначала закройте эти задачи. Ничего не изменено.",
        "Topic {topic}: {count} tasks are open, and whether their steps wait could not be read: {steps}. Allow the "
        "engine's user to read process definitions, instances and variables, set topics.{topic}.wait_for_close: "
        "true, or close these tasks first. Nothing was changed.",
    ),
    "working": Phrase(
        "Записано. Воркер снимет блокировки через {seconds:.0f} с, когда прежние службы уже точно ничего не создают…",
        "Recorded. The locks are released in {seconds:.0f} s, when the old services can no longer be creating tasks…",
    ),
    "left_to_wait": Phrase("осталось {seconds:.0f} с", "{seconds:.0f} s left"),
    "progress": Phrase("снято {done} из {of}", "released {done} of {of}"),
    "done": Phrase(
        "Принято: {freed}; уже завершено или занято другим воркером: {gone}. Дальше их обслуживает `run`.",
        "Taken over: {freed}; ended or locked by others meanwhile: {gone}. `run` continues with them.",
    ),
    "late": Phrase(
        "Прежний воркер ещё работает: с начала команды он заблокировал ещё {count}. Остановите его и повторите.",
        "The old worker still runs: it has locked {count} more since this command began. Stop it and repeat.",
    ),
}
