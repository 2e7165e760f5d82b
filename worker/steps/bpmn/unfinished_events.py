"""Finds events without what they wait for, and what they refer to: the engine does not deploy them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from xml.etree.ElementTree import Element

from worker.steps.bpmn.tree import get
from worker.words.findings.undeployable import (
    CANCEL_OUTSIDE,
    ESCALATION_AT,
    LACKING,
    ON_A_TRANSACTION,
    ON_WHAT_ESCALATES,
)
from worker.words.phrase import Phrase

Found = Iterator[tuple[str, Mapping[str, Phrase | str]]]
ENDING = "EventDefinition"
CAUGHT: Mapping[str, tuple[str, ...]] = {
    "startEvent": ("error", "message", "signal", "timer", "compensate", "escalation", "conditional"),
    "intermediateCatchEvent": ("timer", "signal", "message", "link", "conditional"),
    "boundaryEvent": ("timer", "error", "signal", "cancel", "compensate", "message", "escalation", "conditional"),
}
"""What the engine lets an event catch."""
AT_START = ("timer", "message", "signal", "conditional")
"""What begins a process: the engine does not look at the rest there."""
NAMED: Mapping[str, str] = {"message": "name", "signal": "name", "error": "errorCode", "escalation": "escalationCode"}
"""What an event may refer to, and what that must have."""
TIMES = ("timeDate", "timeCycle", "timeDuration")
ESCALATING = ("subProcess", "transaction", "callActivity", "userTask")


def unfinished_event(event: Element, scope: Element, root: Element) -> Found:
    """A key of `FINDINGS` with its facts for each fault of an event, or of a task that waits for a message."""
    caught = caught_by(event)
    if event.tag in ("boundaryEvent", "intermediateCatchEvent") and not caught:
        yield "lacking", {"fault": LACKING["event"]}
    if event.tag == "boundaryEvent":
        yield from _attached(event, caught, scope)
    if event.tag == "endEvent" and event.find("cancelEventDefinition") is not None and scope.tag != "transaction":
        yield "misplaced", {"fault": CANCEL_OUTSIDE, "cure": ON_A_TRANSACTION}
    if event.tag == "receiveTask" and get(event, "messageRef"):
        yield from _referred(event, "message", root, catches=True)
    definitions = [one for one in event if one.tag.endswith(ENDING)]
    if len(definitions) == 1 and _is_looked_at(event, scope):
        kind, catches = definitions[0].tag.removesuffix(ENDING), event.tag in CAUGHT
        yield from (("lacking", {"fault": LACKING[what]}) for what in _undefined(definitions[0]) if catches)
        ignored = not catches if kind == "message" else kind == "error" and event.tag != "endEvent"
        if kind in NAMED and not ignored:
            yield from _referred(definitions[0], kind, root, catches=catches)


def caught_by(event: Element) -> list[str]:
    """The kinds of what it catches."""
    kinds = [one.tag.removesuffix(ENDING) for one in event if one.tag.endswith(ENDING)]
    return [kind for kind in kinds if kind in CAUGHT.get(event.tag, ())]


def is_event_sub_process(element: Element) -> bool:
    """Whether an event begins it, and no flow leads to it."""
    return element.get("triggeredByEvent") == "true"


def _is_looked_at(event: Element, scope: Element) -> bool:
    if event.tag == "startEvent" and not is_event_sub_process(scope):
        return scope.tag == "process" and bool({*caught_by(event)} & {*AT_START})
    return event.tag in (*CAUGHT, "endEvent", "intermediateThrowEvent")


def _undefined(definition: Element) -> Iterator[str]:
    if definition.tag == "timerEventDefinition" and not any(one.tag in TIMES for one in definition):
        yield "time"
    if definition.tag == "conditionalEventDefinition" and definition.find("condition") is None:
        yield "condition"


def _referred(holder: Element, kind: str, root: Element, *, catches: bool) -> Found:
    """What is wrong with the message, signal, error or escalation that an event refers to."""
    name, must = f"{kind}Ref", kind != "escalation" or not catches
    reference = get(holder, name)
    if reference is None and must:
        yield "lacking", {"fault": LACKING[name]}
    if reference is None:
        return
    local = reference.rpartition(":")[2]
    found = next((one for one in root.findall(kind) if get(one, "id") == local), None)
    if found is None and kind != "error":  # the engine uses an unknown reference to an error as its code
        yield "no_such", {"name": name, "id": reference}
    if found is not None and must and not get(found, NAMED[kind]):
        yield "nameless", {"kind": kind, "id": local, "name": NAMED[kind]}


def _attached(event: Element, caught: list[str], scope: Element) -> Found:
    reference = get(event, "attachedToRef")
    if reference is None:
        yield "lacking", {"fault": LACKING["attached"]}
        return
    to = next((one for one in scope if get(one, "id") == reference), None)
    if to is None:
        yield "no_such", {"name": "attachedToRef", "id": reference}
    elif "cancel" in caught and to.tag != "transaction":
        yield "misplaced", {"fault": CANCEL_OUTSIDE, "cure": ON_A_TRANSACTION}
    elif "escalation" in caught and to.tag not in ESCALATING:
        yield "misplaced", {"fault": ESCALATION_AT.format(of=reference), "cure": ON_WHAT_ESCALATES}
