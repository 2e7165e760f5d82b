"""Finds what a model says about a step in places that the engine hands out to no worker."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from xml.etree.ElementTree import Element

from worker.steps.bpmn.tree import get, parameters_of, properties_of

Said = Mapping[str, str]
"""Values by name."""


class Elsewhere:
    """What one model says in such places: an index, built once."""

    def __init__(self, root: Element) -> None:
        self._around: dict[str, list[tuple[str, Said]]] = {}
        """By the id of the element that the place belongs to or surrounds: the place, and what it says."""
        for one in root.iter():
            for id_ in self._concerned(one):
                if said := properties_of(one):
                    self._around.setdefault(id_, []).append((f"{get(one, 'id') or one.tag}.properties", said))

    def of(self, step: Element, scopes: Sequence[str]) -> Iterator[tuple[str, Said]]:
        """Each place and what it says about the step, nearest first. `scopes`: ids of the scopes around the step."""
        id_ = get(step, "id") or ""
        for around in (id_, *scopes):
            yield from (one for one in self._around.get(around, ()) if one[0] != f"{id_}.properties")
        loop = step.find("multiInstanceLoopCharacteristics")
        if loop is not None and (said := properties_of(loop)):
            yield "multiInstance.properties", said
        for event in step:
            if event.tag.endswith("EventDefinition") and (said := properties_of(event)):
                yield f"{event.tag}.properties", said
        if fields := dict(_fields(step)):
            yield "fields", fields
        if of_others := dict(_of_others(step)):
            yield "extensionElements", of_others

    @staticmethod
    def _concerned(element: Element) -> Iterator[str]:
        """The ids of the elements that an element belongs to or surrounds, its own included."""
        named = (
            get(element, "processRef"),
            get(element, "attachedToRef"),
            get(element, "targetRef"),
            get(element, "id"),
        )
        yield from dict.fromkeys(filter(None, named))
        if element.tag == "lane":
            yield from (one.text.strip() for one in element.findall("flowNodeRef") if one.text)


def _fields(step: Element) -> Iterator[tuple[str, str]]:
    for one in step.findall("extensionElements/field"):
        texts = (get(one, "stringValue"), get(one, "expression"), *(inner.text for inner in one))
        yield get(one, "name") or "", next(filter(None, texts), "")


def _of_others(step: Element) -> Iterator[tuple[str, str]]:
    """Properties and headers in Camunda 8's form, and BPMN's own properties."""
    headers = ("property", "extensionElements/zeebe.properties/*", "extensionElements/zeebe.taskHeaders/*")
    for one in (found for path in headers for found in step.findall(path)):
        if name := get(one, "name") or get(one, "key"):
            yield name, get(one, "value") or ""


def twice_in(step: Element) -> tuple[str, ...]:
    """What a step says twice with different values, of which the engine takes only one.

    `properties.NAME` or `inputParameters.NAME`. Case and blanks around a value do not count.
    """
    said: dict[str, set[str]] = {}
    for one in step.findall("extensionElements/properties/property"):
        said.setdefault(f"properties.{get(one, 'name')}", set()).add(one.get("value", "").strip().casefold())
    for name, one in parameters_of(step, "input"):
        said.setdefault(f"inputParameters.{name}", set()).add("".join(one.itertext()).strip().casefold())
    return tuple(where for where, values in said.items() if len(values) > 1)
