"""Finds constants of timers that no engine can read: it deploys them, and fails when the process gets there."""

from __future__ import annotations

import re
from datetime import date

_DURATION = re.compile(r"P(?=.)(\d+Y)?(\d+M)?(\d+W)?(\d+D)?(T(?=\d)(\d+H)?(\d+M)?(\d+([.,]\d+)?S)?)?", re.ASCII)
_REPEATS = re.compile(r"R\d*", re.ASCII)
_DATE = re.compile(r"[+-]?\d{4}[-+\dTWZ:.,]*|T[-+\dZ:.,]+", re.ASCII)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
CRON_FIELDS = (6, 7)


def is_unreadable(kind: str, text: str) -> bool:
    """Whether the engine certainly refuses the text. `kind`: `timeDuration`, `timeDate` or `timeCycle`."""
    parts = text.strip().split("/")
    if kind == "timeCycle" and not text.strip().startswith("R"):
        return not text.strip().startswith("@") and len(text.split()) not in CRON_FIELDS
    if _REPEATS.fullmatch(parts[0]) and len(parts) == 2:
        return not _DURATION.fullmatch(parts[1])
    if len(parts) > 1:
        return kind == "timeDate"
    if kind == "timeDate" and not parts[0].startswith("P"):
        return not _is_date(parts[0])
    return not _DURATION.fullmatch(parts[0])


def _is_date(text: str) -> bool:
    if day := _DAY.match(text):
        try:
            date.fromisoformat(day[0])
        except ValueError:
            return False
    return bool(_DATE.fullmatch(text))
