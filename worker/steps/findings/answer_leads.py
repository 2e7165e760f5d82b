"""Follows the flow behind an answer to what comes next: the steps, calls, events and ends at which it arrives."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from worker.steps.bpmn.expressions import Node
from worker.steps.bpmn.flows import reached
from worker.steps.bpmn.forks import JOINS
from worker.steps.bpmn.juel_values import FAILS, UNKNOWN, UNSET, value_of
from worker.steps.bpmn.raised import ERROR, Thrown
from worker.steps.bpmn.step import Condition, Step
from worker.steps.bpmn.tree import SCOPES
from worker.steps.findings.answer_places import MOST_WAYS, How, Place, Way, at_once, merged, some
from worker.steps.findings.answer_ways import AnswerWays, Option, Reason, StillOpen, Unshown, World
from worker.steps.findings.fired_near import Fired, fired_near, left_over, met_again

_MOST_VISITED = 300
"""Elements that are visited for one answer; a drawn model has fewer between two steps."""
_PASSED = ("exclusiveGateway", "inclusiveGateway", "parallelGateway", "eventBasedGateway", "complexGateway")
_EVENTS_PASSED = ("startEvent", "boundaryEvent", "intermediateThrowEvent")
Worlds = Sequence[World]
Trail = frozenset[str]


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
        places = (place for way in self.ways for place in way.places)
        reasons = [*(way.by for way in self.ways), *(reasons for one in places for reasons in (one.when, one.unless))]
        return {one for several in reasons for one in several if isinstance(one, Condition)}

    @property
    def past(self) -> set[str]:
        """What the ways have passed, as they tell it."""
        return {id_ for way in self.ways for place in way.places for id_ in place.past}


@dataclass(slots=True)
class Walk:
    """One walk, with what was met on it. `steps`: all elements of the model, by id.

    `narrowed`: what is known at an element, given what was known before.
    """

    ways: AnswerWays
    steps: Mapping[str, Step]
    narrowed: Callable[[str, Worlds], Worlds]
    lost: Collection[str | None] = ()
    """The variables that are not set any more behind what hides them."""
    through: Collection[str] = ()
    """Elements that it passes, too, though people see them."""
    asked: dict[str, None] = field(default_factory=dict)
    """The elements that chose between flows."""
    unread: dict[str, None] = field(default_factory=dict)
    """Those at which scripts decide."""
    several: bool = False
    ended: bool | None = None
    more: bool = False
    _visited: int = 0
    _meeting: frozenset[str] = frozenset()
    """The joins at which branches of one fork on the way come together."""

    def lead(self, found: list[Way]) -> Lead:
        """What came out, with all that was met."""
        return Lead(tuple(found), self.several and len(found) > 1, self.ended, self.more)

    def behind(self, id_: str, worlds: Worlds, trail: frozenset[str] = frozenset()) -> list[Way]:
        """Where the flow arrives when this element is done. One without an id cannot be followed."""
        if id_ not in self.steps:
            return _there(id_, worlds)
        self._end_loop(id_, worlds)
        kept = [self._kept(id_, one) for one in worlds]
        ways = self.ways.model.ways
        if link := ways.links.get(id_):
            return self.behind(link, kept, trail)
        if not (flows := ways.leaving.get(id_, [])):
            begun = [*ways.begun_by(id_)] if id_ in ways.undoes else []
            return self._compensated(begun, kept, trail) if begun else self._outside(id_, kept, trail)
        choice = self.ways.choice(id_, kept)
        self.asked |= {id_: None} if any(one.conditional for one in flows) else {}
        self.unread |= {id_: None} if any(Unshown.SCRIPT in one.by for one in choice.options) else {}
        self.several |= choice.several
        each = [(one, self._taken(id_, one, trail)) for one in choice.options]
        if len({tuple(ways) for _, ways in each}) == 1:
            return self.some([way for _, ways in each for way in ways])
        return self.some([replace(way, by=merged(one.by, way.by)) for one, ways in each for way in ways])

    def _compensated(self, begun: Sequence[str], worlds: Worlds, trail: frozenset[str]) -> list[Way]:
        """Where the flow arrives when a compensation handler is done: behind what has begun the compensation."""
        found = list[Way]()
        for event in begun:
            here, within = self.narrowed(event, worlds), trail | {event}
            caught = self.ways.model.ways.cancelling.get(event)
            each = _past(event, self.caught(caught, here, within) if caught else self.behind(event, here, within))
            found += [replace(one, by=(Unshown.BEGAN, *one.by)) for one in each] if begun[1:] else each
        return self.some(found)

    def both(self, one: list[Way], other: list[Way]) -> list[Way]:
        """Where the flow arrives if it goes on by both at once."""
        return self.some(at_once([one, other]))

    def caught(self, event: str, worlds: Worlds, trail: frozenset[str] = frozenset()) -> list[Way]:
        """Where the flow arrives behind an event that has caught something."""
        of = self.steps.get(self.ways.model.ways.attached.get(event, ""))
        return self.behind(event, [_outside_of(one, of) for one in worlds] if of else worlds, trail | {event})

    def with_event(
        self, ways: list[Way], fired: Fired, worlds: Worlds, by: tuple[Reason, ...] = (), trail: Trail = frozenset()
    ) -> list[Way]:
        """The ways, with those behind an event that fires in passing, which is told of them. `by`: what decides so."""
        again = met_again(ways, self.steps) if fired.at else ()
        caught = self.some(left_over(_past(fired.event, self.caught(fired.event, worlds, trail)), again))
        reasons = (*by, *([StillOpen(fired.at)] if fired.at else []))
        both = caught if fired.ends else self.both(self.some(left_over(ways, fired.over)), caught)
        return self.some([*(replace(way, by=(*reasons, *way.by)) for way in both), *(ways if reasons else [])])

    def _taken(self, id_: str, option: Option, trail: frozenset[str]) -> list[Way]:
        if option.targets:
            return self._together(option.targets, option.worlds, trail)
        return [Way((Place(id_, How.STUCK, failing=option.failing),), (), option.worlds)]

    def _together(self, targets: Sequence[str], worlds: Worlds, trail: frozenset[str]) -> list[Way]:
        """Where it arrives by all of these flows at once."""
        if len(targets) < 2:
            return self._at(targets[0], worlds, trail)
        around, flows = self._meeting, self.ways.model.ways.flows
        met = Counter(id_ for one in targets for id_ in reached([one], flows))
        never = {one.at for one in self.ways.model.hanging if one.kind == "join_never"}
        several = (id_ for id_, branches in met.items() if branches > 1 and id_ not in never)
        self._meeting |= {id_ for id_ in several if self._waits(self.steps.get(id_))}
        each = [[_from(one, way) for way in self._at(one, worlds, trail)] for one in targets]
        self._meeting = around
        return self.some([behind for way in at_once(each) for behind in self._met(way, trail)])

    def _met(self, way: Way, trail: frozenset[str]) -> list[Way]:
        """The way, and what follows the joins to which branches have come, unless these wait for other places."""
        joins = dict.fromkeys(one.id for one in way.places if one.how is How.MET and one.id not in self._meeting)
        for join in joins:
            places = tuple(one for one in way.places if one.how is not How.MET or one.id != join)
            come = len(way.places) - len(places)
            if not any(self._leads(one, join) for one in places):
                behind = self.behind(join, self.narrowed(join, way.worlds), trail | {join})
                whole = self.steps[join].kind == "inclusiveGateway" or come >= self._entering(join)
                ways = behind if whole else _past(join, behind)
                each = [Way(merged(places, one.places), merged(way.by, one.by), one.worlds) for one in ways]
                return [further for one in each for further in self._met(one, trail | {join})]
            way = replace(way, places=places)
        return [way]

    def _leads(self, place: Place, join: str) -> bool:
        """Whether the flow may come from a place to a join."""
        ways = self.ways.model.ways
        at = ways.place(place.id, beside=join)
        return place.how is How.THERE and at is not None and join in reached([at], ways.onward)

    def some(self, found: list[Way]) -> list[Way]:
        """The ways, no more than can be shown."""
        ways = some(found)
        self.more |= len(ways) > MOST_WAYS
        return [*ways[: MOST_WAYS - 1], ways[-1]] if ways[MOST_WAYS:] else ways

    def _at(self, id_: str, worlds: Worlds, trail: frozenset[str]) -> list[Way]:
        """Where the flow arrives when it comes to this element."""
        self._visited += 1
        step = self.steps.get(id_)
        if step is None or self._visited > _MOST_VISITED:
            self.more |= step is not None
            return _there(id_, worlds)
        if id_ in self._meeting or id_ in trail:
            return _there(id_, worlds, How.MET if id_ in self._meeting else How.CIRCLE)
        trail |= {id_}
        worlds = self.narrowed(id_, worlds)
        if thrown := next((one for one in self.ways.model.raised.thrown if one.at == id_), None):
            return self._raised(step, thrown, worlds, trail)
        if (caught := self.ways.model.ways.cancelling.get(id_)) is not None:
            return _past(id_, self.caught(caught, worlds, trail)) if caught else _there(id_, worlds, How.STUCK)
        if id_ in self.ways.model.ways.terminating:
            ends_part = step.scopes[0].kind != "process"
            return _past(id_, self._outside(id_, worlds, trail)) if ends_part else self._ended(step, worlds)
        if id_ in self.ways.model.ways.signals:
            return self._signalled(step, worlds, trail)
        starts = self._starts(id_) if step.kind in SCOPES else []
        if starts:
            return self._together(starts, [_inside_of(one, step) for one in worlds], trail)
        if not self._is_passed(step):
            return _there(id_, worlds)
        if any(one.at == id_ and one.kind == "join_never" for one in self.ways.model.hanging):
            return _there(id_, worlds, How.WAITING)
        ways = self.behind(id_, worlds, trail)
        return _past(id_, ways) if self._waits(step) or id_ in self.ways.model.ways.compensating else ways

    def _is_passed(self, step: Step) -> bool:
        """Whether the flow only passes an element, without a trace for people."""
        ends_scope = step.kind == "endEvent" and len(step.scopes) > 1
        passed = step.kind in _PASSED or step.id in self.through
        return passed or ((ends_scope or step.kind in _EVENTS_PASSED) and not step.external)

    def _raised(self, step: Step, thrown: Thrown, worlds: Worlds, trail: frozenset[str]) -> list[Way]:
        """Where an error or an escalation leads: to what catches it, and unless that interrupts, onward too."""
        catcher = self.ways.model.raised.catcher_of(thrown.kind, thrown.code, thrown.within)
        caught = [self.caught(catcher.event, worlds, trail)] if catcher and catcher.event not in trail else []
        if caught and catcher and (thrown.kind == ERROR or catcher.interrupts):
            return _past(step.id, caught[0])
        if step.kind == "endEvent" and len(step.scopes) < 2 and not caught:
            return _there(step.id, worlds)
        onward = self.behind(step.id, worlds, trail)
        return _past(step.id, self.both(caught[0], onward) if caught else onward)

    def _signalled(self, step: Step, worlds: Worlds, trail: Trail) -> list[Way]:
        """Where a signal leads: onward, and to each event that catches it; unless that ends what throws it."""
        found = self.behind(step.id, worlds, trail)
        for event in self.ways.model.ways.signals[step.id]:
            near = fired_near(event, step, self.steps, self.ways.model.ways) if event not in trail else None
            found = self.with_event(found, near, worlds, trail=trail) if near else found
        return found

    def _starts(self, scope: str) -> list[str]:
        inside = (one for one in self.steps.values() if one.scopes and one.scopes[0].id == scope)
        return [one.id for one in inside if one.kind == "startEvent"]

    def _entering(self, id_: str) -> int:
        """How many flows lead to an element."""
        return sum(aims.count(id_) for aims in self.ways.model.ways.flows.values())

    def _waits(self, gateway: Step | None) -> bool:
        """Whether an element is a gateway that waits for other branches."""
        if gateway is None or gateway.kind not in JOINS:
            return False
        before = [one for one, aims in self.ways.model.ways.flows.items() if gateway.id in aims]
        met = gateway.kind != "inclusiveGateway" or any(self.steps[one].beside for one in before if one in self.steps)
        return len(before) > 1 and met

    def _outside(self, id_: str, worlds: Worlds, trail: frozenset[str]) -> list[Way]:
        """Behind the last element of a sub-process, or at an end of the process."""
        step = self.steps[id_]
        if self.ways.model.ways.events.get(step.scopes[0].id) is False:
            return _there(id_, worlds, How.BRANCH)
        around = step.scopes[1] if step.scopes[0].id in self.ways.model.ways.events else step.scopes[0]
        if around.kind == "process":
            return self._ended(step, worlds)
        ways, beside = self.behind(around.id, worlds, trail), step.beside & self.steps.keys()
        waits = id_ not in self.ways.model.ways.terminating and any(around in self.steps[one].scopes for one in beside)
        return _past(around.id, ways) if waits else ways

    def _ended(self, step: Step, worlds: Worlds) -> list[Way]:
        """Where it arrives when the process ends with an element."""
        return _there(step.id, worlds, How.THERE if step.kind == "endEvent" else How.OVER)

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
        gone |= {name for name, node in model.made if name in step.own.outputs and not _is_known(node, values)}
        fixed = {name: model.fixed[name] for name in step.own.outputs if len(model.fixed.get(name, ())) == 1}
        hidden = {name: UNSET for name in step.own.inputs if name in self.lost and name in values}
        kept = {name: value for name, value in values.items() if name not in gone}
        return {**kept, **hidden, **{name: value for name, [value] in fixed.items()}}


def _there(id_: str, worlds: Worlds, how: How = How.THERE) -> list[Way]:
    return [Way((Place(id_, how),), (), tuple(worlds))]


def _from(branch: str, way: Way) -> Way:
    """The way, with the branch by which it has come to where branches meet: each of them counts there."""
    met = [one._replace(past=one.past or (branch,)) if one.how is How.MET else one for one in way.places]
    return replace(way, places=tuple(met))


def _past(id_: str, ways: list[Way]) -> list[Way]:
    """The ways, with what they have passed."""
    passed = [[one if one.id == id_ else one._replace(past=(id_, *one.past)) for one in way.places] for way in ways]
    return [replace(way, places=tuple(places)) for way, places in zip(ways, passed, strict=True)]


def _is_known(node: Node, values: World) -> bool:
    return value_of(node, values) not in (UNKNOWN, FAILS)


def _inside_of(world: World, scope: Step) -> World:
    """The values that are not hidden inside a sub-process."""
    element = scope.loop.element_variable if scope.loop else None
    return {name: value for name, value in world.items() if name not in scope.own.inputs and name != element}


def _outside_of(world: World, scope: Step) -> World:
    return {name: value for name, value in world.items() if name not in scope.own.inputs}
