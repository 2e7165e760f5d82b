"""Tells what a called process raises and its caller does not catch, and what is caught there and never raised."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from worker.steps.bpmn.calls import Call
from worker.steps.bpmn.finding import ModelFinding
from worker.steps.bpmn.raised import ERROR, ESCALATION
from worker.steps.findings.served import Served
from worker.steps.findings.uncaught_events import codes_inside, never_raised

KINDS = (ERROR, ESCALATION)


class Up(NamedTuple):
    """What a called process raises for its caller.

    `thrown`: each kind with a code that its events raise and nothing in it catches. `possible`: the codes of each kind
    that it may raise; None: any.
    """

    thrown: frozenset[tuple[str, str]]
    possible: Mapping[str, frozenset[str] | None]


def raised_up(process: str, served: Served, below: Mapping[str, Up]) -> Up:
    """What a process raises for its caller. `below`: what its own calls raise, by their ids."""
    raised = served.model.raised
    own = {(one.kind, one.code) for one in raised.thrown if not raised.catcher_of(one.kind, one.code, one.within)}
    theirs = {(kind, code) for call, one in below.items() for kind, code in _uncaught(call, one, served)}
    return Up(frozenset(own | theirs), {kind: codes_inside(process, kind, served, possible(below)) for kind in KINDS})


def possible(below: Mapping[str, Up]) -> Mapping[str, Mapping[str, frozenset[str] | None]]:
    """The codes that calls may raise, by their ids."""
    return {call: one.possible for call, one in below.items()}


def waited_in_vain(served: Served, below: Mapping[str, Up]) -> Iterator[ModelFinding]:
    """Events that wait at a call, or around it, for what neither it nor anything else in there raises."""
    around = {id_ for call in below for id_ in _around(call, served)}
    for catcher in (one for one in served.model.raised.catchers if one.of in around):
        if codes_inside(catcher.of, catcher.kind, served) is None:  # otherwise the model by itself shows it
            yield from never_raised(catcher, served, possible(below))


def uncaught_of_call(call: Call, served: Served, up: Up) -> Iterator[ModelFinding]:
    """What the called process raises and nothing at the call or around it catches."""
    for kind, code in sorted(_uncaught(call.id, up, served)):
        yield ModelFinding.of(f"{kind}_of_call_uncaught", code=code, called=call.called)


def _uncaught(call: str, up: Up, served: Served) -> set[tuple[str, str]]:
    around = _around(call, served)
    return {(kind, code) for kind, code in up.thrown if not served.model.raised.catcher_of(kind, code, around)}


def _around(id_: str, served: Served) -> tuple[str, ...]:
    """The ids of an element and of what contains it, the innermost first."""
    return (id_, *(scope.id for scope in served.steps[id_].scopes)) if id_ in served.steps else (id_,)
