"""Finds where external steps never begin, because no way leads there from a start event.

BPMN begins what no flow leads to together with its process; Camunda 7 begins only a start event (seen on 7.24), so such
a step is passed over without a word.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from xml.etree.ElementTree import Element

from worker.steps.bpmn.compensation import is_compensation_boundary
from worker.steps.bpmn.flows import reached
from worker.steps.bpmn.tokens import Net, net_of
from worker.steps.bpmn.tree import SCOPES, get


def unreached(root: Element) -> Iterator[Element]:
    """The first element of each such way, or the outermost sub-process around it.

    A part of a model without a start event has none.
    """
    never = set[Element]()
    for scope in (one for one in root.iter() if one.tag in SCOPES):
        net = net_of(scope)
        found = reached([*net.starts, *_undoing(net)], net.onward()) if net.starts else net.nodes.keys()
        here = [id_ for id_, one in net.nodes.items() if id_ not in found and not _begins_otherwise(one)]
        never.update(scope if scope in never else map(net.nodes.__getitem__, here))
        if scope not in never:
            yield from _firsts(net, here)


def _begins_otherwise(element: Element) -> bool:
    """An event sub-process begins by its event, a compensation handler when its activity is undone."""
    return element.get("triggeredByEvent") == "true" or element.get("isForCompensation") == "true"


def _undoing(net: Net) -> Iterator[str]:
    """The compensation boundary events, and what an association connects with one. Other findings tell of them."""
    events = {id_ for id_, one in net.nodes.items() if is_compensation_boundary(one)}
    lines = (one for one in net.nodes.values() if one.tag == "association" and get(one, "sourceRef") in events)
    yield from (*events, *(one.get("targetRef", "") for one in lines))


def _firsts(net: Net, ids: Sequence[str]) -> Iterator[Element]:
    """Where a flow is missing: to what nothing leads at all, and to the first element of a circle."""
    onward = net.onward()
    led_to = {to for id_ in ids for to in onward[id_] if to != id_}
    covered = set[str]()
    for id_ in sorted(ids, key=led_to.__contains__):  # what nothing leads to comes before the circles
        if id_ in covered:
            continue
        behind = reached([id_], onward)
        covered |= behind
        if any(part.get("type") == "external" for one in ids if one in behind for part in net.nodes[one].iter()):
            yield net.nodes[id_]
