"""Decides whether one of several conditions is always true, by trying the values around those that they name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import product
from math import prod
from typing import Any

from worker.steps.bpmn.expressions import Node
from worker.steps.bpmn.juel_values import names_in, value_of
from worker.steps.bpmn.step import Condition

MOST_TRIED = 2_000
"""Combinations of values that are tried."""


def one_is_true(
    conditions: Sequence[Condition], values: Mapping[str, Any], among: Mapping[str, Sequence[Any]] | None = None
) -> bool:
    """Whether one of them is true whatever the other variables hold; in doubt False.

    `values`: of the variables that are known. `among`: of others, those that they may have. A variable that is null, or
    not set, is not tried.
    """
    roots = [one.parts[0] for one in conditions if one.single]
    names = sorted({name for root in roots for name in names_in(root)} - values.keys())
    compared = [node for root in roots for node in root.walk() if not names_in(node).isdisjoint(names)]
    tried = values_around(compared)
    each = [(among or {}).get(name, tried) for name in names]
    if len(roots) != len(conditions) or prod(map(len, each)) > MOST_TRIED:
        return False
    worlds = ({**values, **dict(zip(names, one, strict=True))} for one in product(*each))
    return all(any(value_of(root, world) is True for root in roots) for world in worlds)


def values_around(nodes: Iterable[Node]) -> list[Any]:
    """The values that these very nodes compare something with, and their neighbours; yes and no if there are none."""
    parts = (part for node in nodes for part in node.parts)
    literals = {part.value: None for part in parts if part.kind == "literal" and part.value is not None}
    return [*dict.fromkeys(value for literal in literals for value in _around(literal))] or [True, False]


def _around(literal: Any) -> Iterator[Any]:
    """The value and its neighbours: what a comparison with it may tell apart."""
    if isinstance(literal, bool):
        yield from (True, False)
    elif isinstance(literal, int | float):
        yield from (literal - 1, literal, literal + 1)
    else:
        yield from (literal, f"{literal}, or another")
