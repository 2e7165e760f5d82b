"""A pause of one part of the work while its side works: the same facts, and the same lines of the log, as of a side."""

from __future__ import annotations

import threading
from dataclasses import replace

from bitrix.causes import Side
from worker.runtime import clock
from worker.runtime.gate import TELL_AGAIN_SECONDS, Gate
from worker.runtime.pause import Pause, pause_for
from worker.runtime.telemetry import Telemetry
from worker.words.codes import PartName, SideName
from worker.words.pauses import next_check, spans


class Standstill:
    """Whether one part of the work is paused, and why. Thread-safe.

    Its beginning is logged by whoever calls `begin`, so that each part has an event of its own. `reminds` False: once,
    as nothing waits for its end. `gate`: while that side is down, the part is not told besides.
    """

    def __init__(
        self, side: Side, part: PartName, telemetry: Telemetry, *, reminds: bool = True, gate: Gate | None = None
    ) -> None:
        self.part = part
        self._side: Side = side
        self._telemetry = telemetry
        self._guard = threading.Lock()
        self._pause: Pause | None = None
        self._told_at = 0.0
        self._reminds = reminds
        self._gate = gate

    @property
    def pause(self) -> Pause | None:
        """Why it is paused, since when, and when it is tried again; None while it goes on."""
        return self._pause if self._gate is None or self._gate.works else None

    def begin(self, why: object, *, seconds: float, since: float | None = None, count: int = 0) -> bool:
        """Record a try in vain; the next one is in `seconds`. `why`: an error or a `Trouble`. `count`: as in `Pause`.

        `since`: the boot time at which it began, if an earlier run knew it.

        True if that is to be logged: the pause begins, or its cause is another. A pause that goes on keeps its
        beginning.
        """
        now = clock.boottime()
        with self._guard:
            before = self._pause
            since = before.since if before else since if since is not None else now
            begun = pause_for(self._side, why, since=since, part=self.part)
            tries = before.tries + 1 if before else 1
            self._pause = pause = replace(begun, next_try=now + seconds, tries=tries, count=count)
            new = before is None or before.cause != pause.cause
            self._told_at = now if new else self._told_at
        if not new:
            self._telemetry.emit("part.tried", part=self.part, count=pause.tries, reason=pause.reason)
        return new

    def remind(self) -> None:
        """Log a pause that goes on, once a minute: it may be tried more often, or less."""
        now = clock.boottime()
        with self._guard:
            pause = self._pause
            if pause is None or not self._reminds or now - self._told_at < TELL_AGAIN_SECONDS:
                return
            self._told_at = now
        self._telemetry.emit(
            "part.still_paused",
            part=self.part,
            side=SideName(self._side),
            reason=pause.reason,
            outlook=pause.outlook,
            count=pause.tries,
            lasted=spans(pause.lasted),
            next=next_check(pause.seconds_to_check),
            seconds=round(pause.seconds_to_check, 1),
        )

    def end(self) -> Pause | None:
        """Record that it goes on. Returns the pause that has ended; None: there was none, or another thread has it."""
        with self._guard:
            ended, self._pause = self._pause, None
        return ended

    def resume(self) -> None:
        """Record that it goes on, and log it."""
        if ended := self.end():
            lasted = spans(ended.lasted)
            self._telemetry.emit("part.resumed", part=self.part, lasted=lasted, seconds=round(ended.lasted, 1))
