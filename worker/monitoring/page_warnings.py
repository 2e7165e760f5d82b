"""The last warnings for the status page and `status`: in words, how often, and since when."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from worker.monitoring.page_model import About, Item, Warned
from worker.runtime.recent_warnings import RecentWarning, Telling
from worker.words.log.telling import text_of, with_facts
from worker.words.page import LEVELS, WORDS, span
from worker.words.phrase import Language

WARNINGS = "/warnings"
"""The path at which the running worker serves them to `status`."""


HELD = "task.held"
"""Told of a step in hand that does not go on although the portal answers: somebody must fix the cause."""


LOG = "log.dropped"
"""Told while lines of the log are lost."""


def lost(warnings: Sequence[RecentWarning], at: float, about: About, language: Language) -> list[Item]:
    """Why the log is not written now, if it is not."""
    told = [one for warning in warnings if warning.event == LOG for one in warning.newest[:1] if not one.passed]
    return [_item(LOG, one, at, about, language) for one in told]


def held(warnings: Sequence[RecentWarning], at: float, about: About, language: Language) -> list[Item]:
    """The steps that are held so now."""
    told = [one for warning in warnings if warning.event == HELD for one in warning.newest if not one.passed]
    return [_held(one, at, about, language) for one in told]


def _held(one: Telling, at: float, about: About, language: Language) -> Item:
    item = _item(HELD, one, at, about, language)
    return replace(item, since=span(at - _began(one), language), id=str(one.facts.get("task") or ""))


def _began(one: Telling) -> float:
    """Since when a step is held: it is told only after a while."""
    held = one.facts.get("held")
    return one.at - held if isinstance(held, float) else one.at


def warned(one: RecentWarning, at: float, about: About, language: Language) -> Warned:
    """One event for the page. `at`: the current moment, in seconds since the epoch."""
    first, last = (span(at - moment, language) for moment in (one.first, one.last))
    times = WORDS["warned_once" if one.count == 1 else "warned_times"].in_(language)
    return Warned(
        event=one.event,
        mood="bad" if one.level == "error" else "warn",
        level=LEVELS[one.level].in_(language),
        times=times.format(count=one.count, first=first, last=last),
        items=[_item(one.event, newest, at, about, language) for newest in one.newest],
    )


def _item(event: str, newest: Telling, at: float, about: About, language: Language) -> Item:
    number = newest.facts.get("portal_task")
    number = number if isinstance(number, int) else None
    url = "" if number is None else about.task_url(number)
    said = _words(event, newest, language)
    told = WORDS["warned_passed"].in_(language).format(message=said) if newest.passed else said
    return Item((), number, url, span(at - newest.at, language), told)


def _words(event: str, newest: Telling, language: Language) -> str:
    """The event's message; for an event of a library, the library's own."""
    return with_facts(text_of(event).in_(language), newest.facts, language) or str(newest.facts.get("message", ""))


def as_data(warnings: Sequence[RecentWarning], language: Language) -> list[dict[str, Any]]:
    """The same for programs; times in UTC."""
    return [
        {
            "event": one.event,
            "level": one.level,
            "count": one.count,
            "first": _time(one.first),
            "last": _time(one.last),
            "occurrences": [
                {
                    "at": _time(newest.at),
                    "since": _time(_began(newest)),
                    "passed": newest.passed,
                    "task": newest.facts.get("task"),
                    "message": _words(one.event, newest, language),
                }
                for newest in one.newest
            ],
        }
        for one in warnings
    ]


def _time(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds")
