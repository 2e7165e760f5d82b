"""Finds the elements of a model that may set variables which the model does not name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from xml.etree.ElementTree import Element

from worker.steps.bpmn.tree import SCOPES, get

INCOMING = ("userTask", "receiveTask")
SENT = ("messageEventDefinition", "signalEventDefinition")
"""Whoever sends a message or a signal may add variables; an event that throws one gets none."""
THROWING = ("intermediateThrowEvent", "endEvent")
BY_ANOTHER = (
    *("class", "delegateExpression", "variableMappingClass", "variableMappingDelegateExpression"),
    *("resource", "formKey", "formRef"),
)
"""Attributes that name Java code, a script in another file, or a form."""


def unnamed_sources(root: Element) -> frozenset[str]:
    """Their ids, or an empty one for a process itself.

    External tasks are left out: their topics show whose they are. So is what the text of a script or an expression
    names.
    """
    parents = {child: parent for parent in root.iter() for child in parent}
    return frozenset(_holder(one, parents) for one in root.iter() if any(_signs(one, parents.get(one))))


def _signs(one: Element, parent: Element | None) -> Iterator[bool]:
    yield one.tag in INCOMING
    yield one.tag in SENT and parent is not None and parent.tag not in THROWING
    yield any(get(one, name) for name in BY_ANOTHER)
    yield one.tag == "out" and get(one, "variables") == "all"


def _holder(element: Element, parents: Mapping[Element, Element]) -> str:
    """The id of the element of the flow that it belongs to; of a sequence flow, what that leads to."""
    at: Element | None = element
    while at is not None and ((parent := parents.get(at)) is None or parent.tag not in SCOPES):
        at = parent
    return "" if at is None else get(at, "targetRef") or get(at, "id") or ""
