"""Whether nobody can have had a step before (P1), by the clocks of an engine whose nodes need not agree."""

from __future__ import annotations

from worker.model import FetchedTask
from worker.runtime.telemetry import Telemetry


class SurelyFirst:
    """Believes it of a step that was locked within `within` seconds of its making, by the engine's clocks.

    Two nodes have said when: the one that ran the step, and the one that answered the fetch. `clock_skew`: how far
    apart their clocks may be, seconds. So what is believed may be that much older, and nobody gets a step from us
    before it is `free_after` seconds old (P10). Nodes that prove to be further apart are not believed any more.
    """

    def __init__(self, telemetry: Telemetry, *, within: float, clock_skew: float) -> None:
        self._telemetry = telemetry
        self._within = within
        self._clock_skew = clock_skew
        self._refuted = False
        self.free_after = within + clock_skew

    def believed(self, task: FetchedTask, lock_seconds: float) -> bool:
        """Whether no create can have been sent for this task. `lock_seconds`: the lock that was asked for."""
        if task.retries is not None or task.create_time is None or task.lock_expiration is None:
            return False
        age = task.lock_expiration.timestamp() - lock_seconds - self._clock_skew - task.create_time.timestamp()
        if age < -self._clock_skew and not self._refuted:
            self._refuted = True
            self._telemetry.emit("engine.clocks_apart", seconds=round(-age, 1), allowed=self._clock_skew)
        return not self._refuted and age < self._within
