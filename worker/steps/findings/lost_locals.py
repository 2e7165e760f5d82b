"""Finds variables made of an answer that end with the element in which they are set, though others read them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from worker.steps.bpmn.flows import reached
from worker.steps.bpmn.juel_values import names_in, written_in
from worker.steps.bpmn.step import Model, Step
from worker.steps.findings.served import Served

_LOCAL = "setVariableLocal"


class LostLocal(NamedTuple):
    """A variable, the element with which it ends, and the ids of the elements that read it outside."""

    name: str
    of: str
    readers: list[str]


def lost_locals(variable: str, served: Served) -> Iterator[LostLocal]:
    """Those made of the answer in `variable`. Not where anything else in the model may set them."""
    for name, of in dict.fromkeys((*_of_listeners(variable, served), *_of_sub_processes(variable, served))):
        if readers := _readers(name, of, served.model):
            yield LostLocal(name, of, readers)


def _of_listeners(variable: str, served: Served) -> Iterator[tuple[str, str]]:
    """What expressions set as local variables of an external task: the engine gives each of these a scope."""
    made = dict(served.model.made)
    for one in served.model.others:
        at = served.steps.get(one.at)
        for node in (node for root in one.parts for node in root.walk() if node.value == _LOCAL):
            written = written_in(node)
            if at and at.external and written and written[0] in made and variable in names_in(node):
                yield written[0], at.id


def _of_sub_processes(variable: str, served: Served) -> Iterator[tuple[str, str]]:
    """What output parameters write into an input parameter of a sub-process around them."""
    if not served.only_ours():
        return
    holders = [(name, one) for one in served.steps.values() for name in one.own.outputs]
    for name, step in holders:
        around = next((one for one in step.scopes[:-1] if name in one.own.inputs), None)
        others = [one for given, one in holders if given == name and one is not step]
        if around is None or variable not in step.own.outputs[name] or name in {*served.model.in_code, *step.inputs}:
            continue
        if name not in around.own.handed_on and all(_is_in(around.id, one) for one in others):
            yield name, around.id


def _is_in(scope: str, step: Step) -> bool:
    return any(one.id == scope for one in step.scopes)


def _readers(name: str, of: str, model: Model) -> list[str]:
    """What reads the variable behind the element."""
    behind = reached(model.ways.flows.get(of, ()), model.ways.flows)
    return sorted(
        {
            one.at
            for one in (*model.conditions, *model.others)
            if one.at != of and of not in model.ways.around(one.at)
            if not behind.isdisjoint((one.at, *model.ways.around(one.at)))
            if any(name in names_in(root) for root in one.parts)
        }
    )
