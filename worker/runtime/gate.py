"""A gate for each side. While it is closed, nothing is fetched and nothing new is begun.

An outage, wrong credentials or a limit is not an error of a task, so it costs no retries.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import NamedTuple

from bitrix.causes import Side
from bitrix.retry_after import LONGEST_NAMED_SECONDS
from bitrix.retrying import backoff
from worker.runtime import clock
from worker.runtime.telemetry import Telemetry
from worker.words import causes
from worker.words.codes import SideName

FIRST_SECONDS = 0.5
LONGEST_SECONDS = 30.0
CONFIRM_SECONDS = 30.0
NOT_PROBED = "not probed yet"


class Gate:
    """Whether one side works. `close` closes it, and a `Probe` opens it again. Thread-safe."""

    def __init__(self, side: Side, telemetry: Telemetry) -> None:
        self.side = side
        self._telemetry = telemetry
        self._guard = threading.Lock()
        self._tries = 0
        self._not_before = 0.0
        self._is_named = False
        self._well_at = clock.boottime()
        self.reason: str | None = None
        """Why the gate is closed, and how to fix it; None while it is open."""
        self.passes = True
        """Whether the side may recover without a person."""

    @property
    def is_open(self) -> bool:
        return self.reason is None

    def close(self, why: object, *, retry_after: float | None = None) -> None:
        """Close the gate until the next probe: in `retry_after` seconds, or after a growing back-off if None.

        `retry_after` is capped at five minutes. `why`: the error of the failed call, or a text. If the gate is already
        closed, only `reason` and `passes` change.
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
            self._telemetry.emit("fetch.paused", side=SideName(self.side), reason=reason, seconds=seconds)

    def close_for_first_probe(self) -> None:
        """Close the gate until the first probe. Neither this nor a successful first probe is logged."""
        self.reason = NOT_PROBED

    def _wait(self, retry_after: float | None = None) -> None:
        grown = backoff(FIRST_SECONDS, self._tries, LONGEST_SECONDS)
        self._tries += 1
        self._is_named = retry_after is not None
        wait = grown if retry_after is None else min(retry_after, LONGEST_NAMED_SECONDS)
        self._not_before = clock.boottime() + wait

    def seconds_to_probe(self) -> float:
        """Seconds until the next probe."""
        return max(self._not_before - clock.boottime(), 0.0)

    def is_due(self) -> bool:
        """Whether an open gate must be probed because no call has succeeded lately.

        Otherwise an idle side would look healthy for ever.
        """
        return self.is_open and clock.boottime() - self._well_at >= CONFIRM_SECONDS

    def since_well(self) -> float:
        """Seconds since the last successful call, or since the start."""
        return clock.boottime() - self._well_at

    def well(self) -> None:
        """Record a successful call: the back-off starts from its shortest wait again.

        A closed gate becomes due for a probe at once, unless the side has named a time.
        """
        self._tries = 0
        self._well_at = clock.boottime()
        if not self._is_named:
            self._not_before = 0.0

    def still_closed(self, why: Exception, tries: int) -> None:
        """Record a failed probe. `tries`: the failures in a row before it.

        A part of the probe may have succeeded and reset the count, so the caller passes the old one.
        """
        with self._guard:
            self.reason, self.passes = self._telemetry.advice(why), causes.passes(why)
            self._tries = tries
            self._wait()
        self._telemetry.emit(
            "fetch.paused", side=SideName(self.side), reason=self.reason, seconds=round(self.seconds_to_probe(), 1)
        )

    def open(self) -> None:
        """Open the gate after a successful probe."""
        with self._guard:
            first = self.reason == NOT_PROBED
            self.reason = None
            self._well_at = clock.boottime()
        if not first:
            self._telemetry.emit("fetch.resumed", side=SideName(self.side))

    @property
    def tries(self) -> int:
        """Failures in a row, since the last successful call."""
        return self._tries


class Probe:
    """Opens the gate of one side when a probe succeeds.

    `look` makes the probe's call. It raises one of `failures` if the side does not work.
    """

    def __init__(self, gate: Gate, look: Callable[[], object], failures: type[Exception]) -> None:
        self.gate = gate
        self._look = look
        self._failures = failures

    def try_to_open(self) -> bool:
        """Probe a closed gate if a probe is due; True if the gate is open."""
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
        """Probe an open gate with no recent success, and close it if the probe fails."""
        if not self.gate.is_due():
            return
        try:
            self._look()
        except self._failures as error:
            self.gate.close(error)
        else:
            self.gate.well()


class Gates(NamedTuple):
    """The gates of a run."""

    engine: Gate
    portal: Gate
    ledger: Gate


class Probes(NamedTuple):
    """The probes of a run."""

    engine: Probe
    portal: Probe
    ledger: Probe
