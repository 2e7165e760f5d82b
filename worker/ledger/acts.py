"""Acts in the ledger: what created tasks need besides, and how far each of it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from worker.ledger import records, rows
from worker.ledger.counters import Counted, count
from worker.ledger.records import OwedAct, Row, SyncOwed
from worker.ledger.schema import acts, tasks
from worker.ledger.session import LedgerSession
from worker.ledger.waiting import Origin
from worker.model import Act, ActState, FetchedTask, Promise, Stage

OVER: dict[str, Any] = {"payload": None, "progress": None}
"""Columns to clear once an act is over: they may hold personal data."""
UNTOLD: dict[str, Any] = {"last_error": None, "last_cause": None}
OF_TASK = acts.c.external_task_id == sa.bindparam("task")
ACTS_OF = sa.select(acts).where(OF_TASK).order_by(acts.c.position)
DROP = sa.delete(acts).where(OF_TASK)
NEW_ACT = sa.insert(acts)
MOST_SHOWN = 20
SHOWN_SECONDS = 86400.0
"""For how long people are shown what was given up: nothing else of it is to be done."""


@dataclass(frozen=True, slots=True)
class Begun:
    """The acts of a task in hand, in order; `row`: the task's row as just written."""

    row: Row
    acts: Sequence[OwedAct]
    sync: SyncOwed = SyncOwed.NOTHING


@dataclass(frozen=True, slots=True)
class GivenUp:
    """An act that a task was left without. `since`: by the ledger's clock, in seconds since the epoch."""

    external_task_id: str
    portal_task_id: int | None
    topic: str
    kind: str
    since: float
    reason: str | None
    cause: str | None
    activity_id: str | None
    activity_name: str | None
    business_key: str | None


NAMES = (tasks.c.activity_id, tasks.c.activity_name, tasks.c.business_key)


def given_up(tx: Connection, now: float) -> list[GivenUp]:
    """The newest acts given up lately, at most `MOST_SHOWN`."""
    lately = sa.and_(acts.c.state == ActState.GIVEN_UP, acts.c.updated_at > now - SHOWN_SECONDS)
    columns = (tasks.c.external_task_id, tasks.c.portal_task_id, tasks.c.topic, acts.c.kind, acts.c.updated_at)
    rows_ = (
        sa.select(*columns, acts.c.last_error, acts.c.last_cause, *NAMES)
        .join(tasks, tasks.c.external_task_id == acts.c.external_task_id)
        .where(lately)
        .order_by(acts.c.updated_at.desc())
        .limit(MOST_SHOWN)
    )
    return [GivenUp(*row) for row in tx.execute(rows_)]


def intend(
    tx: Connection,
    external_task_id: str,
    drafted: Sequence[Act],
    now: float,
    *,
    before: Row | None,
    state: ActState = ActState.DUE,
) -> None:
    """Record what a task needs, in place of what an earlier attempt to create it was to make."""
    if before is not None and before.acts:
        tx.execute(DROP, {"task": external_task_id})
    if drafted:
        new = {"external_task_id": external_task_id, "state": state, "begun": 0, "updated_at": now}
        tx.execute(
            NEW_ACT,
            [new | {"position": n, "kind": act.kind, "payload": dict(act.payload)} for n, act in enumerate(drafted)],
        )


class ActRows:
    """Each method is one transaction; any may raise `LedgerUnavailable`.

    Each compares the row of the task, so that only who has it in hand goes on, and raises `StaleRow` if it was changed.
    """

    def __init__(self, session: LedgerSession) -> None:
        self._session = session

    def begin(
        self,
        task: FetchedTask,
        before: Row | None,
        portal_task_id: int,
        *,
        origin: Origin,
        promise: Promise,
        drafted: Sequence[Act] = (),
    ) -> Begun:
        """Record that the task exists, without an outcome: its acts come first.

        The same transaction counts a task that is new to us, and records the synchronisation of one that people must
        close. `drafted`: the acts of a task found without a row that names them. Whoever created it may have done them,
        so they count as begun.
        """
        values: dict[str, Any] = {"stage": Stage.CREATED, "portal_task_id": portal_task_id, "spent": 0}
        values |= {"promise": promise} if promise is not Promise.NOTHING else {}
        values |= {"acts": len(drafted)} if drafted else {}
        with self._session.store.transaction() as tx:
            row = rows.put(tx, task, before, values | {"owner": self._session.owner}, self._session.now())
            if drafted:
                intend(tx, task.id, drafted, self._session.now(), before=row, state=ActState.BEGUN)
            rows.owe_nothing(tx, task.id)
            sync = SyncOwed.NOTHING if origin == "known" else self._new_to_us(tx, row, portal_task_id, origin)
            return Begun(row, [records.read_act(one) for one in tx.execute(ACTS_OF, {"task": task.id})], sync)

    def _new_to_us(self, tx: Connection, row: Row, portal_task_id: int, origin: Origin) -> SyncOwed:
        self._session.task_is_new(tx, row.external_task_id, portal_task_id, adopted=origin == "adopted")
        return self._session.owe_sync(tx, row.external_task_id) if row.promise else SyncOwed.NOTHING

    def of(self, external_task_id: str) -> list[OwedAct]:
        """The acts of one task, in order."""
        with self._session.store.transaction() as tx:
            return [records.read_act(one) for one in tx.execute(ACTS_OF, {"task": external_task_id})]

    def lasting(self, external_task_id: str, kind: str) -> list[Mapping[str, Any]]:
        """What is kept of the done acts of this kind; empty for one that was done by an earlier version."""
        done = (act for act in self.of(external_task_id) if act.kind == kind and act.state is ActState.DONE)
        return [act.progress or {} for act in done]

    # --- how each of them goes ---

    def sending(self, row: Row, act: OwedAct, marks: Mapping[str, Any] | None = None) -> OwedAct:
        """The next call of this act is about to be sent. `marks`: its progress, with what a look will need."""
        now = self._session.now()
        begun = {"state": ActState.BEGUN, "begun": act.begun + 1, "begun_at": now, "owner": self._session.owner}
        return self._change(row, act, begun | ({"progress": dict(marks)} if marks else {}))

    def unsent(self, row: Row, act: OwedAct) -> OwedAct:
        """The call recorded by `sending` provably was not executed."""
        return self._change(row, act, {"state": ActState.DUE, "begun": max(act.begun - 1, 0)})

    def absent(self, row: Row, act: OwedAct) -> OwedAct:
        """The newest call was not executed, as looks have shown. It counts towards the limit all the same."""
        return self._change(row, act, {"state": ActState.DUE})

    def unclear(self, row: Row, act: OwedAct, error: str, *, counts: bool, cause: str | None = None) -> OwedAct:
        """The answer does not tell whether the call was executed. `counts`: towards the limit of such calls."""
        begun = act.begun if counts else max(act.begun - 1, 0)
        return self._change(row, act, {"begun": begun, "last_error": rows.words(error), "last_cause": cause})

    def progressed(self, row: Row, act: OwedAct, progress: Mapping[str, Any]) -> OwedAct:
        """A part of it is done: of what follows, no call has been sent."""
        return self._change(row, act, {"state": ActState.DUE, "begun": 0, "progress": dict(progress), **UNTOLD})

    def failed(self, row: Row, act: OwedAct, error: str, *, cause: str | None = None) -> OwedAct:
        """It was refused, and none of its calls can be running: the next hand-out goes on from here."""
        last = {"last_error": rows.words(error), "last_cause": cause}
        return self._change(row, act, {"state": ActState.DUE, "begun": 0, **last})

    def done(self, row: Row, act: OwedAct, lasting: Mapping[str, Any] | None = None) -> OwedAct:
        """`lasting`: what its kind needs to know of it later, without personal data."""
        over = OVER | {"progress": dict(lasting) if lasting else None}
        return self._change(row, act, {"state": ActState.DONE, **over, **UNTOLD}, Counted.ACTS_DONE)

    def given_up(self, row: Row, act: OwedAct, error: str, *, cause: str | None = None) -> OwedAct:
        """The step goes on without it; people see why."""
        last = {"last_error": rows.words(error), "last_cause": cause}
        return self._change(row, act, {"state": ActState.GIVEN_UP, **OVER, **last}, Counted.ACTS_GIVEN_UP)

    def void(self, external_task_id: str) -> None:
        """Forget the acts that are left: their Bitrix24 task no longer exists."""
        with self._session.store.transaction() as tx:
            rows.void_acts(tx, external_task_id)

    def _change(self, row: Row, act: OwedAct, values: Mapping[str, Any], counted: Counted | None = None) -> OwedAct:
        now = self._session.now()
        this = sa.and_(acts.c.external_task_id == act.external_task_id, acts.c.position == act.position)
        with self._session.store.transaction() as tx:
            rows.change(tx, row, {}, now)
            tx.execute(sa.update(acts).where(this).values({**values, "updated_at": now}))
            if counted:
                count(tx, counted)
        return replace(act, **{name: value for name, value in values.items() if name in records.ACT_FIELDS})
