"""Rows that nobody asks for any more: their step was cancelled, or ended by another worker."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

from worker.config.served import Served, named
from worker.engine.answers import Existing
from worker.engine.client import Engine
from worker.engine.locks import LockBook
from worker.ledger import Ledger, Row, StaleRow, SyncOwed
from worker.model import FetchedTask
from worker.runtime.telemetry import Telemetry
from worker.tasks.lookup import Lookup

OLD_SECONDS = 600.0
"""How long a row has not changed, besides the longest create, before it is looked at: none is so long on its way."""
SEEN_AT_ONCE = 1000
"""The rows whose steps are asked for: of many that exist still (suspended, say) none may hide one that is gone."""
AT_ONCE = 50


class Remnants:
    """Ends the rows whose step is no more: creates of unknown outcome, and tasks whose failure was told.

    A task that was made is synchronised.

    `hold_seconds`: the portal's longest execution plus the margin.
    """

    def __init__(
        self,
        *,
        ledger: Ledger,
        engine: Engine,
        lookup: Lookup,
        locks: LockBook,
        telemetry: Telemetry,
        topics: Collection[str],
        hold_seconds: float,
        owes_sync: Callable[[], None],
    ) -> None:
        self._ledger = ledger
        self._engine = engine
        self._lookup = lookup
        self._locks = locks
        self._telemetry = telemetry
        self._old_seconds = hold_seconds + OLD_SECONDS
        self._owes_sync = owes_sync
        self._served = Served(topics, engine.tenants)
        self._not_served = 0

    def clear(self) -> None:
        """Look at the oldest of them. Safe to repeat; raises `EngineError`, `PortalError`, `LedgerUnavailable`."""
        old = [row for row in self._ledger.unfinished(self._old_seconds, SEEN_AT_ONCE) if not self._in_hand(row)]
        there = self._engine.existing([row.external_task_id for row in old])
        self._ledger.waiting.learn_tenants(old, there)
        self._tell_not_served([there[row.external_task_id] for row in old if row.external_task_id in there])
        missing = [row for row in old if row.external_task_id not in there][:AT_ONCE]
        gone = [row for row in missing if not self._engine.exists(row.external_task_id)]
        if hidden := len(missing) - len(gone):
            self._telemetry.emit("waiting.steps_not_seen", reason=f"external-task: {hidden} not listed")
        if gone:
            found = self._lookup.find([_step_of(row) for row in gone])
            for row in gone:
                self._end(row, found.get(row.external_task_id))

    def _tell_not_served(self, steps: Sequence[Existing]) -> None:
        """Of a topic or tenant that the settings no longer name: nobody asks for those rows, and each looks alive."""
        left = [step for step in steps if not self._served.step(step.topic, step.tenant_id)]
        if left and len(left) != self._not_served:
            topics, tenants = named(step.topic for step in left), named(step.tenant_id for step in left)
            self._telemetry.emit("task.not_served", count=len(left), topics=topics, tenants=tenants)
        self._not_served = len(left)

    def _in_hand(self, row: Row) -> bool:
        return row.external_task_id in self._locks

    def _end(self, row: Row, portal_task_id: int | None) -> None:
        try:
            owed = self._ledger.waiting.ended(row, portal_task_id=portal_task_id)
        except StaleRow:
            return  # somebody has just gone on with it
        if owed is SyncOwed.OWED:
            self._owes_sync()
        portal_task = portal_task_id or row.portal_task_id
        self._telemetry.emit("task.abandoned", task=row.external_task_id, portal_task=portal_task)


def _step_of(row: Row) -> FetchedTask:
    return FetchedTask(
        row.external_task_id,
        row.topic,
        row.worker_id,
        activity_id="",
        process_instance_id=None,
        process_definition_key=None,
    )
