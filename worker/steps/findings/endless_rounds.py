"""Finds loops of flows that make task after task: nothing in them waits, or changes what leads out of them.

Where something waits, others may change that meanwhile, but for an answer: only a step of ours gives it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import NamedTuple

from worker.mapping.outcomes import DEFAULT_RESULT
from worker.steps.bpmn.flows import reached
from worker.steps.bpmn.juel_values import names_in
from worker.steps.bpmn.step import Condition, Step
from worker.steps.findings.served import Served

PASSED_AT_ONCE = ("exclusiveGateway", "inclusiveGateway", "parallelGateway", "task", "manualTask")
DECIDED_ELSEWHERE = ("call", "function", "member", "index")
"""Parts of an expression by which more than its variables decides."""


class Rounds(NamedTuple):
    """Such a loop. `names`: the variables by which it could end; `asking`: the steps that ask, if all are answers."""

    names: tuple[str, ...]
    asking: tuple[str, ...] = ()


def endless_rounds(step: Step, served: Served) -> Iterator[Rounds]:
    """Such a loop around a step of ours. Told at the first of its steps."""
    ways, model = step.model.ways, step.model
    flows = {**ways.flows, **{one: [other] for one, other in ways.links.items()}}
    ahead = reached(flows.get(step.id, ()), flows)
    circle = {id_ for id_ in ahead & served.steps.keys() if step.id in reached(flows.get(id_, ()), flows)}
    ours = sorted(id_ for id_ in circle if served.steps[id_].topic in served.topics)
    if step.id not in circle or ours[0] != step.id or not all(passes(served.steps[id_], served) for id_ in circle):
        return
    conditions = [one for one in model.conditions if one.at in circle and not one.ends_loop]
    asked = sum(flow.conditional for id_ in circle for flow in ways.leaving.get(id_, ()))
    names = {name for one in conditions for root in one.parts for name in names_in(root)}
    if len(conditions) != asked or not all(map(_by_variables, conditions)) or _changes(names, circle, served):
        return
    asking = sorted(one.id for one in served.asking if served.answer_of(one) in names)
    answers = bool(names) and names <= served.answers().keys()
    if not any(served.waits(served.steps[id_]) for id_ in ours):
        yield Rounds(tuple(sorted(names)), tuple(asking) if answers else ())
    elif answers and not may_leave_otherwise(circle, served):
        yield Rounds(tuple(sorted(names)), tuple(asking))


def passes(one: Step, served: Served) -> bool:
    """Whether the flow rests in an element for a task of ours at most, and nothing happens beside it."""
    makes = one.topic in served.topics and one.external
    return (makes or one.kind in PASSED_AT_ONCE) and not one.beside and not {"", one.id} & one.model.unnamed


def _by_variables(condition: Condition) -> bool:
    nodes = (node for root in condition.parts for node in root.walk())
    return condition.single and all(node.kind not in DECIDED_ELSEWHERE for node in nodes)


def _changes(names: set[str], circle: set[str], served: Served) -> bool:
    """Whether an element of the loop sets one of these variables."""
    makers = [one for one in served.ours if one.id in circle]
    given = {name for one in makers for name in served.topic_of(one).result or DEFAULT_RESULT}
    answers = {served.answer_of(one) for one in makers if served.asks(one)}
    setters = served.model.setters
    return (
        None in answers
        or bool(names & {*given, *answers})
        or any(setters.get(name, frozenset()) & circle for name in names)
    )


def may_leave_otherwise(circle: Collection[str], served: Served) -> bool:
    """Whether an event may end the loop while it waits."""
    ways = served.model.ways
    around = {*circle, *(scope for one in circle for scope in ways.around(one))}
    return bool(ways.events) or not around.isdisjoint(ways.attached.values())
