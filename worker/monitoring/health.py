"""Whether the process is alive and ready to work, with reasons: what `/healthz` and `/readyz` answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from worker.runtime import clock
from worker.runtime.gate import Gate
from worker.runtime.pause import Pause
from worker.runtime.standstill import Standstill
from worker.runtime.threads import Threads

POLL_AGE_SECONDS = 60.0
"""Longer than any long poll. If the last good poll is older, nothing is being fetched."""
NO_POLL_YET = "no poll has been answered yet"


@dataclass(frozen=True, slots=True)
class HealthCheck:
    """One check. `reason` says what is wrong, or paused, and is empty if nothing is.

    `passes`: whether the fault may end without a person; if False, nothing resumes until somebody has fixed the reason.
    `pause`: the facts of the pause, for the check of a side that is down, or of a part of the work that is paused. If
    such a check is good, nothing else stands still, and the worker is ready.
    """

    name: str
    good: bool
    reason: str = ""
    passes: bool = True
    pause: Pause | None = None


class Fetching(Protocol):
    """The fetcher, as far as health needs it. `polled_at`: boot time of the last good poll, None before the first."""

    polled_at: float | None

    @property
    def refusal(self) -> Pause | None:
        """Why the engine hands out no tasks; None while it does."""

    def has_free_slots(self) -> bool:
        """Whether a poll is due: without free slots nothing is fetched."""


class Health:
    """Only reads; thread-safe."""

    def __init__(
        self, threads: Threads, gates: Sequence[Gate], fetching: Fetching, parts: Sequence[Standstill] = ()
    ) -> None:
        self._threads = threads
        self._gates = gates
        self._fetching = fetching
        self._parts = parts

    def alive(self) -> list[HealthCheck]:
        """Whether every thread is running and makes progress; if not, only a restart helps."""
        silent = [str(one) for one in self._threads.beats.silent()]
        found = {} if self._threads.is_stopping else {"ended": self._threads.ended(), "silent": silent}
        reason = "; ".join(f"{how}: {', '.join(names)}" for how, names in found.items() if names)
        return [HealthCheck("threads", not reason, reason)]

    def ready(self) -> list[HealthCheck]:
        """Whether tasks are being fetched and created right now."""
        sides = [
            HealthCheck(gate.side, gate.works, gate.why, passes=gate.passes, pause=gate.pause) for gate in self._gates
        ]
        stopping = self._threads.is_stopping
        parts = [
            HealthCheck(part.part, good=True, reason=pause.reason.en, passes=pause.passes, pause=pause)
            for part in self._parts
            if (pause := part.pause) and not pause.stops_all
        ]
        return [*sides, self._poll(), *parts, HealthCheck("running", not stopping, "stopping" if stopping else "")]

    def _poll(self) -> HealthCheck:
        polled_at = self._fetching.polled_at
        pause = self._fetching.refusal
        refusal = f": {pause.reason.en}" if pause else ""
        if polled_at is None:
            return HealthCheck("poll", good=False, reason=f"{NO_POLL_YET}{refusal}", pause=pause)
        age = clock.boottime() - polled_at
        good = pause is None and (age < POLL_AGE_SECONDS or not self._fetching.has_free_slots())
        reason = "" if good else f"the last good poll was {age:.0f} s ago{refusal}"
        return HealthCheck("poll", good, reason, passes=pause is None or pause.passes, pause=pause)
