"""Growth of the counters in each minute of the last hour, kept in memory."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Mapping
from itertools import pairwise

from worker.runtime import clock

MINUTE = 60.0
MINUTES = 60

Counters = Mapping[str, int | float]


class Rates:
    """Samples of the counters, one for each minute of the last hour. Thread-safe."""

    def __init__(self, now: Callable[[], float] = clock.boottime) -> None:
        self._now = now
        self._guard = threading.Lock()
        self._samples: deque[tuple[float, Counters]] = deque(maxlen=MINUTES)

    def sample(self, counters: Counters) -> None:
        """Keep a sample of the counters; call it once a minute."""
        with self._guard:
            self._samples.append((self._now(), dict(counters)))

    def covered(self) -> float:
        """The seconds they cover, at most an hour: after a start there is nothing before it."""
        with self._guard:
            return min(self._now() - self._samples[0][0], MINUTE * MINUTES) if self._samples else 0.0

    def per_minute(self, name: str, counters: Counters) -> list[float]:
        """How much a counter grew in each minute, oldest first; the last minute is not over yet.

        `counters`: their current values. Growth between two samples is spread evenly over the minutes between them.
        """
        with self._guard:
            samples = list(self._samples)
        values: list[float] = []
        for (began, before), (ended, after) in pairwise(samples):
            minutes = max(round((ended - began) / MINUTE), 1)
            values += [max(after.get(name, 0) - before.get(name, 0), 0) / minutes] * min(minutes, MINUTES)
        if samples:
            values.append(max(counters.get(name, 0) - samples[-1][1].get(name, 0), 0))
        return values[-MINUTES:]
