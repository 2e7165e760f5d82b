"""External tasks that were handed out in a way that cannot be read: each is told."""

from __future__ import annotations

from worker.engine.client import Fetched
from worker.model import FetchedTask
from worker.runtime.telemetry import Telemetry


class OddTasks:
    """What is odd in the answers to fetches."""

    def __init__(self, telemetry: Telemetry) -> None:
        self._telemetry = telemetry

    def tell(self, fetched: Fetched) -> list[tuple[FetchedTask, str]]:
        """Those that can at least be named, each with what is odd; the others are left to their locks."""
        for odd in fetched.odd:
            self._telemetry.emit("task.odd", task=odd.task.id if odd.task else None, what=odd.what)
        return [(odd.task, odd.what) for odd in fetched.odd if odd.task]
