"""Finds constants of a step that no run takes, or not as they were meant: a text too long, a deadline long past."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

from worker.config.settings import TopicSettings
from worker.mapping.bbcode import CutText, single_line
from worker.mapping.checklists import ChecklistItem
from worker.mapping.date_order import shown, surely_before
from worker.mapping.expectations import QUESTION_CHARACTERS
from worker.mapping.fields import due
from worker.mapping.marks import QUESTION_FIELD, plain
from worker.mapping.task_fields import portal_name, spellings
from worker.mapping.template_reader import names_of
from worker.mapping.unfit import Unfit
from worker.steps.bpmn.step import Step
from worker.steps.trial import constant_fields

DEADLINE, DESCRIPTION = "DEADLINE", "DESCRIPTION"
_BY_TEXT = ("TITLE", DESCRIPTION)
START, END = PLAN_DATES = ("START_DATE_PLAN", "END_DATE_PLAN")
_MARKUP = re.compile(
    r"\[(b|i|u|s|url|img|table|list|code|quote|color|size|font|user)\b[^\[\]]*\].*?\[/\1\]", re.IGNORECASE | re.DOTALL
)
_HTML = re.compile(
    r"</(a|b|i|u|s|p|em|li|ol|ul|td|th|tr|div|font|span|strong|table|h[1-6])\s*>|<(br|hr)\s*/?>", re.IGNORECASE
)
SHOWN_END = 30
"""Characters before the cut of a text that are shown."""
LONGEST_TEXT = 4000
"""Characters that a text variable of the engine holds: its column's width. Lists, maps and properties may be longer."""


def cut_questions(step: Step) -> Iterator[tuple[str, int]]:
    """(name, length) of each text of its question of which people would see only the beginning."""
    said = (*step.properties.items(), *step.own.constants.items())
    for name, text in said:
        if plain(name) == plain(QUESTION_FIELD) and isinstance(text, str):
            length = len(single_line(text))
            if length > QUESTION_CHARACTERS:
                yield name, length


def too_long(step: Step) -> Iterator[tuple[str, str, int]]:
    """(place, name, length) of each text parameter, of the step or a sub-process around it, too long for a variable."""
    for level in step.levels:
        for name, text in level.constants.items():
            if isinstance(text, str) and (length := len(text.strip())) > LONGEST_TEXT:
                yield name if level.of == step.id else f"{level.of}.{name}", name, length


def past_deadlines(step: Step, topic: TopicSettings) -> Iterator[tuple[str, Any]]:
    """(name, value) of each deadline by a constant that has passed: every task would be overdue from the start."""
    for name, field, value in constant_fields(step, topic):
        with suppress(Unfit):
            at = due(value, None) if field == DEADLINE else None
            if isinstance(at, str) and datetime.fromisoformat(at) < datetime.now(UTC):
                yield name, value


def dead_markup(step: Step, topic: TopicSettings) -> Iterator[tuple[str, str]]:
    """(name, tags) of each text of its description with BBCode, which has no effect in values: people see the tags."""
    by_template = DESCRIPTION in map(portal_name, topic.task)
    for name in () if by_template else spellings(DESCRIPTION.lower()):
        yield from _tagged(name, _MARKUP, step.texts.get(name, ""))


def lines_with_markup(step: Step, topic: TopicSettings) -> Iterator[tuple[str, str]]:
    """(name, tags) of its title and question with BBCode: the portal shows both as they are."""
    titles = () if "TITLE" in map(portal_name, topic.task) else spellings("title")
    for name, text in (*((one, step.texts.get(one, "")) for one in titles), *_questions(step, topic)):
        yield from _tagged(name, _MARKUP, text)


def dead_html(step: Step, topic: TopicSettings, fields: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """(name, tags) of each text for people with HTML, which the portal shows as it is. `fields`: of every task."""
    by_template = {portal_name(key) for key in topic.task}
    names = [one for of in _BY_TEXT if of not in by_template for one in spellings(of.lower())]
    said = [(one, step.texts[one]) for one in names if one in step.texts]
    said += [(of.lower(), fields[of]) for of in (*_BY_TEXT, "COMMENT") if of in by_template and of in fields]
    for name, text in (*said, *_questions(step, topic)):
        yield from _tagged(name, _HTML, text)


def _questions(step: Step, topic: TopicSettings) -> Iterator[tuple[str, str]]:
    """The texts of its question, unless a template gives that."""
    said = () if plain(QUESTION_FIELD) in map(plain, topic.task) else (*step.properties.items(), *step.texts.items())
    return ((name, text) for name, text in said if plain(name) == plain(QUESTION_FIELD))


def _tagged(name: str, markup: re.Pattern[str], text: str) -> Iterator[tuple[str, str]]:
    tags = dict.fromkeys(next(filter(None, one.groups())).casefold() for one in markup.finditer(text))
    shown = "[{}]" if markup is _MARKUP else "<{}>"
    yield from [(name, ", ".join(map(shown.format, tags)))] if tags else ()


def cut_texts(fields: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """(name, end) of each text of every task that is longer than the portal keeps: what people see last of it."""
    for name, value in fields.items():
        for text in _texts_in(value):
            if isinstance(text, CutText):
                yield name.lower(), text[-SHOWN_END:]


def _texts_in(value: Any) -> Iterator[Any]:
    for one in value if isinstance(value, list) else [value]:
        yield from (item.title for item in one.all()) if isinstance(one, ChecklistItem) else [one]


def lone_plan_date(step: Step, topic: TopicSettings) -> tuple[str, str] | None:
    """The parameters that give one plan date, and those of the other, which nothing in the model sets."""
    read = {portal_name(key): {*names_of([template])} for key, template in topic.task.items()}
    around = {name for names in step.near for name in names}
    known = {*around, *step.model.sets, *step.model.in_code}
    for one, other in (PLAN_DATES, PLAN_DATES[::-1]):
        given, lacking = read.get(one, set[str]()) & around, read.get(other, set[str]())
        blank = any(level.constants.get(name, "") is None for level in step.levels for name in given)
        if given and lacking and not blank and lacking.isdisjoint({*known, "properties", "external_task"}):
            return ", ".join(sorted(given)), ", ".join(sorted(lacking))
    return None


def dates_before_start(fields: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """(portal name, value, start) of each date of a task that surely comes before its planned start."""
    for name in (END, DEADLINE) if START in fields else ():
        start, value = fields[START], fields.get(name)
        if value and surely_before(value, start):
            yield name, shown(value), shown(start)
