"""What the ledger shows to people: the newest tasks, and what waits. By indexes: few rows are read of however many."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from worker import ledger_rows as rows
from worker.ledger_rows import OwedSync
from worker.ledger_schema import counters, settlements, syncs, tasks
from worker.ledger_store import Store
from worker.model import Stage

NEWEST = 30
MOST = 20
"""Of each kind that waits."""
MOST_STUCK = 1000
COUNTED = 10_000
"""Counting stops here: more is not worth a longer look."""


@dataclass(frozen=True, slots=True)
class SeenTask:
    """One row. Times are of the ledger's clock; `since`: when it came to its stage."""

    external_task_id: str
    topic: str
    process_definition_key: str | None
    process_instance_id: str | None
    portal_task_id: int | None
    stage: Stage
    since: float
    settlement: str | None = None
    """Kind of the outcome that the engine is owed; None: nothing is."""
    error: str | None = None
    """Why the engine has not accepted it."""
    sync: str | None = None
    """State of a synchronisation that its instance is owed; None: nothing is."""


@dataclass(frozen=True, slots=True)
class Stuck:
    """A task that waits, and why. `reason` None: nothing was answered to its create, or nothing yet."""

    external_task_id: str
    since: float
    reason: str | None


@dataclass(frozen=True, slots=True)
class LedgerView:
    """The ledger at one moment, `at`. Lists hold `MOST` at most; `counts` tell how many there are, up to `COUNTED`."""

    at: float
    newest: Sequence[SeenTask]
    creating: Sequence[SeenTask]
    """The oldest first: on their way, or of unknown outcome."""
    unsettled: Sequence[SeenTask]
    late: Sequence[OwedSync]
    parked: Sequence[OwedSync]
    waiting_since: float | None
    """Since when the longest waiting step waits for people."""
    counts: Mapping[str, int]
    counters: Mapping[str, int]


class Views:
    """Each method is one transaction; any may raise `LedgerUnavailable`."""

    def __init__(self, store: Store, now: Callable[[], float]) -> None:
        self._store = store
        self._now = now

    def read(self) -> LedgerView:
        """What there is to see now."""
        refused = settlements.c.last_error.is_not(None)
        late = sa.and_(syncs.c.state == "waiting", syncs.c.last_error.is_not(None))
        parked = syncs.c.state == "parked"
        waiting = tasks.c.stage == Stage.WAITING
        with self._store.transaction() as tx:
            return LedgerView(
                at=self._now(),
                newest=_with_what_is_owed(tx, _newest(tx)),
                creating=_creating(tx),
                unsettled=_unsettled(tx, refused),
                late=_syncs(tx, late),
                parked=_syncs(tx, parked),
                waiting_since=tx.execute(
                    sa.select(tasks.c.updated_at).where(waiting).order_by(tasks.c.updated_at).limit(1)
                ).scalar(),
                counts={
                    "unsettled": _count(tx, settlements, refused),
                    "late": _count(tx, syncs, late),
                    "parked": _count(tx, syncs, parked),
                    "waiting": _count(tx, tasks, waiting),
                },
                counters={row.name: row.value for row in tx.execute(sa.select(counters))},
            )

    def stuck(self) -> list[Stuck]:
        """Tasks that are on their way and why they wait: settlements that were not accepted, creates in doubt."""
        refused = sa.select(settlements).where(settlements.c.last_error.is_not(None)).limit(MOST_STUCK)
        creating = sa.select(tasks).where(tasks.c.stage == Stage.CREATING).limit(MOST_STUCK)
        with self._store.transaction() as tx:
            owed = [Stuck(row.external_task_id, row.created_at, row.last_error) for row in tx.execute(refused)]
            return owed + [Stuck(row.external_task_id, row.updated_at, row.last_words) for row in tx.execute(creating)]


def newest_of(stage: Stage) -> sa.Select[Any]:
    """The newest rows of one stage: by the index `tasks_by_stage`."""
    return sa.select(tasks).where(tasks.c.stage == stage).order_by(tasks.c.updated_at.desc()).limit(NEWEST)


def _newest(tx: Connection) -> list[sa.Row[Any]]:
    """Of each stage some, for there is an index by stage: an own one would cost every write."""
    found = [row for stage in Stage for row in tx.execute(newest_of(stage))]
    return sorted(found, key=lambda row: row.updated_at, reverse=True)[:NEWEST]


def _with_what_is_owed(tx: Connection, found: Sequence[sa.Row[Any]]) -> list[SeenTask]:
    ids = [row.external_task_id for row in found]
    instances = [row.process_instance_id for row in found]
    owed = {row.external_task_id: row for row in tx.execute(sa.select(settlements).where(_ids(settlements, ids)))}
    states = sa.select(syncs.c.process_instance_id, syncs.c.state).where(syncs.c.process_instance_id.in_(instances))
    synced = {row.process_instance_id: row.state for row in tx.execute(states)}
    return [_seen(row, owed.get(row.external_task_id), synced.get(row.process_instance_id)) for row in found]


def _creating(tx: Connection) -> list[SeenTask]:
    query = sa.select(tasks).where(tasks.c.stage == Stage.CREATING).order_by(tasks.c.updated_at).limit(MOST)
    return [_seen(row) for row in tx.execute(query)]


def _unsettled(tx: Connection, refused: sa.ColumnElement[bool]) -> list[SeenTask]:
    query = sa.select(settlements).where(refused).order_by(settlements.c.due_at).limit(MOST)
    owed = {row.external_task_id: row for row in tx.execute(query)}
    found = tx.execute(sa.select(tasks).where(_ids(tasks, list(owed))))
    return sorted((_seen(row, owed[row.external_task_id]) for row in found), key=lambda seen: seen.since)


def _syncs(tx: Connection, which: sa.ColumnElement[bool]) -> list[OwedSync]:
    return [
        rows.read_sync(row) for row in tx.execute(sa.select(syncs).where(which).order_by(syncs.c.due_at).limit(MOST))
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
        since=row.updated_at,
        settlement=owed.kind if owed else None,
        error=owed.last_error if owed else None,
        sync=sync,
    )
