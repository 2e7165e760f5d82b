"""A task of the ledger as people see it: its row, what is owed for it, and whether any worker serves it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from bitrix.causes import Cause
from worker.config.served import Served
from worker.ledger.leases import Absent
from worker.ledger.schema import IS_WAITING, settlements, syncs, tasks
from worker.model import NO_TENANT, Stage

SLOW_SECONDS = 10.0
"""A create under way for longer is told: nobody knows yet whether its task exists."""
STAY = (Cause.OUTCOME_REFUSED.value, Cause.INSTANCE_SUSPENDED.value)
"""Causes for which the engine will not take an outcome, however often it is told."""
STAYS = sa.func.coalesce(settlements.c.last_cause, "").in_(STAY)
LONGEST_WAITING = (
    sa.select(tasks.c.waiting_since)
    .where(IS_WAITING, tasks.c.waiting_since.is_not(None))
    .order_by(tasks.c.waiting_since),
    sa.select(tasks.c.created_at).where(IS_WAITING, tasks.c.waiting_since.is_(None)).order_by(tasks.c.created_at),
)
"""Each by an index; the second: waits that an older version has begun."""


@dataclass(frozen=True, slots=True)
class SeenTask:
    """One row, times by the ledger's clock in seconds since the epoch.

    `since`: since when it is as it is. A step that waits for people: since the wait began, whatever was written since
    then, as after a restart the engine hands it out again; if an older version has begun it, since the row was made,
    which is at most too long ago. Any other: since it reached its stage.
    """

    external_task_id: str
    topic: str
    process_definition_key: str | None
    process_instance_id: str | None
    portal_task_id: int | None
    stage: Stage
    since: float
    settlement: str | None
    """The kind of the outstanding outcome; None if there is none."""
    error: str | None
    """Why the engine has not accepted it; None if it was not refused."""
    said: str | None
    """The portal's unclear answer to its create; None if there is none."""
    cause: str | None
    """The name of the cause of `error`, or of `said` if nothing is outstanding; None if unknown."""
    sync: str | None
    """The state of its instance's outstanding synchronisation; None if there is none."""
    tenant: str | None
    """As in `Row`."""
    business_key: str | None
    """Its process instance's; None if it has none, or an earlier version recorded the row."""
    activity_id: str | None
    activity_name: str | None
    """The step's name in its model; None: it has none, or it could not be read."""
    retries_left: int | None = None
    """After the failure that the engine accepted since it was handed out; None: it has accepted none."""
    incident: bool = False
    """Its failure was accepted and left no retries: only a person can go on."""
    due: float | None = None
    """When the outstanding outcome is told to the engine, at the earliest."""
    tries: int = 0
    """How often the engine has not accepted the outstanding outcome."""
    served: bool = True
    """False if no worker fetches its step any more, because the settings no longer name its topic or tenant."""
    gone: bool = False
    """It ended because the engine no longer had the step. False for what a version before 11 has ended."""
    absent: Absent | None = None
    """The run that has it, if its heartbeats have stopped: looked at for creates, and for one step alone."""

    @property
    def stays(self) -> bool:
        """Whether its outcome is outstanding until a person has fixed the cause."""
        return self.settlement is not None and self.cause in STAY

    def is_unclear(self, at: float) -> bool:
        """Whether it is a create without a clear answer, or one under way for longer than `SLOW_SECONDS`."""
        slow = at - self.since > SLOW_SECONDS
        return self.stage is Stage.CREATING and (slow or self.said is not None)


@dataclass(frozen=True, slots=True)
class Strangers:
    """Which open rows no worker serves. `served` None: unknown, so none. `others`: workers that run beside us."""

    served: Served | None
    others: Sequence[str]

    def rows(self, c: sa.ColumnCollection[str, Any]) -> sa.ColumnElement[bool]:
        """The rule as a condition on these columns: true or false, never NULL."""
        if self.served is None:
            return sa.false()
        tenants, other = self.served.tenants, c.topic.not_in(self.served.topics)
        known = c.tenant_id.is_not(None)
        if tenants.without:
            other = sa.or_(other, sa.and_(known, c.tenant_id != NO_TENANT))
        elif tenants.ids:
            other = sa.or_(other, sa.and_(known, c.tenant_id.not_in(tenants.ids)))
        return sa.and_(other, c.owner.not_in(self.others))

    def has(self, row: sa.Row[Any], owed: sa.Row[Any] | None) -> bool:
        """The rule for one row. A row with an outstanding outcome is served: that is delivered whatever its topic."""
        is_open = row.stage in (Stage.CREATING, Stage.WAITING) or (row.stage == Stage.CREATED and owed is None)
        if self.served is None or not is_open or row.owner in self.others:
            return False
        return not self.served.row(row.topic, row.tenant_id)


def with_what_is_owed(tx: Connection, found: Sequence[sa.Row[Any]], strangers: Strangers) -> list[SeenTask]:
    """The rows with their outstanding outcomes and synchronisations, in the same order."""
    ids = [row.external_task_id for row in found]
    instances = [row.process_instance_id for row in found]
    owed = {
        row.external_task_id: row
        for row in tx.execute(sa.select(settlements).where(settlements.c.external_task_id.in_(ids)))
    }
    states = sa.select(syncs.c.process_instance_id, syncs.c.state).where(syncs.c.process_instance_id.in_(instances))
    synced = {row.process_instance_id: row.state for row in tx.execute(states)}
    seen = []
    for row in found:
        due = owed.get(row.external_task_id)
        one = seen_task(row, due, synced.get(row.process_instance_id))
        seen.append(replace(one, served=not strangers.has(row, due)))
    return seen


def seen_task(row: sa.Row[Any], owed: sa.Row[Any] | None = None, sync: str | None = None) -> SeenTask:
    """The row as a record. `owed`: its outstanding outcome; `sync`: the state of its synchronisation."""
    return SeenTask(
        external_task_id=row.external_task_id,
        topic=row.topic,
        process_definition_key=row.process_definition_key,
        process_instance_id=row.process_instance_id,
        portal_task_id=row.portal_task_id,
        stage=Stage(row.stage),
        since=_waiting_since(row) if row.stage == Stage.WAITING else row.updated_at,
        settlement=owed.kind if owed else None,
        error=owed.last_error if owed else None,
        due=owed.due_at if owed else None,
        tries=owed.tries if owed else 0,
        said=row.last_words,
        cause=owed.last_cause if owed else row.last_cause,
        tenant=row.tenant_id,
        sync=sync,
        business_key=row.business_key,
        activity_id=row.activity_id,
        activity_name=row.activity_name,
        gone=bool(row.gone),
        retries_left=row.retries_left,
        incident=owed is None and row.stage in (Stage.CREATED, Stage.REJECTED) and row.retries_left == 0,
    )


def _waiting_since(row: sa.Row[Any]) -> float:
    return float(row.created_at if row.waiting_since is None else row.waiting_since)


def longest_waiting(tx: Connection, which: sa.ColumnElement[bool]) -> float | None:
    """When the longest waiting one of these rows began to wait; None if none waits."""
    since = [tx.execute(query.where(which).limit(1)).scalar() for query in LONGEST_WAITING]
    return min((at for at in since if at is not None), default=None)
