"""The outbox to the engine: outcomes that it has not accepted yet."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import fields, replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from worker.ledger import records, rows
from worker.ledger.counters import Counted, count
from worker.ledger.prepared import Prepared
from worker.ledger.records import OwedSettlement, OwedSync, StaleRow, SyncOwed
from worker.ledger.schema import settlements, tasks
from worker.ledger.session import LedgerSession
from worker.model import Complete, Failure, Settlement, Stage

LONGEST_DELAY_SECONDS = 960.0
"""More than the longest delay of a settlement. One due later was written before the clock was set back."""
TOLD = (
    sa.update(tasks).where(tasks.c.external_task_id == sa.bindparam("task")).values(retries_left=sa.bindparam("left"))
)
"""Records what an accepted failure left; the next hand-out clears it."""
DROP_OWN = Prepared(sa.delete(settlements).where(rows.OWED_FOR, settlements.c.owner == sa.bindparam("whose")))
"""Deletes only our own: another worker may have taken it over meanwhile."""


def _new_settlement(
    external_task_id: str, settlement: Settlement, *, owner: str, worker_id: str, now: float, seen: str | None
) -> dict[str, Any]:
    """The values of a new settlement. Other columns are empty."""
    return {
        "external_task_id": external_task_id,
        "owner": owner,
        "worker_id": worker_id,
        "kind": next(name for name, type_ in records.KINDS.items() if isinstance(settlement, type_)),
        "payload": {field.name: getattr(settlement, field.name) for field in fields(settlement)},
        "seen": seen,
        "tries": 0,
        "due_at": now,
        "created_at": now,
    }


NEW_SETTLEMENT = _new_settlement("", Complete({}), owner="", worker_id="", now=0.0, seen=None)
NAMES = [settlements.c[name].name for name in NEW_SETTLEMENT]
OWE_SETTLEMENT = Prepared(
    sa.text(
        f"INSERT INTO settlements ({', '.join(NAMES)}) VALUES ({', '.join(f':{name}' for name in NAMES)})"  # noqa: S608
        " ON CONFLICT (external_task_id) DO UPDATE SET "
        + ", ".join(f"{column.name} = excluded.{column.name}" for column in settlements.c)
    ).bindparams(sa.bindparam("payload", type_=sa.JSON))
)
"""Replaces a former settlement completely: a column without a new value becomes empty."""


def owe_settlement(
    tx: Connection,
    external_task_id: str,
    settlement: Settlement,
    *,
    owner: str,
    worker_id: str,
    now: float,
    seen: str | None = None,
) -> None:
    """Record this outcome in place of any other; `worker_id`: whose lock on the external task it ends."""
    new = _new_settlement(external_task_id, settlement, owner=owner, worker_id=worker_id, now=now, seen=seen)
    OWE_SETTLEMENT.change(tx, new)


class SettlementRows:
    """Each method is one transaction; any may raise `LedgerUnavailable`."""

    def __init__(self, session: LedgerSession) -> None:
        self._session = session

    def due(self, limit: int, *, failures_in: float = 0.0) -> list[OwedSettlement]:
        """Settlements that are due, longest waiting first.

        `failures_in`: seconds until failures may be delivered; one that is due earlier is put off until then.
        Those of another worker of a shared ledger are taken over once its heartbeats have stopped.
        """
        now = self._session.now()
        due = sa.or_(settlements.c.due_at <= now, settlements.c.due_at > now + LONGEST_DELAY_SECONDS)
        query = sa.select(settlements).where(due)
        with self._session.store.transaction() as tx:
            others = [owner for owner in self._session.leases.alive(tx) if owner != self._session.owner]
            mine = query.where(settlements.c.owner.not_in(others)).order_by(settlements.c.due_at).limit(limit)
            found = [records.read_settlement(row) for row in tx.execute(mine.with_for_update(skip_locked=True))]
            if early := [owed for owed in found if failures_in > 0 and isinstance(owed.settlement, Failure)]:
                those = settlements.c.external_task_id.in_([owed.external_task_id for owed in early])
                tx.execute(sa.update(settlements).where(those).values(due_at=now + failures_in))
                found = [owed for owed in found if owed not in early]
            inherited = [owed.external_task_id for owed in found if owed.owner != self._session.owner]
            if inherited:
                taken = sa.update(settlements).where(settlements.c.external_task_id.in_(inherited))
                tx.execute(taken.values(owner=self._session.owner))
        return [replace(owed, owner=self._session.owner, inherited=owed.owner != self._session.owner) for owed in found]

    def of(self, external_task_id: str) -> OwedSettlement | None:
        """The outstanding outcome of one task; None if there is none."""
        query = sa.select(settlements).where(settlements.c.external_task_id == external_task_id)
        with self._session.store.transaction() as tx:
            row = tx.execute(query).first()
        return records.read_settlement(row) if row else None

    def replace(self, owed: OwedSettlement, settlement: Settlement) -> None:
        """Record another outcome instead, because the engine has refused this one for good.

        Raises `StaleRow` if it is no longer ours.
        """
        task, worker_id = owed.external_task_id, owed.worker_id
        with self._session.store.transaction() as tx:
            self._drop(tx, owed)
            to = {"owner": self._session.owner, "worker_id": worker_id}
            owe_settlement(tx, task, settlement, **to, now=self._session.now())

    def postpone(self, owed: OwedSettlement, seconds: float, error: str, *, cause: str | None = None) -> None:
        """Deliver it again in `seconds`, and record why it was refused; does nothing if it is no longer ours."""
        why = {"last_error": rows.words(error), "last_cause": cause}
        waits = {"due_at": self._session.now() + seconds, "tries": settlements.c.tries + 1, **why}
        ours = sa.and_(settlements.c.external_task_id == owed.external_task_id, settlements.c.owner == owed.owner)
        with self._session.store.transaction() as tx:
            tx.execute(sa.update(settlements).where(ours).values(waits))

    def delay_untried(self, owed: OwedSettlement, seconds: float) -> None:
        """Deliver it in `seconds`. It could not be tried at all, so no try is counted."""
        ours = sa.and_(settlements.c.external_task_id == owed.external_task_id, settlements.c.owner == owed.owner)
        with self._session.store.transaction() as tx:
            tx.execute(sa.update(settlements).where(ours).values(due_at=self._session.now() + seconds))

    def take_back(self, owed: OwedSettlement) -> None:
        """Withdraw an outcome whose source has changed before its delivery; the step goes on waiting.

        Raises `StaleRow` if it is no longer ours.
        """
        was = sa.and_(tasks.c.external_task_id == owed.external_task_id, tasks.c.stage == Stage.CREATED)
        told = {"owner": self._session.owner, "updated_at": self._session.now()}
        waits = {"stage": Stage.WAITING, **told, **rows.UNKEPT}
        with self._session.store.transaction() as tx:
            if tx.execute(sa.update(tasks).where(was).values(waits)).rowcount != 1:
                raise StaleRow(owed.external_task_id)
            self._drop(tx, owed)

    def settled(self, owed: OwedSettlement, *, gone: bool = False, begin_sync: bool = False) -> SyncOwed | OwedSync:
        """Record that the engine has accepted the outcome, or (`gone`) no longer knows the task.

        The same transaction records the synchronisation if a Bitrix24 task exists. After a failure a created task stays
        CREATED, as the engine will hand it out again; with no retries left, when a person has raised them. A task that
        is gone was cancelled, or completed by a call whose
        answer was lost: its instance is synchronised whatever the outcome was.
        `begin_sync`: the caller can send the synchronisation at once; it is returned unless one of the same instance is
        outstanding. Not durable: if a crash undoes it, the outcome is delivered again, and the engine answers "gone".
        """
        try:
            with self._session.store.transaction(durable=False) as tx:
                if isinstance(owed.settlement, Failure) and not gone:
                    tx.execute(TOLD, {"task": owed.external_task_id, "left": owed.settlement.retries})
                    count(tx, Counted.TASKS_FAILED)
                    self._drop(tx, owed)
                    return SyncOwed.NOTHING
                row = self._end(tx, owed, Stage.SETTLED, gone=gone)
                if gone:
                    rows.void_acts(tx, owed.external_task_id)
                count(tx, Counted.TASKS_GONE if gone else Counted.TASKS_COMPLETED)
                now, enabled = self._session.now(), self._session.sync_enabled
                begun = rows.begin_sync_of(tx, row, now, self._session.owner) if begin_sync and enabled else None
                return begun or rows.owe_sync_of(tx, row, now, enabled=enabled)
        except StaleRow:
            return SyncOwed.NOTHING if gone or isinstance(owed.settlement, Failure) else self._accepted_anyway(owed)

    def _accepted_anyway(self, owed: OwedSettlement) -> SyncOwed:
        """Record the synchronisation of an outcome accepted after another worker had marked the row superseded.

        That worker was suspended for longer than its lock. If it still delivers an outcome, it finds the task gone.
        """
        given_up = sa.select(tasks.c.stage).where(tasks.c.external_task_id == owed.external_task_id)
        with self._session.store.transaction() as tx:
            if tx.execute(given_up.with_for_update()).scalar() != Stage.SUPERSEDED:
                return SyncOwed.NOTHING
            row = rows.mark_settled(tx, owed.external_task_id, Stage.SETTLED, self._session.now())
            count(tx, Counted.TASKS_COMPLETED)
            return rows.owe_sync_of(tx, row, self._session.now(), enabled=self._session.sync_enabled)

    def superseded(self, owed: OwedSettlement) -> None:
        """Another worker holds the task now and will deliver its outcome."""
        with suppress(StaleRow), self._session.store.transaction() as tx:
            self._end(tx, owed, Stage.SUPERSEDED)

    def _end(self, tx: Connection, owed: OwedSettlement, stage: Stage, *, gone: bool = False) -> rows.Ended:
        # The task's row first, as everywhere: two transactions that lock in different orders would wait for each other.
        row = rows.mark_settled(tx, owed.external_task_id, stage, self._session.now(), gone=gone)
        self._drop(tx, owed)
        return row

    def _drop(self, tx: Connection, owed: OwedSettlement) -> None:
        if not DROP_OWN.change(tx, {"task": owed.external_task_id, "whose": owed.owner}):
            raise StaleRow(owed.external_task_id)
