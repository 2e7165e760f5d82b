"""Warns of what a step's model says and would go wrong without a word: looks once at each step of each definition."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from functools import partial

from worker.config.settings import TopicSettings
from worker.mapping.mapper import Mapper
from worker.model import FetchedTask
from worker.runtime.telemetry import Telemetry
from worker.runtime.threads import raised
from worker.steps.answer_findings import answer_as_text
from worker.steps.definitions import Definitions, DefinitionUnread
from worker.steps.model_findings import findings_of, findings_of_task, hanging_around
from worker.steps.once import Once
from worker.steps.parameters import hidden_results, shared_results
from worker.steps.served import Served
from worker.steps.unread_inputs import summed, unread_inputs, unread_properties


class ModelLooks:
    """Checks each step of each definition once.

    `all_read`: topics for which the portal's templates give the titles and may read any parameter, so only one that
    resembles a known name is reported.
    """

    def __init__(
        self,
        definitions: Definitions,
        topics: Mapping[str, TopicSettings],
        mapper: Mapper,
        telemetry: Telemetry,
        submit: Callable[[Callable[[], None]], object],
        *,
        all_read: Collection[str] = (),
    ) -> None:
        self._definitions = definitions
        self._all_read = all_read
        self._mapper = mapper
        self._telemetry = telemetry
        self._submit = submit
        self._topics = topics
        self._logged = Once()

    def look_at(self, tasks: Sequence[FetchedTask]) -> None:
        """Check the steps not seen before, in the pool, so that nothing waits for it. Call it from one thread only."""
        for task in tasks:
            step = (task.process_definition_id or "", task.activity_id)
            if self._logged.first(step):
                self._submit(partial(self._look, task))

    def _look(self, task: FetchedTask) -> None:
        """A model may hold anything: what goes wrong here stops neither the step nor the worker."""
        try:
            self._tell(task)
        except Exception as error:  # noqa: BLE001 - reading a model may raise anything, and is not worth a stopped step
            definition, activity = task.process_definition_id, task.activity_id
            self._telemetry.emit("model.unchecked", definition=definition, activity=activity, error=raised(error))

    def _tell(self, task: FetchedTask) -> None:
        try:
            step = replace(self._definitions.step(task), topic=task.topic)  # the model may name it by an expression
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
            seen, cure = summed(unread)
            self._telemetry.emit(
                "step.unread_inputs", definition=definition, activity=activity, topic=task.topic, names=seen, cure=cure
            )
        read = self._mapper.properties_read(task.topic)
        if fields := unread_properties(step, topic, read, all_read=all_read):
            seen, cure = summed(fields)
            self._telemetry.emit(
                "step.unread_properties", definition=definition, activity=activity, names=seen, cure=cure
            )
        served = Served(self._definitions.steps(task), self._topics, self._mapper)
        found = findings_of(step, served, titled=all_read, begun=True)
        answers = answer_as_text(step, served)
        for one in (*found, *answers, *hanging_around(step), *findings_of_task(task, topic)):
            if one.at and not self._logged.first((definition, one)):  # another step of the definition has told it
                continue
            self._telemetry.emit(
                "model.finding",
                definition=definition,
                activity=activity,
                finding=one.kind,
                seen=one.placed,
                cure=one.cure,
            )
