"""Finds what a diagram leaves unfinished, so that the engine refuses the model at the deployment.

Only what `BpmnParse` and the BPMN schema of Camunda 7.24 certainly refuse; those of Operaton refuse the same. The
parser looks only into processes that are executable, the schema into the whole model.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from xml.etree.ElementTree import Element

from worker.steps.bpmn.tree import get
from worker.steps.bpmn.unfinished import unfinished
from worker.steps.bpmn.unfinished_events import is_event_sub_process
from worker.words.findings.undeployable import (
    AT_COMPENSATION,
    AT_EVENT_SUB_PROCESS,
    BEHIND_EVENTS,
    CATCH_INSTEAD,
    LACKING,
    ONLY_FROM_GATEWAY,
    WITH_ASSOCIATION,
    WITHOUT_FLOW,
)
from worker.words.phrase import Phrase

Ids = Collection[str | None]
Found = Iterator[tuple[Element, str, Mapping[str, Phrase | str]]]
CATCH, EVENT_GATEWAY = "intermediateCatchEvent", "eventBasedGateway"
NESTED = ("subProcess", "transaction")
NODES = ("task", "callActivity", "adHocSubProcess", *NESTED)
"""What a flow may lead to, besides elements whose names end so: Task, Event, Gateway."""
ENDS = ("sourceRef", "targetRef")
ENDS_OF: Mapping[str, tuple[str, ...]] = {
    "sequenceFlow": ENDS,
    **dict.fromkeys(("BPMNShape", "BPMNEdge"), ("bpmnElement",)),
}
"""The attributes that name what an element connects or shows."""
_BAD_ID = re.compile(r"^[\d.\-]|[\s:/\\()\[\]{}<>,;!?@#$%^&*+=|'\"~`]")
"""What no XML id contains (`NCName`)."""


def undeployable(root: Element) -> Found:
    """One for each fault: the element, a key of `FINDINGS`, and the facts of its words."""
    there = {get(one, "id") for one in root.iter()}
    yield from _ids(root, there)
    for process in root.findall("process"):
        if process.get("isExecutable", "").casefold() == "true":
            for scope in _scopes(process):
                yield from unfinished(scope, root)
                yield from _flows(scope, there)


def _ids(root: Element, there: Ids) -> Found:
    """Ids that no XML schema takes, ids there twice, and references to none."""
    known = dict[str, list[Element]]()
    for one in _outside_extensions(root):
        if id_ := (get(one, "id") or "").strip():
            known.setdefault(id_, []).append(one)
        elif "id" in one.attrib:
            yield one, "empty_id", {"tag": one.tag}
    for id_, several in known.items():
        if several[1:]:
            yield several[1], "same_id", {"id": id_, "elements": ", ".join(one.tag for one in several)}
        if _BAD_ID.search(id_):
            yield several[0], "bad_id", {"id": id_}
    for one in _outside_extensions(root):
        for name, named in _references(one):
            if named not in there:
                yield one, "no_such", {"name": name, "id": named}


def _outside_extensions(element: Element) -> Iterator[Element]:
    """The elements whose ids the schema of BPMN looks at."""
    yield element
    for one in element:
        if one.tag != "extensionElements":
            yield from _outside_extensions(one)


def _references(element: Element) -> Iterator[tuple[str, str]]:
    """The ids that an element names, and that must be somewhere in the model."""
    for name in ("default", "dataObjectRef", *ENDS_OF.get(element.tag, ())):
        if named := get(element, name):
            yield name, named.strip()
    if element.tag == "flowNodeRef" and (text := (element.text or "").strip()):
        yield "flowNodeRef", text


def _scopes(element: Element) -> Iterator[Element]:
    yield element
    for one in element:
        if one.tag in NESTED:
            yield from _scopes(one)


def _flows(scope: Element, there: Ids) -> Found:
    """Flows with an end outside of their process or sub-process, or at an element that takes none."""
    nodes = {id_: one for one in scope if _is_node(one) and (id_ := get(one, "id"))}
    flows = scope.findall("sequenceFlow")
    caught = {get(one, "targetRef") for one in flows if _tag(nodes, get(one, "sourceRef")) == EVENT_GATEWAY}
    for flow in flows:
        ends = {name: get(flow, name) for name in ENDS}
        if lost := [(name, id_) for name, id_ in ends.items() if id_ not in nodes]:
            outside = [(name, id_) for name, id_ in lost if id_ is None or id_ in there]
            yield from ((flow, "flow_outside", {"end": name, "id": id_ or ""}) for name, id_ in outside)
            continue
        source, target = (nodes[id_] for id_ in ends.values() if id_)
        if misplaced := _misplaced(source, target, behind_events=ends["targetRef"] in caught):
            what, cure = misplaced
            yield flow, "misplaced", {"fault": what, "cure": cure}
    for gateway in (one for one in nodes.values() if one.tag == "exclusiveGateway"):
        if not any(get(one, "sourceRef") == get(gateway, "id") for one in flows):
            yield gateway, "lacking", {"fault": LACKING["outgoing"]}


def _misplaced(source: Element, target: Element, *, behind_events: bool) -> tuple[Phrase, Phrase] | None:
    for one in (source, target):
        if get(one, "isForCompensation") == "true":
            return AT_COMPENSATION.format(of=one.get("id", "")), WITH_ASSOCIATION
        if is_event_sub_process(one):
            return AT_EVENT_SUB_PROCESS.format(of=one.get("id", "")), WITHOUT_FLOW
    of = target.get("id", "")
    if source.tag == EVENT_GATEWAY and target.tag != CATCH:
        return BEHIND_EVENTS.format(of=of, tag=target.tag), CATCH_INSTEAD
    if source.tag != EVENT_GATEWAY and behind_events and target.tag == CATCH:
        return ONLY_FROM_GATEWAY.format(of=of), WITHOUT_FLOW
    return None


def _is_node(element: Element) -> bool:
    return element.tag in NODES or element.tag.endswith(("Task", "Event", "Gateway"))


def _tag(nodes: Mapping[str, Element], id_: str | None) -> str:
    node = nodes.get(id_ or "")
    return "" if node is None else node.tag
