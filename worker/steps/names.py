"""Adds to a task the names of its step and its process, which only the model has."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace

from worker.mapping.bbcode import single_line
from worker.mapping.template_reader import attributes_of
from worker.mapping.template_values import TemplateFault
from worker.mapping.topic_templates import TopicTemplates
from worker.model import FetchedTask, UnreadName
from worker.steps.bpmn.definition import Step
from worker.steps.definitions import Definitions, DefinitionUnread
from worker.words.phrase import unchanged

NAMES = ("activity_name", "process_name")


class Names:
    """Reads the names from the definitions. Thread-safe."""

    def __init__(self, definitions: Definitions, topics: Mapping[str, TopicTemplates]) -> None:
        self._definitions = definitions
        self._used = frozenset(name for name, topic in topics.items() if uses_names(topic))

    def of(self, task: FetchedTask) -> FetchedTask:
        """The task with both names; each is None where the model gives none.

        Raises `EngineError` if the model could not be read just now: the next try may read it. The step waits some
        minutes, or as long as it takes if a template of the topic uses a name. If the engine refuses the model for
        good, only such a template fails.
        """
        try:
            step = self._definitions.step(task)
        except DefinitionUnread as unread:
            if unread.passing and (unread.is_young or task.topic in self._used):
                raise unread.passing from None
            activity, process = (UnreadName(name, "BPMN", unchanged(str(unread))) for name in NAMES)
            return replace(task, activity_name=activity, process_name=process)
        return replace(task, activity_name=_plain(step.name), process_name=_plain(_process(step)))


def uses_names(topic: TopicTemplates) -> bool:
    """Whether a template of the topic uses a name, or `external_task` as a whole."""
    with suppress(TemplateFault):  # reported when the template is used
        texts = [*topic.task.values(), *(topic.result or {}).values(), topic.wait.answer_variable]
        return not attributes_of("external_task", texts).isdisjoint({"", *NAMES})
    return False


def _process(step: Step) -> str | None:
    return step.scopes[-1].name if step.scopes else None


def _plain(name: str | None) -> str | None:
    """In one line: modelers break the lines of names. None for a blank one."""
    return single_line(name or "") or None
