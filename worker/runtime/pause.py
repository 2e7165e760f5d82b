"""The record of a pause: which system does not work, why, since when, and when it is checked again."""

from __future__ import annotations

from dataclasses import dataclass

from bitrix.causes import Side
from worker.runtime import clock
from worker.words.brief_causes import HARMED
from worker.words.causes import cure_after, in_words, name_of, passes
from worker.words.codes import Outlook, PartName, SideName
from worker.words.phrase import Phrase, in_sentences


@dataclass(frozen=True, slots=True)
class Pause:
    """Why a gate is closed. Times are boot times in seconds; `tries`: failed checks since it was closed.

    `said`: what happened. `cure`: how to fix it, empty if the cause is unknown. `cause`: its name, None if unknown.
    `passes`: whether it may end without a person. `count`: how many steps it concerns; 0: not known.
    """

    side: Side
    said: Phrase
    cure: Phrase
    cause: str | None
    passes: bool
    since: float
    part: PartName | None = None
    """What is paused, if not all of the side; one of `HOLDS_NOTHING`: nothing, but a person should know."""
    next_try: float = 0.0
    on_trial: bool = False
    """Whether a check has succeeded, and the call that was refused decides; if it is not made, the pause ends then."""
    tries: int = 0
    count: int = 0

    @property
    def stops_all(self) -> bool:
        """Whether nothing new is fetched, so that the worker is not ready."""
        return self.part in (None, PartName.FETCH)

    @property
    def lasted(self) -> float:
        """Seconds since it began."""
        return max(clock.boottime() - self.since, 0.0)

    @property
    def seconds_to_check(self) -> float:
        """Seconds until the next check; 0 if one is due or running."""
        return max(self.next_try - clock.boottime(), 0.0)

    @property
    def outlook(self) -> Outlook:
        """Whether it may end without a person, for the log."""
        return Outlook.PASSES if self.passes else Outlook.STAYS

    @property
    def reason(self) -> Phrase:
        """What happened and how to fix it."""
        return in_sentences(self.said, self.cure)

    @property
    def urgency(self) -> int:
        """Its place in the order in which people are told of pauses: a harmed ledger, the sides, parts of the work."""
        if self.cause in HARMED:
            return -1
        return len(SideName) if self.part else [*SideName].index(SideName(self.side))


def pause_for(side: Side, why: object, *, since: float, part: PartName | None = None) -> Pause:
    """The pause for the error of a failed call, for a `Trouble`, or for a text."""
    return Pause(side, in_words(why), cure_after(why), name_of(why), passes(why), since, part)
