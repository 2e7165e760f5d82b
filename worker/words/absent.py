"""What is said of a create that was begun by a worker whose heartbeats have stopped."""

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


def _time(at: float) -> str:
    return datetime.fromtimestamp(at).astimezone().strftime("%d.%m %H:%M:%S")
