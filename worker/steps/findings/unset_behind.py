"""Works out which variables are surely not set behind a step, as the findings about its process say."""

from __future__ import annotations

from functools import cache

from worker.steps.bpmn.flows import reached
from worker.steps.bpmn.juel_values import UNSET
from worker.steps.bpmn.step import Step
from worker.steps.findings.answer_ways import World
from worker.steps.findings.lost_locals import lost_locals
from worker.steps.findings.merges import merges
from worker.steps.findings.misread_names import misread_names
from worker.steps.findings.missing_variables import MissingVariable, missing_variables
from worker.steps.findings.served import Served


class UnsetBehind:
    """What is not set behind the steps of one model. Each process is looked at once."""

    def __init__(self, served: Served) -> None:
        self._served = served
        self._missing = cache(lambda process: [*missing_variables(process, served)])
        self._early = cache(lambda process: [one for merge in merges(process, served) for one in merge.early])
        self._misread = cache(self._names)

    def worlds(self, step: Step) -> list[World]:
        """What is not set when a step has ended. Of several, each may be."""
        own = self._served.answer_of(step) if step in self._served.asking else None
        lost = [one.name for one in (lost_locals(own, self._served) if own else ()) if one.of == step.id]
        worlds: list[World] = [dict.fromkeys((*self._misread(step.process), *lost), UNSET)]
        for one in self._missing(step.process):
            if one.variable != own and _lacks(step, one):
                surely = not _may_be_set(step, one.variable, self._served)
                worlds = [{**world, one.variable: UNSET} for world in worlds] + ([] if surely else worlds)
        early = {one for one in self._early(step.process) if own in one.there}
        late = {tuple(name for name in one.variables if name != own) for one in early}
        return [*worlds, *({**world, **dict.fromkeys(names, UNSET)} for world in worlds for names in sorted(late))]

    def _names(self, process: str) -> set[str]:
        """The names that mean an answer in a process, and that nothing sets."""
        asking = [(one, of) for one in self._served.asking if (of := self._served.answer_of(one))]
        found = (misread_names(one, self._served, of).unset for one, of in asking if one.process == process)
        return set[str]().union(*found)


def _lacks(step: Step, missing: MissingVariable) -> bool:
    """Whether the step is on a route to where a variable is missing, or before all that sets it."""
    if missing.routes:
        return any(step.id in one.elements[:-1] for one in missing.routes)
    return missing.at in reached([step.id], step.model.ways.flows)


def _may_be_set(step: Step, variable: str, served: Served) -> bool:
    """Whether the flow may come to the step from one that sets the variable, or one in a parallel branch may set it."""
    ways = served.model.ways
    givers = [one for one in served.ours if variable in served.set_by(one)]
    if any(one.id in step.beside for one in givers):
        return True
    places = [place for one in givers if (place := ways.place(one.id, beside=step.id))]
    return any(step.id in reached(ways.flows.get(place, ()), ways.onward) for place in places if place != step.id)
