"""One event of the log in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Level = Literal["debug", "info", "warning", "error"]


@dataclass(frozen=True, slots=True)
class Text:
    """`ru` and `en` are format strings over the event's facts."""

    level: Level
    ru: str
    en: str
