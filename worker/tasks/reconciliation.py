"""Finds tasks locked for this worker that it does not work on: from an earlier run, or from a lost answer (P7)."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

from bitrix.causes import Cause, Trouble
from worker.engine.client import Engine
from worker.engine.errors import NOT_OURS, EngineDenied, EngineError, EngineUnreachable
from worker.engine.locks import LockBook
from worker.ledger import Ledger, Row
from worker.model import FetchedTask, Stage
from worker.runtime import clock
from worker.runtime.deadlines import Deadlines
from worker.runtime.standstill import Standstill
from worker.runtime.telemetry import Telemetry
from worker.runtime.threads import Threads
from worker.tasks.freeing import Freeing
from worker.tasks.left_creates import LeftCreates
from worker.tasks.waiting_book import WaitingBook
from worker.words.causes import with_cure, with_needed_cure
from worker.words.codes import PartName
from worker.words.reasons import Reason

AT_ONCE_AT_START = 8
RESUMED_AT_ONCE = 500
CLOCKS_APART = timedelta(hours=2)


class Reconciliation:
    """Only for the thread that fetches: no other one does, so nobody works on a locked task that is not in hand.

    `catch_up` and `unknown` may raise `EngineError` or `LedgerUnavailable`, and are safe to repeat. `look_at` is called
    with the steps that go on waiting without another hand-out.
    """

    def __init__(
        self,
        *,
        engine: Engine,
        ledger: Ledger,
        locks: LockBook,
        waiting: WaitingBook,
        threads: Threads,
        telemetry: Telemetry,
        deadlines: Deadlines,
        look_at: Callable[[Sequence[FetchedTask]], None] = lambda _: None,
    ) -> None:
        self._engine = engine
        self._ledger = ledger
        self._locks = locks
        self._waiting = waiting
        self._freeing = Freeing(engine, deadlines, threads, telemetry)
        self._threads = threads
        self._telemetry = telemetry
        self._deadlines = deadlines
        self._look_at = look_at
        self._at_start: frozenset[str] | None = None
        self._cut_until = 0.0
        self._due: list[float] = []
        self.left_locked = Standstill("engine", PartName.LEFT_LOCKED, telemetry, reminds=False)
        """Whether steps that an earlier run locked, and that no row names, wait until their locks end."""
        self.left_creates = LeftCreates()

    def catch_up(self) -> None:
        """Call before each fetch. Reads once what was locked at the start, and releases orphaned tasks when due."""
        if self._at_start is None:
            self._at_start = self._found_at_start()
            self._cut_until = clock.boottime() + self._deadlines.hold
            self._due = [self._when_no_older_poll_is_parked()]
            self._telemetry.emit("worker.ready")
        if clock.boottime() >= self._cut_until:
            self.left_locked.resume()
        if self._due and clock.boottime() >= self._due[0]:
            self._give_back_the_unknown()
            self._due.pop(0)

    def was_there_at_start(self, task_id: str) -> bool:
        """Whether an earlier run may have had this task. Of those that went on waiting the ledger has a row."""
        return task_id in (self._at_start or ())

    def handed_out(self, task_id: str) -> None:
        """The engine has handed out this task again: its lock is a new one, and stays."""
        self._freeing.not_this(task_id)
        self.left_creates.handed_out(task_id)

    def answer_lost(self) -> None:
        """The answer to a fetch was lost: `catch_up` soon releases what the engine locked for it."""
        self._due = [clock.boottime(), self._when_no_older_poll_is_parked()]

    def answer_unwritten(self) -> None:
        """The engine locked tasks but failed to write its answer: the next `catch_up` releases them."""
        self._due.insert(0, clock.boottime())

    def unknown(self) -> list[FetchedTask]:
        """The tasks locked for this worker that are not in hand, have no row, and belong to no earlier run."""
        locked = self._locked_by_us(before=self._end_of_short_locks())
        ours = [task for task in locked if task.id not in self._locks]
        rows = self._rows_of([task.id for task in ours])
        older = (self._at_start or ()) if clock.boottime() < self._cut_until else ()
        return [task for task in ours if task.id not in rows and task.id not in older]

    def _found_at_start(self) -> frozenset[str]:
        """The ids of the tasks an earlier run left locked, whose locks are shortened here.

        Its creates and acts may still be running. Tasks that may have one stay locked until that is impossible. For
        waiting steps nothing is running: they go on waiting under their locks. Those of which the ledger does not keep
        what today's settings need are fetched again soon.
        """
        resumed, stale = self._resumed()
        locked = self._others_locked(stale)
        rows = self._rows_of(locked)
        with ThreadPoolExecutor(AT_ONCE_AT_START) as pool:
            for _ in pool.map(self._cut, [id_ for id_ in locked if _may_be_sending(rows.get(id_))]):
                self._threads.stopping()  # reports that this thread runs: there may be thousands
        self._freeing.begin([*stale, *(id_ for id_, row in rows.items() if row.stage is Stage.WAITING)])
        if resumed:
            self._telemetry.emit("waiting.resumed", count=resumed)
        begun = [id_ for id_, row in rows.items() if row.stage is Stage.CREATING]
        self.left_creates.begin(begun, until=clock.boottime() + self._deadlines.hold)
        found = frozenset([*stale, *locked])
        self._tell(len(found), len(found) - len(stale) - len(rows))
        return found

    def _tell(self, count: int, rowless: int) -> None:
        """How many an earlier run left locked, of how many of them the ledger has no row, and when they come back."""
        hold, trouble = self._deadlines.hold, Trouble("engine", Cause.LOCKED_UNKNOWN, said=str(rowless))
        until = (datetime.now() + timedelta(seconds=hold)).strftime("%H:%M:%S")  # noqa: DTZ005 - shown
        if count:
            self._telemetry.emit("fetch.locked_at_start", count=count, until=until)
        if rowless and self.left_locked.begin(trouble, seconds=hold, count=rowless):
            self._telemetry.emit("fetch.locked_unknown", count=rowless, until=until, reason=with_cure(trouble))

    def _resumed(self) -> tuple[int, set[str]]:
        """How many of the steps that the ledger says to wait go on; the ids of those that are locked and cannot."""
        resumed, stale = 0, set[str]()
        for rows in self._ledger.waiting.ours():
            ids = [row.external_task_id for row in rows if self._may_go_on(row)]
            for first in range(0, len(ids), RESUMED_AT_ONCE):
                self._threads.stopping()  # reports that this thread runs: there may be a hundred thousand
                some = ids[first : first + RESUMED_AT_ONCE]
                # By this machine's clock, which may differ from the engine's: an error costs a call, or a hand-out.
                left = {id_: until - time.time() for id_, until in self._engine.held_by_me(some).items()}
                locked = {id_: seconds for id_, seconds in left.items() if seconds > 0}
                steps = self._waiting.resume(locked)
                self._look_at(steps)
                resumed += len(steps)
                stale |= locked.keys() - {step.id for step in steps}
        return resumed, stale

    def _may_go_on(self, row: Row) -> bool:
        ours = row.worker_id == self._engine.worker_id and row.topic in self._deadlines.locks
        return ours and row.external_task_id not in self._waiting

    def _others_locked(self, known: Collection[str]) -> list[str]:
        """The ids of all other tasks that are locked for us, of the topics this worker serves.

        Steps that wait are locked for long. Only if more such locks are there than are known, all are listed.
        """
        some = self._locked_by_us(but=known, before=self._end_of_short_locks())
        if self._engine.count_locked_by_me() > len(self._waiting) + len(known) + len(some):
            some = self._locked_by_us(but=known)
        return [task.id for task in some]

    def _locked_by_us(self, *, but: Collection[str] = (), before: datetime | None = None) -> list[FetchedTask]:
        """Those that do not wait, only of the topics this worker serves: another program may use the same worker id."""
        locked = self._engine.locked_by_me(before=before)
        ours = (task for task in locked if task.topic in self._deadlines.locks)
        return [task for task in ours if task.id not in self._waiting and task.id not in but]

    def _end_of_short_locks(self) -> datetime:
        """Until then all locks end but those of steps that wait, however far the engine's clock is from this one."""
        return datetime.now(UTC) + timedelta(seconds=self._deadlines.longest_lock) + CLOCKS_APART

    def _rows_of(self, ids: Sequence[str]) -> dict[str, Row]:
        """Usually there is nothing to ask: then no transaction is made, as each one makes others wait."""
        return self._ledger.known(ids) if ids else {}

    def _cut(self, task_id: str) -> None:
        try:
            self._engine.extend_lock(task_id, self._deadlines.hold)
        except (*NOT_OURS, EngineUnreachable, EngineDenied) as error:
            if not isinstance(error, NOT_OURS):
                raise
        except EngineError as error:
            self._telemetry.emit("lock.not_shortened", task=task_id, reason=with_needed_cure(error))

    def _when_no_older_poll_is_parked(self) -> float:
        """The boot time from which no earlier long poll is open; a poll outlives a client that was killed."""
        return clock.boottime() + self._deadlines.poll + 1.0

    def _give_back_the_unknown(self) -> None:
        found = self._locked_by_us(before=self._end_of_short_locks())
        locked = [task.id for task in found if task.id not in self._locks]
        rows = self._rows_of(locked)
        new = [id_ for id_ in locked if id_ not in rows and not self.was_there_at_start(id_)]
        theirs = (row for row in rows.values() if row.owner != self._ledger.owner)
        waiting = [row.external_task_id for row in theirs if row.stage is Stage.WAITING]
        reserved = [lock for id_ in new if (lock := self._locks.reserve(id_))]
        for lock in reserved:
            self._threads.stopping()  # reports that this thread runs: an unresponsive engine may make this take an hour
            self._locks.give_back(lock, Reason.FETCH_UNANSWERED)
        if waiting:
            self._freeing.begin(waiting, at_once=1)
        if reserved or waiting:
            self._telemetry.emit("fetch.reconciled", given_back=len(reserved) + len(waiting))


def _may_be_sending(row: Row | None) -> bool:
    """Whether an earlier run may have sent a create or an act of this task just now."""
    return row is None or row.stage is Stage.CREATING or bool(row.acts)
