"""The execution time that one method may use: read from the portal's answers, and calls are spaced before it runs out.

The portal adds up the execution time of a webhook's calls of one method, in ten buckets of the window. It reports the
sum in each answer (`time.operating`), and above the limit refuses the method with 429 OPERATION_TIME_LIMIT
(documentation: limits; source: rest module, load limiter).
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

BUCKETS = 10
FREE = 0.5
"""Share of the budget that is spent without spacing: a small backlog should not be spread over ten minutes."""
FULL = 0.97
"""Share of the budget that is spent at most."""
AT_ONCE_UNTOLD = 4
"""Calls at once until the first answer: an earlier run may have left little of the budget."""


@dataclass(frozen=True, slots=True)
class Cost:
    """The cost of a method as an answer reports it, in seconds.

    `operating`: the portal's sum over the window. `seconds`: that of this call. `reset_in`: time until the portal
    drops its oldest bucket. `finished`: when the portal ended the call, by its own clock. None: not in the answer.
    """

    operating: float
    seconds: float | None = None
    reset_in: float | None = None
    finished: float | None = None


class OperatingTime:
    """The execution budget of one method. Times in seconds by the caller's clock; not thread-safe."""

    def __init__(self, budget: float, window: float, share: float) -> None:
        self._budget = budget
        self._window = window
        self._share = share
        self._spent: deque[tuple[float, float]] = deque()  # (until when it counts, cost)
        self._cost = 0.0
        self._phase: float | None = None
        self._granted_at = self._due = float("-inf")
        self._rests_until = float("-inf")
        self._at_once: int | None = AT_ONCE_UNTOLD
        self._newest = float("-inf")

    def left(self, now: float) -> float:
        """Seconds of the budget that are not spent yet."""
        return self._budget - self._sum(now)

    def may_begin(self, in_flight: int) -> bool:
        """Whether one more call may be under way beside `in_flight`; if not, an answer must come first."""
        return self._at_once is None or in_flight < self._at_once

    def wait(self, now: float, in_flight: int) -> float:
        """Seconds that the next call must wait. `in_flight`: the number of calls whose cost is not known yet."""
        if now < self._rests_until:
            return self._rests_until - now
        reserved = in_flight * self._cost
        spent = self._sum(now) + reserved
        self._due = now
        if self._cost == 0.0 or spent + self._cost <= FREE * self._budget * self._share:
            return 0.0
        if spent + self._cost > FULL * self._budget:
            return max(self._spent[0][0] - now, 0.0) if self._spent else self._window / BUCKETS
        apart = self._cost / self._pace(now, reserved)
        self._due = max(self._granted_at + apart, now - apart)
        return max(self._due - now, 0.0)

    def _pace(self, now: float, reserved: float) -> float:
        """Seconds of execution per second that can be kept up without exceeding the budget at any later moment."""
        room = FULL * self._budget - self._sum(now) - reserved
        pace = FULL * self._budget / self._window
        for until, cost in self._spent:
            pace = min(pace, room / max(until - now, 1e-9))
            room += cost
        return max(pace * self._share, 1e-9)

    def granted(self, now: float) -> None:
        """A call was granted. Time that it waited in the queue after it was due does not delay the next one."""
        self._granted_at = min(self._due, now)

    def charge(self, now: float, cost: Cost | None) -> None:
        """Take over the portal's sum: any excess over our own was spent just now, by this worker or by others.

        None: the portal answered without a cost. A lower sum is believed only from the newest answer: one that was
        overtaken on its way does not know of the calls in between.
        """
        self._at_once = None
        if cost is None:
            return
        if cost.seconds is not None:
            self._cost = cost.seconds if self._cost == 0.0 else 0.8 * self._cost + 0.2 * cost.seconds
        if cost.reset_in is not None:
            self._phase = (now + cost.reset_in) % (self._window / BUCKETS)
        overtaken = cost.finished is not None and cost.finished < self._newest
        self._newest = max(self._newest, cost.finished or self._newest)
        more = cost.operating - self._sum(now)
        if more > 0:
            self._spend(now, more)
        elif not overtaken:
            self._forget(-more)

    def refused(self, now: float, reset_in: float | None) -> None:
        """The portal refused the method: pause until it drops a bucket, at most one window, then try a single call.

        `reset_in`: seconds until then; None: the portal named no time.
        """
        width = self._window / BUCKETS
        if reset_in is None:
            reset_in = width if self._phase is None else width - (now - self._phase) % width
        self._rests_until = now + min(max(reset_in, 0.0), self._window)
        self._at_once = 1

    def _sum(self, now: float) -> float:
        while self._spent and self._spent[0][0] <= now:
            self._spent.popleft()
        return sum(cost for _, cost in self._spent)

    def _spend(self, now: float, cost: float) -> None:
        """Add a cost to the current bucket, which counts until one window after its beginning.

        One bucket longer as long as the portal has not shown when its buckets begin.
        """
        width = self._window / BUCKETS
        phase, safety = (0.0, width) if self._phase is None else (self._phase, 0.0)
        until = (now - phase) // width * width + phase + self._window + safety
        if self._spent and self._spent[-1][0] == until:
            cost += self._spent.pop()[1]
        self._spent.append((until, cost))

    def _forget(self, cost: float) -> None:
        while cost > 0 and self._spent:
            until, oldest = self._spent.popleft()
            if oldest > cost:
                self._spent.appendleft((until, oldest - cost))
            cost -= oldest
