"""Reads a model as this worker serves it: which steps are its own, and which variables the model sets."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any

from worker.config.settings import TopicSettings
from worker.mapping.faults import MappingFault
from worker.mapping.mapper import Mapper
from worker.mapping.marks import WAIT_PROPERTY, plain
from worker.mapping.notations import EXPRESSION
from worker.mapping.outcomes import DEFAULT_RESULT
from worker.steps.bpmn.juel_values import names_in
from worker.steps.bpmn.step import Model, Step
from worker.steps.overwritten_answers import asks, example

BRINGING = ("serviceTask", "sendTask", "businessRuleTask", "userTask", "scriptTask", "receiveTask", "callActivity")
"""The kinds of elements that may bring variables that the model does not name."""


def is_expression(text: str | None) -> bool:
    """Whether only a running process knows the text."""
    return bool(text and EXPRESSION.search(text))


def assumed_topic(topics: Mapping[str, TopicSettings]) -> str | None:
    """Whose a step is taken for whose topic only a running process knows."""
    return next(iter(topics), None)


def as_served(steps: Mapping[str, Step], topics: Mapping[str, TopicSettings]) -> dict[str, Step]:
    """The steps, such ones as steps of ours: otherwise nothing of them would be checked."""
    topic = assumed_topic(topics)
    return {
        id_: replace(one, topic=topic) if one.external and is_expression(one.topic) else one
        for id_, one in steps.items()
    }


@dataclass(frozen=True, slots=True)
class Served:
    """A model with the settings of this worker. `steps`: all its elements, by id."""

    steps: Mapping[str, Step]
    topics: Mapping[str, TopicSettings]
    mapper: Mapper
    _answers: dict[str, str | None] = field(default_factory=dict, compare=False, repr=False)
    """What `answer_of` has found, by the id of the step: to render a template takes its time."""

    @property
    def model(self) -> Model:
        """What the whole definition says."""
        return next((step.model for step in self.steps.values()), Model())

    @property
    def kinds(self) -> Mapping[str, str]:
        """The kinds of all elements, by id."""
        return {id_: one.kind for id_, one in self.steps.items()}

    @property
    def ours(self) -> list[Step]:
        """The steps with topics of this worker."""
        return [one for one in self.steps.values() if one.topic in self.topics]

    @property
    def asking(self) -> list[Step]:
        """Those of them that ask a person."""
        return [one for one in self.ours if self.asks(one)]

    def topic_of(self, step: Step) -> TopicSettings:
        """The settings of a step of ours."""
        return self.topics[step.topic or ""]

    def asks(self, step: Step) -> bool:
        """Whether a step of ours asks a person, as far as model and settings show."""
        return asks(step, self.topic_of(step))

    def waits(self, step: Step) -> bool:
        """Whether a step of ours may wait until its task is closed, as far as model and settings show."""
        said = map(plain, (*step.properties, *step.inputs))
        return self.asks(step) or self.topic_of(step).wait_for_close or plain(WAIT_PROPERTY) in said

    def answer_of(self, step: Step) -> str | None:
        """The variable of a step's answer; None: only a running process knows it."""
        if step.id not in self._answers:
            self._answers[step.id] = None
            with suppress(MappingFault):  # the name contains process variables, which only a task has
                self._answers[step.id] = self.mapper.answer_variable(example(step))
        return self._answers[step.id]

    def answers(self) -> Mapping[str, list[Any]]:
        """The answers that steps ask for and nothing else gives, each with its values; BPMN errors are none."""
        found = dict[str, list[Any]]()
        for one in self.asking:
            name = self.answer_of(one)
            if name and name not in {*self.model.sets, *self.model.in_code}:
                told = (value for value in self.topic_of(one).wait.answers.values())
                found.setdefault(name, []).extend(value for value in told if not str(value).startswith("error:"))
        return found

    def set_by(self, step: Step) -> set[str]:
        """The variables that a step of ours certainly sets when it is completed."""
        answer = self.answer_of(step) if self.asks(step) else None
        results = self.topic_of(step).result or DEFAULT_RESULT
        return {*results, *step.own.outputs, *([answer] if answer else ())}

    def reads(self, id_: str, name: str) -> bool:
        """Whether an element evaluates the variable, or a script in it mentions it."""
        said = (root for one in self.model.others if one.at == id_ for root in one.parts)
        by_script = self.steps[id_].kind == "scriptTask" and name in self.steps[id_].mentioned
        return by_script or any(name in names_in(root) for root in said)

    def sets(self) -> set[str]:
        """Variables that parameters, elements, results or answers of the process set."""
        return {*(name for one in self.steps.values() for name in one.inputs), *self.outlasting()}

    def outlasting(self) -> set[str]:
        """Those of them that do not end with their element, as input parameters do."""
        results = {name for one in self.ours for name in self.topic_of(one).result or ()}
        return {*results, *self.model.sets, *filter(None, map(self.answer_of, self.asking))}

    def only_ours(self) -> bool:
        """Whether nobody but this worker brings variables to the process while it runs."""
        return not any(one.kind in BRINGING and one.topic not in self.topics for one in self.steps.values())
