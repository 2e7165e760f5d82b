"""What the templates of a topic want to know of a closed task: only that is asked of the portal."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from worker.config import TopicSettings
from worker.templates import Templates


@dataclass(frozen=True, slots=True)
class Wanted:
    """`fields`: names on the portal, besides those that are always read."""

    fields: frozenset[str]
    answer: bool
    result: bool
    checklist: bool


def wanted(topic: TopicSettings) -> Wanted:
    """By the `task.…` that the topic's result templates name; raises `TemplateFault`."""
    names = Templates().attributes("task", topic.result.values())
    fields = (name.removeprefix("fields.").upper() for name in names if name.startswith("fields."))
    return Wanted(frozenset(fields), "answer" in names, "result" in names, "checklist" in names)


def all_fields(wanted_by_topic: Mapping[str, Wanted]) -> list[str]:
    """One list call serves all topics."""
    return sorted(frozenset[str]().union(*_fields(wanted_by_topic.values())))


def _fields(all_wanted: Iterable[Wanted]) -> Iterable[frozenset[str]]:
    return (one.fields for one in all_wanted)
