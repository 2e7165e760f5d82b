"""Finds BPMN errors and escalations that nothing around catches, and events for those that nothing inside raises.

An error that nothing catches ends its branch without a word: behind the sub-process the engine goes on as if all had
gone well (seen on Camunda 7.24). Only what is certain is found: whatever the model does not show may raise anything.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple
from xml.etree.ElementTree import Element

from worker.steps.bpmn.forks import NON_INTERRUPTING
from worker.steps.bpmn.tree import SCOPES, get

ERROR, ESCALATION = "error", "escalation"
_UNSHOWN = ("serviceTask", "sendTask", "businessRuleTask", "userTask", "scriptTask", "callActivity")
"""Elements that may raise what the model does not name, unless they are external tasks of ours."""
CODE = ("script", "executionListener", "taskListener")
"""Elements of the model that hold code, which may raise anything."""
Parents = Mapping[Element, Element]


class Catcher(NamedTuple):
    """An event that catches. `of`: the element inside which something must raise the code; None stands for any.

    `inside`: the event sub-process that it begins, empty for others. `interrupts`: it ends what is raised in.
    """

    event: str
    of: str
    kind: str
    code: str | None
    inside: str = ""
    interrupts: bool = True


class Thrown(NamedTuple):
    """What an element of the model raises by itself. `within`: the elements around it, and itself."""

    at: str
    within: tuple[str, ...]
    kind: str
    code: str


@dataclass(frozen=True, slots=True)
class Raised:
    """What a model raises and catches. `unshown`: the ids of the elements that may raise anything."""

    catchers: tuple[Catcher, ...] = ()
    thrown: tuple[Thrown, ...] = ()
    unshown: frozenset[str] = field(default_factory=frozenset)

    def uncaught(self) -> Iterator[Thrown]:
        """What is thrown in a sub-process and caught nowhere; a process that calls this one may catch the rest."""
        for one in self.thrown:
            in_sub_process = len(one.within) > len((one.at, "process"))
            if in_sub_process and not self.catcher_of(one.kind, one.code, one.within):
                yield one

    def catcher_of(self, kind: str, code: str, within: Iterable[str]) -> Catcher | None:
        """The nearest event that catches what is raised within these elements, the innermost first."""
        around = [*within]
        able = [one for one in self.catchers if one.kind == kind and one.code in (code, None)]
        for of in around:
            here = [one for one in able if one.of == of and one.inside not in around]
            if here:
                return min(here, key=lambda one: one.code is None)
        return None


def raised_in(root: Element) -> Raised:
    """All of a model."""
    parents = {child: parent for parent in root.iter() for child in parent}
    codes = {get(one, "id"): get(one, f"{one.tag}Code") for one in root if one.tag in (ERROR, ESCALATION)}
    catchers, thrown, unshown = list[Catcher](), list[Thrown](), set[str]()
    for element in (one for one in root.iter() if (parent := parents.get(one)) is not None and parent.tag in SCOPES):
        id_, within = get(element, "id") or "", tuple(_within(element, parents))
        if _may_raise_anything(element):
            unshown.add(id_)
        for kind, code in _defined(element, codes):
            if of := _caught_of(element, parents):
                begins = get(parents[element], "id") or "" if element.tag == "startEvent" else ""
                ends = NON_INTERRUPTING not in (element.get("cancelActivity"), element.get("isInterrupting"))
                catchers.append(Catcher(id_, of, kind, code, begins, ends))
            elif code and "{" not in code:
                thrown.append(Thrown(id_, within, kind, code))
    return Raised(tuple(catchers), tuple(thrown), frozenset(unshown))


def _defined(element: Element, codes: Mapping[str | None, str | None]) -> Iterator[tuple[str, str | None]]:
    """The errors and escalations that an element names, with their codes."""
    for kind in (ERROR, ESCALATION):
        for one in element.iter(f"{kind}EventDefinition"):
            if element.tag not in SCOPES:
                reference = get(one, f"{kind}Ref")
                yield kind, codes.get(reference, reference)  # the engine uses an unknown reference as the code itself


def _caught_of(element: Element, parents: Parents) -> str:
    """Of what an event catches errors; empty: it is no such event."""
    if element.tag == "boundaryEvent":
        return get(element, "attachedToRef") or ""
    holder = parents.get(parents[element]) if element.tag == "startEvent" else None
    return (get(holder, "id") or "") if holder is not None else ""


def _within(element: Element, parents: Parents) -> Iterable[str]:
    at: Element | None = element
    while at is not None:
        if id_ := get(at, "id"):
            yield id_
        at = parents.get(at) if at.tag != "process" else None


def _may_raise_anything(element: Element) -> bool:
    external = any(one.get("type") == "external" for one in element.iter())
    hidden = element.tag in _UNSHOWN or any(one.tag == "messageEventDefinition" for one in element)
    own = (one for one in element if one.tag in ("extensionElements", "messageEventDefinition"))
    in_code = any(one.tag in CODE for each in own for one in each.iter())
    throws = element.tag in ("endEvent", "intermediateThrowEvent") or element.tag in _UNSHOWN
    return in_code or (hidden and throws and not external)
