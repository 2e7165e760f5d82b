"""One waiting step that needs a person, as the worker has met it itself: with the names that the ledger has of it."""

from __future__ import annotations

from contextlib import suppress
from typing import Protocol

from worker.engine.incidents import Stuck
from worker.ledger import LedgerUnavailable
from worker.ledger.life import Life
from worker.runtime import clock


class Lives(Protocol):
    """The ledger, which knows the steps. Raises `LedgerUnavailable`."""

    def life(self, external_task_id: str) -> Life | None: ...


def met_step(lives: Lives, kind: str, external_task_id: str, portal_task_id: int | None, reason: str) -> Stuck:
    """Without the ledger it has no names."""
    life = None
    with suppress(LedgerUnavailable):
        life = lives.life(external_task_id)
    row = life.task if life else None
    return Stuck(
        id=external_task_id,
        root_id=external_task_id,
        kind=kind,
        activity_id=row.activity_id if row else None,
        process_instance_id=row.process_instance_id if row else None,
        process_definition_id=None,
        reason=reason,
        since=clock.wall(),
        step_name=row.activity_name if row else None,
        process_definition_key=row.process_definition_key if row else None,
        business_key=row.business_key if row else None,
        portal_task_id=portal_task_id,
    )
