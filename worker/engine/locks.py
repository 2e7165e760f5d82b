"""Keeps the tasks in hand with their engine locks: how long each lock is safe, and the keeper that extends it.

A lock is *unbroken* while each extension was answered before the expiry known until then. The result of a look-up is
valid only that long (P3): once the lock is broken, another worker may have had the task.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from worker.engine.client import Engine
from worker.engine.errors import NOT_OURS, EngineDenied, EngineError, EngineUnreachable, LockLost, TaskGone
from worker.model import FetchedTask
from worker.runtime import clock
from worker.runtime.telemetry import Telemetry
from worker.runtime.threads import Threads
from worker.words.causes import with_needed_cure
from worker.words.reasons import Reason

EXTEND_TIMEOUT_SECONDS = 8.0
ENGINE_MAX_SECONDS = 30.0
"""How long the engine may still execute a call that it has not answered."""


class LockTooShort(Exception):
    """The engine lock would end before the create does. Nothing has been sent."""


@dataclass(slots=True, eq=False)
class HeldLock:
    """The lock of one task in hand. `seconds`: its full duration. `expires`: boot time until which it surely lasts.

    `kept`: the keeper extends it.
    """

    task_id: str
    seconds: float
    expires: float
    broken: object | None = None
    """Why the lock is no longer safe; None while it is unbroken."""
    kept: bool = True
    failed: bool = False
    """The last extension got no answer, or was refused, and the log says so."""
    handed_out_again: tuple[FetchedTask, float] | None = None
    """The engine has handed the task out to us again: the newest hand-out and the expiry of its lock."""
    calls: threading.Lock = field(default_factory=threading.Lock)
    """Held during each call to the engine for this task: one call at a time (P9)."""

    @property
    def was_fetched(self) -> bool:
        """Whether the engine handed the task out for it; otherwise it is in hand only for a call about it."""
        return self.broken is not Reason.NOT_FETCHED

    def lasts(self, seconds: float) -> bool:
        """Whether the lock is unbroken and lasts for `seconds` more."""
        return self.broken is None and self.expires - clock.boottime() > seconds


class LockBook:
    """All tasks in hand, each with its lock. A task is in hand at most once. Thread-safe.

    If the engine handed a task out again while it was in hand, `finish` passes the newest hand-out to `restart`.
    """

    def __init__(self, engine: Engine, threads: Threads, telemetry: Telemetry) -> None:
        self._engine = engine
        self._threads = threads
        self._telemetry = telemetry
        self._held: dict[str, HeldLock] = {}
        self._changed = threading.Condition()
        self.restart: Callable[[FetchedTask, float], None] = lambda task, expires: None  # noqa: ARG005 - set by the fetcher

    def __len__(self) -> int:
        return len(self._held)

    def __contains__(self, task_id: str) -> bool:
        return task_id in self._held

    def all(self) -> list[HeldLock]:
        with self._changed:
            return list(self._held.values())

    def wait(self, seconds: float) -> None:
        """Wait until any task is no longer in hand, at most `seconds`."""
        with self._changed:
            self._changed.wait(seconds)

    # --- take and let go ---

    def take(self, task: FetchedTask, seconds: float, expires: float) -> HeldLock | None:
        """Take a fetched task in hand. None: it is in hand already, and its `HeldLock` now notes the new hand-out."""
        with self._changed:
            held = self._held.get(task.id)
            if held is not None:
                held.broken = held.broken or Reason.HANDED_OUT_AGAIN
                held.handed_out_again = (task, expires)
                return None
            lock = self._held[task.id] = HeldLock(task.id, seconds, expires)
            return lock

    def reserve(self, task_id: str) -> HeldLock | None:
        """Take a task that was not fetched in hand, only to call the engine about it. None: it is in hand already."""
        with self._changed:
            if task_id in self._held:
                return None
            lock = self._held[task_id] = HeldLock(task_id, 0.0, 0.0, broken=Reason.NOT_FETCHED, kept=False)
            return lock

    def finish(self, lock: HeldLock) -> None:
        """The task is no longer in hand. If the engine has handed it out again meanwhile, begin that hand-out now."""
        with self._changed:
            self._held.pop(lock.task_id, None)
            self._changed.notify_all()
        if lock.handed_out_again:
            self.restart(*lock.handed_out_again)

    def let_go(self, lock: HeldLock, reason: object) -> None:
        """Stop work on the task. When its lock has expired, a fetch returns it, and the ledger's row decides."""
        self.stop_keeping(lock)
        self._telemetry.emit("task.lock_lost", task=lock.task_id, reason=reason)
        self.finish(lock)

    def give_back(self, lock: HeldLock, reason: object, *, after: float = 0.0) -> None:
        """Release the task for any worker, `after` so many seconds. Not while a send has an unknown outcome (P6)."""
        self.stop_keeping(lock)
        try:
            with lock.calls:
                if after:
                    self._engine.extend_lock(lock.task_id, after, timeout=EXTEND_TIMEOUT_SECONDS)
                else:
                    self._engine.give_back(lock.task_id, timeout=EXTEND_TIMEOUT_SECONDS)
        except EngineUnreachable as error:
            if error.doubtful:
                # Executed late, this call would end a newer lock of ours: wait until it no longer can (P9).
                self._threads.after(ENGINE_MAX_SECONDS, lambda: self.finish(lock))
                return
        except (*NOT_OURS, EngineDenied):
            pass  # a denied call is reported by the engine's gate
        except EngineError as error:
            self._telemetry.emit("lock.not_shortened", task=lock.task_id, reason=with_needed_cure(error))
        else:
            self._telemetry.emit("task.given_back", task=lock.task_id, reason=reason)
        self.finish(lock)

    # --- keeping ---

    def stop_keeping(self, lock: HeldLock) -> None:
        """After this, no extension is under way: one sent after a `failure` would override its `retryTimeout`."""
        lock.kept = False
        with lock.calls:
            pass

    def ensure(self, lock: HeldLock, seconds: float) -> bool:
        """Whether the lock lasts for `seconds` more; extends it if it does not."""
        return lock.lasts(seconds) or (self.extend(lock) and lock.lasts(seconds))

    def extend(self, lock: HeldLock) -> bool:
        """Extend the lock to its full duration from now. False: it is no longer safe. Safe to repeat."""
        with lock.calls:
            if lock.broken or not lock.kept:
                return False
            try:
                expires = self._engine.extend_lock(lock.task_id, lock.seconds, timeout=EXTEND_TIMEOUT_SECONDS)
            except (LockLost, TaskGone) as error:
                self._lose(lock, error)
                return False
            except EngineError as error:  # unanswered, suspended, denied, busy: a later call may still be in time
                lock.failed = True
                self._telemetry.emit("lock.not_extended", task=lock.task_id, reason=with_needed_cure(error))
                return lock.lasts(0.0)
            if clock.boottime() >= lock.expires:
                self._lose(lock, Reason.EXTENDED_TOO_LATE)
                return False
            lock.expires = expires
            if lock.failed:
                lock.failed = False
                self._telemetry.emit("lock.extended", task=lock.task_id)
            return True

    def shorten(self, lock: HeldLock, seconds: float, *, timeout: float) -> None:
        """Let the lock expire `seconds` from now. This is the last call for a task that a stop leaves."""
        lock.broken = lock.broken or Reason.LEFT_AT_STOP  # so that nothing more is sent under this lock
        self.stop_keeping(lock)
        try:
            self._engine.extend_lock(lock.task_id, seconds, timeout=timeout)
        except EngineError as error:
            self._telemetry.emit("lock.not_extended", task=lock.task_id, reason=with_needed_cure(error))

    def _lose(self, lock: HeldLock, reason: object) -> None:
        lock.broken = reason
        self._telemetry.emit("task.lock_lost", task=lock.task_id, reason=reason)

    def extend_due(self) -> None:
        """The keeper's round: extend each kept lock that has less than half of its duration left."""
        for lock in self.all():
            if self._threads.drained():  # for each lock: if the engine does not answer, a long round may take an hour
                return
            if lock.kept and not lock.broken and lock.expires - clock.boottime() < lock.seconds / 2:
                self.extend(lock)
