"""Makes each call to the portal wait until the portal's limits and its health allow it. Thread-safe."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from bitrix.limits.call_queue import CallQueue, Kind, Ticket
from bitrix.limits.operating_time import Cost
from bitrix.limits.presets import Limits

LOOK_SECONDS = 0.5
"""How often a waiting call checks whether it should stop."""
__all__ = ["Cost", "Kind", "Limiter", "Limits", "Ticket"]


class Limiter:
    """The queue before the portal, one for each webhook and process.

    `comes_by` is called with the method by each thread that arrives, and repeatedly while it waits, to show that the
    thread does not hang.
    """

    def __init__(
        self,
        limits: Limits | None = None,
        *,
        now: Callable[[], float] = time.monotonic,
        comes_by: Callable[[str], object] = bool,
    ) -> None:
        self._now = now
        self._comes_by = comes_by
        self._queue = CallQueue(limits or Limits(), now())
        self._guard = threading.Lock()

    @contextmanager
    def turn(self, method: str, kind: Kind, stopping: Callable[[float], bool] = lambda _: False) -> Iterator[Ticket]:
        """Wait until one call may be sent; yields its ticket, not `granted` if `stopping` returned true first.

        The turn ends with the block, or earlier by `leave`. `stopping(seconds)` may wait; it is called with 0.
        """
        ticket = Ticket(method, kind)
        self._comes_by(method)
        with self._guard:
            self._queue.ask(ticket)
            wait = self._queue.grant(self._now())
        try:
            if not ticket.granted:
                self._wait(ticket, wait, stopping)
            yield ticket
        finally:
            self.leave(ticket)

    def _wait(self, ticket: Ticket, wait: float | None, stopping: Callable[[float], bool]) -> None:
        passed = threading.Event()
        ticket.wake = passed.set
        while not ticket.granted:
            self._comes_by(ticket.method)
            if stopping(0.0) and self._withdrawn(ticket):
                return
            passed.wait(LOOK_SECONDS if wait is None else min(wait, LOOK_SECONDS))
            with self._guard:
                wait = self._queue.grant(self._now())
        self._comes_by(ticket.method)

    def _withdrawn(self, ticket: Ticket) -> bool:
        with self._guard:
            if not ticket.granted:
                self._queue.withdraw(ticket)
            return not ticket.granted

    def leave(self, ticket: Ticket) -> None:
        """The call has ended. Safe to repeat."""
        with self._guard:
            now = self._now()
            self._queue.leave(ticket, now)
            self._queue.grant(now)

    # --- how the calls ended ---

    def answered(self, ticket: Ticket, seconds: float, cost: Cost | None) -> None:
        """The call succeeded after `seconds`; to be told before it leaves. `cost` None: the portal reported none."""
        with self._guard:
            self._queue.answered(ticket, self._now(), seconds, cost)

    def overloaded(self, ticket: Ticket) -> None:
        """The call ended with a gateway's error, or without an answer in time."""
        with self._guard:
            self._queue.overloaded(ticket)

    def too_fast(self) -> None:
        """The portal answered QUERY_LIMIT_EXCEEDED."""
        with self._guard:
            self._queue.too_fast()

    def method_refused(self, method: str, reset_in: float | None) -> None:
        """The portal answered OPERATION_TIME_LIMIT. `reset_in`: seconds; None: the portal named no time."""
        with self._guard:
            self._queue.method_refused(method, self._now(), reset_in)

    # --- for monitoring ---

    def budgets_left(self) -> dict[str, float]:
        """Seconds of execution that each method may still use; empty if execution time is not limited."""
        with self._guard:
            return dict(self._queue.budgets_left(self._now()))

    def waiting(self) -> int:
        """The number of calls that wait for their turn."""
        with self._guard:
            return self._queue.waiting()

    def allowed(self) -> int:
        """How many creates may run at once now."""
        return self._queue.concurrency.allowed
