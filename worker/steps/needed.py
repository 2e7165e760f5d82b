"""Works out which process variables a topic's steps need: only these are fetched.

They are the variables that templates name, those of fields without a template, and our marks.
"""

from __future__ import annotations

from collections.abc import Iterable

from worker.config.settings import TopicSettings
from worker.mapping.marks import LOOP_COUNTER, MARKS, SPELLINGS, plain
from worker.mapping.task_fields import BY_VARIABLE, portal_name, spellings
from worker.mapping.templates import Templates
from worker.mapping.topic_templates import TopicTemplates


def needed(topic: TopicTemplates) -> list[str] | None:
    """Their names; None for all, because a template uses `variables` as a whole. Raises `TemplateFault`."""
    named = Templates().names([*topic.task.values(), *(topic.result or {}).values(), topic.wait.answer_variable])
    if "variables" in named:
        return None
    configured = {portal_name(key) for key in topic.task}
    by_name = (name for key in BY_VARIABLE if key.upper() not in configured for name in spellings(key))
    return sorted({LOOP_COUNTER, *SPELLINGS, *named, *by_name})


def unheard(topic: TopicSettings, inputs: Iterable[str]) -> dict[str, str]:
    """Input parameters that spell a mark in a way that is not fetched, with the mark: they would have no effect."""
    fetched = needed(topic) if topic.variables == "needed" else None
    if fetched is None:
        return {}
    return {name: MARKS[plain(name)] for name in inputs if plain(name) in MARKS and name not in fetched}
