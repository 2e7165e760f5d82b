"""Finds which answers may still be read at or behind each element before the step that gives them is asked again."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from worker.steps.bpmn.juel_values import names_in
from worker.steps.bpmn.step import Model
from worker.steps.findings.served import Served

Names = frozenset[str]


def live_names(served: Served, answers: Collection[str]) -> Mapping[str, Names]:
    """The names among `answers` that conditions may read once the flow stands at an element, by its id."""
    gives = {one.id: served.answer_of(one) for one in served.asking}
    read, behind = read_by_conditions(served.model, answers), _behind(served)
    first = {id_: Names().union(*map(names_in, one.read_at_begin)) & {*answers} for id_, one in served.steps.items()}
    live = dict.fromkeys(served.steps, Names())
    events = dict[str, list[str]]()
    for one, at in served.model.ways.attached.items():
        events.setdefault(at, []).extend([one] if one in live else [])
    before: Mapping[str, Names] = {}
    while before != live:
        before = dict(live)
        for id_ in served.steps:
            next_ = read.get(id_, Names()).union(*(live[one] for one in behind[id_]))
            at_it = (live[one] for one in events.get(id_, ()))
            live[id_] = (next_ - {gives.get(id_)}).union(first[id_], *at_it)
    return live


def read_by_conditions(model: Model, answers: Collection[str]) -> Mapping[str, Names]:
    """What the conditions at each element read, also by way of variables that the model makes of answers."""
    made, found = dict(model.made), dict[str, Names]()

    def basic(names: Iterable[str], inside: Names) -> Names:
        each = [basic(names_in(made[one]), inside | {one}) for one in names if one in made and one not in inside]
        return Names(names).union(*each)

    for one in model.conditions:
        names = basic({name for root in one.parts for name in names_in(root)}, Names())
        found[one.at] = found.get(one.at, Names()) | (names & {*answers})
    return found


def _behind(served: Served) -> Mapping[str, list[str]]:
    """What may follow each element; an end inside a sub-process, and whatever is raised there, leads out of it."""
    ways = served.model.ways
    found = {id_: [one for one in ways.flows.get(id_, ()) if one in served.steps] for id_ in served.steps}
    for id_, one in served.steps.items():
        if id_ in ways.links:
            found[id_].append(ways.links[id_])
        if len(one.scopes) > 1 and one.scopes[0].id in found:
            around = one.scopes[0].id
            found[id_] += [around, *(event for event, at in ways.attached.items() if at == around and event in found)]
            if one.kind == "startEvent":
                found[around].append(id_)
    return found
