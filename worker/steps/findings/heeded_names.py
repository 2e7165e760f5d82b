"""Finds conditional events that heed a variable which nothing sets, where another one is meant: they never fire.

The engine compares the name letter by letter (`ConditionalEventDefinition` of Camunda 7.24).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from worker.mapping.nearest import nearest
from worker.steps.bpmn.juel_values import names_in
from worker.steps.findings.served import Served


class HeededInVain(NamedTuple):
    """An event, the name that it heeds, and the variable of its condition that is meant."""

    at: str
    name: str
    meant: str


def heeded_in_vain(process: str, served: Served) -> Iterator[HeededInVain]:
    """Those of a process whose condition reads a variable that the model sets, spelled otherwise."""
    model, steps = served.model, served.steps
    known = {*served.sets(), *model.setters}
    for at, name in model.ways.conditional.items():
        if not name or at not in steps or steps[at].process != process or name in {*known, *model.in_code}:
            continue
        conditions = (one for one in model.conditions if one.at == at)
        read = {one for condition in conditions for root in condition.parts for one in names_in(root)}
        if name not in read and (meant := nearest(name, read & known)):
            yield HeededInVain(at, name, meant)
