"""What the portal has told to look at, gathered: a flood of hints costs no more calls than a few."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection

from worker.runtime import clock

EVERY_SECONDS = 0.5
"""The least between two looks at what was told: with 50 tasks in each, 100 tasks a second."""
MOST = 10_000
"""Tasks remembered at once; what comes beyond is seen by the next look at all."""


class Hints:
    """Numbers of tasks. Thread-safe: `add` is called by the server's threads, the others by one reader."""

    def __init__(self, now: Callable[[], float] = clock.boottime) -> None:
        self._now = now
        self._told: set[int] = set()
        self._changed = threading.Condition()
        self._not_before = 0.0

    def add(self, portal_task_id: int) -> None:
        """The portal says that something has changed: a hint to look, never a fact."""
        with self._changed:
            if len(self._told) < MOST:
                self._told.add(portal_task_id)
                self._changed.notify()

    def wait(self, seconds: float) -> bool:
        """Wait, at most so long, until there is something to look at and the time for it; whether that is so."""
        with self._changed:
            if not self._told:
                self._changed.wait(seconds)
            if self._told:
                self._changed.wait_for(lambda: False, max(min(self._not_before - self._now(), seconds), 0.0))
            return bool(self._told) and self._now() >= self._not_before

    def take(self, waiting: Collection[int], most: int) -> set[int]:
        """Up to `most` of those told of that are waited for; what nobody waits for is forgotten."""
        with self._changed:
            wanted = sorted(self._told.intersection(waiting))
            self._told = set(wanted[most:])
            self._not_before = self._now() + EVERY_SECONDS
        return set(wanted[:most])
