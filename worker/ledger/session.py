"""What all parts of the ledger share during one run."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from worker.ledger import rows
from worker.ledger.counters import Counted, count
from worker.ledger.leases import WorkerLeases
from worker.ledger.records import SyncOwed
from worker.ledger.schema import tasks
from worker.ledger.store import Store


@dataclass(frozen=True, slots=True)
class LedgerSession:
    """`owner` identifies the run in the rows it changes; `now` gives the ledger's time in seconds since the epoch.

    `sync_enabled` False: no synchronisation is ever recorded. `number_shared` is called with a Bitrix24 task number and
    two external task ids when a task is recorded for one external task while the row of another already has it.
    """

    store: Store
    leases: WorkerLeases
    owner: str
    now: Callable[[], float]
    sync_enabled: bool
    number_shared: Callable[[int, str, str], object]

    def task_is_new(self, tx: Connection, external_task_id: str, portal_task_id: int, *, adopted: bool) -> None:
        """Count a Bitrix24 task that is recorded for the first time, and report a number that another row has too."""
        if other := rows.other_of_number(tx, portal_task_id, external_task_id):
            self.number_shared(portal_task_id, external_task_id, other)
        count(tx, Counted.TASKS_ADOPTED if adopted else Counted.TASKS_CREATED)

    def owe_sync(self, tx: Connection, external_task_id: str) -> SyncOwed:
        """Record the synchronisation of the task's process instance."""
        of_row = sa.select(*(tasks.c[name] for name in rows.Ended._fields))
        row = tx.execute(of_row.where(tasks.c.external_task_id == external_task_id)).one()
        return rows.owe_sync_of(tx, rows.Ended(*row), self.now(), enabled=self.sync_enabled)
