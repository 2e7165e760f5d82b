"""Keeps tasks in hand while the portal is down, and releases them if that takes long."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from worker.engine.locks import LockBook
from worker.runtime import clock
from worker.runtime.gate import Gate
from worker.runtime.threads import Threads
from worker.tasks.hand import TaskInHand
from worker.words.reasons import Reason

LOOK_SECONDS = 0.5
PATIENCE_SECONDS = 10.0
"""How long a task stays in hand while the portal's gate is closed; then it is released."""
Then = Callable[[list[TaskInHand]], None]


class Patience:
    """Holds tasks: what a look-up found stays true while the lock is unbroken (P3), so a short outage loses nothing.

    `gate`: the portal's. `free_after`: the age from which no worker takes a step for surely first.
    """

    def __init__(self, gate: Gate, locks: LockBook, threads: Threads, *, free_after: float) -> None:
        self._gate = gate
        self._locks = locks
        self._threads = threads
        self._free_after = free_after

    def hold(self, hands: Sequence[TaskInHand], then: Then, reason: object) -> None:
        """Call `then` with those whose locks are unbroken, after a moment and once the portal's gate is open.

        After `PATIENCE_SECONDS`, or at a stop, they are released instead, and `reason` is logged. None may have a send
        of unknown outcome (P6).
        """
        self._wait(hands, then, reason, clock.boottime() + PATIENCE_SECONDS)

    def give_back(self, hand: TaskInHand, reason: object) -> None:
        """Release it for any worker. If its Bitrix24 task exists, not while the step may be young (P10)."""
        exists = hand.row is not None and hand.row.portal_task_id is not None
        self._locks.give_back(hand.lock, reason, after=self._free_after if exists else 0.0)

    def _wait(self, hands: Sequence[TaskInHand], then: Then, reason: object, until: float) -> None:
        left = [hand for hand in hands if self._is_unbroken(hand)]
        if self._threads.is_stopping or clock.boottime() >= until:
            for hand in left:
                self.give_back(hand, Reason.STOPPING if self._threads.is_stopping else reason)
        elif left:
            self._threads.after(LOOK_SECONDS, lambda: self._look(left, then, reason, until))

    def _look(self, hands: Sequence[TaskInHand], then: Then, reason: object, until: float) -> None:
        if not self._gate.is_open or self._threads.is_stopping:
            self._wait(hands, then, self._gate.reason or reason, until)
        elif left := [hand for hand in hands if self._is_unbroken(hand)]:
            then(left)

    def _is_unbroken(self, hand: TaskInHand) -> bool:
        if hand.lock.broken:
            self._locks.let_go(hand.lock, hand.lock.broken)
        return hand.lock.broken is None
