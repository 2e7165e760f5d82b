"""Tells where an event stands that something fires in passing, and what is over then."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import NamedTuple

from worker.steps.bpmn.flows import Ways, reached
from worker.steps.bpmn.forks import JOINS
from worker.steps.bpmn.step import Step
from worker.steps.findings.answer_places import Way


class Fired(NamedTuple):
    """An event beside or around what fires it.

    `ends`: it ends what that is in. `at`: what it stands at in another branch; empty: none. `over`: the joins at which
    branches then wait in vain, because it ends the branch that they wait for.
    """

    event: str
    ends: bool
    at: str
    over: frozenset[str] = frozenset()


def fired_near(event: str, by: Step, steps: Mapping[str, Step], ways: Ways) -> Fired | None:
    """How an event stands to the element that fires it; None: it is not there then.

    A step that ends with an answer is still there when the engine looks at the conditions.
    """
    around, of = {scope.id for scope in by.scopes}, ways.outer.get(event, event)
    if event not in steps or ways.scopes.get(event) in ways.events.keys() & around:
        return None
    if of in around or of == by.id:
        return Fired(event, ways.breaks_off(event), "")
    over = _over(event, of, by, steps, ways) if of in steps and ways.breaks_off(event) else set[str]()
    return Fired(event, ends=False, at=of, over=frozenset(over)) if of in by.beside else None


def left_over(found: list[Way], over: Collection[str]) -> list[Way]:
    """The ways without the places that lie behind one of these joins."""
    return [replace(way, places=tuple(one for one in way.places if not {*over} & {*one.past})) for way in found]


def met_again(found: list[Way], steps: Mapping[str, Step]) -> set[str]:
    """The joins behind which all of the ways lead: what comes to them from an event, too, brings the branch there."""
    each = [{id_ for one in way.places for id_ in one.past} for way in found]
    return {id_ for id_ in set[str]().union(*each) if steps[id_].kind in JOINS and all(id_ in one for one in each)}


def _over(event: str, of: str, by: Step, steps: Mapping[str, Step], ways: Ways) -> set[str]:
    """The joins that wait for the branch which the event ends, and to which nothing else comes in its place."""
    onward = {**ways.onward, **{one: [caught] for one, caught in ways.links.items()}}
    active = [by.id, event, *(by.beside & steps[of].beside)]
    alive = reached([*active, *(scope for one in active for scope in ways.around(one))], onward)
    lost = reached([of], onward) - alive
    joins = {one.id for one in steps.values() if one.kind == "parallelGateway"}
    return {join for one in lost for join in ways.flows.get(one, ()) if join in joins}
