"""Finds the expressions of a model that the engine evaluates, and the variables that they set."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from itertools import chain
from typing import Any
from xml.etree.ElementTree import Element

from worker.steps.bpmn.expressions import Node, expressions_in, single
from worker.steps.bpmn.juel_values import names_in, written_in
from worker.steps.bpmn.step import Condition, Read, Written
from worker.steps.bpmn.tree import SCOPES, get, words_within

CONDITIONS = ("conditionExpression", "completionCondition", "condition")
PARAMETERS = ("inputParameter", "outputParameter")
TIMERS = ("timeDuration", "timeDate", "timeCycle")
IN_PARAMETERS = (*PARAMETERS, "value", "entry")
_TEXTS = (*TIMERS, "loopCardinality", "expression")
_NEVER = ("id", "name", "value")
"""Attributes that the engine takes as they are."""
_SETTING: Mapping[str, str] = {"outputParameter": "name", "formField": "id", "out": "target"}
_SETTING_BEHIND = ("resultVariable", "errorCodeVariable", "errorMessageVariable", "escalationCodeVariable")
_SETTING_ANYWHERE = (*_SETTING_BEHIND, "elementVariable", "initiator")
_READING: Mapping[str, str] = {"in": "source", "multiInstanceLoopCharacteristics": "collection"}
"""Attributes that name a variable to read in the process itself."""
_BY_SCRIPT = re.compile(r"""\bsetVariable\(\s*['"](\w+)['"]""")
Parents = Mapping[Element, Element]


def conditions_in(root: Element, parents: Parents) -> Iterator[Condition]:
    """The expressions of all flows, loops and conditional events."""
    for one, text in _conditions(root):
        if parts := tuple(expressions_in(text)):
            at, alone = _evaluated_at(one, parents), single(text) is not None
            yield Condition(text, parts, at, alone, one.tag == "completionCondition")


def others_in(root: Element, parents: Parents) -> Iterator[Condition]:
    """All other expressions: of parameters, listeners, timers, service calls and attributes."""
    for one, text in _others(root, parents):
        if parts := tuple(expressions_in(text)):
            yield Condition(text.strip(), parts, _holder_of(one, parents), single(text) is not None)


def reads_in(root: Element, parents: Parents) -> Iterator[Read]:
    """The variables that elements read, in expressions or where an attribute names one.

    What a call hands back is left out: it is read in the called process.
    """
    for one, text in chain(_conditions(root), _others(root, parents)):
        if one.tag != "out":
            at = _evaluated_at(one, parents) if one.tag in CONDITIONS else _in_the_flow(one, parents)
            names = {name for part in expressions_in(text) for name in names_in(part)}
            yield from (Read(name, at, _parameter_around(one, parents)) for name in sorted(names))
    for one in root.iter():
        if (name := get(one, _READING.get(one.tag, ""))) and not expressions_in(name):
            yield Read(name, _in_the_flow(one, parents))


def _conditions(root: Element) -> Iterator[tuple[Element, str]]:
    """Each element with a condition, and its text."""
    asking = (one for one in root.iter() if one.tag in CONDITIONS and not get(one, "language"))
    yield from ((one, (one.text or "").strip()) for one in asking)


def _others(root: Element, parents: Parents) -> Iterator[tuple[Element, str]]:
    """Each other text in which the engine evaluates expressions, with its element."""
    for one in root.iter():
        yield from ((one, value) for name, value in one.attrib.items() if name not in _NEVER)
        if (one.tag in _TEXTS or is_parameter(one, parents.get(one))) and not get(one, "language"):
            yield one, one.text or ""


def is_parameter(element: Element, parent: Element | None) -> bool:
    """Whether its text is the value of a parameter, or a part of that value."""
    within = parent is not None and parent.tag in ("list", "map")
    return element.tag in PARAMETERS or (element.tag in IN_PARAMETERS and within)


def set_in(root: Element, expressions: tuple[Condition, ...]) -> Counter[str]:
    """How many elements set each variable, as far as the model names them.

    Whoever removes it, or resets it to null, does not count.
    """
    attributes = ((one, name) for one in root.iter() for name in (*_SETTING_ANYWHERE, _SETTING.get(one.tag, "")))
    named = filter(None, (one.get(name) for one, name in attributes))
    return Counter(chain(named, (name for name, node in _written(expressions) if not _is_null(node))))


def setters_in(root: Element, expressions: tuple[Condition, ...], parents: Parents) -> Mapping[str, frozenset[str]]:
    """The ids of the elements that set each variable of the process, as far as the model names it."""
    found = defaultdict[str, set[str]](set)
    for one in root.iter():
        named = map(one.get, (*_SETTING_BEHIND, _SETTING.get(one.tag, "")))
        for name in (*filter(None, named), *(_BY_SCRIPT.findall(one.text or "") if one.tag == "script" else ())):
            found[name].add(_in_the_flow(one, parents))
    for said in expressions:
        for name, node in _written((said,)):
            if not _is_null(node):
                found[name].add(said.at)
    return {name: frozenset(ids) for name, ids in found.items()}


def made_in(root: Element, expressions: tuple[Condition, ...]) -> Iterator[tuple[str, Node]]:
    """The variables that only one element sets, and by an expression, with that expression."""
    inputs = (one.get("name", "") for one in root.iter("inputParameter"))
    resets = (name for name, node in _written(expressions) if _is_null(node))
    often = set_in(root, expressions) + Counter(chain(inputs, resets))
    for name, node in chain(_given(root), _written(expressions)):
        if name and node and often[name] == 1:
            yield name, node


def fixed_in(root: Element, expressions: tuple[Condition, ...]) -> Iterator[tuple[str, list[Any]]]:
    """The variables that elements set to fixed values only, with these values."""
    outputs = ((get(one, "name"), _fixed(one.text or "")) for one in root.iter("outputParameter") if not len(one))
    often, found = set_in(root, expressions), defaultdict[str, list[Any]](list)
    for name, node in chain(outputs, _written(expressions)):
        if name and node and node.kind == "literal" and node.value is not None:
            found[name].append(node.value)
    inputs = {one.get("name", "") for one in root.iter("inputParameter")}
    elsewhere = inputs.union(*map(words_within, root.iter("script")))
    yield from (
        (name, values) for name, values in found.items() if often[name] == len(values) and name not in elsewhere
    )


def _fixed(text: str) -> Node | None:
    return single(text) if expressions_in(text) else Node("literal", value=text.strip() or None)


def overwritten_in(root: Element, parents: Parents) -> Iterator[Written]:
    """What listeners and service calls certainly overwrite or remove."""
    for one in root.iter():
        node = single(one.get("expression") or "")
        if node and (written := written_in(node)):
            name, value = written
            if value is None or name not in names_in(value):
                yield Written(name, _holder_of(one, parents), one.get("event"))


def _given(root: Element) -> Iterator[tuple[str | None, Node | None]]:
    for one in root.iter():
        parameter = one.tag in PARAMETERS and not len(one)
        name, text = (get(one, "name"), one.text) if parameter else (get(one, "resultVariable"), get(one, "expression"))
        yield name, single(text or "")


def _written(expressions: tuple[Condition, ...]) -> Iterator[tuple[str, Node | None]]:
    nodes = (node for one in expressions for root in one.parts for node in root.walk())
    yield from filter(None, map(written_in, nodes))


def _is_null(node: Node | None) -> bool:
    return node is None or (node.kind == "literal" and node.value is None)


def _evaluated_at(condition: Element, parents: Parents) -> str:
    """A flow's condition belongs to its source, one of a loop or an event definition to what holds that."""
    holder = parents.get(condition)
    if holder is not None and holder.tag != "sequenceFlow":
        holder = parents.get(holder)
    return "" if holder is None else get(holder, "sourceRef") or get(holder, "id") or ""


def _in_the_flow(element: Element, parents: Parents) -> str:
    """The id of what stands directly in a process or sub-process and is the element, or contains it."""
    at: Element | None = element
    while at is not None and ((parent := parents.get(at)) is None or parent.tag not in SCOPES):
        at = parent
    return "" if at is None else get(at, "id") or ""


def _parameter_around(element: Element, parents: Parents) -> str:
    """The name of the input parameter that the element is, or that contains it."""
    at: Element | None = element
    while at is not None and at.tag != "inputParameter":
        at = parents.get(at)
    return "" if at is None else get(at, "name") or ""


def _holder_of(element: Element, parents: Parents) -> str:
    """The id of the element whose parameter, listener or attribute it is."""
    at: Element | None = element
    while at is not None and (not get(at, "id") or parents.get(at) is None or parents[at].tag == "extensionElements"):
        at = parents.get(at)
    return "" if at is None else get(at, "id") or ""
