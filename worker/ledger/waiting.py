"""Steps in the ledger that wait until a person closes their task on the portal."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Literal, Protocol

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from worker.ledger import decisions, notes, records, rows
from worker.ledger.decisions import Person
from worker.ledger.records import Kept, Row, StaleRow, SyncOwed
from worker.ledger.schema import IS_WAITING, tasks
from worker.ledger.session import LedgerSession
from worker.model import NO_TENANT, Decided, FetchedTask, Promise, Stage

PORTION = 5_000
READ = [tasks.c[name] for name in sorted(records.ROW_FIELDS)]
STEP = sa.select(*READ, tasks.c.kept).where(
    IS_WAITING,
    tasks.c.external_task_id == sa.bindparam("task"),
    tasks.c.owner == sa.bindparam("owner"),
)
Origin = Literal["created", "adopted", "known"]
"""How a Bitrix24 task came to be known: our create was answered, a look-up has found it, or the row had it already.

The first two count the task and owe its synchronisation. `known` does neither: that was done when the row got it.
"""


MOST_BESIDE = 20


class Step(Protocol):
    """A step as the engine describes it; `tenant_id` None: it has no tenant."""

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
        kept: Kept | None = None,
        since: float | None = None,
    ) -> tuple[Row, SyncOwed]:
        """Record that the task exists and that the step waits for it; no outcome is outstanding meanwhile.

        `promise`: what the task was created for; None if unknown, then the next hand-out asks the portal.
        `kept`: what the next run goes on with; None: it needs another hand-out. `since`: when the wait
        began, if that was before now.
        The same transaction records the synchronisation of a task that is new to us. Raises `StaleRow`.
        """
        values = {"owner": self._session.owner, "stage": Stage.WAITING, "portal_task_id": portal_task_id, "spent": 0}
        now = self._session.now()
        values["acts"] = None
        values |= {} if promise is None else {"promise": promise}
        values |= {} if before and before.stage is Stage.WAITING else {"waiting_since": min(since or now, now)}
        with self._session.store.transaction() as tx:
            told = {"kept": kept.text, "kept_under": kept.under} if kept else {}
            row = rows.put(tx, task, before, values | rows.SPENT | told, now)
            rows.owe_nothing(tx, task.id)
            if origin == "known":
                return row, SyncOwed.NOTHING
            self._session.task_is_new(tx, task.id, portal_task_id, adopted=origin == "adopted")
            return row, self._session.owe_sync(tx, task.id)

    def step(self, external_task_id: str) -> tuple[Row, str | None]:
        """The row of a step that waits for this run, and what was kept of it. Raises `StaleRow`."""
        with self._session.store.transaction() as tx:
            row = tx.execute(STEP, {"task": external_task_id, "owner": self._session.owner}).first()
        if row is None:
            raise StaleRow(external_task_id)
        return records.read_row(row), row.kept

    def resume(self, ids: Collection[str], worker_id: str, under: Collection[str]) -> list[tuple[Row, str]]:
        """Take over those of these steps that an earlier run of this worker left waiting, with what it kept of them.

        `under`: the settings in force. What was kept by others does not count, nor the steps of a running worker.
        Not durable: if a crash undoes it, the next run takes them over.
        """
        with self._session.store.transaction(durable=False) as tx:
            some = tasks.c.external_task_id.in_(ids)
            ours = sa.and_(tasks.c.worker_id == worker_id, tasks.c.owner.not_in(self._others(tx)))
            whole = sa.and_(*(tasks.c[name].is_not(None) for name in ("kept", "promise", "portal_task_id")))
            known = sa.and_(whole, tasks.c.kept_under.in_(under))
            taken = sa.update(tasks).where(some, IS_WAITING, ours, known).values(owner=self._session.owner)
            found = tx.execute(taken.returning(*READ, tasks.c.kept)).all()
        return [(records.read_row(row), row.kept) for row in found]

    def asked_beside(self, task: FetchedTask) -> list[str]:
        """Other external tasks of the same step and process instance that ask somebody and, by the ledger, are open."""
        theirs = sa.and_(tasks.c.activity_id == task.activity_id, tasks.c.external_task_id != task.id)
        opened = sa.and_(tasks.c.stage.in_((Stage.CREATED, Stage.WAITING)), tasks.c.promise == Promise.ANSWER)
        of_instance = tasks.c.process_instance_id == task.process_instance_id
        query = sa.select(tasks.c.external_task_id).where(of_instance, theirs, opened).limit(MOST_BESIDE)
        with self._session.store.transaction() as tx:
            return [row.external_task_id for row in tx.execute(query)]

    def foresee(self, task: FetchedTask) -> None:
        """Record that a task may exist for this step, so that the worker looks it up before creating one.

        An existing row stays as it is.
        """
        with self._session.store.transaction() as tx:
            known = sa.select(tasks.c.external_task_id).where(tasks.c.external_task_id == task.id)
            if not tx.execute(known).first():
                rows.put(tx, task, None, {"owner": self._session.owner, "stage": Stage.CREATING}, self._session.now())

    def replaced_at(self) -> float:
        """Until when the replaced installation may have created tasks, in seconds since the epoch."""
        with self._session.store.transaction() as tx:
            return notes.replaced_at(tx)

    def note_replacement(self) -> None:
        """Record that the replaced installation has worked until now."""
        with self._session.store.transaction() as tx:
            notes.note_replacement(tx, self._session.now())

    def changes_since(self, worker_id: str) -> str:
        """Since when this worker is to ask the portal for changed tasks; "": not known."""
        with self._session.store.transaction() as tx:
            return notes.changes_since(tx, worker_id)

    def note_changes_since(self, worker_id: str, when: str) -> None:
        """Record it for the next start."""
        with self._session.store.transaction() as tx:
            notes.note_changes_since(tx, worker_id, when)

    def paused(self, part: str, worker_id: str) -> str:
        """Why this worker has paused a part of the work, as it was noted; "": it has not."""
        with self._session.store.transaction() as tx:
            return notes.paused(tx, part, worker_id)

    def note_paused(self, part: str, worker_id: str, why: str) -> None:
        """Record it for the next start."""
        with self._session.store.transaction() as tx:
            notes.note_paused(tx, part, worker_id, why)

    def taken_over(self, some: Iterable[FetchedTask], from_worker: str, by: Person) -> None:
        """Record who takes these steps over, and from which worker."""
        about = [
            {
                "process_instance_id": task.process_instance_id or "",
                "external_task_id": task.id,
                "from_worker": from_worker,
            }
            for task in some
        ]
        with self._session.store.transaction() as tx:
            decisions.note(tx, about, Decided.TAKEOVER, by, self._session.now())

    def ours(self) -> Iterator[list[Row]]:
        """All waiting steps except those of other running workers, in portions: a hundred thousand may wait."""
        after = (-math.inf, "")
        place = sa.tuple_(tasks.c.created_at, tasks.c.external_task_id)
        while True:
            with self._session.store.transaction() as tx:
                query = sa.select(*READ).where(IS_WAITING, tasks.c.owner.not_in(self._others(tx)), place > after)
                found = tx.execute(query.order_by(*place).limit(PORTION)).all()
            if not found:
                return
            yield [records.read_row(row) for row in found]
            after = (found[-1].created_at, found[-1].external_task_id)

    def inherit(self, limit: int) -> list[Row]:
        """Take over the waiting steps of a stopped worker of a shared ledger; returns the rows as it left them."""
        with self._session.store.transaction() as tx:
            living = [*self._others(tx), self._session.owner]
            left = sa.select(tasks).where(tasks.c.stage == Stage.WAITING, tasks.c.owner.not_in(living)).limit(limit)
            found = [records.read_row(row) for row in tx.execute(left.with_for_update(skip_locked=True))]
            ids = [row.external_task_id for row in found]
            tx.execute(sa.update(tasks).where(tasks.c.external_task_id.in_(ids)).values(owner=self._session.owner))
        return found

    def ended(self, row: Row, *, stage: Stage = Stage.SETTLED, portal_task_id: int | None = None) -> SyncOwed:
        """The external task no longer exists (SETTLED), or another worker has it (SUPERSEDED). Raises `StaleRow`.

        `portal_task_id`: the Bitrix24 task if the row does not know it; None keeps what the row says.
        """
        values = {"owner": self._session.owner, "stage": stage, "portal_task_id": portal_task_id or row.portal_task_id}
        values["gone"] = stage is Stage.SETTLED
        with self._session.store.transaction() as tx:
            if row.acts and stage is Stage.SETTLED:
                values["acts"] = None
                rows.void_acts(tx, row.external_task_id)
            rows.change(tx, row, values | rows.SPENT, self._session.now())
            return self._session.owe_sync(tx, row.external_task_id) if stage is Stage.SETTLED else SyncOwed.NOTHING

    def learn_tenants(self, some: Iterable[Row], steps: Mapping[str, Step]) -> None:
        """Record the tenants that an earlier version left out; `steps`: by external task id, as the engine has them."""
        unknown = [row.external_task_id for row in some if row.tenant_id is None and row.external_task_id in steps]
        if unknown:
            told = [{"task": id_, "tenant": steps[id_].tenant_id or NO_TENANT} for id_ in unknown]
            whose = tasks.c.external_task_id == sa.bindparam("task")
            with self._session.store.transaction() as tx:
                tx.execute(sa.update(tasks).where(whose).values(tenant_id=sa.bindparam("tenant")), told)

    def _others(self, tx: Connection) -> Sequence[str]:
        return [owner for owner in self._session.leases.alive(tx) if owner != self._session.owner]
