"""Finds elements without a part that the engine needs to deploy them: what a task does, where a process starts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from xml.etree.ElementTree import Element

from worker.steps.bpmn.tree import get
from worker.steps.bpmn.unfinished_events import caught_by, is_event_sub_process, unfinished_event
from worker.words.findings.undeployable import EVENT_START, LACKING, NO_PLAIN_START, PLAIN_START, START_WITH_EVENT
from worker.words.phrase import Phrase

Found = Iterator[tuple[Element, str, Mapping[str, Phrase | str]]]
DOING = ("serviceTask", "sendTask", "businessRuleTask")
"""Tasks that need something to do, unless a connector gives it."""
WHAT_TO_DO, IF_NOT_EMPTY = {"type", "delegateExpression", "decisionRef"}, ("class", "expression")
MANY = "multiInstanceLoopCharacteristics"


def unfinished(scope: Element, root: Element) -> Found:
    """What is missing or misplaced at the elements directly in a process or sub-process, and at its start events."""
    yield from _starts(scope)
    for one in scope:
        yield from ((one, "lacking", {"fault": LACKING[what]}) for what in _lacking(one))
        yield from ((one, kind, facts) for kind, facts in unfinished_event(one, scope, root))


def _starts(scope: Element) -> Found:
    starts, in_process = scope.findall("startEvent"), scope.tag == "process"
    alone = [one for one in starts if not (in_process and {"message", "signal", "conditional"} & {*caught_by(one)})]
    if alone[1:]:
        yield scope, "several_starts", {"ids": ", ".join(get(one, "id") or "?" for one in alone)}
    if not starts and scope.tag != "transaction":
        yield scope, "lacking", {"fault": LACKING["start"]}
    for one in [] if in_process else starts:
        caught = caught_by(one)
        if is_event_sub_process(scope) and not caught:
            yield one, "misplaced", {"fault": NO_PLAIN_START, "cure": EVENT_START}
        elif caught and not is_event_sub_process(scope):
            yield one, "misplaced", {"fault": START_WITH_EVENT.format(kind=caught[0]), "cure": PLAIN_START}


def _lacking(element: Element) -> Iterator[str]:
    """Keys of `LACKING`."""
    if element.tag in DOING and not _does_something(element):
        yield "work"
    if element.tag == "scriptTask" and element.find("script") is None and not get(element, "resource"):
        yield "script"
    if element.tag == "callActivity" and not {"calledElement", "caseRef"} & {*element.attrib}:
        yield "called"
    if (many := element.find(MANY)) is not None:
        listed = "collection" in many.attrib or many.find("loopDataInputRef") is not None
        if not listed and many.find("loopCardinality") is None:
            yield "many"
        elif not listed and ("elementVariable" in many.attrib or many.find("inputDataItem") is not None):
            yield "collection"


def _does_something(element: Element) -> bool:
    connects = element.find("extensionElements/connector") is not None
    return (
        connects
        or bool(WHAT_TO_DO & {*element.attrib})
        or any((element.get(one) or "").strip() for one in IF_NOT_EMPTY)
    )
