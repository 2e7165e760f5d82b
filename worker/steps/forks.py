"""Which steps of a definition may be at work at the same time, because the flow forks before them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from itertools import combinations
from xml.etree.ElementTree import Element

DECIDES = ("exclusiveGateway", "eventBasedGateway")
"""Of the flows that leave it only one is taken."""
NON_INTERRUPTING = "false"


def beside(root: Element) -> Mapping[str, frozenset[str]]:
    """By the id of each element those that run beside it in another branch of a fork, before the branches meet.

    What is behind a join is reached from both branches, and is beside neither. A loop back to before the fork makes
    everything reached from everywhere: then nothing is told.
    """
    flows = _flows(root)
    inside = {str(one.get("id")): [str(part.get("id")) for part in one.iter() if part.get("id")] for one in root.iter()}
    found: defaultdict[str, set[str]] = defaultdict(set)
    for branches in _forks(root, flows):
        regions = [{part for id_ in _reached(start, flows) for part in inside.get(id_, ())} for start in branches]
        for one, other in combinations(regions, 2):
            for id_ in one - other:
                found[id_] |= other - one
            for id_ in other - one:
                found[id_] |= one - other
    return {id_: frozenset(others) for id_, others in found.items()}


def _forks(root: Element, flows: Mapping[str, list[str]]) -> Iterator[list[list[str]]]:
    """The starts of each branch."""
    for one in root.iter():
        leaving = flows.get(one.get("id", ""), [])
        if len(leaving) > 1 and one.tag not in DECIDES:
            yield [[target] for target in leaving]
        if one.tag == "boundaryEvent" and one.get("cancelActivity") == NON_INTERRUPTING:
            yield [[one.get("attachedToRef", "")], flows.get(one.get("id", ""), [])]


def _flows(root: Element) -> Mapping[str, list[str]]:
    flows: defaultdict[str, list[str]] = defaultdict(list)
    for one in root.iter("sequenceFlow"):
        flows[one.get("sourceRef", "")].append(one.get("targetRef", ""))
    return flows


def _reached(starts: Iterable[str], flows: Mapping[str, list[str]]) -> set[str]:
    found: set[str] = set()
    todo = list(starts)
    while todo:
        if (id_ := todo.pop()) not in found:
            found.add(id_)
            todo += flows.get(id_, [])
    return found
