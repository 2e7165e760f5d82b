"""Finds which steps of a definition may be active at the same time, with others or twice: the flow forks before."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from itertools import combinations
from xml.etree.ElementTree import Element

from worker.steps.bpmn.flows import flows_of, reached

JOINS = ("parallelGateway", "inclusiveGateway")
DECIDES = ("exclusiveGateway", "eventBasedGateway")
"""Gateways that take only one of their outgoing flows."""
NON_INTERRUPTING = "false"


def beside(root: Element) -> Mapping[str, frozenset[str]]:
    """For each element, the elements that run in another branch of a fork before the branches meet.

    What follows a join is reached from both branches and counts for neither. A loop that leads back to before the fork
    ends there.
    """
    flows = flows_of(root)
    inside = {str(one.get("id")): [str(part.get("id")) for part in one.iter() if part.get("id")] for one in root.iter()}
    found: defaultdict[str, set[str]] = defaultdict(set)
    for fork, branches in _forks(root, flows):
        once = {**flows, fork: []}
        regions = [{part for id_ in reached(start, once) for part in inside.get(id_, ())} for start in branches]
        for one, other in combinations(regions, 2):
            for id_ in one - other:
                found[id_] |= other - one
            for id_ in other - one:
                found[id_] |= one - other
    return {id_: frozenset(others) for id_, others in found.items()}


def doubled(root: Element) -> frozenset[str]:
    """Ids of the elements that may be active twice at once, in the same scope.

    Two branches of a fork lead to them before they meet, or an event that does not interrupt may start them again. A
    branch with a condition may be the only one that is taken, so two of these are no fork here.
    """
    flows, found = flows_of(root), set[str]()
    joins = {str(one.get("id")) for one in root.iter() if one.tag in JOINS}
    for branches in _sure_forks(root, flows):
        for one, other in combinations(branches, 2):
            found |= _before(one, flows, joins - reached(other, flows), joins) & _before(
                other, flows, joins - reached(one, flows), joins
            )
    for event in root.iter():
        if may_repeat(event):
            found |= _before(flows.get(event.get("id", ""), []), flows, set(), joins)
    again = (one for one in root.iter("subProcess") if any(map(may_repeat, one.findall("startEvent"))))
    return frozenset(found.union(one.get("id", "") for one in again))


def _before(
    starts: Iterable[str], flows: Mapping[str, list[str]], passed: Collection[str], joins: set[str]
) -> set[str]:
    """What the flow reaches from `starts` before it comes to a join, other than those that are `passed`."""
    ends = joins.difference(passed)
    return reached(starts, {id_: [] if id_ in ends else next_ for id_, next_ in flows.items()}) - ends


def _sure_forks(root: Element, flows: Mapping[str, list[str]]) -> Iterator[list[list[str]]]:
    choices = {one.get("id") for one in root.iter("sequenceFlow") if one.find("conditionExpression") is not None}
    choices.update(one.get("default") for one in root.iter() if one.get("default"))
    leaving = defaultdict[str, list[list[str]]](list)
    for flow in root.iter("sequenceFlow"):
        if flow.get("id") not in choices:
            leaving[flow.get("sourceRef", "")].append([flow.get("targetRef", "")])
    yield from (leaving[id_] for one in root.iter() if one.tag not in DECIDES and (id_ := one.get("id", "")) in leaving)
    yield from (
        [[event.get("attachedToRef", "")], flows.get(event.get("id", ""), [])]
        for event in root.iter("boundaryEvent")
        if event.get("cancelActivity") == NON_INTERRUPTING
    )


def comes_back_alone(gateway: str, flows: Mapping[str, list[str]], splits: Collection[str]) -> bool:
    """Whether the flow leads from a gateway that joins back to it without a split: only one branch then comes anew.

    `splits`: the elements that several branches leave at once.
    """
    return gateway in reached(flows.get(gateway, ()), {**flows, **{id_: [] for id_ in splits}})


def may_repeat(event: Element) -> bool:
    """Whether an event does not interrupt and may come several times: all but a timer with one date or duration."""
    if NON_INTERRUPTING not in (event.get("cancelActivity"), event.get("isInterrupting")):
        return False
    timer = event.find("timerEventDefinition")
    cycle = (timer.findtext("timeCycle") or "").strip() if timer is not None else "R"
    return bool(cycle) and not cycle.startswith("R1/")


def _forks(root: Element, flows: Mapping[str, list[str]]) -> Iterator[tuple[str, list[list[str]]]]:
    """Each fork, with the first elements of each branch."""
    for one in root.iter():
        leaving = flows.get(one.get("id", ""), [])
        if len(leaving) > 1 and one.tag not in DECIDES:
            yield one.get("id", ""), [[target] for target in leaving]
        if one.tag == "boundaryEvent" and one.get("cancelActivity") == NON_INTERRUPTING:
            id_ = one.get("id", "")
            yield id_, [[one.get("attachedToRef", "")], flows.get(id_, [])]
