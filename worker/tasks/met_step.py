"""The steps that need a person, as the worker has met them itself: with their names, and since when."""

from __future__ import annotations

from collections.abc import Collection
from contextlib import suppress
from dataclasses import replace

from worker.engine.incidents import Stuck
from worker.ledger import Ledger, LedgerUnavailable
from worker.ledger.seen import SeenTask
from worker.runtime import clock


class MetSteps:
    """What the ledger knows of those of one kind; without it they have no names, and have been met only now."""

    def __init__(self, ledger: Ledger, kind: str) -> None:
        self._ledger = ledger
        self._kind = kind

    def met(self, external_task_id: str, portal_task_id: int | None, reason: str) -> Stuck:
        """One of them, with all that the ledger names."""
        return self.named(external_task_id, portal_task_id, reason, self.since(external_task_id))

    def named(self, id_: str, portal_task_id: int | None, reason: str | None, since: float | None) -> Stuck:
        """One of which it is known since when."""
        life = None
        with suppress(LedgerUnavailable):
            life = self._ledger.views.life(id_)
        if life:
            return replace(step_of(life.task, self._kind, reason, since), portal_task_id=portal_task_id)
        return self.bare(id_, portal_task_id, reason, since)

    def bare(self, id_: str, portal_task_id: int | None, reason: str | None, since: float | None) -> Stuck:
        """The same without names."""
        return Stuck(id_, id_, self._kind, None, None, None, reason, since, portal_task_id=portal_task_id)

    def since(self, external_task_id: str) -> float:
        """When this or an earlier run first met it, in seconds since the epoch."""
        with suppress(LedgerUnavailable):
            return self._ledger.first_seen.begin(self._kind, external_task_id)
        return clock.wall()

    def over(self, external_task_id: str) -> None:
        """It is none of them any more: if it becomes one again, its time begins anew."""
        with suppress(LedgerUnavailable):  # the next `keep` does it
            self._ledger.first_seen.end(self._kind, external_task_id)

    def keep(self, external_task_ids: Collection[str], among: Collection[str] | None = None) -> None:
        """No other step of this worker, or of those `among`, can be one of them, whatever earlier runs met."""
        with suppress(LedgerUnavailable):  # the next call does it
            self._ledger.first_seen.keep(self._kind, external_task_ids, among)


def step_of(row: SeenTask, kind: str, reason: str | None, since: float | None) -> Stuck:
    """The step of a row in the ledger, with all that the row names."""
    return Stuck(
        id=row.external_task_id,
        root_id=row.external_task_id,
        kind=kind,
        activity_id=row.activity_id,
        process_instance_id=row.process_instance_id,
        process_definition_id=None,
        reason=reason,
        since=since,
        step_name=row.activity_name,
        process_definition_key=row.process_definition_key,
        business_key=row.business_key,
        portal_task_id=row.portal_task_id,
    )
