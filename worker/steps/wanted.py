"""Finds what a topic's templates need to know about a closed task: the portal is asked only for that."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from worker.config.settings import TopicSettings
from worker.mapping.template_reader import attributes_of


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is needed. `fields`: names on the portal, besides those that are always read."""

    fields: frozenset[str]
    answer: bool
    result: bool
    checklist: bool


def wanted(topic: TopicSettings) -> Wanted:
    """What a topic needs, by the `task.…` that its result templates name. Raises `TemplateFault`."""
    names = attributes_of("task", topic.result.values())
    paths = [name.split(".") for name in names]
    fields = (path[1].upper() for path in paths if path[0] == "fields" and len(path) > 1)
    taken = {path[0] for path in paths}
    # A template may use `task` as a whole under another name: then everything must be read.
    answer, result, checklist = (bool(taken & {one, ""}) for one in ("answer", "result", "checklist"))
    return Wanted(frozenset(fields), answer, result, checklist)


def all_fields(wanted_by_topic: Mapping[str, Wanted]) -> list[str]:
    """The fields of all topics, for one list call that serves them all."""
    return sorted(frozenset[str]().union(*_fields(wanted_by_topic.values())))


def _fields(all_wanted: Iterable[Wanted]) -> Iterable[frozenset[str]]:
    return (one.fields for one in all_wanted)
