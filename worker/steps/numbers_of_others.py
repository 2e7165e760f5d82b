"""Finds parameters that read the number of the last task where another one may be meant: of a branch, or still open."""

from __future__ import annotations

from collections.abc import Iterator

from worker.mapping.outcomes import DEFAULT_RESULT
from worker.steps.finding import ModelFinding
from worker.steps.flows import reached
from worker.steps.served import BRINGING, Served
from worker.steps.step import Step

WAITS = (*BRINGING, "intermediateCatchEvent", "eventBasedGateway", "subProcess")
"""The kinds of elements in which a branch may rest while another one goes on."""


def numbers_of_others(step: Step, served: Served) -> Iterator[ModelFinding]:
    """Of one step: its parameters that read what every step sets at its end, `bitrixTaskId` above all."""
    for name in sorted(DEFAULT_RESULT):
        readers = sorted(parameter for parameter, words in step.own.inputs.items() if name in words)
        if not readers or any(name in level.names for level in step.levels) or name in step.model.sets:
            continue
        givers = [one for one in served.ours if one.process == step.process and _gives(one, name, served)]
        facts = {"parameters": ", ".join(readers), "variable": name}
        if rivals := sorted(one.id for one in givers if _races(step, one, served)):
            yield ModelFinding.of("number_of_branch", **facts, others=", ".join(rivals))
        elif waiting := _still_open(step, givers):
            yield ModelFinding.of("number_of_open", **facts, of=waiting.id)


def _gives(one: Step, name: str, served: Served) -> bool:
    """Whether the process gets the step's own value under this name."""
    return name in (served.topic_of(one).result or DEFAULT_RESULT) and not any(name in at.names for at in one.levels)


def _races(step: Step, giver: Step, served: Served) -> bool:
    """Whether a step in another branch may end after this branch has begun, and before it comes to the reader."""
    if giver.id not in step.beside:
        return False
    before = (served.steps[id_] for id_ in giver.beside - step.beside if id_ in served.steps and id_ != step.id)
    return any(one.kind in WAITS and step.model.ways.may_precede(one.id, step.id) for one in before)


def _still_open(step: Step, givers: list[Step]) -> Step | None:
    """The step at whose boundary a timer leads here: its own number is not there yet, but that of a step before."""
    ways, ids = step.model.ways, {one.id for one in givers}
    for timer, activity in (*ways.reminders.items(), *ways.timers.items()):
        at = next((one for one in givers if one.id == activity), None)
        onward = {id_: [] if id_ in ids else aims for id_, aims in ways.flows.items()}
        comes = step.id in reached(ways.flows.get(timer, ()), onward)
        only = all(step.id not in reached(ways.flows.get(one.id, ()), onward) for one in givers)
        if at and comes and only and any(one is not at and ways.may_precede(one.id, at.id) for one in givers):
            return at
    return None
