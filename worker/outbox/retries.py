"""How many tries a task has left, and how long the engine waits before the next one."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping

from worker.model import Failure
from worker.words.printable import lines

BASE_SECONDS = 10.0
LONGEST_SECONDS = 1800.0


class RetryPlan:
    """Counts down from the topic's number of tries; the engine itself never decrements.

    `tries` gives the number for each topic (the design's `retries`), `jitter` a factor for each wait.
    """

    def __init__(
        self,
        tries: Mapping[str, int],
        *,
        base: float = BASE_SECONDS,
        jitter: Callable[[], float] = lambda: random.uniform(0.8, 1.2),  # noqa: S311 - spreads load, guards nothing
    ) -> None:
        self._tries = dict(tries)
        self._base = base
        self._jitter = jitter

    def failure(self, topic: str, left: int | None, message: str, details: str, *, final: bool = False) -> Failure:
        """The failure to report. `left` is what the engine says: None before the first failure of a task.

        `final`: trying again cannot help, so the incident comes at once. At 0 tries the wait is 0 too: an operator
        who raises the retries would else wait for a lock that nobody holds.
        """
        message, details = lines(message), lines(details)  # of portal and engine: ledger and log show them
        total = self._tries.get(topic, 3)
        remaining = 0 if final else max((total if left is None else left) - 1, 0)
        if remaining == 0:
            return Failure(message, details, 0, 0.0)
        wait = min(LONGEST_SECONDS, self._base * 2 ** max(total - remaining - 1, 0)) * self._jitter()
        return Failure(message, details, remaining, wait)
