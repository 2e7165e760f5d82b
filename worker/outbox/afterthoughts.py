"""Whether an answer that the engine could not be told at once still stands: people change their minds meanwhile.

An instance may be suspended for days, an engine be away for a night. What was read from a task is told at once, or
compared with the task first; where that shows something else by now, the step waits on, and is read anew.
"""

from __future__ import annotations

import json

from bitrix.errors import LookupUnproven, PortalError
from bitrix.lifecycle import Lifecycle, TaskState
from bitrix.methods import LIST
from worker.engine.client import Engine
from worker.engine.errors import EngineError
from worker.engine.locks import ENGINE_MAX_SECONDS
from worker.ledger import Ledger, LedgerUnavailable, OwedSettlement, StaleRow
from worker.runtime.gate import Gate
from worker.runtime.telemetry import Telemetry

AGAIN_SECONDS = 15.0
"""How soon a portal that could not be asked is asked again."""
UNTIL_FETCHED_SECONDS = ENGINE_MAX_SECONDS + 1.0
"""The rest of the lock: no call for the former outcome runs any more, and the step is not so young (P10)."""


class Afterthoughts:
    """Asks the portal before a late delivery. Thread-safe; never raises."""

    def __init__(
        self, lifecycle: Lifecycle, ledger: Ledger, engine: Engine, portal_gate: Gate, telemetry: Telemetry
    ) -> None:
        self._lifecycle = lifecycle
        self._ledger = ledger
        self._engine = engine
        self._portal_gate = portal_gate
        self._telemetry = telemetry

    def hold_back(self, owed: OwedSettlement) -> bool:
        """Whether this outcome must not be told now: its task shows another one, or cannot be asked.

        Of a task in hand: nobody else delivers or replaces it meanwhile.
        """
        try:
            current = self._ledger.settlements.of(owed.external_task_id) if owed.seen else None
            if current is None or current.seen is None:
                return False
            return not self._still_shown(current, current.seen)
        except (LedgerUnavailable, StaleRow):
            return True

    def _still_shown(self, owed: OwedSettlement, seen: str) -> bool:
        portal_task_id = int(json.loads(seen)["id"])
        if not self._portal_gate.is_open:
            self._ledger.settlements.delay_untried(owed, AGAIN_SECONDS)
            return False
        try:
            shown = self._shown(portal_task_id)
        except PortalError as error:
            self._telemetry.emit("waiting.not_seen", reason=self._telemetry.words(error))
            self._ledger.settlements.delay_untried(owed, AGAIN_SECONDS)
            return False
        if shown == seen:
            return True
        self._ledger.settlements.take_back(owed)
        self._telemetry.emit("waiting.read_again", task=owed.external_task_id, portal_task=portal_task_id)
        try:
            self._engine.extend_lock(owed.external_task_id, UNTIL_FETCHED_SECONDS)
        except EngineError as error:  # suspended, say: the lock runs out by itself, and the step is fetched then
            words = self._telemetry.words(error)
            self._telemetry.emit("lock.not_shortened", task=owed.external_task_id, reason=words)
        return False

    def _shown(self, portal_task_id: int) -> str:
        states = self._lifecycle.states([portal_task_id])
        if states.odd:
            raise LookupUnproven(LIST, "malformed", f"task {portal_task_id}: {states.odd[0].why}")
        return seen_of(next(iter(states.read), missing(portal_task_id)))


def missing(portal_task_id: int) -> TaskState:
    """A task that the portal does not show."""
    return TaskState(portal_task_id, 0)


def seen_of(state: TaskState) -> str:
    """What an answer was read from, as the ledger keeps it: equal for as long as nobody has changed it."""
    told = (state.id, state.status, state.closed_at, state.closed_by, state.chosen, state.xml_id)
    names = ("id", "status", "closed_at", "closed_by", "chosen", "xml_id")
    return json.dumps(dict(zip(names, told, strict=True)))
