"""One thing that `check` has looked at, and how it is told."""

from __future__ import annotations

from dataclasses import dataclass

from worker.words.causes import explained, in_words, trouble_of
from worker.words.phrase import NOTHING, Language, Phrase
from worker.words.printable import one_line

LONGEST_SEEN = 1000
NOT_CHECKED = Phrase("не проверено", "not checked")


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at. `essential`: without it no task can be made exactly once.

    `checked` False: it could not be looked at, for a reason that another finding tells.
    """

    what: Phrase
    good: bool
    seen: Phrase
    cure: Phrase = NOTHING
    essential: bool = True
    checked: bool = True

    def line(self, language: Language) -> str:
        """`ok`, `WARN`, `FAIL` or `–`, what was seen, and the cure where one is needed."""
        what, seen = self.what.in_(language), one_line(self.seen.in_(language), LONGEST_SEEN)
        if not self.checked:
            return f"–    {what}: {seen}"
        mark = "ok  " if self.good else ("FAIL" if self.essential else "WARN")
        cure = "" if self.good else f" → {self.cure.in_(language)}"
        return f"{mark} {what}: {seen}{cure}"


def not_checked(what: Phrase, *, essential: bool) -> Finding:
    """Hangs on what another finding says is wrong."""
    return Finding(what, good=False, seen=NOT_CHECKED, essential=essential, checked=False)


def of_error(what: Phrase, error: Exception, *, essential: bool, cure: Phrase = NOTHING) -> Finding:
    """A call that failed, by its cause. `cure`: where more is known than the cause tells."""
    if not cure and (trouble := trouble_of(error)):
        cure = explained(trouble).cure
    return Finding(what, good=False, seen=in_words(error), cure=cure, essential=essential)
