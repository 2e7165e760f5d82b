"""Finds expressions that ask whether there is an answer at all: whoever writes one has thought of silence."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from worker.steps.bpmn.expressions import Node
from worker.steps.bpmn.juel_values import FAILS, asked_in, read_in, value_of
from worker.steps.bpmn.step import Condition


def ask_for_lack(conditions: Iterable[Condition], values: Mapping[str, Any]) -> bool:
    """Whether one of the conditions that may hold with these values asks for the lack of one of them."""
    roots = (root for one in conditions if one.single for root in one.parts)
    return any(asks_for_lack(one, values) and value_of(one, values) not in (False, FAILS) for one in roots)


def asks_for_lack(node: Node, names: Collection[str]) -> bool:
    """Whether a node asks, somewhere in it, if one of these variables is missing, null or empty."""
    return any(_asks(one, names) for one in node.walk())


def _asks(node: Node, names: Collection[str]) -> bool:
    if asked_in(node) in names:
        return True
    by_null = node.kind in ("eq", "ne") and any(one.kind == "literal" and one.value is None for one in node.parts)
    return (by_null or node.kind == "empty") and any(read_in(one) in names for one in node.parts)
