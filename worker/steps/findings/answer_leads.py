"""Follows the flow behind an answer to what comes next: the steps, calls, events and ends at which it arrives."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from itertools import pairwise, product
from typing import Any, NamedTuple

from worker.steps.bpmn.forks import JOINS
from worker.steps.bpmn.juel_values import FAILS, UNKNOWN, UNSET, names_in, value_of
from worker.steps.bpmn.raised import ERROR, Thrown
from worker.steps.bpmn.step import Condition, Step
from worker.steps.bpmn.tree import SCOPES
from worker.steps.findings.answer_ways import AnswerWays, Option, Reason, Unshown, World

MOST_WAYS = 8
_MOST_VISITED = 300
"""Elements that are visited for one answer; a drawn model has fewer between two steps."""
_PASSED = ("exclusiveGateway", "inclusiveGateway", "parallelGateway", "eventBasedGateway", "complexGateway")
_EVENTS_PASSED = ("startEvent", "boundaryEvent", "intermediateThrowEvent")
Worlds = Sequence[World]


class How(Enum):
    """How the flow arrives at an element."""

    THERE = "there"
    STUCK = "stuck"
    """The engine gets no further: there is no flow for the answer, or a condition fails."""
    CIRCLE = "circle"
    """It comes back to the element without having passed any step."""
    OVER = "over"
    """The process ends behind the element without an end event."""
    BRANCH = "branch"
    """Only the branch ends with the element, and the process goes on."""
    WAITING = "waiting"
    """The branch waits there for ever: fewer branches come than the gateway waits for."""


class Place(NamedTuple):
    """Where the flow arrives. `past`: what it has passed that waits for other branches, or raises something.

    `failing`: the condition that the engine cannot evaluate there.
    """

    id: str
    how: How = How.THERE
    past: tuple[str, ...] = ()
    failing: Condition | None = None


class Way(NamedTuple):
    """All places at which it arrives at once, and what decides so. Of several ways the first whose reasons hold."""

    places: tuple[Place, ...]
    by: tuple[Reason, ...] = ()


class Lead(NamedTuple):
    """Where one answer leads: to one of `ways`. `more`: there are further ones. `several`: more than one at once, too.

    `ended`: whether a multi-instance ends with this answer; False: only as its last one; None: there is none.
    """

    ways: tuple[Way, ...]
    several: bool = False
    ended: bool | None = None
    more: bool = False

    @property
    def by(self) -> set[Condition]:
        """The conditions that decide between the ways."""
        return {one for way in self.ways for one in way.by if isinstance(one, Condition)}


@dataclass(slots=True)
class Walk:
    """One walk, with what was met on it. `steps`: all elements of the model, by id."""

    ways: AnswerWays
    steps: Mapping[str, Step]
    lost: Collection[str | None] = ()
    """The variables that are not set any more behind what hides them."""
    asked: dict[str, None] = field(default_factory=dict)
    """The elements that chose between flows."""
    unread: dict[str, None] = field(default_factory=dict)
    """Those at which scripts decide."""
    several: bool = False
    ended: bool | None = None
    more: bool = False
    _visited: int = 0

    def lead(self, found: list[Way]) -> Lead:
        """What came out, with all that was met."""
        return Lead(tuple(found), self.several and len(found) > 1, self.ended, self.more)

    def behind(self, id_: str, worlds: Worlds, trail: frozenset[str] = frozenset()) -> list[Way]:
        """Where the flow arrives when this element is done. One without an id cannot be followed."""
        if id_ not in self.steps:
            return [Way((Place(id_),))]
        self._end_loop(id_, worlds)
        kept = [self._kept(id_, one) for one in worlds]
        if link := self.ways.model.ways.links.get(id_):
            return self.behind(link, kept, trail)
        flows = self.ways.model.ways.leaving.get(id_, [])
        if not flows:
            return self._outside(id_, kept, trail)
        choice = self.ways.choice(id_, kept)
        self.asked |= {id_: None} if any(one.conditional for one in flows) else {}
        self.unread |= {id_: None} if any(Unshown.SCRIPT in one.by for one in choice.options) else {}
        self.several |= choice.several
        each = [(one, self._taken(id_, one, trail)) for one in choice.options]
        if len({tuple(ways) for _, ways in each}) == 1:
            return each[0][1]
        return self._some([way._replace(by=_merged(one.by, way.by)) for one, ways in each for way in ways])

    def caught(self, event: str, worlds: Worlds, trail: frozenset[str] = frozenset()) -> list[Way]:
        """Where the flow arrives behind an event that has caught something."""
        of = self.steps.get(self.ways.model.ways.attached.get(event, ""))
        return self.behind(event, [_outside_of(one, of) for one in worlds] if of else worlds, trail | {event})

    def _taken(self, id_: str, option: Option, trail: frozenset[str]) -> list[Way]:
        if option.targets:
            return self._together(option.targets, option.worlds, trail)
        return [Way((Place(id_, How.STUCK, failing=option.failing),))]

    def _together(self, targets: Iterable[str], worlds: Worlds, trail: frozenset[str]) -> list[Way]:
        return self._at_once([self._at(one, worlds, trail) for one in targets])

    def _at_once(self, each: list[list[Way]]) -> list[Way]:
        return self._some(
            [Way(_merged(*(one.places for one in ways)), _merged(*(one.by for one in ways))) for ways in product(*each)]
        )

    def _some(self, found: list[Way]) -> list[Way]:
        """The ways, without those in whose place the next one is as good."""
        found = [*dict.fromkeys(found)]
        ways = [one for one, behind in pairwise([*found, None]) if one and not (behind and _covers(behind, one))]
        self.more |= len(ways) > MOST_WAYS
        return ways[:MOST_WAYS]

    def _at(self, id_: str, worlds: Worlds, trail: frozenset[str]) -> list[Way]:
        """Where the flow arrives when it comes to this element."""
        self._visited += 1
        step = self.steps.get(id_)
        if step is None or self._visited > _MOST_VISITED:
            self.more |= step is not None
            return [Way((Place(id_),))]
        if id_ in trail:
            return [Way((Place(id_, How.CIRCLE),))]
        trail |= {id_}
        if thrown := next((one for one in self.ways.model.raised.thrown if one.at == id_), None):
            return self._raised(step, thrown, worlds, trail)
        if (caught := self.ways.model.ways.cancelling.get(id_)) is not None:
            return _past(id_, self.caught(caught, worlds, trail)) if caught else [Way((Place(id_, How.STUCK),))]
        if id_ in self.ways.model.ways.terminating:
            ends_part = step.scopes[0].kind != "process"
            return _past(id_, self._outside(id_, worlds, trail)) if ends_part else [Way((Place(id_),))]
        starts = self._starts(id_) if step.kind in SCOPES else []
        if starts:
            return self._together(starts, [_inside_of(one, step) for one in worlds], trail)
        if not self._is_passed(step):
            return [Way((Place(id_),))]
        if any(one.at == id_ and one.kind == "join_never" for one in self.ways.model.hanging):
            return [Way((Place(id_, How.WAITING),))]
        ways = self.behind(id_, worlds, trail)
        return _past(id_, ways) if self._waits(step) or id_ in self.ways.model.ways.compensating else ways

    def _is_passed(self, step: Step) -> bool:
        """Whether the flow only passes an element, without a trace for people."""
        ends_scope = step.kind == "endEvent" and len(step.scopes) > 1
        return step.kind in _PASSED or ((ends_scope or step.kind in _EVENTS_PASSED) and not step.external)

    def _raised(self, step: Step, thrown: Thrown, worlds: Worlds, trail: frozenset[str]) -> list[Way]:
        """Where an error or an escalation leads: to what catches it, and unless that interrupts, onward too."""
        catcher = self.ways.model.raised.catcher_of(thrown.kind, thrown.code, thrown.within)
        caught = [self.caught(catcher.event, worlds, trail)] if catcher and catcher.event not in trail else []
        if caught and catcher and (thrown.kind == ERROR or catcher.interrupts):
            return _past(step.id, caught[0])
        if step.kind == "endEvent" and len(step.scopes) < 2 and not caught:
            return [Way((Place(step.id),))]
        return _past(step.id, self._at_once([*caught, self.behind(step.id, worlds, trail)]))

    def _starts(self, scope: str) -> list[str]:
        inside = (one for one in self.steps.values() if one.scopes and one.scopes[0].id == scope)
        return [one.id for one in inside if one.kind == "startEvent"]

    def _waits(self, gateway: Step) -> bool:
        """Whether a gateway waits for other branches."""
        before = [one for one, aims in self.ways.model.ways.flows.items() if gateway.id in aims]
        met = gateway.kind != "inclusiveGateway" or any(self.steps[one].beside for one in before if one in self.steps)
        return gateway.kind in JOINS and len(before) > 1 and met

    def _outside(self, id_: str, worlds: Worlds, trail: frozenset[str]) -> list[Way]:
        """Behind the last element of a sub-process, or at an end of the process."""
        step = self.steps[id_]
        if self.ways.model.ways.events.get(step.scopes[0].id) is False:
            return [Way((Place(id_, How.BRANCH),))]
        around = step.scopes[1] if step.scopes[0].id in self.ways.model.ways.events else step.scopes[0]
        if around.kind == "process":
            return [Way((Place(id_, How.THERE if step.kind == "endEvent" else How.OVER),))]
        ways, beside = self.behind(around.id, worlds, trail), step.beside & self.steps.keys()
        waits = id_ not in self.ways.model.ways.terminating and any(around in self.steps[one].scopes for one in beside)
        return _past(around.id, ways) if waits else ways

    def _end_loop(self, id_: str, worlds: Worlds) -> None:
        loop = self.steps[id_].loop
        if loop and loop.multi and self.ended is not False:
            conditions = self.ways.model.conditions
            until = [one.parts[0] for one in conditions if one.at == id_ and one.ends_loop and one.single]
            self.ended = all(any(value_of(one, world) is True for one in until) for world in worlds)

    def _kept(self, id_: str, values: World) -> World:
        """The variables that are still known to have these values when the element is done."""
        step, model = self.steps[id_], self.ways.model
        if id_ in model.unnamed and step.kind != "callActivity":  # what a call hands back is known
            return {}
        here = {id_, *(flow for flow, (source, _) in model.ways.ends.items() if source == id_)}
        made = {name for name, _ in model.made}
        gone = {*step.own.inputs} | {one.name for one in model.written if one.at in here}
        gone |= {*step.own.outputs, *step.own.written} - made
        fixed = {name: model.fixed[name] for name in step.own.outputs if len(model.fixed.get(name, ())) == 1}
        hidden = {name: UNSET for name in step.own.inputs if name in self.lost and name in values}
        kept = {name: value for name, value in values.items() if name not in gone}
        return {**kept, **hidden, **{name: value for name, [value] in fixed.items()}}


def _covers(way: Way, other: Way) -> bool:
    """Whether the other one may be left out before it: it has the same places, and holds whenever the other does."""
    return frozenset(way.places) == frozenset(other.places) and {*way.by} <= {*other.by}


def _merged(*several: tuple[Any, ...]) -> tuple[Any, ...]:
    return tuple(dict.fromkeys(one for each in several for one in each))


def _past(id_: str, ways: list[Way]) -> list[Way]:
    """The ways, with what they have passed."""
    passed = [[one if one.id == id_ else one._replace(past=(id_, *one.past)) for one in way.places] for way in ways]
    return [way._replace(places=tuple(places)) for way, places in zip(ways, passed, strict=True)]


def _inside_of(world: World, scope: Step) -> World:
    """The values that are not hidden inside a sub-process."""
    element = scope.loop.element_variable if scope.loop else None
    return {name: value for name, value in world.items() if name not in scope.own.inputs and name != element}


def _outside_of(world: World, scope: Step) -> World:
    return {name: value for name, value in world.items() if name not in scope.own.inputs}


def with_made(values: World, made: Iterable[tuple[str, Any]]) -> World:
    """The values, and those of the variables that the model makes of them alone."""
    known, todo, before = dict(values), dict(made), -1
    while before != len(known):
        before = len(known)
        for name, node in todo.items():
            if name not in known and names_in(node) and (value := value_of(node, known)) not in (UNKNOWN, FAILS):
                known[name] = value
    return known
