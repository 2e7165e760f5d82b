"""An event of the log in words, with its facts in their places."""

from __future__ import annotations

from collections.abc import Mapping

from worker.words.log import TEXTS
from worker.words.log_text import Text
from worker.words.phrase import Language
from worker.words.reasons import REASONS, Reason

UNKNOWN = Text("", "", "warning")
"""An event that the catalogue does not have has no words: its name and its facts must do."""


def text_of(event: str) -> Text:
    """Level and words of an event; its facts are still to be put in."""
    return TEXTS.get(event, UNKNOWN)


def told(words: str, facts: Mapping[str, object], language: Language) -> str:
    """A sentence with its facts; a missing one costs its place in the sentence, not the line."""
    try:
        return words.format(**{name: _spelled_out(value, language) for name, value in facts.items()})
    except (KeyError, IndexError):
        return words


def _spelled_out(value: object, language: Language) -> object:
    return REASONS[value].in_(language) if isinstance(value, Reason) else value
