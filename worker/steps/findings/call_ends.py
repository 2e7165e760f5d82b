"""Works out how a called process may end after an answer: with a BPMN error for its caller, or as it should."""

from __future__ import annotations

from typing import Any, NamedTuple

from worker.steps.bpmn.raised import ERROR
from worker.steps.findings.earlier_answers import values_of, ways_behind
from worker.steps.findings.never_given import Answers
from worker.steps.findings.served import Served


class CallEnds(NamedTuple):
    """The codes of the errors that a process may raise for its caller. `otherwise`: it may end without one."""

    codes: tuple[str, ...]
    otherwise: bool = True


def ends_of_call(called: Served, variable: str, value: Any) -> CallEnds:
    """How a process may end after this answer, which it has in a variable."""
    raised, leaving = called.model.raised, called.model.ways.leaving
    up = {
        one.at: one.code
        for one in raised.thrown
        if one.kind == ERROR and not raised.catcher_of(one.kind, one.code, one.within)
    }
    codes, otherwise = dict[str, None](), False
    asking = [one for one in called.asking if called.answer_of(one) == variable]
    for step in asking:
        answers = Answers(variable, [*values_of([step], called).values()], called.model.made)
        for number in (number for number, one in enumerate(answers.values) if one == value):
            passed = ways_behind(step, called, variable).passed(step.id, answers.values_with(number))
            codes |= {up[id_]: None for id_ in passed & up.keys()}
            otherwise |= any(not leaving.get(id_) for id_ in {step.id, *passed} - up.keys())
    return CallEnds(tuple(codes), otherwise or not codes)
