"""Finds placeholders in a step's texts that neither engine nor worker fills: people see them as they are written."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from worker.config.settings import TopicSettings
from worker.mapping.marks import QUESTION_FIELD, plain
from worker.mapping.notations import unfilled
from worker.mapping.task_fields import portal_name, spellings
from worker.steps.bpmn.step import Step
from worker.steps.names import uses_names
from worker.steps.needed import needed

CHECKLISTS = "checklists"


def unfilled_texts(step: Step, topic: TopicSettings, *, properties_read: Collection[str], titled: bool) -> list[str]:
    """Each place with its placeholders: the step's name, the parameters and properties that are read.

    `titled`: the portal's templates give the titles of tasks.
    """
    found = _texts(step, topic, properties_read, titled=titled)
    several = ((place, unfilled(text, evaluated=evaluated)) for place, text, evaluated in found)
    return [f"{place}: {', '.join(some)}" for place, some in several if some]


def _texts(
    step: Step, topic: TopicSettings, properties_read: Collection[str], *, titled: bool
) -> Iterator[tuple[str, str, bool]]:
    """(place, text, whether an expression in it is evaluated, or refused as a fault of the step)."""
    configured = {portal_name(key) for key in topic.task}
    titled = titled or "TITLE" in configured or not {*step.inputs}.isdisjoint(spellings("title"))
    if step.name and (not titled or uses_names(topic)):
        yield "name", step.name, False
    read = needed(topic)
    for name, text in step.texts.items():
        if read is None or name in read:
            yield f"inputParameters.{name}", text, True
    for name, text in step.properties.items():
        refused = name in properties_read or plain(name) == plain(QUESTION_FIELD)
        if refused or name == CHECKLISTS:
            yield f"properties.{name}", text, refused
