"""Why the worker left, released or could not read a task: codes for programs, texts for people."""

from __future__ import annotations

from worker.words.codes import Code


class Reason(Code):
    """Why the worker left, released or could not read a task."""

    HANDED_OUT_AGAIN = "handed_out_again", "движок выдал её ещё раз", "the engine handed it out again"
    NOT_FETCHED = (
        "not_fetched",
        "она в работе только для вызова движка",
        "it was in hand only for a call to the engine",
    )
    EXTENDED_TOO_LATE = "extended_too_late", "блокировка продлена слишком поздно", "the lock was extended too late"
    LEFT_AT_STOP = "left_at_stop", "воркер остановлен", "the worker was stopped"
    ROW_CHANGED = "row_changed", "запись в журнале тем временем изменилась", "its ledger row has changed meanwhile"
    LEDGER_UNAVAILABLE = "ledger_unavailable", "не удалось записать в журнал", "the ledger could not be written"
    NOT_EXTENDED = "not_extended", "блокировку не удалось продлить", "the lock could not be extended"
    FOUND_IN_LEDGER = (
        "found_in_ledger",
        "создание начато раньше, его итог не записан",
        "the create request was begun earlier, its result was not recorded",
    )
    FETCH_UNANSWERED = "fetch_unanswered", "ответ на запрос задач потерян", "the answer to a fetch was lost"
    STOPPING = "stopping", "воркер останавливается", "the worker is stopping"
    # --- why a row of the portal's list cannot be read; the values of `bitrix.task_states.Odd` ---
    ROW_NO_TASK = "row_no_task", "это не задача", "it is not a task"
    ROW_NO_NUMBER = "row_no_number", "у задачи нет номера", "the task has no number"
    ROW_NO_STATUS = "row_no_status", "у задачи нет статуса", "the task has no status"
    ROW_NO_ANSWER = (
        "row_no_answer",
        "значение UF_RESULT_ANSWER не ответ",
        "the value of UF_RESULT_ANSWER is not an answer",
    )
    ROW_TWICE = (
        "row_twice",
        "задача указана дважды с разными данными",
        "the task is listed twice with different contents",
    )
