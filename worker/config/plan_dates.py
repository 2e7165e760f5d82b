"""Finds dates of a topic that do not fit each other: one plan date without the other, an end before its start."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from worker.config.settings import Settings, TopicSettings
from worker.config.without_effect import PLAN
from worker.mapping.date_order import shown, surely_before
from worker.mapping.fields import due
from worker.mapping.notations import is_constant
from worker.mapping.spans import Span
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
TOO_EARLY = Phrase(
    "крайний срок {end} раньше планового начала {start}: проверьте обе даты",
    "the deadline {end} is before the planned start {start}: check both",
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
            yield from _before_start(name, topic, found[1], REVERSED)


def early_deadlines(settings: Settings) -> Iterator[Problem]:
    """Warnings of deadlines before the planned start."""
    for name, topic in settings.topics.items():
        if deadline := topic.filled.get("DEADLINE"):
            yield from _before_start(name, topic, deadline, TOO_EARLY)


def _before_start(name: str, topic: TopicSettings, date: str, words: Phrase) -> Iterator[Problem]:
    start = topic.filled.get(PLAN[0])
    begin, end = (_constant(topic.task[one]) if one else None for one in (start, date))
    if begin and end and surely_before(end, begin):
        yield Problem(f"topics.{name}.task.{date}", words.format(start=shown(begin), end=shown(end)))


def _constant(value: Any) -> str | Span | None:
    """What it always gives; None: a template, or no date that can be read."""
    with suppress(Unfit):
        return due(value, None) if not isinstance(value, str) or is_constant(value) else None
    return None
