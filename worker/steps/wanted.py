"""What the templates of a topic want to know of a closed task: only that is asked of the portal."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from worker.config.settings import TopicSettings
from worker.mapping.templates import Templates


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
    paths = [name.split(".") for name in names]
    fields = (path[1].upper() for path in paths if path[0] == "fields" and len(path) > 1)
    taken = {path[0] for path in paths}
    # Handed on as a whole, under another name: whatever is taken of it there must have been asked for.
    answer, result, checklist = (bool(taken & {one, ""}) for one in ("answer", "result", "checklist"))
    return Wanted(frozenset(fields), answer, result, checklist)


def all_fields(wanted_by_topic: Mapping[str, Wanted]) -> list[str]:
    """One list call serves all topics."""
    return sorted(frozenset[str]().union(*_fields(wanted_by_topic.values())))


def _fields(all_wanted: Iterable[Wanted]) -> Iterable[frozenset[str]]:
    return (one.fields for one in all_wanted)
