"""Finds text fields that a variable of type File fills: people would see its file name, and no file."""

from __future__ import annotations

import re

from worker.mapping.marks import QUESTION_FIELD, plain
from worker.mapping.task_fields import FIELDS, SHOWN, portal_name
from worker.mapping.topic_templates import TopicTemplates
from worker.model import FetchedTask, FileVariable

_ONE_NAME = re.compile(r"\s*\{\{-?\s*(\w+)\s*(\|[^{}]*)?\}\}\s*")


def files_as_text(task: FetchedTask, topic: TopicTemplates) -> list[str]:
    """Each as `description: contract`, the field and its variable. A file's name within a text is meant so."""
    files = [name for name, value in task.variables.items() if isinstance(value, FileVariable)]
    if not files:
        return []
    configured = {portal_name(key) for key in topic.task}
    by_name = {plain(one.name): one.name for one in FIELDS if one.is_prose and one.portal_name not in configured}
    by_name[plain(QUESTION_FIELD)] = QUESTION_FIELD
    found = [f"{by_name[plain(name)]}: {name}" for name in files if plain(name) in by_name]
    shown = {key: _ONE_NAME.fullmatch(str(text)) for key, text in topic.task.items() if portal_name(key) in SHOWN}
    return found + [f"{key}: {one[1]}" for key, one in shown.items() if one and one[1] in files]
