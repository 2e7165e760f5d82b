"""Finds configured BPMN errors that no event in the model catches: the branch would silently end."""

from __future__ import annotations

from collections.abc import Mapping

from worker.config.settings import TopicSettings
from worker.mapping.outcomes import ERROR_OUTCOME
from worker.model import FetchedTask
from worker.runtime.telemetry import Telemetry
from worker.steps.bpmn.definition import Step
from worker.steps.definitions import Definitions, DefinitionUnread
from worker.steps.once import Once


def uncaught(topic: TopicSettings, step: Step, *, asks: bool) -> list[str]:
    """Codes that the end of this step's task may throw and that nothing around it catches within its definition.

    A process that calls this one may still catch them: no definition shows that.
    """
    return [code for code in codes_of(topic, asks=asks) if not step.catches(code)]


def codes_of(topic: TopicSettings, *, asks: bool) -> list[str]:
    """The codes of the BPMN errors that the settings of a topic name. `asks`: also those of answers."""
    wait = topic.wait
    outcomes = [wait.declined, wait.deleted, wait.returned, *(wait.answers.values() if asks else ())]
    codes = (found["code"] for one in outcomes if (found := ERROR_OUTCOME.fullmatch(str(one))))
    return list(dict.fromkeys(codes))


class UncaughtErrors:
    """Logs such codes once for each step. If its definition cannot be read, only `definition.unread` is logged."""

    def __init__(self, topics: Mapping[str, TopicSettings], definitions: Definitions, telemetry: Telemetry) -> None:
        self._topics = topics
        self._definitions = definitions
        self._telemetry = telemetry
        self._logged = Once()

    def look(self, task: FetchedTask, *, asks: bool) -> None:
        """Check a step that is about to wait. Never raises. Thread-safe."""
        step_id = (task.process_definition_id, task.activity_id)
        if step_id in self._logged or task.topic not in self._topics:
            return
        try:
            codes = uncaught(self._topics[task.topic], self._definitions.step(task), asks=asks)
        except DefinitionUnread:
            return
        if self._logged.first(step_id) and codes:  # two instances of one definition often wait from the same moment
            self._telemetry.emit(
                "model.error_uncaught",
                definition=task.process_definition_id,
                activity=task.activity_id,
                codes=", ".join(codes),
            )
