"""Finds which steps of a definition may be active at the same time, because the flow forks before them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from itertools import combinations
from xml.etree.ElementTree import Element

from worker.steps.flows import flows_of, reached

DECIDES = ("exclusiveGateway", "eventBasedGateway")
"""Gateways that take only one of their outgoing flows."""
NON_INTERRUPTING = "false"


def beside(root: Element) -> Mapping[str, frozenset[str]]:
    """For each element, the elements that run in another branch of a fork before the branches meet.

    What follows a join is reached from both branches and counts for neither. If a loop leads back to before the fork,
    every branch reaches everything, and the result is empty.
    """
    flows = flows_of(root)
    inside = {str(one.get("id")): [str(part.get("id")) for part in one.iter() if part.get("id")] for one in root.iter()}
    found: defaultdict[str, set[str]] = defaultdict(set)
    for branches in _forks(root, flows):
        regions = [{part for id_ in reached(start, flows) for part in inside.get(id_, ())} for start in branches]
        for one, other in combinations(regions, 2):
            for id_ in one - other:
                found[id_] |= other - one
            for id_ in other - one:
                found[id_] |= one - other
    return {id_: frozenset(others) for id_, others in found.items()}


def _forks(root: Element, flows: Mapping[str, list[str]]) -> Iterator[list[list[str]]]:
    """For each fork, the first elements of each branch."""
    for one in root.iter():
        leaving = flows.get(one.get("id", ""), [])
        if len(leaving) > 1 and one.tag not in DECIDES:
            yield [[target] for target in leaving]
        if one.tag == "boundaryEvent" and one.get("cancelActivity") == NON_INTERRUPTING:
            yield [[one.get("attachedToRef", "")], flows.get(one.get("id", ""), [])]
