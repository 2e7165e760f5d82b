"""Whose turn it is in a sweep: a share of all waiting steps, so that a long period has room for all of them."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Mapping
from math import ceil

from bitrix.task_states import AT_ONCE
from worker.config.settings import WaitingSettings
from worker.tasks.waiting_book import Waiting


class Turn:
    """A queue, for one thread. Whoever had its turn, or is new, goes to its end: nobody waits longer than a round.

    A share is at least one call, so a few tasks are all looked at in each sweep.
    """

    def __init__(self, settings: WaitingSettings) -> None:
        self._part = min(settings.sweep_seconds / (settings.full_look_minutes * 60 or settings.sweep_seconds), 1.0)
        self._queue: deque[str] = deque()
        self._queued: set[str] = set()
        self._left = 0

    @property
    def is_over(self) -> bool:
        """Whether as many had their turn as waited when the round began."""
        return self._left <= 0

    def next_of(self, waiting: Mapping[str, Waiting], suspects: Collection[str]) -> dict[str, Waiting]:
        """The next share, with the suspects, those hinted at, and those that may have been returned to work."""
        new = waiting.keys() - self._queued
        self._queue.extend(sorted(new, key=lambda id_: waiting[id_].portal_task_id))
        self._queued |= new
        self._left = len(waiting) if self.is_over else self._left
        share = self._share(waiting)
        self._left -= len(share)
        some = {id_: one for id_, one in waiting.items() if _stands_out(one) or id_ in share or id_ in suspects}
        for one in some.values():
            one.hinted = False
        return some

    def _share(self, waiting: Collection[str]) -> Collection[str]:
        count = min(ceil(len(waiting) / AT_ONCE * self._part) * AT_ONCE, len(waiting))
        share: dict[str, None] = {}
        while len(share) < count:
            id_ = self._queue.popleft()
            if id_ in waiting:
                share[id_] = None
            else:
                self._queued.discard(id_)
        self._queue.extend(share)
        return share


def _stands_out(one: Waiting) -> bool:
    return one.hinted or one.was_closed
