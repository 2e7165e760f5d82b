"""The two clocks of the program, replaceable in tests."""

from __future__ import annotations

import time
from collections.abc import Callable


def boottime() -> float:
    """Seconds since boot; goes on while the machine sleeps and ignores changes of the wall clock.

    Every promise about a lock is counted with it: `CLOCK_MONOTONIC` would stand still during a suspend
    while the engine's lock runs out.
    """
    return time.clock_gettime(time.CLOCK_BOOTTIME)


def wall() -> float:
    """Seconds since the epoch: for rows and people, never for a promise about a lock."""
    return time.time()


def steady() -> Callable[[], float]:
    """Seconds since the epoch by a wall clock that is read now, once: setting it later changes nothing."""
    began = wall() - boottime()
    return lambda: began + boottime()
