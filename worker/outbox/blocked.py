"""Recognises outcomes that something in front of the engine refuses while the engine itself answers."""

from __future__ import annotations

import json
import threading

from worker.engine.client import Engine
from worker.engine.errors import EngineDenied, EngineError, EngineUnreachable
from worker.engine.version import version_of
from worker.ledger import OwedSettlement
from worker.model import BpmnError, Complete, Failure, Settlement

MOST_REMEMBERED = 10_000
NO_TOPIC = "none"
"""A topic for a question whose answer does not matter, only that there is one."""


class Blocked:
    """Counts, for each external task, refusals after which a neutral call succeeded. Thread-safe."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._times: dict[str, int] = {}
        self._guard = threading.Lock()

    def times(self, owed: OwedSettlement, error: EngineError) -> int:
        """How often this outcome alone has been refused, including this time; 0 if this is no such refusal.

        Makes a neutral call to the engine: if that fails too, it is an outage, not an error in the task.
        """
        answered = isinstance(error, EngineUnreachable | EngineDenied) and error.status is not None
        if not answered or not self._engine_is_well():
            return 0
        with self._guard:
            if len(self._times) >= MOST_REMEMBERED:
                self._times.clear()  # all are counted anew: an incident may come later, none comes wrongly
            times = self._times[owed.external_task_id] = self._times.get(owed.external_task_id, 0) + 1
        return times

    def forget(self, external_task_id: str) -> None:
        """Forget the count: the outcome was accepted, or is no longer outstanding."""
        with self._guard:
            self._times.pop(external_task_id, None)

    def _engine_is_well(self) -> bool:
        try:
            version_of(self._engine, NO_TOPIC)
        except EngineError:
            return False
        return True


def size_of(settlement: Settlement) -> int:
    """How many bytes its variables, or its texts, take as JSON in the request."""
    match settlement:
        case Complete(values) | BpmnError(variables=values):
            sent: object = values
        case Failure(message, details):
            sent = [message, details]
    return len(json.dumps(sent))
