"""Works out which process variables a topic's steps need: only these are fetched.

They are the variables that templates name, those of fields without a template, and our marks.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache

from worker.config.settings import TopicSettings
from worker.mapping.marks import LOOP_COUNTER, MARKS, SPELLINGS, plain
from worker.mapping.task_fields import BY_VARIABLE, portal_name, spellings
from worker.mapping.template_reader import names_of
from worker.mapping.topic_templates import TopicTemplates

OURS = frozenset({"properties", "external_task"})
"""What templates name of the worker's own. In a result `task` is the closed task, too."""


def needed(topic: TopicTemplates) -> Sequence[str] | None:
    """Their names; None for all, because a template uses `variables` as a whole. Raises `TemplateFault`."""
    named = names_of([*topic.task.values(), topic.wait.answer_variable])
    at_end = names_of((topic.result or {}).values())
    if "variables" in named | at_end:
        return None
    return _needed((named | (at_end - {"task"})) - OURS, frozenset(map(portal_name, topic.task)))


@lru_cache(maxsize=1000)
def _needed(named: frozenset[str], configured: frozenset[str]) -> Sequence[str]:
    """Asked several times for each task, and always the same of one topic."""
    by_name = (name for key in BY_VARIABLE if key.upper() not in configured for name in spellings(key))
    return sorted({LOOP_COUNTER, *SPELLINGS, *named, *by_name})


def unheard(topic: TopicSettings, inputs: Iterable[str]) -> dict[str, str]:
    """Input parameters that spell a mark in a way that is not fetched, with the mark: they would have no effect."""
    fetched = needed(topic) if topic.variables != "all" else None
    if fetched is None:
        return {}
    return {name: MARKS[plain(name)] for name in inputs if plain(name) in MARKS and name not in fetched}
