"""What the model says about a step: read once from the definition's BPMN, which the engine gives by its id.

Only what a fetched task does not carry. Elements are told apart by their local names: Camunda, Operaton and CIB seven
use different prefixes and namespaces for the same extensions.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat

LONGEST_XML = 20_000_000
"""Characters of a model that are read."""
_WORD = re.compile(r"[^\W\d]\w*")
SCOPES = ("process", "subProcess", "transaction", "adHocSubProcess")


class DefinitionFault(Exception):
    """What the engine gave is no BPMN that can be read."""


@dataclass(frozen=True, slots=True)
class Loop:
    """An activity that runs more than once. `multi` False: a standard loop, which the engine itself ignores."""

    sequential: bool
    multi: bool = True
    element_variable: str | None = None
    """The variable that each instance gets its element in; None: there is no collection."""


@dataclass(frozen=True, slots=True)
class Scope:
    """The process or a sub-process around a step. `loop` None: it runs once."""

    id: str
    kind: str
    loop: Loop | None = None
    properties: Mapping[str, str] = field(default_factory=dict)
    """Its extension properties, which the engine hands out to nobody."""


@dataclass(frozen=True, slots=True)
class Step:
    """One activity as it is modelled.

    `scopes`: what surrounds it, the nearest first, the process last. `caught`: error codes that a boundary event or an
    event sub-process around it catches, within this definition; None among them: any code. A process that is called by
    another may still have its errors caught there.
    """

    id: str
    name: str | None
    inputs: tuple[str, ...] = ()
    """Names of its input parameters."""
    texts: Mapping[str, str] = field(default_factory=dict)
    """What those are that are written as text."""
    outputs: tuple[str, ...] = ()
    """Names of its output parameters."""
    overwritten: frozenset[str] = frozenset()
    """Those of them that are made of something else than the variable of their own name."""
    handed_on: frozenset[str] = frozenset()
    """Words of what runs when it ends: its output parameters and listeners see its own variables."""
    set_by_model: frozenset[str] = frozenset()
    """Names of variables that any element of the model sets."""
    mentioned: frozenset[str] = frozenset()
    """Words of its own expressions and scripts: whoever stands there is read by the engine."""
    properties: Mapping[str, str] = field(default_factory=dict)
    """Its extension properties."""
    loop: Loop | None = None
    scopes: tuple[Scope, ...] = ()
    caught: frozenset[str | None] = frozenset()
    topic: str | None = None
    """Of an external task."""

    def catches(self, code: str) -> bool:
        """Whether a BPMN error with this code is caught within the definition."""
        return code in self.caught or None in self.caught

    @property
    def loops(self) -> tuple[tuple[str, Loop], ...]:
        """What multiplies this step: itself and the sub-processes around it, the nearest first."""
        around = [(self.id, self.loop), *((scope.id, scope.loop) for scope in self.scopes)]
        return tuple((id_, loop) for id_, loop in around if loop is not None)


def steps_in(xml: str) -> Mapping[str, Step]:
    """Whatever may be an external task (activities, and events that send) by its id; raises `DefinitionFault`."""
    root = _tree(xml)
    parents = {child: parent for parent in root.iter() for child in parent}
    codes = {_get(error, "id"): _get(error, "errorCode") for error in root if error.tag == "error"}
    catchers = _catchers(root, parents, codes)
    set_by_model = frozenset(_set_in(root))
    steps = {}
    for element in root.iter():
        if (id_ := _get(element, "id")) and _stands_in_a_scope(element, parents):
            scopes = tuple(_around(element, parents))
            ids = (id_, *(scope.id for scope in scopes))
            caught = frozenset[str | None]().union(*(catchers.get(one, frozenset()) for one in ids))
            steps[id_] = Step(
                id=id_,
                name=_get(element, "name"),
                inputs=tuple(name for name, _ in _parameters(element, "input")),
                texts={name: one.text or "" for name, one in _parameters(element, "input")},
                outputs=tuple(name for name, _ in _parameters(element, "output")),
                overwritten=frozenset(_overwritten(element)),
                handed_on=_handed_on(element),
                set_by_model=set_by_model,
                mentioned=_mentioned(element),
                properties=_properties(element),
                loop=_loop(element),
                scopes=scopes,
                caught=caught,
                topic=_get(element, "topic"),
            )
    return steps


def repeated_in(xml: str) -> frozenset[str]:
    """Whatever flows lead back to, by its id; raises `DefinitionFault`."""
    next_: dict[str, set[str]] = {}
    for one in _tree(xml).iter():
        if one.tag == "sequenceFlow":
            next_.setdefault(one.get("sourceRef", ""), set()).add(one.get("targetRef", ""))
        elif one.tag == "boundaryEvent":
            next_.setdefault(one.get("attachedToRef", ""), set()).add(one.get("id", ""))
    return frozenset(one for one in next_ if one in _reached(one, next_))


def _reached(start: str, next_: Mapping[str, set[str]]) -> set[str]:
    found: set[str] = set()
    todo = [start]
    while todo:
        new = next_.get(todo.pop(), set()) - found
        found |= new
        todo += new
    return found


def _tree(xml: str) -> Element:
    """The tree with local names. A document type is refused: entities have no use in a model, only abuse."""
    if len(xml) > LONGEST_XML:
        raise DefinitionFault(f"more than {LONGEST_XML} characters")
    builder = TreeBuilder()
    parser = expat.ParserCreate(namespace_separator="}")
    parser.buffer_text = True
    parser.StartElementHandler = lambda tag, attributes: builder.start(
        _local(tag), {_local(name): value for name, value in attributes.items()}
    )
    parser.EndElementHandler = lambda tag: builder.end(_local(tag))
    parser.CharacterDataHandler = builder.data
    parser.StartDoctypeDeclHandler = _refuse
    try:
        parser.Parse(xml.removeprefix("\ufeff").encode(), True)  # noqa: FBT003 - a C function: its arguments have no names
    except (expat.ExpatError, UnicodeEncodeError) as error:
        raise DefinitionFault(f"not XML: {error}") from None
    return builder.close()


def _refuse(*_: object) -> None:
    raise DefinitionFault("it has a document type")


def _local(name: str) -> str:
    return name.rpartition("}")[2]


def _stands_in_a_scope(element: Element, parents: Mapping[Element, Element]) -> bool:
    parent = parents.get(element)
    return parent is not None and parent.tag in SCOPES


def _around(element: Element, parents: Mapping[Element, Element]) -> Iterator[Scope]:
    parent = parents.get(element)
    while parent is not None:
        if parent.tag in SCOPES:
            yield Scope(_get(parent, "id") or "", parent.tag, _loop(parent), _properties(parent))
        parent = parents.get(parent)


def _loop(element: Element) -> Loop | None:
    if (many := element.find("multiInstanceLoopCharacteristics")) is not None:
        return Loop(_get(many, "isSequential") == "true", element_variable=_get(many, "elementVariable"))
    return Loop(sequential=True, multi=False) if element.find("standardLoopCharacteristics") is not None else None


def _parameters(element: Element, kind: str) -> list[tuple[str, Element]]:
    """Those of one kind, input or output, by name."""
    found = element.findall(f"extensionElements/inputOutput/{kind}Parameter")
    return [(name, one) for one in found if (name := _get(one, "name"))]


def _mentioned(element: Element) -> frozenset[str]:
    words: set[str] = set()
    for one in element.iter():
        own = _get(one, "name") if one.tag == "inputParameter" else None
        words |= _words_of(one) - {own}
    return frozenset(words)


def _words_of(element: Element) -> set[str]:
    """Words of its own script or expressions."""
    texts = (element.text or "", *element.attrib.values())
    return {
        word
        for text in texts
        if element.tag == "script" or "${" in text or "#{" in text
        for word in _WORD.findall(text)
    }


def _words_within(element: Element) -> set[str]:
    return set[str]().union(*(_words_of(one) for one in element.iter()))


def _overwritten(element: Element) -> Iterator[str]:
    return (name for name, one in _parameters(element, "output") if name not in _words_within(one))


def _handed_on(element: Element) -> frozenset[str]:
    listeners = [one for one in element.findall("extensionElements/executionListener") if _get(one, "event") == "end"]
    ends = [*(one for _, one in _parameters(element, "output")), *listeners]
    return frozenset[str]().union(*map(_words_within, ends))


def _set_in(root: Element) -> Iterator[str]:
    attributes = {"outputParameter": "name", "formField": "id", "out": "target"}
    for one in root.iter():
        names = (one.get("resultVariable"), one.get("elementVariable"), one.get(attributes.get(one.tag, "")))
        yield from filter(None, names)


def _properties(element: Element) -> dict[str, str]:
    found = element.findall("extensionElements/properties/property")
    return {name: _get(one, "value") or "" for one in found if (name := _get(one, "name"))}


def _catchers(
    root: Element, parents: Mapping[Element, Element], codes: Mapping[str | None, str | None]
) -> Mapping[str, frozenset[str | None]]:
    """Which codes are caught at each activity, sub-process or process."""
    caught: dict[str, frozenset[str | None]] = {}
    for event in root.iter():
        definition = event.find("errorEventDefinition")
        if definition is None:
            continue
        reference = _get(definition, "errorRef")
        code = codes.get(reference, reference)  # the engine takes an unknown reference for the code itself
        if event.tag == "boundaryEvent":
            at = _get(event, "attachedToRef")
        elif event.tag == "startEvent" and (holder := _holder(event, parents)) is not None:
            at = _get(holder, "id")  # an event sub-process catches for what surrounds it
        else:
            continue
        if at:
            caught[at] = caught.get(at, frozenset()) | {code}
    return caught


def _holder(start: Element, parents: Mapping[Element, Element]) -> Element | None:
    inner = parents.get(start)
    return None if inner is None else parents.get(inner)


def _get(element: Element, name: str) -> str | None:
    return element.get(name) or None
