"""Reads the call activities of a model: which process each calls, and what it passes to it and hands back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple
from xml.etree.ElementTree import Element

from worker.steps.bpmn.evaluated import others_in, set_in
from worker.steps.bpmn.expressions import Node, single
from worker.steps.bpmn.raised import CODE
from worker.steps.bpmn.tree import get, tree_of

MAPPED = ("variableMappingClass", "variableMappingDelegateExpression")
"""The attributes that name Java code which maps the variables of a call."""


class Out(NamedTuple):
    """A variable of the caller that a call sets when it ends."""

    target: str
    node: Node
    """What gives it, in the called process."""
    source: str | None
    """The variable that it is taken from; None: an expression."""
    alone: bool
    """Nothing else in the caller sets it."""


class Call(NamedTuple):
    """A call of a process whose key the model names, in its newest version."""

    id: str
    called: str
    outs: tuple[Out, ...]
    all: bool
    """It hands back every variable."""
    own: frozenset[str]
    """The variables that it sets for itself alone, and nothing else in the caller sets: they end with it."""
    passed: frozenset[str]
    """The variables that it gives to the called process by name."""
    sources: tuple[tuple[str, str], ...]
    """Those of them that it takes from a variable, each with its name in the caller."""
    passes_all: bool
    """It may give every variable, or ones that the model does not name."""
    in_code: bool
    """Code of its own, a listener or a mapping, may raise anything."""


def calls_in(xml: str | bytes) -> tuple[Call, ...]:
    """The calls whose process is certain. Raises `DefinitionFault`."""
    root = tree_of(xml)
    parents = {child: parent for parent in root.iter() for child in parent}
    often = set_in(root, tuple(others_in(root, parents)))
    often += Counter(one.get("name", "") for one in root.iter("inputParameter"))
    return tuple(_call(one, often) for one in root.iter("callActivity") if _is_certain(one))


def _is_certain(call: Element) -> bool:
    called = get(call, "calledElement")
    certain = call.get("calledElementBinding", "latest") == "latest" and not get(call, "calledElementTenantId")
    return bool(called) and "{" not in str(called) and certain


def _call(call: Element, often: Counter[str]) -> Call:
    given, back = (call.findall(f"extensionElements/{tag}") for tag in ("in", "out"))
    to_caller = [one for one in back if get(one, "local") != "true"]
    mapped = any(get(call, name) for name in MAPPED)
    local = (get(one, "target") or "" for one in back if one not in to_caller)
    return Call(
        get(call, "id") or "",
        get(call, "calledElement") or "",
        tuple(out for one in to_caller for out in _outs(one, often)),
        any(get(one, "variables") == "all" for one in to_caller),
        frozenset(name for name in local if often[name] == 1),
        frozenset(filter(None, (get(one, "target") for one in given))),
        tuple((str(get(one, "target")), source) for one in given if (source := get(one, "source"))),
        any(get(one, "variables") == "all" for one in given) or mapped,
        mapped or any(one.tag in CODE for one in call.iter()),
    )


def _outs(out: Element, often: Counter[str]) -> Iterator[Out]:
    target, source, expression = (get(out, name) for name in ("target", "source", "sourceExpression"))
    node = Node("name", value=source, text=source) if source else single(expression or "")
    if target and node:
        yield Out(target, node, source, often[target] == 1)
