"""Finds compensation that undoes nothing: the engine passes it by without a word.

A throwing event reaches only what is in its own process or sub-process, or in one that has ended there; an event
sub-process counts as what is around it (`CompensationUtil` of Camunda 7.24, seen there).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from xml.etree.ElementTree import Element

from worker.steps.bpmn.tree import SCOPES, get
from worker.words.findings.compensation import NOTHING_HERE, WITHOUT_HANDLER
from worker.words.phrase import Phrase

COMPENSATES = "compensateEventDefinition"
Found = Iterator[tuple[Element, str, Mapping[str, Phrase | str]]]
_THROWING = ("intermediateThrowEvent", "endEvent")


def idle_compensations(root: Element) -> Found:
    """Each event and handler at fault, with a kind of `FINDINGS` and the facts of its words."""
    scopes = _Scopes(root)
    for scope in (one for one in root.iter() if one.tag in SCOPES):
        loose = [one for one in scope if scopes.is_loose(one)]
        events = [one for one in loose if is_compensation_boundary(one)]
        yield from ((one, "event_unconnected", {"of": one.get("attachedToRef", "")}) for one in events)
        flows = {get(one, end) for one in scope.iterfind("sequenceFlow") for end in ("sourceRef", "targetRef")}
        handlers = () if events else (one for one in loose if get(one, "id") not in flows)  # the engine refuses a flow
        yield from ((one, "handler_unconnected", {}) for one in handlers)
        for event, activity in _thrown(scope):
            if not scopes.may_undo(scope, activity) and not any(map(scopes.is_loose, scopes.reached(scope, activity))):
                yield event, "undoes_nothing", {"why": _why(activity)}


def compensations(root: Element) -> Iterator[tuple[str, str]]:
    """The ids of the throwing events that may undo something, each with the activity; empty: all around the event."""
    scopes = _Scopes(root)
    for scope in (one for one in root.iter() if one.tag in SCOPES):
        thrown = ((event, activity) for event, activity in _thrown(scope) if scopes.may_undo(scope, activity))
        yield from ((event.get("id", ""), activity or "") for event, activity in thrown)


def is_compensation_boundary(element: Element) -> bool:
    """Whether it is a boundary event of compensation: no flow leads on from it, but an association to its handler."""
    return element.tag == "boundaryEvent" and element.find(COMPENSATES) is not None


@dataclass(frozen=True)
class _Scopes:
    """The processes and sub-processes of a model, with what of them can be undone."""

    root: Element

    @cached_property
    def _parents(self) -> Mapping[Element, Element]:
        return {child: parent for parent in self.root.iter() for child in parent}

    @cached_property
    def _connected(self) -> set[str | None]:
        """The ids of the boundary events and handlers that an association connects."""
        handlers = {get(one, "id") for one in self.root.iter() if _is_handler(one)}
        events = {get(one, "id") for one in self.root.iter() if is_compensation_boundary(one)}
        ends = [(get(one, "sourceRef"), get(one, "targetRef")) for one in self.root.iter("association")]
        return {id_ for pair in ends if pair[0] in events and pair[1] in handlers for id_ in pair}

    def is_loose(self, part: Element) -> bool:
        """Whether it is a compensation boundary event or a handler that is not connected with one of the other kind."""
        return (_is_handler(part) or is_compensation_boundary(part)) and get(part, "id") not in self._connected

    def may_undo(self, scope: Element, activity: str | None) -> bool:
        """Whether compensation of an activity, or of all that is around, may undo anything. In doubt True."""
        parts = self.reached(scope, activity)
        return not parts or any(_undoes(one) and not self.is_loose(one) for one in parts)

    def reached(self, scope: Element, activity: str | None) -> list[Element]:
        """All that compensation comes to which is thrown in a scope; nothing where the activity is not there."""
        while scope.get("triggeredByEvent") == "true":
            scope = self._parents[scope]
        undone = [one for one in scope if get(one, "id") == activity] if activity else [scope]
        events = [one for one in scope if activity and get(one, "attachedToRef") == activity] if undone else []
        return [part for one in (*undone, *events) for part in one.iter()]


def _thrown(scope: Element) -> Iterator[tuple[Element, str | None]]:
    """The events directly in a scope that throw compensation, each with the activity that it names."""
    for event in (one for one in scope if one.tag in _THROWING):
        yield from ((event, get(one, "activityRef")) for one in event.findall(COMPENSATES))


def _why(activity: str | None) -> Phrase:
    return WITHOUT_HANDLER.format(of=activity) if activity else NOTHING_HERE


def _is_handler(element: Element) -> bool:
    return element.get("isForCompensation") == "true"


def _undoes(part: Element) -> bool:
    """Whether it leads to a handler, or begins a sub-process that undoes what is around it."""
    return part.tag in ("boundaryEvent", "startEvent") and part.find(COMPENSATES) is not None
