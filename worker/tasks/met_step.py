"""One step that needs a person, as the worker has met it itself: with the names that the ledger has of it."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import Protocol

from worker.engine.incidents import Stuck
from worker.ledger import LedgerUnavailable
from worker.ledger.life import Life
from worker.ledger.seen import SeenTask
from worker.runtime import clock


class Lives(Protocol):
    """The ledger, which knows the steps. Raises `LedgerUnavailable`."""

    def life(self, external_task_id: str) -> Life | None: ...


def met_step(lives: Lives, kind: str, external_task_id: str, portal_task_id: int | None, reason: str) -> Stuck:
    """Without the ledger it has no names."""
    life, now = None, clock.wall()
    with suppress(LedgerUnavailable):
        life = lives.life(external_task_id)
    if life:
        return replace(step_of(life.task, kind, reason, now), portal_task_id=portal_task_id)
    return Stuck(external_task_id, external_task_id, kind, None, None, None, reason, now, portal_task_id=portal_task_id)


def step_of(row: SeenTask, kind: str, reason: str | None, since: float) -> Stuck:
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
