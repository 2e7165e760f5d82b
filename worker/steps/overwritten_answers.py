"""Warns of answers that other answers of the process overwrite, or that outlive their round, as the model shows.

None of these is refused: the model may intend that one of several answers counts. Each step is logged once.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

from worker.config.settings import TopicSettings
from worker.mapping.expectations import one_yes
from worker.mapping.faults import MappingFault
from worker.mapping.mapper import Mapper
from worker.mapping.marks import EXPECTED_FIELD, plain
from worker.model import FetchedTask
from worker.runtime.telemetry import Telemetry
from worker.steps.asked_twice import AskedTwice
from worker.steps.bpmn.definition import Step
from worker.steps.definitions import Definitions, DefinitionUnread
from worker.steps.once import Once


class Rivals(NamedTuple):
    """Other steps that ask people at the same time. `unknown`: steps whose variable only their own tasks determine."""

    variable: str
    same: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()


def asks(step: Step, topic: TopicSettings) -> bool:
    """Whether a person is asked, as far as model and settings show."""
    inputs = ((name, step.texts.get(name, name)) for name in step.inputs)
    said = (*step.properties.items(), *inputs, *topic.task.items())
    return bool(one_yes(value for name, value in said if plain(name) == plain(EXPECTED_FIELD)))


def example(step: Step) -> FetchedTask:
    """A sample task of this step, as far as the model shows; the first instance of each loop around it."""
    return FetchedTask(
        "",
        step.topic or "",
        "",
        step.id,
        None,
        None,
        variables={name: step.texts.get(name) or True for name in step.inputs},
        extension_properties=step.properties,
        loops=(0,) * sum(loop.multi for _, loop in step.loops),
        activity_name=step.name,
        process_name=step.scopes[-1].name if step.scopes else None,
    )


def rivals(
    step: Step, variable: str, steps: Mapping[str, Step], topics: Mapping[str, TopicSettings], mapper: Mapper
) -> Rivals:
    """Steps that may be active beside `step` and write their answer to the same variable, or to an unknown one."""
    same, unknown = [], []
    for id_ in sorted(step.beside & steps.keys()):
        topic = topics.get(steps[id_].topic or "")
        if topic is None or not asks(steps[id_], topic):
            continue
        try:
            if mapper.answer_variable(example(steps[id_])) == variable:
                same.append(id_)
        except MappingFault:  # its name is made from process variables
            unknown.append(id_)
    return Rivals(variable, tuple(same), tuple(unknown))


class OverwrittenAnswers:
    """Warns when such a step first asks. Never raises. Thread-safe."""

    def __init__(
        self,
        topics: Mapping[str, TopicSettings],
        mapper: Mapper,
        definitions: Definitions,
        telemetry: Telemetry,
        twice: AskedTwice | None = None,
    ) -> None:
        """`twice` looks at each task; None: nobody does."""
        self._topics = topics
        self._mapper = mapper
        self._definitions = definitions
        self._telemetry = telemetry
        self._twice = twice
        self._logged = Once()

    def look(self, task: FetchedTask, variable: str) -> None:
        """Check a step that is about to ask, and the variable of its answer."""
        if self._twice:
            self._twice.look(task, variable)
        step_id = (task.process_definition_id, task.activity_id)
        if task.topic not in self._topics or step_id in self._logged:
            return
        try:
            step, steps = self._definitions.step(task), self._definitions.steps(task)
        except DefinitionUnread:  # `Definitions` has logged it
            return
        if not self._logged.first(step_id):  # two instances of one definition often ask in the same moment
            return
        log, (definition, activity) = self._telemetry, step_id
        found = rivals(step, variable, steps, self._topics, self._mapper)
        same, unknown = ", ".join(found.same), ", ".join(found.unknown)
        if same:
            log.emit("step.rival_answers", definition=definition, activity=activity, variable=variable, others=same)
        if unknown:
            log.emit("step.rivals_unknown", definition=definition, activity=activity, variable=variable, others=unknown)
        if undone_together(step):
            log.emit("step.undone_together", definition=definition, activity=activity, variable=variable)
        if outlives_its_round(step):
            log.emit("step.outlived_answers", definition=definition, activity=activity, variable=variable)


def meets_itself(step: Step, variable: str) -> bool:
    """Whether the step may be active twice at once with one variable, which is read later than right behind it.

    A sub-process that has the variable as an input parameter keeps the answers in it apart.
    """
    ids = [step.id, *(scope.id for scope in step.scopes)]
    inside = {id_: step.scopes[:at] for at, id_ in enumerate(ids)}
    together = (all(variable not in scope.own.inputs for scope in inside[id_]) for id_ in step.doubled)
    return any(together) and _reads(step.scopes[-1].inside, variable) > sum(
        _reads(words, variable) for words in (step.around, step.at_once)
    )


def _reads(words: Mapping[str, int], variable: str) -> int:
    own = re.compile(rf"{re.escape(variable)}(_\d+)*")
    return sum(count for word, count in words.items() if own.fullmatch(word))


def undone_together(step: Step) -> bool:
    """A compensation handler in a multi-instance: its instances have no number, so the last answer counts."""
    return step.compensates and any(loop.multi for _, loop in step.loops)


def outlives_its_round(step: Step) -> bool:
    """A multi-instance in a loop of flows: if a round has fewer instances, answers of the round before remain.

    A loop of flows inside the multi-instance repeats none of its instances.
    """
    many = {id_ for id_, loop in step.loops if loop.multi}
    ids = [step.id, *(scope.id for scope in step.scopes)]
    return any(not many.isdisjoint(ids[: ids.index(one) + 1]) for one in step.repeated)
