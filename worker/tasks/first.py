"""Decides whether a fetched task is surely first (P1), by the clocks of engine nodes that may differ."""

from __future__ import annotations

from worker.model import FetchedTask
from worker.runtime.deadlines import Deadlines
from worker.runtime.telemetry import Telemetry


class SurelyFirst:
    """A step is surely first if the engine locked it before it was `young` seconds old.

    Two nodes' clocks are compared: of the node that created the step, and of the one that answered the fetch. A step
    that counts as young may therefore be older by `clock_skew`. That is safe, because no worker releases a waiting
    step before it is `free_after` old (P10). Once a step proves that the clocks differ by more, none counts any more.
    """

    def __init__(self, telemetry: Telemetry, deadlines: Deadlines) -> None:
        self._telemetry = telemetry
        self._young = deadlines.young
        self._clock_skew = deadlines.clock_skew
        self._refuted = False

    def believed(self, task: FetchedTask, lock_seconds: float) -> bool:
        """Whether no create can have been sent for this task.

        `lock_seconds`: how long the lock counts; the engine was asked for `clock_skew` more.
        """
        if task.retries is not None or task.create_time is None or task.lock_expiration is None:
            return False
        age = task.lock_expiration.timestamp() - lock_seconds - self._clock_skew - task.create_time.timestamp()
        if age < -self._clock_skew and not self._refuted:
            self._refuted = True
            self._telemetry.emit("engine.clocks_apart", seconds=round(-age, 1), allowed=self._clock_skew)
        return not self._refuted and age < self._young
