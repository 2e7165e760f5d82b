"""Whether the portal's list of changes is relied on: it must prove itself, and again after each fault."""

from __future__ import annotations

from bitrix.causes import Cause, Trouble
from bitrix.methods import LIST
from worker.runtime import clock
from worker.runtime.clock_watch import jump_in_words
from worker.runtime.standstill import Standstill
from worker.runtime.telemetry import Telemetry
from worker.words.causes import with_cure
from worker.words.codes import PartName

ENOUGH = 3
"""After so many closings that it named, the list is relied on."""
MISSES = 2
"""So many closings in a row that it did not name are a fault: a single task may have been opened again meanwhile."""


class Trust:
    """For one thread. `proven`: whether an earlier run relied on it. `trial`: seconds of a trial after a fault."""

    def __init__(self, telemetry: Telemetry, *, proven: bool, trial: float) -> None:
        self.is_there = proven
        self.lost = Standstill("portal", PartName.CHANGES, telemetry, reminds=False)
        """Why the list is not relied on; None also where it has not proved itself yet."""
        self._telemetry = telemetry
        self._trial = trial
        self._good: set[int] = set()
        self._misses = 0
        self._not_before = 0.0

    def named(self, task_id: int) -> None:
        """The list has named a closing that was found without it."""
        self._good.add(task_id)
        self._misses = 0

    def not_named(self, task_id: int) -> None:
        """It has not named one."""
        self._misses += 1
        if self._misses >= MISSES:
            self.lose(missed(task_id))

    def lose(self, why: object) -> None:
        """It cannot be right, see `why`: an error or a `Trouble`."""
        self.is_there, self._good, self._misses = False, set(), 0
        self._not_before = clock.boottime() + self._trial
        if self.lost.begin(why, seconds=self._trial):
            self._telemetry.emit("waiting.changes_untold", reason=with_cure(why))

    def earn(self) -> None:
        """Rely on it, if it has proved itself and its trial is over."""
        if not self.is_there and len(self._good) >= ENOUGH and clock.boottime() >= self._not_before:
            self.is_there, self._good = True, set()
            self.lost.resume()


def missed(task_id: int) -> Trouble:
    """A task is closed, and the list has not named it."""
    return Trouble("portal", Cause.CHANGES_MISSED, call=LIST, said=f"#{task_id}")


def jumped(seconds: float) -> Trouble:
    """The portal's clock was set by so many seconds."""
    return Trouble("portal", Cause.PORTAL_CLOCK_JUMPED, call="server.time", said=jump_in_words(seconds))
