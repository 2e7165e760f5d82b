"""Finds callers that get no further where a called process ends before a step in it has asked for its answer."""

from __future__ import annotations

from collections.abc import Iterator

from worker.steps.bpmn.calls import Call
from worker.steps.bpmn.expressions import as_literal
from worker.steps.bpmn.finding import ModelFinding
from worker.steps.bpmn.juel_values import names_in
from worker.steps.findings.answer_leads import Lead
from worker.steps.findings.answer_places import How, Place
from worker.steps.findings.answer_table import Handed, Said, Table
from worker.steps.findings.call_ends import ends_of_call
from worker.steps.findings.served import Served


def stuck_callers(call: Call, called: Served, answer: Handed, table: Table) -> Iterator[ModelFinding]:
    """One for each answer behind which the caller has no flow. `table`: where the answers lead in the caller."""
    stuck = {said.value: at for said, at in _stuck(table)}
    for value in (one for one in answer.values if str(one) in stuck):
        without, at = ends_of_call(called, answer.variable, value).without, stuck[str(value)]
        names = without if call.all else without & {out.source for out in call.outs}
        read = {name for root in (at.failing.parts if at.failing else ()) for name in names_in(root)}
        if names and (not at.failing or read & names):
            facts = {"called": call.called, "variable": answer.variable, "value": as_literal(value), "at": at.id}
            yield ModelFinding.of("ends_without", names=", ".join(sorted(names)), **facts)


def _stuck(table: Table) -> Iterator[tuple[Said, Place]]:
    for row in table.rows:
        places = [place for way in row.to.ways for place in way.places] if isinstance(row.to, Lead) else []
        if places and all(one.how is How.STUCK for one in places):
            yield from ((one, places[0]) for one in row.cases if isinstance(one, Said))
