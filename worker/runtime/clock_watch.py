"""Notices that the machine's clock was set while the worker runs."""

from __future__ import annotations

from datetime import timedelta

from bitrix.causes import Cause, Trouble
from worker.runtime import clock
from worker.runtime.standstill import Standstill
from worker.runtime.telemetry import Telemetry
from worker.words.causes import with_cure
from worker.words.codes import PartName

JUMP_SECONDS = 30.0
"""A smaller step is usual when the time service starts."""
LOOK_SECONDS = 10.0


class ClockWatch:
    """Compares the wall clock with the one that counts from boot.

    Locks and waits do not depend on the wall clock, and the ledger's own keeps its course until the next start. So
    nothing pauses, but dates are wrong. `follows`: whether the ledger's dates come from this machine's clock; with a
    shared ledger they are its server's, and no jump is told.
    """

    def __init__(self, telemetry: Telemetry, *, follows: bool) -> None:
        self._telemetry = telemetry
        self._follows = follows
        self._apart = clock.wall() - clock.boottime()
        self.standstill = Standstill("ledger", PartName.CLOCK, telemetry)

    def look(self) -> None:
        """Tell a jump, and its end if the clock was set back."""
        jump = clock.wall() - clock.boottime() - self._apart
        if not self._follows or abs(jump) < JUMP_SECONDS:
            self.standstill.resume()
            return
        trouble = Trouble("ledger", Cause.CLOCK_JUMPED, said=jump_in_words(jump))
        if self.standstill.begin(trouble, seconds=LOOK_SECONDS):
            self._telemetry.emit("clock.jumped", seconds=round(jump), reason=with_cure(trouble))


def jump_in_words(jump: float) -> str:
    """The jump as days, hours, minutes and seconds, with its sign.

    To ten seconds: the two clocks are read one after the other, so that a busy machine is a second off at each look.
    """
    return f"{'-' if jump < 0 else '+'}{timedelta(seconds=abs(round(jump, -1)))}"
