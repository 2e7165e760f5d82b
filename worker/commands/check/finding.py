"""Defines one result of `check`, and how it is printed."""

from __future__ import annotations

from dataclasses import dataclass

from worker.words.causes import explained, in_words, trouble_of
from worker.words.findings.catalogue import FINDINGS
from worker.words.phrase import NOTHING, Language, Phrase
from worker.words.printable import one_line

LONGEST_SEEN = 1000
NOT_CHECKED = Phrase("не проверено", "not checked")


@dataclass(frozen=True, slots=True)
class Finding:
    """The result of one check. `essential`: if it fails, tasks cannot be created exactly once.

    `checked` False: the check could not be carried out, for a reason in another finding.
    """

    what: Phrase
    good: bool
    seen: Phrase
    cure: Phrase = NOTHING
    essential: bool = True
    checked: bool = True

    def line(self, language: Language) -> str:
        """The line to print: `ok`, `WARN`, `FAIL` or `–`, what was seen, and how to fix it."""
        what, seen = self.what.in_(language), one_line(self.seen.in_(language), LONGEST_SEEN)
        if not self.checked:
            return f"–    {what}: {seen}"
        mark = "ok  " if self.good else ("FAIL" if self.essential else "WARN")
        cure = "" if self.good or not self.cure else f" → {self.cure.in_(language)}"
        return f"{mark} {what}: {seen}{cure}"


def not_checked(what: Phrase, *, essential: bool) -> Finding:
    """A check that could not be carried out because of what another finding reports."""
    return Finding(what, good=False, seen=NOT_CHECKED, essential=essential, checked=False)


def of_error(what: Phrase, error: Exception, *, essential: bool, cure: Phrase = NOTHING) -> Finding:
    """The finding for a call that failed. `cure`: replaces the one for the error's cause.

    Without a cause, the error's own words say what to do.
    """
    if not cure and (trouble := trouble_of(error)):
        cure = explained(trouble).cure
    return Finding(what, good=False, seen=in_words(error), cure=cure, essential=essential)


def of_kind(what: Phrase, kind: str, /, *, essential: bool = False, **facts: Phrase | str) -> Finding:
    """The finding of a kind of `FINDINGS`, what `check --model` sees in a model."""
    words = FINDINGS[kind]
    seen, cure = words.seen.format(**facts), words.cure.format(**facts)
    return Finding(what, good=False, seen=seen, cure=cure, essential=essential)
