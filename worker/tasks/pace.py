"""How soon the engine is asked for tasks again: mostly at once, ever later where that is no use."""

from __future__ import annotations

from collections.abc import Callable

from worker.engine.client import Fetched
from worker.engine.errors import EngineError
from worker.runtime.backoff import backoff
from worker.runtime.telemetry import Telemetry

FIRST_SECONDS = 0.5
LONGEST_SECONDS = 30.0
HELD_SHARE = 0.5
"""Of the long poll: an answer without tasks that comes sooner was not held."""
FREE_TRIES = 2
"""Some empty answers come early: of tasks that another worker took first, of an engine that shuts down."""


class Pace:
    """Tells and waits; `stopping(seconds)` waits. For one thread.

    `poll_seconds`: how long the engine is asked to hold an answer while it has no tasks.
    """

    def __init__(self, telemetry: Telemetry, stopping: Callable[[float], bool], poll_seconds: float) -> None:
        self._telemetry = telemetry
        self._stopping = stopping
        self._poll_seconds = poll_seconds
        self._refused = 0
        self._in_vain = 0

    def refused(self, error: EngineError, asked: int, *, soon: bool = False) -> None:
        """The engine is there, and hands nothing out. `soon`: something was changed about it."""
        seconds = round(backoff(FIRST_SECONDS, 0 if soon else self._refused, LONGEST_SECONDS), 1)
        self._refused += 1
        self._telemetry.emit("fetch.refused", asked=asked, reason=self._telemetry.words(error), seconds=seconds)
        self._stopping(seconds)

    def answered(self, fetched: Fetched, seconds: float) -> None:
        """An answer that took so long. One without work that nobody held would be asked for in a tight loop."""
        self._refused = 0
        early = seconds < HELD_SHARE * self._poll_seconds
        self._in_vain = self._in_vain + 1 if not fetched.tasks and (fetched.odd or early) else 0
        tries = self._in_vain - (0 if fetched.odd else FREE_TRIES)
        if tries < 1:
            return
        if tries == 1 and not fetched.odd:
            self._telemetry.emit("fetch.not_held", seconds=self._poll_seconds)
        self._stopping(backoff(FIRST_SECONDS, tries - 1, LONGEST_SECONDS if fetched.odd else self._poll_seconds))
