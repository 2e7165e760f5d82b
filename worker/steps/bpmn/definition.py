"""Reads what the model says about its steps from a definition's BPMN, which the engine gives by the definition's id.

It reads only what a fetched task does not carry.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from xml.etree.ElementTree import Element

from worker.mapping.marks import LOOP_COUNTER
from worker.steps.bpmn.constants import constants_of
from worker.steps.bpmn.evaluated import (
    conditions_in,
    fixed_in,
    made_in,
    others_in,
    overwritten_in,
    reads_in,
    set_in,
    setters_in,
)
from worker.steps.bpmn.finding import ModelFinding
from worker.steps.bpmn.flows import Ways, repeated, ways_of
from worker.steps.bpmn.forks import beside, doubled
from worker.steps.bpmn.joins import hanging_joins
from worker.steps.bpmn.own_signals import own_signals, signals_in, signals_of
from worker.steps.bpmn.places import Elsewhere, twice_in
from worker.steps.bpmn.raised import raised_in
from worker.steps.bpmn.refused import literal_conditions
from worker.steps.bpmn.step import Loop, Model, Scope, Step, Variables
from worker.steps.bpmn.tree import (
    SCOPES,
    DefinitionFault,
    at_once_behind,
    get,
    mentions,
    nameless_properties_of,
    parameters_of,
    properties_of,
    tree_of,
    words_of,
    words_within,
)
from worker.steps.bpmn.unnamed_sources import unnamed_sources

__all__ = ["DefinitionFault", "Loop", "Scope", "Step", "Variables", "steps_in"]
MANY = "multiInstanceLoopCharacteristics"
JOBS = ("asyncBefore", "asyncAfter", "async")
CODE = ("script", "executionListener", "taskListener")
WORKING, THROWING = ("serviceTask", "sendTask", "businessRuleTask"), ("intermediateThrowEvent", "endEvent")
"""The elements that may be external tasks, and those whose message may."""


def steps_in(xml: str | bytes) -> Mapping[str, Step]:
    """Every element with an id that stands directly in a process or sub-process, by its id; raises `DefinitionFault`.

    All external tasks are among them: activities, and events that throw a message.
    """
    reading = _Reading(tree_of(xml))
    return {step.id: step for step in reading.steps()}


class _Reading:
    """What each step needs from the rest of its definition, read once for all of them."""

    def __init__(self, root: Element) -> None:
        self._root = root
        self._parents = {child: parent for parent in root.iter() for child in parent}
        self._catchers = _catchers(root, self._parents)
        self._scopes, self._elsewhere, self._flows = _scopes(root), Elsewhere(root), _flows(root)
        self._beside, self._doubled, self._repeated = beside(root), doubled(root), repeated(root)
        self._by_id = {id_: one for one in root.iter() if (id_ := get(one, "id"))}
        conditions, others = tuple(conditions_in(root, self._parents)), tuple(others_in(root, self._parents))
        self._model = Model(
            sets=frozenset(set_in(root, others)),
            setters=setters_in(root, others, self._parents),
            made=tuple(made_in(root, others)),
            fixed=dict(fixed_in(root, others)),
            conditions=conditions,
            others=others,
            written=tuple(overwritten_in(root, self._parents)),
            reads=tuple(reads_in(root, self._parents)),
            ways=_ways(root),
            literal_conditions=literal_conditions(root),
            in_code=_in_code(root),
            hanging=tuple(_hanging(root)),
            raised=raised_in(root),
            unnamed=unnamed_sources(root),
        )

    def steps(self) -> Iterator[Step]:
        for element in self._root.iter():
            if (id_ := get(element, "id")) and _stands_in_a_scope(element, self._parents):
                yield self._step(id_, element)

    def _step(self, id_: str, element: Element) -> Step:
        scopes = tuple(_around(element, self._parents, self._scopes))
        ids = (id_, *(scope.id for scope in scopes))
        return Step(
            id=id_,
            name=get(element, "name"),
            kind=element.tag,
            model=self._model,
            own=replace(_variables(element), written=self._written_at_the_end_of(id_)),
            texts={name: one.text or "" for name, one in parameters_of(element, "input") if not len(one)},
            mentioned=_mentioned(element),
            around=_around_it(element),
            at_once=at_once_behind(element, self._flows, self._by_id),
            properties=properties_of(element),
            nameless=tuple(nameless_properties_of(element)),
            elsewhere=tuple(self._elsewhere.of(element, [scope.id for scope in scopes])),
            loop=_loop(element),
            scopes=scopes,
            caught=frozenset[str | None]().union(*(self._catchers.get(one, frozenset()) for one in ids)),
            topic=_topic(element),
            external=_is_external(element),
            twice=twice_in(element),
            beside=self._beside.get(id_, frozenset()),
            doubled=tuple(one for one in ids if one in self._doubled),
            repeated=tuple(one for one in ids if one in self._repeated),
            compensates=get(element, "isForCompensation") == "true",
            retry_cycle=_retry_cycle(element),
        )

    def _written_at_the_end_of(self, id_: str) -> frozenset[str]:
        return frozenset(one.name for one in self._model.written if one.at == id_ and one.event == "end")


def _ways(root: Element) -> Ways:
    ways, ending = ways_of(root), (get(one, "id") or "" for one, _ in own_signals(root))
    signals, of_signals = signals_in(root), signals_of(root)
    return replace(ways, terminating=ways.terminating.union(ending), signals=signals, of_signals=of_signals)


def _flows(root: Element) -> Mapping[str, list[Element]]:
    """The sequence flows, by the id of the element that they leave."""
    flows: dict[str, list[Element]] = {}
    for one in root.iter("sequenceFlow"):
        flows.setdefault(one.get("sourceRef", ""), []).append(one)
    return flows


def overwritten_by_calls(xml: str | bytes, *, numbered: bool = False) -> tuple[str, ...]:
    """Call activities that run several times and hand variables back, so that each call overwrites those of the last.

    `numbered`: the answers in a called process have the number in their names that the call passes in; then only those
    that pass none. Raises `DefinitionFault`.
    """
    root = tree_of(xml)
    many = {call for one in root.iter() if one.find(MANY) is not None for call in one.iter("callActivity")}
    back = (call for call in many if any(_hands_back(out) for out in call.iter("out")))
    return tuple(call.get("id", "") for call in back if not (numbered and any(map(_passes_number, call.iter("in")))))


def _passes_number(given: Element) -> bool:
    return given.get("variables") == "all" or given.get("target") == LOOP_COUNTER


def _hands_back(out: Element) -> bool:
    return out.get("variables") == "all" or out.get("target") is not None


def _stands_in_a_scope(element: Element, parents: Mapping[Element, Element]) -> bool:
    parent = parents.get(element)
    return parent is not None and parent.tag in SCOPES


def _scopes(root: Element) -> Mapping[Element, Scope]:
    everywhere = mentions(root)
    return {one: _scope(one, everywhere) for one in root.iter() if one.tag in SCOPES}


def _scope(element: Element, everywhere: Counter[str]) -> Scope:
    """`everywhere`: the mentions in the whole model."""
    within, around = mentions(element), _around_it(element)
    many = element.find(MANY)
    of_loop = Counter[str]() if many is None else mentions(many)
    return Scope(
        id=get(element, "id") or "",
        kind=element.tag,
        runs=element.get("isExecutable", "true").casefold() == "true",
        loop=_loop(element),
        own=_variables(element),
        inside=within - around - of_loop,
        outside=everywhere - within + of_loop,
        around=around,
        name=get(element, "name"),
    )


def _around_it(element: Element) -> Counter[str]:
    extensions = element.find("extensionElements")
    return Counter() if extensions is None else mentions(extensions)


def _around(element: Element, parents: Mapping[Element, Element], scopes: Mapping[Element, Scope]) -> Iterator[Scope]:
    parent = parents.get(element)
    while parent is not None:
        if parent in scopes:
            yield scopes[parent]
        parent = parents.get(parent)


def _topic(element: Element) -> str | None:
    """The topic of an activity, or of an event that throws a message."""
    message = element.find("messageEventDefinition")
    return get(element, "topic") or (None if message is None else get(message, "topic"))


def _is_external(element: Element) -> bool:
    message = element.find("messageEventDefinition") if element.tag in THROWING else None
    able = element if element.tag in WORKING else None
    return any(one is not None and one.get("type") == "external" for one in (able, message))


def _loop(element: Element) -> Loop | None:
    if (many := element.find(MANY)) is not None:
        return Loop(get(many, "isSequential") == "true", element_variable=get(many, "elementVariable"))
    return Loop(sequential=True, multi=False) if element.find("standardLoopCharacteristics") is not None else None


def _variables(element: Element) -> Variables:
    listeners = [one for one in element.findall("extensionElements/executionListener") if get(one, "event") == "end"]
    return Variables(
        inputs={name: words_within(one) for name, one in parameters_of(element, "input")},
        outputs={name: words_within(one) for name, one in parameters_of(element, "output")},
        constants=constants_of(element),
        read_by_listeners=frozenset[str]().union(*map(words_within, listeners)),
    )


def _mentioned(element: Element) -> frozenset[str]:
    words: set[str] = set()
    for one in element.iter():
        own = get(one, "name") if one.tag == "inputParameter" else None
        words |= words_of(one) - {own}
    return frozenset(words)


def _retry_cycle(element: Element) -> str | None:
    many = element.find(MANY)
    has_jobs = any(one.get(name) == "true" for one in (element, many) if one is not None for name in JOBS)
    return None if has_jobs else (element.findtext("extensionElements/failedJobRetryTimeCycle") or "").strip() or None


def _hanging(root: Element) -> Iterator[ModelFinding]:
    for one in hanging_joins(root):
        yield ModelFinding.of(one.kind, **one.facts)._replace(at=get(one.gateway, "id") or "")


def _in_code(root: Element) -> frozenset[str]:
    code = (one for one in root.iter() if one.tag in CODE or get(one, "expression"))
    return frozenset[str]().union(*map(words_within, code))


def _catchers(root: Element, parents: Mapping[Element, Element]) -> Mapping[str, frozenset[str | None]]:
    """The error codes that are caught at each activity, sub-process or process, by its id."""
    codes = {get(error, "id"): get(error, "errorCode") for error in root if error.tag == "error"}
    caught: dict[str, frozenset[str | None]] = {}
    for event in root.iter():
        definition = event.find("errorEventDefinition")
        if definition is None:
            continue
        reference = get(definition, "errorRef")
        code = codes.get(reference, reference)  # the engine uses an unknown reference as the code itself
        if event.tag == "boundaryEvent":
            at = get(event, "attachedToRef")
        elif event.tag == "startEvent" and (holder := _holder(event, parents)) is not None:
            at = get(holder, "id")  # an event sub-process catches for the scope around it
        else:
            continue
        if at:
            caught[at] = caught.get(at, frozenset()) | {code}
    return caught


def _holder(start: Element, parents: Mapping[Element, Element]) -> Element | None:
    inner = parents.get(start)
    return None if inner is None else parents.get(inner)
