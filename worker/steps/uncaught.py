"""BPMN errors of the configuration that no event in the model catches: the branch then ends without a word."""

from __future__ import annotations

from collections.abc import Mapping

from worker.config.settings import TopicSettings
from worker.mapping.outcomes import ERROR_OUTCOME
from worker.model import FetchedTask
from worker.runtime.telemetry import Telemetry
from worker.steps.definition import Step
from worker.steps.definitions import Definitions, DefinitionUnread

MOST_TOLD = 10_000


def uncaught(topic: TopicSettings, step: Step, *, asks: bool) -> list[str]:
    """Codes that the end of this step's task may throw, and that nothing around it catches within its definition.

    A process that calls this one may still catch them: no definition tells that.
    """
    wait = topic.wait
    outcomes = [wait.declined, wait.deleted, wait.returned, *(wait.answers.values() if asks else ())]
    codes = (found["code"] for one in outcomes if (found := ERROR_OUTCOME.fullmatch(str(one))))
    return [code for code in dict.fromkeys(codes) if not step.catches(code)]


class UncaughtErrors:
    """Tells of them once for each step of a definition. A definition that cannot be read is told of by itself."""

    def __init__(self, topics: Mapping[str, TopicSettings], definitions: Definitions, telemetry: Telemetry) -> None:
        self._topics = topics
        self._definitions = definitions
        self._telemetry = telemetry
        self._told: set[tuple[str | None, str]] = set()

    def look(self, task: FetchedTask, *, asks: bool) -> None:
        """A step that is going to wait. Never raises; thread-safe: at worst two threads tell the same."""
        step_id = (task.process_definition_id, task.activity_id)
        if step_id in self._told or task.topic not in self._topics:
            return
        try:
            codes = uncaught(self._topics[task.topic], self._definitions.step(task), asks=asks)
        except DefinitionUnread:
            return
        if len(self._told) < MOST_TOLD:
            self._told.add(step_id)
        if codes:
            self._telemetry.emit(
                "model.error_uncaught",
                definition=task.process_definition_id,
                activity=task.activity_id,
                codes=", ".join(codes),
            )
