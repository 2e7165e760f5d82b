"""Finds conditions that are nothing but a variable which the model only sets to fixed texts: `true` is such a text.

The engine takes only a Boolean for the outcome of a condition, and the value of a parameter without an expression is a
text (seen on Camunda 7.24).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from worker.steps.findings.served import Served


class TextForBoolean(NamedTuple):
    """A condition at an element, the variable that it is, and the texts that this may have."""

    at: str
    text: str
    name: str
    values: tuple[str, ...]


def texts_for_booleans(process: str, served: Served) -> Iterator[TextForBoolean]:
    """Those of a process."""
    for one in served.model.conditions:
        node = one.parts[0] if one.single else None
        here = one.at in served.steps and served.steps[one.at].process == process
        values = served.model.fixed.get(str(node.value), ()) if node and node.kind == "name" and here else ()
        if values and all(isinstance(value, str) for value in values):
            yield TextForBoolean(one.at, one.text, str(node.value if node else ""), tuple(dict.fromkeys(values)))
