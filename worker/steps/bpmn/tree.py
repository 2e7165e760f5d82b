"""Reads BPMN as a tree with local names, and the words in it that the engine evaluates.

A word is an identifier, such as the name of a variable. Elements are distinguished by their local names: Camunda,
Operaton and CIB seven use different prefixes and namespaces for the same extensions.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from xml.etree.ElementTree import Element, TreeBuilder, tostring
from xml.parsers import expat

from worker.words.phrase import Phrase, PhraseError

SCOPES = ("process", "subProcess", "transaction", "adHocSubProcess")
"""The elements that contain the elements of a flow."""
LONGEST_XML = 20_000_000
"""The longest model that is read, in characters."""
TOO_LONG = Phrase("модель длиннее {most} символов", "the model has more than {most} characters")
NOT_XML = Phrase("модель не XML: {error}", "the model is not XML: {error}")
DOCUMENT_TYPE = Phrase("в модели есть DOCTYPE", "the model has a document type")
_WORD = re.compile(r"[^\W\d]\w*")
_NAMING: Mapping[str, tuple[str, ...]] = {
    "in": ("source",),
    "out": ("source",),
    "formField": ("id",),
    "multiInstanceLoopCharacteristics": ("collection",),
}
"""Attributes that name a variable to read, without an expression around it."""


class DefinitionFault(PhraseError):
    """The engine's answer is not BPMN that the worker can read."""


def tree_of(xml: str | bytes) -> Element:
    """Parse a model into a tree with local names; raises `DefinitionFault`. Bytes say themselves how they are encoded.

    A document type is refused: models need no entities, and attacks use them.
    """
    if len(xml) > LONGEST_XML:
        raise DefinitionFault(TOO_LONG.format(most=LONGEST_XML))
    builder = TreeBuilder()
    parser = expat.ParserCreate(None if isinstance(xml, bytes) else "utf-8", namespace_separator="}")
    parser.buffer_text = True
    parser.StartElementHandler = lambda tag, attributes: builder.start(
        _tag(tag), {_local(name): value for name, value in attributes.items()}
    )
    parser.EndElementHandler = lambda tag: builder.end(_tag(tag))
    parser.CharacterDataHandler = builder.data
    parser.StartDoctypeDeclHandler = _refuse
    try:
        read = xml if isinstance(xml, bytes) else xml.removeprefix("\ufeff").encode()
        parser.Parse(read, True)  # noqa: FBT003 - a C function: its arguments have no names
    except (expat.ExpatError, UnicodeEncodeError, LookupError) as error:
        raise DefinitionFault(NOT_XML.format(error=error)) from None
    return builder.close()


def each_process(xml: str | bytes) -> Mapping[str, str]:
    """For each process of a model, by its key, the model without the others; raises `DefinitionFault`."""
    root, found = tree_of(xml), dict[str, str]()
    for one in (processes := root.findall("process")):
        alone = Element(root.tag, root.attrib)
        alone.extend(part for part in root if part is one or part not in processes)
        found[one.get("id", "")] = tostring(alone, "unicode")
    return found


def _refuse(*_: object) -> None:
    raise DefinitionFault(DOCUMENT_TYPE)


def _tag(name: str) -> str:
    """The local name. Elements of Camunda 8 (Zeebe) keep a prefix: none of the supported engines reads them."""
    space, _, local = name.rpartition("}")
    return f"zeebe.{local}" if "/zeebe/" in space else local


def _local(name: str) -> str:
    return name.rpartition("}")[2]


def get(element: Element, name: str) -> str | None:
    """An attribute; None if missing or empty."""
    return element.get(name) or None


def parameters_of(element: Element, kind: str) -> list[tuple[str, Element]]:
    """The parameters of one kind, `input` or `output`, with their names."""
    found = element.findall(f"extensionElements/inputOutput/{kind}Parameter")
    return [(name, one) for one in found if (name := get(one, "name"))]


def properties_of(element: Element) -> dict[str, str]:
    """The extension properties of the element itself."""
    found = element.findall("extensionElements/properties/property")
    return {name: get(one, "value") or "" for one in found if (name := get(one, "name"))}


def nameless_properties_of(element: Element) -> list[str]:
    """Identifies the extension properties without a name, by id or else by value."""
    found = element.findall("extensionElements/properties/property")
    return [get(one, "id") or get(one, "value") or "?" for one in found if one.get("name") is None]


def words_of(element: Element) -> set[str]:
    """Words in the element's own script or expressions, and variables that its attributes name."""
    named = {one for attribute in _NAMING.get(element.tag, ()) if (one := get(element, attribute))}
    script = element.tag == "script" or (element.tag == "conditionExpression" and get(element, "language"))
    texts = (element.text or "", *element.attrib.values())
    evaluated = [text for text in texts if script or "${" in text or "#{" in text]
    return named.union(*(_WORD.findall(text) for text in evaluated))


def words_within(element: Element) -> frozenset[str]:
    """The same for the element and everything inside it."""
    return frozenset[str]().union(*(words_of(one) for one in element.iter()))


def mentions(element: Element) -> Counter[str]:
    """For each word, how many elements mention it: the element itself and those inside it."""
    return Counter(word for one in element.iter() for word in words_of(one))


def at_once_behind(
    element: Element, flows: Mapping[str, Sequence[Element]], by_id: Mapping[str, Element]
) -> Counter[str]:
    """Mentions in the conditions that the engine evaluates in the transaction that completes an activity.

    These are the conditions on its own outgoing flows, and on those of a gateway directly after it. `flows`: by the id
    of their source.
    """
    if _ends_transaction(element):
        return Counter()
    own = flows.get(get(element, "id") or "", ())
    behind = [by_id[target] for one in own if (target := one.get("targetRef", "")) in by_id]
    gateways = [one for one in behind if one.tag.endswith("Gateway") and not _ends_transaction(one)]
    further = [flow for one in gateways for flow in flows.get(get(one, "id") or "", ())]
    return sum(map(mentions, {id(one): one for one in (*own, *further)}.values()), Counter[str]())


def _ends_transaction(element: Element) -> bool:
    before = () if element.get("type") == "external" else ("asyncBefore", "async")
    return any(element.get(name) == "true" for name in ("asyncAfter", *before))
