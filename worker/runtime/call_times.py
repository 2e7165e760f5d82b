"""What the calls to one side take now, beside what they usually take; and the decision whether the side is slow."""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import dataclass
from statistics import median_low

from worker.runtime import clock

SLOW_SECONDS = 5.0
"""A call that takes so long is slow, whatever is usual: a step makes several, and so many fewer are made."""
LATEST = 3
"""So many calls in a row are slow before the side is: a single one may be large, or meet a restart."""
FRESH_SECONDS = 300.0
"""What was measured earlier says nothing of now. Even of an idle worker a side hears more often than that."""
USUAL = 50
"""Of so many calls the median is what is usual."""


@dataclass(frozen=True, slots=True)
class Latency:
    """What a call takes, in seconds; None: not measured. `usual`: of those that were not slow."""

    now: float | None = None
    usual: float | None = None


NOT_MEASURED = Latency()


class CallTimes:
    """The last calls to one side. Thread-safe; its size is bounded. `slow`: what takes so long is; None: a call."""

    def __init__(self, slow: float | None = None) -> None:
        self._slow = SLOW_SECONDS if slow is None else slow
        self._guard = threading.Lock()
        self._latest: deque[tuple[float, float]] = deque(maxlen=LATEST)
        self._usual: deque[float] = deque(maxlen=USUAL)
        self._is_slow = False

    def add(self, seconds: float) -> None:
        """One call took so long. It ends a slow time if most of the latest were not slow."""
        with self._guard:
            was_slow = self._is_slow and bool(self._fresh())
            self._latest.append((clock.boottime(), seconds))
            if seconds < self._slow:
                self._usual.append(seconds)
            latest = self._fresh()
            self._is_slow = (was_slow and median_low(latest) >= self._slow) or (
                len(latest) == LATEST and min(latest) >= self._slow
            )

    def read(self) -> Latency:
        """The medians of the latest calls and of the usual ones."""
        with self._guard:
            latest, usual = self._fresh(), [*self._usual]
        return Latency(median_low(latest) if latest else None, median_low(usual) if usual else None)

    def is_slow(self) -> bool:
        """Whether each of the latest calls was slow, and not most of those since then quick."""
        with self._guard:
            return self._is_slow and bool(self._fresh())

    def _fresh(self) -> list[float]:
        since = clock.boottime() - FRESH_SECONDS
        return [took for at, took in self._latest if at >= since]
