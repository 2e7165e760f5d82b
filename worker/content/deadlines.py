"""Turns lengths of time into dates, counted from the creation of the external task: a retry gives the same date.

Days and working time are in this machine's time zone, like dates without an offset: the portal's calendar names none.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, tzinfo
from typing import Protocol

from bitrix.calendar import SCOPE, WorkCalendar
from bitrix.errors import MethodMissing
from worker.content.working_time import NoWorkingTime, after
from worker.mapping.blame import fault
from worker.mapping.spans import Span
from worker.mapping.unfit import EXPECTED
from worker.model import FetchedTask, TaskDraft


class Scopes(Protocol):
    """What the webhook may call. Raises `PortalError`."""

    def granted(self) -> frozenset[str]: ...


class Calendar(Protocol):
    """The portal's working time. Raises `PortalError`."""

    def working_time(self) -> WorkCalendar: ...


class Births(Protocol):
    """When external tasks were created."""

    def born(self, task: FetchedTask) -> datetime: ...


class DueDates:
    """The part of a draft that turns lengths of time into dates. Thread-safe.

    `own`: the working time of the configuration; None: that of the portal's calendar. `ages`: when tasks were created.
    `zone`: the time zone of days; None: this machine's.
    """

    def __init__(
        self,
        calendar: Calendar,
        scopes: Scopes,
        own: WorkCalendar | None,
        ages: Births,
        zone: tzinfo | None = None,
    ) -> None:
        self._calendar = calendar
        self._scopes = scopes
        self._own = own
        self._ages = ages
        self._zone = zone

    def complete(self, task: FetchedTask, draft: TaskDraft) -> TaskDraft:
        """The draft with dates. Raises `MappingFault`, and `PortalError` if the calendar could not be read."""
        lengths = {name: value for name, value in draft.fields.items() if isinstance(value, Span)}
        dates = {name: self.date(task, name.lower(), length) for name, length in lengths.items()}
        return replace(draft, fields={**draft.fields, **dates}) if dates else draft

    def date(self, task: FetchedTask, field: str, length: Span) -> str:
        """The date, in ISO 8601, `length` after the creation of the task. `field`: its name for a fault.

        Safe to repeat: gives the same date. Raises as `complete`.
        """
        calendar = self._working_time(task, field, length) if length.needs_calendar else None
        try:
            found = after(self._ages.born(task), length, calendar, self._zone)
        except NoWorkingTime:
            raise fault(task, field, length.text, "no_working_time") from None
        except (OverflowError, ValueError):
            raise fault(task, field, length.text, "unfit", EXPECTED["due"]) from None
        return found.isoformat(timespec="seconds")

    def _working_time(self, task: FetchedTask, field: str, length: Span) -> WorkCalendar:
        if self._own is not None:
            return self._own
        if SCOPE not in self._scopes.granted():
            raise fault(task, field, length.text, "calendar_hidden")
        try:
            return self._calendar.working_time()
        except MethodMissing:  # the portal has no calendar
            raise fault(task, field, length.text, "calendar_hidden") from None
