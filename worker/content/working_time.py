"""Adds lengths of time to a date: days of the calendar, hours of a clock, and the time in which people work."""

from __future__ import annotations

from calendar import monthrange
from datetime import datetime, timedelta, tzinfo

from bitrix.calendar import WorkCalendar
from worker.mapping.spans import Span

MOST_DAYS = 366 * 60
"""How far to count working time: a calendar in which nobody works has no end."""


class NoWorkingTime(Exception):
    """The calendar has too few working days."""


def after(start: datetime, length: Span, calendar: WorkCalendar | None, zone: tzinfo | None) -> datetime:
    """The date that lies `length` after `start`, which has an offset. `zone`: of days; None: this machine's.

    `calendar` is needed if `length.needs_calendar`. Raises `NoWorkingTime`, and `OverflowError` or `ValueError` for a
    date beyond the year 9999.
    """
    local = start.astimezone(zone).replace(tzinfo=None)
    if length.needs_calendar:
        assert calendar is not None, "a working time needs a calendar"  # noqa: S101 - the caller's duty, see above
        minutes = length.working_days * calendar.minutes + length.working_minutes
        return _located(_worked(local, timedelta(minutes=minutes), calendar), zone)
    moved = _located(_months_later(local, length.months) + timedelta(days=length.days), zone)
    return (moved.astimezone(tz=None) + timedelta(seconds=length.seconds)).astimezone(zone)


def _worked(start: datetime, work: timedelta, calendar: WorkCalendar) -> datetime:
    """When `work` is done. A time at the end of a working day stays there: it does not become the next morning."""
    midnight = start.replace(hour=0, minute=0, second=0, microsecond=0)
    for _ in range(MOST_DAYS):
        for begins, ends in calendar.hours if calendar.is_workday(midnight.date()) else ():
            begin, end = max(start, midnight + timedelta(minutes=begins)), midnight + timedelta(minutes=ends)
            if begin < end and work <= end - begin:
                return begin + work
            work -= max(end - begin, timedelta())
        midnight += timedelta(days=1)
    raise NoWorkingTime


def _months_later(day: datetime, months: int) -> datetime:
    """The same day of a later month; its last day if it has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return day.replace(year=year, month=month + 1, day=min(day.day, monthrange(year, month + 1)[1]))


def _located(local: datetime, zone: tzinfo | None) -> datetime:
    return local.replace(tzinfo=zone) if zone else local.astimezone()
