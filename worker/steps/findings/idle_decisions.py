"""Finds where the flow behind a question is chosen without its answer: by another one that is settled, or always."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any, NamedTuple

from worker.steps.bpmn.flows import reached
from worker.steps.bpmn.juel_values import names_in
from worker.steps.bpmn.step import Condition, Model, Step
from worker.steps.findings.answer_ways import AnswerWays
from worker.steps.findings.never_given import Answers

JOINS = ("parallelGateway", "inclusiveGateway")


class Earlier(NamedTuple):
    """A step whose answer is in a variable that nothing else sets. `given`: its answers, and none, by number.

    `unclear`: the elements that may set anything.
    """

    step: Step
    answers: Answers
    behind: AnswerWays
    given: range
    unclear: Collection[str]


class AlwaysTaken(NamedTuple):
    """A flow that the engine takes after every answer, beside one that asks for the answer."""

    at: str
    target: str


class Settled(NamedTuple):
    """A choice by an answer of which only these values come to it: the flow always goes to `target`."""

    at: str
    values: list[Any]
    target: str


def always_taken(behind: AnswerWays, names: Collection[str]) -> Iterator[AlwaysTaken]:
    """Flows without a condition beside conditions that read one of these variables, and with no default flow.

    Not where the flows are joined again: then both may be meant.
    """
    model = behind.model
    for id_, flows in model.ways.leaving.items():
        always = [one for one in flows if not (one.conditional or one.default)]
        asking = [one for one in flows if one.conditional and not one.default]
        if not (always and asking) or not behind.takes_several(id_) or any(one.default for one in flows):
            continue
        if any(not names_of(one).isdisjoint(names) for one in _conditions_at(id_, model)):
            joined = {one for one in reached([one.target for one in asking], model.ways.flows) if one != id_}
            for flow in always:
                met = joined & reached([flow.target], model.ways.flows)
                if not any(behind.kinds.get(one) in JOINS for one in met):
                    yield AlwaysTaken(id_, flow.target)


def choice_behind(step: Step, asking: Collection[str]) -> str | None:
    """What first chooses between flows behind a step, with nothing but elements of one flow between.

    `asking`: the steps that ask: behind the next one of them, the choice is not that of this step.
    """
    ways, at, seen = step.model.ways, step.id, {*asking} - {step.id}
    while len(flows := ways.leaving.get(at, [])) == 1 and at not in seen:
        seen.add(at)
        at = flows[0].target
    return at if len(flows) > 1 and at not in {*asking} - {step.id} else None


def read_at(at: str, model: Model) -> set[str]:
    """The variables by which the flow from an element is chosen."""
    return set[str]().union(*map(names_of, _conditions_at(at, model)))


def that_come(at: str, earlier: Earlier) -> list[int] | None:
    """The answers of an earlier step, by number, with which the flow may come to an element; None: not certain."""
    behind, step = earlier.behind, earlier.step
    ways = behind.model.ways
    place = ways.place(at, beside=step.id)
    if place in (None, step.id) or not ways.always_pass(step.id, place):
        return None
    passed = {one: behind.passed(step.id, earlier.answers.values_with(one)) for one in earlier.given}
    if any(place in reached([one], ways.onward) for one in set().union(*passed.values()) & {*earlier.unclear}):
        return None
    return [number for number, elements in passed.items() if place in elements]


def settled(at: str, earlier: Earlier) -> Settled | None:
    """Whether of the answers of an earlier step only some come to a choice by it, and all choose the same flow."""
    answers, behind = earlier.answers, earlier.behind
    read = read_at(at, behind.model)
    come = that_come(at, earlier) if read and read <= answers.names else None
    if come is None or not 0 < len(come) < len(earlier.given):
        return None
    targets = {target for number in come for target in (behind.surely(at, answers.values_with(number)) or [""])}
    if len(targets) != 1 or targets == {""}:
        return None
    return Settled(at, [answers.values_with(number)[answers.variable] for number in come], targets.pop())


def names_of(condition: Condition) -> set[str]:
    """The variables that a condition reads."""
    return {name for root in condition.parts for name in names_in(root)}


def _conditions_at(id_: str, model: Model) -> list[Condition]:
    return [one for one in model.conditions if one.at == id_ and not one.ends_loop]
