"""The time limits of a run. `worker.build` makes them from the settings."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass

from worker.runtime import clock

LONGEST_WAITING_LOCK = 20 * 3600.0
"""Of steps that wait for people, unless the settings ask for a longer one. It may outlive the worker."""


@dataclass(frozen=True, slots=True)
class Deadlines:
    """The time limits of one run, in seconds; `started` is the boot time of its start.

    `hold`: how long after it was sent a create may still be running on the portal, margin included. `young`: a task
    locked within this time after the engine created it counts as surely first (P1). `clock_skew`: how far apart the
    clocks of the engine's nodes may be. `locks`: lock duration by topic. `waiting_lock`: shortest lock of a step that
    waits for people. `poll`: how long the engine holds a fetch open while it has no tasks.
    """

    started: float
    hold: float
    young: float
    clock_skew: float
    locks: Mapping[str, float]
    waiting_lock: float
    poll: float

    @property
    def failures_from(self) -> float:
        """Boot time before which no failure is reported to the engine, unless the task is surely first (P7).

        A create of an earlier run may still be running on the portal until then.
        """
        return self.started + self.hold

    @property
    def failures_in(self) -> float:
        """Seconds until then; 0 if it has passed."""
        return max(self.failures_from - clock.boottime(), 0.0)

    @property
    def free_after(self) -> float:
        """The age at which a step may be released: after that, no other worker can take it for surely first (P10)."""
        return self.young + self.clock_skew

    def lock_of_waiting(self, count: int) -> float:
        """How long to lock one of so many waiting steps: few extensions a second, and a crowd's not all at once."""
        spread = random.uniform(0.75, 1.0)  # noqa: S311 - spreads load, guards nothing
        return max(self.waiting_lock, min(2.0 * count, LONGEST_WAITING_LOCK) * spread)

    @property
    def longest_lock(self) -> float:
        """How long the engine may keep a task locked for a worker that has ended."""
        return max(self.locks.values()) + self.hold + self.clock_skew
