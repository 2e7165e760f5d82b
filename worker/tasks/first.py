"""Whether nobody can have had a step before (P1), by the clocks of an engine whose nodes need not agree."""

from __future__ import annotations

from worker.model import FetchedTask
from worker.runtime.deadlines import Deadlines
from worker.runtime.telemetry import Telemetry


class SurelyFirst:
    """Believes it of a step that was locked while it was `young`, by the engine's clocks.

    Two nodes have said when: the one that ran the step, and the one that answered the fetch. What
    is believed may be older by `clock_skew`, and nobody gets a step from us before it is `free_after` old (P10). Nodes
    whose clocks prove to be further apart are not believed any more.
    """

    def __init__(self, telemetry: Telemetry, deadlines: Deadlines) -> None:
        self._telemetry = telemetry
        self._young = deadlines.young
        self._clock_skew = deadlines.clock_skew
        self._refuted = False

    def believed(self, task: FetchedTask, lock_seconds: float) -> bool:
        """Whether no create can have been sent for this task. `lock_seconds`: the lock that was asked for."""
        if task.retries is not None or task.create_time is None or task.lock_expiration is None:
            return False
        age = task.lock_expiration.timestamp() - lock_seconds - self._clock_skew - task.create_time.timestamp()
        if age < -self._clock_skew and not self._refuted:
            self._refuted = True
            self._telemetry.emit("engine.clocks_apart", seconds=round(-age, 1), allowed=self._clock_skew)
        return not self._refuted and age < self._young
