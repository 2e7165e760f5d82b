"""Finds the path from a process instance down to one of its activity instances, in the engine's tree of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from bitrix import reading
from worker.steps.bpmn.forks import JOINS

TRANSITIONS = "childTransitionInstances"
CHILDREN = ("childActivityInstances", TRANSITIONS)
OF_BODY = "#multiInstanceBody"


def path_to(node: Mapping[str, Any], id_: str) -> list[Mapping[str, Any]]:
    """The nodes from the process instance down to the activity instance; empty if it is not in the tree."""
    if node.get("id") == id_:
        return [node]
    children = node.get("childActivityInstances")
    for child in children if isinstance(children, list) else ():
        if isinstance(child, dict) and (below := path_to(child, id_)):
            return [node, *below]
    return []


@dataclass(frozen=True, slots=True)
class Beginning:
    """What the engine needs to begin a step anew: what to begin, what to cancel for it, and the scope around both."""

    activity_id: str
    activity_instance_id: str
    around: str


def beginning_of(tree: Mapping[str, Any], id_: str) -> Beginning | None:
    """How to begin the step of this activity instance anew; None if it is not in the tree.

    In a multi-instance of its own the step begins as a whole: a single instance would have no element.
    """
    path = path_to(tree, id_)
    if len(path) > 2 and str(path[-2].get("activityId")).endswith(OF_BODY):
        path.pop()
    if len(path) < 2:
        return None
    scope, step = path[-2:]
    return Beginning(str(step.get("activityId")), str(step.get("id")), str(scope.get("id")))


def places_in(tree: Mapping[str, Any]) -> dict[str, str]:
    """The names of the places where a process instance stands, by their ids in the model; without a name, the id."""
    found: dict[str, str] = {}
    for child in _inside(tree):
        if deeper := places_in(child):
            found |= deeper
        elif id_ := reading.text(child.get("activityId")):
            found[id_] = reading.text(child.get("activityName")) or id_
    return found


class AtGateway(NamedTuple):
    """A branch that waits at a gateway for others. `id`: of its activity instance.

    `alone`: nothing else is active in its process or sub-process, so that no other branch can come.
    """

    id: str
    activity_id: str
    alone: bool


def waiting_in(tree: Mapping[str, Any]) -> Iterator[AtGateway]:
    """The branches of a process instance that wait at a gateway, one for each gateway of a scope."""
    alone, seen = all(one.get("activityType") in JOINS for one in _leaves(tree)), set[str]()
    for child in _inside(tree):
        id_, activity = reading.text(child.get("id")), reading.text(child.get("activityId"))
        if child.get("activityType") not in JOINS:
            yield from waiting_in(child)
        elif id_ and activity and activity not in seen:
            seen.add(activity)
            yield AtGateway(id_, activity, alone)


def _leaves(node: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The innermost instances below a node."""
    for child in _inside(node):
        inner = [*_leaves(child)]
        yield from inner or [child]


def _inside(node: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """A transition is not at its activity yet: a job that the engine still has to execute leads there."""
    for below in CHILDREN:
        children = node.get(below)
        for one in children if isinstance(children, list) else ():
            if isinstance(one, dict):
                yield {**one, "activityType": None} if below == TRANSITIONS else one
