"""Follows the flows of a model: from each element to the next ones, and back."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple, TypeVar
from xml.etree.ElementTree import Element

from worker.steps.bpmn.compensation import COMPENSATES, compensations
from worker.steps.bpmn.tree import SCOPES, get

_OUTER = ("timerEventDefinition", "messageEventDefinition", "signalEventDefinition", "conditionalEventDefinition")
_COMPENSATION = (COMPENSATES,)
_CANCEL, _CONDITIONAL = ("cancelEventDefinition",), "conditionalEventDefinition"
_TERMINATING = ("terminateEventDefinition", *_CANCEL)
T = TypeVar("T", bound=Hashable)


class Flow(NamedTuple):
    """A sequence flow. `default`: the element that it leaves takes it if it takes no other.

    `text`: of its condition; empty: a script has it.
    """

    target: str
    conditional: bool = False
    default: bool = False
    text: str = ""

    @property
    def always(self) -> bool:
        """Whether an element that takes every flow takes this one in any case."""
        return not self.default and (not self.conditional or self.text.strip("#$") in ("{true}", "{ true }"))


class Heeds(NamedTuple):
    """The variable whose changes an event looks at, empty for any, and the kinds of these changes, empty for all."""

    name: str
    changes: frozenset[str] = frozenset()


def flows_of(root: Element) -> Mapping[str, list[str]]:
    """For each element, the targets of its outgoing flows."""
    flows: defaultdict[str, list[str]] = defaultdict(list)
    for one in root.iter("sequenceFlow"):
        flows[one.get("sourceRef", "")].append(one.get("targetRef", ""))
    return flows


def reached(starts: Iterable[T], flows: Mapping[Any, Iterable[T]]) -> set[T]:
    """All elements that the flow reaches from `starts`, these included."""
    found: set[T] = set()
    todo = list(starts)
    while todo:
        if (id_ := todo.pop()) not in found:
            found.add(id_)
            todo += flows.get(id_, ())
    return found


def repeated(root: Element) -> frozenset[str]:
    """Ids of the elements to which flows lead back. A boundary event counts as following its activity."""
    behind = {id_: list(next_) for id_, next_ in flows_of(root).items()}
    behind |= {source: [target] for source, target in _links(root)}
    for event in root.iter("boundaryEvent"):
        behind.setdefault(event.get("attachedToRef", ""), []).append(event.get("id", ""))
    return frozenset(id_ for id_, next_ in behind.items() if id_ in reached(next_, behind))


@dataclass(frozen=True)
class Ways:
    """The flows of a model, to be asked which elements every way to another one passes."""

    flows: Mapping[str, list[str]] = field(default_factory=dict)
    scopes: Mapping[str, str] = field(default_factory=dict)
    """The id of what directly contains each element."""
    ends: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    """Source and target of each flow, by its id."""
    leaving: Mapping[str, list[Flow]] = field(default_factory=dict)
    """The flows that leave each element, in the order in which the engine tries their conditions."""
    timers: Mapping[str, str] = field(default_factory=dict)
    """The activity of each boundary timer that interrupts, by the id of the timer."""
    reminders: Mapping[str, str] = field(default_factory=dict)
    """The same for those that do not interrupt."""
    attached: Mapping[str, str] = field(default_factory=dict)
    """The activity of each boundary event, by the id of the event."""
    alarms: Mapping[str, str] = field(default_factory=dict)
    """What contains each event sub-process that begins with a timer, by the id of the timer."""
    links: Mapping[str, str] = field(default_factory=dict)
    """For each link event that throws, the one that catches it."""
    terminating: frozenset[str] = frozenset()
    """The events that end all that is around them."""
    outer: Mapping[str, str] = field(default_factory=dict)
    """What each event that comes from outside may meet before its end, by the id of the event: the activity of a
    boundary event, what contains an event sub-process."""
    undoes: Mapping[str, str] = field(default_factory=dict)
    """The activity of each compensation handler, by the id of the handler."""
    events: Mapping[str, bool] = field(default_factory=dict)
    """Of each event sub-process, whether it ends what it interrupts."""
    interrupting: frozenset[str] = frozenset()
    """The boundary events that end their activity."""
    compensating: Mapping[str, str] = field(default_factory=dict)
    """The events whose compensation may undo something, each with the activity; empty: all that is around it."""
    cancelling: Mapping[str, str] = field(default_factory=dict)
    """For each end event that cancels its transaction, the boundary event behind which the flow goes on; empty: there
    is none, and the engine gets no further."""
    conditional: Mapping[str, Heeds] = field(default_factory=dict)
    """The conditional events at activities and of event sub-processes, each with what it heeds."""
    signals: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """For each event that throws a signal, those in the model that may catch it."""
    of_signals: Mapping[str, str] = field(default_factory=dict)
    """The signal of each event that throws or catches one at once, by its name, if that is fixed."""

    def around(self, element: str) -> Iterator[str]:
        """What contains an element, the nearest first. In a model with an id twice something may contain itself."""
        seen = {element}
        while (element := self.scopes.get(element, "")) and element not in seen:
            seen.add(element)
            yield element

    def place(self, element: str, *, beside: str) -> str | None:
        """What stands beside another element, and is or contains the first one; None: nothing."""
        scope = self.scopes.get(beside)
        return next((one for one in (element, *self.around(element)) if self.scopes.get(one) == scope), None)

    def begun_by(self, handler: str) -> Iterator[str]:
        """The events that let a compensation handler run."""
        around = [*self.around(activity := self.undoes[handler])]
        for event, of in self.compensating.items():
            if of in ("", activity, *around) and self.scopes.get(event) in around:
                yield event
        yield from (one for one, caught in self.cancelling.items() if caught and self.scopes.get(one) in around)

    def breaks_off(self, event: str) -> bool:
        """Whether an event ends the activity that it stands at, or what is around its event sub-process."""
        return self.events.get(self.scopes.get(event, ""), event in self.interrupting)

    def always_pass(self, element: str, to: str) -> bool:
        """Whether the flow comes to `to` only by `element`, in the same process or sub-process. In doubt False."""
        if element == to:
            return True
        if self.scopes.get(element) != self.scopes.get(to, ""):
            return False
        aims = {aim for several in self.flows.values() for aim in several}
        begins = (one for one, scope in self.scopes.items() if scope == self.scopes[element] and one not in aims)
        return to not in reached(begins, {**self.flows, element: []})

    def may_precede(self, element: str, to: str) -> bool:
        """Whether the flow may have been at `element` before it first comes to `to`. In doubt True."""
        for at in (to, *(one for one in self.around(to) if one in self.scopes)):
            if (place := self.place(element, beside=at)) is not None:
                return place != at and place in self._before(at)
        return True

    @cached_property
    def onward(self) -> Mapping[str, list[str]]:
        """The flows, with each boundary event as if it followed its activity."""
        flows = {**self.flows}
        for event, activity in self.attached.items():
            flows[activity] = [*flows.get(activity, ()), event]
        return flows

    def _before(self, element: str) -> set[str]:
        """What the flow reaches beside an element before it first comes to it, and the element."""
        onward, scope = self.onward, self.scopes.get(element)
        aims = {aim for several in onward.values() for aim in several}
        begins = (one for one, around in self.scopes.items() if around == scope and one not in aims)
        return reached(begins, {**onward, element: []})

    def pass_between(self, start: str, through: str, to: str) -> bool:
        """Whether there are ways from `start` to `to`, and all pass `through`: an element, a flow, or `to` itself."""
        source, target = self.ends.get(through, ("", ""))
        rest = [aim for aim in self.flows.get(source, ()) if aim != target]
        without = {**self.flows, source: rest, through: []}
        reaches = to in reached(self.flows.get(start, ()), self.flows)
        return reaches and (through == to or to not in reached(without.get(start, ()), without))


def ways_of(root: Element) -> Ways:
    """The ways of a whole model; boundary events and starts are where they begin."""
    around = (one for one in root.iter() if one.tag in SCOPES)
    scopes = {one.get("id", ""): parent.get("id", "") for parent in around for one in parent if one.get("id")}
    ends = {
        one.get("id", ""): (one.get("sourceRef", ""), one.get("targetRef", "")) for one in root.iter("sequenceFlow")
    }
    timers, reminders, attached = _attached(root)
    links = dict(_links(root))
    ending = (one for one in root.iter("endEvent") if _has(one, _TERMINATING))
    terminating = frozenset(one.get("id", "") for one in ending)
    leaving, alarms, undoes = _leaving(root), _starts(root, _OUTER[:1]), dict(_undoes(root, attached))
    at_boundary = {id_ for one in root.iter("boundaryEvent") if _has(one, _OUTER) and (id_ := get(one, "id"))}
    outer = {**{id_: attached[id_] for id_ in at_boundary}, **_starts(root, _OUTER)}
    return Ways(
        flows_of(root),
        scopes,
        ends,
        leaving,
        timers,
        reminders,
        attached,
        alarms,
        links,
        terminating,
        outer,
        undoes,
        _events(root),
        frozenset(id_ for id_ in attached if id_ not in _beside(root)),
        dict(compensations(root)),
        dict(_cancelling(root, attached)),
        {id_: heeded for id_, heeded in _conditional(root) if id_ in outer},
    )


def _beside(root: Element) -> frozenset[str]:
    """The boundary events that do not end their activity, and those of compensation, which nothing comes to."""
    events = root.iter("boundaryEvent")
    idle = (one for one in events if one.get("cancelActivity") == "false" or _has(one, _COMPENSATION))
    return frozenset(one.get("id", "") for one in idle)


def _cancelling(root: Element, attached: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    caught = {
        attached.get(id_): id_ for one in root.iter("boundaryEvent") if _has(one, _CANCEL) and (id_ := get(one, "id"))
    }
    for transaction in root.iter("transaction"):
        for end in transaction.findall("endEvent"):
            if _has(end, _CANCEL):
                yield end.get("id", ""), caught.get(transaction.get("id"), "")


def _conditional(root: Element) -> Iterator[tuple[str, Heeds]]:
    for event in (*root.iter("boundaryEvent"), *root.iter("startEvent")):
        definition = event.find(_CONDITIONAL)
        if definition is not None:
            changes = filter(None, map(str.strip, (get(definition, "variableEvents") or "").split(",")))
            yield event.get("id", ""), Heeds(get(definition, "variableName") or "", frozenset(changes))


def _events(root: Element) -> Mapping[str, bool]:
    """Of each event sub-process, whether it ends what it interrupts."""
    inside = (one for one in root.iter("subProcess") if one.get("triggeredByEvent") == "true")
    return {
        one.get("id", ""): any(start.get("isInterrupting") != "false" for start in one.findall("startEvent"))
        for one in inside
    }


def _links(root: Element) -> Iterator[tuple[str, str]]:
    return (link for scope in root.iter() if scope.tag in SCOPES for link in links_in(scope))


def links_in(scope: Element) -> Iterator[tuple[str, str]]:
    """The link events directly in a process or sub-process that throw, each with one that catches it."""
    links = ((one, one.find("linkEventDefinition")) for one in scope if get(one, "id"))
    named = [(one, link) for one, link in links if link is not None]
    for one, thrown in named:
        if one.tag == "intermediateThrowEvent":
            for other, caught in named:
                if other.tag == "intermediateCatchEvent" and get(thrown, "name") == get(caught, "name"):
                    yield one.get("id", ""), other.get("id", "")


def _leaving(root: Element) -> Mapping[str, list[Flow]]:
    defaults = {one.get("default") for one in root.iter()} - {None}
    leaving: defaultdict[str, list[Flow]] = defaultdict(list)
    for one in root.iter("sequenceFlow"):
        asked = one.find("conditionExpression")
        text = (asked.text or "").strip() if asked is not None and not get(asked, "language") else ""
        flow = Flow(one.get("targetRef", ""), asked is not None, one.get("id") in defaults, text)
        leaving[one.get("sourceRef", "")].append(flow)
    return leaving


def _attached(root: Element) -> Iterator[Mapping[str, str]]:
    """The activities of timers that interrupt, of those that do not, and of all boundary events."""
    events = [*root.iter("boundaryEvent")]
    timers = [one for one in events if one.find("timerEventDefinition") is not None]
    ending = [one for one in timers if one.get("cancelActivity") != "false"]
    for several in (ending, [one for one in timers if one not in ending], events):
        yield {one.get("id", ""): one.get("attachedToRef", "") for one in several}


def _starts(root: Element, kinds: Collection[str]) -> Mapping[str, str]:
    """What contains each event sub-process that begins with an event of one of the kinds, by the id of the event."""
    inside = ((one, around) for around in root.iter() if around.tag in SCOPES for one in around.findall("subProcess"))
    return {
        start.get("id", ""): around.get("id", "")
        for one, around in inside
        for start in (one.findall("startEvent") if one.get("triggeredByEvent") == "true" else ())
        if _has(start, kinds)
    }


def _has(event: Element, kinds: Collection[str]) -> bool:
    return any(part.tag in kinds for part in event)


def _undoes(root: Element, attached: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for one in root.iter("association"):
        if (activity := attached.get(one.get("sourceRef", ""))) is not None:
            yield one.get("targetRef", ""), activity
