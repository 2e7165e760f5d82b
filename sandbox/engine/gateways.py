"""The decisions of exclusive gateways: comparisons of a variable with a text, as in `${answer == 'yes'}`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from sandbox.engine.model import Node
from sandbox.engine.values import Refused

COMPARISON = re.compile(r"\$\{\s*(\w+)\s*==\s*'([^']*)'\s*\}")


def way_out(gateway: Node, variables: Mapping[str, Mapping[str, Any]]) -> str:
    """The id of the element behind the gateway. Raises `Refused` in the words of a real engine."""
    for target, condition in zip(gateway.next, gateway.conditions, strict=True):
        if not condition or _is_true(condition, variables):
            return target
    words = "No outgoing sequence flow for the element with id"
    raise Refused(500, "ProcessEngineException", f"ENGINE-02004 {words} '{gateway.id}' could be selected.")


def _is_true(condition: str, variables: Mapping[str, Mapping[str, Any]]) -> bool:
    found = COMPARISON.fullmatch(condition)
    if found is None:
        raise Refused(500, "ProcessEngineException", f"the built-in engine cannot evaluate {condition}")
    name, wanted = found.groups()
    if name not in variables:
        words = f"Unknown property used in expression: {condition}. Cause: Cannot resolve identifier '{name}'"
        raise Refused(500, "ProcessEngineException", words)
    return bool(variables[name].get("value") == wanted)
