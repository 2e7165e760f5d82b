"""Dates that lie some time after another: days, hours, and the time in which people work."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, strategies as st

from bitrix.calendar import WorkCalendar
from worker.content.working_time import NoWorkingTime, after
from worker.mapping.spans import Span, span

MOSCOW, BERLIN = ZoneInfo("Europe/Moscow"), ZoneInfo("Europe/Berlin")
NINE_TO_SIX = WorkCalendar(((540, 1080),), frozenset({5, 6}), frozenset({"30.11", "1.1"}), frozenset({"28.2.2026"}))
WITH_LUNCH = WorkCalendar(((540, 780), (840, 1080)), frozenset({5, 6}))


def later(start: str, text: str, calendar: WorkCalendar | None = None, zone: ZoneInfo = MOSCOW) -> str:
    length = span(text)
    assert length
    moment = after(datetime.fromisoformat(start).replace(tzinfo=zone), length, calendar, zone)
    assert moment.tzinfo is zone
    return moment.strftime("%a %d.%m.%Y %H:%M")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("P2D", "Sun 29.11.2026 15:00"),
        ("P1W", "Fri 04.12.2026 15:00"),
        ("PT8H", "Fri 27.11.2026 23:00"),
        ("P1DT12H", "Sun 29.11.2026 03:00"),
        ("P3M", "Sat 27.02.2027 15:00"),
        ("2 недели", "Fri 11.12.2026 15:00"),
    ],
)
def test_days_and_hours(text: str, expected: str) -> None:
    assert later("2026-11-27T15:00", text) == expected


def test_a_month_without_that_day_ends_on_its_last() -> None:
    assert later("2026-01-31T10:00", "P1M") == "Sat 28.02.2026 10:00"
    assert later("2024-02-29T10:00", "P1Y") == "Fri 28.02.2025 10:00"


def test_a_day_is_one_of_the_calendar_and_an_hour_one_of_the_clock() -> None:
    """In the night to 25 October 2026 Berlin has an hour more."""
    assert later("2026-10-24T12:00", "P1D", zone=BERLIN) == "Sun 25.10.2026 12:00"
    assert later("2026-10-24T12:00", "PT24H", zone=BERLIN) == "Sun 25.10.2026 11:00"


@pytest.mark.parametrize(
    ("start", "text", "expected"),
    [
        ("2026-11-25T15:00", "1 рабочий день", "Thu 26.11.2026 15:00"),
        ("2026-11-26T15:00", "2 рабочих дня", "Tue 01.12.2026 15:00"),  # over the weekend and a holiday, Monday
        ("2026-11-25T09:00", "1 working day", "Wed 25.11.2026 18:00"),  # a whole day: its end, not the next morning
        ("2026-11-25T06:00", "1 working day", "Wed 25.11.2026 18:00"),
        ("2026-11-25T20:00", "1 working day", "Thu 26.11.2026 18:00"),
        ("2026-11-28T12:00", "1 working day", "Tue 01.12.2026 18:00"),  # made on a Saturday
        ("2026-11-25T17:00", "3 working hours", "Thu 26.11.2026 11:00"),
        ("2026-11-25T17:00", "1 working hour", "Wed 25.11.2026 18:00"),
        ("2026-11-27T17:30", "1 рабочий час", "Tue 01.12.2026 09:30"),
        ("2026-02-27T17:00", "2 рабочих часа", "Sat 28.02.2026 10:00"),  # a Saturday on which people work
        ("2026-12-31T17:00", "2 рабочих часа", "Mon 04.01.2027 10:00"),  # a holiday, then a weekend
    ],
)
def test_working_time(start: str, text: str, expected: str) -> None:
    assert later(start, text, NINE_TO_SIX) == expected


@pytest.mark.parametrize(
    ("start", "text", "expected"),
    [
        ("2026-11-25T12:00", "2 working hours", "Wed 25.11.2026 15:00"),
        ("2026-11-25T13:30", "1 working hour", "Wed 25.11.2026 15:00"),
        ("2026-11-25T12:00", "1 working hour", "Wed 25.11.2026 13:00"),
        ("2026-11-25T13:30", "1 working day", "Thu 26.11.2026 13:00"),
    ],
)
def test_a_break_is_no_working_time(start: str, text: str, expected: str) -> None:
    assert later(start, text, WITH_LUNCH) == expected


def test_a_calendar_without_workdays_has_no_end() -> None:
    with pytest.raises(NoWorkingTime):
        later("2026-11-25T12:00", "1 working hour", WorkCalendar(((540, 1080),), frozenset(range(7))))


MOMENTS = st.datetimes(datetime.fromisoformat("2020-01-01"), datetime.fromisoformat("2040-01-01"))


@given(start=MOMENTS, minutes=st.integers(1, 100_000))
def test_the_end_is_always_within_working_time_and_grows_with_the_work(start: datetime, minutes: int) -> None:
    begin = start.replace(tzinfo=MOSCOW)
    end, further = (
        after(begin, Span("", working_minutes=number), WITH_LUNCH, MOSCOW) for number in (minutes, minutes + 1)
    )
    assert WITH_LUNCH.is_workday(end.date())
    minute = end.hour * 60 + end.minute + end.second / 60 + end.microsecond / 60e6
    assert any(first < minute <= last for first, last in WITH_LUNCH.hours)
    assert begin < end < further
