"""Logs the external tasks in a fetch answer that could not be read."""

from __future__ import annotations

from worker.engine.client import Fetched
from worker.model import FetchedTask
from worker.runtime.telemetry import Telemetry
from worker.words.phrase import Phrase


class OddTasks:
    def __init__(self, telemetry: Telemetry) -> None:
        self._telemetry = telemetry

    def tell(self, fetched: Fetched) -> list[tuple[FetchedTask, Phrase]]:
        """Log each odd task; returns those whose id and topic could be read, each with what is odd.

        Nothing is done about the others: their locks expire.
        """
        for odd in fetched.odd:
            self._telemetry.emit("task.odd", task=odd.task.id if odd.task else None, what=odd.what)
        return [(odd.task, odd.what) for odd in fetched.odd if odd.task]
