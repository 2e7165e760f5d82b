"""Follows the flow behind an answer to what comes next: the steps, calls, events and ends at which it arrives."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import product
from typing import Any, NamedTuple

from worker.steps.answer_ways import AnswerWays
from worker.steps.bpmn import SCOPES
from worker.steps.forks import JOINS
from worker.steps.juel_values import UNKNOWN, names_in, value_of
from worker.steps.step import Condition, Step

MOST_WAYS = 8
_MOST_VISITED = 300
"""Elements that are visited for one answer; a drawn model has fewer between two steps."""
_PASSED = ("exclusiveGateway", "inclusiveGateway", "parallelGateway", "eventBasedGateway", "complexGateway")
_EVENTS_PASSED = ("startEvent", "boundaryEvent", "intermediateThrowEvent")
Values = Mapping[str, Any]


class Stuck(NamedTuple):
    """The engine gets no further at this element: there is no flow for the answer, or a condition fails."""

    id: str


class Circle(NamedTuple):
    """The flow comes back to this element without having passed any step."""

    id: str


class Over(NamedTuple):
    """The process, or this branch of it, ends behind this element without an end event."""

    id: str


Place = str | Stuck | Circle | Over
"""An element at which the flow arrives, by its id, or why it arrives at none."""
Way = tuple[Place, ...]
"""All places at which it arrives at once."""


class Lead(NamedTuple):
    """Where one answer leads: to one of `ways`. `more`: there are further ones.

    `by`: the conditions that decide which. `several`: more than one, too. `joins`: what waits for other branches.
    `ended`: whether a multi-instance ends with this answer; False: only as its last one; None: there is none.
    """

    ways: tuple[Way, ...]
    by: tuple[Condition, ...] = ()
    several: bool = False
    joins: tuple[str, ...] = ()
    ended: bool | None = None
    more: bool = False


@dataclass(slots=True)
class Walk:
    """One walk, with what was met on it. `steps`: all elements of the model, by id."""

    ways: AnswerWays
    steps: Mapping[str, Step]
    by: dict[Condition, None] = field(default_factory=dict)
    asked: dict[str, None] = field(default_factory=dict)
    """The elements that chose between flows."""
    unread: dict[str, None] = field(default_factory=dict)
    """Those at which scripts decide, or what is no expression."""
    joins: dict[str, None] = field(default_factory=dict)
    several: bool = False
    ended: bool | None = None
    more: bool = False
    _visited: int = 0

    def lead(self, found: list[Way]) -> Lead:
        """What came out, with all that was met."""
        by = tuple(self.by) if len(found) > 1 else ()
        return Lead(tuple(found), by, self.several and bool(by), tuple(self.joins), self.ended, self.more)

    def behind(self, id_: str, values: Values, trail: frozenset[str] = frozenset()) -> list[Way]:
        """Where the flow arrives when this element is done."""
        kept = self._kept(id_, values)
        self._end_loop(id_, values)
        if link := self.ways.model.ways.links.get(id_):
            return self.behind(link, kept, trail)
        flows = self.ways.model.ways.leaving.get(id_, [])
        if not flows:
            return self._outside(id_, kept, trail)
        choice = self.ways.choice(id_, kept)
        self.asked |= {id_: None} if any(one.conditional for one in flows) else {}
        self.by |= dict.fromkeys(choice.by)
        self.unread |= {id_: None} if choice.unread else {}
        self.several |= choice.several
        each = (self._together(targets, kept, trail) if targets else [(Stuck(id_),)] for targets in choice.ways)
        return self._some([way for several in each for way in several])

    def _together(self, targets: list[str], values: Values, trail: frozenset[str]) -> list[Way]:
        each = [self._at(one, values, trail) for one in targets]
        return self._some([tuple(dict.fromkeys(sum(several, ()))) for several in product(*each)])

    def _some(self, found: list[Way]) -> list[Way]:
        ways = list({frozenset(one): one for one in reversed(found)}.values())[::-1]
        self.more |= len(ways) > MOST_WAYS
        return ways[:MOST_WAYS]

    def _at(self, id_: str, values: Values, trail: frozenset[str]) -> list[Way]:
        """Where the flow arrives when it comes to this element."""
        self._visited += 1
        step = self.steps.get(id_)
        if step is None or self._visited > _MOST_VISITED:
            self.more |= step is not None
            return [(id_,)]
        starts = self._starts(id_) if step.kind in SCOPES else []
        if not (starts or self._is_passed(step)):
            return [(id_,)]
        if id_ in trail:
            return [(Circle(id_),)]
        self.joins |= {id_: None} if self._waits(step) else {}
        if starts:
            return self._together(starts, _without(values, step), trail | {id_})
        return self.behind(id_, values, trail | {id_})

    def _is_passed(self, step: Step) -> bool:
        """Whether the flow only passes an element, without a trace for people."""
        ends_scope = step.kind == "endEvent" and len(step.scopes) > 1
        return step.kind in _PASSED or ((ends_scope or step.kind in _EVENTS_PASSED) and not self._says(step))

    def _starts(self, scope: str) -> list[str]:
        inside = (one for one in self.steps.values() if one.scopes and one.scopes[0].id == scope)
        return [one.id for one in inside if one.kind == "startEvent"]

    def _waits(self, gateway: Step) -> bool:
        """Whether a gateway waits for other branches."""
        before = [one for one, aims in self.ways.model.ways.flows.items() if gateway.id in aims]
        met = gateway.kind != "inclusiveGateway" or any(self.steps[one].beside for one in before if one in self.steps)
        return gateway.kind in JOINS and len(before) > 1 and met

    def _says(self, event: Step) -> bool:
        """Whether an event does more than let the flow pass: it throws, ends all around it, or is an external task."""
        model = self.ways.model
        return event.external or event.id in {*(one.at for one in model.raised.thrown), *model.ways.terminating}

    def _outside(self, id_: str, values: Values, trail: frozenset[str]) -> list[Way]:
        """Behind the last element of a sub-process, or at an end of the process."""
        step = self.steps[id_]
        if len(step.scopes) < 2:
            return [(Over(id_),)]
        scope = step.scopes[0]
        if any(scope.id in (around.id for around in self.steps[one].scopes) for one in step.beside & self.steps.keys()):
            self.joins[scope.id] = None
        return self.behind(scope.id, values, trail)

    def _end_loop(self, id_: str, values: Values) -> None:
        loop = self.steps[id_].loop
        if loop and loop.multi and self.ended is not False:
            conditions = self.ways.model.conditions
            until = [one for one in conditions if one.at == id_ and one.ends_loop and one.single]
            self.ended = any(value_of(one.parts[0], values) is True for one in until)

    def _kept(self, id_: str, values: Values) -> Values:
        """The variables that are still known to have these values when the element is done."""
        step, model = self.steps[id_], self.ways.model
        if id_ in model.unnamed and step.kind != "callActivity":  # what a call hands back is known
            return {}
        here = {id_, *(flow for flow, (source, _) in model.ways.ends.items() if source == id_)}
        made = {name for name, _ in model.made}
        gone = {*step.own.inputs} | {one.name for one in model.written if one.at in here}
        gone |= {*step.own.outputs, *step.own.written} - made
        return {name: value for name, value in values.items() if name not in gone}


def _without(values: Values, scope: Step) -> Values:
    """The values that are not hidden inside a sub-process."""
    element = scope.loop.element_variable if scope.loop else None
    return {name: value for name, value in values.items() if name not in scope.own.inputs and name != element}


def with_made(values: Values, made: Iterable[tuple[str, Any]]) -> Values:
    """The values, and those of the variables that the model makes of them alone."""
    known, todo, before = dict(values), dict(made), -1
    while before != len(known):
        before = len(known)
        for name, node in todo.items():
            if name not in known and names_in(node) and (value := value_of(node, known)) is not UNKNOWN:
                known[name] = value
    return known
