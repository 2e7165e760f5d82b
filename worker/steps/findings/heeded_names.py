"""Finds conditional events that never fire: nothing sets the variable that they heed, or it never changes as they heed.

The engine compares the name letter by letter (`ConditionalEventDefinition` of Camunda 7.24).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from worker.mapping.nearest import nearest
from worker.steps.bpmn.flows import Heeds
from worker.steps.bpmn.juel_values import FAILS, UNSET, boolean, names_in, value_of
from worker.steps.bpmn.step import Step
from worker.steps.findings.served import Served

GATEWAYS = ("parallelGateway", "inclusiveGateway", "exclusiveGateway")
"""What the flow passes at once."""


class HeededInVain(NamedTuple):
    """An event, the name that it heeds, and the variables of its condition that may be meant."""

    at: str
    name: str
    meant: str


def heeded_in_vain(process: str, served: Served) -> Iterator[HeededInVain]:
    """Those of a process whose condition reads a variable that the model sets, while nothing in it sets the heeded one.

    One spelled like it is meant, or else an answer of ours, if nobody else brings variables to the process.
    """
    model, steps = served.model, served.steps
    known = {*served.sets(), *model.setters}
    ours = {*map(served.answer_of, served.asking)} if served.only_ours() else set[str | None]()
    for at, (name, _) in model.ways.conditional.items():
        if not name or at not in steps or steps[at].process != process or name in {*known, *model.in_code}:
            continue
        conditions = (one for one in model.conditions if one.at == at)
        read = {one for condition in conditions for root in condition.parts for one in names_in(root)}
        alike, answers = nearest(name, read & known), sorted(one for one in read if one in ours)
        if name not in read and (alike or answers):
            yield HeededInVain(at, name, alike or ", ".join(answers))


class HeededTooLate(NamedTuple):
    """An event that heeds no first value of a variable, which gets no second one."""

    at: str
    name: str
    changes: str


def heeded_too_late(process: str, served: Served) -> Iterator[HeededTooLate]:
    """Those of a process that are there before the only step that sets their variable ends, which it does once.

    The engine looks at the condition once more when it comes to the event, whatever `variableEvents` say (`trigger on
    scope instantiation` of Camunda 7.24): then it must not be true without the variable, nor come there with it.
    """
    ways, removed = served.model.ways, {one.name for one in served.model.written}
    for at, (name, changes) in ways.conditional.items():
        giver = _only_giver(name, served) if changes and "create" not in changes and name not in removed else None
        if giver is None or at not in served.steps or giver.process != process:
            continue
        if _is_there_before(ways.outer[at], giver, served) and not _may_be_true_without(name, at, served):
            yield HeededTooLate(at, name, ", ".join(sorted(changes)))


def _is_there_before(activity: str, giver: Step, served: Served) -> bool:
    """Whether the flow has come to an activity, for the only time, before a step ends.

    So it is if the activity is the step or around it, or if a fork leads to both, to the activity through gateways
    only, while the step waits for its task.
    """
    if activity in (giver.id, *(scope.id for scope in giver.scopes)):
        return True
    one, ways = served.steps.get(activity), served.model.ways
    if one is None or one.repeated or one.loops or not served.waits(giver):
        return False
    forks = [at for at in _gateways_before(activity, served) if served.steps[at].kind == "parallelGateway"]
    places = ((at, ways.place(giver.id, beside=at)) for at in forks)
    return any(place and ways.always_pass(at, place) for at, place in places)


def _gateways_before(activity: str, served: Served) -> list[str]:
    """Those that the flow passes one after the other right before it comes to an activity, as far as it must."""
    flows, found, at = served.model.ways.flows, list[str](), activity
    while True:
        before = [one for one, aims in flows.items() for aim in aims if aim == at]
        at = before[0] if len(before) == 1 else ""
        if at not in served.steps or served.steps[at].kind not in GATEWAYS or at in found:
            return found
        found.append(at)


def _may_be_true_without(name: str, at: str, served: Served) -> bool:
    """Whether the condition of an event may be true where there is no such variable: what fails is not."""
    conditions = [
        root for one in served.model.conditions if one.at == at for root in one.parts if name in names_in(root)
    ]
    without = ((value_of(root, {name: UNSET}), boolean(value_of(root, {name: None}))) for root in conditions)
    return any(value is not FAILS and null is not False for value, null in without)


def is_heeded(heeds: Heeds, name: str, served: Served) -> bool:
    """Whether an event looks at a change of a variable that a step of ours sets: its first value, or a later one."""
    comes = {"create"} if _only_giver(name, served) else {"create", "update"}
    return heeds.name in ("", name) and (not heeds.changes or not heeds.changes.isdisjoint(comes))


def _only_giver(name: str, served: Served) -> Step | None:
    """The step of ours that sets a variable, if it does so once, and nothing else does as far as the model shows."""
    giving, others = [one for one in served.ours if name in served.set_by(one)], {*served.model.sets}
    others |= {*served.model.in_code, *(one for step in served.steps.values() for one in step.inputs)}
    once = len(giving) == 1 and name not in others and not (giving[0].repeated or giving[0].loops)
    return giving[0] if once else None
