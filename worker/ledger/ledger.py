"""The ledger: intents, results and outstanding requests, all on disk before anything relies on them.

Each public method is one transaction. A stage change compares stage, owner and attempt: a caller whose row was changed
by another gets `StaleRow`, and nothing is written. Any method may raise `LedgerUnavailable`; then nothing was recorded.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from worker.ledger import records, rows
from worker.ledger.acts import ActRows, intend
from worker.ledger.counters import Counted, count, prove_writable
from worker.ledger.errors import LedgerError, LedgerUnavailable, LedgerUnusable
from worker.ledger.first_seen import FirstSeen
from worker.ledger.leases import WorkerLeases
from worker.ledger.models import ModelRows
from worker.ledger.notes import HANGS, STUCK
from worker.ledger.old_rows import OldRows
from worker.ledger.peers import Peers
from worker.ledger.preparation import prepared
from worker.ledger.records import IDS_AT_ONCE, Row
from worker.ledger.reports import Reports
from worker.ledger.schema import settlements, tasks
from worker.ledger.session import LedgerSession
from worker.ledger.settlements import SettlementRows, owe_settlement
from worker.ledger.store import Store
from worker.ledger.stuck import StuckNotes
from worker.ledger.syncs import SyncRows
from worker.ledger.view import Views
from worker.ledger.waiting import WaitingRows
from worker.model import Failure, FetchedTask, Settlement, Stage, TaskDraft
from worker.runtime import clock

WITH_A_TASK = (Stage.CREATED, Stage.WAITING, Stage.SETTLED, Stage.SUPERSEDED)
IDS: sa.BindParameter[str] = sa.bindparam("ids", expanding=True)
IS_STALE_FAILURE = sa.and_(settlements.c.external_task_id.in_(IDS), settlements.c.kind == "failure")
STALE_FAILURES = sa.select(settlements.c.external_task_id).where(IS_STALE_FAILURE).limit(1)
DROP_STALE_FAILURES = sa.delete(settlements).where(IS_STALE_FAILURE)
ROWS_OF = sa.select(tasks).where(tasks.c.external_task_id.in_(IDS))
"""Made once: building a statement costs more than running it."""
NOBODY = Reports()


class Ledger:
    """The ledger of one pair of engine and portal.

    `settlements` and `syncs` are the outboxes to the engine and to the portal's module. `waiting` holds the steps whose
    tasks a person must close, `acts` what created tasks need besides, `old` the rows that nobody changes any more,
    `leases` the workers of a shared ledger, `views` what people are shown, `first_seen` since when steps are kept from
    going on.

    `exclusive` makes this process the only `run` on a SQLite file; the other commands open it beside a running worker.
    `owner` identifies this run in the rows it changes. `now`: the clock of a file ledger, in seconds since the epoch;
    None: the wall clock at the opening plus the time passed since, so that a jumping clock makes no row old or late.
    Raises `LedgerError` if a person must act.
    """

    def __init__(
        self,
        url: str,
        *,
        portal: str | None,
        engine: str | None,
        owner: str,
        exclusive: bool = False,
        sync_enabled: bool = True,
        beat_seconds: float = 5.0,
        now: Callable[[], float] | None = None,
        reports: Reports = NOBODY,
    ) -> None:
        self.owner = owner
        self._wall = now or clock.steady()
        self._store = Store(url, exclusive=exclusive)
        self.shared, self.shown = self._store.shared, self._store.shown
        self._noted: Counter[Counted] = Counter()
        self._counting = threading.Lock()
        self.id = self._opened(portal, engine, reports, exclusive=exclusive)
        self.leases = WorkerLeases(self._store, owner, self.now, beat_seconds)
        self.views = Views(self._store, self.leases, self.now)
        session = LedgerSession(self._store, self.leases, owner, self.now, sync_enabled, reports.number_shared)
        self._session = session
        self.settlements = SettlementRows(session)
        self.syncs = SyncRows(session)
        self.waiting = WaitingRows(session)
        self.acts = ActRows(session)
        self.models = ModelRows(session)
        self.stuck, self.hanging = StuckNotes(session, STUCK), StuckNotes(session, HANGS)
        self.first_seen = FirstSeen(session)
        self.old = OldRows(self._store, self.now)
        self._store.on_unavailable = reports.unavailable  # before, the caller hears of it by `LedgerError`

    def _opened(self, portal: str | None, engine: str | None, reports: Reports, *, exclusive: bool) -> str:
        """Prepare the tables for this run, and bind them to portal and engine; returns the ledger's id."""
        try:
            self._ask_the_time()
            return prepared(
                self._store,
                portal,
                engine,
                now=self.now,
                exclusive=exclusive,
                tell=reports.preparing,
                upgraded=reports.upgraded,
                created=reports.created,
            )
        except LedgerUnavailable as error:
            self.close()
            raise LedgerUnusable(error.trouble) from None
        except LedgerError:
            self.close()
            raise

    def close(self) -> None:
        """Close the connections and release the file; safe to call again."""
        self._store.close()

    def now(self) -> float:
        """Seconds since the epoch. A shared ledger uses its server's time, whatever this machine's clock says."""
        return self._server_boot + clock.boottime() if self.shared else self._wall()

    def _ask_the_time(self) -> None:
        if self.shared:
            self._server_boot = self._store.time() - clock.boottime()

    def _put(self, tx: Connection, task: FetchedTask, before: Row | None, **values: Any) -> Row:
        row = rows.put(tx, task, before, {"owner": self.owner} | values, self.now())
        with self._counting:
            noted, self._noted = self._noted, Counter()
        for name, number in noted.items():
            count(tx, name, number)
        return row

    def _change(self, tx: Connection, row: Row, **values: Any) -> Row:
        return rows.change(tx, row, {"owner": self.owner} | values, self.now())

    def _owe(self, tx: Connection, task: FetchedTask, settlement: Settlement, seen: str | None = None) -> None:
        to = {"owner": self.owner, "worker_id": task.worker_id}
        owe_settlement(tx, task.id, settlement, **to, now=self.now(), seen=seen)

    # --- the path of one task ---

    def received(self, fetched: Sequence[FetchedTask]) -> dict[str, Row]:
        """The existing rows of tasks the engine has just handed out, by external task id.

        An undelivered failure belongs to the previous attempt and is dropped here, before anything else happens.
        """
        ids = {"ids": [task.id for task in fetched]}
        with self._store.transaction() as tx:
            if tx.execute(STALE_FAILURES, ids).first():
                tx.execute(DROP_STALE_FAILURES, ids)
            return {row.external_task_id: records.read_row(row) for row in tx.execute(ROWS_OF, ids)}

    def note(self, name: Counted, number: int = 1) -> None:
        """Count something. Written with the next row: no transaction is worth a counter."""
        with self._counting:
            self._noted[name] += number

    def known(self, ids: Sequence[str]) -> dict[str, Row]:
        """The existing rows of these external task ids, however many."""
        known: dict[str, Row] = {}
        with self._store.transaction() as tx:
            for first in range(0, len(ids), IDS_AT_ONCE):
                some = tasks.c.external_task_id.in_(ids[first : first + IDS_AT_ONCE])
                known |= {
                    row.external_task_id: records.read_row(row) for row in tx.execute(sa.select(tasks).where(some))
                }
        return known

    def begin_create(self, task: FetchedTask, draft: TaskDraft, before: Row | None) -> Row:
        """Record the intent to send `draft`: stage CREATING and one more attempt. Raises `StaleRow`."""
        attempt, spent = (before.attempt, before.spent) if before else (0, 0)
        fresh: dict[str, Any] = {"draft": dict(draft.fields), "promise": draft.promise, "portal_task_id": None}
        fresh["acts"] = len(draft.acts) or None
        with self._store.transaction() as tx:
            row = self._put(tx, task, before, stage=Stage.CREATING, attempt=attempt + 1, spent=spent + 1, **fresh)
            intend(tx, task.id, draft.acts, self.now(), before=before)
            return row

    def not_executed(self, row: Row) -> Row:
        """Undo the newest attempt, which provably was never executed. Raises `StaleRow`.

        The row stays, so that its number of attempts never decreases.
        """
        with self._store.transaction() as tx:
            return self._change(tx, row, stage=Stage.REJECTED, spent=max(row.spent - 1, 0), draft=None)

    def doubtful(self, row: Row, last_words: str, *, counts: bool, cause: str | None = None) -> Row:
        """Record the unclear answer to the newest attempt, which a person reads once no attempt is left.

        `counts` False: the attempt does not count towards the limit, because the portal as a whole had a problem.
        Raises `StaleRow`.
        """
        spent = row.spent if counts else max(row.spent - 1, 0)
        with self._store.transaction() as tx:
            return self._change(tx, row, spent=spent, last_words=rows.words(last_words), last_cause=cause)

    def created(
        self,
        task: FetchedTask,
        before: Row | None,
        portal_task_id: int,
        settlement: Settlement,
        *,
        adopted: bool,
        undrafted: bool = False,
    ) -> Row:
        """Record that the task exists, with the outcome for the engine. `undrafted`: what else it needs is unknown."""
        values = {"portal_task_id": portal_task_id, "spent": 0} | ({"acts": records.UNDRAFTED} if undrafted else {})
        with self._store.transaction() as tx:
            row = self._put(tx, task, before, stage=Stage.CREATED, **values)
            self._session.task_is_new(tx, task.id, portal_task_id, adopted=adopted)
            self._owe(tx, task, settlement)
            return row

    def arm(self, task: FetchedTask, row: Row, settlement: Settlement, *, seen: str | None = None) -> Row:
        """Record an outcome (again) for a task that exists; `seen`: the state it was read from. Raises `StaleRow`.

        After a failure the next hand-out goes on with the acts that are left.
        """
        over = {} if isinstance(settlement, Failure) else {"acts": None}
        with self._store.transaction() as tx:
            row = self._put(tx, task, row, stage=Stage.CREATED, **rows.UNKEPT, **over)
            self._owe(tx, task, settlement, seen)
            return row

    def rejected(self, task: FetchedTask, before: Row | None, failure: Failure) -> Row:
        """Record that no Bitrix24 task exists, together with the failure for the engine. Raises `StaleRow`."""
        with self._store.transaction() as tx:
            gone: dict[str, Any] = {"portal_task_id": None, "acts": None, **rows.SPENT}
            row = self._put(tx, task, before, stage=Stage.REJECTED, spent=0, **gone)
            intend(tx, task.id, (), self.now(), before=before)
            self._owe(tx, task, failure)
            return row

    # --- reading, the heartbeat, counting ---

    def witnesses(self, since: float, *, but: Sequence[str] = (), limit: int = 3) -> list[Row]:
        """External tasks whose Bitrix24 tasks are known to exist with their marker, except those in `but`.

        First comes the oldest one begun at `since` or later, if any, which stays the same however many follow; then
        the newest ones. A row without an attempt of ours does not count: the replaced installation sets no marker.
        """
        made = sa.and_(tasks.c.portal_task_id > 0, tasks.c.attempt > 0, tasks.c.external_task_id.not_in(but))
        since_then = sa.and_(tasks.c.stage.in_(WITH_A_TASK), tasks.c.updated_at >= since, tasks.c.created_at >= since)
        with self._store.transaction() as tx:
            later = sa.select(tasks).where(made, since_then).order_by(tasks.c.created_at).limit(1)
            newest = sa.select(tasks).where(made).order_by(tasks.c.portal_task_id.desc()).limit(limit)
            found = [records.read_row(row) for query in (later, newest) for row in tx.execute(query)]
        return list({row.external_task_id: row for row in found}.values())[:limit]

    def other_of_number(self, portal_task_id: int, external_task_id: str) -> str | None:
        """Another external task whose row has this Bitrix24 task."""
        with self._store.transaction() as tx:
            return rows.other_of_number(tx, portal_task_id, external_task_id)

    def beat(self) -> Peers:
        """Send a heartbeat and read the server's time; returns what it shows of the others. Raises `SlotLost`."""
        self._ask_the_time()
        return self.leases.beat()

    def leave(self) -> None:
        """Leave a shared ledger at an orderly stop: free our slot, and the synchronisations we have taken."""
        if self.shared:
            self.syncs.put_back()
            self.leases.release()

    def probe(self) -> None:
        """Write something; raises `LedgerUnavailable` if that is impossible, or if the next writes have no room."""
        with self._store.transaction() as tx:
            prove_writable(tx)
        self._store.prove_room()

    def count(self, name: Counted, by: int = 1) -> None:
        """Add to one counter."""
        with self._store.transaction(durable=False) as tx:
            count(tx, name, by)

    def counters(self) -> dict[str, int]:
        """All counters since the ledger was made."""
        return self.views.counters()

    def census(self) -> dict[str, int]:
        """The number of rows in each stage, and of outstanding settlements and synchronisations."""
        return self.views.census()
