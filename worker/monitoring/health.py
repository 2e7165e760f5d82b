"""Whether the process is alive and ready to work, with reasons: what `/healthz` and `/readyz` answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from worker.runtime import clock
from worker.runtime.gate import Gate
from worker.runtime.past_pauses import Lately
from worker.runtime.pause import Pause
from worker.runtime.standstill import Standstill
from worker.runtime.threads import Threads
from worker.words.health import ENDED, NO_POLL_YET, POLLED, SILENT, STOPPING, because
from worker.words.phrase import NOTHING, Phrase, joined

POLL_AGE_SECONDS = 60.0
"""Longer than any long poll. If polls were due for longer and none was good, nothing is being fetched."""


@dataclass(frozen=True, slots=True)
class HealthCheck:
    """One check. `reason` says what is wrong, or paused, and is empty if nothing is.

    `passes`: whether the fault may end without a person; if False, nothing resumes until somebody has fixed the reason.
    `pause`: the facts of the pause, for the check of a side that is down, or of a part of the work that is paused. If
    such a check is good, nothing else stands still, and the worker is ready. `not_yet`: nothing is known yet.
    `lately`: how often a side that works now was paused in the last hour; None: not more than once.
    """

    name: str
    good: bool
    reason: Phrase = NOTHING
    passes: bool = True
    pause: Pause | None = None
    not_yet: bool = False
    lately: Lately | None = None


class Fetching(Protocol):
    """The fetcher, as far as health needs it. Boot times.

    `polled_at`: of the last good poll, None before the first. `held_at`: when it last had no reason to poll, because a
    side was down or no slot was free; None: never.
    """

    polled_at: float | None
    held_at: float | None

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
        found = {} if self._threads.is_stopping else {ENDED: self._threads.ended(), SILENT: silent}
        reason = joined("; ", [how.format(names=", ".join(names)) for how, names in found.items() if names])
        return [HealthCheck("threads", not reason, reason)]

    def ready(self) -> list[HealthCheck]:
        """Whether tasks are being fetched and created right now."""
        sides = [
            HealthCheck(gate.side, gate.works, gate.why, gate.passes, gate.pause, not gate.is_probed, gate.lately)
            for gate in self._gates
        ]
        stopping = self._threads.is_stopping
        parts = [
            HealthCheck(part.part, good=True, reason=pause.reason, passes=pause.passes, pause=pause)
            for part in self._parts
            if (pause := part.pause) and not pause.stops_all
        ]
        return [*sides, self._poll(), *parts, HealthCheck("running", not stopping, STOPPING if stopping else NOTHING)]

    def _poll(self) -> HealthCheck:
        polled_at = self._fetching.polled_at
        pause = self._fetching.refusal
        refusal = pause.reason if pause else NOTHING
        if polled_at is None:
            return HealthCheck("poll", good=False, reason=because(NO_POLL_YET, refusal), pause=pause, not_yet=True)
        now = clock.boottime()
        held_at = self._fetching.held_at
        due = now - (polled_at if held_at is None else max(polled_at, held_at))
        good = pause is None and (due < POLL_AGE_SECONDS or not self._fetching.has_free_slots())
        reason = NOTHING if good else because(POLLED.format(age=f"{now - polled_at:.0f}"), refusal)
        return HealthCheck("poll", good, reason, passes=pause is None or pause.passes, pause=pause)
