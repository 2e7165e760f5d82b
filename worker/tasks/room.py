"""Counts how many tasks may be fetched now."""

from __future__ import annotations

from worker.engine.locks import LockBook
from worker.tasks.doubts import Doubts

MOST_DOUBTS_PER_SLOT = 8
"""More doubts than slots are allowed, as a doubt takes no slot: if one call in three fails, fetching must go on."""


class Room:
    """`slots`: how many tasks may be in hand at once, besides those in doubt. Too many doubts stop all fetching."""

    def __init__(self, locks: LockBook, doubts: Doubts, slots: int) -> None:
        self._locks = locks
        self._doubts = doubts
        self.slots = slots

    @property
    def free(self) -> int:
        """How many slots are free. Below 1: none; the outbox takes tasks in hand too."""
        if len(self._doubts) >= MOST_DOUBTS_PER_SLOT * self.slots:
            return 0
        return self.slots - (len(self._locks) - len(self._doubts))

    @property
    def is_worth_fetching(self) -> bool:
        """Whether at least a quarter of the slots is free, so that a backlog is looked up in batches."""
        return self.free >= max(self.slots // 4, 1)

    def wait(self, seconds: float) -> None:
        """Wait until a task is no longer in hand, at most `seconds`."""
        self._locks.wait(seconds)
