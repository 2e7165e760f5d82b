"""Tells BPMN errors and escalations that nothing catches, and events that wait for some that nothing raises."""

from __future__ import annotations

from collections.abc import Iterator

from worker.steps.bpmn.finding import ModelFinding
from worker.steps.bpmn.raised import ERROR, Catcher
from worker.steps.bpmn.step import Step
from worker.steps.findings.served import Served
from worker.steps.uncaught import codes_of
from worker.words.findings.raised import ANY, NONE


def findings_of_errors(step: Step, served: Served) -> Iterator[ModelFinding]:
    """Of the process of a step of ours: what is thrown in vain, and what waits in vain."""
    raised, process = step.model.raised, step.scopes[-1:]
    here = {id_ for id_, one in served.steps.items() if one.scopes[-1:] == process} | {scope.id for scope in process}
    for thrown in (one for one in raised.uncaught() if one.at in here):
        yield ModelFinding.of(f"{thrown.kind}_uncaught", code=thrown.code)._replace(at=thrown.at)
    for catcher in (one for one in raised.catchers if one.of in here):
        inside = _inside(catcher, served)
        if inside is None or catcher.code in inside or (catcher.code is None and inside):
            continue
        facts = {"code": catcher.code or ANY, "of": catcher.of, "given": ", ".join(sorted(inside)) or NONE}
        ours = catcher.kind == ERROR and catcher.of in {one.id for one in served.ours}
        kind = "error_of_step_never" if ours else f"{catcher.kind}_never"
        yield ModelFinding.of(kind, **facts)._replace(at=catcher.event)


def _inside(catcher: Catcher, served: Served) -> set[str] | None:
    """The codes that something inside may raise; None: any, as far as the model shows."""
    codes = {one.code for one in served.model.raised.thrown if one.kind == catcher.kind and catcher.of in one.within}
    for one in served.steps.values():
        if catcher.of not in (one.id, *(scope.id for scope in one.scopes)):
            continue
        ours = one.external and one.topic in served.topics
        if one.id in served.model.raised.unshown or (one.external and not ours):
            return None
        if ours and catcher.kind == ERROR:
            codes |= {*codes_of(served.topic_of(one), asks=True)}
    return codes
