"""How often and how soon what has failed is tried again: every series and every growing wait is made here.

Two decisions, which look alike and are not one:

- A *series* repeats a call at once, in the thread that makes it, before its failure counts. It ends within seconds,
  since somebody waits. What differs between the three is named where they are made: a read is repeated while only this
  answer was bad and the call is young; a synchronisation also waits as long as the portal names; the engine's conflict
  of two transactions ends within milliseconds, so its waits do not grow.
- A *growing wait* lies between tries of different threads, often of different runs: the next probe of a gate, the next
  fetch, the next delivery of an outbox. The number of tries comes from memory or from the ledger, so no series can run
  it. `backoff` makes a random part of it shorter, since many begin to wait in the same moment. Only the engine's
  `retryTimeout` varies to both sides (`worker.outbox.retries`): there the engine waits, and 10 s are to be 10 s on
  average.
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
    """Seconds: `first`, doubled for each of the earlier `tries`, at most `longest`; `tries` may be any number."""
    state = RetryCallState(_NO_SERIES, None, (), {})
    state.attempt_number = tries + 1
    return wait_exponential(multiplier=first, max=longest, exp_base=2.0)(state)


def backoff(first: float, tries: int, longest: float) -> float:
    """The same, up to half less at random."""
    return growing(first, tries, longest) * random.uniform(0.5, 1.0)  # noqa: S311 - spreads load, guards nothing
