"""Finds callers for which a called process may end without an answer: they get no further, or take that for a yes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from worker.steps.bpmn.calls import Call
from worker.steps.bpmn.expressions import as_literal
from worker.steps.bpmn.finding import ModelFinding
from worker.steps.bpmn.juel_values import names_in
from worker.steps.findings.answer_leads import Lead
from worker.steps.findings.answer_places import How, Place
from worker.steps.findings.answer_rows import Row, Table, said_in
from worker.steps.findings.call_ends import ends_of_call, ends_without_a_yes
from worker.steps.findings.call_table import Handed
from worker.steps.findings.old_answers import told_olds
from worker.steps.findings.served import Served
from worker.steps.findings.silent_steps import yes_of
from worker.words.findings.calls import AFTER_ANSWER, UNANSWERED
from worker.words.phrase import Phrase


def stuck_callers(call: Call, called: Served, tables: Sequence[tuple[Handed, Table]]) -> Iterator[ModelFinding]:
    """What a caller does where nobody was asked. `tables`: where each answer that comes back leads in the caller."""
    told = set[tuple[str, str]]()
    for answer, table in tables:
        for value, names, at in _after_answers(call, called, answer, table):
            told |= {(name, at.id) for name in names}
            facts = {"called": call.called, "variable": answer.variable, "value": as_literal(value)}
            yield _stuck(at, AFTER_ANSWER.format(**facts, names=", ".join(sorted(names))))
    for answer, table in tables:
        when = UNANSWERED.format(called=call.called, variable=answer.variable)
        read = {name for one in table.at.model.conditions for root in one.parts for name in names_in(root)}
        if table.olds and not read.isdisjoint(table.handed):
            passes = answer.variable in call.passed or call.passes_all
            kind, olds = "call_passes_old" if passes else "call_keeps_old", told_olds(table.olds)
            yield ModelFinding.of(kind, when=when, variable=answer.variable, olds=olds)
        for row, case in table.silent():
            if place := _stuck_at(row):
                alone = all(one.to != row.to for one in table.judged if one is not row)
                yield from [_stuck(place, when)] if alone and (answer.variable, place.id) not in told else []
                continue
            yes = yes_of(row, case, table, called, answer.variable)
            if yes and ends_without_a_yes(answer.variable, call.called, called):
                example = f"${{{_read_as(call, answer.variable)} == {as_literal(yes.value)}}}"
                yield ModelFinding.of("silence_as_yes", when=when, value=yes.value, example=example)


def _read_as(call: Call, variable: str) -> str:
    """How to read an answer where a condition, or what the call hands back, takes its lack for a yes."""
    names = [out.target for out in call.outs if out.source == variable]
    by_expression = not (names or call.all) and any(variable in names_in(out.node) for out in call.outs)
    return f"execution.getVariable('{variable}')" if by_expression else next(iter(names), variable)


def _stuck(at: Place, when: Phrase) -> ModelFinding:
    if at.failing is None:
        return ModelFinding.of("ends_without", when=when, at=at.id)
    if at.how is How.UNREAD:
        return ModelFinding.of("out_unread", when=when, expression=at.failing.text)
    return ModelFinding.of("ends_unread", when=when, at=at.id, condition=at.failing.text)


def _after_answers(
    call: Call, called: Served, answer: Handed, table: Table
) -> Iterator[tuple[object, frozenset[str], Place]]:
    """The values behind which the caller gets no further, each with the answers that nobody has given, and where."""
    stuck = {one.value: at for row in table.rows if (at := _stuck_at(row)) for one in said_in(row)}
    for value in (one for one in answer.values if str(one) in stuck):
        without, at = ends_of_call(called, answer.variable, value).without, stuck[str(value)]
        names = without if call.all else without & {name for out in call.outs for name in names_in(out.node)}
        read = {name for root in (at.failing.parts if at.failing else ()) for name in names_in(root)}
        if names and (not at.failing or read & names):
            yield value, names, at


def _stuck_at(row: Row) -> Place | None:
    """Where the engine gets no further, if it does not in any case."""
    places = [place for way in row.to.ways for place in way.places] if isinstance(row.to, Lead) else []
    return places[0] if places and all(one.how in (How.STUCK, How.UNREAD) for one in places) else None
