"""Says where a name has letters of the wrong alphabet: nobody sees the difference between `е` and `e`."""

from __future__ import annotations

import re

from worker.words.phrase import Phrase, unchanged

_CYRILLIC = re.compile("[а-яё]", re.IGNORECASE)
_TOLD = Phrase(
    "{meant} (латинскими буквами, в имени есть русские: {letters})",
    "{meant} (in Latin letters, the name has Cyrillic ones: {letters})",
)


def told_apart(name: str, meant: str) -> Phrase:
    """The name that was meant, with the letters of `name` that only look like its own."""
    letters = dict.fromkeys(_CYRILLIC.findall(name))
    if not letters or _CYRILLIC.search(meant):
        return unchanged(meant)
    return _TOLD.format(meant=meant, letters=", ".join(letters))
