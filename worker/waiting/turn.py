"""Whose turn it is in a sweep: a share of all waiting steps, so that a long period has room for all of them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from math import ceil

from bitrix.task_states import AT_ONCE
from worker.config.settings import WaitingSettings
from worker.tasks.waiting_book import Waiting


class Turn:
    """For one thread. A share is at least one call, so a few tasks are all looked at in each sweep."""

    def __init__(self, settings: WaitingSettings) -> None:
        self._part = min(settings.sweep_seconds / (settings.full_look_minutes * 60 or settings.sweep_seconds), 1.0)
        self._rest: list[str] = []

    @property
    def is_over(self) -> bool:
        """Whether all that waited when the round began had their turn."""
        return not self._rest

    def next_of(self, waiting: Mapping[str, Waiting], suspects: Collection[str]) -> dict[str, Waiting]:
        """The next share, with the suspects, those hinted at, and those that may have been returned to work."""
        if self.is_over:
            self._rest = sorted(waiting, key=lambda id_: waiting[id_].portal_task_id, reverse=True)
        calls = ceil(len(waiting) / AT_ONCE * self._part)
        share = {self._rest.pop() for _ in range(min(calls * AT_ONCE, len(self._rest)))}
        some = {id_: one for id_, one in waiting.items() if _stands_out(one) or id_ in share or id_ in suspects}
        for one in some.values():
            one.hinted = False
        return some


def _stands_out(one: Waiting) -> bool:
    return one.hinted or one.was_closed
