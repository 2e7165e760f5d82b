"""A gate for each side: while the engine or the portal is not well, fetching pauses and nothing is begun.

An outage, wrong credentials or a limit is no task's fault: no retries are spent on it.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import NamedTuple

from bitrix.causes import Side
from bitrix.retry_after import LONGEST_NAMED_SECONDS
from worker.runtime import clock
from worker.runtime.backoff import backoff
from worker.runtime.telemetry import Telemetry
from worker.words import causes

FIRST_SECONDS = 0.5
LONGEST_SECONDS = 30.0
CONFIRM_SECONDS = 30.0
NOT_PROBED = "not probed yet"


class Gate:
    """Whether one side is well. Closed by `close`; a `Probe` opens it again. Thread-safe."""

    def __init__(self, side: Side, telemetry: Telemetry) -> None:
        self.side = side
        self._telemetry = telemetry
        self._guard = threading.Lock()
        self._tries = 0
        self._not_before = 0.0
        self._is_named = False
        self._well_at = clock.boottime()
        self.reason: str | None = None
        """Why it is closed, and what to do; None while it is open."""
        self.passes = True
        """Whether that may end without a person."""

    @property
    def is_open(self) -> bool:
        return self.reason is None

    def close(self, why: object, *, retry_after: float | None = None) -> None:
        """Pause: `retry_after` seconds (five minutes at most) where the side has named a time, else a growing wait.

        `why`: the error that a call has ended with; or words.
        """
        reason = self._telemetry.advice(why)
        with self._guard:
            already = self.reason
            self.reason = reason
            self.passes = causes.passes(why)
            if already is None:
                self._wait(retry_after)
        if already is None:
            seconds = round(self._not_before - clock.boottime(), 1)
            self._telemetry.emit("fetch.paused", side=self.side, reason=reason, seconds=seconds)

    def close_for_first_probe(self) -> None:
        """Closed without a word until the first probe; no word either when that one succeeds."""
        self.reason = NOT_PROBED

    def _wait(self, retry_after: float | None = None) -> None:
        grown = backoff(FIRST_SECONDS, self._tries, LONGEST_SECONDS)
        self._tries += 1
        self._is_named = retry_after is not None
        wait = grown if retry_after is None else min(retry_after, LONGEST_NAMED_SECONDS)
        self._not_before = clock.boottime() + wait

    def seconds_to_probe(self) -> float:
        """How long to wait before the next probe."""
        return max(self._not_before - clock.boottime(), 0.0)

    def is_due(self) -> bool:
        """Whether nothing good was heard of its side lately: what is idle must not look well for ever."""
        return self.is_open and clock.boottime() - self._well_at >= CONFIRM_SECONDS

    def well(self) -> None:
        """A call has gone well: the next trouble starts with a short wait again.

        A closed gate is probed at once, unless the side itself has named a time.
        """
        self._tries = 0
        self._well_at = clock.boottime()
        if not self._is_named:
            self._not_before = 0.0

    def still_closed(self, why: Exception, tries: int) -> None:
        """A probe has failed, begun after so many `tries`; a part of it may have gone well."""
        with self._guard:
            self.reason, self.passes = self._telemetry.advice(why), causes.passes(why)
            self._tries = tries
            self._wait()
        self._telemetry.emit(
            "fetch.paused", side=self.side, reason=self.reason, seconds=round(self.seconds_to_probe(), 1)
        )

    def open(self) -> None:
        """A probe has gone well."""
        with self._guard:
            first = self.reason == NOT_PROBED
            self.reason = None
            self._well_at = clock.boottime()
        if not first:
            self._telemetry.emit("fetch.resumed", side=self.side)

    @property
    def tries(self) -> int:
        """Failures in a row."""
        return self._tries


class Probe:
    """Opens the gate of one side when a look at the side goes well.

    `look` raises one of `failures` while the side is not well.
    """

    def __init__(self, gate: Gate, look: Callable[[], object], failures: type[Exception]) -> None:
        self.gate = gate
        self._look = look
        self._failures = failures

    def try_to_open(self) -> bool:
        """Look when it is time; True when the gate is open."""
        gate = self.gate
        if gate.is_open:
            return True
        if gate.seconds_to_probe() > 0:
            return False
        tries = gate.tries
        try:
            self._look()
        except self._failures as error:
            gate.still_closed(error, tries)
            return False
        gate.open()
        return True

    def confirm(self) -> None:
        """Look at a side whose gate is open, and of which nothing was heard lately."""
        if not self.gate.is_due():
            return
        try:
            self._look()
        except self._failures as error:
            self.gate.close(error)
        else:
            self.gate.well()


class Gates(NamedTuple):
    """The gates of all sides of a run."""

    engine: Gate
    portal: Gate
    ledger: Gate


class Probes(NamedTuple):
    """The probes of all sides of a run."""

    engine: Probe
    portal: Probe
    ledger: Probe
