"""Finds flows that an exclusive gateway never takes: whenever their condition is true, one before it is true too.

The engine tries the conditions in the order of the model and takes the first true one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from math import prod
from typing import Any, NamedTuple

from worker.steps.bpmn.expressions import Node
from worker.steps.bpmn.juel_values import FAILS, names_in, value_of
from worker.steps.findings.exhaustive import MOST_TRIED, values_around
from worker.steps.findings.served import Served

_PLAIN = ("name", "literal", "eq", "ne", "lt", "le", "gt", "ge", "and", "or", "not")
"""Of conditions that are judged: whatever computes may be true for values that are not tried."""


class NeverTaken(NamedTuple):
    """A flow from a gateway to an element. `before`: the conditions tried before it, one of which is true instead."""

    at: str
    to: str
    condition: str
    before: tuple[str, ...]


def never_taken(process: str, served: Served) -> Iterator[NeverTaken]:
    """Those of a process. Not where a condition alone is never true after any answer: others tell of that."""
    answers = served.answers()
    for at, flows in served.model.ways.leaving.items():
        if at not in served.steps or served.steps[at].process != process or served.kinds[at] != "exclusiveGateway":
            continue
        said = {one.text: one.parts[0] for one in served.model.conditions if one.at == at and one.single}
        tried = [(one, said[one.text]) for one in flows if not one.default and one.text in said]
        tried = [(one, node) for one, node in tried if all(part.kind in _PLAIN for part in node.walk())]
        for number, (flow, node) in enumerate(tried[1:], 1):
            before = [
                (one.text, other) for one, other in tried[:number] if not names_in(node).isdisjoint(names_in(other))
            ]
            if before and _is_never_first(node, [other for _, other in before], answers):
                yield NeverTaken(at, flow.target, flow.text, tuple(text for text, _ in before))


def _is_never_first(node: Node, before: Sequence[Node], answers: Mapping[str, Sequence[Any]]) -> bool:
    """Whether some values make the condition true, and one of those before it each time too. In doubt False."""
    names = sorted(names_in(node).union(*map(names_in, before)))
    values = values_around(part for one in (node, *before) for part in one.walk())
    each = [dict.fromkeys((*answers.get(name, values), True, False, None)) for name in names]
    if prod(map(len, each)) > MOST_TRIED:
        return False
    worlds = [dict(zip(names, one, strict=True)) for one in product(*each)]
    true = [world for world in worlds if value_of(node, world) is True]
    return bool(true) and all(any(value_of(one, world) in (True, FAILS) for one in before) for world in true)
