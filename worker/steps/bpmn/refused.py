"""Finds what the engine refuses in a model, or ignores, whosever step it is: at the deployment, or during a run.

Only what is certain: the engine itself decides about the rest.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple
from xml.etree.ElementTree import Element

from worker.steps.bpmn.compensation import idle_compensations
from worker.steps.bpmn.evaluated import CONDITIONS, TIMERS, is_parameter
from worker.steps.bpmn.expressions import Node, single, unknown_functions, unparsed
from worker.steps.bpmn.flows import ways_of
from worker.steps.bpmn.gateways import odd_flows
from worker.steps.bpmn.joins import hanging_joins
from worker.steps.bpmn.numbers import unread_numbers
from worker.steps.bpmn.own_signals import own_signals
from worker.steps.bpmn.script_languages import unknown_language
from worker.steps.bpmn.timers import is_unreadable
from worker.steps.bpmn.tree import get, parameters_of, tree_of
from worker.steps.bpmn.undeployable import undeployable
from worker.steps.bpmn.unreached import unreached
from worker.words.phrase import Phrase

ATTRIBUTES = ("topic", "expression", "delegateExpression", "sourceExpression", "taskPriority")
"""The attributes that the engine parses as expressions at the deployment."""
INVISIBLE = ("Expression", "Definition", "LoopCharacteristics", "loopCardinality", *CONDITIONS, *TIMERS)
"""Endings of elements that a diagram shows only as a part of another one."""
NUMBERS = ("sum", "product", "negative")
"""The operators that give numbers."""
OF_TEXTS = ("concat", "indexOf", "length", "replace", "substring", "toLowerCase", "toString", "toUpperCase", "trim")
"""The methods of a text that give a text or a number."""
SCRIPTS = ("scriptTask", "script", "conditionExpression")
WITH_PARAMETERS = ("subProcess", "transaction", "callActivity")
"""Besides tasks and events, the elements that the engine lets have parameters (`BpmnParse` of Camunda 7.24)."""
UNKNOWN = ("adHocSubProcess", "complexGateway")
"""Elements of BPMN that the engine leaves out: it refuses each flow that leads to one."""

_NAME = re.compile(r"[^\W\d][\w.$-]*")


class Refused(NamedTuple):
    """What is refused. `of`: the id of the element, `tag`: its BPMN name.

    `kind`: a key of `FINDINGS`, `facts`: of its words.
    """

    of: str
    tag: str
    kind: str
    facts: Mapping[str, Phrase | str]


def refused_in(xml: str | bytes) -> list[Refused]:
    """All that is found. Raises `DefinitionFault`."""
    root = tree_of(xml)
    parents = {child: parent for parent in root.iter() for child in parent}
    found = [
        *((one, kind, facts) for one in root.iter() for kind, facts in _of(one, parents.get(one))),
        *odd_flows(root),
        *undeployable(root),
        *_uncaught_cancels(root),
        *((one, "signal_to_itself", {"caught": caught}) for one, caught in own_signals(root)),
        *hanging_joins(root),
        *((one, "never_begins", {}) for one in unreached(root)),
        *idle_compensations(root),
    ]
    return [Refused(*_shown(one, parents), kind, facts) for one, kind, facts in found]


def _uncaught_cancels(root: Element) -> Iterator[tuple[Element, str, Mapping[str, str]]]:
    """Cancel end events without a boundary event that catches them (`CancelEndEventActivityBehavior`)."""
    uncaught = {id_ for id_, caught in ways_of(root).cancelling.items() if not caught}
    yield from ((one, "cancel_uncaught", {}) for one in root.iter("endEvent") if get(one, "id") in uncaught)


def literal_conditions(root: Element) -> tuple[str, ...]:
    """The conditions that give a text or a number, because they are no expression or in one of their cases.

    The engine refuses anything but a Boolean (`UelExpressionCondition` of Camunda 7.24).
    """
    return tuple(text for one in root.iter() if (text := _literal(one)))


def _of(element: Element, parent: Element | None) -> Iterator[tuple[str, Mapping[str, str]]]:
    if element.get("type") == "external" and not get(element, "topic"):
        yield "no_topic", {}
    if element.tag == "process" and (names := [name for name, _ in parameters_of(element, "input")]):
        yield "process_inputs", {"names": ", ".join(names)}
    if names := _parameters_refused(element):
        yield "parameters_refused", {"names": ", ".join(names)}
    if element.tag == "multiInstanceLoopCharacteristics":
        yield from _of_loop(element)
    yield from _of_texts(element, parent)


def _of_loop(loop: Element) -> Iterator[tuple[str, Mapping[str, str]]]:
    collection = get(loop, "collection") or (loop.findtext("loopDataInputRef") or "").strip()
    if collection and "{" not in collection and not _NAME.fullmatch(collection):
        yield "bad_collection", {"text": collection}


def _of_texts(element: Element, parent: Element | None) -> Iterator[tuple[str, Mapping[str, str]]]:
    text = (element.text or "").strip()
    if text and element.tag in TIMERS and "{" not in text and is_unreadable(element.tag, text):
        yield "unreadable_timer", {"text": text}
    yield from unread_numbers(element)
    if element.tag in SCRIPTS and (language := unknown_language(element)):
        yield "unknown_language", {"language": language}
    if element.tag in UNKNOWN:
        yield "unknown_element", {"element": element.tag}
    for place, said in _expressions(element, parent):
        if wrong := unparsed(said):
            yield "broken_expression", {"place": place, "text": said.strip(), "upto": wrong}
            return
        for call in unknown_functions(said):
            yield "unknown_function", {"place": place, "call": call}
    if condition := _literal(element):
        yield "literal_condition", {"condition": condition}


def _parameters_refused(element: Element) -> list[str]:
    """The parameters that the element may not have; the engine ignores those of a process."""
    inputs, outputs = ([name for name, _ in parameters_of(element, kind)] for kind in ("input", "output"))
    able = element.tag in WITH_PARAMETERS or "task" in element.tag.casefold() or "Event" in element.tag
    if not able or element.get("triggeredByEvent") == "true":
        return [] if element.tag == "process" else [*inputs, *outputs]
    many = element.find("multiInstanceLoopCharacteristics") is not None
    return outputs if many or element.tag == "endEvent" else []


def _expressions(element: Element, parent: Element | None) -> Iterator[tuple[str, str]]:
    for name in ATTRIBUTES:
        yield name, element.get(name) or ""
    evaluated = not get(element, "language") and element.tag in (*CONDITIONS, *TIMERS, "loopCardinality")
    if evaluated or is_parameter(element, parent):
        yield get(element, "name") or element.tag, element.text or ""


def _literal(element: Element) -> str | None:
    text = (element.text or "").strip()
    if element.tag not in CONDITIONS or get(element, "language") or not text or unparsed(text):
        return None
    whole = single(text)
    return text if whole is None or not _may_be_boolean(whole) else None


def _may_be_boolean(node: Node) -> bool:
    if node.kind == "choice":
        return all(map(_may_be_boolean, node.parts[1:]))
    text = node.kind == "call" and node.value in OF_TEXTS
    return not (text or node.kind in NUMBERS or (node.kind == "literal" and not isinstance(node.value, bool)))


def _shown(element: Element, parents: Mapping[Element, Element]) -> tuple[str, str]:
    """Id and tag of the nearest element that has an id, and that people see in the diagram."""
    at: Element | None = element
    while at is not None:
        if (id_ := get(at, "id")) and not at.tag.endswith(INVISIBLE):
            return id_, at.tag
        at = parents.get(at)
    return "?", element.tag
