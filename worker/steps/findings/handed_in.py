"""Finds what a called process reads before anything in it can set it, so that its caller must hand it in."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import NamedTuple

from worker.mapping.outcomes import DEFAULT_RESULT
from worker.steps.bpmn.calls import Call
from worker.steps.bpmn.expressions import Node, renamed
from worker.steps.bpmn.finding import ModelFinding
from worker.steps.bpmn.flows import reached
from worker.steps.bpmn.juel_values import FAILS, value_of
from worker.steps.bpmn.step import Step
from worker.steps.findings.handed_back import NUMBER
from worker.steps.findings.served import Served

OF_THE_ENGINE = frozenset(
    (
        *("execution", "task", "caseExecution", "variableContext", "authenticatedUserId"),
        *("loopCounter", "nrOfInstances", "nrOfActiveInstances", "nrOfCompletedInstances"),
        *("response", "statusCode", "headers"),
    )
)
"""Names that engine and connectors give to expressions; the numbers of a loop are those of its own process."""
_MISSING = "\0"


class Need(NamedTuple):
    """A variable that a process must have when it starts, and an expression that the engine cannot evaluate without."""

    name: str
    expression: str


def not_handed_in(call: Call, needs: Iterable[Need]) -> Iterator[ModelFinding]:
    """The `needs` of the called process that the call does not meet."""
    missing = {one.name: one.expression for one in needs if not call.passes_all and one.name not in call.passed}
    if missing:
        names, expressions = ", ".join(sorted(missing)), ", ".join(sorted({*missing.values()}))
        yield ModelFinding.of("not_handed_in", called=call.called, names=names, expressions=expressions)


def needs_of(called: Served, key: str, left: Collection[str], below: Iterable[tuple[Call, list[Need]]]) -> list[Need]:
    """What the process of this key surely reads, and nothing in it can have set by then.

    `left`: the answers that it has at its end. `below`: each call in it, with the needs of what it calls.
    """
    inside = [one for one in called.steps.values() if one.scopes and one.scopes[-1].id == key]
    if "" in called.model.unnamed:
        return []
    sure = {one.id: one for one in inside if _is_before_all(one, inside, called)}
    known = {*left, *called.sets(), *called.model.in_code, *called.steps, *DEFAULT_RESULT, *OF_THE_ENGINE}
    passed = [need for call, needs in below if call.passes_all and call.id in sure for need in needs]
    needed = [one for one in (*_read_at(sure, called), *passed) if NUMBER.sub("", one.name) not in known]
    return [one for one in needed if not _is_asked_for(one.name, called)]


def _read_at(sure: Collection[str], called: Served) -> Iterator[Need]:
    """What the engine reads at these elements, or on a flow from one, by the bare name of a variable."""
    for condition in (*called.model.others, *called.model.conditions):
        for root in condition.parts if condition.at in sure else ():
            names = {str(one.value) for one in root.walk() if one.kind == "name"}
            yield from (Need(name, root.text) for name in sorted(names) if _fails_without(name, root))


def _fails_without(name: str, node: Node) -> bool:
    """Whatever else fails in it is another's matter."""
    return value_of(renamed(node, name, _MISSING), {_MISSING: FAILS}) is FAILS and value_of(node, {}) is not FAILS


def _is_asked_for(name: str, called: Served) -> bool:
    """Whether an expression asks by its name, as a text, whether it is there."""
    conditions = (*called.model.others, *called.model.conditions)
    nodes = (node for one in conditions for root in one.parts for node in root.walk())
    return any(node.kind != "name" and node.value == name for node in nodes)


def _is_before_all(step: Step, inside: Collection[Step], called: Served) -> bool:
    """Whether the flow comes to an element before all that may set any variable. In doubt False."""
    sources = [one for one in inside if _may_set_any(one, called)]
    ways, aims = step.model.ways, {aim for several in step.model.ways.flows.values() for aim in several}
    events = {one.id for one in inside if one.kind == "boundaryEvent"}
    for source in sources:
        around = [step.id, *ways.around(step.id)]
        places = ((at, ways.place(source.id, beside=at)) for at in around)
        at, place = next(((at, place) for at, place in places if place), (step.id, None))
        apart = place is not None and place in aims and at in aims | _starts(inside)
        if not apart or source.id in step.beside or at in reached([str(place), *events], ways.flows):
            return False
    return True


def _starts(inside: Collection[Step]) -> set[str]:
    return {one.id for one in inside if one.kind == "startEvent"}


def _may_set_any(one: Step, called: Served) -> bool:
    ours = one.topic in called.topics
    hidden = ours and called.asks(one) and not called.answer_of(one)
    return bool(one.id in one.model.unnamed or (one.external and not ours) or hidden)
