"""Follows the flow behind a step that has got one of its answers: where it stands still, and where it may come to."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from worker.steps.exhaustive import one_is_true
from worker.steps.expressions import Node
from worker.steps.flows import Flow
from worker.steps.juel_values import FAILS, UNKNOWN, value_of
from worker.steps.step import Condition, Model

_ONE, _BY_EVENT = "exclusiveGateway", "eventBasedGateway"
_OF_NO_CONDITIONS = ("parallelGateway", _BY_EVENT)


class _Taken(NamedTuple):
    """The targets of flows that the engine takes: surely, and perhaps."""

    surely: list[str]
    perhaps: list[str]


class Choice(NamedTuple):
    """What the engine takes from an element: the targets of one of `ways`. No targets: it gets no further.

    `by`: the conditions that decide which one, as far as the model has them. `several`: more than one at once, too.
    `unread`: scripts decide, or what is no expression.
    """

    ways: list[list[str]]
    by: list[Condition]
    several: bool = False
    unread: bool = False


class _Outcome(NamedTuple):
    """What a flow's condition gives: yes, no, `FAILS` or `UNKNOWN`."""

    flow: Flow
    gives: Any
    condition: Condition | None = None


@dataclass(frozen=True, slots=True)
class AnswerWays:
    """The ways of one model for known values of variables. `kinds`: of its elements, by id.

    `again`: the steps behind which the values are others.
    """

    model: Model
    kinds: Mapping[str, str]
    again: frozenset[str]

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
        ways, ends, todo, seen = self.model.ways, self._ends(), [step], {step}
        while todo:
            id_ = todo.pop()
            if not ways.leaving.get(id_):
                around = ways.scopes.get(id_, "")
                if around in (scope, ""):
                    return True
                todo.append(around)  # left, not come to again
                continue
            timers = [timer for timer, activity in ways.timers.items() if activity == id_ != step]
            aims = [*self._taken(id_, values).perhaps, *timers]
            todo += (new := [one for one in aims if one not in seen and one not in ends])
            seen.update(new)
        return False

    def passed(self, step: str, values: Mapping[str, Any]) -> set[str]:
        """What the flow may come to behind the step with this answer, beside it or in what contains it."""
        ends, ways, todo, seen = self._ends(), self.model.ways, [step], {step}
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
                return [one.condition.parts[0]]
            if self.kinds.get(id_) == _ONE and one.gives is not False:
                break
        return []

    def choice(self, id_: str, values: Mapping[str, Any]) -> Choice:
        """What the engine takes from an element, and what else it may take, by conditions that other things decide."""
        flows = self.model.ways.leaving.get(id_, [])
        if self.kinds.get(id_) == _BY_EVENT:
            return Choice([[one.target] for one in flows], [])
        tried = [one for one in self._outcomes(id_, flows, values) if one.gives is not False]
        usual = [[one.target] for one in flows if one.default]
        unclear = [one.condition for one in tried if one.gives is UNKNOWN]
        known = [one for one in unclear if one]
        always = bool(known) and known == unclear and one_is_true(known, values)
        found = (_first_of if self.kinds.get(id_) == _ONE else _all_of)(tried, usual or ([] if always else [[]]))
        return found._replace(unread=None in unclear)

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
        conditions = [one for one in self.model.conditions if one.at == id_ and not one.ends_loop]
        asked = self.kinds.get(id_) not in _OF_NO_CONDITIONS
        known = len(conditions) == sum(one.conditional for one in flows)
        left = iter(conditions)
        for flow in flows:
            condition = next(left, None) if flow.conditional else None
            if flow.default:
                continue
            if not (asked and flow.conditional):
                yield _Outcome(flow, gives=True)
            elif known and condition and condition.single:
                yield _Outcome(flow, _decision(value_of(condition.parts[0], values)), condition)
            else:
                yield _Outcome(flow, UNKNOWN, condition if known else None)


def _decision(value: Any) -> Any:
    """The engine takes nothing but a boolean for the outcome of a condition."""
    return value if isinstance(value, bool) or value is UNKNOWN else FAILS


def _first_of(tried: list[_Outcome], usual: list[list[str]]) -> Choice:
    """`tried`: the flows whose condition may be true. `usual`: what is taken if none is; empty: one always is."""
    last = next((number for number, one in enumerate(tried) if one.gives is not UNKNOWN), len(tried))
    unclear, ending = tried[:last], tried[last : last + 1]
    ends = [[one.flow.target] if one.gives is True else [] for one in ending] or usual
    return Choice([*([one.flow.target] for one in unclear), *ends], _conditions(unclear))


def _all_of(tried: list[_Outcome], usual: list[list[str]]) -> Choice:
    unclear = [one for one in tried if one.gives is UNKNOWN]
    sure = [one.flow.target for one in tried if one.gives is True]
    if any(one.gives is FAILS for one in tried):
        return Choice([[]], [])
    more = [[*sure, one.flow.target] for one in unclear]
    return Choice([sure, *more] if sure else [*more, *usual], _conditions(unclear), several=len(unclear) > 1)


def _conditions(outcomes: list[_Outcome]) -> list[Condition]:
    return [one.condition for one in outcomes if one.condition]
