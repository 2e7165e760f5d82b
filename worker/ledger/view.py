"""What the ledger shows to people: the newest tasks, and what waits. Indexes keep it fast with many rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from bitrix.causes import Side
from worker.config.served import Served
from worker.ledger import records, rows
from worker.ledger.acts import GivenUp, given_up
from worker.ledger.leases import WorkerLeases
from worker.ledger.models import UnreadModel, shown
from worker.ledger.records import OwedSync
from worker.ledger.schema import IS_WAITING, counters, settlements, syncs, tasks, unread_models
from worker.ledger.store import Store
from worker.model import NO_TENANT, Stage

NEWEST = 30
MOST = 20
"""The most rows shown of each kind that waits."""
MOST_STUCK = 1000
COUNTED = 10_000
"""Counting stops here: a larger number is not worth a slower page."""


@dataclass(frozen=True, slots=True)
class SeenTask:
    """One row, times by the ledger's clock in seconds since the epoch.

    `since`: since when it is as it is. A step that waits for people has waited since its row was made, whatever was
    written since then: after a restart the engine hands it out again. Any other: since it reached its stage.
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
    incident: bool = False
    """Its failure was accepted and left no retries: only a person can go on."""
    served: bool = True
    """False if no worker fetches its step any more, because the settings no longer name its topic or tenant."""


@dataclass(frozen=True, slots=True)
class Stuck:
    """A task that waits, and why. `reason` None: its create was not answered, or not yet."""

    external_task_id: str
    since: float
    reason: str | None
    side: Side
    cause: str | None = None
    """The name of the cause; None if unknown."""


@dataclass(frozen=True, slots=True)
class LedgerView:
    """The ledger at the moment `at`. Lists hold at most `MOST` rows; `counts` gives their numbers up to `COUNTED`."""

    at: float
    newest: Sequence[SeenTask]
    creating: Sequence[SeenTask]
    """Creates under way or of unknown outcome, oldest first."""
    unsettled: Sequence[SeenTask]
    not_served: Sequence[SeenTask]
    unread: Sequence[UnreadModel]
    """Models that could not be read."""
    given_up: Sequence[GivenUp]
    """Parts that tasks were left without, of the last day."""
    late: Sequence[OwedSync]
    parked: Sequence[OwedSync]
    waiting_since: float | None
    """When the task of the longest waiting step was made; None if none waits."""
    counts: Mapping[str, int]
    counters: Mapping[str, int]


LONGEST_WAITING = sa.select(tasks.c.created_at).where(IS_WAITING).order_by(tasks.c.created_at).limit(1)


@dataclass(frozen=True, slots=True)
class _Strangers:
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


class Views:
    """Each method is one transaction; any may raise `LedgerUnavailable`. `served`: the steps this worker fetches."""

    def __init__(self, store: Store, leases: WorkerLeases, now: Callable[[], float]) -> None:
        self._store = store
        self._leases = leases
        self._now = now

    def read(self, served: Served | None = None) -> LedgerView:
        """The ledger as it is now."""
        refused = settlements.c.last_error.is_not(None)
        late = sa.and_(syncs.c.state == "waiting", syncs.c.last_error.is_not(None))
        parked = syncs.c.state == "parked"
        waiting = tasks.c.stage == Stage.WAITING
        with self._store.transaction() as tx:
            strangers = self._strangers(tx, served)
            not_served = _not_served(tx, strangers)
            return LedgerView(
                at=self._now(),
                newest=_with_what_is_owed(tx, _newest(tx), strangers),
                creating=_creating(tx, strangers),
                not_served=not_served[:MOST],
                unread=shown(tx),
                given_up=(left := given_up(tx, self._now())),
                unsettled=_unsettled(tx, refused),
                late=_syncs(tx, late),
                parked=_syncs(tx, parked),
                waiting_since=tx.execute(LONGEST_WAITING).scalar(),
                counts={
                    "unsettled": _count(tx, settlements, refused),
                    "late": _count(tx, syncs, late),
                    "parked": _count(tx, syncs, parked),
                    "waiting": _count(tx, tasks, waiting),
                    "not_served": len(not_served),
                    "unread": _count(tx, unread_models, sa.true()),
                    "given_up": len(left),
                },
                counters={row.name: row.value for row in tx.execute(sa.select(counters))},
            )

    def not_served(self, served: Served) -> list[SeenTask]:
        """The rows no worker fetches: creates of unknown outcome, waiting tasks, tasks whose failure was accepted."""
        with self._store.transaction() as tx:
            return _not_served(tx, self._strangers(tx, served))

    def portal_tasks(self, external_task_ids: Sequence[str]) -> dict[str, int]:
        """The numbers of the Bitrix24 tasks that these external tasks have here. At most a few hundred ids."""
        columns = sa.select(tasks.c.external_task_id, tasks.c.portal_task_id)
        having = columns.where(_ids(tasks, external_task_ids), tasks.c.portal_task_id.is_not(None))
        with self._store.transaction() as tx:
            return {row.external_task_id: row.portal_task_id for row in tx.execute(having)}

    def _strangers(self, tx: Connection, served: Served | None) -> _Strangers:
        return _Strangers(served, self._leases.others(tx) if self._store.shared and served else ())

    def stuck(self, served: Served | None = None) -> list[Stuck]:
        """Tasks that are held up and why: outcomes the engine has not accepted, creates of unknown outcome."""
        refused = sa.select(settlements).where(settlements.c.last_error.is_not(None)).limit(MOST_STUCK)
        creating = sa.select(tasks).where(tasks.c.stage == Stage.CREATING).limit(MOST_STUCK)
        with self._store.transaction() as tx:
            ours = creating.where(~self._strangers(tx, served).rows(tasks.c))
            return [
                *(
                    Stuck(row.external_task_id, row.created_at, row.last_error, "engine", row.last_cause)
                    for row in tx.execute(refused)
                ),
                *(
                    Stuck(row.external_task_id, row.updated_at, row.last_words, "portal", row.last_cause)
                    for row in tx.execute(ours)
                ),
            ]


def newest_of(stage: Stage) -> sa.Select[Any]:
    """The newest rows of one stage, found by the index `tasks_by_stage`."""
    return sa.select(tasks).where(tasks.c.stage == stage).order_by(tasks.c.updated_at.desc()).limit(NEWEST)


def _newest(tx: Connection) -> list[sa.Row[Any]]:
    """The newest rows of all stages, read stage by stage: an index by time alone would slow every write."""
    found = [row for stage in Stage for row in tx.execute(newest_of(stage))]
    return sorted(found, key=lambda row: row.updated_at, reverse=True)[:NEWEST]


def _with_what_is_owed(tx: Connection, found: Sequence[sa.Row[Any]], strangers: _Strangers) -> list[SeenTask]:
    ids = [row.external_task_id for row in found]
    instances = [row.process_instance_id for row in found]
    owed = {row.external_task_id: row for row in tx.execute(sa.select(settlements).where(_ids(settlements, ids)))}
    states = sa.select(syncs.c.process_instance_id, syncs.c.state).where(syncs.c.process_instance_id.in_(instances))
    synced = {row.process_instance_id: row.state for row in tx.execute(states)}
    seen = []
    for row in found:
        due = owed.get(row.external_task_id)
        one = _seen(row, due, synced.get(row.process_instance_id))
        seen.append(replace(one, served=not strangers.has(row, due)))
    return seen


def _creating(tx: Connection, strangers: _Strangers) -> list[SeenTask]:
    ours = sa.select(tasks).where(tasks.c.stage == Stage.CREATING, ~strangers.rows(tasks.c))
    return [_seen(row) for row in tx.execute(ours.order_by(tasks.c.updated_at).limit(MOST))]


def _not_served(tx: Connection, strangers: _Strangers) -> list[SeenTask]:
    """The longest waiting first, of the `COUNTED` oldest rows of each stage; no worker changes them any more."""
    if strangers.served is None:
        return []
    columns = [column for column in tasks.c if column.name != "draft"]
    found: list[sa.Row[Any]] = []
    for stage, more in ((Stage.CREATING, sa.true()), (Stage.WAITING, sa.true()), (Stage.CREATED, rows.NOTHING_OWED)):
        oldest = sa.select(*columns).where(tasks.c.stage == stage, more).order_by(tasks.c.updated_at).limit(COUNTED)
        some = oldest.subquery()
        found += tx.execute(sa.select(some).where(strangers.rows(some.c)))
    return sorted((replace(_seen(row), served=False) for row in found), key=lambda seen: seen.since)


def _unsettled(tx: Connection, refused: sa.ColumnElement[bool]) -> list[SeenTask]:
    query = sa.select(settlements).where(refused).order_by(settlements.c.due_at).limit(MOST)
    owed = {row.external_task_id: row for row in tx.execute(query)}
    found = tx.execute(sa.select(tasks).where(_ids(tasks, list(owed))))
    return sorted((_seen(row, owed[row.external_task_id]) for row in found), key=lambda seen: seen.since)


def _syncs(tx: Connection, which: sa.ColumnElement[bool]) -> list[OwedSync]:
    return [
        records.read_sync(row) for row in tx.execute(sa.select(syncs).where(which).order_by(syncs.c.due_at).limit(MOST))
    ]


def _ids(table: sa.Table, ids: Sequence[str]) -> sa.ColumnElement[bool]:
    return table.c.external_task_id.in_(ids)


def _count(tx: Connection, table: sa.Table, which: sa.ColumnElement[bool]) -> int:
    some = sa.select(sa.literal(1)).select_from(table).where(which).limit(COUNTED).subquery()
    return int(tx.execute(sa.select(sa.func.count()).select_from(some)).scalar_one())


def _seen(row: sa.Row[Any], owed: sa.Row[Any] | None = None, sync: str | None = None) -> SeenTask:
    return SeenTask(
        external_task_id=row.external_task_id,
        topic=row.topic,
        process_definition_key=row.process_definition_key,
        process_instance_id=row.process_instance_id,
        portal_task_id=row.portal_task_id,
        stage=Stage(row.stage),
        since=row.created_at if row.stage == Stage.WAITING else row.updated_at,
        settlement=owed.kind if owed else None,
        error=owed.last_error if owed else None,
        said=row.last_words,
        cause=owed.last_cause if owed else row.last_cause,
        tenant=row.tenant_id,
        sync=sync,
        incident=owed is None and row.stage in (Stage.CREATED, Stage.REJECTED) and row.retries_left == 0,
    )
