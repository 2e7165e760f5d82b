"""Tells while engine or portal answers slowly: all work goes on, but few calls can be made."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from bitrix.causes import Cause, Side, Trouble
from worker.runtime.call_times import CallTimes
from worker.runtime.clock_watch import LOOK_SECONDS
from worker.runtime.gate import Gate
from worker.runtime.standstill import Standstill
from worker.runtime.telemetry import Telemetry
from worker.words.causes import with_cure
from worker.words.codes import PartName, SideName
from worker.words.page import short_spans
from worker.words.pauses import PAUSED_NOW, TAKES, spans
from worker.words.phrase import Phrase

OF_SIDE: Mapping[Side, tuple[PartName, Cause]] = {
    "engine": (PartName.SLOW_ENGINE, Cause.ENGINE_SLOW),
    "portal": (PartName.SLOW_PORTAL, Cause.PORTAL_SLOW),
}


class SlowWatch:
    """For one side. `at_once`: how many steps or creates it may have to serve at once, now."""

    def __init__(self, gate: Gate, times: CallTimes, telemetry: Telemetry, *, at_once: Callable[[], int]) -> None:
        part, self._cause = OF_SIDE[gate.side]
        self._gate = gate
        self._times = times
        self._telemetry = telemetry
        self._at_once = at_once
        self.standstill = Standstill(gate.side, part, telemetry, reminds=False)

    def look(self) -> None:
        """Tell that the side has become slow, or that it no longer is. A side that is paused is not slow but down."""
        latency = self._times.read()
        if not self._gate.works:
            self._end(PAUSED_NOW)
        elif not self._times.is_slow() or latency.now is None:
            self._end(TAKES.format(span=short_spans(latency.now or 0.0)))
        else:
            side, took = self._gate.side, latency.now
            trouble = Trouble(side, self._cause, took=took, usual=latency.usual, at_once=self._at_once())
            if self.standstill.begin(trouble, seconds=LOOK_SECONDS):
                side_name = SideName(side)
                self._telemetry.emit("side.slow", side=side_name, seconds=round(took, 1), reason=with_cure(trouble))

    def _end(self, now: Phrase) -> None:
        if ended := self.standstill.end():
            lasted, seconds = spans(ended.lasted), round(ended.lasted, 1)
            side = SideName(self._gate.side)
            self._telemetry.emit("side.not_slow", side=side, now=now, lasted=lasted, seconds=seconds)
