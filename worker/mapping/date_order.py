"""Says which of two dates comes first, as far as that is certain before the task is made."""

from __future__ import annotations

from datetime import datetime

from worker.mapping.spans import Span

DAY, CLOCK_CHANGE = 86_400, 3_600
"""Seconds."""
SHORTEST_MONTH, LONGEST_MONTH = 28, 31
"""Days."""


def surely_before(one: str | Span, other: str | Span) -> bool:
    """Whether one date, or length of time from the creation, comes before the other, whenever that is."""
    if isinstance(one, Span) and isinstance(other, Span):
        if one.needs_calendar or other.needs_calendar:
            return 0 < one.working_days < other.working_days or 0 < one.working_minutes < other.working_minutes
        return _seconds(one, LONGEST_MONTH, CLOCK_CHANGE) < _seconds(other, SHORTEST_MONTH, -CLOCK_CHANGE)
    if isinstance(one, Span) or isinstance(other, Span):
        return False
    return datetime.fromisoformat(one) < datetime.fromisoformat(other)


def shown(one: str | Span) -> str:
    """The date, or the length of time as it is written."""
    return one.text if isinstance(one, Span) else one


def _seconds(length: Span, days_of_month: int, change: int) -> int:
    days = length.months * days_of_month + length.days
    return days * DAY + length.seconds + (change if days else 0)
