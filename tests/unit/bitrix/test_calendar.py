"""The portal's working time: hours, weekend, holidays, and what cannot be read."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest

from bitrix.calendar import PortalCalendar, WorkCalendar, clock, days
from bitrix.client import Answer
from bitrix.errors import Doubtful
from bitrix.limits.limiter import Kind

TOLD: dict[str, Any] = {
    "work_time_start": "9",
    "work_time_end": "18.30",
    "year_holidays": "1.01,2.01, 23.02",
    "year_workdays": "31.12",
    "week_holidays": ["SA", "SU"],
}


class Portal:
    def __init__(self, told: Any) -> None:
        self.told = told
        self.calls = 0

    def call(self, method: str, params: Mapping[str, Any] | None = None, *, kind: Kind) -> Answer:
        assert (method, params, kind) == ("calendar.settings.get", None, Kind.URGENT)
        self.calls += 1
        return Answer(self.told)


def test_the_portals_working_time() -> None:
    portal = Portal(TOLD)
    calendar = PortalCalendar(portal)
    time = calendar.working_time()
    assert time == WorkCalendar(
        ((540, 1110),), frozenset({5, 6}), frozenset({"1.1", "2.1", "23.2"}), frozenset({"31.12"})
    )
    assert time.minutes == 570
    assert calendar.working_time() is time
    assert portal.calls == 1


@pytest.mark.parametrize(
    ("day", "works"),
    [
        (date(2026, 11, 27), True),
        (date(2026, 11, 28), False),  # a Saturday
        (date(2026, 2, 23), False),
        (date(2027, 1, 1), False),
        (date(2028, 12, 31), True),  # a Sunday, but said to be a workday
    ],
)
def test_workdays_weekends_and_holidays(day: date, works: bool) -> None:
    assert PortalCalendar(Portal(TOLD)).working_time().is_workday(day) is works


@pytest.mark.parametrize("empty", [None, "", [], [""], ()])
def test_a_portal_without_holidays(empty: Any) -> None:
    if empty == ():
        told = {"work_time_start": "9", "work_time_end": "18"}
    else:
        told = {**TOLD, "year_holidays": empty, "week_holidays": empty, "year_workdays": empty}
    assert PortalCalendar(Portal(told)).working_time().is_workday(date(2026, 11, 28))


@pytest.mark.parametrize(
    "told",
    [
        [],
        None,
        {**TOLD, "work_time_start": "nine"},
        {**TOLD, "work_time_start": "19"},
        {**TOLD, "work_time_end": ""},
        {**TOLD, "week_holidays": ["Saturday"]},
        {**TOLD, "week_holidays": {"0": "SA"}},
        {**TOLD, "year_holidays": "31.02"},
        {**TOLD, "year_holidays": "1.01-8.01"},
        {**TOLD, "year_workdays": [7]},
    ],
)
def test_what_cannot_be_read_is_an_error_not_a_guess(told: Any) -> None:
    with pytest.raises(Doubtful):
        PortalCalendar(Portal(told)).working_time()


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("9", 540),
        (9, 540),
        ("9.30", 570),
        ("09:00", 540),
        ("9.00", 540),
        ("24", 1440),
        ("9:00:00", 540),
        *((bad, None) for bad in ("25", "9.75", "9.5", "", None, True, 9.5, "9-18")),
    ],
)
def test_times_of_day(text: Any, minutes: int | None) -> None:
    assert clock(text) == minutes


def test_days_of_every_year_and_of_one() -> None:
    assert days(["01.05", "9.5.2026", "29.02"]) == frozenset({"1.5", "9.5.2026", "29.2"})
    assert days(["29.02.2026"]) is None
