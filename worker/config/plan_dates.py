"""Finds plan dates of a topic that the portal takes from nobody: one without the other, an end before its start."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from typing import Any

from worker.config.settings import Settings
from worker.config.without_effect import PLAN
from worker.mapping.fields import due
from worker.mapping.notations import is_constant
from worker.mapping.unfit import Unfit
from worker.words.config_faults import Problem
from worker.words.phrase import Phrase

LONE_DATE = Phrase(
    "портал принимает плановые даты только вместе: задайте и {other} или уберите эту",
    "the portal takes plan dates only together: set {other} too, or leave this one out",
)
REVERSED = Phrase(
    "конец {end} раньше начала {start}: исправьте одну из дат", "the end {end} is before the start {start}: correct one"
)


def odd_plan_dates(settings: Settings) -> Iterator[Problem]:
    """Of two fields that belong together. A template of the portal may hold the other one, or win over both."""
    for name, topic in settings.topics.items():
        found = [topic.filled[date] for date in PLAN if date in topic.filled]
        if name in settings.templates.topics:
            continue
        if len(found) == 1:
            other = next(date.lower() for date in PLAN if date not in topic.filled)
            yield Problem(f"topics.{name}.task.{found[0]}", LONE_DATE.format(other=other))
        if len(found) == 2:
            start, end = (_constant(topic.task[date]) for date in found)
            if start and end and end < start:
                phrase = REVERSED.format(start=start.isoformat(), end=end.isoformat())
                yield Problem(f"topics.{name}.task.{found[1]}", phrase)


def _constant(value: Any) -> datetime | None:
    """The date that it always gives; None: a length of time, a template, or none that can be read."""
    with suppress(Unfit):
        said = due(value, None) if not isinstance(value, str) or is_constant(value) else None
        return datetime.fromisoformat(said) if isinstance(said, str) else None
    return None
