"""An event of the log in words, with its facts in their places."""

from __future__ import annotations

from collections.abc import Mapping

from worker.words.faults import Language
from worker.words.log import TEXTS
from worker.words.log_text import Text
from worker.words.reasons import REASONS, Reason

UNKNOWN = Text("warning", "", "")
"""An event that the catalogue does not have has no words: its name and its facts must do."""


def text_of(event: str) -> Text:
    """Level and words of an event."""
    return TEXTS.get(event, UNKNOWN)


def words_of(event: str, language: Language) -> str:
    """The sentence of an event, its facts still to be put in."""
    text = text_of(event)
    return text.ru if language == "ru" else text.en


def told(words: str, facts: Mapping[str, object], language: Language) -> str:
    """A sentence with its facts; a missing one costs its place in the sentence, not the line."""
    try:
        return words.format(**{name: _spelled_out(value, language) for name, value in facts.items()})
    except (KeyError, IndexError):
        return words


def _spelled_out(value: object, language: Language) -> object:
    if not isinstance(value, Reason):
        return value
    russian, english = REASONS[value]
    return russian if language == "ru" else english
