"""The worker's two clocks, replaceable in tests."""

from __future__ import annotations

import time
from collections.abc import Callable


def boottime() -> float:
    """Seconds since boot. It keeps counting while the machine sleeps and ignores changes of the wall clock.

    Every lock expiration is computed with it: `CLOCK_MONOTONIC` stops during a suspend while the engine's lock expires.
    """
    return time.clock_gettime(time.CLOCK_BOOTTIME)


def wall() -> float:
    """Seconds since the epoch: for ledger rows and people, never for a lock expiration."""
    return time.time()


def steady() -> Callable[[], float]:
    """A clock in seconds since the epoch that reads the wall clock once, now: later changes of it have no effect."""
    began = wall() - boottime()
    return lambda: began + boottime()
