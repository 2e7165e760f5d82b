"""What is said of a create that was begun and has no clear answer yet: what it waits for."""

from __future__ import annotations

from datetime import datetime

from worker.words.phrase import NOTHING, Phrase, joined
from worker.words.said_again import said_again

NOT_ANSWERED = Phrase("портал ещё не ответил", "the portal has not answered yet")
NOT_RECORDED = Phrase(
    "портал ответил, задача {task} есть, но журнал ещё не принял запись о ней; воркер повторяет запись",
    "the portal has answered and task {task} exists, but the ledger has not taken the record of it yet; the worker "
    "repeats it",
)
LOOKED_UP_NOW = Phrase("воркер сейчас ищет её по метке", "the worker is looking for its marker now")
LOOKED_UP_AT = Phrase("воркер поищет её по метке в {at}", "the worker looks for its marker at {at}")
NOT_LOOKED_UP = Phrase(
    "портал не ответил на поиск метки, воркер повторяет его, пока портал не ответит",
    "the portal has not answered the search for its marker, the worker repeats it until it does",
)
NOT_IN_HAND = Phrase(
    "воркер, у которого шаг сейчас или который возьмёт его, когда истечёт блокировка, поищет задачу по метке",
    "the worker that has the step, or takes it once its lock has ended, looks for its marker",
)
LEFT = Phrase(
    "прошлый запуск остановился раньше, чем пришёл ответ портала; воркер возьмёт шаг, когда истечёт блокировка "
    "({at}), и поищет задачу по метке",
    "an earlier run ended before the portal's answer came; the worker takes the step when its lock has ended ({at}), "
    "and looks for the task's marker",
)
LEFT_UNTIL = Phrase("примерно в {at}", "at about {at}")
LEFT_NOW = Phrase("в ближайшее время", "any moment")
NO_ANSWER = Phrase("ответа портала в журнале нет", "no answer of the portal is in the ledger")
"""This worker does not have it: the ledger could not take the answer, or an earlier run or another worker began it."""


def said_of(answer: str | None, now: Phrase | None, cause: str | None = None) -> Phrase:
    """The portal's unclear answer, if any, and what the create waits for. `now`: as its worker tells; None: nobody.

    `cause`: the name of the answer's.
    """
    before = said_again(answer, cause) if answer else NOTHING if now else NO_ANSWER
    return joined("; ", filter(None, (before, NOT_IN_HAND if now is None else now)))


def looked_up_at(moment: float) -> Phrase:
    """When it is looked up, in seconds since the epoch."""
    return LOOKED_UP_AT.format(at=_time(moment))


def left_until(moment: float | None) -> Phrase:
    """Until when the lock of an earlier run lasts; None: it has ended."""
    return LEFT.format(at=LEFT_NOW if moment is None else LEFT_UNTIL.format(at=_time(moment)))


def _time(moment: float) -> str:
    return datetime.fromtimestamp(moment).astimezone().strftime("%H:%M:%S")
