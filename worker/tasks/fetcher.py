"""The long-polling loop: fetches as many tasks as there are free slots, and takes them in hand."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial

from worker.engine.answers import OddTask
from worker.engine.client import Engine, Fetched
from worker.engine.errors import AnswerTooLong, EngineDenied, EngineError, EngineUnreachable, PayloadRefused
from worker.engine.line import FETCH
from worker.engine.locks import HeldLock, LockBook
from worker.ledger import Counted, Ledger, LedgerUnavailable
from worker.model import FetchedTask, Stage
from worker.runtime import clock
from worker.runtime.deadlines import Deadlines
from worker.runtime.gate import Probes
from worker.runtime.pause import Pause
from worker.runtime.standstill import Standstill
from worker.runtime.telemetry import Telemetry
from worker.runtime.threads import Threads
from worker.runtime.timings import Timings
from worker.tasks.first import SurelyFirst
from worker.tasks.freeing import Freeing
from worker.tasks.hand import TaskInHand, note_names
from worker.tasks.odd_tasks import OddTasks
from worker.tasks.pace import Pace
from worker.tasks.portion import Portion
from worker.tasks.reconciliation import Reconciliation
from worker.tasks.room import Room
from worker.tasks.triage import Triage
from worker.tasks.unfetchable import Unfetchable
from worker.words.causes import in_words
from worker.words.codes import SideName
from worker.words.reasons import Reason


class Fetcher:
    """Fetches while every gate is open. Only one thread may call `one_round`.

    `look_at` is called with the tasks of each fetch, before they begin.
    """

    def __init__(
        self,
        *,
        engine: Engine,
        ledger: Ledger,
        locks: LockBook,
        room: Room,
        triage: Triage,
        probes: Probes,
        telemetry: Telemetry,
        timings: Timings,
        deadlines: Deadlines,
        threads: Threads,
    ) -> None:
        self._engine = engine
        self._ledger = ledger
        self._locks = locks
        self._room = room
        self._triage = triage
        self._probes = probes
        self._ledger_gate = probes.ledger.gate
        self._telemetry = telemetry
        self._timings = timings
        self._deadlines = deadlines
        self._first = SurelyFirst(telemetry, deadlines)
        self._threads = threads
        self._portion = Portion()
        self._pace = Pace(telemetry, threads.stopping, deadlines.poll)
        self._unfetchable = Unfetchable(engine, list(deadlines.locks), max(deadlines.hold, 3 * deadlines.poll))
        self._odd = OddTasks(telemetry)
        self._freeing = Freeing(engine, deadlines, threads, telemetry)
        self._reconciliation = Reconciliation(
            engine=engine,
            ledger=ledger,
            locks=locks,
            freeing=self._freeing,
            threads=threads,
            telemetry=telemetry,
            deadlines=deadlines,
        )
        self.polled_at: float | None = None
        """Boot time of the last successful fetch; None before the first."""
        self.held_at: float | None = None
        """Boot time at which no fetch was due last, because a gate was closed or no slot was free; None: never."""
        locks.restart = self.restart

    @property
    def paused(self) -> Standstill:
        """Whether the engine refuses to hand out tasks, and why."""
        return self._pace.paused

    @property
    def refusal(self) -> Pause | None:
        """Why the engine refuses to hand out tasks; None while fetches succeed."""
        return self.paused.pause

    def one_round(self) -> float | None:
        """Probe what is down, wait for a free slot, or fetch. Returns seconds until the next round; None: at once."""
        closed = [probe.gate for probe in self._probes if not probe.try_to_open()]
        if closed:
            self.held_at = clock.boottime()
            return min(1.0, *(gate.seconds_to_probe() for gate in closed))
        if self.has_free_slots():
            self._fetch_once()
        else:
            self._room.wait(0.2)
            self.held_at = clock.boottime()
        return None

    def has_free_slots(self) -> bool:
        """Whether enough slots are free for a fetch."""
        return self._room.is_worth_fetching

    def _fetch_once(self) -> None:
        try:
            self._reconciliation.catch_up()
            free = self._room.free  # read again: the outbox takes tasks in hand too
            if free < 1:
                return
            asked_at = clock.boottime()
            with self._timings.engine_call(FETCH):
                fetched = self._engine.fetch(list(self._deadlines.locks), self._portion.of(free))
        except AnswerTooLong as error:
            self._too_long(error)
        except LedgerUnavailable as error:
            self._ledger_gate.close(error)
        except EngineError as error:
            if isinstance(error, EngineUnreachable) and error.doubtful:
                self._telemetry.emit("fetch.doubtful", reason=error)
                self._reconciliation.answer_lost()
            elif not isinstance(error, EngineUnreachable | EngineDenied):  # the engine's gate reports those
                self._refused(error)
        else:
            self._answered(fetched, asked_at)

    def _answered(self, fetched: Fetched, asked_at: float) -> None:
        self._portion.good()
        self._unfetchable.good(fetched.tasks)
        self.polled_at = clock.boottime()
        if fetched.tasks or fetched.odd:
            self._take(fetched)
        self._pace.answered(fetched, self.polled_at - asked_at)

    def _refused(self, error: EngineError) -> None:
        """Log the refusal, and fetch again for fewer tasks and at growing intervals: one task may be the cause."""
        if error.call == FETCH:
            self._portion.refused()
            self._unfetchable.refused()
            if unwritten := isinstance(error, PayloadRefused):  # the tasks are locked all the same
                self._reconciliation.answer_unwritten()
            stuck = self._portion.is_stuck and not (unwritten and self._failed_alone(error))
            if stuck and (bare := self._unfetchable.pass_by(error)):
                self._take(bare)
        self._pace.refused(error, self._portion.asked, soon=self._unfetchable.is_out_of_the_way)

    def _too_long(self, error: AnswerTooLong) -> None:
        """Release what the engine locked, and fetch fewer. Fail a step whose answer is too long even alone."""
        self._telemetry.emit("fetch.too_long", asked=self._portion.asked, reason=error)
        self._reconciliation.answer_lost()
        if self._portion.asked == 1:
            self._failed_alone(error)
        self._portion.too_long()

    def _failed_alone(self, error: EngineError) -> bool:
        """Fail the only task that the unread answer can have contained: locked, not in hand, and without a row.

        False if there is not exactly one such task. True also if an error, which is reported, prevents the check.
        """
        try:
            new = self._reconciliation.unknown()
        except LedgerUnavailable as trouble:
            self._ledger_gate.close(trouble)
        except EngineError as trouble:
            if not isinstance(trouble, EngineUnreachable | EngineDenied):  # the engine's gate reports those
                self._refused(trouble)
        else:
            if len(new) == 1:
                odd = OddTask(in_words(error), new[0])
                self._take(Fetched((), clock.boottime() - self._deadlines.poll, (odd,)))
            return len(new) == 1
        return True

    # --- taking in hand ---

    def _take(self, fetched: Fetched) -> None:
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
            self._give_back([hand.lock for hand in in_hand], self._telemetry.words(error))
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
        self._freeing.not_this(task.id)
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
            self._give_back([lock], self._telemetry.words(error))
            return
        if not self._locks.extend(lock):
            self._locks.let_go(lock, lock.broken or Reason.NOT_EXTENDED)
            return
        self._triage.dispatch([TaskInHand(task, lock, rows.get(task.id))])

    def _give_back(self, locks: Sequence[HeldLock], reason: str) -> None:
        for lock in locks:
            self._threads.stopping()  # reports that this thread runs: an unresponsive engine may make this take an hour
            self._locks.give_back(lock, reason)
