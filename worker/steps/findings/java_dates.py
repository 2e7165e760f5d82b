"""Finds input parameters that give a Java date of the library Joda, which no worker can read."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from worker.steps.bpmn.expressions import Node, single
from worker.steps.bpmn.step import Step

STAYS = ("plus", "minus", "with")
"""How the methods of such a date begin that give another one; `toDate()` gives a date that the engine passes on."""


def dates_of_java(step: Step, read: Collection[str] | None) -> Iterator[tuple[str, str]]:
    """The parameters that are read, each with the expression that would give a readable date. `read` None: all."""
    for name, text in step.texts.items():
        node = single(text)
        if node and (read is None or name in read) and _is_joda(node):
            yield name, f"${{{node.text}.toDate()}}"


def _is_joda(node: Node) -> bool:
    while node.kind == "call" and str(node.value).startswith(STAYS):
        node = node.parts[0]
    return node.kind == "function" and node.value == "dateTime"
