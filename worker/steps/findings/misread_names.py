"""Finds the names by which a model means a step's answer, and which nothing sets: misspelt, torn apart, unquoted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from worker.steps.bpmn.step import Step
from worker.steps.findings.earlier_answers import values_of
from worker.steps.findings.served import Served
from worker.steps.findings.unset_names import is_answer_of, misspelt_in, mistaken_for_it, never_set, torn_names


class Misread(NamedTuple):
    """`torn`: names that the engine takes for something else, each with what it reads. `slips`: with what was meant."""

    torn: Mapping[str, set[str]]
    misspelt: list[str]
    slips: list[tuple[str, str]]

    @property
    def unset(self) -> set[str]:
        """The variables that the engine looks for in vain."""
        return {*self.misspelt, *(name for name, _ in self.slips)}.union(*self.torn.values())


def misread_names(step: Step, served: Served, variable: str) -> Misread:
    """Those that mean the answer of a step, which is in this variable."""
    conditions, everywhere = step.model.conditions, (*step.model.conditions, *step.model.others)
    alike = [*(one for one in served.ours if served.answer_of(one) == variable), step]
    ours, values = {*filter(None, map(served.answer_of, served.ours))}, values_of(alike, served)
    silent = (id_ for id_, one in served.steps.items() if one.topic not in served.topics or not served.asks(one))
    known = {*served.sets(), *silent, *ours}
    torn = torn_names(everywhere, variable, known)
    known = known.union(*torn.values())
    misspelt = misspelt_in(conditions, variable, known)
    ends = [one for one in conditions if one.ends_loop and one.at == step.id]
    for group in (conditions, ends) if served.only_ours() else ():
        misspelt = misspelt or mistaken_for_it(group, variable, values, {*known, *step.model.in_code})
    of_others = {name for name in misspelt for one in ours - {variable} if is_answer_of(name, one)}
    misspelt = [name for name in misspelt if name not in of_others]
    depths = {sum(loop.multi for _, loop in one.loops) for one in alike}
    options = {said: value for one in alike for said, value in served.topic_of(one).wait.answers.items()}
    in_code = {name for name in step.model.in_code if is_answer_of(name, step.id)}
    unset = never_set(everywhere, variable, {**options, **values}, depths, step.id)
    return Misread(torn, misspelt, [one for one in unset if one[0] not in {*known, *misspelt, *in_code}])
