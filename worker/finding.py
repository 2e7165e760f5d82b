"""One thing that `check` has looked at, and how it is told."""

from __future__ import annotations

from dataclasses import dataclass

from worker.printable import one_line

LONGEST_SEEN = 1000


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at. `essential`: without it no task can be made exactly once."""

    what: str
    good: bool
    seen: str
    cure_ru: str = ""
    cure_en: str = ""
    essential: bool = True

    def line(self, language: str) -> str:
        """`ok`, `WARN` or `FAIL`, what was seen, and the cure where one is needed."""
        mark = "ok  " if self.good else ("FAIL" if self.essential else "WARN")
        cure = "" if self.good else f" → {self.cure_ru if language == 'ru' else self.cure_en}"
        return f"{mark} {self.what}: {one_line(self.seen, LONGEST_SEEN)}{cure}"
