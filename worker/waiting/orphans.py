"""Ends rows whose step no longer exists in the engine: it was cancelled, or another worker ended it."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Sequence

from worker.config.served import Served, named
from worker.engine.answers import Existing
from worker.engine.client import Engine
from worker.engine.locks import LockBook
from worker.ledger import Ledger, Row, StaleRow, SyncOwed
from worker.model import FetchedTask, Stage
from worker.runtime.telemetry import Telemetry
from worker.tasks.lookup import Lookup
from worker.waiting.sights import Sights
from worker.words.unbelieved import STEPS_NOT_LISTED

OLD_SECONDS = 600.0
"""How long a row must be unchanged, besides the longest create, before it is checked. No work takes so long.

After an accepted failure no work is under way, and it is checked at once.
"""
SEEN_AT_ONCE = 1000
"""How many rows to check in one round. If there are more, such as incidents that nobody decides, the next goes on."""
FIRST = (-math.inf, "")
"""A place before that of every row."""
AT_ONCE = 50


class Orphans:
    """Ends rows that only a new hand-out would change: creates of unknown outcome, and tasks after a failure.

    If a Bitrix24 task exists, the instance is synchronised: `wake_syncs` is called. `hold_seconds`: the portal's
    longest execution plus the margin. `topics`: those the settings name.
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
        wake_syncs: Callable[[], None],
    ) -> None:
        self._ledger = ledger
        self._engine = engine
        self._lookup = lookup
        self._locks = locks
        self._telemetry = telemetry
        self.sights = Sights.of(telemetry, "orphans")
        self._old_seconds = hold_seconds + OLD_SECONDS
        self._wake_syncs = wake_syncs
        self._served = Served(topics, engine.tenants)
        self._not_served = 0
        self._after = FIRST

    def clear(self) -> None:
        """Check the next of them. Safe to repeat; raises `EngineError`, `PortalError`, `LedgerUnavailable`."""
        found = self._ledger.old.unfinished(self._old_seconds, SEEN_AT_ONCE, after=self._after)
        old = [row for row in found if not self._in_hand(row)]
        there = self._engine.existing([row.external_task_id for row in old])
        self._ledger.waiting.learn_tenants(old, there)
        begun = [row for row in old if row.stage is not Stage.REJECTED and row.external_task_id in there]
        self._tell_not_served([there[row.external_task_id] for row in begun])
        missing = [row for row in old if row.external_task_id not in there][:AT_ONCE]
        gone = [row for row in missing if not self._engine.exists(row.external_task_id)]
        if hidden := len(missing) - len(gone):
            self.sights.steps.fails(STEPS_NOT_LISTED.format(count=hidden))
        if gone:
            tasks = self._lookup.find([_step_of(row) for row in gone])
            for row in gone:
                self._end(row, tasks.get(row.external_task_id))
        last = found[-1] if len(found) == SEEN_AT_ONCE else None
        self._after = (last.updated_at, last.external_task_id) if last else FIRST

    def _tell_not_served(self, steps: Sequence[Existing]) -> None:
        """Log steps of topics and tenants that the settings no longer name: no worker fetches them."""
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
            return  # the row has changed since: the step is being worked on
        portal_task = portal_task_id or row.portal_task_id
        self._telemetry.emit("task.abandoned", task=row.external_task_id, portal_task=portal_task)
        if owed is SyncOwed.OWED:
            self._wake_syncs()


def _step_of(row: Row) -> FetchedTask:
    return FetchedTask(
        row.external_task_id,
        row.topic,
        row.worker_id,
        activity_id="",
        process_instance_id=None,
        process_definition_key=None,
    )
