"""Finds names of answers without their quotes: `execution.getVariable(A)` reads the variable that the answer names."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from worker.steps.bpmn.juel_values import unquoted_in
from worker.steps.findings.served import Served
from worker.steps.findings.unset_names import is_answer_of


class Unquoted(NamedTuple):
    """A call at an element, as written, and the answer that it takes for the name of a variable."""

    at: str
    call: str
    name: str
    given: str


def unquoted_names(process: str, served: Served) -> Iterator[Unquoted]:
    """Those of a process. Not where an answer may be the name of a variable."""
    answers, known = served.answers(), {*served.sets(), *served.model.in_code}
    answers = {name: values for name, values in answers.items() if known.isdisjoint(map(str, values))}
    found = dict[Unquoted, None]()
    here = {id_ for id_, one in served.steps.items() if one.process == process}
    for one in (*served.model.conditions, *served.model.others):
        for node in (node for root in one.parts for node in root.walk() if one.at in here):
            name = unquoted_in(node) or ""
            for base in (base for base in answers if is_answer_of(name, base)):
                found[Unquoted(one.at, node.text, name, ", ".join(sorted(map(str, answers[base]))))] = None
    yield from found
