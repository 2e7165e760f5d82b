"""Notices that the process did not run for long, and goes on."""

from __future__ import annotations

from worker.runtime import clock
from worker.runtime.telemetry import Telemetry

STOPPED_SECONDS = 30.0
"""A busy machine may hold a thread up for a few seconds."""


class StopWatch:
    """Made and asked by a thread that does nothing else: only such a thread is late because the process is."""

    def __init__(self, telemetry: Telemetry) -> None:
        self._telemetry = telemetry
        self._at = clock.boottime()

    def look(self) -> None:
        """Tell how long the process did not run, if that was long. Call it about once a second."""
        before, self._at = self._at, clock.boottime()
        if (gap := self._at - before) >= STOPPED_SECONDS:
            self._telemetry.emit("worker.was_stopped", seconds=round(gap))
