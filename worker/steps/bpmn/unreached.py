"""Finds the external steps that never begin, because no way leads to them from a start event.

BPMN begins what no flow leads to together with its process; Camunda 7 begins only a start event (seen on 7.24), so such
a step is passed over without a word.
"""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree.ElementTree import Element

from worker.steps.bpmn.flows import reached
from worker.steps.bpmn.tokens import net_of
from worker.steps.bpmn.tree import SCOPES


def unreached(root: Element) -> Iterator[Element]:
    """Each such step, or the outermost sub-process around it. A part of a model without a start event has none."""
    never = set[Element]()
    for scope in (one for one in root.iter() if one.tag in SCOPES):
        net = net_of(scope)
        found = reached(net.starts, net.onward()) if net.starts else net.nodes.keys()
        here = [one for id_, one in net.nodes.items() if id_ not in found and not _begins_otherwise(one)]
        never.update(scope if scope in never else here)
        if scope not in never:
            yield from (one for one in here if any(part.get("type") == "external" for part in one.iter()))


def _begins_otherwise(element: Element) -> bool:
    """An event sub-process begins by its event, a compensation handler when its activity is undone."""
    return element.get("triggeredByEvent") == "true" or element.get("isForCompensation") == "true"
