"""Reads the portal's working time from its calendar (documentation of `calendar.settings.get`).

The calendar names no time zone: the caller must know it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from bitrix.client import Caller
from bitrix.errors import malformed
from bitrix.kept import Kept
from bitrix.limits.limiter import Kind

METHOD = "calendar.settings.get"
SCOPE = "calendar"
KEPT_SECONDS = 600.0
MINUTES = 24 * 60
WEEKDAYS = {"MO": 0, "TU": 1, "WE": 2, "TH": 3, "FR": 4, "SA": 5, "SU": 6}
"""The portal's names of the days, and Python's numbers."""
_CLOCK = re.compile(r"([0-9]{1,2})(?:[.:]([0-9]{2}))?(?:[.:]00)?")
_DAY = re.compile(r"([0-9]{1,2})\.([0-9]{1,2})(?:\.([0-9]{4}))?")


@dataclass(frozen=True, slots=True)
class WorkCalendar:
    """When people work. `hours`: pairs (from, until) in minutes since midnight, in order. `weekend`: Monday is 0.

    `holidays` and `workdays` are days such as `9.5` (every year) or `9.5.2026`; a workday wins over both others.
    """

    hours: tuple[tuple[int, int], ...]
    weekend: frozenset[int]
    holidays: frozenset[str] = frozenset()
    workdays: frozenset[str] = frozenset()

    def is_workday(self, day: date) -> bool:
        """Whether people work on this day."""
        names = {f"{day.day}.{day.month}", f"{day.day}.{day.month}.{day.year}"}
        if names & self.workdays:
            return True
        return day.weekday() not in self.weekend and not names & self.holidays

    @property
    def minutes(self) -> int:
        """The working time of one day."""
        return sum(until - begin for begin, until in self.hours)


class PortalCalendar:
    """The portal's calendar, kept for ten minutes. Raises `PortalError`; thread-safe."""

    def __init__(self, client: Caller) -> None:
        self._client = client
        self._kept: Kept[str, WorkCalendar] = Kept(1)

    def working_time(self) -> WorkCalendar:
        """When people work, by the portal's settings. Needs the scope `calendar`. Safe to repeat."""
        return self._kept.get(METHOD, self._ask, lambda _: KEPT_SECONDS)

    def _ask(self) -> WorkCalendar:
        answer = self._client.call(METHOD, kind=Kind.URGENT).result
        if not isinstance(answer, dict):
            raise malformed(METHOD, "the answer is not a mapping")
        begin, until = (clock(answer.get(name)) for name in ("work_time_start", "work_time_end"))
        weekend = _several(answer.get("week_holidays"))
        holidays, workdays = (_days(answer.get(name)) for name in ("year_holidays", "year_workdays"))
        if begin is None or until is None or begin >= until:
            raise malformed(METHOD, "work_time_start and work_time_end cannot be read")
        if weekend is None or not weekend <= WEEKDAYS.keys() or holidays is None or workdays is None:
            raise malformed(METHOD, "the holidays cannot be read")
        return WorkCalendar(((begin, until),), frozenset(WEEKDAYS[day] for day in weekend), holidays, workdays)


def clock(value: Any) -> int | None:
    """A time of day such as `9`, `9.30` or `9:30` as minutes since midnight, at most 24:00; None otherwise."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        return None
    found = _CLOCK.fullmatch(str(value).strip())
    if not found or int(found[2] or 0) > 59:
        return None
    minutes = int(found[1]) * 60 + int(found[2] or 0)
    return minutes if minutes <= MINUTES else None


def days(texts: Iterable[str]) -> frozenset[str] | None:
    """Days such as `01.05` or `9.05.2026`, as `WorkCalendar` writes them; None if a text is not a day."""
    found = [_DAY.fullmatch(text.strip()) for text in texts]
    if not all(one and _is_day(*one.groups()) for one in found):
        return None
    return frozenset(".".join(str(int(part)) for part in one.groups() if part) for one in found if one)


def _is_day(day: str, month: str, year: str | None) -> bool:
    try:
        date(int(year or 2000), int(month), int(day))  # 2000: 29.02 is a day
    except ValueError:
        return False
    return True


def _days(value: Any) -> frozenset[str] | None:
    several = _several(value)
    return None if several is None else days(several)


def _several(value: Any) -> set[str] | None:
    """The texts of a list, or of a text with commas, without empty ones. None for another kind of value."""
    if value is None:
        return set()
    texts = value.split(",") if isinstance(value, str) else value
    if not isinstance(texts, list) or not all(isinstance(one, str) for one in texts):
        return None
    return {one.strip() for one in texts if one.strip()}
