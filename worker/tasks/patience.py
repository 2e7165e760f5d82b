"""Keeps tasks in hand while the portal is down, and releases them if that takes long."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

from worker.engine.locks import LockBook
from worker.runtime import clock
from worker.runtime.gate import Gate
from worker.runtime.telemetry import Telemetry
from worker.runtime.threads import Threads
from worker.tasks.hand import Held, TaskInHand
from worker.words.causes import with_cure
from worker.words.pauses import spans
from worker.words.reasons import Reason

LOOK_SECONDS = 0.5
PATIENCE_SECONDS = 10.0
"""How long a task stays in hand while the portal's gate is closed; then it is released."""
SOON_TRIES = 3
MOST_SECONDS = 30.0
"""While the gate is open, each try in vain after the first few doubles the time until the next, up to this."""
TELL_SECONDS = 60.0
"""A task that is held for so long while the gate is open is told, as no pause says why."""
Then = Callable[[list[TaskInHand]], None]


class Patience:
    """Holds tasks: what a look-up found stays true while the lock is unbroken (P3), so a short outage loses nothing.

    `gate`: the portal's. `free_after`: the age from which no worker takes a step for surely first.
    """

    def __init__(
        self, gate: Gate, locks: LockBook, threads: Threads, telemetry: Telemetry, *, free_after: float
    ) -> None:
        self._gate = gate
        self._locks = locks
        self._threads = threads
        self._telemetry = telemetry
        self._free_after = free_after

    def hold(self, hands: Sequence[TaskInHand], then: Then, reason: object) -> None:
        """Call `then` with those whose locks are unbroken, after a moment and once the portal's gate is open.

        If the gate is closed for `PATIENCE_SECONDS`, or at a stop, they are released instead, and `reason` is logged.
        None may have a send of unknown outcome (P6).
        """
        now, held = clock.boottime(), [self._held_again(hand, reason) for hand in hands]
        tries = max((hand.held.times for hand in held if hand.held), default=0) if self._gate.is_open else 0
        due = now + min(LOOK_SECONDS * 2 ** (tries - SOON_TRIES), MOST_SECONDS) if tries > SOON_TRIES else now
        self._wait(held, then, reason, due, until=now + PATIENCE_SECONDS)

    def over(self, hand: TaskInHand) -> TaskInHand:
        """Call when it is held no longer, for whatever reason. The same object if it never was."""
        if hand.held is None:
            return hand
        if hand.held.told:
            self._telemetry.emit("task.went_on", task=hand.task.id, lasted=spans(clock.boottime() - hand.held.since))
        return replace(hand, held=None)

    def give_back(self, hand: TaskInHand, reason: object, *, after: float = 0.0) -> None:
        """Release it for any worker, `after` so many seconds.

        If its Bitrix24 task exists, not while the step may be young (P10).
        """
        exists = hand.row is not None and hand.row.portal_task_id is not None
        self._locks.give_back(self.over(hand).lock, reason, after=max(after, self._free_after if exists else 0.0))

    def _held_again(self, hand: TaskInHand, reason: object) -> TaskInHand:
        """Count it and, once, tell it: while the gate is open no pause says why the task does not go on."""
        if not self._gate.is_open:
            return hand
        now = clock.boottime()
        before = hand.held or Held(now)
        told = before.told or now - before.since >= TELL_SECONDS
        if told and not before.told:
            self._tell(hand, now - before.since, reason)
        return replace(hand, held=Held(before.since, before.times + 1, told))

    def _tell(self, hand: TaskInHand, lasted: float, reason: object) -> None:
        self._telemetry.emit(
            "task.held",
            task=hand.task.id,
            portal_task=hand.found or (hand.row and hand.row.portal_task_id),
            held=lasted,
            since=datetime.fromtimestamp(clock.wall() - lasted).astimezone().strftime("%H:%M:%S"),
            reason=with_cure(reason),
            seconds=MOST_SECONDS,
        )

    def _wait(self, hands: Sequence[TaskInHand], then: Then, reason: object, due: float, *, until: float) -> None:
        """Look again in a moment. At the boot time `until`, the gate has been closed for too long."""
        left = [hand for hand in hands if self._is_unbroken(hand)]
        if self._threads.is_stopping or (clock.boottime() >= until and not self._gate.is_open):
            for hand in left:
                self.give_back(hand, Reason.STOPPING if self._threads.is_stopping else reason)
        elif left:
            self._threads.after(LOOK_SECONDS, lambda: self._look(left, then, reason, due, until))

    def _look(self, hands: Sequence[TaskInHand], then: Then, reason: object, due: float, until: float) -> None:
        if not self._gate.is_open or self._threads.is_stopping:
            self._wait(hands, then, self._gate.why or reason, due, until=until)
        elif (now := clock.boottime()) < due:
            self._wait(hands, then, reason, due, until=now + PATIENCE_SECONDS)
        elif left := [hand for hand in hands if self._is_unbroken(hand)]:
            then(left)

    def _is_unbroken(self, hand: TaskInHand) -> bool:
        if hand.lock.broken:
            self._locks.let_go(self.over(hand).lock, hand.lock.broken)
        return hand.lock.broken is None
