"""How long things may take: made from the settings in one place, `worker.build`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Deadlines:
    """Of one run. In seconds; `started` is the boot time of its start.

    `hold`: how long after its send a create may still be running on the portal, with the margin. `young`: how soon
    after its making a step must be locked to be surely nobody's yet (P1), `clock_skew`: how far apart the clocks of the
    engine's nodes may be. `locks`: how long each topic's tasks are locked, `waiting_lock`: the least for a step that
    waits. `poll`: how long the engine holds an answer while it has no tasks.
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
        """Boot time before which no failure is told: creates of an earlier run may be under way (P7)."""
        return self.started + self.hold

    @property
    def free_after(self) -> float:
        """How old a step must be before it is given back: no other worker can take it for surely first then (P10)."""
        return self.young + self.clock_skew

    @property
    def longest_lock(self) -> float:
        """How long the engine may keep a task locked for a worker that has gone."""
        return max(self.locks.values()) + self.hold + self.clock_skew
