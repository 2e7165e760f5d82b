"""The text and level of one log event."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from worker.words.phrase import Phrase

Level = Literal["debug", "info", "warning", "error"]


@dataclass(frozen=True, slots=True)
class Text(Phrase):
    """A format string for the event's facts, and the event's level."""

    level: Level


def debug(ru: str, en: str) -> Text:
    return Text(ru, en, "debug")


def info(ru: str, en: str) -> Text:
    return Text(ru, en, "info")


def warning(ru: str, en: str) -> Text:
    return Text(ru, en, "warning")


def error(ru: str, en: str) -> Text:
    return Text(ru, en, "error")
