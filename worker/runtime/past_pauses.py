"""The pauses of one side that have ended: trouble that comes and goes, which no single pause shows."""

from __future__ import annotations

from typing import NamedTuple

from worker.runtime import clock
from worker.runtime.pause import Pause

HOUR_SECONDS = 3600.0
MOST = 5000
FEWEST = 2
"""One pause that is over says nothing."""


class Lately(NamedTuple):
    """The ended pauses of the last hour: how many, how many seconds of that hour, and the boot time of the last end."""

    times: int
    seconds: float
    until: float


class PastPauses:
    """Written under the guard of a gate, read by any thread."""

    def __init__(self) -> None:
        self.begun = 0
        """Since the start, the current pause included."""
        self._ended: tuple[tuple[float, float], ...] = ()

    def note(self, ended: Pause) -> None:
        """Remember a pause that ends now."""
        now = clock.boottime()
        self._ended = (*self._of_last_hour(now), (ended.since, now))[-MOST:]

    def lately(self) -> Lately | None:
        """What the last hour was like; None if fewer than two pauses have ended in it."""
        now = clock.boottime()
        recent = self._of_last_hour(now)
        if len(recent) < FEWEST:
            return None
        seconds = sum(until - max(since, now - HOUR_SECONDS) for since, until in recent)
        return Lately(len(recent), seconds, recent[-1][1])

    def _of_last_hour(self, now: float) -> tuple[tuple[float, float], ...]:
        return tuple(one for one in self._ended if one[1] > now - HOUR_SECONDS)
