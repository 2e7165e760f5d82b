"""Puts a log event into words, with its facts filled in."""

from __future__ import annotations

from collections.abc import Mapping

from bitrix.shown import in_text
from worker.words.codes import Code
from worker.words.log.lines import TEXTS
from worker.words.log.text import Text
from worker.words.phrase import Language, Phrase, filled

NONE = Phrase("нет", "none")
UNKNOWN = Text("", "", "warning")
"""For an event missing from the catalogue: no text, so its name and facts alone are shown."""


def text_of(event: str) -> Text:
    """Level and text of an event; `with_facts` fills in its facts."""
    return TEXTS.get(event, UNKNOWN)


def with_facts(words: str, facts: Mapping[str, object], language: Language) -> str:
    """The text with its facts filled in. If a fact is missing, the text is returned with its placeholders."""
    try:
        return filled(words, {name: _spelled_out(value, language) for name, value in facts.items()})
    except (KeyError, IndexError):
        return words


def _spelled_out(value: object, language: Language) -> object:
    if isinstance(value, Code):
        return value.phrase.in_(language)
    if isinstance(value, Phrase):
        return value.in_(language)
    return NONE.in_(language) if value is None else in_text(value) if isinstance(value, bool) else value
