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
    scopes, known, others = _scopes_of(root), dict(_named(root)), beside(root)
    for process in root.findall("process"):
        starts = ((one, name) for one, name in known.items() if one in scopes and _takes_over(one, scopes, process))
        caught = {name: scopes[one].get("id", "") for one, name in starts}
        for event in (one for one in process if one.tag in _THROWING and known.get(one) in caught):
            if _is_plain(event) and not others.get(get(event, "id") or ""):
                yield event, caught[known[event]]


def signals_of(root: Element) -> Mapping[str, str]:
    """The name of the signal of each event, if it is fixed; without those that throw it late."""
    return {get(one, "id") or "": name for one, name in _named(root) if not _is_late(one)}


def signals_in(root: Element) -> Mapping[str, tuple[str, ...]]:
    """For each event that throws a signal, the events that may catch it. One that comes too late is left out."""
    scopes, known, others = _scopes_of(root), _named(root), beside(root)
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


def _named(root: Element) -> list[tuple[Element, str]]:
    """The events that throw or catch a signal whose name is fixed, with the name."""
    names = {get(one, "id"): get(one, "name") or "{" for one in root.findall("signal")}
    found = ((one, names.get(get(it, "signalRef"), "{")) for one in root.iter() for it in one.findall(_SIGNAL)[:1])
    return [(one, name) for one, name in found if "{" not in name]


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
