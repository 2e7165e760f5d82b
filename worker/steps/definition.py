"""Reads what the model says about its steps from a definition's BPMN, which the engine gives by the definition's id.

It reads only what a fetched task does not carry.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element

from worker.steps.bpmn import (
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
from worker.steps.bpmn_places import Elsewhere, twice_in
from worker.steps.flows import repeated
from worker.steps.forks import beside

__all__ = ["DefinitionFault", "Loop", "Scope", "Step", "Variables", "steps_in"]
MANY = "multiInstanceLoopCharacteristics"
SCOPES = ("process", "subProcess", "transaction", "adHocSubProcess")


@dataclass(frozen=True, slots=True)
class Loop:
    """How an activity repeats. `multi` False: a standard loop, which the engine ignores."""

    sequential: bool
    multi: bool = True
    element_variable: str | None = None
    """The variable in which each instance gets its element; None if the loop has none."""


@dataclass(frozen=True, slots=True)
class Variables:
    """The local variables of an activity, and which of them outlive it."""

    inputs: tuple[str, ...] = ()
    """Names of its input parameters. They end with the activity, and so does everything written into them."""
    outputs: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Its output parameters, each with the words in its value."""
    read_by_listeners: frozenset[str] = frozenset()
    """Words in its end listeners, which still see its local variables."""

    @property
    def handed_on(self) -> frozenset[str]:
        """Words in everything that runs when it ends: output parameters and end listeners."""
        return self.read_by_listeners.union(*self.outputs.values())

    @property
    def overwritten(self) -> frozenset[str]:
        """Output parameters whose value does not mention the variable of the same name."""
        return frozenset(name for name, words in self.outputs.items() if name not in words)


@dataclass(frozen=True, slots=True)
class Scope:
    """The process or a sub-process around a step. `loop` None: it runs once."""

    id: str
    kind: str
    loop: Loop | None = None
    own: Variables = field(default_factory=Variables)
    inside: Mapping[str, int] = field(default_factory=Counter, compare=False)
    """For each word, how many elements inside mention it. The scope's own parameters, listeners and loop do not
    count."""
    outside: Mapping[str, int] = field(default_factory=Counter, compare=False)
    """The same for the rest of the model and for the scope's own loop: neither sees the scope's local variables."""
    around: Mapping[str, int] = field(default_factory=Counter, compare=False)
    """The same for the scope's own parameters and listeners."""
    name: str | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """One activity as modelled.

    `scopes`: what surrounds it, nearest first, the process last. `caught`: error codes that a boundary event or an
    event sub-process around it catches within this definition; None in it stands for any code. If another process calls
    this one, that process may catch further errors.
    """

    id: str
    name: str | None
    own: Variables = field(default_factory=Variables)
    texts: Mapping[str, str] = field(default_factory=dict)
    """The text of each input parameter; blank if its value is a script, a list or a map."""
    set_by_model: frozenset[str] = frozenset()
    """Names of the variables that any element of the model sets."""
    mentioned: frozenset[str] = frozenset()
    """Words in its own expressions and scripts: the engine reads the variables of these names."""
    around: Mapping[str, int] = field(default_factory=Counter, compare=False)
    """For each word, how many of its own parameters and listeners mention it."""
    at_once: Mapping[str, int] = field(default_factory=Counter, compare=False)
    """The same for the conditions that the engine evaluates in the transaction of its completion."""
    properties: Mapping[str, str] = field(default_factory=dict)
    """Its extension properties."""
    nameless: tuple[str, ...] = ()
    """Extension properties without a name, by id or value: the engine fails every fetch that would hand them out."""
    elsewhere: tuple[tuple[str, Mapping[str, str]], ...] = ()
    """What stands in places that the engine hands out to no worker, by place: extension properties of the process,
    pool, lanes and sub-processes around the step, of flows into it, of its boundary events, event definitions and loop;
    its field injections; and properties in Camunda 8's form."""
    loop: Loop | None = None
    scopes: tuple[Scope, ...] = ()
    caught: frozenset[str | None] = frozenset()
    topic: str | None = None
    """The topic of an external task; None for other elements."""
    twice: tuple[str, ...] = ()
    """What it says twice with different values: `properties.NAME`, `inputParameters.NAME`."""
    beside: frozenset[str] = frozenset()
    """Ids of elements that may be active at the same time, in other branches of a fork."""
    repeated: bool = False
    """Flows lead back to it or to a sub-process around it."""
    compensates: bool = False
    """It is a compensation handler."""

    @property
    def inputs(self) -> tuple[str, ...]:
        """Names of its input parameters."""
        return self.own.inputs

    @property
    def near(self) -> tuple[Collection[str], ...]:
        """Names of its local variables, then of those of each scope around it, nearest first.

        At each level the parameters come first: a parameter hides the loop's element variable.
        """
        around = [(self.own, self.loop), *((scope.own, scope.loop) for scope in self.scopes)]
        return tuple(
            names
            for own, loop in around
            for names in (own.inputs, [loop.element_variable] if loop and loop.element_variable else ())
        )

    def catches(self, code: str) -> bool:
        """Whether an event in this definition catches a BPMN error with this code."""
        return code in self.caught or None in self.caught

    @property
    def loops(self) -> tuple[tuple[str, Loop], ...]:
        """The loops that multiply this step, by id: its own and those of the sub-processes around it, nearest first."""
        around = [(self.id, self.loop), *((scope.id, scope.loop) for scope in self.scopes)]
        return tuple((id_, loop) for id_, loop in around if loop is not None)


def steps_in(xml: str) -> Mapping[str, Step]:
    """Every element with an id that stands directly in a process or sub-process, by its id; raises `DefinitionFault`.

    All external tasks are among them: activities, and events that throw a message.
    """
    root = tree_of(xml)
    parents = {child: parent for parent in root.iter() for child in parent}
    codes = {get(error, "id"): get(error, "errorCode") for error in root if error.tag == "error"}
    catchers = _catchers(root, parents, codes)
    set_by_model = frozenset(_set_in(root))
    scopes_of, elsewhere = _scopes(root), Elsewhere(root)
    others, again = beside(root), repeated(root)
    by_id = {id_: one for one in root.iter() if (id_ := get(one, "id"))}
    flows: dict[str, list[Element]] = {}
    for one in root.iter("sequenceFlow"):
        flows.setdefault(one.get("sourceRef", ""), []).append(one)
    steps = {}
    for element in root.iter():
        if (id_ := get(element, "id")) and _stands_in_a_scope(element, parents):
            scopes = tuple(_around(element, parents, scopes_of))
            ids = (id_, *(scope.id for scope in scopes))
            caught = frozenset[str | None]().union(*(catchers.get(one, frozenset()) for one in ids))
            steps[id_] = Step(
                id=id_,
                name=get(element, "name"),
                own=_variables(element),
                texts={name: one.text or "" for name, one in parameters_of(element, "input")},
                set_by_model=set_by_model,
                mentioned=_mentioned(element),
                around=_around_it(element),
                at_once=at_once_behind(element, flows, by_id),
                properties=properties_of(element),
                nameless=tuple(nameless_properties_of(element)),
                elsewhere=tuple(elsewhere.of(element, [scope.id for scope in scopes])),
                loop=_loop(element),
                scopes=scopes,
                caught=caught,
                topic=_topic(element),
                twice=twice_in(element),
                beside=others.get(id_, frozenset()),
                repeated=not again.isdisjoint(ids),
                compensates=get(element, "isForCompensation") == "true",
            )
    return steps


def overwritten_by_calls(xml: str) -> tuple[str, ...]:
    """Call activities that run several times and hand variables back, so that each call overwrites those of the last.

    Raises `DefinitionFault`.
    """
    root = tree_of(xml)
    many = {call for one in root.iter() if one.find(MANY) is not None for call in one.iter("callActivity")}
    return tuple(call.get("id", "") for call in many if any(_hands_back(out) for out in call.iter("out")))


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


def _loop(element: Element) -> Loop | None:
    if (many := element.find(MANY)) is not None:
        return Loop(get(many, "isSequential") == "true", element_variable=get(many, "elementVariable"))
    return Loop(sequential=True, multi=False) if element.find("standardLoopCharacteristics") is not None else None


def _variables(element: Element) -> Variables:
    listeners = [one for one in element.findall("extensionElements/executionListener") if get(one, "event") == "end"]
    return Variables(
        inputs=tuple(name for name, _ in parameters_of(element, "input")),
        outputs={name: words_within(one) for name, one in parameters_of(element, "output")},
        read_by_listeners=frozenset[str]().union(*map(words_within, listeners)),
    )


def _mentioned(element: Element) -> frozenset[str]:
    words: set[str] = set()
    for one in element.iter():
        own = get(one, "name") if one.tag == "inputParameter" else None
        words |= words_of(one) - {own}
    return frozenset(words)


def _set_in(root: Element) -> Iterator[str]:
    attributes = {"outputParameter": "name", "formField": "id", "out": "target"}
    anywhere = ("resultVariable", "elementVariable", "errorCodeVariable", "errorMessageVariable")
    for one in root.iter():
        names = (*anywhere, "escalationCodeVariable", attributes.get(one.tag, ""))
        yield from filter(None, map(one.get, names))


def _catchers(
    root: Element, parents: Mapping[Element, Element], codes: Mapping[str | None, str | None]
) -> Mapping[str, frozenset[str | None]]:
    """The error codes that are caught at each activity, sub-process or process, by its id."""
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
