"""A boot time that moves only when a test moves it."""

from __future__ import annotations

import math

import pytest

from worker.runtime import clock


def still_clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The worker's boot time from now on: the one number of the list, which the test may change.

    It begins with a whole second near the real one: what was made before stays comparable, and seconds and halves added
    to it stay exact, however long the machine has been up.
    """
    now = [float(math.ceil(clock.boottime()))]
    monkeypatch.setattr(clock, "boottime", lambda: now[0])
    return now
