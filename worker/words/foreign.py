"""Puts into both languages what a library reports in English only."""

from __future__ import annotations

import re
from collections.abc import Mapping

from worker.words.phrase import Phrase

UNKNOWN = Phrase("сообщение библиотеки: «{words}»", "{words}")


def translated(text: str, table: Mapping[str, Phrase]) -> Phrase:
    """The phrase of the first pattern that matches the whole text; its named groups are the phrase's facts.

    A text that no pattern matches stays as it is; in Russian it is quoted, with a word about where it comes from.
    """
    for pattern, phrase in table.items():
        if match := re.fullmatch(pattern, text, re.DOTALL):
            return phrase.format(**match.groupdict())
    return UNKNOWN.format(words=text)
