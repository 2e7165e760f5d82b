"""Follows the flow behind a step that has got one of its answers: where it stands still, and where it may come to."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from worker.steps.flows import Flow
from worker.steps.juel_values import UNKNOWN, boolean, value_of
from worker.steps.step import Model

_ONE = "exclusiveGateway"
_OF_NO_CONDITIONS = ("parallelGateway", "eventBasedGateway")


class _Taken(NamedTuple):
    """The targets of flows that the engine takes: surely, and perhaps."""

    surely: list[str]
    perhaps: list[str]


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

    def _ends(self) -> set[str]:
        return {one for id_ in self.again for one in (id_, *self.model.ways.around(id_))}

    def _taken(self, id_: str, values: Mapping[str, Any]) -> _Taken:
        flows = self.model.ways.leaving.get(id_, [])
        outcomes = [*self._outcomes(id_, flows, values)]
        usual = [one.target for one in flows if one.default]
        surely = [flow.target for flow, outcome in outcomes if outcome is True]
        perhaps = [flow.target for flow, outcome in outcomes if outcome is not False]
        if self.kinds.get(id_) == _ONE and surely:
            before = perhaps[: perhaps.index(surely[0])]
            return _Taken([] if before else surely[:1], [*before, surely[0]])
        if surely or not usual:
            return _Taken([] if self.kinds.get(id_) == _ONE else surely, perhaps)
        return _Taken([] if perhaps else usual, [*perhaps, *usual])

    def _outcomes(self, id_: str, flows: list[Flow], values: Mapping[str, Any]) -> Iterator[tuple[Flow, Any]]:
        """Yes, no or `UNKNOWN` for each flow but the default one."""
        conditions = [one for one in self.model.conditions if one.at == id_ and not one.ends_loop]
        asked = self.kinds.get(id_) != "parallelGateway"
        known = len(conditions) == sum(one.conditional for one in flows)
        left = iter(conditions)
        for flow in flows:
            condition = next(left, None) if flow.conditional else None
            if flow.default:
                continue
            if not (asked and flow.conditional):
                yield flow, True
            elif known and condition and condition.single:
                value = boolean(value_of(condition.parts[0], values))
                yield flow, value if isinstance(value, bool) else UNKNOWN
            else:
                yield flow, UNKNOWN
