"""Holds the steps that wait for somebody to close their Bitrix24 task. A waiting step takes no slot and no thread.

The more steps wait, the longer are their locks: extending them takes about one call a second at most.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait as wait_for
from dataclasses import dataclass, field, replace

from worker.engine.client import Engine
from worker.engine.errors import EngineError, LockLost, TaskGone
from worker.ledger import Ledger, Row, SyncOwed
from worker.mapping.mapper import Mapper
from worker.model import FetchedTask, Promise, Stage
from worker.runtime import clock
from worker.runtime.deadlines import Deadlines
from worker.runtime.gate import Gate
from worker.runtime.telemetry import Telemetry
from worker.runtime.threads import Threads
from worker.tasks.outcomes import Wait

EXTEND_TIMEOUT_SECONDS = 8.0
LAST_CALLS_AT_ONCE = 16


@dataclass(slots=True, eq=False)
class Waiting:
    """One waiting step. `task` has only the variables that its result needs."""

    task: FetchedTask
    row: Row
    portal_task_id: int
    expects_answer: bool
    was_closed: bool
    """It has waited before, its task was closed, and the step could not be completed with the result."""
    expires: float
    """Boot time until which the engine certainly keeps it locked for this worker."""
    lock_seconds: float
    since: float = field(default_factory=clock.boottime)
    """Boot time at which the step certainly existed already."""
    not_before: float = 0.0
    """Boot time of the next try after a failed extension."""
    calls: threading.Lock = field(default_factory=threading.Lock)
    """One call at a time to the engine for one task (P9)."""
    over: bool = False
    covered: bool = False
    """This worker has waited for it before: what was changed since, the portal's list of changes names."""
    unseen: bool = True
    """No look at its task since it came into the book."""
    closed: bool = False
    """Its task was seen closed, or may be: every round looks at it until its step is concluded."""
    hinted: bool = False
    """The portal reports a change of its task: the next sweep sees whether it still exists."""
    suspended: bool = False
    """The log says already that its process instance is suspended."""


class WaitingBook:
    """All waiting steps, by external task id. Thread-safe.

    `wake_syncs` is called when a synchronisation is outstanding, to wake its outbox.
    """

    def __init__(
        self,
        *,
        engine: Engine,
        ledger: Ledger,
        mapper: Mapper,
        gate: Gate,
        threads: Threads,
        telemetry: Telemetry,
        deadlines: Deadlines,
        wake_syncs: Callable[[], None],
    ) -> None:
        self._engine = engine
        self._ledger = ledger
        self._mapper = mapper
        self._gate = gate
        self._threads = threads
        self._telemetry = telemetry
        self._deadlines = deadlines
        self._wake_syncs = wake_syncs
        self._waiting: dict[str, Waiting] = {}
        self._guard = threading.Lock()

    def __len__(self) -> int:
        return len(self._waiting)

    def all(self) -> list[Waiting]:
        with self._guard:
            return list(self._waiting.values())

    # --- in and out ---

    def admit(self, wait: Wait, tell: Callable[[], None]) -> None:
        """Record that the step of a task in hand waits, and enter it. Raises `StaleRow` and `LedgerUnavailable`.

        `tell` logs its task: before other threads go on with it, and log that.
        """
        hand, row, portal_task_id, promise = wait.hand, wait.hand.row, wait.portal_task_id, wait.promise
        recorded, owed = self._ledger.waiting.begin(hand.task, row, portal_task_id, origin=wait.origin, promise=promise)
        tell()
        self._telemetry.emit("task.waiting", task=hand.task.id, portal_task=portal_task_id)
        if owed is SyncOwed.OWED:
            self._wake_syncs()
        self.put(
            Waiting(
                task=self._mapper.kept(hand.task),
                row=replace(recorded, external_task_id=hand.task.id),  # one object for equal texts
                portal_task_id=portal_task_id,
                expects_answer=promise is Promise.ANSWER,
                was_closed=row is not None and row.stage in (Stage.CREATED, Stage.SETTLED) and row.acts is None,
                expires=hand.lock.expires,
                lock_seconds=hand.lock.seconds,
                covered=row is not None and row.stage is Stage.WAITING and row.worker_id == self._engine.worker_id,
            )
        )

    def put(self, waiting: Waiting) -> None:
        """Enter it, in place of an older hand-out of the same task."""
        waiting.over = False
        with self._guard:
            before = self._waiting.get(waiting.task.id)
            self._waiting[waiting.task.id] = waiting
        if before is not None:
            before.over = True

    def take(self, waiting: Waiting) -> bool:
        """Remove it, and wait for a call that is under way for it. False if it was removed or replaced already."""
        with self._guard:
            if self._waiting.get(waiting.task.id) is not waiting:
                return False
            del self._waiting[waiting.task.id]
        waiting.over = True
        with waiting.calls:
            return True

    def end(self, external_task_id: str) -> None:
        """Remove it and wait for its call under way: a later extension would override the retry time of a failure."""
        with self._guard:
            waiting = self._waiting.get(external_task_id)
        if waiting is not None:
            self.take(waiting)

    def drop(self, external_task_id: str) -> None:
        """Remove it without waiting: the engine or another worker has decided."""
        with self._guard:
            waiting = self._waiting.pop(external_task_id, None)
        if waiting is not None:
            waiting.over = True

    def look(self, waiting: Waiting) -> bool:
        """Whether the outcome of a step taken out of the book can be delivered now. Raises `EngineError`, `TaskGone`.

        If the step was moved in its model meanwhile, its lock is shortened so that it is fetched again: the answer
        would go into the old step's variable. If its instance is suspended, the step goes on waiting: people may
        change the answer until the instance is activated.
        """
        place = self._engine.place(waiting.task.id)
        if place.suspended:
            if not waiting.suspended:
                self._telemetry.emit("waiting.suspended", task=waiting.task.id, portal_task=waiting.portal_task_id)
            waiting.suspended = True
            self.put(waiting)
        elif not place.is_of(waiting.task):
            # Not at once: another worker could take so young a step for surely first (P10).
            self._engine.extend_lock(waiting.task.id, self._deadlines.free_after, timeout=EXTEND_TIMEOUT_SECONDS)
            self._telemetry.emit(
                "waiting.moved",
                task=waiting.task.id,
                portal_task=waiting.portal_task_id,
                was=waiting.task.activity_id,
                now=place.activity_id,
            )
        else:
            waiting.suspended = False
            return True
        return False

    # --- keeping ---

    def extend_due(self) -> None:
        """One round of the keeper: extend each lock that has less than half of its duration left."""
        now = clock.boottime()
        due = [one for one in self.all() if one.expires - now < one.lock_seconds / 2 and one.not_before <= now]
        for waiting in due:
            if self._threads.drained() or not self._gate.is_open:
                break
            self._extend(waiting, max(self._deadlines.waiting_lock, 2.0 * len(self)))

    def _extend(self, waiting: Waiting, seconds: float) -> None:
        with waiting.calls:
            if waiting.over:
                return
            try:
                expires = self._engine.extend_lock(waiting.task.id, seconds, timeout=EXTEND_TIMEOUT_SECONDS)
            except (LockLost, TaskGone) as error:
                self.drop(waiting.task.id)
                self._telemetry.emit("task.lock_lost", task=waiting.task.id, reason=error)
            except EngineError as error:  # suspended or busy: a later try may succeed before the lock expires
                waiting.not_before = clock.boottime() + waiting.lock_seconds / 8
                self._telemetry.emit("lock.not_extended", task=waiting.task.id, reason=error)
            else:
                waiting.expires, waiting.lock_seconds = expires, seconds

    def leave(self, seconds: float) -> None:
        """At a stop: release as many steps as `seconds` allow. The others stay locked until their locks expire.

        A step that may still be young stays locked for `free_after` seconds, so that no worker can take it for surely
        first (P10).
        """
        until = clock.boottime() + seconds
        pool = ThreadPoolExecutor(LAST_CALLS_AT_ONCE)
        calls = [pool.submit(self._give_back, waiting, until) for waiting in self.all()]
        wait_for(calls, seconds)
        pool.shutdown(wait=False, cancel_futures=True)

    def _give_back(self, waiting: Waiting, until: float) -> None:
        left = until - clock.boottime()
        if left <= 0 or not self.take(waiting):
            return
        timeout = min(left, EXTEND_TIMEOUT_SECONDS)
        try:
            if clock.boottime() - waiting.since < self._deadlines.free_after:
                self._engine.extend_lock(waiting.task.id, self._deadlines.free_after, timeout=timeout)
            else:
                self._engine.give_back(waiting.task.id, timeout=timeout)
        except EngineError:
            return  # harmless: the step stays locked until its lock expires
