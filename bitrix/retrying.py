"""The retry policy: how often and how soon the worker repeats a call. There are two kinds of retries.

- A *series* repeats a call at once, in the same thread, before the failure counts. It ends within seconds, because a
  caller waits. There are three: for calls that only read, for synchronisations (which also wait as long as the portal
  asks), and for the engine's conflicts of two transactions (which end within milliseconds, so the waits do not grow).
- A *growing wait* lies between tries of different threads, often of different runs: the next probe of a gate, the next
  fetch, the next delivery of an outbox. The number of tries comes from memory or from the ledger. `backoff` shortens it
  at random, because many waits begin in the same moment. Only the engine's `retryTimeout` varies to both sides
  (`worker.outbox.retries`): there the engine waits, and a configured 10 s must be 10 s on average.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable

from tenacity import (
    RetryCallState,
    Retrying,
    retry_if_exception,
    stop_after_attempt,
    stop_after_delay,
    stop_any,
    stop_never,
    wait_exponential,
    wait_random_exponential,
)

Passing = Callable[[BaseException], bool]
"""Whether an immediate retry may succeed after this error."""
Waiting = Callable[[RetryCallState], float]
"""Seconds before the next try of a series."""
_NO_SERIES = Retrying()


def series(
    passing: Passing,
    *,
    attempts: int,
    wait: Waiting,
    within: float | None = None,
    sleep: Callable[[float], None] = time.sleep,
) -> Retrying:
    """A series of up to `attempts` tries while `passing` accepts the error; finally the last error is raised.

    `within`: seconds after which no other try begins; None: however long they take. Safe to share between threads.
    """
    longest = stop_never if within is None else stop_after_delay(within)
    return Retrying(
        retry=retry_if_exception(passing),
        stop=stop_any(stop_after_attempt(attempts), longest),
        wait=wait,
        reraise=True,
        sleep=sleep,
    )


def read_series(passing: Passing) -> Retrying:
    """The series of every call that only reads. If a third of all calls fail, one series in eighty fails."""
    return series(passing, attempts=4, within=5.0, wait=wait_random_exponential(multiplier=0.1, max=1.0))


def growing(first: float, tries: int, longest: float) -> float:
    """Seconds to wait: `first`, doubled for each of the earlier `tries`, at most `longest`, however many `tries`."""
    state = RetryCallState(_NO_SERIES, None, (), {})
    state.attempt_number = tries + 1
    return wait_exponential(multiplier=first, max=longest, exp_base=2.0)(state)


def backoff(first: float, tries: int, longest: float) -> float:
    """`growing`, shortened at random by up to half."""
    return growing(first, tries, longest) * random.uniform(0.5, 1.0)  # noqa: S311 - spreads load, guards nothing
