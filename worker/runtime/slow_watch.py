"""Tells while engine or portal answers slowly: all work goes on, but few calls can be made."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from bitrix.causes import Cause, Side, Trouble
from worker.runtime import clock
from worker.runtime.call_times import CallTimes
from worker.runtime.clock_watch import LOOK_SECONDS
from worker.runtime.gate import Gate
from worker.runtime.standstill import Standstill
from worker.runtime.telemetry import Telemetry
from worker.words.causes import with_cure
from worker.words.codes import PartName, SideName
from worker.words.page import short_spans
from worker.words.pauses import NO_CALLS, TAKES, spans

OF_SIDE: Mapping[Side, tuple[PartName, Cause]] = {
    "engine": (PartName.SLOW_ENGINE, Cause.ENGINE_SLOW),
    "portal": (PartName.SLOW_PORTAL, Cause.PORTAL_SLOW),
}


class SlowWatch:
    """For one side. `at_once`: how many steps or creates it may have to serve at once, now.

    `stretch`: as `MachineWatch` has it. Whether the side or this machine is slow, no call tells: if it may be this
    machine, the cure begins with it.
    """

    def __init__(
        self,
        gate: Gate,
        times: CallTimes,
        telemetry: Telemetry,
        *,
        at_once: Callable[[], int],
        stretch: Callable[[], float | None],
    ) -> None:
        part, self._cause = OF_SIDE[gate.side]
        self._gate = gate
        self._times = times
        self._telemetry = telemetry
        self._at_once = at_once
        self._stretch = stretch
        self._since: float | None = None
        self.standstill = Standstill(gate.side, part, telemetry, reminds=False, gate=gate)

    def look(self) -> None:
        """Tell that the side has become slow, or that it no longer is.

        A side that is paused is not slow but down: whether its slow answers have ended shows only afterwards.
        """
        latency = self._times.read()
        if not self._gate.works:
            self.standstill.end()
        elif not self._times.is_slow() or latency.now is None:
            self.standstill.end()
            self._tell_end(latency.now)
        else:
            self._tell(latency.now, latency.usual)

    def _tell(self, took: float, usual: float | None) -> None:
        side = self._gate.side
        at_once, stretch = self._at_once(), self._stretch()
        trouble = Trouble(side, self._cause, took=took, usual=usual, at_once=at_once, stretch=stretch)
        self.standstill.begin(trouble, seconds=LOOK_SECONDS, since=self._since)
        if self._since is None:
            self._since = clock.boottime()
            self._telemetry.emit("side.slow", side=SideName(side), seconds=round(took, 1), reason=with_cure(trouble))

    def _tell_end(self, took: float | None) -> None:
        since, self._since = self._since, None
        if since is not None:
            lasted = clock.boottime() - since
            now = NO_CALLS if took is None else TAKES.format(span=short_spans(took))
            side, seconds = SideName(self._gate.side), round(lasted, 1)
            self._telemetry.emit("side.not_slow", side=side, now=now, lasted=spans(lasted), seconds=seconds)
