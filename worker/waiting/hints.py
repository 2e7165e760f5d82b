"""Gathers the tasks that the portal reports as changed, so that many hints cost no more calls than a few."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection

from worker.runtime import clock

EVERY_SECONDS = 0.5
"""The shortest time between two checks of hinted tasks. With 50 tasks in each this is 100 tasks a second."""
MOST = 10_000
"""How many tasks to remember. Further hints are dropped: the next check of all tasks covers them."""


class Hints:
    """Numbers of Bitrix24 tasks. Any thread may call `add`; only one reader may call the other methods."""

    def __init__(self, now: Callable[[], float] = clock.boottime) -> None:
        self._now = now
        self._told: set[int] = set()
        self._changed = threading.Condition()
        self._not_before = 0.0

    def add(self, portal_task_id: int) -> None:
        """Note that the portal reports a change of this task: a reason to check it, never a fact."""
        with self._changed:
            if len(self._told) < MOST:
                self._told.add(portal_task_id)
                self._changed.notify()

    def wait(self, seconds: float) -> bool:
        """Wait until hinted tasks may be checked; True if they may. Takes at most twice `seconds`."""
        with self._changed:
            if not self._told:
                self._changed.wait(seconds)
            if self._told:
                self._changed.wait_for(lambda: False, max(min(self._not_before - self._now(), seconds), 0.0))
            return bool(self._told) and self._now() >= self._not_before

    def take(self, waiting: Collection[int], most: int) -> set[int]:
        """Up to `most` of the hinted tasks that are among `waiting`. Hints for other tasks are dropped."""
        with self._changed:
            wanted = sorted(self._told.intersection(waiting))
            self._told = set(wanted[most:])
            self._not_before = self._now() + EVERY_SECONDS
        return set(wanted[:most])
