"""Reads what the engine's lists and histories tell in one row."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bitrix import reading


def said(row: Mapping[str, Any], name: str) -> str | None:
    """A text of the row; None if it is missing, empty, too long or no text."""
    return reading.text(row.get(name)) or None


def moment(value: object) -> float | None:
    """A time as the engine writes it, in seconds since the epoch; None if it is none."""
    when = reading.instant(value)
    return when.timestamp() if when else None
