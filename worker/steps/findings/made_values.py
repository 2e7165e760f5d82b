"""Adds what a model makes of known variables."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from worker.steps.bpmn.juel_values import FAILS, UNKNOWN, names_in, value_of
from worker.steps.findings.answer_ways import World


def with_made(values: World, made: Iterable[tuple[str, Any]]) -> World:
    """The values, and those of the variables that the model makes of them alone."""
    known, todo, before = dict(values), dict(made), -1
    while before != len(known):
        before = len(known)
        for name, node in todo.items():
            if name not in known and names_in(node) and (value := value_of(node, known)) not in (UNKNOWN, FAILS):
                known[name] = value
    return known
