"""Reads the input parameters whose values the model alone decides: texts without an expression, lists and maps."""

from __future__ import annotations

from typing import Any
from xml.etree.ElementTree import Element

from worker.mapping.notations import EXPRESSION
from worker.steps.bpmn.tree import get, parameters_of


class _NotConstant(Exception):
    """Only a running process has the value."""


def constants_of(element: Element) -> dict[str, Any]:
    """The values by name, without those that an expression or a script gives."""
    found = {}
    for name, one in parameters_of(element, "input"):
        try:
            found[name] = _value(one)
        except _NotConstant:
            continue
    return found


def _value(element: Element) -> Any:
    """What stands in a parameter or an entry of a map: one element, or its text."""
    return _of(next(iter(element), element))


def _of(element: Element) -> Any:
    """None for a blank text, which the engine makes a null."""
    match element.tag:
        case "list":
            return [_of(one) for one in element]
        case "map":
            return {_constant(get(one, "key") or "") or "": _value(one) for one in element}
        case "inputParameter" | "entry" | "value":
            return _constant(element.text or "")
        case _:  # a script
            raise _NotConstant


def _constant(text: str) -> str | None:
    if EXPRESSION.search(text):
        raise _NotConstant
    return text if text.strip() else None
