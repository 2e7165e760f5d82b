"""Carries out what the creator decides for each task in hand; no other module does."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import assert_never

from worker.engine.locks import LockBook
from worker.ledger import LedgerUnavailable, StaleRow
from worker.outbox.settler import Settler
from worker.runtime.timings import Timings
from worker.tasks.acting import Acting
from worker.tasks.creator import Creator
from worker.tasks.doubts import Doubts
from worker.tasks.hand import TaskInHand
from worker.tasks.outcomes import ActDoubt, Doubt, Ending, Fail, GiveBack, Hold, LetGo, Outcome, Perform, Settle, Wait
from worker.tasks.patience import Patience
from worker.tasks.recording import Recording
from worker.tasks.waiting_book import WaitingBook
from worker.words.phrase import Phrase
from worker.words.reasons import Reason


class Desk:
    """Runs in the threads of the pool, each with one task in hand."""

    def __init__(
        self,
        *,
        creator: Creator,
        acting: Acting,
        recording: Recording,
        locks: LockBook,
        doubts: Doubts,
        patience: Patience,
        waiting: WaitingBook,
        settler: Settler,
        timings: Timings,
    ) -> None:
        self._creator = creator
        self._acting = acting
        self._recording = recording
        self._locks = locks
        self._doubts = doubts
        self._patience = patience
        self._waiting = waiting
        self._settler = settler
        self._timings = timings

    def begin(self, hand: TaskInHand) -> None:
        """Begin a task that was just fetched, and looked up if its row required it."""
        self._do(hand, self._creator.begin)

    def refuse(self, hand: TaskInHand, what: Phrase) -> None:
        """Refuse a task whose fetch answer could not be read; `what` says why."""
        self._do(hand, lambda one: self._creator.refuse(one, what))

    def go_on(self, hand: TaskInHand) -> None:
        """Go on with a task that stayed in hand: its doubt has ended, or the portal's gate is open again."""
        self._do(hand, self._creator.go_on)

    def _do(self, hand: TaskInHand, decide: Callable[[TaskInHand], Outcome]) -> None:
        """If the ledger cannot record something, let the lock expire: the task is fetched again, its row decides."""
        try:
            self._act(decide(hand))
        except StaleRow:
            self._locks.let_go(hand.lock, Reason.ROW_CHANGED)
        except LedgerUnavailable:
            self._locks.let_go(hand.lock, Reason.LEDGER_UNAVAILABLE)

    def _act(self, outcome: Outcome) -> None:
        match outcome:
            case Perform():
                self._act(self._acting.carry_out(outcome, self._recording.begun(outcome)))
            case Hold(hand, reason):
                self._patience.hold([hand], self._go_on_with, reason)
            case _:
                hand = self._patience.over(outcome.hand)
                self._end(outcome if hand is outcome.hand else replace(outcome, hand=hand))

    def _end(self, outcome: Ending) -> None:
        match outcome:
            case Settle():
                self._settle(outcome)
            case Wait():
                self._wait(outcome)
            case ActDoubt(hand, until):
                self._doubts.sit_out(hand, self.go_on, until=until)
            case Fail(hand):
                self._recording.failed(outcome)
                self._settler.settle(hand.lock, surely_first=hand.surely_first)
            case Doubt(hand, sent_at, reason):
                self._doubts.wait_out(hand, self.go_on, sent_at=sent_at, reason=reason)
            case GiveBack(hand, reason, after):
                self._patience.give_back(hand, reason, after=after)
            case LetGo(hand, reason):
                self._locks.let_go(hand.lock, reason)
            case _:
                assert_never(outcome)

    def _go_on_with(self, hands: Sequence[TaskInHand]) -> None:
        for hand in hands:
            self.go_on(hand)

    def _settle(self, done: Settle) -> None:
        hand = done.hand
        self._waiting.end(hand.task.id)  # an extension for an older hand-out would override the retry time
        self._settler.settle(hand.lock, self._recording.settled(done), surely_first=hand.surely_first)

    def _wait(self, wait: Wait) -> None:
        lock = wait.hand.lock
        self._locks.stop_keeping(lock)
        self._timings.forget(wait.hand.task.id)
        self._recording.waits(wait, self._waiting.admit)
        self._locks.finish(lock)
