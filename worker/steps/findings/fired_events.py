"""Follows an answer to the conditional events that it makes true, as the engine does before it goes on."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import NamedTuple

from worker.steps.bpmn.flows import Heeds
from worker.steps.bpmn.juel_values import FAILS, names_in, value_of
from worker.steps.bpmn.step import Condition, Step
from worker.steps.findings.answer_leads import Walk, Worlds
from worker.steps.findings.answer_places import Way
from worker.steps.findings.answer_ways import Reason
from worker.steps.findings.fired_near import Fired, fired_near
from worker.steps.findings.heeded_names import is_heeded
from worker.steps.findings.served import Served


class _Event(NamedTuple):
    """A conditional event beside or around a step."""

    condition: Condition
    heeds: Heeds
    near: Fired


class FiredEvents:
    """The conditional events that an answer of one step may fire."""

    def __init__(self, step: Step, served: Served) -> None:
        self._events = [] if step.loops else [*_events_of(step, served)]
        self._local = {name for names in step.near for name in names}
        self._served, self._made = served, served.model.made

    def behind(self, changed: Collection[str], worlds: Worlds, walk: Walk, ways: list[Way]) -> list[Way]:
        """Where it leads if these variables change. `worlds`: with their new values; `ways`: without the events."""
        for one in self._events:
            if not self._heeds(one, changed):
                continue
            gives = [value_of(one.condition.parts[0], world) for world in worlds]
            some = [world for world, value in zip(worlds, gives, strict=True) if value not in (False, FAILS)]
            if some:
                by: tuple[Reason, ...] = () if all(value is True for value in gives) else (one.condition,)
                ways = walk.with_event(ways, one.near, some, by)
        return ways

    def _heeds(self, event: _Event, changed: Collection[str]) -> bool:
        """Whether an event looks at its condition then, and that reads what has changed."""
        own = {*changed} - self._local
        read = {name for root in event.condition.parts for name in names_in(root)}
        made = {name for name, node in self._made if not names_in(node).isdisjoint(own)}
        heeded = any(is_heeded(event.heeds, one, self._served) for one in own)
        return heeded and not read.isdisjoint(own | made)


def _events_of(step: Step, served: Served) -> Iterator[_Event]:
    conditions = {one.at: one for one in served.model.conditions if one.single}
    for event, heeds in served.model.ways.conditional.items():
        near, condition = fired_near(event, step, served.steps, served.model.ways), conditions.get(event)
        if near and condition:
            yield _Event(condition, heeds, near)
