"""Why the worker left, released or could not read a task: codes for programs, texts for people."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from worker.words.phrase import Phrase


class Reason(StrEnum):
    """Why the worker left, released or could not read a task. The value is the code for programs."""

    HANDED_OUT_AGAIN = "handed_out_again"
    NOT_FETCHED = "not_fetched"
    EXTENDED_TOO_LATE = "extended_too_late"
    LEFT_AT_STOP = "left_at_stop"
    ROW_CHANGED = "row_changed"
    LEDGER_UNAVAILABLE = "ledger_unavailable"
    NOT_EXTENDED = "not_extended"
    FOUND_IN_LEDGER = "found_in_ledger"
    FETCH_UNANSWERED = "fetch_unanswered"
    STOPPING = "stopping"
    # --- why a row of the portal's list cannot be read; the values of `bitrix.lifecycle.Odd` ---
    ROW_NO_TASK = "row_no_task"
    ROW_NO_NUMBER = "row_no_number"
    ROW_NO_STATUS = "row_no_status"
    ROW_NO_ANSWER = "row_no_answer"
    ROW_TWICE = "row_twice"


REASONS: Mapping[Reason, Phrase] = {
    Reason.HANDED_OUT_AGAIN: Phrase("движок выдал её ещё раз", "the engine handed it out again"),
    Reason.NOT_FETCHED: Phrase("взята только для доставки итога", "taken only to deliver its outcome"),
    Reason.EXTENDED_TOO_LATE: Phrase("блокировка продлена слишком поздно", "the lock was extended too late"),
    Reason.LEFT_AT_STOP: Phrase("оставлена при остановке", "left at the stop"),
    Reason.ROW_CHANGED: Phrase("её строку в журнале изменил другой", "its ledger row was changed by somebody else"),
    Reason.LEDGER_UNAVAILABLE: Phrase("журнал не записывается", "the ledger cannot be written"),
    Reason.NOT_EXTENDED: Phrase("блокировку не удалось продлить", "the lock could not be extended"),
    Reason.FOUND_IN_LEDGER: Phrase("начата раньше, итог не записан", "begun before, no outcome was recorded"),
    Reason.FETCH_UNANSWERED: Phrase("ответ на запрос задач потерян", "the answer to a fetch was lost"),
    Reason.STOPPING: Phrase("воркер останавливается", "the worker is stopping"),
    Reason.ROW_NO_TASK: Phrase("это не задача", "it is no task"),
    Reason.ROW_NO_NUMBER: Phrase("у задачи нет номера", "the task has no number"),
    Reason.ROW_NO_STATUS: Phrase("у задачи нет статуса", "the task has no status"),
    Reason.ROW_NO_ANSWER: Phrase("в UF_RESULT_ANSWER не ответ", "UF_RESULT_ANSWER holds something that is no answer"),
    Reason.ROW_TWICE: Phrase("задача указана дважды и по-разному", "the task is there twice, with different contents"),
}
