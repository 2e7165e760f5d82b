"""Follows the flows of a model: from each element to the next ones, and back."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from xml.etree.ElementTree import Element


def flows_of(root: Element) -> Mapping[str, list[str]]:
    """For each element, the targets of its outgoing flows."""
    flows: defaultdict[str, list[str]] = defaultdict(list)
    for one in root.iter("sequenceFlow"):
        flows[one.get("sourceRef", "")].append(one.get("targetRef", ""))
    return flows


def reached(starts: Iterable[str], flows: Mapping[str, Iterable[str]]) -> set[str]:
    """All elements that the flow reaches from `starts`, these included."""
    found: set[str] = set()
    todo = list(starts)
    while todo:
        if (id_ := todo.pop()) not in found:
            found.add(id_)
            todo += flows.get(id_, ())
    return found


def repeated(root: Element) -> frozenset[str]:
    """Ids of the elements to which flows lead back. A boundary event counts as following its activity."""
    behind = {id_: list(next_) for id_, next_ in flows_of(root).items()}
    for event in root.iter("boundaryEvent"):
        behind.setdefault(event.get("attachedToRef", ""), []).append(event.get("id", ""))
    return frozenset(id_ for id_, next_ in behind.items() if id_ in reached(next_, behind))
