"""Creates whose outcome is unknown: waited out until the request can no longer be running, then looked up (P5)."""

from __future__ import annotations

import threading
from collections.abc import Callable

from bitrix.errors import PortalError
from bitrix.tasks import Tasks
from worker import clock
from worker.agenda import Agenda
from worker.hand import InHand
from worker.ledger import Ledger, LedgerUnavailable, Row
from worker.locks import LockBook
from worker.lookup import Lookup
from worker.reasons import Reason
from worker.telemetry import Telemetry

SECOND_LOOK_SECONDS = 3.0
"""A create is believed not to have happened when it was absent twice, this far apart."""
LOOK_AGAIN_SECONDS = 5.0

Then = Callable[[InHand, Row, int | None], None]


class Doubts:
    """The doubtful creates of this process: no slot is spent on one, its lock is kept.

    `hold_seconds`: the portal's longest execution plus the margin. `run_started`: boot time of this run's start.
    """

    def __init__(
        self,
        *,
        tasks: Tasks,
        lookup: Lookup,
        ledger: Ledger,
        locks: LockBook,
        agenda: Agenda,
        telemetry: Telemetry,
        hold_seconds: float,
        run_started: float,
    ) -> None:
        self._tasks = tasks
        self._lookup = lookup
        self._ledger = ledger
        self._locks = locks
        self._agenda = agenda
        self._telemetry = telemetry
        self._hold_seconds = hold_seconds
        self._run_started = run_started
        self._open: set[str] = set()
        self._guard = threading.Lock()

    def __len__(self) -> int:
        return len(self._open)

    def ids(self) -> frozenset[str]:
        """The external tasks in doubt."""
        with self._guard:
            return frozenset(self._open)

    def portal_is_well(self) -> bool:
        """Whether a neutral call works right now: if not, a doubtful answer is an outage and no task's fault."""
        try:
            self._tasks.profile()
        except PortalError:
            return False
        return True

    def wait_out(self, hand: InHand, row: Row, then: Then, *, sent_at: float | None = None, reason: str = "") -> None:
        """Wait until the create of `row` can no longer be running, look it up, and go on with `then`.

        `sent_at` is the boot time of the send; None for a row that this hand-out did not send: counted from this
        run's start when an earlier run sent it, else (also when another worker of a shared ledger did) from now.
        """
        if sent_at is None:
            earlier_run = row.owner != self._ledger.owner and not self._ledger.shared
            sent_at = self._run_started if earlier_run else clock.boottime()
        until = sent_at + self._hold_seconds
        with self._guard:
            self._open.add(hand.task.id)
        wait = round(max(until - clock.boottime(), 0.0), 1)
        self._telemetry.emit("task.doubtful", task=hand.task.id, reason=reason or Reason.FOUND_IN_LEDGER, wait=wait)
        self._agenda.at(until, lambda: self._look(hand, row, then, absent=0))

    def _look(self, hand: InHand, row: Row, then: Then, *, absent: int) -> None:
        if hand.lock.broken:
            self._close(hand)
            self._locks.let_go(hand.lock, hand.lock.broken)
            return
        try:
            # Everywhere: the answer may have been unclear because the portal has put another marker in place of ours.
            found = self._lookup.find([hand.task], everywhere=True).get(hand.task.id)
        except (PortalError, LedgerUnavailable):
            self._agenda.after(LOOK_AGAIN_SECONDS, lambda: self._look(hand, row, then, absent=absent))
            return
        if found is None and absent == 0:
            self._agenda.after(SECOND_LOOK_SECONDS, lambda: self._look(hand, row, then, absent=1))
            return
        self._close(hand)
        self._telemetry.emit("task.doubt_resolved", task=hand.task.id, found=found)
        then(hand, row, found)

    def _close(self, hand: InHand) -> None:
        with self._guard:
            self._open.discard(hand.task.id)
