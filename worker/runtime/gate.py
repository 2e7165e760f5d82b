"""A gate for each side. While it is closed, nothing is fetched and nothing new is begun.

An outage, wrong credentials or a limit is not an error of a task, so it costs no retries.
"""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import NamedTuple, Protocol

from bitrix.causes import Cause, Side
from bitrix.retry_after import LONGEST_NAMED_SECONDS
from worker.runtime import clock
from worker.runtime.past_pauses import Lately, PastPauses
from worker.runtime.pause import Pause, pause_for
from worker.runtime.probe_waits import wait_before_probe
from worker.runtime.telemetry import Telemetry
from worker.words.causes import name_of
from worker.words.codes import SideName
from worker.words.health import NOT_PROBED
from worker.words.pauses import besides, ended_for, next_check, spans
from worker.words.phrase import NOTHING, Phrase

CONFIRM_SECONDS = 30.0
DOUBT_SECONDS = 5.0
TRIAL_SECONDS = 60.0
"""How long a side must work after its probe, if the refused call is not made again, for its pause to have ended."""
TELL_AGAIN_SECONDS = 60.0
"""How often a pause that goes on is logged."""
UNANSWERED = frozenset((Cause.NO_ANSWER, Cause.CONNECT_TIMEOUT))
"""Causes that show only after a time-out: the side has not worked since it answered last."""


class Pausing(Protocol):
    """A side, or a part of the work."""

    @property
    def pause(self) -> Pause | None: ...


class Gate:
    """Whether one side works. `close` closes it, and a `Probe` opens it again. Thread-safe.

    A probe calls what is neutral. So if a certain call was refused, the gate opens on trial: work goes on, but the
    pause ends only when that call has succeeded. If it is refused again, it is still the same pause, and the waits
    grow on. Otherwise such a side would look healthy every other second.
    """

    def __init__(self, side: Side, telemetry: Telemetry) -> None:
        self.side = side
        self._telemetry = telemetry
        self._guard = threading.Lock()
        self._tries = 0
        self._not_before = 0.0
        self._is_named = False
        self._began = clock.boottime()
        self._well_at: float | None = None
        self._pause: Pause | None = None
        self._past = PastPauses()
        self._awaited: str | None = None
        self._trial_since: float | None = None
        self._failed = 0
        self.is_doubted = False
        """Whether a call has failed in a way that proves nothing, and none has succeeded since."""
        self._told: set[str | None] = set()
        """The causes that the log has told of this pause."""
        self._told_at: float | None = None
        """When the pause was told last; None: it was not yet."""
        self.is_probed = True
        """False while it is closed for the first probe."""
        self.reason: str | None = None
        """Why the gate is closed, and how to fix it; None while it is open."""
        self.beside: list[Pausing] = []
        """What else may keep tasks from being fetched."""

    @property
    def is_open(self) -> bool:
        return self.reason is None

    @property
    def pause(self) -> Pause | None:
        """Why the side is paused, since when, and when it is checked next.

        None while it works, or is closed only for the first probe.
        """
        pause = self._pause
        if pause is None or (self.reason is None and self._trial_since is None) or not self.is_probed:
            return None
        trial = self._trial_since
        next_try = self._not_before if trial is None else trial + TRIAL_SECONDS
        return replace(pause, next_try=next_try, tries=self._failed, on_trial=trial is not None)

    @property
    def why(self) -> Phrase:
        """What is wrong, and how to fix it; empty if the side works."""
        pause = self.pause
        return pause.reason if pause else NOTHING if self.is_probed else NOT_PROBED

    @property
    def passes(self) -> bool:
        """Whether the side may recover without a person."""
        pause = self.pause
        return pause is None or pause.passes

    @property
    def works(self) -> bool:
        """Whether the gate is open, and not only on trial."""
        return self.is_open and self.pause is None

    @property
    def pauses(self) -> int:
        """How often the side was paused since the start, the current pause included."""
        return self._past.begun

    @property
    def lately(self) -> Lately | None:
        """How often the side was paused in the last hour; None while it is, or if fewer than two pauses have ended."""
        return self._past.lately() if self.works else None

    def close(self, why: object, *, retry_after: float | None = None, awaits: str | None = None) -> None:
        """Close the gate until the next probe: in `retry_after` seconds, or after a growing back-off if None.

        `retry_after` is capped at five minutes. `why`: the error of the failed call, or a text. `awaits`: the call that
        must succeed before the pause ends; None: the probe decides. If the gate is already closed, only `reason`,
        `passes` and what is awaited change.
        """
        with self._guard:
            first, again = self.reason is None, self._trial_since is not None
            if first:
                self._wait(why, retry_after)
            self._note(why)
            self._awaited = awaits or self._awaited
            self._trial_since = None
            self._failed += again
        if first:
            self.remind()

    def _note(self, why: object) -> None:
        """Record why the gate is closed. A pause that goes on keeps its beginning."""
        before = self.pause
        if before is None:
            self._failed, self._awaited, self._told_at, self._told = 0, None, None, set()
            self._past.begun += 1
        self._pause = pause_for(self.side, why, since=before.since if before else self._worked_until(why))
        self.is_probed = True
        self.reason = self._telemetry.words(self._pause.reason)

    def _worked_until(self, why: object) -> float:
        return (self._well_at or self._began) if name_of(why) in UNANSWERED else clock.boottime()

    def _tell(self, pause: Pause) -> None:
        """Log that the pause begins."""
        self._note_told(pause.cause)
        side, seconds = SideName(self.side), round(self.seconds_to_probe(), 1)
        self._telemetry.emit("fetch.paused", side=side, reason=pause.reason, outlook=pause.outlook, seconds=seconds)

    def _note_told(self, cause: str | None) -> None:
        self._told_at = clock.boottime()
        self._told.add(cause)

    def _others(self) -> list[Pause]:
        """The other pauses for which no tasks are fetched, the most urgent first."""
        found = [pause for one in self.beside if (pause := one.pause) and pause.stops_all]
        return sorted(found, key=lambda pause: pause.urgency)

    def close_for_first_probe(self) -> None:
        """Close the gate until the first probe. Neither this nor a successful first probe is logged."""
        self.is_probed = False
        self.reason = self._telemetry.words(NOT_PROBED)

    def _wait(self, why: object, retry_after: float | None = None) -> None:
        grown = wait_before_probe(self.side, why, self._tries)
        self._tries += 1
        self._is_named = retry_after is not None
        wait = grown if retry_after is None else min(retry_after, LONGEST_NAMED_SECONDS)
        self._not_before = clock.boottime() + wait

    def seconds_to_probe(self) -> float:
        """Seconds until the next probe."""
        return max(self._not_before - clock.boottime(), 0.0)

    def is_due(self) -> bool:
        """Whether an open gate must be probed because no call has succeeded lately, sooner if the side is in doubt.

        Otherwise an idle side would look healthy for ever.
        """
        most = DOUBT_SECONDS if self.is_doubted else CONFIRM_SECONDS
        return self.is_open and clock.boottime() - (self._well_at or self._began) >= most

    def doubt(self) -> None:
        """Record a failure that may be the side's or one call's own: unless a call succeeds soon, the probe decides."""
        self.is_doubted = True

    def since_well(self) -> float | None:
        """Seconds since the last successful call; None: there was none yet."""
        return None if self._well_at is None else clock.boottime() - self._well_at

    def was_well_since(self, moment: float) -> bool:
        """Whether a call has succeeded at this boot time or later."""
        return self._well_at is not None and self._well_at >= moment

    def well(self, call: str | None = None) -> None:
        """Record a successful call: the back-off starts from its shortest wait again.

        A closed gate becomes due for a probe at once, unless the side has named a time. Both are untrue while another
        call is awaited that only a person can make succeed.
        """
        self._well_at, self.is_doubted = clock.boottime(), False
        if self._awaited == call:
            self._awaited = None
        if self._awaited is not None and not self.passes:
            return
        self._tries = 0
        if not self._is_named:
            self._not_before = 0.0
        self.end_trial()

    def end_trial(self) -> None:
        """End the pause of a gate on trial if nothing is awaited any more, or was not called for long."""
        with self._guard:  # the refused call may close the gate meanwhile, which must stay closed then
            since = self._trial_since
            if since is None or (self._awaited is not None and clock.boottime() - since < TRIAL_SECONDS):
                return
            ended = self._cleared()
        self._tell_end(ended)

    def still_closed(self, why: Exception, tries: int) -> None:
        """Record a failed probe. `tries`: the failures in a row before it.

        A part of the probe may have succeeded and reset the count, so the caller passes the old one.
        """
        with self._guard:
            self._note(why)
            self._failed += 1
            self._tries = tries
            self._wait(why)
        said = self._pause.reason if self._pause else None
        self._telemetry.emit("fetch.probed", side=SideName(self.side), count=self._failed, reason=said)
        self.remind()

    def remind(self) -> None:
        """Log a pause that nobody has told yet, or one that goes on, with its length and checks in vain.

        Once a minute however seldom it is checked, and when it has a cause that was not told yet. While a more urgent
        side is paused too, the line of that one names this one.
        """
        pause = self.pause
        if pause is None:
            return
        if self._told_at is None:
            self._tell(pause)
            return
        others = self._others()
        told = clock.boottime() - self._told_at < TELL_AGAIN_SECONDS or any(
            one.urgency < pause.urgency for one in others
        )
        if told and pause.cause in self._told:
            return
        self._note_told(pause.cause)
        self._telemetry.emit(
            "fetch.still_paused",
            side=SideName(self.side),
            reason=pause.reason,
            outlook=pause.outlook,
            count=pause.tries,
            lasted=spans(pause.lasted),
            next=next_check(pause.seconds_to_check, on_trial=pause.on_trial),
            seconds=round(pause.seconds_to_check, 1),
            besides=besides([(one.side, one.said) for one in others]),
        )

    def open(self) -> None:
        """Open the gate after a successful probe; on trial if a certain call is awaited."""
        with self._guard:
            self._well_at, self.is_doubted = clock.boottime(), False
            if self._awaited is not None and self.pause is not None:
                self._trial_since = self._well_at
                self.reason = None
                return
            ended = self._cleared()
        self._tell_end(ended)

    def _cleared(self) -> Pause | None:
        """Open the gate; returns the pause that has ended."""
        if ended := self.pause:
            self._past.note(ended)
        self.reason = self._pause = self._awaited = self._trial_since = None
        self.is_probed = True
        return ended

    def _tell_end(self, ended: Pause | None) -> None:
        """Log that a pause has ended, if anybody was told that it began."""
        if ended and self._told_at is not None:
            side, seconds = SideName(self.side), round(ended.lasted, 1)
            what = ended_for([one.side for one in self._others()])
            self._telemetry.emit("fetch.resumed", what=what, side=side, lasted=spans(ended.lasted), seconds=seconds)

    @property
    def tries(self) -> int:
        """Failures in a row, since the last successful call."""
        return self._tries


class Gates(NamedTuple):
    """The gates of a run."""

    engine: Gate
    portal: Gate
    ledger: Gate

    def know(self, *parts: Pausing) -> None:
        """Tell each of the others, and of the parts of the work that may keep tasks from being fetched."""
        for gate in self:
            gate.beside = [*(other for other in self if other is not gate), *parts]
