"""External tasks that were handed out in a way that cannot be read: told, and never asked for in a tight loop."""

from __future__ import annotations

from collections.abc import Callable

from worker.backoff import backoff
from worker.engine import Fetched
from worker.model import FetchedTask
from worker.telemetry import Telemetry

FIRST_SECONDS = 1.0
LONGEST_SECONDS = 30.0


class OddTasks:
    """What is odd in the answers to fetches; `stopping(seconds)` waits and tells. For one thread."""

    def __init__(self, telemetry: Telemetry, stopping: Callable[[float], bool]) -> None:
        self._telemetry = telemetry
        self._stopping = stopping
        self._in_a_row = 0

    def tell(self, fetched: Fetched) -> list[tuple[FetchedTask, str]]:
        """Those that can at least be named, each with what is odd; the others are left to their locks."""
        for odd in fetched.odd:
            self._telemetry.emit("task.odd", task=odd.task.id if odd.task else None, what=odd.what)
        return [(odd.task, odd.what) for odd in fetched.odd if odd.task]

    def pause(self, fetched: Fetched) -> None:
        """Wait after an answer with nothing else in it: who hands these out at once would be asked again at once."""
        self._in_a_row = 0 if fetched.tasks or not fetched.odd else self._in_a_row + 1
        if self._in_a_row:
            self._stopping(backoff(FIRST_SECONDS, self._in_a_row - 1, LONGEST_SECONDS))
