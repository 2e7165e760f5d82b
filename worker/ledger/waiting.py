"""Tasks in the ledger that wait for somebody to close them on the portal."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Literal, Protocol

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from worker.ledger import records, rows, schema
from worker.ledger.counters import Counted, count
from worker.ledger.records import Row, SyncOwed
from worker.ledger.schema import tasks
from worker.ledger.session import LedgerSession
from worker.model import NO_TENANT, FetchedTask, Promise, Stage

Origin = Literal["created", "adopted", "known"]
COUNTERS = {"created": Counted.TASKS_CREATED, "adopted": Counted.TASKS_ADOPTED}


class Step(Protocol):
    """A step as the engine tells it; `tenant_id` None: it belongs to none."""

    @property
    def tenant_id(self) -> str | None: ...


class WaitingRows:
    """Each method is one transaction; any may raise `LedgerUnavailable`."""

    def __init__(self, session: LedgerSession) -> None:
        self._session = session

    def begin(
        self,
        task: FetchedTask,
        before: Row | None,
        portal_task_id: int,
        *,
        origin: Origin,
        promise: Promise | None = None,
    ) -> tuple[Row, SyncOwed]:
        """Record that the task exists and that the step waits for it; nothing is owed to the engine meanwhile.

        `promise`: what it was made for; None: not known, and whoever gets the step asks the portal.
        A task that is new to us is synchronised, in the same transaction. Raises `StaleRow`.
        """
        values = {"owner": self._session.owner, "stage": Stage.WAITING, "portal_task_id": portal_task_id, "spent": 0}
        values |= {} if promise is None else {"promise": promise}
        with self._session.store.transaction() as tx:
            row = rows.put(tx, task, before, values | rows.SPENT, self._session.now())
            rows.owe_nothing(tx, task.id)
            if origin == "known":
                return row, SyncOwed.NOTHING
            if other := rows.other_of_number(tx, portal_task_id, task.id):
                self._session.number_shared(portal_task_id, task.id, other)
            count(tx, COUNTERS[origin])
            return row, self._owe_sync(tx, task.id)

    def foresee(self, task: FetchedTask) -> None:
        """Note that a task may have been made for this step: whoever fetches it looks before making one.

        A row that is there already is left as it is.
        """
        with self._session.store.transaction() as tx:
            known = sa.select(tasks.c.external_task_id).where(tasks.c.external_task_id == task.id)
            if not tx.execute(known).first():
                rows.put(tx, task, None, {"owner": self._session.owner, "stage": Stage.CREATING}, self._session.now())

    def replaced_at(self) -> float:
        """Until when the installation that we replace may have made tasks, in seconds since the epoch."""
        with self._session.store.transaction() as tx:
            return schema.replaced_at(tx)

    def note_replacement(self) -> None:
        """The installation that we replace has worked until now."""
        with self._session.store.transaction() as tx:
            schema.note_replacement(tx, self._session.now())

    def ours(self) -> list[Row]:
        """All that wait and are no other living worker's."""
        with self._session.store.transaction() as tx:
            others = self._others(tx)
            query = sa.select(tasks).where(tasks.c.stage == Stage.WAITING, tasks.c.owner.not_in(others))
            return [records.read_row(row) for row in tx.execute(query)]

    def inherit(self, limit: int) -> list[Row]:
        """Take over what a dead worker of a shared ledger was waiting for; returns the rows as that one left them."""
        with self._session.store.transaction() as tx:
            living = [*self._others(tx), self._session.owner]
            left = sa.select(tasks).where(tasks.c.stage == Stage.WAITING, tasks.c.owner.not_in(living)).limit(limit)
            found = [records.read_row(row) for row in tx.execute(left.with_for_update(skip_locked=True))]
            ids = [row.external_task_id for row in found]
            tx.execute(sa.update(tasks).where(tasks.c.external_task_id.in_(ids)).values(owner=self._session.owner))
        return found

    def ended(self, row: Row, *, stage: Stage = Stage.SETTLED, portal_task_id: int | None = None) -> SyncOwed:
        """The external task is no more (SETTLED), or another worker's now (SUPERSEDED). Raises `StaleRow`.

        `portal_task_id`: the Bitrix24 task, where the row does not know it; None: what the row says.
        """
        values = {"owner": self._session.owner, "stage": stage, "portal_task_id": portal_task_id or row.portal_task_id}
        with self._session.store.transaction() as tx:
            rows.change(tx, row, values | rows.SPENT, self._session.now())
            return self._owe_sync(tx, row.external_task_id) if stage is Stage.SETTLED else SyncOwed.NOTHING

    def learn_tenants(self, some: Iterable[Row], steps: Mapping[str, Step]) -> None:
        """Note whose these are, where an earlier version has not; `steps`: as the engine tells them, by their ids."""
        unknown = [row.external_task_id for row in some if row.tenant_id is None and row.external_task_id in steps]
        if unknown:
            told = [{"task": id_, "tenant": steps[id_].tenant_id or NO_TENANT} for id_ in unknown]
            whose = tasks.c.external_task_id == sa.bindparam("task")
            with self._session.store.transaction() as tx:
                tx.execute(sa.update(tasks).where(whose).values(tenant_id=sa.bindparam("tenant")), told)

    def _others(self, tx: Connection) -> Sequence[str]:
        return [owner for owner in self._session.leases.alive(tx) if owner != self._session.owner]

    def _owe_sync(self, tx: Connection, external_task_id: str) -> SyncOwed:
        row = tx.execute(sa.select(tasks).where(tasks.c.external_task_id == external_task_id)).one()
        return rows.owe_sync_of(tx, row, self._session.now(), enabled=self._session.sync_enabled)
