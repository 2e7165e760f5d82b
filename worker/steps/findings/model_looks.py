"""Warns of what a step's model says and would go wrong without a word: looks once at each step of each definition."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial

from worker.config.settings import TopicSettings
from worker.mapping.mapper import Mapper
from worker.model import FetchedTask
from worker.runtime.telemetry import Telemetry
from worker.runtime.threads import raised
from worker.steps.bpmn.finding import ModelFinding
from worker.steps.bpmn.step import Step
from worker.steps.definitions import Definitions, DefinitionUnread
from worker.steps.findings.answers import answer_as_text
from worker.steps.findings.model import findings_of, findings_of_process, findings_of_task, hanging_around
from worker.steps.findings.served import Served
from worker.steps.once import Once
from worker.steps.parameters import hidden_results, shared_results
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
            self._logged.forget((task.process_definition_id or "", task.activity_id))
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
        for one in self._findings(task, step, topic):
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

    def _findings(self, task: FetchedTask, step: Step, topic: TopicSettings) -> Iterator[ModelFinding]:
        """Of the step, and of its process if no other step of it came before."""
        served = Served(self._definitions.steps(task), self._topics, self._mapper)
        yield from findings_of(step, served, titled=task.topic in self._all_read)
        yield from answer_as_text(step, served)
        if self._logged.first((task.process_definition_id, "", step.process)):
            yield from findings_of_process(step.process, served, begun=step.id)
        yield from hanging_around(step)
        yield from findings_of_task(task, step, topic)
