"""The cloud's limits: a leaky bucket for all calls, and execution time for each method."""

from __future__ import annotations

import threading
from collections import Counter, deque
from collections.abc import Mapping
from dataclasses import dataclass

from sandbox.httpd import Reply

BUCKETS = 10
"""Execution time is summed in so many parts of the window; the oldest part is forgotten as a whole."""
TOO_FAST = "QUERY_LIMIT_EXCEEDED"
TOO_COSTLY = "OPERATION_TIME_LIMIT"
STATUS = {TOO_FAST: 503, TOO_COSTLY: 429}


@dataclass(frozen=True, slots=True)
class OperatingTime:
    """What a method has cost within the window, in seconds, and when its oldest part is forgotten.

    `this_call`: the seconds of it that the call just made has cost.
    """

    seconds: float
    reset_in: float
    this_call: float


class CloudLimits:
    """Refuses as the cloud does. Times in seconds; `costs`: of one call, by method. Thread-safe.

    The bucket takes every call, also a refused one's method; execution time is checked before a call, so that one may
    go beyond it.
    """

    def __init__(
        self,
        *,
        requests_per_second: float,
        burst: float,
        operating_seconds: float,
        window_seconds: float,
        costs: Mapping[str, float],
    ) -> None:
        self._leak = requests_per_second
        self._size = burst
        self._operating_seconds = operating_seconds
        self._window = window_seconds
        self._costs = costs
        self._level = 0.0
        self._seen = 0.0
        self._spent: dict[str, deque[tuple[int, float]]] = {}
        self._guard = threading.Lock()
        self.refused: Counter[str] = Counter()

    def call(self, method: str, now: float) -> OperatingTime | str:
        """The budget after this call, or the code of its refusal."""
        with self._guard:
            return self._counted(self._too_fast(now) or self._spend(method, now))

    def command(self, method: str, now: float) -> OperatingTime | str:
        """The same for a command of a batch: the batch itself was the call."""
        with self._guard:
            return self._counted(self._spend(method, now))

    def _counted(self, answer: OperatingTime | str) -> OperatingTime | str:
        if isinstance(answer, str):
            self.refused[answer] += 1
        return answer

    def _too_fast(self, now: float) -> str | None:
        self._level = max(0.0, self._level - (now - self._seen) * self._leak)
        self._seen = now
        if self._level + 1 > self._size + 1e-6:
            return TOO_FAST
        self._level += 1
        return None

    def _spend(self, method: str, now: float) -> OperatingTime | str:
        width = self._window / BUCKETS
        part = int(now // width)
        spent = self._spent.setdefault(method, deque())
        while spent and spent[0][0] <= part - BUCKETS:
            spent.popleft()
        if sum(cost for _, cost in spent) > self._operating_seconds:
            return TOO_COSTLY
        cost = self._costs.get(method, 0.0)
        before = spent.pop()[1] if spent and spent[-1][0] == part else 0.0
        spent.append((part, before + cost))
        return OperatingTime(sum(cost for _, cost in spent), (spent[0][0] + BUCKETS) * width - now, cost)


def refusal(code: str) -> Reply:
    """The cloud's text for it."""
    return Reply(STATUS[code], {"error": code, "error_description": "Too many requests"})
