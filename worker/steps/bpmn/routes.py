"""Finds the routes on which certain elements have surely not run, but were left out, interrupted, or wait beside it.

In doubt there is no such route. Behind the branch or the timer only that decides again which people answer for this
decision alone: other conditions might never be true together.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from worker.steps.bpmn.flows import Ways, reached
from worker.steps.bpmn.forks import DECIDES, JOINS

PASSED_AT_ONCE = (
    *("parallelGateway", "inclusiveGateway", "exclusiveGateway", "scriptTask", "task", "manualTask"),
    "intermediateThrowEvent",
)
"""The kinds of elements at which the flow waits for nobody, if they join no branches."""


class Route(NamedTuple):
    """`origin`: the element with the branches, or the timer. `elements`: those that follow, up to the last one."""

    origin: str
    elements: tuple[str, ...]


class _Start(NamedTuple):
    """Where routes begin. `guard`: what the flow passes before all that is left out.

    `beside`: where it goes at the same time. `inside`: what is in the guard, or in a branch beside it, and has not
    ended yet. `at_once`: only as far as nothing on the way lets the flow wait.
    """

    origin: str
    guard: str
    first: str
    beside: tuple[str, ...] = ()
    inside: frozenset[str] = frozenset()
    at_once: bool = False


@dataclass(frozen=True, slots=True)
class Routes:
    """The routes of one model that leave out all of `givers`, and whatever of `others` might come before the end.

    `kinds`: of its elements, by id. `open_at_first`: of what decides, whatever may go either way when the flow first
    comes to it; elsewhere a loop of flows may have been needed. `names`: that each decision reads. `free`: the
    decisions that only answers of people decide. `ended`: for the ends of event sub-processes, what follows behind the
    sub-process that these have ended.
    """

    ways: Ways
    kinds: Mapping[str, str]
    givers: frozenset[str]
    others: frozenset[str]
    open_at_first: Collection[str] = ()
    names: Mapping[str, Collection[str]] = field(default_factory=dict)
    free: Collection[str] = ()
    ended: Mapping[str, list[str]] = field(default_factory=dict)

    def to(self, aims: Collection[str]) -> Iterator[Route]:
        """Those that end at one of these elements."""
        for start in (*self._branches(), *self._timers(), *self._forks(aims)):
            found = [one for one in self._straight(start) if one[-1] in aims]
            around = {**self.ways.flows, **self.ended, start.guard: []} if found else {}
            ahead, others = reached((start.first, *start.beside), around), self.givers | self.others
            for way in found:
                left_out = start.inside or any(self._leads(one, way[-1]) for one in self.givers)
                if left_out and all(self._is_left_out(one, start, ahead, way[-1]) for one in others - start.inside):
                    yield Route(start.origin, way)

    def timers_before(self, step: str) -> Iterator[str]:
        """The timers that may end this step before anything has given the variable."""
        for timer, activity in self.ways.timers.items():
            others = (self.givers | self.others) - {step}
            if activity in (step, *self.ways.around(step)) and not any(self._leads(one, activity) for one in others):
                yield timer

    def _branches(self) -> Iterator[_Start]:
        for id_, flows in self.ways.leaving.items():
            for flow in flows if self._decides(id_) else ():
                others = [one for one in flows if one is not flow and self.kinds.get(id_) not in DECIDES]
                sure = tuple(one.target for one in others if one.always)
                yield _Start(id_, id_, flow.target, sure)

    def _timers(self) -> Iterator[_Start]:
        of_scopes = (
            one for several in (self.ways.timers, self.ways.reminders, self.ways.alarms) for one in several.items()
        )
        for timer, activity in of_scopes:
            # What an alarm starts, it does not leave out.
            own = self.ways.scopes.get(timer) if timer in self.ways.alarms else None
            around = {one: (one, *self.ways.around(one)) for one in self.givers}
            inside = frozenset(one for one, several in around.items() if activity in several and own not in several)
            for first in self.ways.flows.get(timer, ()) if inside else ():
                yield _Start(timer, activity, first, inside=inside)

    def _forks(self, aims: Collection[str]) -> Iterator[_Start]:
        """Parallel branches: whoever comes to its end at once has not waited for another one."""
        for id_, flows in self.ways.leaving.items():
            kind = self.kinds.get(id_, "")
            all_ = kind == "parallelGateway"
            sure = [] if kind in DECIDES else [one.target for one in flows if all_ or one.always]
            for first in sure if sure[1:] else ():
                way = _Start(id_, id_, first, at_once=True)
                if any(one[-1] in aims for one in self._straight(way)) and (inside := self._beside(way, sure)):
                    yield way._replace(inside=inside)

    def _beside(self, way: _Start, branches: Collection[str]) -> frozenset[str]:
        """The givers in the other branches of a fork; none if anything else may give it there, or one has before."""
        around = {**self.ways.flows, way.guard: []}
        beside = reached([one for one in branches if one != way.first], around) - reached([way.first], around)
        inside = frozenset(one for one in self.givers if self.ways.place(one, beside=way.guard) in beside)
        may_give = {self.ways.place(one, beside=way.guard) for one in self.others - self.givers}
        early = any(self.ways.may_precede(one, way.guard) for one in inside)
        return inside if not early and beside.isdisjoint(may_give) else frozenset()

    def _decides(self, id_: str) -> bool:
        """Whether the engine may leave out a flow from here."""
        flows, kind = self.ways.leaving.get(id_, ()), self.kinds.get(id_)
        asked = kind != "parallelGateway" and any(one.conditional for one in flows)
        return asked or (kind in DECIDES and len(flows) > 1)

    def _straight(self, start: _Start) -> Iterator[tuple[str, ...]]:
        """The shortest way to each element that follows up to a decision that is not free, that decision included.

        None leads past a giver, which has then ended after all: what a timer has ended may be begun again.
        """
        todo, seen = list[tuple[str, ...]]([(start.first,)]), set[str]()
        giving = {one for giver in self.givers for one in (giver, *self.ways.around(giver))}
        while todo:
            way = todo.pop(0)
            if way[-1] not in seen:
                seen.add(way[-1])
                yield way
                if way[-1] not in giving and self._goes_on(start, way):
                    next_ = self.ways.flows.get(way[-1], []) or self.ended.get(way[-1], [])
                    todo += [(*way, one) for one in next_]

    def _goes_on(self, start: _Start, way: tuple[str, ...]) -> bool:
        """Whether each flow from the end of a way may be taken, whatever has been decided on the way."""
        *before, last = (start.origin, *way)
        if start.at_once and self._may_wait(last):
            return False
        if not self._decides(last):
            return True
        asked = {name for one in before for name in self.names.get(one, ())}
        return last in self.free and asked.isdisjoint(self.names.get(last, ()))

    def _may_wait(self, id_: str) -> bool:
        joins = self.kinds.get(id_) in JOINS and sum(id_ in aims for aims in self.ways.flows.values()) > 1
        return joins or self.kinds.get(id_) not in PASSED_AT_ONCE

    def _leads(self, id_: str, aim: str) -> bool:
        """Whether the flow may come from an element, or from what contains it, to `aim`; also if that is not known."""
        place = self.ways.place(id_, beside=aim)
        onward = self.ways.onward
        follows = any(place in aims for aims in onward.values())
        return place is None or not follows or aim in reached([place], onward)

    def _is_left_out(self, id_: str, start: _Start, ahead: Collection[str], aim: str) -> bool:
        """Whether an element has surely not run when the flow comes to `aim`."""
        if not self._leads(id_, aim):
            return True
        place = self.ways.place(id_, beside=start.guard)
        if place in (None, start.guard) or (place in ahead and id_ != aim):
            return False
        again = start.guard in reached([place], self.ways.flows) and not start.inside
        if again and start.guard not in self.open_at_first:
            return False
        return not self.ways.may_precede(place, start.guard)
