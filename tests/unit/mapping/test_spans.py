"""Lengths of time: ISO 8601 and words in two languages, and what is none."""

from __future__ import annotations

import pytest

from worker.mapping.spans import Span, span

HOUR = 3600


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("P2D", Span("P2D", days=2)),
        (" P1W ", Span("P1W", days=7)),
        ("PT8H", Span("PT8H", seconds=8 * HOUR)),
        ("PT90M", Span("PT90M", seconds=90 * 60)),
        ("P1DT12H", Span("P1DT12H", days=1, seconds=12 * HOUR)),
        ("P1Y2M", Span("P1Y2M", months=14)),
        ("PT1M", Span("PT1M", seconds=60)),
        ("P1M", Span("P1M", months=1)),
        ("2 days", Span("2 days", days=2)),
        ("1 day", Span("1 day", days=1)),
        ("3 дня", Span("3 дня", days=3)),
        ("1 час", Span("1 час", seconds=HOUR)),
        ("30 минут", Span("30 минут", seconds=1800)),
        ("2 недели", Span("2 недели", days=14)),
        ("1 месяц", Span("1 месяц", months=1)),
        ("2 working days", Span("2 working days", working_days=2)),
        ("1 Working Day", Span("1 Working Day", working_days=1)),
        ("3 business days", Span("3 business days", working_days=3)),
        ("2 рабочих дня", Span("2 рабочих дня", working_days=2)),
        ("1 рабочий день", Span("1 рабочий день", working_days=1)),
        ("5  Рабочих дней", Span("5 Рабочих дней", working_days=5)),
        ("4 рабочих часа", Span("4 рабочих часа", working_minutes=240)),
        ("8 working hours", Span("8 working hours", working_minutes=480)),
        ("90 рабочих минут", Span("90 рабочих минут", working_minutes=90)),
    ],
)
def test_what_is_a_length_of_time(text: str, expected: Span) -> None:
    assert span(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        *("", "P", "PT", "P0D", "PT0S", "-P2D", "P-2D", "+P2D", "P2.5D", "PT0,5H", "P2D1W", "2D", "P2H", "P٢D", "P2DT"),
        *("soon", "tomorrow", "2", "days", "two days", "2 strange days", "2 выходных дня", "0 days", "0 рабочих дней"),
        *(
            "2 рабочих недели",
            "1 working month",
            "-2 days",
            "1.5 days",
            "2 days ago",
            "in 2 days",
            "99999 working days",
        ),
        *("2026-09-30", "P2026-09-30", "30.09.2026", "9999999 days"),
    ],
)
def test_what_is_none(text: str) -> None:
    assert span(text) is None


def test_only_working_time_needs_a_calendar() -> None:
    lengths = {text: span(text) for text in ("P2D", "2 days", "2 working days", "1 рабочий час")}
    assert [bool(length and length.needs_calendar) for length in lengths.values()] == [False, False, True, True]
