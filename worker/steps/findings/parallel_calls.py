"""Finds parallel calls that hand answers back into the same variables: whichever ends last overwrites the other's."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from typing import Any

from worker.steps.bpmn.calls import Call
from worker.steps.bpmn.finding import ModelFinding
from worker.steps.bpmn.juel_values import names_in
from worker.steps.findings.served import Served

Left = Mapping[str, Sequence[Any]]


def overwriting_calls(caller: Served, calls: Sequence[tuple[Call, Left]]) -> Iterator[tuple[str, ModelFinding]]:
    """Each pair of which the caller reads a common answer, at the second call. `calls`: with the answers left there."""
    reading = (*caller.model.conditions, *caller.model.others)
    names = frozenset(name for one in reading for root in one.parts for name in names_in(root))
    for (one, left), (other, theirs) in combinations(calls, 2):
        common = _handed_back(one, left) & _handed_back(other, theirs) & names
        if common and one.id in caller.steps[other.id].beside:
            facts = {"names": ", ".join(sorted(common)), "other": one.id, "name": min(common)}
            yield other.id, ModelFinding.of("calls_overwrite", **facts)


def _handed_back(call: Call, left: Left) -> frozenset[str]:
    """The caller's variables in which a call leaves answers, or what it makes of them."""
    named = {out.target for out in call.outs if not names_in(out.node).isdisjoint(left)}
    return frozenset({*named, *(left if call.all else ())})
