"""Takes fetched tasks in hand (a lock, the ledger's row, then triage), also anew those that came while in hand."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial

from worker.engine.client import Fetched
from worker.engine.locks import HeldLock, LockBook
from worker.ledger import Counted, Ledger, LedgerUnavailable
from worker.model import FetchedTask, Stage
from worker.runtime.deadlines import Deadlines
from worker.runtime.probe import Probes
from worker.runtime.telemetry import Telemetry
from worker.runtime.threads import Threads
from worker.runtime.timings import Timings
from worker.tasks.first import SurelyFirst
from worker.tasks.hand import TaskInHand, note_names
from worker.tasks.odd_tasks import OddTasks
from worker.tasks.reconciliation import Reconciliation
from worker.tasks.triage import Triage
from worker.words.codes import SideName
from worker.words.reasons import Reason


class Intake:
    """Only the thread that fetches may call `take`."""

    def __init__(
        self,
        *,
        ledger: Ledger,
        locks: LockBook,
        triage: Triage,
        reconciliation: Reconciliation,
        probes: Probes,
        telemetry: Telemetry,
        timings: Timings,
        deadlines: Deadlines,
        threads: Threads,
    ) -> None:
        self._ledger = ledger
        self._locks = locks
        self._triage = triage
        self._reconciliation = reconciliation
        self._probes = probes
        self._ledger_gate = probes.ledger.gate
        self._telemetry = telemetry
        self._timings = timings
        self._deadlines = deadlines
        self._threads = threads
        self._first = SurelyFirst(telemetry, deadlines)
        self._odd = OddTasks(telemetry)
        locks.restart = self.restart

    def take(self, fetched: Fetched) -> None:
        """Take what a fetch has brought; give it back if the run is stopping, or without a ledger."""
        self._timings.fetched([task.id for task in fetched.tasks])
        hands = [hand for task in fetched.tasks if (hand := self._hand(task, fetched.sent_at))]
        named = self._odd.tell(fetched)
        odd = [(hand, what) for task, what in named if (hand := self._hand(task, fetched.sent_at))]
        in_hand = [*hands, *(hand for hand, _ in odd)]
        if self._threads.stopping():
            self._give_back([hand.lock for hand in in_hand], Reason.STOPPING)
            return
        try:
            rows = self._ledger.received([hand.task for hand in in_hand])
        except LedgerUnavailable as error:
            self._ledger_gate.close(error)
            self._give_back([hand.lock for hand in in_hand], error)
            return
        self._ledger_gate.well()
        self._tell_late(len(in_hand))
        for hand, what in odd:
            self._triage.refuse(replace(hand, row=rows.get(hand.task.id)), what)
        for task in (hand.task for hand in hands):
            self._telemetry.emit(
                "task.fetched",
                task=task.id,
                topic=task.topic,
                process_definition_key=task.process_definition_key,
                process_instance_id=task.process_instance_id,
                retries=task.retries,
            )
        again = sum(rows[hand.task.id].stage is Stage.WAITING for hand in hands if hand.task.id in rows)
        self._ledger.note(Counted.TASKS_FETCHED, len(fetched.tasks) - again)
        if again:  # a step that goes on waiting writes no row that a note could go with
            with suppress(LedgerUnavailable):  # the ledger's gate reports it
                self._ledger.count(Counted.WAITING_FETCHED, again)
        self._triage.dispatch([replace(hand, row=rows.get(hand.task.id)) for hand in hands])

    def _tell_late(self, count: int) -> None:
        """Explain why tasks come in a pause: a fetch may be under way when it begins."""
        closed = next((probe.gate for probe in self._probes if not probe.gate.is_open), None)
        if closed and count:
            self._telemetry.emit("fetch.under_way", side=SideName(closed.side), count=count)

    def _hand(self, task: FetchedTask, sent_at: float) -> TaskInHand | None:
        self._reconciliation.handed_out(task.id)
        note_names(self._telemetry, task)
        seconds = self._deadlines.locks[task.topic]
        lock = self._locks.take(task, seconds, sent_at + seconds)
        return TaskInHand(task, lock, surely_first=self._surely_first(task, seconds)) if lock else None

    def _surely_first(self, task: FetchedTask, lock_seconds: float) -> bool:
        """Whether no create can have been sent for it (P1)."""
        return self._first.believed(task, lock_seconds) and not self._reconciliation.was_there_at_start(task.id)

    def restart(self, task: FetchedTask, expires: float) -> None:
        """Begin a task anew that was handed out again while in hand: by its row, never as surely first."""
        self._threads.submit(partial(self._restart, task, expires))

    def _restart(self, task: FetchedTask, expires: float) -> None:
        lock: HeldLock | None = self._locks.take(task, self._deadlines.locks[task.topic], expires)
        if lock is None:
            return
        try:  # first: the failure of the attempt before would undo the retries that somebody has raised since (P9)
            rows = self._ledger.received([task])
        except LedgerUnavailable as error:
            self._ledger_gate.close(error)
            self._give_back([lock], error)
            return
        if not self._locks.extend(lock):
            self._locks.let_go(lock, lock.broken or Reason.NOT_EXTENDED)
            return
        self._triage.dispatch([TaskInHand(task, lock, rows.get(task.id))])

    def _give_back(self, locks: Sequence[HeldLock], reason: object) -> None:
        for lock in locks:
            self._threads.stopping()  # reports that this thread runs: an unresponsive engine may make this take an hour
            self._locks.give_back(lock, reason)
