"""How long `explain` asks in all: a side that answers slowly must not keep a person from what the others know."""

from __future__ import annotations

from collections.abc import Mapping

from bitrix.errors import PortalError
from worker.commands.explain.silence import OutOfTime, Silence
from worker.engine.errors import EngineError
from worker.runtime import clock
from worker.words.causes import SIDES
from worker.words.explain import FRAME
from worker.words.pauses import spans
from worker.words.phrase import Phrase, joined, unchanged

UNTIL: Mapping[str, float] = {"ledger": 15.0, "engine": 15.0, "portal": 20.0}
"""So many seconds after its start the command begins no further call to a side: some are left to the portal."""
WORKER = "worker"
NAMES = {**SIDES, WORKER: Phrase("воркер", "the worker")}
SPENT = unchanged("{side}: {span}")
WHY = Phrase(
    "время этой команды вышло: она спрашивает движок, портал и журнал вместе не дольше {most} с ({spent})",
    "the time of this command was up: it asks engine, portal and ledger for {most} s together ({spent})",
)
CURE = Phrase(
    "Выясните, почему {slowest} отвечает медленно, и повторите команду",
    "Find out why {slowest} answers slowly, and repeat the command",
)
LEFT_OUT = Phrase(
    "{side}: известно не всё, не спрошено: {calls}: {reason}", "{side}: not all is known, not asked: {calls}: {reason}"
)


class EngineLate(OutOfTime, EngineError):
    """A call to the engine that was not begun."""


class PortalLate(OutOfTime, PortalError):
    """A call to the portal that was not begun."""


class Deadline:
    """When to stop asking. For one thread, which makes one call after the other.

    `left_out`: the calls that were not begun, by their side.
    """

    def __init__(self) -> None:
        self._began = self._at = clock.boottime()
        self._side = WORKER
        self._spent = dict.fromkeys((*UNTIL, WORKER), 0.0)
        self.left_out: dict[str, list[str]] = {}

    def begins(self, side: str, call: str = "") -> bool:
        """Note that what follows is asked of this side; False if that is not to be begun."""
        now = clock.boottime()
        self._spent[self._side] += now - self._at
        self._side, self._at = side, now
        if now - self._began < UNTIL.get(side, float("inf")):
            return True
        calls = self.left_out.setdefault(side, [])
        if call and call not in calls:
            calls.append(call)
        return False

    @property
    def has_passed(self) -> bool:
        """Whether anything had to be left out."""
        return bool(self.left_out)

    def engine(self, call: str) -> None:
        """Before each call to the engine."""
        if not self.begins("engine", call):
            raise EngineLate(call, "").because(self.why)

    def portal(self, method: str) -> None:
        """Before each call to the portal."""
        if not self.begins("portal", method):
            raise PortalLate(method, "late").because(self.why)

    @property
    def why(self) -> Silence:
        """Why a call was not begun, and how to fix it."""
        took = {side: seconds for side, seconds in self._spent.items() if seconds >= 1}
        told = [SPENT.format(side=FRAME[side], span=spans(seconds)) for side, seconds in took.items()]
        said = WHY.format(most=round(max(UNTIL.values())), spent=joined(", ", told))
        slowest = max(self._spent, key=lambda side: self._spent[side])
        return Silence(said, CURE.format(slowest=NAMES[slowest]))

    def late(self) -> dict[str, Phrase]:
        """What was not asked of each side, and why."""
        reason = self.why.whole
        return {
            side: LEFT_OUT.format(side=FRAME[side], calls=", ".join(calls), reason=reason)
            for side, calls in self.left_out.items()
        }
