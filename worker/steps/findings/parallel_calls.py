"""Finds calls that hand answers back into variables in which a parallel call or step leaves its own.

Whichever ends last overwrites the other's answer.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations, product
from typing import Any

from worker.steps.bpmn.calls import Call
from worker.steps.bpmn.finding import ModelFinding
from worker.steps.bpmn.juel_values import names_in
from worker.steps.findings.served import Served

Left = Mapping[str, Sequence[Any]]


def overwriting_calls(caller: Served, calls: Sequence[tuple[Call, Left]]) -> Iterator[tuple[str, ModelFinding]]:
    """Each pair that leaves an answer in a variable that the caller reads, at the call that is told of.

    `calls`: with the answers left in what they call.
    """
    reading = (*caller.model.conditions, *caller.model.others)
    read = frozenset(name for one in reading for root in one.parts for name in names_in(root))
    left = [(call.id, _handed_back(call, answers) & read) for call, answers in calls]
    own = [(one.id, frozenset({caller.answer_of(one) or ""}) & read) for one in caller.asking]
    # In a later round a call that gets and hands back everything brings the answer of the round before.
    again = {one.id for one in caller.asking if one.repeated}
    stale = [(call.id, read) for call, _ in calls if call.all and call.passes_all]
    rounds = product([pair for pair in own if pair[0] in again], stale)
    pairs = dict.fromkeys((*combinations(left, 2), *product(own, left), *rounds))
    for (one, names), (call, others) in pairs:
        if (common := names & others) and one in caller.steps[call].beside:
            facts = {"names": ", ".join(sorted(common)), "other": one}
            yield call, ModelFinding.of("calls_overwrite", **facts)


def _handed_back(call: Call, left: Left) -> frozenset[str]:
    """The caller's variables in which a call leaves answers, or what it makes of them."""
    named = {out.target for out in call.outs if not names_in(out.node).isdisjoint(left)}
    return frozenset({*named, *(left if call.all else ())})
