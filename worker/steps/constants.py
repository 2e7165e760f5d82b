"""Reads the input parameters whose values the model alone decides: texts without an expression, lists and maps."""

from __future__ import annotations

from typing import Any
from xml.etree.ElementTree import Element

from worker.mapping.notations import EXPRESSION
from worker.steps.bpmn import get, parameters_of


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
    """None for a blank text, which the engine makes a null."""
    inner = next(iter(element), None)
    match inner.tag if inner is not None else None:
        case None if not EXPRESSION.search(text := element.text or ""):
            return text if text.strip() else None
        case "list" if inner is not None:
            return [_value(one) for one in inner]
        case "map" if inner is not None:
            return {get(one, "key") or "": _value(one) for one in inner}
        case _:
            raise _NotConstant
