"""Finds events of a process that throw a signal which interrupts the process itself: nothing comes of it.

The event sub-process takes over the execution that throws, and the engine lets that leave the event right then: so it
leaves the sub-process, before its first step, and the process ends (`ThrowSignalEventActivityBehavior` of Camunda 7.24,
seen there). Only where nothing runs beside.
"""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree.ElementTree import Element

from worker.steps.bpmn.forks import NON_INTERRUPTING, beside
from worker.steps.bpmn.tree import get

_SIGNAL, _THROWING = "signalEventDefinition", ("intermediateThrowEvent", "endEvent")


def own_signals(root: Element) -> Iterator[tuple[Element, str]]:
    """Each such event, with the id of the event sub-process that catches it."""
    names = {get(one, "id"): get(one, "name") for one in root.findall("signal")}
    others = beside(root)
    for process in root.findall("process"):
        caught = dict(_caught(process))
        for event in (one for one in process if one.tag in _THROWING):
            thrown = event.find(_SIGNAL)
            plain = thrown is not None and get(thrown, "async") != "true" and event.find(".//inputOutput") is None
            signal = get(thrown, "signalRef") if thrown is not None and plain else None
            if signal in caught and "{" not in (names.get(signal) or "{") and not others.get(get(event, "id") or ""):
                yield event, caught[signal]


def _caught(process: Element) -> Iterator[tuple[str | None, str]]:
    """The signals that interrupt a process, each with the event sub-process that it begins."""
    for one in process.findall("subProcess"):
        starts = one.findall("startEvent") if one.get("triggeredByEvent") == "true" else []
        for start in (start for start in starts if start.get("isInterrupting") != NON_INTERRUPTING):
            for caught in start.findall(_SIGNAL):
                yield get(caught, "signalRef"), one.get("id", "")
