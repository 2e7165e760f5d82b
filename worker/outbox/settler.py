"""Delivers outcomes to the engine, again and again until it has answered."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Protocol

from tenacity import wait_random

from bitrix.causes import Cause
from bitrix.retrying import backoff, series
from worker.engine.callers import Callers
from worker.engine.client import Engine
from worker.engine.errors import (
    ContinuationFailed,
    EngineBusy,
    EngineError,
    EngineUnreachable,
    LockLost,
    PayloadRefused,
    TaskGone,
)
from worker.engine.locks import ENGINE_MAX_SECONDS, HeldLock, LockBook
from worker.engine.variables import without_json
from worker.ledger import Ledger, LedgerUnavailable, OwedSettlement, OwedSync, StaleRow, SyncOwed
from worker.model import BpmnError, Complete, Failure, Settlement
from worker.outbox.blocked import Blocked, size_of
from worker.outbox.retries import RetryPlan
from worker.outbox.sends import Sends
from worker.outbox.unset import unset_by
from worker.runtime.deadlines import Deadlines
from worker.runtime.telemetry import Telemetry
from worker.runtime.threads import Threads
from worker.runtime.timings import Timings
from worker.words import causes
from worker.words.faults import fault_text
from worker.words.phrase import joined

CONTINUATION_TRIES = 3
"""Tries of a completion if what follows it in the model throws; then it becomes a failure."""
FIRST_WAIT_SECONDS = 1.0
LONGEST_WAIT_SECONDS = 60.0
LONGEST_BLOCKED_SECONDS = 900.0
BLOCKED_TRIES = 3
"""Tries of a completion that something in front of a working engine refuses; then it becomes a failure."""
CALLS = {Complete: "complete", Failure: "failure", BpmnError: "bpmn_error"}
"""The name of each call in the metrics."""
FELLOW_TRIES = 3
"""Tries while another worker holds the task, if the ledger is shared: that worker may be completing it."""


class Syncs(Protocol):
    """The outbox of synchronisations, as the settler needs it."""

    def reserve(self) -> bool:
        """Take a slot; False if none is free. `send` or `release` frees it."""

    def release(self) -> None:
        """Free the slot without sending."""

    def send(self, sync: OwedSync) -> None:
        """Send a synchronisation recorded as started, and free the slot."""

    def wake(self) -> None:
        """A synchronisation is outstanding: look for it now."""


@dataclass(frozen=True, slots=True)
class Delivered:
    """What is left to do after a delivery. `stays`: keep the task in hand for a while. `sync`: to be sent, if any."""

    stays: bool = False
    sync: OwedSync | None = None


class Settler:
    """Delivers the settlements of tasks in hand; called from all threads of the pool.

    `on_incident`: called with a step and its message when it has become an incident.
    """

    def __init__(
        self,
        *,
        engine: Engine,
        ledger: Ledger,
        locks: LockBook,
        threads: Threads,
        retries: RetryPlan,
        telemetry: Telemetry,
        timings: Timings,
        deadlines: Deadlines,
        syncs: Syncs,
        on_incident: Callable[[str, str], object],
    ) -> None:
        self._engine = engine
        self._ledger = ledger
        self._locks = locks
        self._threads = threads
        self._retries = retries
        self._telemetry = telemetry
        self._timings = timings
        self._deadlines = deadlines
        self._syncs = syncs
        self._on_incident = on_incident
        self._blocked = Blocked(engine)
        self._callers = Callers(engine)
        self.sends = Sends()
        self._at_once = series(
            lambda error: isinstance(error, EngineBusy), attempts=6, wait=wait_random(min=0.05, max=0.5)
        )

    def settle(self, lock: HeldLock, owed: OwedSettlement | None = None, *, surely_first: bool = False) -> None:
        """Deliver the outstanding outcome of a task in hand, and take the task out of hand.

        `owed` None: read it from the ledger. No failure is delivered for a while after a start (P7): it would shorten a
        lock under which an earlier run's create may still be running. A task that no worker can have had before
        (`surely_first`) is exempt.
        """
        self._locks.stop_keeping(lock)
        if lock.was_fetched:
            self.sends.handed_out(lock.task_id)
        delivered = Delivered()
        try:
            owed = owed or self._ledger.settlements.of(lock.task_id)
            early = self._deadlines.failures_in > 0 and not surely_first
            held_back = owed is not None and early and isinstance(owed.settlement, Failure)
            if owed and owed.inherited:
                self.sends.unanswered(owed)
            if owed is not None and not held_back:
                delivered = self._deliver(lock, owed)
        except StaleRow:
            pass  # another worker, or a newer outcome, has replaced it
        except LedgerUnavailable:
            pass  # still outstanding: the outbox delivers it, perhaps for the second time
        if not delivered.stays:
            self._locks.finish(lock)
        if delivered.sync:
            self._syncs.send(delivered.sync)

    def _deliver(self, lock: HeldLock, owed: OwedSettlement) -> Delivered:
        """One delivery, or only the record of one already accepted. Raises `StaleRow`, `LedgerUnavailable`."""
        if self.sends.was_accepted(owed):
            return Delivered(sync=self._settled(owed, self._tell_accepted))
        try:
            with lock.calls:
                self._at_once(self._call, owed)
        except TaskGone:
            return Delivered(sync=self._gone(owed))
        except LockLost as error:
            if self._ledger.shared and owed.tries < FELLOW_TRIES:  # the holder may be completing it
                return self._postponed(lock, owed, error)
            self._ledger.settlements.superseded(owed)
            self._telemetry.emit("task.superseded", task=owed.external_task_id, holder=error.holder)
        except (PayloadRefused, ContinuationFailed) as error:
            return self._refused(lock, owed, error)
        except EngineError as error:
            return self._postponed(lock, owed, error)
        else:
            return Delivered(sync=self._accepted(owed))
        return Delivered()

    def _call(self, owed: OwedSettlement) -> None:
        with self._timings.engine_call(CALLS[type(owed.settlement)]):
            self._engine.deliver(owed.external_task_id, owed.worker_id, owed.settlement)

    def _accepted(self, owed: OwedSettlement) -> OwedSync | None:
        task = owed.external_task_id
        self.sends.accepted(owed)
        if isinstance(owed.settlement, Complete):
            self._timings.completed(task)
        else:
            self._timings.forget(task)
        return self._settled(owed, self._tell_accepted)

    def _tell_accepted(self, owed: OwedSettlement) -> None:
        task = owed.external_task_id
        match owed.settlement:
            case Complete():
                self._telemetry.emit("task.completed", task=task)
            case Failure(message, retries=0):
                self._on_incident(task, message)
                self._telemetry.emit("task.incident", task=task, message=message)
            case Failure(message, retries=retries):
                self._telemetry.emit("task.failed", task=task, retries=retries, message=message)
            case BpmnError(code):
                self._telemetry.emit("task.bpmn_error", task=task, code=code)

    def _gone(self, owed: OwedSettlement) -> OwedSync | None:
        """The task was cancelled, or completed by a call whose answer was lost: synchronise the instance either way."""
        return self._settled(owed, self._tell_gone, gone=True)

    def _tell_gone(self, owed: OwedSettlement) -> None:
        ours = self.sends.may_have_been_executed(owed)
        self._telemetry.emit("task.completed_unheard" if ours else "task.gone", task=owed.external_task_id)

    def _settled(
        self, owed: OwedSettlement, tell: Callable[[OwedSettlement], None], *, gone: bool = False
    ) -> OwedSync | None:
        """Record that the engine has accepted the outcome, or (`gone`) no longer knows the task, and log it by `tell`.

        If a slot is free, returns the synchronisation that this thread sends once the task is out of hand.
        """
        reserved, begun = self._syncs.reserve(), None
        try:
            sync = self._ledger.settlements.settled(owed, gone=gone, begin_sync=reserved)
            begun = sync if isinstance(sync, OwedSync) else None
        finally:
            if reserved and begun is None:
                self._syncs.release()
        tell(owed)
        self._blocked.forget(owed.external_task_id)
        self.sends.over(owed.external_task_id)
        if sync is SyncOwed.OWED:
            self._syncs.wake()
        elif sync is SyncOwed.SKIPPED:
            self._telemetry.emit("sync.skipped")
        return begun

    def _refused(self, lock: HeldLock, owed: OwedSettlement, error: EngineError) -> Delivered:
        """Repeat an outcome that the engine or the model refuses; finally report a failure that quotes the engine."""
        self._telemetry.emit("settlement.refused", task=owed.external_task_id, reason=error)
        match owed.settlement:
            case Complete(values) if isinstance(error, PayloadRefused) and without_json(values) != values:
                # An engine without Spin's JSON data format (Operaton from its starters) refuses `Json` as such.
                return self._instead(lock, owed, Complete(without_json(values)))
        final = isinstance(error, PayloadRefused) or owed.tries + 1 >= CONTINUATION_TRIES
        if isinstance(owed.settlement, Failure) or self.sends.may_be_executed_still(owed):
            return self._postponed(lock, owed, error)
        if not final:
            return self._postponed(lock, owed, error, cause=Cause.OUTCOME_REFUSED.value)
        try:
            topic, left = self._engine.retries(owed.external_task_id)
        except EngineError as trouble:
            return self._postponed(lock, owed, trouble)
        caller = self._callers.to_check(owed.external_task_id, error.reason)
        caller = joined("", [caller, unset_by(owed.settlement, error.reason)])
        text = self._telemetry.words(fault_text("refused", topic=topic, words=error.reason, caller=caller))
        failure = self._retries.failure(
            topic, left, text, self._telemetry.words(error), final=isinstance(error, PayloadRefused)
        )
        return self._instead(lock, owed, failure)

    def _blocked_for_good(self, lock: HeldLock, owed: OwedSettlement, error: EngineError) -> Delivered:
        """Raise an incident in place of an outcome that does not get through while there is no outage."""
        try:
            topic, left = self._engine.retries(owed.external_task_id)
        except EngineError as trouble:
            return self._postponed(lock, owed, trouble)
        size = size_of(owed.settlement)
        text = self._telemetry.words(fault_text("blocked", topic=topic, words=causes.in_words(error), size=size))
        self._blocked.forget(owed.external_task_id)
        return self._instead(
            lock, owed, self._retries.failure(topic, left, text, self._telemetry.words(error), final=True)
        )

    def _instead(self, lock: HeldLock, owed: OwedSettlement, settlement: Settlement) -> Delivered:
        """Record another outcome in place of this one, and deliver it."""
        self._ledger.settlements.replace(owed, settlement)
        self.sends.over(owed.external_task_id)
        return self._deliver(lock, replace(owed, settlement=settlement, tries=0))

    def _postponed(
        self, lock: HeldLock, owed: OwedSettlement, error: EngineError, *, cause: str | None = None
    ) -> Delivered:
        """Keep the outcome outstanding. The precautions in memory come first, as the ledger may fail too.

        `cause`: its name, if the error itself does not tell enough.
        """
        times = self._blocked.times(owed, error)
        if (
            times >= BLOCKED_TRIES
            and isinstance(owed.settlement, Complete)
            and not self.sends.may_be_executed_still(owed)
        ):
            return self._blocked_for_good(lock, owed, error)
        unanswered = isinstance(error, EngineUnreachable) and error.doubtful
        if unanswered:
            self.sends.unanswered(owed)
        stays = unanswered and isinstance(owed.settlement, Failure)
        if stays:
            # If the engine executed it late, it would shorten a newer lock of ours to the retry time.
            self._threads.after(ENGINE_MAX_SECONDS, lambda: self._locks.finish(lock))
        seconds = backoff(FIRST_WAIT_SECONDS, owed.tries, LONGEST_BLOCKED_SECONDS if times else LONGEST_WAIT_SECONDS)
        if isinstance(owed.settlement, Failure):
            seconds = max(seconds, self._deadlines.failures_in)
        with suppress(LedgerUnavailable):  # then it is due at once
            words = self._telemetry.words(error)
            self._ledger.settlements.postpone(owed, seconds, words, cause=cause or causes.name_of(error))
        self._telemetry.emit(
            "settlement.retry",
            task=owed.external_task_id,
            reason=causes.with_needed_cure(error),
            seconds=round(seconds, 1),
        )
        return Delivered(stays=stays)
