"""Works out what was answered before the flow comes to a step: perhaps only some of the answers of earlier steps."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from worker.config.settings import TopicSettings
from worker.steps.bpmn.step import Step
from worker.steps.findings.answer_ways import AnswerWays
from worker.steps.findings.idle_decisions import Earlier
from worker.steps.findings.never_given import Answers
from worker.steps.findings.served import BRINGING, Served

MAY_BRING = (*BRINGING, "intermediateCatchEvent", "eventBasedGateway")
"""The kinds of elements behind which a variable may have another value, though the model does not say so."""


def earlier_of(step: Step, served: Served) -> Iterator[Earlier]:
    """The other steps whose answers stay as they were given."""
    model, asking = step.model, {one.id: (one, served.answer_of(one)) for one in served.asking}
    _, own = asking.get(step.id, (step, None))
    often, others = Counter(variable for _, variable in asking.values()), unclear(served)
    changed = {own, *model.sets, *model.in_code, *(name for one in served.steps.values() for name in one.inputs)}
    for other, variable in asking.values():
        if variable and variable not in changed and often[variable] == 1 and not other.loops:
            answers = Answers(variable, [*values_of([other], served).values()], model.made)
            given = range(len(answers.values) + ends_unanswered(served.topic_of(other)))
            yield Earlier(other, answers, ways_behind(other, served, variable), given, others)


def ways_behind(step: Step, served: Served, variable: str) -> AnswerWays:
    """The ways on which the step's answer is the one that it has left in this variable."""
    again = {one.id for one in served.ours if variable in (served.answer_of(one), *(served.topic_of(one).result or ()))}
    return AnswerWays(step.model, served.kinds, frozenset({step.id, *again}))


def unclear(served: Served) -> set[str]:
    """The elements that may set anything."""
    return {one.id for one in served.steps.values() if one.kind in MAY_BRING and one not in served.ours}


def values_of(alike: list[Step], served: Served) -> dict[str, Any]:
    """The values of all answers, by their texts; BPMN errors are none."""
    options = (value for one in alike for value in served.topic_of(one).wait.answers.values())
    return {str(value): value for value in options if not str(value).startswith("error:")}


def ends_unanswered(topic: TopicSettings) -> bool:
    """Whether a step may be completed without an answer."""
    return "complete" in (topic.wait.declined, topic.wait.deleted, topic.wait.returned)
