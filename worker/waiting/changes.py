"""Chooses the waiting steps whose tasks a round looks at: those that the portal's list of changes names, or all.

The list is only a hint, like the portal's events: the tasks it names are read by their numbers, as all others are.
Until it has named some closings that were found without it, each round looks at all tasks. One closing that it does not
name, or a clock of the portal that jumps, and each round looks at all again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Protocol

from bitrix import reading
from bitrix.causes import Cause
from bitrix.closings import Closing
from bitrix.errors import LookupUnproven, PortalError, Rejected
from bitrix.task_states import AT_ONCE, TaskState
from worker.ledger import LedgerUnavailable
from worker.runtime import clock
from worker.runtime.telemetry import Telemetry
from worker.tasks.waiting_book import Waiting
from worker.waiting.trust import Trust, jumped, missed

JUMP_SECONDS = 60.0
"""A portal has several nodes, whose clocks differ a little."""
FEWEST_PAGES = 20
NEW_AT_ONCE = 10 * AT_ONCE
"""Steps new in the book that a round looks at by number."""
MOST_KEPT = 50_000


class ChangedTasks(Protocol):
    """The portal's list of changes. Raises `PortalError`."""

    def since(self, when: datetime, *, most_pages: int) -> frozenset[Closing] | None: ...


class Cursor(Protocol):
    """Keeps, over restarts, since when changes are to be asked for; "": not known. Raises `LedgerUnavailable`."""

    def changes_since(self, worker_id: str) -> str: ...
    def note_changes_since(self, worker_id: str, when: str) -> None: ...


class Changes:
    """For the watch's thread; `missed` for any.

    `portal_clock`: reads the portal's clock. `overlap`: how many seconds each question goes back beyond the last: as
    long as a change may take from its date to its commit. `every`: how often each task is looked at all the same; 0:
    each round looks at all tasks.
    """

    def __init__(
        self,
        tasks: ChangedTasks,
        portal_clock: Callable[[], datetime],
        cursor: Cursor,
        telemetry: Telemetry,
        *,
        worker_id: str,
        poll_seconds: float,
        overlap: float,
        every: float,
    ) -> None:
        self._tasks = tasks
        self._portal_clock = portal_clock
        self._kept = cursor
        self._worker_id = worker_id
        self.poll_seconds = poll_seconds
        self._overlap = timedelta(seconds=overlap)
        self._every = every
        self._since = self._restored()
        """The portal's time up to which all changes are known."""
        self._stored = self._since
        self._apart: tuple[float, float] | None = None
        """How far the portal's clock was ahead of ours when it was last read: at least, at most."""
        self._asked: datetime | None = None
        """The portal's time of this round's question; None: its answer was of no use."""
        self._doubted: PortalError | None = None
        """Why this round's list is refused or cannot be read, if it was."""
        self._named: set[int] = set()
        """What it names in this round."""
        self._known: dict[int, None] = {}
        """The tasks that were named lately, also those of no step: a step may come into the book later."""
        self._not_named: set[int] = set()
        """Closings found without the list, which its next answer must name."""
        self._unbroken = self._since is not None
        """Whether the list has named all that was changed since the earlier run, and all of that is known."""
        self._missed: int | None = None
        self.trust = Trust(telemetry, proven=self._since is not None, trial=every)

    def due(self, waiting: Sequence[Waiting]) -> Sequence[Waiting]:
        """Those whose tasks this round looks at."""
        self._asked = self._doubted = None
        if not self._every or not waiting:
            return waiting
        if self._missed is not None and self.trust.is_there:
            self._leave(missed(self._missed))
        self._missed = None
        named = self._ask(max(FEWEST_PAGES, len(waiting) // AT_ONCE))
        if named is None or not self.trust.is_there:
            return waiting
        closed = [one for one in waiting if self._is_closed(one, named)]
        for one in closed:
            one.closed = True
        new = [one for one in waiting if one.unseen and not one.closed and not (one.covered and self._unbroken)]
        return [*(one for one in waiting if one.closed), *new[:NEW_AT_ONCE]]

    def _is_closed(self, one: Waiting, named: set[int]) -> bool:
        return one.portal_task_id in named or (one.unseen and one.portal_task_id in self._known)

    def found(self, state: TaskState, *, new: bool) -> None:
        """Note that a task was found closed. If that is `new`, the list must name it, now or in its next answer."""
        closed_at = reading.instant(state.closed_at) if new else None
        if self.trust.is_there or self._asked is None:
            return
        if state.id in self._named:
            self.trust.named(state.id)
        elif closed_at and closed_at > self._asked - self._overlap / 2:
            self._not_named.add(state.id)
        elif closed_at and self._since and closed_at > self._since:
            self.trust.not_named(state.id)

    def done(self, waiting: Iterable[Waiting]) -> None:
        """The round has looked at all that was due: what was changed before its question is known.

        If the list of changes was refused, that is its own fault: another question to the same method was answered.
        """
        if self._doubted:
            self._leave(self._doubted)
        if self._asked is None:
            return
        self._since, self._asked = self._asked, None
        self.trust.earn()
        if self.trust.is_there and not any(one.closed for one in waiting):  # else a restart asks for these again
            self._store(self._since)

    def missed(self, portal_task_id: int) -> None:
        """Note that the full look has found twice a closed task that the list has not named. Thread-safe."""
        self._missed = portal_task_id

    def _leave(self, why: object) -> None:
        """Look at all tasks in each round, until the list has proved itself anew."""
        self.trust.lose(why)
        self._since, self._asked, self._not_named, self._unbroken = None, None, set(), False
        self._store(None)

    # --- asking ---

    def _ask(self, most_pages: int) -> set[int] | None:
        """The numbers of the tasks that the list names; None: it is of no use in this round."""
        self._named = set()
        try:
            sent, now = clock.boottime(), self._portal_clock()
            if not self._keeps_time(now, sent):
                return None
            answer = self._tasks.since(self._since - self._overlap, most_pages=most_pages) if self._since else None
        except PortalError as error:
            if isinstance(error, Rejected | LookupUnproven) or error.cause is Cause.MALFORMED:
                self._doubted = error
            return None  # what else is wrong with the portal, the look at its tasks shows
        self._asked = now
        if answer is None:
            self._not_named, self._unbroken = set(), False
            return None
        self._named = {one.id for one in answer}
        self._known |= dict.fromkeys(self._named)
        while len(self._known) > MOST_KEPT:
            del self._known[next(iter(self._known))]
            self._unbroken = False
        self._judge()
        return self._named

    def _keeps_time(self, now: datetime, sent: float) -> bool:
        """False if the portal's clock has jumped since it was last read. `sent`: the boot time of this question."""
        least, most = now.timestamp() - clock.boottime(), now.timestamp() - sent
        before, self._apart = self._apart, (least, most)
        if before is not None:
            jump = max(least - before[1], 0.0) or min(most - before[0], 0.0)
        else:
            jump = min((now - self._since).total_seconds(), 0.0) if self._since else 0.0
        if abs(jump) <= JUMP_SECONDS:
            return True
        self._leave(jumped(jump))
        return False

    def _judge(self) -> None:
        """Whether the list names now what it did not name before it was found."""
        expected, self._not_named = self._not_named, set()
        for id_ in sorted(expected):
            (self.trust.named if id_ in self._named else self.trust.not_named)(id_)

    # --- over restarts ---

    def _restored(self) -> datetime | None:
        if not self._every:
            return None
        with suppress(LedgerUnavailable):
            return reading.instant(self._kept.changes_since(self._worker_id))
        return None

    def _store(self, when: datetime | None) -> None:
        if when != self._stored:
            with suppress(LedgerUnavailable):  # its gate reports it, and the next round notes it again
                self._kept.note_changes_since(self._worker_id, when.isoformat() if when else "")
                self._stored = when
