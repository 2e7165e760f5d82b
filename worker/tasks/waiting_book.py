"""Holds the steps that wait for somebody to close their Bitrix24 task. A waiting step takes no slot and no thread.

The more steps wait, the longer are their locks, so that few are extended in a minute; the first time, when a step
begins to wait. A restart goes on with what is still locked for this worker: the engine hands nothing out.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor, wait as wait_for
from dataclasses import dataclass, field
from sys import intern

from worker.engine.client import Engine
from worker.engine.errors import NOT_OURS, EngineError, LockLost, TaskGone, TaskSuspended
from worker.ledger import Ledger, Row, StaleRow, SyncOwed
from worker.model import FetchedTask, Place, Promise, Stage
from worker.runtime import clock
from worker.runtime.deadlines import Deadlines
from worker.runtime.gate import Gate
from worker.runtime.telemetry import Telemetry
from worker.runtime.threads import Threads
from worker.tasks.in_control import InControl
from worker.tasks.kept_steps import KeptSteps
from worker.tasks.outcomes import Wait
from worker.tasks.suspended_steps import SuspendedSteps
from worker.words.pauses import spans

EXTEND_TIMEOUT_SECONDS = 8.0
LAST_CALLS_AT_ONCE = 16
LEAST_SECONDS = 0.1


@dataclass(slots=True, eq=False)
class Waiting:
    """One waiting step, by its external task id. The ledger keeps the rest: a hundred thousand of them may wait."""

    id: str
    topic: str
    portal_task_id: int
    expects_answer: bool
    was_closed: bool
    """It has waited before, its task was closed, and the step could not be completed with the result."""
    expires: float
    """Boot time until which the engine certainly keeps it locked for this worker."""
    lock_seconds: float
    """The lock's full duration; 0: an earlier run asked for it, as long as is usual."""
    since: float = field(default_factory=clock.boottime)
    """Boot time at which the step certainly existed already."""
    not_before: float = 0.0
    """Boot time of the next try after a failed extension; 0: the last one has succeeded."""
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
    task: FetchedTask | None = None
    """What its end needs of it, if the ledger cannot keep that."""
    unconcluded: tuple[object, float] | None = None
    """What kept its outcome from being determined, and the boot time at which that was logged last."""


class WaitingBook:
    """All waiting steps, by external task id. Thread-safe.

    `wake_syncs` is called when a synchronisation is outstanding, to wake its outbox.
    """

    def __init__(
        self,
        *,
        engine: Engine,
        ledger: Ledger,
        kept: KeptSteps,
        gate: Gate,
        threads: Threads,
        telemetry: Telemetry,
        deadlines: Deadlines,
        wake_syncs: Callable[[], None],
    ) -> None:
        self._engine = engine
        self._ledger = ledger
        self._kept = kept
        self._gate = gate
        self._threads = threads
        self._telemetry = telemetry
        self._deadlines = deadlines
        self._wake_syncs = wake_syncs
        self.suspended = SuspendedSteps(ledger, telemetry)
        self.in_control = InControl(ledger)
        self._waiting: dict[str, Waiting] = {}
        self._guard = threading.Lock()

    def __len__(self) -> int:
        return len(self._waiting)

    def __contains__(self, external_task_id: str) -> bool:
        return external_task_id in self._waiting

    def all(self) -> list[Waiting]:
        with self._guard:
            return list(self._waiting.values())

    # --- in and out ---

    def admit(self, wait: Wait, tell: Callable[[], None]) -> None:
        """Record that the step of a task in hand waits, and enter it. Raises `StaleRow` and `LedgerUnavailable`.

        `tell` logs its task: before other threads go on with it, and log that.
        """
        hand, row, portal_task_id, promise = wait.hand, wait.hand.row, wait.portal_task_id, wait.promise
        task, kept = self._kept.of(hand.task)
        _, owed = self._ledger.waiting.begin(
            hand.task, row, portal_task_id, origin=wait.origin, promise=promise, kept=kept, since=wait.since
        )
        tell()
        self._telemetry.emit("task.waiting", task=hand.task.id, portal_task=portal_task_id)
        if owed is SyncOwed.OWED:
            self._wake_syncs()
        waiting = Waiting(
            id=task.id,
            topic=intern(task.topic),
            portal_task_id=portal_task_id,
            expects_answer=promise is Promise.ANSWER,
            was_closed=row is not None and row.stage in (Stage.CREATED, Stage.SETTLED) and row.acts is None,
            expires=hand.lock.expires,
            lock_seconds=hand.lock.seconds,
            covered=row is not None and row.stage is Stage.WAITING and row.worker_id == self._engine.worker_id,
            task=None if kept else task,
        )
        self.put(waiting)
        if self._gate.is_open and waiting.lock_seconds < (seconds := self._deadlines.lock_of_waiting(len(self))):
            self._extend(waiting, seconds)

    def resume(self, locked: Mapping[str, float]) -> list[FetchedTask]:
        """Go on with those of these steps that an earlier run has left waiting, and return them.

        `locked`: for how many seconds each is still locked for this worker. Raises `LedgerUnavailable`.
        """
        ids = [id_ for id_ in locked if id_ not in self._waiting]
        found = self._ledger.waiting.resume(ids, self._engine.worker_id, self._kept.under) if ids else ()
        now = clock.boottime()
        for row, _ in found:
            self.put(_resumed(row, now + locked[row.external_task_id]))
        return [self._kept.read(text) for _, text in found]

    def put(self, waiting: Waiting) -> None:
        """Enter it, in place of an older hand-out of the same task."""
        waiting.over = False
        with self._guard:
            before = self._waiting.get(waiting.id)
            self._waiting[waiting.id] = waiting
        if before is not None:
            before.over = True

    def take(self, waiting: Waiting) -> bool:
        """Remove it, and wait for a call that is under way for it. False if it was removed or replaced already."""
        with self._guard:
            if self._waiting.get(waiting.id) is not waiting:
                return False
            del self._waiting[waiting.id]
        waiting.over = True
        with waiting.calls:
            return True

    def end(self, external_task_id: str) -> None:
        """Remove it and wait for its call under way: a later extension would override the retry time of a failure."""
        with self._guard:
            waiting = self._waiting.get(external_task_id)
        self._left(external_task_id)
        if waiting is not None:
            self.take(waiting)

    def drop(self, external_task_id: str) -> None:
        """Remove it without waiting: the engine or another worker has decided."""
        with self._guard:
            waiting = self._waiting.pop(external_task_id, None)
        self._left(external_task_id)
        if waiting is not None:
            waiting.over = True

    def _left(self, external_task_id: str) -> None:
        self.suspended.left(external_task_id)
        self.in_control.left([external_task_id])

    def step(self, waiting: Waiting) -> tuple[FetchedTask, Row]:
        """What the end of its wait needs of a step, and its row. Raises `StaleRow`, `LedgerUnavailable`."""
        row, text = self._ledger.waiting.step(waiting.id)
        if waiting.task is None and text is None:
            raise StaleRow(waiting.id)
        return waiting.task or self._kept.read(text or ""), row

    def look(self, waiting: Waiting, task: FetchedTask) -> bool:
        """Whether the outcome of a step taken out of the book can be delivered now. Raises `EngineError`, `TaskGone`.

        If the step was moved in its model meanwhile, its lock is shortened so that it is fetched again: the answer
        would go into the old step's variable. If its instance is suspended, the step goes on waiting: people may
        change the answer until the instance is activated.
        """
        try:
            place = self._engine.place(waiting.id)
        except TaskGone:
            self.suspended.left(waiting.id)
            raise
        if place.suspended:
            self.suspended.meet(task, waiting.portal_task_id)
            self.put(waiting)
            return False
        self.suspended.left(waiting.id)
        if not place.is_of(task):
            # Not at once: another worker could take so young a step for surely first (P10).
            self._engine.extend_lock(waiting.id, self._deadlines.free_after, timeout=EXTEND_TIMEOUT_SECONDS)
            self._telemetry.emit(
                "waiting.moved",
                task=waiting.id,
                portal_task=waiting.portal_task_id,
                was=_shown(task, beside=place),
                now=_shown(place, beside=task),
            )
            return False
        return True

    # --- keeping ---

    def extend_due(self) -> None:
        """One round of the keeper: extend each lock that has less than half of its duration left."""
        now, usual = clock.boottime(), self._deadlines.lock_of_waiting(len(self))
        halves = ((one, (one.lock_seconds or usual) / 2) for one in self.all())
        due = [one for one, half in halves if one.expires - now < half and one.not_before <= now]
        for waiting in due:
            if self._threads.drained() or not self._gate.is_open:
                break
            self._extend(waiting, self._deadlines.lock_of_waiting(len(self)))

    def _extend(self, waiting: Waiting, seconds: float) -> None:
        with waiting.calls:
            if waiting.over:
                return
            try:
                expires = self._engine.extend_lock(waiting.id, seconds, timeout=EXTEND_TIMEOUT_SECONDS)
            except (LockLost, TaskGone) as error:
                self.drop(waiting.id)
                self._telemetry.emit("task.lock_lost", task=waiting.id, reason=error)
            except EngineError as error:  # suspended or busy: a later try may succeed before the lock expires
                waiting.not_before = clock.boottime() + (waiting.lock_seconds or seconds) / 8
                if isinstance(error, TaskSuspended):
                    self.suspended.meet_open(waiting.id, waiting.portal_task_id)
                else:
                    self._telemetry.emit("lock.not_extended", task=waiting.id, reason=error)
            else:
                waiting.expires, waiting.lock_seconds = expires, seconds
                if waiting.not_before:
                    waiting.not_before = 0.0
                    self._telemetry.emit("lock.extended", task=waiting.id)

    def leave(self, seconds: float) -> None:
        """At a stop: release as many steps as `seconds` allow. The others stay locked until their locks expire.

        A step that may still be young stays locked for `free_after` seconds, so that no worker can take it for surely
        first (P10).
        """
        until = clock.boottime() + seconds
        left = iter(self.all())
        pool = ThreadPoolExecutor(LAST_CALLS_AT_ONCE)
        wait_for([pool.submit(self._give_back_all, left, until) for _ in range(LAST_CALLS_AT_ONCE)], seconds)
        pool.shutdown(wait=False, cancel_futures=True)
        now = clock.boottime()
        if still := [one for one in self.all() if one.expires > now]:
            longest = max(one.expires for one in still) - now
            hours, lasts = round(longest / 3600, 1), spans(math.ceil(longest))
            self._telemetry.emit("waiting.left_locked", count=len(still), lasts=lasts, hours=hours)

    def _give_back_all(self, left: Iterator[Waiting], until: float) -> None:
        while clock.boottime() < until:
            with self._guard:
                waiting = next(left, None)
            if waiting is None:
                return
            self._give_back(waiting, until)

    def _give_back(self, waiting: Waiting, until: float) -> None:
        if not self.take(waiting):
            return
        timeout = min(max(until - clock.boottime(), LEAST_SECONDS), EXTEND_TIMEOUT_SECONDS)
        try:
            if clock.boottime() - waiting.since < self._deadlines.free_after:
                self._engine.extend_lock(waiting.id, self._deadlines.free_after, timeout=timeout)
            else:
                self._engine.give_back(waiting.id, timeout=timeout)
        except NOT_OURS:
            return
        except EngineError:
            self.put(waiting)  # harmless: the step stays locked until its lock expires


def _resumed(row: Row, expires: float) -> Waiting:
    return Waiting(
        id=row.external_task_id,
        topic=row.topic,
        portal_task_id=row.portal_task_id or 0,
        expects_answer=row.promise is Promise.ANSWER,
        was_closed=False,
        expires=expires,
        lock_seconds=0.0,
        covered=True,
    )


def _shown(step: FetchedTask | Place, *, beside: FetchedTask | Place) -> str:
    """The step's id; with its definition, if the other one has the same id."""
    activity = step.activity_id or "?"
    return activity if activity != beside.activity_id else f"{activity} ({step.process_definition_id})"
