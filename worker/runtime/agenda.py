"""What has to be done later: one thread and a heap instead of a sleeping thread for each wait."""

from __future__ import annotations

import heapq
import itertools
import threading
from collections.abc import Callable

from worker.runtime import clock

Job = Callable[[], None]
TICK_SECONDS = 30.0
"""How often its thread comes by, however far away the next job is."""


class Agenda:
    """Runs jobs at their boot time by handing them to `run`, which must not block. Thread-safe.

    `waits` hears from its thread, again and again, for how many seconds it is going to wait.
    """

    def __init__(self, run: Callable[[Job], object], waits: Callable[[float], object] = bool) -> None:
        self._run = run
        self._waits = waits
        self._jobs: list[tuple[float, int, Job]] = []
        self._order = itertools.count()
        self._changed = threading.Condition()
        self._closed = False

    def at(self, boottime: float, job: Job) -> None:
        """Run `job` at a boot time; at once when that has passed."""
        with self._changed:
            heapq.heappush(self._jobs, (boottime, next(self._order), job))
            self._changed.notify()

    def after(self, seconds: float, job: Job) -> None:
        """Run `job` in `seconds`."""
        self.at(clock.boottime() + seconds, job)

    def close(self) -> None:
        """Stop; what has not been due is dropped (everything that matters is a row)."""
        with self._changed:
            self._closed = True
            self._changed.notify()

    def loop(self) -> None:
        """The thread's work, until `close`."""
        while job := self._next():
            self._run(job)

    def _next(self) -> Job | None:
        with self._changed:
            while not self._closed:
                wait = self._jobs[0][0] - clock.boottime() if self._jobs else None
                if wait is not None and wait <= 0:
                    return heapq.heappop(self._jobs)[2]
                wait = TICK_SECONDS if wait is None else min(wait, TICK_SECONDS)
                self._waits(wait)
                self._changed.wait(wait)
            return None
