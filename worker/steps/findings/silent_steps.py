"""Finds steps that end without an answer: the process takes that for a yes, or goes by an earlier answer."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from worker.steps.bpmn.expressions import as_literal
from worker.steps.bpmn.finding import ModelFinding
from worker.steps.findings.answer_rows import Row, Said, Table, Unanswered, said_in
from worker.steps.findings.old_answers import told_olds
from worker.steps.findings.served import Served
from worker.steps.findings.yes_answers import yes_values
from worker.words.findings.answer_tables import ENDINGS
from worker.words.findings.silence import CLOSED, TIMED_OUT
from worker.words.phrase import Phrase, joined


def silent_steps(served: Served, tables: Iterable[Table]) -> Iterator[tuple[str, ModelFinding]]:
    """What is taken for an answer where nobody has given one, with the id of the step."""
    for table in tables:
        if table.of_call is None and (variable := served.answer_of(table.at)):
            for one in _of_step(served, table, variable):
                yield table.at.id, one


def _of_step(served: Served, table: Table, variable: str) -> Iterator[ModelFinding]:
    if table.olds:
        silent = (one for row in table.judged for one in row.cases if isinstance(one, Unanswered))
        timers = dict.fromkeys(one.by for one in silent if one.by)
        when = TIMED_OUT.format(event=", ".join(timers), variable=variable)
        yield ModelFinding.of("step_keeps_old", when=when, variable=variable, olds=told_olds(table.olds))
    ended = dict[str, list[Phrase]]()
    for row, case in table.silent():
        yes = yes_of(row, case, table, served, variable)
        if yes and case.how:
            ended.setdefault(yes.value, []).append(ENDINGS[case.how])
        elif yes:
            when = TIMED_OUT.format(event=case.by, variable=variable)
            example = f"${{execution.getVariable('{variable}') == {as_literal(yes.value)}}}"
            yield ModelFinding.of("silence_as_yes", when=when, value=yes.value, example=example)
    for value, how in ended.items():
        when = CLOSED.format(variable=variable, how=joined(", ", how))
        example = f"${{{variable} == {as_literal(value)}}}"
        yield ModelFinding.of("silence_as_yes", when=when, value=value, example=example)


def yes_of(row: Row, case: Unanswered, table: Table, asked: Served, variable: str) -> Said | None:
    """The yes that leads to where no answer leads, while another one leads elsewhere; None too if that is meant.

    `asked`: the model in which the variable is asked for.
    """
    said = [(one, other.to == row.to) for other in table.judged for one in said_in(other)]
    giving = (one for one in asked.asking if asked.answer_of(one) == variable)
    agreeing = {value for one in giving for value in yes_values(one, asked)}
    yes = (one for one, alike in said if alike and one.value in agreeing)
    return next(yes, None) if not case.meant and not all(alike for _, alike in said) else None
