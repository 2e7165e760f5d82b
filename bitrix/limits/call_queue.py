"""Decides which call to the portal is sent next. Pure logic without threads; the caller passes the time."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import IntEnum

from bitrix.limits.bucket import Bucket
from bitrix.limits.concurrency import Concurrency
from bitrix.limits.operating_time import Cost, OperatingTime
from bitrix.limits.presets import Limits


class Kind(IntEnum):
    """What a call is for. Urgent calls go first; creates and background calls have equally many turns if both wait."""

    URGENT = 0
    """Look-ups and probes: other work waits for their results."""
    CREATE = 1
    """Creates only: how long they take decides how many may run at once."""
    BACKGROUND = 2
    """Everything else: synchronisations, calls about existing tasks, users."""


@dataclass(slots=True, eq=False)
class Ticket:
    """A call that waits for its turn, or is under way."""

    method: str
    kind: Kind
    wake: Callable[[], object] = bool
    """Called when the call is granted."""
    granted: bool = False
    left: bool = False


class CallQueue:
    """The queues of waiting calls and the limits on them. Times in seconds by one monotonic clock.

    Not thread-safe: `Limiter` guards it with a lock.
    """

    def __init__(self, limits: Limits, now: float) -> None:
        self._limits = limits
        self._queues: dict[tuple[Kind, str], deque[Ticket]] = {}
        rate = limits.requests_per_second
        self._bucket = None if rate is None else Bucket(rate * limits.share, limits.burst * limits.share, now)
        self._in_flight: dict[str, int] = {}
        self._operating: dict[str, OperatingTime] = {}
        self._under_way: Counter[Kind] = Counter()
        self._owed = 0  # turns that creates have had while others waited in the background
        self.concurrency = Concurrency(limits.concurrency)

    def ask(self, ticket: Ticket) -> None:
        self._queues.setdefault((ticket.kind, ticket.method), deque()).append(ticket)

    def withdraw(self, ticket: Ticket) -> None:
        """Remove a call that has not been granted."""
        self._queues[ticket.kind, ticket.method].remove(ticket)

    def grant(self, now: float) -> float | None:
        """Grant every call that may go. Returns the seconds until the next one may.

        None: no call waits, or none may go before another has ended.
        """
        while True:
            if not any(self._queues.values()) or self._under_way.total() >= self._limits.concurrency:
                return None
            wait = self._bucket.wait(now) if self._bucket else 0.0
            if wait > 0:
                return wait
            ready, waits = self._ready(now)
            if not ready:
                return min(waits, default=None)
            self._let_go(self._choose(ready), now)

    def _ready(self, now: float) -> tuple[list[Ticket], list[float]]:
        ready, waits = [], []
        for (kind, method), queue in self._queues.items():
            if not queue or not self._may_begin(kind, method):
                continue
            wait = self._operating_wait(method, now)
            if wait > 0:
                waits.append(wait)
            else:
                ready.append(queue[0])
        return ready, waits

    def _may_begin(self, kind: Kind, method: str) -> bool:
        """Whether one more call may be under way; if not, another must end first."""
        if kind is not Kind.URGENT and self._under_way[kind] >= self._most(kind):
            return False
        operating = self._operating_of(method)
        return operating is None or operating.may_begin(self._in_flight.get(method, 0))

    def _most(self, kind: Kind) -> int:
        """Calls of this kind that may be under way. A call that hangs cannot be interrupted, so each leaves a rest.

        Creates leave none while there is nothing in the background.
        """
        if kind is Kind.BACKGROUND:
            return self._limits.most_of_one_kind
        others = self._under_way[Kind.BACKGROUND] or self._background_waits()
        return min(self.concurrency.allowed, self._limits.most_of_one_kind if others else self._limits.concurrency)

    def _choose(self, ready: list[Ticket]) -> Ticket:
        first = min(ready, key=lambda ticket: ticket.kind)
        behind = next((ticket for ticket in ready if ticket.kind is Kind.BACKGROUND), None)
        if first.kind is Kind.CREATE and behind is not None:
            return behind if self._owed else first
        return first

    def _background_waits(self) -> bool:
        return any(queue for (kind, _), queue in self._queues.items() if kind is Kind.BACKGROUND)

    def _let_go(self, ticket: Ticket, now: float) -> None:
        # Move the queue to the end: methods of one kind take turns, or the first would starve the others.
        queue = self._queues[ticket.kind, ticket.method] = self._queues.pop((ticket.kind, ticket.method))
        queue.popleft()
        ticket.granted = True
        ticket.wake()
        if self._bucket:
            self._bucket.sent(ticket, now)
        self._in_flight[ticket.method] = self._in_flight.get(ticket.method, 0) + 1
        self._under_way[ticket.kind] += 1
        if ticket.kind is Kind.BACKGROUND:
            self._owed = max(self._owed - 1, 0)
        elif ticket.kind is Kind.CREATE and self._background_waits():
            self._owed = min(self._owed + 1, self._limits.concurrency)
        if operating := self._operating_of(ticket.method):
            operating.granted(now)

    # --- the limits ---

    def _operating_of(self, method: str) -> OperatingTime | None:
        if self._limits.operating_seconds is None:
            return None
        if method not in self._operating:
            limits = self._limits
            budget = limits.operating_seconds or 0.0
            self._operating[method] = OperatingTime(budget, limits.window_seconds, limits.share)
        return self._operating[method]

    def _operating_wait(self, method: str, now: float) -> float:
        operating = self._operating_of(method)
        return operating.wait(now, self._in_flight.get(method, 0)) if operating else 0.0

    # --- how the calls ended ---

    def leave(self, ticket: Ticket, now: float) -> None:
        """The call has ended, or was never made. Safe to repeat."""
        if ticket.granted and not ticket.left:
            ticket.left = True
            if self._bucket:
                self._bucket.ended(ticket, now)
            self._in_flight[ticket.method] -= 1
            self._under_way[ticket.kind] -= 1

    def answered(self, ticket: Ticket, now: float, seconds: float, cost: Cost | None) -> None:
        """The call succeeded after `seconds`. `cost` None: the portal reported none."""
        if ticket.kind is Kind.CREATE:
            self.concurrency.answered(seconds)
        if budget := self._operating_of(ticket.method):
            budget.charge(now, cost)

    def overloaded(self, ticket: Ticket) -> None:
        """The call ended with a gateway's error, or without an answer in time."""
        if ticket.kind is Kind.CREATE:
            self.concurrency.overloaded()

    def too_fast(self) -> None:
        """QUERY_LIMIT_EXCEEDED: the portal's bucket is full, whatever this worker has counted."""
        if self._bucket:
            self._bucket.full()

    def method_refused(self, method: str, now: float, reset_in: float | None) -> None:
        """OPERATION_TIME_LIMIT. `reset_in`: seconds; None: the portal named no time."""
        if budget := self._operating_of(method):
            budget.refused(now, reset_in)

    def waiting(self) -> int:
        """The number of calls that wait for their turn."""
        return sum(map(len, self._queues.values()))

    def budgets_left(self, now: float) -> Iterator[tuple[str, float]]:
        """Each method called so far, with the seconds left of its budget."""
        for method, operating in list(self._operating.items()):
            yield method, operating.left(now)
