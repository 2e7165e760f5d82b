"""One thing that `check` has looked at, and how it is told."""

from __future__ import annotations

from dataclasses import dataclass

from worker.words.causes import explained, in_words, trouble_of
from worker.words.look_names import LookName
from worker.words.printable import one_line

LONGEST_SEEN = 1000


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at. `essential`: without it no task can be made exactly once.

    `seen_ru`: what was seen, where that is said in two languages. `checked` False: it could not be looked at, for a
    reason that another finding tells.
    """

    what: LookName
    good: bool
    seen: str
    cure_ru: str = ""
    cure_en: str = ""
    essential: bool = True
    seen_ru: str = ""
    checked: bool = True

    def line(self, language: str) -> str:
        """`ok`, `WARN`, `FAIL` or `–`, what was seen, and the cure where one is needed."""
        russian, what = language == "ru", self.what.told(language)
        seen = one_line(self.seen_ru if russian and self.seen_ru else self.seen, LONGEST_SEEN)
        if not self.checked:
            return f"–    {what}: {seen}"
        mark = "ok  " if self.good else ("FAIL" if self.essential else "WARN")
        cure = "" if self.good else f" → {self.cure_ru if russian else self.cure_en}"
        return f"{mark} {what}: {seen}{cure}"


def not_checked(what: LookName, *, essential: bool) -> Finding:
    """Hangs on what another finding says is wrong."""
    return Finding(what, good=False, seen="not checked", seen_ru="не проверено", essential=essential, checked=False)


def of_error(what: LookName, error: Exception, *, essential: bool, cure: tuple[str, str] = ("", "")) -> Finding:
    """A call that failed, by its cause. `cure`: in Russian and English, where more is known than the cause tells."""
    if trouble := trouble_of(error):
        cure = (explained(trouble, "ru").cure, explained(trouble, "en").cure) if not any(cure) else cure
    return Finding(
        what,
        good=False,
        seen=in_words(error, "en"),
        seen_ru=in_words(error, "ru"),
        cure_ru=cure[0],
        cure_en=cure[1],
        essential=essential,
    )
