"""What of a call goes wrong between two models: what the called process leaves, and what its caller takes and reads."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

from worker.mapping.nearest import nearest
from worker.mapping.outcomes import DEFAULT_RESULT
from worker.steps.bpmn.calls import Call
from worker.steps.bpmn.expressions import Node, renamed
from worker.steps.bpmn.finding import ModelFinding
from worker.steps.bpmn.juel_values import names_in
from worker.steps.bpmn.step import Condition, Model
from worker.steps.findings.never_given import Answers, never_given, told_values
from worker.steps.findings.served import BRINGING, Served

Left = Mapping[str, list[Any]]
THEIRS = "\0"
"""Stands for the answer in the called process: no variable has this name."""
NUMBER = re.compile(r"(_\d+)+$")
"""Of an instance, behind the name of what a multi-instance leaves."""


def findings_of_call(call: Call, caller: Served, called: Served, left: Left) -> Iterator[ModelFinding]:
    """All findings of one call. `left`: the `answers_left` by the called process."""
    yield from _out_of_nothing(call, caller, called, left)
    ours, missed = caller.model, missed_by(call, caller, left)
    renamed_back = {out.source: out.target for out in call.outs}
    for name in (one for one in missed if one in renamed_back):
        yield ModelFinding.of("handed_back_as", name=name, called=call.called, target=renamed_back[name])
    if lost := [one for one in missed if one not in renamed_back]:
        yield ModelFinding.of("not_handed_back", names=", ".join(lost), called=call.called)
    own = _own_answers(caller).keys()
    for variable, values in left.items():
        if values:
            yield from _compared(call, ours, variable, values, own)


def missed_by(call: Call, caller: Served, left: Left) -> list[str]:
    """The answers that conditions of the caller read in vain: the call hands them back under other names, or not.

    None if another call hands back every variable: they may be of that one.
    """
    by_all = any(caller.kinds.get(one) == "callActivity" for one in caller.model.unnamed - {call.id})
    known = {*(caller.sets() - call.own), *caller.model.in_code}
    return sorted(_read(caller.model.conditions) & left.keys() - known) if not (call.all or by_all) else []


def answers_left(model: Served, calls: Iterable[tuple[Call, Left]]) -> Left:
    """The variables in which a process has answers at its end, each with the values that it may have.

    Without values: something else sets it too, to what the model does not show. `calls`: each call in it, with the
    answers that the called process left.
    """
    sets, fixed = model.model.sets, model.model.fixed
    unsure = sets - fixed.keys()
    found = {
        name: [] if name in unsure else [*dict.fromkeys((*values, *fixed.get(name, ())))]
        for name, values in _own_answers(model).items()
    }
    for call, theirs in calls:
        handed = [
            (out.target, theirs[out.source]) for out in call.outs if out.alone and out.source and out.source in theirs
        ]
        handed += [(name, values) for name, values in theirs.items() if call.all and name not in sets]
        for name, values in handed:
            known = found.get(name, values)
            found[name] = [*dict.fromkeys((*known, *values))] if known and values else []
    return found


def _out_of_nothing(call: Call, caller: Served, called: Served, left: Left) -> Iterator[ModelFinding]:
    """What is taken from a variable that the called process does not have."""
    known = {*called.sets(), *left, *DEFAULT_RESULT, *call.passed, *called.model.in_code}
    leaves = ", ".join(sorted(left) or sorted(known))
    if call.passes_all:  # and it may hand back what the caller has
        only_here = {out.target for out in call.outs if out.alone}
        known |= _read((*called.model.conditions, *called.model.others)) | _read_before(call, caller.model)
        known |= caller.sets() - only_here
    certain, numbered = is_all_named(called), tuple(f"{id_}_" for id_ in called.steps)
    for target, _, source, _ in call.outs:
        if source is None or NUMBER.sub("", source) in known or source.startswith(numbered):
            continue
        facts = {"source": source, "target": target, "called": call.called, "leaves": leaves}
        if certain and call.passes_all and source == target:
            yield ModelFinding.of("out_unchanged", **facts)
        elif certain or nearest(source, left):
            yield ModelFinding.of("out_of_nothing", **facts)


def _read_before(call: Call, caller: Model) -> set[str]:
    """What the caller reads before the call, and so has from elsewhere."""
    before = (one for one in (*caller.conditions, *caller.others) if one.at != call.id)
    return _read(tuple(one for one in before if caller.ways.may_precede(one.at, call.id)))


def is_all_named(called: Served) -> bool:
    """Whether the model names all that the process may set."""
    unclear = (one for one in called.steps.values() if one.kind in BRINGING and one.topic not in called.topics)
    named = all(one.kind in ("scriptTask", "callActivity") for one in unclear) and not called.model.unnamed
    return named and all(map(called.answer_of, called.asking))


def _compared(
    call: Call, ours: Model, variable: str, values: Sequence[Any], own: Collection[str]
) -> Iterator[ModelFinding]:
    """What of an answer that is handed back no answer meets. `own`: the answers of the caller's own steps."""
    theirs = [(out, renamed(out.node, variable, THEIRS)) for out in call.outs]
    made = [(out.target, node) for out, node in theirs if out.alone and out.target not in own]
    if call.all and variable not in {*ours.sets, *own}:
        made.append((variable, Node("name", value=THEIRS)))
    answers = Answers(THEIRS, values, [*made, *ours.made])
    given = [Condition(node.text, (node,)) for out, node in theirs if out.source is None]
    if wrong := never_given((*ours.conditions, *ours.others, *given), answers):
        yield ModelFinding.of("never_given", conditions=", ".join(wrong), **told_values(values, wrong))


def _own_answers(model: Served) -> dict[str, list[Any]]:
    """The variables in which its own steps leave their answers, each with the values that it may have."""
    found = dict[str, list[Any]]()
    for step in model.asking:
        if variable := model.answer_of(step):
            values = model.topic_of(step).wait.answers.values()
            told = (one for one in values if not str(one).startswith("error:"))
            found[variable] = [*dict.fromkeys((*found.get(variable, ()), *told))]
    return found


def _read(conditions: tuple[Condition, ...]) -> set[str]:
    return {name for one in conditions for root in one.parts for name in names_in(root)}
