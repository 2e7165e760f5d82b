"""Finds calls that hand back variables which a parallel call or step sets too: whichever ends last overwrites it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations, product
from typing import Any

from worker.steps.bpmn.calls import Call
from worker.steps.bpmn.finding import ModelFinding
from worker.steps.bpmn.juel_values import names_in
from worker.steps.bpmn.step import Condition
from worker.steps.findings.changed_beside import is_local
from worker.steps.findings.served import Served
from worker.steps.findings.written_beside import is_read_behind

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
    told = set[tuple[str, str]]()
    for (one, names), (call, others) in pairs:
        if (common := names & others) and one in caller.steps[call].beside:
            facts = {"names": ", ".join(sorted(common)), "other": one}
            told |= {(call, name) for name in common}
            yield call, ModelFinding.of("calls_overwrite", **facts)
    for call, _ in stale:
        for name in sorted(name for name in read if (call, name) not in told):
            if beside := _set_beside_anew(call, name, caller):
                yield call, ModelFinding.of("calls_hand_back_old", name=name, others=", ".join(beside))


def _set_beside_anew(call: str, name: str, caller: Served) -> list[str]:
    """The elements beside a call that set a variable which was there before it, if it is read behind the call."""
    step, ways = caller.steps[call], caller.model.ways
    setting = {*caller.model.setters.get(name, ()), *(one.id for one in caller.asking if caller.answer_of(one) == name)}
    setting = {one for one in setting & caller.steps.keys() if not is_local(name, one, caller)}
    beside = setting & step.beside
    before = [one for one in setting - beside - {call} if ways.may_precede(one, call)]
    readers = {one.at for one in (*caller.model.conditions, *caller.model.others) if name in _names(one)}
    return sorted(beside) if before and is_read_behind(call, readers, caller) else []


def _names(condition: Condition) -> set[str]:
    return {name for root in condition.parts for name in names_in(root)}


def _handed_back(call: Call, left: Left) -> frozenset[str]:
    """The caller's variables in which a call leaves answers, or what it makes of them."""
    named = {out.target for out in call.outs if not names_in(out.node).isdisjoint(left)}
    return frozenset({*named, *(left if call.all else ())})
