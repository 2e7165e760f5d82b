"""Tells BPMN errors and escalations that nothing catches, and events that wait for some that nothing raises."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from worker.steps.bpmn.finding import ModelFinding
from worker.steps.bpmn.raised import ERROR, Catcher
from worker.steps.bpmn.step import Step
from worker.steps.findings.served import Served
from worker.steps.uncaught import codes_of
from worker.words.findings.raised import ANY, NONE

OfCalls = Mapping[str, Mapping[str, frozenset[str] | None]]
"""By the id of a call activity and the kind: the codes that the called process may raise; None: any."""
NO_CALLS: OfCalls = MappingProxyType({})


def findings_of_errors(step: Step, served: Served) -> Iterator[ModelFinding]:
    """Of the process of a step of ours: what is thrown in vain, and what waits in vain."""
    raised, process = step.model.raised, step.scopes[-1:]
    here = {id_ for id_, one in served.steps.items() if one.scopes[-1:] == process} | {scope.id for scope in process}
    yield from (one for one in thrown_in_vain(served) if one.at in here)
    for catcher in (one for one in raised.catchers if one.of in here):
        yield from never_raised(catcher, served)


def thrown_in_vain(served: Served) -> Iterator[ModelFinding]:
    """What a sub-process throws and nothing in the model catches."""
    for thrown in served.model.raised.uncaught():
        yield ModelFinding.of(f"{thrown.kind}_uncaught", code=thrown.code)._replace(at=thrown.at)


def never_raised(catcher: Catcher, served: Served, calls: OfCalls = NO_CALLS) -> Iterator[ModelFinding]:
    """Tells of an event if nothing in what it belongs to may raise what it waits for."""
    inside = codes_inside(catcher.of, catcher.kind, served, calls)
    if inside is None or catcher.code in inside or (catcher.code is None and inside):
        return
    facts = {"code": catcher.code or ANY, "of": catcher.of, "given": ", ".join(sorted(inside)) or NONE}
    ours = catcher.kind == ERROR and catcher.of in {one.id for one in served.ours}
    kind = "error_of_step_never" if ours else f"{catcher.kind}_never"
    yield ModelFinding.of(kind, **facts)._replace(at=catcher.event)


def codes_inside(of: str, kind: str, served: Served, calls: OfCalls = NO_CALLS) -> frozenset[str] | None:
    """The codes that something inside an element may raise; None: any, as far as the model shows.

    `calls`: what the processes may raise that call activities call, where that is known.
    """
    codes = {one.code for one in served.model.raised.thrown if one.kind == kind and of in one.within}
    for one in served.steps.values():
        if of not in (one.id, *(scope.id for scope in one.scopes)):
            continue
        ours, theirs = one.external and one.topic in served.topics, calls.get(one.id, {}).get(kind)
        if theirs is None and (one.id in served.model.raised.unshown or (one.external and not ours)):
            return None
        codes |= theirs or frozenset()
        if ours and kind == ERROR:
            codes |= {*codes_of(served.topic_of(one), asks=True)}
    return frozenset(codes)
