"""Warns of what a step's model says and would go wrong without a word: looks once at each step of each definition."""

from __future__ import annotations

from collections.abc import Callable, Collection, Container, Mapping, Sequence
from functools import partial

from worker.config.settings import TopicSettings
from worker.model import FetchedTask
from worker.runtime.telemetry import Telemetry
from worker.steps.definitions import Definitions, DefinitionUnread
from worker.steps.once import Once
from worker.steps.parameters import hidden_results, shared_results
from worker.steps.unread_inputs import unread_inputs, unread_properties


class ModelLooks:
    """Checks each step of each definition once.

    `all_read`: topics for which the portal's templates may read any parameter, so only one that resembles a known name
    is reported. `properties_read`: the extension properties that each topic's templates use.
    """

    def __init__(
        self,
        definitions: Definitions,
        topics: Mapping[str, TopicSettings],
        telemetry: Telemetry,
        submit: Callable[[Callable[[], None]], object],
        *,
        all_read: Collection[str] = (),
        properties_read: Mapping[str, Container[str]] | None = None,
    ) -> None:
        self._definitions = definitions
        self._all_read = all_read
        self._properties_read = properties_read or {}
        self._telemetry = telemetry
        self._submit = submit
        self._topics = topics
        self._logged = Once()

    def look_at(self, tasks: Sequence[FetchedTask]) -> None:
        """Check the steps not seen before, in the pool, so that nothing waits for it. Call it from one thread only."""
        for task in tasks:
            step = (task.process_definition_id or "", task.activity_id)
            if self._logged.first(step):
                self._submit(partial(self._tell, task))

    def _tell(self, task: FetchedTask) -> None:
        try:
            step = self._definitions.step(task)
        except DefinitionUnread:  # `Definitions` has logged it
            return
        topic, definition, activity = self._topics.get(task.topic), task.process_definition_id, task.activity_id
        if topic is None:
            return
        hidden = hidden_results(step, topic, task)
        if hidden:
            names = ", ".join(hidden)
            self._telemetry.emit("step.hidden_results", definition=definition, activity=activity, names=names)
        if shared := ", ".join(shared_results(step, topic, task)):
            self._telemetry.emit("step.shared_results", definition=definition, activity=activity, names=shared)
        all_read = task.topic in self._all_read
        if unread := unread_inputs(step, topic, besides=hidden, all_read=all_read):
            self._telemetry.emit(
                "step.unread_inputs", definition=definition, activity=activity, topic=task.topic, names=unread
            )
        if fields := ", ".join(() if all_read else unread_properties(step, self._properties_read.get(task.topic, ()))):
            self._telemetry.emit("step.unread_properties", definition=definition, activity=activity, names=fields)
