"""Finds the signals that a process catches itself, and those that interrupt it just there: nothing comes of these.

The event sub-process takes over the execution that throws, and the engine lets that leave the event right then: so it
leaves the sub-process, before its first step, and the process ends (`ThrowSignalEventActivityBehavior` of Camunda 7.24,
seen there). Only where nothing runs beside.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from xml.etree.ElementTree import Element

from worker.steps.bpmn.flows import flows_of
from worker.steps.bpmn.forks import NON_INTERRUPTING, beside
from worker.steps.bpmn.tree import SCOPES, get

_SIGNAL, _THROWING = "signalEventDefinition", ("intermediateThrowEvent", "endEvent")
_CATCHING = ("startEvent", "boundaryEvent", "intermediateCatchEvent")


def own_signals(root: Element) -> Iterator[tuple[Element, str]]:
    """Each such event, with the id of the event sub-process that catches it."""
    names = {get(one, "id"): get(one, "name") for one in root.findall("signal")}
    others, scopes = beside(root), _scopes_of(root)
    for process in root.findall("process"):
        starts = [one for one in process.iter("startEvent") if _takes_over(one, scopes, process)]
        caught = {get(it, "signalRef"): scopes[one].get("id", "") for one in starts for it in one.findall(_SIGNAL)}
        for event in (one for one in process if one.tag in _THROWING):
            signal = get(thrown, "signalRef") if (thrown := event.find(_SIGNAL)) is not None else None
            fixed = signal in caught and "{" not in (names.get(signal) or "{")
            if fixed and _is_plain(event) and not others.get(get(event, "id") or ""):
                yield event, caught[signal]


def signals_in(root: Element) -> Mapping[str, tuple[str, ...]]:
    """For each event that throws a signal, the events that may catch it. One that comes too late is left out."""
    names = {get(one, "id"): get(one, "name") or "{" for one in root.findall("signal")}
    scopes = _scopes_of(root)
    events = [(one, names.get(get(it, "signalRef"), "{")) for one in scopes if (it := one.find(_SIGNAL)) is not None]
    known, others = [(one, name) for one, name in events if "{" not in name], beside(root)
    ends, flows = {get(one, "id") for one in root.iter("endEvent")}, flows_of(root)
    found = dict[str, tuple[str, ...]]()
    for event, name in ((one, name) for one, name in known if one.tag in _THROWING):
        id_, catching = event.get("id", ""), [one for one, of in known if of == name and one.tag in _CATCHING]
        caught = tuple(
            one.get("id", "")
            for one in catching
            if others.get(id_) or not _is_plain(event) or not _takes_over(one, scopes, scopes[event])
        )
        if caught and not (_is_late(event) and ends.issuperset(flows.get(id_, ()))):
            found[id_] = caught
    return found


def _is_plain(event: Element) -> bool:
    """Whether an event throws in the execution of what contains it."""
    return not _is_late(event) and event.find(".//inputOutput") is None


def _is_late(event: Element) -> bool:
    """Whether a job of the engine throws, when the flow has gone on."""
    return any(get(one, "async") == "true" for one in event.findall(_SIGNAL))


def _takes_over(event: Element, scopes: Mapping[Element, Element], scope: Element) -> bool:
    """Whether an event begins an event sub-process that interrupts just this process or sub-process."""
    around = scopes[event]
    interrupts = event.tag == "startEvent" and event.get("isInterrupting") != NON_INTERRUPTING
    return interrupts and around.get("triggeredByEvent") == "true" and scopes.get(around) is scope


def _scopes_of(root: Element) -> Mapping[Element, Element]:
    """Which process or sub-process contains an element directly."""
    return {one: scope for scope in root.iter() if scope.tag in SCOPES for one in scope}
