"""What this run remembers of its calls with outcomes: accepted and not yet recorded, or not answered."""

from __future__ import annotations

import threading
from typing import TypeVar

from worker.engine.locks import ENGINE_MAX_SECONDS
from worker.ledger import OwedSettlement
from worker.model import Settlement
from worker.runtime import clock

Value = TypeVar("Value")
MOST_REMEMBERED = 10_000
"""If one is forgotten, its call is repeated, and the engine answers that the task is gone."""


class Sends:
    """Thread-safe. Bounded: the oldest is forgotten first."""

    def __init__(self) -> None:
        self._accepted: dict[str, tuple[str, Settlement]] = {}
        self._unanswered: dict[str, float] = {}
        self._guard = threading.Lock()

    def unanswered(self, owed: OwedSettlement) -> None:
        """Note that a call with this outcome may still be executing.

        Until that is impossible, no other outcome replaces it (P9).
        """
        with self._guard:
            _put(self._unanswered, owed.external_task_id, clock.boottime() + ENGINE_MAX_SECONDS)

    def accepted(self, owed: OwedSettlement) -> None:
        """Note that the engine has accepted this outcome, which is to be recorded."""
        with self._guard:
            self._unanswered.pop(owed.external_task_id, None)
            _put(self._accepted, owed.external_task_id, (owed.worker_id, owed.settlement))

    def was_accepted(self, owed: OwedSettlement) -> bool:
        """Whether only the record of this outcome is missing: the engine has accepted it."""
        return self._accepted.get(owed.external_task_id) == (owed.worker_id, owed.settlement)

    def over(self, external_task_id: str) -> None:
        """Forget the calls for a task: its outcome is recorded, or another one takes its place."""
        with self._guard:
            self._accepted.pop(external_task_id, None)
            self._unanswered.pop(external_task_id, None)

    def handed_out(self, external_task_id: str) -> None:
        """The engine has handed the task out since: what it accepted before does not hold for the new hand-out."""
        with self._guard:
            self._accepted.pop(external_task_id, None)

    def may_be_executed_still(self, owed: OwedSettlement) -> bool:
        return clock.boottime() < self._unanswered.get(owed.external_task_id, 0.0)

    def may_have_been_executed(self, owed: OwedSettlement) -> bool:
        """Whether an earlier call with this outcome, of this run or another one, was not answered."""
        return owed.inherited or owed.external_task_id in self._unanswered


def _put(entries: dict[str, Value], key: str, value: Value) -> None:
    entries.pop(key, None)
    entries[key] = value
    if len(entries) > MOST_REMEMBERED:
        del entries[next(iter(entries))]
