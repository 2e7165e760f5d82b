"""Decides whether one of several conditions is always true, by trying the values around those that they name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from typing import Any

from worker.steps.juel_values import names_in, value_of
from worker.steps.step import Condition

_MOST_TRIED = 2_000


def one_is_true(conditions: Sequence[Condition], values: Mapping[str, Any]) -> bool:
    """Whether one of them is true whatever the other variables hold; in doubt False.

    `values`: of the variables that are known. A variable that is null, or not set, is not tried.
    """
    roots = [one.parts[0] for one in conditions if one.single]
    names = sorted({name for root in roots for name in names_in(root)} - values.keys())
    literals = {node.value for root in roots for node in root.walk() if node.kind == "literal"} - {None}
    tried = [*dict.fromkeys(value for literal in literals for value in _around(literal))] or [True, False]
    if len(roots) != len(conditions) or len(tried) ** len(names) > _MOST_TRIED:
        return False
    worlds = ({**values, **dict(zip(names, each, strict=True))} for each in product(tried, repeat=len(names)))
    return all(any(value_of(root, world) is True for root in roots) for world in worlds)


def _around(literal: Any) -> Iterator[Any]:
    """The value and its neighbours: what a comparison with it may tell apart."""
    if isinstance(literal, bool):
        yield from (True, False)
    elif isinstance(literal, int | float):
        yield from (literal - 1, literal, literal + 1)
    else:
        yield from (literal, f"{literal}, or another")
