"""Why a system told `explain` nothing: who does not answer, or was not asked any more."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from bitrix.causes import Cause
from worker.engine.line import PERSON_SECONDS
from worker.words.causes import cure_after, in_words, trouble_of
from worker.words.phrase import NOTHING, Phrase, in_sentences


@dataclass(frozen=True, slots=True)
class Silence:
    """Why a system told nothing, and how to fix it. False: it was heard."""

    said: Phrase = NOTHING
    cure: Phrase = NOTHING

    def __bool__(self) -> bool:
        return bool(self.said)

    @property
    def whole(self) -> Phrase:
        return in_sentences(self.said, self.cure)


HEARD = Silence()
PORTAL_SECONDS = 10.0
PATIENCE: Mapping[str, float] = {"portal": PORTAL_SECONDS, "engine": PERSON_SECONDS}
"""How long this command waits for one answer."""
NOT_IN_TIME = Phrase("{said}: эта команда ждёт {seconds} с", "{said}: this command waits {seconds} s")


class OutOfTime(Exception):
    """A call that was not begun, because the command had asked for too long; `why` says so."""

    why = HEARD

    def because(self, why: Silence) -> Self:
        """The same error with its reason."""
        self.why = why
        return self


def silence_of(error: Exception) -> Silence:
    """Why the failed call told nothing. A side that is only slow may answer the worker, which waits longer."""
    if isinstance(error, OutOfTime):
        return error.why
    said, trouble = in_words(error), trouble_of(error)
    if trouble and trouble.cause is Cause.NO_ANSWER and trouble.side in PATIENCE:
        said = NOT_IN_TIME.format(said=said, seconds=round(PATIENCE[trouble.side]))
    return Silence(said, cure_after(error))
