"""Reads lengths of time, counted from the creation of the external task: `P2D`, `PT8H`, `2 working days`, `3 часа`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

_ISO = re.compile(
    r"P(?:(?P<years>\d{1,3})Y)?(?:(?P<months>\d{1,4})M)?(?:(?P<weeks>\d{1,4})W)?(?:(?P<days>\d{1,5})D)?"
    r"(?:T(?=\d)(?:(?P<hours>\d{1,6})H)?(?:(?P<minutes>\d{1,7})M)?(?:(?P<seconds>\d{1,9})S)?)?",
    re.ASCII,
)
_WORDS = re.compile(r"(?P<number>\d{1,5})\s+(?:(?P<working>[a-zа-яё]+)\s+)?(?P<unit>[a-zа-яё]+)")
WORKING = frozenset({"working", "business", "рабочий", "рабочая", "рабочую", "рабочие", "рабочих", "рабочего"})
UNITS: Mapping[str, str] = {
    **dict.fromkeys(("minute", "minutes", "минута", "минуту", "минуты", "минут"), "minutes"),
    **dict.fromkeys(("hour", "hours", "час", "часа", "часов"), "hours"),
    **dict.fromkeys(("day", "days", "день", "дня", "дней"), "days"),
    **dict.fromkeys(("week", "weeks", "неделя", "неделю", "недели", "недель"), "weeks"),
    **dict.fromkeys(("month", "months", "месяц", "месяца", "месяцев"), "months"),
}
MOSTWORKING_DAYS = 9999


@dataclass(frozen=True, slots=True)
class Span:
    """A length of time. Months and days are those of the calendar, seconds those of a clock.

    A working day is the working time of a whole day; both kinds of working time need a `WorkCalendar`.
    """

    text: str
    months: int = 0
    days: int = 0
    seconds: int = 0
    working_days: int = 0
    working_minutes: int = 0

    @property
    def needs_calendar(self) -> bool:
        """Whether it counts only the time in which people work."""
        return bool(self.working_days or self.working_minutes)


def span(text: str) -> Span | None:
    """The length of time that a text means; None: the text means none, or an empty one."""
    plain = " ".join(text.split())
    if found := _ISO.fullmatch(plain):
        return _iso(plain, {name: int(number or 0) for name, number in found.groupdict().items()})
    found = _WORDS.fullmatch(plain.lower())
    unit = UNITS.get(found["unit"]) if found else None
    if not found or unit is None or (found["working"] and found["working"] not in WORKING):
        return None
    number = int(found["number"])
    return _working(plain, number, unit) if found["working"] else _iso(plain, {unit: number})


def _iso(text: str, parts: Mapping[str, int]) -> Span | None:
    def part(name: str) -> int:
        return parts.get(name, 0)

    months, days = 12 * part("years") + part("months"), 7 * part("weeks") + part("days")
    seconds = 3600 * part("hours") + 60 * part("minutes") + part("seconds")
    return Span(text, months, days, seconds) if months or days or seconds else None


def _working(text: str, number: int, unit: str) -> Span | None:
    """Working weeks and months are not accepted: it is unclear how many days they have."""
    if not 0 < number <= MOSTWORKING_DAYS or unit in ("weeks", "months"):
        return None
    if unit == "days":
        return Span(text, working_days=number)
    return Span(text, working_minutes=number * (60 if unit == "hours" else 1))
