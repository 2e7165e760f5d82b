"""Waits until a create of unknown outcome can no longer be running, then looks its task up (P5)."""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

from bitrix.errors import PortalError
from worker.engine.locks import LockBook
from worker.ledger import Ledger, LedgerUnavailable
from worker.runtime import clock
from worker.runtime.deadlines import Deadlines
from worker.runtime.telemetry import Telemetry
from worker.runtime.threads import Threads
from worker.tasks.hand import TaskInHand
from worker.tasks.lookup import Lookup
from worker.words.begun_creates import LOOKED_UP_NOW, NOT_LOOKED_UP, looked_up_at
from worker.words.phrase import NOTHING, Phrase
from worker.words.reasons import Reason

SECOND_LOOK_SECONDS = 3.0
"""A create counts as not executed if two look-ups, this far apart, do not find its task."""
LOOK_AGAIN_SECONDS = 2.0
GATHER_SECONDS = 0.5

Then = Callable[[TaskInHand], None]


@dataclass(slots=True, eq=False)
class _Doubt:
    """One doubtful create. `then` is called with the task in hand once the outcome is known.

    `looked_up` False: an act is in doubt, and `then` is called when it cannot be running any more.
    `due`: boot time of the next look-up, infinite during one. `absent`: one look-up has not found the task.
    `unheard`: the portal has not answered the last look-up. `since`: the ledger's time of the first look-up, which
    `Lookup.find` needs for the next ones; None before.
    """

    hand: TaskInHand
    then: Then
    looked_up: bool = True
    due: float = math.inf
    absent: bool = False
    unheard: bool = False
    since: float | None = None

    def said(self) -> Phrase:
        """When the create is looked up."""
        if not self.looked_up:
            return NOTHING
        if self.unheard:
            return NOT_LOOKED_UP
        left = self.due - clock.boottime()
        return looked_up_at(clock.wall() + left) if 0 < left < math.inf else LOOKED_UP_NOW


class Doubts:
    """The doubtful creates and acts of this process. They take no slot; their locks are extended meanwhile."""

    def __init__(
        self,
        *,
        lookup: Lookup,
        ledger: Ledger,
        locks: LockBook,
        threads: Threads,
        telemetry: Telemetry,
        deadlines: Deadlines,
    ) -> None:
        self._lookup = lookup
        self._ledger = ledger
        self._locks = locks
        self._threads = threads
        self._telemetry = telemetry
        self._deadlines = deadlines
        self._open: dict[str, _Doubt] = {}
        self._guard = threading.Lock()

    def __len__(self) -> int:
        return len(self._open)

    def said(self) -> Mapping[str, Phrase]:
        """The external tasks in doubt, and when each create among them is looked up; nothing of an act."""
        with self._guard:
            return {id_: doubt.said() for id_, doubt in self._open.items()}

    def wait_out(self, hand: TaskInHand, then: Then, *, sent_at: float | None = None, reason: object = None) -> None:
        """Wait until the create recorded in its row can no longer be running, look the task up, and call `then`.

        `sent_at`: boot time of the send; None if it was not sent under this hand-out. Then the wait counts from the
        start of this run if an earlier run sent it, otherwise (also if another worker of a shared ledger did) from now.
        `then` gets the task in hand with `found` and `cleared` set. If the lock breaks first, `then` is not called:
        the task is fetched again.
        """
        if sent_at is None:
            earlier_run = hand.row is not None and hand.row.owner != self._ledger.owner and not self._ledger.shared
            sent_at = self._deadlines.started if earlier_run else clock.boottime()
        until = sent_at + self._deadlines.hold
        wait = round(max(until - clock.boottime(), 0.0), 1)
        self._telemetry.emit("task.doubtful", task=hand.task.id, reason=reason or Reason.FOUND_IN_LEDGER, wait=wait)
        doubt = _Doubt(hand, then)
        with self._guard:
            self._open[hand.task.id] = doubt
        self._look_at([doubt], until)

    def sit_out(self, hand: TaskInHand, then: Then, *, until: float) -> None:
        """Call `then` at the boot time `until`, with `cleared` set: no act begun before can be running then.

        If the lock breaks first, `then` is not called: the task is fetched again.
        """
        doubt = _Doubt(hand, then, looked_up=False)
        with self._guard:
            self._open[hand.task.id] = doubt
        self._look_at([doubt], until)

    def _look_at(self, doubts: Sequence[_Doubt], due: float) -> None:
        """Schedule the look-up, rounded up to `GATHER_SECONDS`, so that doubts due close together share one."""
        due = math.ceil(due / GATHER_SECONDS) * GATHER_SECONDS
        with self._guard:
            for doubt in doubts:
                doubt.due = due
        self._threads.at(due, lambda: self._look(due))

    def _look(self, due: float) -> None:
        unbroken = [doubt for doubt in self._taken(due) if self._is_unbroken(doubt)]
        for doubt in unbroken:
            if not doubt.looked_up:
                self._threads.after(0.0, partial(self._clear, doubt))
        doubts = [doubt for doubt in unbroken if doubt.looked_up]
        now = self._ledger.now()
        for doubt in doubts:
            doubt.since = doubt.since or now
        for since in sorted({doubt.since or now for doubt in doubts}):
            self._look_together([doubt for doubt in doubts if doubt.since == since], since)

    def _look_together(self, doubts: Sequence[_Doubt], since: float) -> None:
        try:
            # Everywhere: the answer may have been unclear because the portal replaced our marker.
            found = self._lookup.find([doubt.hand.task for doubt in doubts], everywhere=True, since=since)
        except (PortalError, LedgerUnavailable):
            for doubt in doubts:
                doubt.unheard = True
            self._look_at(doubts, clock.boottime() + LOOK_AGAIN_SECONDS)
            return
        unsure = [doubt for doubt in doubts if not doubt.absent and doubt.hand.task.id not in found]
        for doubt in unsure:
            doubt.absent, doubt.unheard = True, False
        if unsure:
            self._look_at(unsure, clock.boottime() + SECOND_LOOK_SECONDS)
        resolved = [partial(self._resolve, one, found.get(one.hand.task.id)) for one in doubts if one not in unsure]
        for resolve in resolved[1:]:
            self._threads.after(0.0, resolve)  # so that none waits for the create of another
        if resolved:
            resolved[0]()

    def _clear(self, doubt: _Doubt) -> None:
        self._close(doubt.hand)
        doubt.then(replace(doubt.hand, cleared=True))

    def _taken(self, due: float) -> list[_Doubt]:
        """The doubts due by then. No other look-up takes them meanwhile."""
        with self._guard:
            taken = [doubt for doubt in self._open.values() if doubt.due <= due]
            for doubt in taken:
                doubt.due = math.inf
        return taken

    def _is_unbroken(self, doubt: _Doubt) -> bool:
        lock = doubt.hand.lock
        if lock.broken:
            self._close(doubt.hand)
            self._locks.let_go(lock, lock.broken)
        return lock.broken is None

    def _resolve(self, doubt: _Doubt, found: int | None) -> None:
        self._close(doubt.hand)
        self._telemetry.emit("task.doubt_resolved", task=doubt.hand.task.id, found=found)
        doubt.then(replace(doubt.hand, found=found, cleared=True))

    def _close(self, hand: TaskInHand) -> None:
        with self._guard:
            self._open.pop(hand.task.id, None)
