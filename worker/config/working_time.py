"""Defines when people work, for those who do not want the portal's calendar."""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import pairwise
from typing import Annotated

from pydantic import BeforeValidator

from bitrix.calendar import WEEKDAYS, WorkCalendar, clock, days
from worker.config.setting_types import Group
from worker.words.config_faults import InvalidSetting
from worker.words.phrase import Phrase

_RUSSIAN: Mapping[str, str] = dict(zip(("пн", "вт", "ср", "чт", "пт", "сб", "вс"), WEEKDAYS, strict=True))
IN_QUOTES = Phrase(
    'нужны дни в кавычках: "1.01, 9.05" или ["1.01", "11.05.2026"] (без года — каждый год)',
    'must be days in quotes: "1.01, 9.05" or ["1.01", "11.05.2026"] (without a year: every year)',
)
NO_DAYS = Phrase(
    "нужны дни вида 1.01, 9.05, 11.05.2026 (без года — каждый год)",
    "must be days such as 1.01, 9.05, 11.05.2026 (without a year: every year)",
)
_PERIOD = re.compile(r"\s*([0-9:.]+)\s*[-–]\s*([0-9:.]+)\s*")


def _hours(value: object) -> object:
    if value is None:
        return None
    if not isinstance(value, str) or _periods(value) is None:
        raise InvalidSetting(
            Phrase(
                "нужны часы вида 9:00-18:00 или, с перерывом, 9:00-13:00, 14:00-18:00",
                "must be hours such as 9:00-18:00, or with a break 9:00-13:00, 14:00-18:00",
            )
        )
    return value


def _periods(text: str) -> tuple[tuple[int, int], ...] | None:
    """Minutes since midnight, in order and apart; None: the text is no such hours."""
    found = [_PERIOD.fullmatch(part) for part in text.split(",")]
    marks = [clock(one[number]) for one in found if one for number in (1, 2)]
    minutes = [mark for mark in marks if mark is not None]
    if len(minutes) < 2 * len(found) or any(later <= sooner for sooner, later in pairwise(minutes)):
        return None
    return tuple(zip(minutes[::2], minutes[1::2], strict=True))


def _listed(value: object) -> list[object]:
    listed = value.split(",") if isinstance(value, str) else value
    if not isinstance(listed, list | tuple):
        return [value]
    return [one.strip() if isinstance(one, str) else one for one in listed if one != ""]


def _weekend(value: object) -> object:
    found = [_weekday(one) for one in _listed(value)]
    if not all(found) or len(set(found)) == len(WEEKDAYS):
        raise InvalidSetting(
            Phrase("нужны дни недели: sat, sun или сб, вс (не все семь)", "must be weekdays: sat, sun (not all seven)")
        )
    return tuple(found)


def _weekday(value: object) -> str | None:
    name = value.lower() if isinstance(value, str) else ""
    if name[:2] in _RUSSIAN:
        return _RUSSIAN[name[:2]]
    return name[:2].upper() if name[:2].upper() in WEEKDAYS else None


def _days(value: object) -> object:
    """Days as texts: YAML reads 1.10 as the number 1.1, and the first of October would become that of January."""
    listed = _listed(value)
    texts = [one for one in listed if isinstance(one, str)]
    if len(texts) < len(listed):
        raise InvalidSetting(IN_QUOTES)
    if days(texts) is None:
        raise InvalidSetting(NO_DAYS)
    return tuple(texts)


Days = Annotated[tuple[str, ...], BeforeValidator(_days)]


class WorkingTimeSettings(Group):
    """The working time that deadlines are counted in. Without `hours`: the portal's calendar."""

    hours: Annotated[str | None, BeforeValidator(_hours)] = None
    """None: the portal's calendar, and then nothing else is set here."""
    weekend: Annotated[tuple[str, ...], BeforeValidator(_weekend)] = ("SA", "SU")
    holidays: Days = ()
    workdays: Days = ()
    """Days on which people work although they are holidays or at a weekend."""

    @property
    def calendar(self) -> WorkCalendar | None:
        """None: that of the portal."""
        periods = _periods(self.hours) if self.hours else None
        if periods is None:
            return None
        holidays, workdays = days(self.holidays) or frozenset(), days(self.workdays) or frozenset()
        return WorkCalendar(periods, frozenset(WEEKDAYS[day] for day in self.weekend), holidays, workdays)

    @property
    def unused(self) -> tuple[str, ...]:
        """The settings that count for nothing, because `hours` is missing."""
        said = self.model_fields_set - {"hours"}
        return () if self.hours else tuple(name for name in type(self).model_fields if name in said)

    @property
    def in_both(self) -> tuple[str, ...]:
        """Days that are holidays and working days."""
        return tuple(sorted((days(self.holidays) or frozenset()) & (days(self.workdays) or frozenset())))
