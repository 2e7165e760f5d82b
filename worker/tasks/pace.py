"""Decides how soon to fetch again: almost at once after tasks, at growing intervals while fetches bring nothing."""

from __future__ import annotations

from collections.abc import Callable

from bitrix.retrying import backoff
from worker.engine.client import Fetched
from worker.engine.errors import EngineError
from worker.runtime.standstill import Standstill
from worker.runtime.telemetry import Telemetry
from worker.words.causes import with_cure
from worker.words.codes import PartName

HEAD_START_SECONDS = 0.004
"""How long tasks just fetched go first: to ask for more at once would delay their creates."""
FIRST_SECONDS = 0.5
LONGEST_SECONDS = 30.0
HELD_SHARE = 0.5
"""Share of the long poll: if an empty answer comes sooner, the engine did not hold the request."""
FREE_TRIES = 2
"""Early empty answers in a row without a wait. Another worker may have fetched first, or the engine shuts down."""


class Pace:
    """Waits between fetches, and logs why. For one thread.

    `stopping(seconds)` waits, and returns early if the run stops. `poll_seconds`: how long the engine is asked to hold
    the request while it has no tasks.
    """

    def __init__(self, telemetry: Telemetry, stopping: Callable[[float], bool], poll_seconds: float) -> None:
        self._telemetry = telemetry
        self._stopping = stopping
        self._poll_seconds = poll_seconds
        self._refused = 0
        self._in_vain = 0
        self._told_early = False
        self.paused = Standstill("engine", PartName.FETCH, telemetry)
        """Whether the engine refuses to hand out tasks, and why."""

    def refused(self, error: EngineError, asked: int, *, soon: bool = False, longest: float = LONGEST_SECONDS) -> None:
        """The engine has refused a fetch: wait, at most `longest` seconds. `soon`: wait briefly."""
        seconds = round(backoff(FIRST_SECONDS, 0 if soon else self._refused, min(longest, LONGEST_SECONDS)), 1)
        self._refused += 1
        reason = with_cure(error)
        if self.paused.begin(error, seconds=seconds):
            self._telemetry.emit("fetch.refused", asked=asked, reason=reason, seconds=seconds)
        else:
            self._telemetry.emit("fetch.refused_again", asked=asked, reason=reason, seconds=seconds)
        self._stopping(seconds)

    def answered(self, fetched: Fetched, seconds: float) -> None:
        """The engine has answered after `seconds`. Wait if the answer brought no work and came early, or had odd tasks.

        Otherwise the worker would fetch in a tight loop. After tasks, wait as long as their head start.
        """
        self._refused = 0
        self.paused.resume()
        early = seconds < HELD_SHARE * self._poll_seconds
        self._in_vain = self._in_vain + 1 if not fetched.tasks and (fetched.odd or early) else 0
        if self._told_early and not early:
            self._told_early = False
            self._telemetry.emit("fetch.held")
        tries = self._in_vain - (0 if fetched.odd else FREE_TRIES)
        if tries < 1:
            if fetched.tasks:
                self._stopping(HEAD_START_SECONDS)
            return
        if tries == 1 and not fetched.odd:
            self._told_early = True
            self._telemetry.emit("fetch.not_held", seconds=self._poll_seconds)
        self._stopping(backoff(FIRST_SECONDS, tries - 1, LONGEST_SECONDS if fetched.odd else self._poll_seconds))
