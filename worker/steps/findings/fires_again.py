"""Finds conditional events that fire again by what the steps behind them set: they make task after task.

The engine looks at such an event at each change of a variable, and not at whether its condition was true before.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from worker.steps.bpmn.flows import reached
from worker.steps.bpmn.juel_values import names_in
from worker.steps.findings.changed_beside import given_by
from worker.steps.findings.served import Served


class FiresAgain(NamedTuple):
    """An event, its condition, and the steps of ours behind it, which set a variable whose change it heeds."""

    at: str
    condition: str
    variable: str
    steps: tuple[str, ...]


def fires_again(process: str, served: Served) -> Iterator[FiresAgain]:
    """Those of a process whose condition nothing behind them changes."""
    model, ways = served.model, served.model.ways
    for at, heeds in ways.conditional.items():
        condition = next((one for one in model.conditions if one.at == at and one.single), None)
        again = not ways.breaks_off(at) and (not heeds.changes or "update" in heeds.changes)
        if not again or condition is None or at not in served.steps or served.steps[at].process != process:
            continue
        behind = reached([at], ways.onward)
        behind |= {one.id for one in served.steps.values() if not behind.isdisjoint(scope.id for scope in one.scopes)}
        ours = {one.id: given_by(one, served) for one in served.ours if one.id in behind}
        given = {name for names in ours.values() for name in names}
        read = {name for root in condition.parts for name in names_in(root)}
        changing = given | {name for name in read if not model.setters.get(name, frozenset()).isdisjoint(behind)}
        waking = sorted(one for one in given if heeds.name in ("", one))
        if waking and read.isdisjoint(changing):
            yield FiresAgain(at, condition.text, waking[0], tuple(sorted(ours)))
