"""Follows the flow behind a step that has got one of its answers: where it stands still, and where it may come to."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, NamedTuple

from worker.steps.bpmn.expressions import Node
from worker.steps.bpmn.flows import Flow
from worker.steps.bpmn.juel_values import FAILS, UNKNOWN, UNSET, names_in, value_of
from worker.steps.bpmn.step import Condition, Model
from worker.steps.findings.exhaustive import one_is_true

_ONE, _BY_EVENT = "exclusiveGateway", "eventBasedGateway"
_OF_NO_CONDITIONS, _CATCHES = ("parallelGateway", _BY_EVENT), "intermediateCatchEvent"


class _Taken(NamedTuple):
    """The targets of flows that the engine takes: surely, and perhaps."""

    surely: list[str]
    perhaps: list[str]


class Unshown(Enum):
    """What decides, if it is no expression."""

    FIRST = "first"
    """Whichever event comes first."""
    SCRIPT = "script"
    """A script."""
    BEGAN = "began"
    """Which event has begun the compensation."""


SIGNAL = "signal"


class Raises(NamedTuple):
    """A called process raises a BPMN error or an escalation, or throws a signal, whose code is its name."""

    kind: str
    code: str


class NotSet(NamedTuple):
    """Variables that are not set yet."""

    names: tuple[str, ...]


class StillOpen(NamedTuple):
    """An activity in another branch has not ended yet."""

    at: str


Reason = Condition | Unshown | Raises | NotSet | StillOpen
World = Mapping[str, Any]
"""Values that variables may have together. A variable that is not in it may have any."""


class Option(NamedTuple):
    """What the engine may take from an element: all `targets` at once; none: it gets no further.

    Of several options it takes the first one whose reasons, `by`, hold; one without any is what is left. `worlds`: in
    which it may be taken. `failing`: the condition that the engine cannot evaluate.
    """

    targets: tuple[str, ...]
    by: tuple[Reason, ...]
    worlds: tuple[World, ...]
    failing: Condition | None = None


class Choice(NamedTuple):
    """The options at an element. `several`: it may take more than one of them at once."""

    options: list[Option]
    several: bool = False


class _Outcome(NamedTuple):
    """What a flow's condition gives: yes, no, `FAILS` or `UNKNOWN`."""

    flow: Flow
    gives: Any
    condition: Condition | None = None


@dataclass(frozen=True, slots=True)
class AnswerWays:
    """The ways of one model for known values of variables. `kinds`: of its elements, by id.

    `again`: the steps behind which the values are others. `among`: the values that some variables have if they are set.
    """

    model: Model
    kinds: Mapping[str, str]
    again: frozenset[str] = frozenset()
    among: Mapping[str, Sequence[Any]] = field(default_factory=dict)

    def stuck(self, step: str, values: Mapping[str, Any], unclear: Collection[str]) -> list[str]:
        """The step, or elements behind it, that the engine certainly cannot leave. `unclear`: what may set anything."""
        ends, found = self._ends() | {*unclear}, list[str]()
        todo, seen = [step], {step}
        while todo:
            id_ = todo.pop(0)
            taken = self._taken(id_, values)
            if self.model.ways.leaving.get(id_) and not taken.perhaps:
                found.append(id_)
            todo += (new := [one for one in taken.surely if one not in seen and one not in ends])
            seen.update(new)
        return found

    def may_end(self, scope: str, step: str, values: Mapping[str, Any]) -> bool:
        """Whether the flow may come from the step to the end of what contains it with this answer."""
        ways, ends, todo, seen, left = self.model.ways, self._ends(), [step], {step}, set[str]()
        while todo:
            id_ = todo.pop()
            if not ways.leaving.get(id_):
                around = ways.scopes.get(id_, "")
                if around in (scope, ""):
                    return True
                todo += [around] if around not in left else []  # left, not come to again
                left.add(around)
                continue
            timers = [timer for timer, activity in ways.timers.items() if activity == id_ != step]
            aims = [*self._taken(id_, values).perhaps, *timers]
            todo += (new := [one for one in aims if one not in seen and one not in ends])
            seen.update(new)
        return False

    def passed(self, step: str, values: Mapping[str, Any], until: Collection[str] = ()) -> set[str]:
        """What the flow may come to behind the step with this answer, beside it or in what contains it.

        `until`: the elements at which it ends; they are not among those.
        """
        ends, ways, todo, seen = self._ends() | {*until}, self.model.ways, [step], {step}
        while todo:
            id_ = todo.pop()
            events = [event for event, activity in ways.attached.items() if activity == id_ != step]
            aims = [*self._taken(id_, values).perhaps, *events]
            todo += (new := [one for one in aims if one not in seen and one not in ends])
            seen.update(new)
        return seen - {step}

    def takes_several(self, id_: str) -> bool:
        """Whether the engine takes every flow from an element whose condition is true or missing."""
        return self.kinds.get(id_) not in (_ONE, *_OF_NO_CONDITIONS)

    def surely(self, id_: str, values: Mapping[str, Any]) -> list[str]:
        """The targets of the flows that the engine takes from an element; empty if that is not certain."""
        taken = self._taken(id_, values)
        return taken.surely if taken.surely == taken.perhaps else []

    def failing(self, id_: str, values: Mapping[str, Any]) -> list[Node]:
        """The condition, of those that the engine tries at an element, that it cannot evaluate; none: it can."""
        for one in self._outcomes(id_, self.model.ways.leaving.get(id_, []), values):
            if one.gives is FAILS and one.condition:
                return [*one.condition.parts[:1]]
            if self.kinds.get(id_) == _ONE and one.gives is not False:
                break
        return []

    def choice(self, id_: str, worlds: Sequence[World]) -> Choice:
        """What the engine may take from an element in one of these worlds."""
        flows = self.model.ways.leaving.get(id_, [])
        if self.kinds.get(id_) == _BY_EVENT:
            return self._first_event(flows, worlds)
        tried = [[*self._outcomes(id_, flows, world)] for world in worlds]
        columns = [_Column([*several]) for several in zip(*tried, strict=True)]
        usual = tuple(one.target for one in flows if one.default)
        clear = [number for number, one in enumerate(worlds) if not usual and self._is_exhaustive(columns, number, one)]
        return (_first_of if self.kinds.get(id_) == _ONE else _all_of)(columns, worlds, usual, clear)

    def _first_event(self, flows: Sequence[Flow], worlds: Sequence[World]) -> Choice:
        """The events behind a gateway: one with a condition that is true then, otherwise what comes first.

        The engine keeps these events without an order: of several conditions that are true, any one counts.
        """
        asked = [(flow, one) for flow in flows if (one := self._waits_for(flow.target))]
        columns = [_Column([self._fires(flow, one, world) for world in worlds]) for flow, one in asked]
        options, here = list[Option](), range(len(worlds))
        for column in columns:
            some = [number for number in here if column.may(number)]
            alone = not any(other.may(number) for other in columns if other is not column for number in some)
            by = (*column.by(here), *(() if alone else (Unshown.FIRST,)))
            options += [Option((column.target,), by, tuple(worlds[number] for number in some))] if some else []
        waits = tuple(
            world for number, world in enumerate(worlds) if not any(one.gives(number) is True for one in columns)
        )
        return Choice([*options, *(Option((flow.target,), (Unshown.FIRST,), waits) for flow in flows if waits)])

    def _waits_for(self, event: str) -> Condition | None:
        """The condition that an event waits for."""
        flows = [one.text for one in self.model.ways.leaving.get(event, ())]
        own = (one for one in self.model.conditions if one.at == event and one.single and one.text not in flows)
        return next(own, None) if self.kinds.get(event) == _CATCHES else None

    @staticmethod
    def _fires(flow: Flow, condition: Condition, world: World) -> _Outcome:
        """What the engine cannot evaluate is not true for it."""
        gives = _decision(value_of(condition.parts[0], world))
        return _Outcome(flow, gives=False if gives is FAILS else gives, condition=condition)

    def _is_exhaustive(self, columns: list[_Column], number: int, world: World) -> bool:
        """Whether one of the conditions that are unclear in a world is always true."""
        unclear = [one.condition for one in columns if one.gives(number) is UNKNOWN]
        known = [one for one in unclear if one]
        return bool(known) and known == unclear and one_is_true(known, world, self.among)

    def _ends(self) -> set[str]:
        return {one for id_ in self.again for one in (id_, *self.model.ways.around(id_))}

    def _taken(self, id_: str, values: Mapping[str, Any]) -> _Taken:
        flows = self.model.ways.leaving.get(id_, [])
        outcomes = [*self._outcomes(id_, flows, values)]
        usual = [one.target for one in flows if one.default]
        surely = [one.flow.target for one in outcomes if one.gives is True]
        perhaps = [one.flow.target for one in outcomes if one.gives is not False]
        if self.kinds.get(id_) == _ONE and surely:
            before = perhaps[: perhaps.index(surely[0])]
            return _Taken([] if before else surely[:1], [*before, surely[0]])
        if surely or not usual:
            return _Taken([] if self.kinds.get(id_) == _ONE else surely, perhaps)
        return _Taken([] if perhaps else usual, [*perhaps, *usual])

    def _outcomes(self, id_: str, flows: list[Flow], values: Mapping[str, Any]) -> Iterator[_Outcome]:
        """Of each flow but the default one."""
        conditions = {one.text: one for one in self.model.conditions if one.at == id_ and not one.ends_loop}
        asked = self.kinds.get(id_) not in _OF_NO_CONDITIONS
        for flow in (one for one in flows if not one.default):
            condition = conditions.get(flow.text)
            if not (asked and flow.conditional):
                yield _Outcome(flow, gives=True)
            elif flow.text and not condition:
                yield _Outcome(flow, FAILS, Condition(flow.text, (), id_))
            else:
                single = condition.parts[0] if condition and condition.single else None
                yield _Outcome(flow, _decision(value_of(single, values)) if single else UNKNOWN, condition)


@dataclass(frozen=True, slots=True)
class _Column:
    """What one flow's condition gives in each world."""

    outcomes: list[_Outcome]

    @property
    def target(self) -> str:
        return self.outcomes[0].flow.target

    @property
    def condition(self) -> Condition | None:
        return self.outcomes[0].condition

    def may(self, number: int) -> bool:
        """Whether the engine may take the flow in a world."""
        return self.gives(number) is True or self.gives(number) is UNKNOWN

    def gives(self, number: int) -> Any:
        return self.outcomes[number].gives

    def lacks(self, worlds: Sequence[World]) -> tuple[Reason, ...]:
        """What lets the condition fail only in some worlds: variables that are not set in all of them."""
        read = {name for root in self.condition.parts for name in names_in(root)} if self.condition else ()
        unset = sorted(name for name in read if any(one.get(name) is UNSET for one in worlds))
        return (NotSet(tuple(unset)),) if any(one.get(name) is not UNSET for name in unset for one in worlds) else ()

    def by(self, numbers: Iterable[int]) -> tuple[Reason, ...]:
        """What lets the engine take the flow in some of these worlds, and not in others."""
        sure = all(self.gives(one) is True for one in numbers)
        return () if sure else (self.condition or Unshown.SCRIPT,)


def _decision(value: Any) -> Any:
    """The engine takes nothing but a boolean for the outcome of a condition."""
    return value if isinstance(value, bool) or value is UNKNOWN else FAILS


def _first_of(columns: list[_Column], worlds: Sequence[World], usual: tuple[str, ...], clear: list[int]) -> Choice:
    """Of flows that the engine tries one after the other. `usual`: what it takes if no condition is true.

    `clear`: the worlds in which one always is.
    """
    options, left = list[Option](), [*range(len(worlds))]
    stuck = dict[str, Option]()
    for one in columns:
        if some := [number for number in left if one.may(number)]:
            options.append(Option((one.target,), one.by(left), tuple(worlds[number] for number in some)))
        for number in (number for number in left if one.gives(number) is FAILS):
            stuck.setdefault(one.target, Option((), one.lacks(worlds), (worlds[number],), one.condition))
        left = [number for number in left if one.gives(number) in (False, UNKNOWN)]
    left = [one for one in left if one not in clear]
    rest = [Option(usual, (), tuple(worlds[number] for number in left))] if left else []
    early = [one for one in stuck.values() if one.by]
    return Choice([*early, *options, *rest, *(one for one in stuck.values() if not one.by)])


def _all_of(columns: list[_Column], worlds: Sequence[World], usual: tuple[str, ...], clear: list[int]) -> Choice:
    """Of flows of which the engine takes each one whose condition is true."""
    here = [*range(len(worlds))]
    failing = [one for one in columns if any(one.gives(number) is FAILS for number in here)]
    if failing:
        return Choice([Option((), (), tuple(worlds), failing[0].condition)])
    sure = [one for one in columns if not one.by(here)]
    unclear = [one for one in columns if one not in sure and any(map(one.may, here))]
    always = tuple(one.target for one in sure)
    options = list[Option]()
    for one in unclear:
        some = tuple(worlds[number] for number in here if one.may(number))
        options.append(Option((*always, one.target), one.by(here), some))
    left = [number for number in here if not any(one.gives(number) is True for one in unclear)]
    left = [one for one in left if always or one not in clear]
    rest = [Option(always or usual, (), tuple(worlds[number] for number in left))] if left else []
    several = any(sum(one.may(number) for one in unclear) > 1 for number in here)
    return Choice([*options, *rest], several=several)
