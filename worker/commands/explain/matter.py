"""Makes the matters of `explain` from their names in the catalogues."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bitrix.causes import Cause, Side
from worker.commands.explain.events import quoted
from worker.commands.explain.records import Kind, Matter
from worker.words.cause_words import CATALOGUE
from worker.words.causes import KNOWN, cure_left
from worker.words.explain import MATTERS
from worker.words.phrase import NOTHING, Phrase, in_sentences
from worker.words.said_again import said_again

NO_FACTS: Mapping[str, object] = {}


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why something has not succeeded yet. `cause`: a name of the catalogue; None: unknown.

    `works`: whether the side works now. `again` False: the call that failed is looked up, not made again.
    """

    since: float
    said: str
    cause: str | None
    side: Side
    works: bool = False
    again: bool = True


def caused(name: str, trouble: Trouble, facts: Mapping[str, object] = NO_FACTS, again: Phrase = NOTHING) -> Matter:
    """A matter that is tried again; it needs a person if its cause does not pass by itself."""
    cause = trouble.cause
    left = cure_left(cause, trouble.side, works=trouble.works, again=trouble.again)
    stays = bool(left) and cause in KNOWN and not CATALOGUE[Cause(cause)].passes
    cure = in_sentences(left, again)
    kind: Kind = "needs" if stays else "goes_on"
    return matter_of(name, kind, facts, since=trouble.since, reason=trouble.said, cause=cause, cure=cure)


def matter_of(
    name: str,
    kind: Kind,
    facts: Mapping[str, object] = NO_FACTS,
    *,
    since: float | None = None,
    reason: str | None = None,
    cause: str | None = None,
    cure: Phrase = NOTHING,
) -> Matter:
    """A matter of this name. `reason`: as it was written down, in whichever language."""
    said = said_again(quoted(reason or ""), cause)
    return Matter(name, kind, MATTERS[name].format(**facts), since, said, cause, cure)
