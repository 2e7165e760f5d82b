"""Computes how many retries a task has left, and how long the engine waits before the next try."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping

from bitrix.retrying import growing
from worker.model import Failure
from worker.words.printable import lines

BASE_SECONDS = 10.0
LONGEST_SECONDS = 1800.0


class RetryPlan:
    """Counts down from the topic's number of tries; the engine itself never decrements.

    `tries`: the number for each topic (the setting `retries`). `base`: the first wait in seconds. `jitter` returns a
    factor for each wait.
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

    def failure(self, topic: str, left: int | None, message: str, details: str = "", *, final: bool = False) -> Failure:
        """The failure to report. `left`: the engine's number of retries; None before the first failure of a task.

        `details`: what is to be read after the message. The failure's details begin with the whole message, of which
        the engine keeps only 666 characters: in Cockpit nobody else says what to do.
        `final`: a retry cannot help, so the incident comes at once. With 0 retries the wait is 0 too: an operator who
        raises the retries would otherwise wait for a lock nobody holds.
        """
        message, details = lines(message), lines(details)  # they quote portal and engine, and appear in ledger and log
        details = message if details in message else f"{message}\n\n{details}"
        total = self._tries.get(topic, 3)
        remaining = 0 if final else max((total if left is None else left) - 1, 0)
        if remaining == 0:
            return Failure(message, details, 0, 0.0)
        wait = growing(self._base, max(total - remaining - 1, 0), LONGEST_SECONDS) * self._jitter()
        return Failure(message, details, remaining, wait)
