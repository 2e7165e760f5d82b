"""What the ledger shows to people: the newest tasks, and what waits. Indexes keep it fast with many rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from worker.config.served import Served
from worker.ledger import records, rows
from worker.ledger.acts import GivenUp, given_up
from worker.ledger.decisions import is_resynced, is_taken_over
from worker.ledger.leases import WorkerLeases
from worker.ledger.life import Life, life_of
from worker.ledger.models import UnreadModel, shown
from worker.ledger.noted import Noted
from worker.ledger.notes import alive_at, made_at
from worker.ledger.peers import Silent
from worker.ledger.records import IDS_AT_ONCE, OwedSync
from worker.ledger.schema import counters, settlements, syncs, tasks, unread_models
from worker.ledger.seen import SLOW_SECONDS, STAYS, SeenTask, Strangers, longest_waiting, seen_task
from worker.ledger.store import Store
from worker.ledger.task_pages import Cursor, TaskPage, found, newest
from worker.model import Promise, Stage

MOST = 20
"""The most rows shown of each kind that waits."""
MOST_HELD_UP = 1000
"""The same for `status`, which programs read."""
MOST_TAKEN = 50
"""So many tasks the portal shows in one call."""
COUNTED = 10_000
"""Counting stops here: a larger number is not worth a slower page."""


@dataclass(frozen=True, slots=True)
class LedgerView:
    """The ledger at the moment `at`. Lists hold at most `MOST` rows; `counts` gives their numbers up to `COUNTED`."""

    at: float
    newest: Sequence[SeenTask]
    older: Cursor | None
    """Where the tasks older than `newest` begin; None: there are none."""
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
    business_keys: Mapping[str, str]
    """Of the process instances of `late` and `parked`, as far as they are known."""
    waiting_since: float | None
    """When the longest waiting step that is served began to wait; None if none waits."""
    counts: Mapping[str, int]
    """`waiting`: those of the steps that are served; the others are among `not_served`."""
    counters: Mapping[str, int]
    silent: Sequence[Silent] = ()
    """The workers of this ledger that have fallen silent, and have left something."""


OUTSTANDING = sa.select(settlements.c.external_task_id)
SHOWN = [column for column in tasks.c if column.name not in ("draft", "kept")]


class Views:
    """Each method is one transaction; any may raise `LedgerUnavailable`. `served`: the steps this worker fetches."""

    def __init__(self, store: Store, leases: WorkerLeases, now: Callable[[], float]) -> None:
        self._store, self._leases, self._now = store, leases, now
        self.noted = Noted(store)

    def is_taken_over(self, from_worker: str) -> bool:
        """Whether steps that this worker had locked have been taken over."""
        with self._store.transaction() as tx:
            return is_taken_over(tx, from_worker)

    def is_resynced(self) -> bool:
        """Whether a person has requested synchronisations anew."""
        with self._store.transaction() as tx:
            return is_resynced(tx)

    def read(self, served: Served | None = None) -> LedgerView:
        """The ledger as it is now."""
        refused = settlements.c.last_error.is_not(None)
        late = sa.and_(syncs.c.state == "waiting", syncs.c.last_error.is_not(None))
        parked = syncs.c.state == "parked"
        with self._store.transaction() as tx:
            strangers = self._strangers(tx, served)
            not_served = _not_served(tx, strangers)
            ours = ~strangers.rows(tasks.c) if not_served else sa.true()  # indexes alone answer where all are served
            return LedgerView(
                at=self._now(),
                newest=(page := newest(tx, strangers)).tasks,
                older=page.older,
                creating=self._creating(tx, strangers),
                not_served=not_served[:MOST],
                unread=shown(tx),
                given_up=(left := given_up(tx, self._now())),
                unsettled=_unsettled(tx, refused),
                late=(some := _syncs(tx, late)),
                parked=(more := _syncs(tx, parked)),
                business_keys=_business_keys(tx, [sync.request.process_instance_id for sync in (*some, *more)]),
                waiting_since=longest_waiting(tx, ours),
                counts={
                    "unsettled": _count(tx, settlements, sa.and_(refused, ~STAYS)),
                    "not_accepted": _count(tx, settlements, sa.and_(refused, STAYS)),
                    "late": _count(tx, syncs, late),
                    "parked": _count(tx, syncs, parked),
                    "outcomes": _count(tx, settlements, sa.true()),
                    "syncs": _count(tx, syncs, sa.true()),
                    "unclear": _count(tx, tasks, self._unclear(strangers)),
                    "waiting": _count(tx, tasks, sa.and_(tasks.c.stage == Stage.WAITING, ours)),
                    "not_served": len(not_served),
                    "unread": _count(tx, unread_models, sa.true()),
                    "given_up": len(left),
                },
                counters={row.name: row.value for row in tx.execute(sa.select(counters))},
                silent=self._leases.silent(tx),
            )

    def tasks_before(self, cursor: Cursor, served: Served | None = None) -> TaskPage:
        """The next older tasks."""
        with self._store.transaction() as tx:
            return newest(tx, self._strangers(tx, served), cursor)

    def search(self, words: str, served: Served | None = None) -> TaskPage:
        """The tasks that these words name: an external task, a process instance, a business key, or a Bitrix24 task."""
        with self._store.transaction() as tx:
            return found(tx, self._strangers(tx, served), words)

    def life(self, external_task_id: str, served: Served | None = None) -> Life | None:
        """All that is kept of one step; None if there is no row."""
        with self._store.transaction() as tx:
            return life_of(tx, external_task_id, self._strangers(tx, served), self._leases)

    def not_served(self, served: Served) -> list[SeenTask]:
        """The rows no worker fetches: creates of unknown outcome, waiting tasks, tasks whose failure was accepted."""
        with self._store.transaction() as tx:
            return _not_served(tx, self._strangers(tx, served))

    def portal_tasks(self, external_task_ids: Sequence[str]) -> dict[str, int]:
        """The numbers of the Bitrix24 tasks that these external tasks have here. At most a few hundred ids."""
        columns = sa.select(tasks.c.external_task_id, tasks.c.portal_task_id)
        having = columns.where(tasks.c.external_task_id.in_(external_task_ids), tasks.c.portal_task_id.is_not(None))
        with self._store.transaction() as tx:
            return {row.external_task_id: row.portal_task_id for row in tx.execute(having)}

    def promises(self, external_task_ids: Sequence[str]) -> dict[str, Promise]:
        """What the tasks of these external tasks were created for, where that is recorded. However many ids."""
        columns = sa.select(tasks.c.external_task_id, tasks.c.promise).where(tasks.c.promise.is_not(None))
        found: dict[str, Promise] = {}
        with self._store.transaction() as tx:
            for first in range(0, len(external_task_ids), IDS_AT_ONCE):
                some = tasks.c.external_task_id.in_(external_task_ids[first : first + IDS_AT_ONCE])
                found |= {row.external_task_id: Promise(row.promise) for row in tx.execute(columns.where(some))}
        return found

    def of_instances(self, process_instance_ids: Sequence[str]) -> dict[str, SeenTask]:
        """The step that was changed last in each of these process instances. At most a few thousand ids."""
        instance, changed = tasks.c.process_instance_id, tasks.c.updated_at
        of_these = sa.select(instance, sa.func.max(changed).label("at")).where(instance.in_(set(process_instance_ids)))
        last = of_these.group_by(instance).subquery()
        columns = sa.select(*(column for column in tasks.c if column.name != "draft"))
        query = columns.join(last, sa.and_(instance == last.c.process_instance_id, changed == last.c.at))
        with self._store.transaction() as tx:
            return {row.process_instance_id: seen_task(row) for row in tx.execute(query)}

    def taken(self, external_task_ids: Sequence[str]) -> set[str]:
        """Those of these whose step waits for people, or whose outcome is outstanding. At most a few hundred ids."""
        found: set[str] = set()
        waits = sa.select(tasks.c.external_task_id).where(tasks.c.stage == Stage.WAITING)
        with self._store.transaction() as tx:
            for query, id_ in ((waits, tasks.c.external_task_id), (OUTSTANDING, settlements.c.external_task_id)):
                found |= set(tx.execute(query.where(id_.in_(external_task_ids))).scalars())
        return found

    def made_at(self) -> float:
        """When this ledger was made."""
        with self._store.transaction() as tx:
            return made_at(tx)

    def has_task(self, portal_task_id: int) -> bool:
        """Whether a step of this ledger has this Bitrix24 task."""
        with self._store.transaction() as tx:
            return rows.other_of_number(tx, portal_task_id, "") is not None

    def unknown(self, external_task_ids: Sequence[str]) -> set[str]:
        """Those of these of which there is no row. At most a few hundred ids."""
        rows_of = sa.select(tasks.c.external_task_id).where(tasks.c.external_task_id.in_(external_task_ids))
        with self._store.transaction() as tx:
            return {*external_task_ids} - {*tx.execute(rows_of).scalars()}

    def workers(self) -> set[str]:
        """The ids of the workers of a shared ledger, also of those that have fallen silent."""
        with self._store.transaction() as tx:
            return self._leases.names(tx)

    def silent(self) -> list[Silent]:
        """Those that have fallen silent, and have left something."""
        with self._store.transaction() as tx:
            return self._leases.silent(tx)

    def _strangers(self, tx: Connection, served: Served | None) -> Strangers:
        return Strangers(served, self._leases.others(tx) if self._store.shared and served else ())

    def owed(self) -> dict[str, int]:
        """How many steps wait for people, and how many outcomes and syncs are to be delivered, up to `COUNTED`."""
        with self._store.transaction() as tx:
            return {
                "waiting": _count(tx, tasks, tasks.c.stage == Stage.WAITING),
                "outcomes": _count(tx, settlements, sa.true()),
                "syncs": _count(tx, syncs, syncs.c.state != "parked"),
            }

    def business_keys(self, process_instance_ids: Sequence[str]) -> dict[str, str]:
        """The business keys of these process instances, as far as they are known. At most a few thousand ids."""
        with self._store.transaction() as tx:
            return _business_keys(tx, process_instance_ids)

    def given_up(self) -> list[GivenUp]:
        """Parts that tasks were left without, of the last day."""
        with self._store.transaction() as tx:
            return given_up(tx, self._now())

    def counters(self) -> dict[str, int]:
        """All counters since the ledger was made."""
        with self._store.transaction() as tx:
            return {row.name: row.value for row in tx.execute(sa.select(counters))}

    def census(self) -> dict[str, int]:
        """The number of rows in each stage, and of outstanding settlements and synchronisations."""
        with self._store.transaction() as tx:
            stages = tx.execute(sa.select(tasks.c.stage, sa.func.count()).group_by(tasks.c.stage)).all()
            owed = tx.execute(sa.select(sa.func.count()).select_from(settlements)).scalar_one()
            states = tx.execute(sa.select(syncs.c.state, sa.func.count()).group_by(syncs.c.state)).all()
        census = {f"stage_{stage}": 0 for stage in Stage} | {f"stage_{stage}": number for stage, number in stages}
        waiting = {f"syncs_{state}": 0 for state in ("waiting", "started", "parked")}
        return census | waiting | {f"syncs_{state}": number for state, number in states} | {"settlements_owed": owed}

    def alive_at(self) -> float | None:
        """When a worker last recorded that it runs; None: unknown."""
        with self._store.transaction() as tx:
            return alive_at(tx)

    def superseded(self) -> list[SeenTask]:
        """Steps that waited for people and that another worker has, the newest first, at most `MOST_TAKEN`."""
        asked = tasks.c.promise.in_((Promise.CLOSE, Promise.ANSWER))
        theirs = sa.and_(tasks.c.stage == Stage.SUPERSEDED, tasks.c.portal_task_id.is_not(None), asked)
        query = sa.select(*SHOWN).where(theirs).order_by(tasks.c.updated_at.desc()).limit(MOST_TAKEN)
        with self._store.transaction() as tx:
            return [seen_task(row) for row in tx.execute(query)]

    def unsettled(self) -> list[SeenTask]:
        """The tasks whose outcome the engine has refused, at most `MOST_HELD_UP`."""
        with self._store.transaction() as tx:
            return _unsettled(tx, settlements.c.last_error.is_not(None), MOST_HELD_UP)

    def creating(self, served: Served | None = None) -> list[SeenTask]:
        """Creates under way or of unknown outcome, oldest first, at most `MOST_HELD_UP`."""
        with self._store.transaction() as tx:
            return self._creating(tx, self._strangers(tx, served), MOST_HELD_UP)

    def unclear(self, served: Served | None = None) -> int:
        """How many of them have no clear outcome (`SeenTask.is_unclear`). Counted up to `COUNTED`."""
        with self._store.transaction() as tx:
            return _count(tx, tasks, self._unclear(self._strangers(tx, served)))

    def _unclear(self, strangers: Strangers) -> sa.ColumnElement[bool]:
        slow = tasks.c.updated_at < self._now() - SLOW_SECONDS
        of_ours = sa.and_(tasks.c.stage == Stage.CREATING, ~strangers.rows(tasks.c))
        return sa.and_(of_ours, sa.or_(slow, tasks.c.last_words.is_not(None)))

    def _creating(self, tx: Connection, strangers: Strangers, most: int = MOST) -> list[SeenTask]:
        ours = sa.select(tasks).where(tasks.c.stage == Stage.CREATING, ~strangers.rows(tasks.c))
        absent, found = self._leases.absent(tx), tx.execute(ours.order_by(tasks.c.updated_at).limit(most))
        return [replace(seen_task(row), absent=absent.get(row.owner)) for row in found]


def _not_served(tx: Connection, strangers: Strangers) -> list[SeenTask]:
    """The longest waiting first, of the `COUNTED` oldest rows of each stage; no worker changes them any more."""
    if strangers.served is None:
        return []
    found: list[sa.Row[Any]] = []
    for stage, more in ((Stage.CREATING, sa.true()), (Stage.WAITING, sa.true()), (Stage.CREATED, rows.NOTHING_OWED)):
        oldest = sa.select(*SHOWN).where(tasks.c.stage == stage, more).order_by(tasks.c.updated_at).limit(COUNTED)
        some = oldest.subquery()
        found += tx.execute(sa.select(some).where(strangers.rows(some.c)))
    return sorted((replace(seen_task(row), served=False) for row in found), key=lambda seen: seen.since)


def _unsettled(tx: Connection, refused: sa.ColumnElement[bool], most: int = MOST) -> list[SeenTask]:
    query = sa.select(settlements).where(refused).order_by(settlements.c.due_at).limit(most)
    owed = {row.external_task_id: row for row in tx.execute(query)}
    found = tx.execute(sa.select(tasks).where(tasks.c.external_task_id.in_(list(owed))))
    return sorted((seen_task(row, owed[row.external_task_id]) for row in found), key=lambda seen: seen.since)


def _syncs(tx: Connection, which: sa.ColumnElement[bool]) -> list[OwedSync]:
    return [
        records.read_sync(row) for row in tx.execute(sa.select(syncs).where(which).order_by(syncs.c.due_at).limit(MOST))
    ]


def _business_keys(tx: Connection, process_instance_ids: Sequence[str]) -> dict[str, str]:
    of_these = tasks.c.process_instance_id.in_(set(process_instance_ids))
    named = sa.select(tasks.c.process_instance_id, tasks.c.business_key).where(of_these)
    query = named.where(tasks.c.business_key.is_not(None)).distinct()
    return {row.process_instance_id: row.business_key for row in tx.execute(query)}


def _count(tx: Connection, table: sa.Table, which: sa.ColumnElement[bool]) -> int:
    some = sa.select(sa.literal(1)).select_from(table).where(which).limit(COUNTED).subquery()
    return int(tx.execute(sa.select(sa.func.count()).select_from(some)).scalar_one())
