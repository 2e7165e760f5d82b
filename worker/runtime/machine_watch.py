"""Notices that this machine gives the worker too little computing time, so that everything looks slow."""

from __future__ import annotations

import time
from collections.abc import Callable

from bitrix.causes import Cause, Trouble
from worker.runtime import clock
from worker.runtime.call_times import CallTimes
from worker.runtime.clock_watch import LOOK_SECONDS
from worker.runtime.standstill import Standstill
from worker.runtime.telemetry import Telemetry
from worker.words.causes import with_cure
from worker.words.codes import PartName
from worker.words.pauses import spans

MOST_TIMES = 20.0
"""A machine shared with several others makes computing last several times longer: nobody need care."""
PIECE_SECONDS = 0.02
"""Of computing, and so more than a system gives without interruption to one of several that want it."""
LONGEST_SECONDS = 2.0
"""How long the piece may last: by then it has been stretched a hundred times, which is enough to know."""


def stretched(used: Callable[[], float] = time.process_time) -> float:
    """How many times longer than the computing itself a piece of computing lasts here now; 1: nothing else runs.

    `used`: the computing time of the process, with that of its other threads: what the worker itself does is no lack.
    """
    began, before = clock.boottime(), used()
    while (got := used() - before) < PIECE_SECONDS and clock.boottime() - began < LONGEST_SECONDS:
        pass
    return (clock.boottime() - began) / max(got, PIECE_SECONDS / 100)


class MachineWatch:
    """Measures a piece of computing now and then. `measure`: how many times longer it lasts than it should."""

    def __init__(self, telemetry: Telemetry, measure: Callable[[], float] = stretched) -> None:
        self._telemetry = telemetry
        self._measure = measure
        self._times = CallTimes(slow=MOST_TIMES)
        # Each pause has a side. This one stands for what is the worker's own, as its clock does.
        self.standstill = Standstill("ledger", PartName.MACHINE, telemetry, reminds=False)

    def look(self) -> None:
        """Measure, and tell that the machine has become too slow, or that it no longer is."""
        self._times.add(self._measure())
        if self._times.is_slow():
            trouble = Trouble("ledger", Cause.MACHINE_BUSY, stretch=self._times.read().now)
            if self.standstill.begin(trouble, seconds=LOOK_SECONDS):
                self._telemetry.emit("machine.busy", reason=with_cure(trouble))
        elif ended := self.standstill.end():
            self._telemetry.emit("machine.not_busy", lasted=spans(ended.lasted), seconds=round(ended.lasted, 1))

    def stretch(self) -> float | None:
        """How many times longer computing lasted in most of the latest looks, if too much; else None."""
        now = self._times.read().now
        return now if now is not None and now >= MOST_TIMES else None
