"""How many tasks may be taken in hand now."""

from __future__ import annotations

from worker.engine.locks import LockBook
from worker.tasks.doubts import Doubts

MOST_DOUBTS_PER_SLOT = 8
"""Doubts cost a lock and a row, no slot: where one call in three fails, as many as slots would stop all the others."""


class Room:
    """So many `slots`, less what is in hand; a task in doubt takes none."""

    def __init__(self, locks: LockBook, doubts: Doubts, slots: int) -> None:
        self._locks = locks
        self._doubts = doubts
        self.slots = slots

    @property
    def free(self) -> int:
        """Slots that are free; below 1: none."""
        if len(self._doubts) >= MOST_DOUBTS_PER_SLOT * self.slots:
            return 0
        return self.slots - (len(self._locks) - len(self._doubts))

    @property
    def is_worth_fetching(self) -> bool:
        """Whether a quarter is free, so that a backlog is looked up in batches; one while nothing is in hand."""
        return self.free >= max(self.slots // 4, 1)

    def wait(self, seconds: float) -> None:
        """Wait until a task has left the hands, at most so long."""
        self._locks.wait(seconds)
