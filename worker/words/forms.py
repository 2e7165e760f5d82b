"""So many of something, in words: Russian has three forms, English two."""

from __future__ import annotations

from dataclasses import dataclass

from worker.words.phrase import Phrase


@dataclass(frozen=True, slots=True)
class Forms:
    """So many of something. `ru`: for one, for a few and for many, as Russian counts; `en`: for one and for many."""

    ru: tuple[str, str, str]
    en: tuple[str, str]

    def of(self, count: int) -> Phrase:
        """Such as `4 steps need a decision`."""
        return Phrase(self.ru[_form(count)], self.en[0 if count == 1 else 1]).format(count=count)


def _form(count: int) -> int:
    """Which form a Russian number takes: 1, 21, 101; 2 to 4, 22; 0, 5 to 20, 11 to 14, 111."""
    if count % 10 == 1 and count % 100 != 11:
        return 0
    return 1 if count % 10 in (2, 3, 4) and count % 100 not in (12, 13, 14) else 2
