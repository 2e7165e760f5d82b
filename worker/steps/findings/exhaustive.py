"""Decides whether one of several conditions is always true, by trying the values around those that they name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from math import prod
from typing import Any

from worker.steps.bpmn.juel_values import names_in, value_of
from worker.steps.bpmn.step import Condition

_MOST_TRIED = 2_000


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
    literals = {part.value for node in compared for part in node.parts if part.kind == "literal"} - {None}
    tried = [*dict.fromkeys(value for literal in literals for value in _around(literal))] or [True, False]
    each = [(among or {}).get(name, tried) for name in names]
    if len(roots) != len(conditions) or prod(map(len, each)) > _MOST_TRIED:
        return False
    worlds = ({**values, **dict(zip(names, one, strict=True))} for one in product(*each))
    return all(any(value_of(root, world) is True for root in roots) for world in worlds)


def _around(literal: Any) -> Iterator[Any]:
    """The value and its neighbours: what a comparison with it may tell apart."""
    if isinstance(literal, bool):
        yield from (True, False)
    elif isinstance(literal, int | float):
        yield from (literal - 1, literal, literal + 1)
    else:
        yield from (literal, f"{literal}, or another")
