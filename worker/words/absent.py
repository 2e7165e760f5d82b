"""What is said of a worker whose heartbeats have stopped, of a create that it began, and of a step that it has."""

from __future__ import annotations

import time
from datetime import datetime

from worker.words.phrase import Phrase

SAID = Phrase(
    "воркер {worker}, который отправлял запрос, не отмечается в журнале с {since}; другой воркер возьмёт шаг, когда "
    "истечёт блокировка, самое позднее в {until}",
    "the worker {worker}, which sent the request, has sent no heartbeat since {since}; another worker takes the step "
    "when its lock has ended, at {until} at the latest",
)
FREE = Phrase(
    "воркер {worker}, который отправлял запрос, не отмечается в журнале с {since}; его блокировки истекли не позже "
    "{until}, и шаг может взять другой воркер",
    "the worker {worker}, which sent the request, has sent no heartbeat since {since}; its locks ended at {until} at "
    "the latest, and another worker may take the step",
)
"""Once all its locks have ended."""
FETCHED = Phrase(
    "шаг взял и не записал воркер {worker}, он не отмечается в журнале с {since}; другой воркер возьмёт шаг, когда "
    "истечёт блокировка, в {until}",
    "the worker {worker} has fetched the step and not recorded it, and has sent no heartbeat since {since}; another "
    "worker takes the step when its lock ends, at {until}",
)
LEFT = Phrase(
    "не отмечается с {since}: его незавершённые шаги (в журнале: {steps}) переходят к остальным: итоги — сразу, ждущие "
    "людей — при следующей сверке, прочие и те, что он взял и не записал, — когда истекут блокировки, не позже {until}",
    "no heartbeat since {since}: its unfinished steps (recorded: {steps}) go to the others: outcomes at once, steps "
    "that wait for people at the next comparison, the rest, and what it fetched but did not record, when its locks "
    "end, at {until} at the latest",
)
LEFT_FREE = Phrase(
    "не отмечается с {since}, его блокировки истекли: незавершённые шаги (в журнале: {steps}) могут взять остальные",
    "no heartbeat since {since}, its locks have ended: the others may take its unfinished steps (recorded: {steps})",
)
"""Once all its locks have ended."""
CURE = Phrase(
    "Проверьте, что другой воркер этого журнала работает. Запустите {worker}, если он ещё не запущен снова под другим "
    "номером",
    "See that another worker of this ledger runs. Start {worker}, unless it has been started again under another "
    "number",
)


def said_of_absent(worker: str, since: float, until: float, *, said: str | None = None) -> Phrase:
    """Who began the create, since when it is silent, and when its last lock ends; seconds since the epoch.

    `said`: the portal's unclear answer before that.
    """
    words = SAID if until > time.time() else FREE
    told = words.format(worker=worker, since=_time(since), until=_time(until))
    return Phrase(f"{said}; {told.ru}", f"{said}; {told.en}") if said else told


def said_of_fetched(worker: str, since: float, until: float) -> Phrase:
    """Of a step that the engine has locked for a silent worker until then, and that the ledger has no row of."""
    return FETCHED.format(worker=worker, since=_time(since), until=_time(until))


def said_of_silent(since: float, steps: int, until: float) -> Phrase:
    """Since when a worker is silent, what it has left, and when others have it; seconds since the epoch."""
    words = LEFT if until > time.time() else LEFT_FREE
    return words.format(since=_time(since), steps=steps, until=_time(until))


def _time(at: float) -> str:
    return datetime.fromtimestamp(at).astimezone().strftime("%d.%m %H:%M:%S")
