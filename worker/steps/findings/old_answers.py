"""Finds the earlier answers that a variable may still have where an element asks for it anew."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from worker.steps.bpmn.calls import Call
from worker.steps.bpmn.expressions import as_literal
from worker.steps.bpmn.flows import reached
from worker.steps.findings.answer_ways import AnswerWays
from worker.steps.findings.earlier_answers import ends_unanswered, values_of
from worker.steps.findings.served import Served

Left = Mapping[str, list[Any]]


class Below(NamedTuple):
    """A call of a process, the answers left there, and those of them without which it may end."""

    call: Call
    left: Left
    silent: Collection[str]


class Old(NamedTuple):
    """An earlier answer, and the element that gave it."""

    value: Any
    of: str


class Before(NamedTuple):
    """What a variable may have when the flow comes to an element: earlier answers, or no value (`unset`)."""

    olds: tuple[Old, ...] = ()
    unset: bool = False


_UNCLEAR = Before()


def told_olds(olds: Sequence[Old]) -> str:
    """Each answer with the element that gave it."""
    return ", ".join(dict.fromkeys(f"{as_literal(one.value)} ({one.of})" for one in olds))


class _Giver(NamedTuple):
    """An element that leaves answers in a variable. `may_not`: it may end without one."""

    id: str
    values: list[Any]
    may_not: bool


class OldAnswers:
    """The earlier answers in the variables of one model. `calls`: those in it whose called process is known."""

    def __init__(self, served: Served, calls: Sequence[Below] = ()) -> None:
        self._served, self._calls = served, calls
        self._found = dict[tuple[str, str], Before]()

    def at(self, id_: str, variable: str) -> Before:
        """What the variable may have there; nothing at all if that is not certain."""
        if (id_, variable) not in self._found:
            self._found[id_, variable] = self._before(id_, variable)
        return self._found[id_, variable]

    def _before(self, id_: str, variable: str) -> Before:
        givers = {one.id: one for one in self._givers(variable)}
        if not self._is_clear(id_, variable, givers):
            return _UNCLEAR
        firm, scope = {one.id for one in givers.values() if not one.may_not}, self._scope_of(id_)
        starts = [one.id for one in self._served.steps.values() if one.kind == "startEvent"]
        begins = [one for one in starts if self._scope_of(one) == scope]
        olds = [Old(value, one.id) for one in givers.values() for value in one.values]
        olds = [one for one in olds if self._comes(one.of, id_, {variable: one.value}, givers)]
        return Before(tuple(olds), any(self._comes(one, id_, {variable: None}, firm) for one in begins))

    def gives(self, variable: str) -> bool:
        """Whether the model leaves answers in a variable."""
        return any(self._givers(variable))

    def _givers(self, variable: str) -> Iterator[_Giver]:
        served, ended = self._served, {*self._served.model.ways.interrupting}
        left_early = {of for event, of in served.model.ways.attached.items() if event in ended}
        for step in (one for one in served.asking if served.answer_of(one) == variable):
            may_not = step.id in left_early or ends_unanswered(served.topic_of(step))
            yield _Giver(step.id, [*values_of([step], served).values()], may_not)
        for call, left, silent in self._calls:
            named = [out.source for out in call.outs if out.target == variable]
            sources = [one for one in named or ([variable] if call.all else []) if one and left.get(one)]
            values = [value for one in sources for value in left[one]]
            if values:
                yield _Giver(call.id, values, not {*sources}.isdisjoint(silent))

    def _is_clear(self, id_: str, variable: str, givers: Collection[str]) -> bool:
        """Whether nothing but these may have set the variable by then, one after the other."""
        model, steps = self._served.model, self._served.steps
        setting = {*model.setters.get(variable, ())}
        by_others = {*model.in_code, *(one.name for one in model.written)}
        by_others |= {name for one in self._served.ours for name in self._served.topic_of(one).result or ()}
        unnamed = variable in model.sets and not setting
        unknown = (setting | (model.unnamed - {one.call.id for one in self._calls})) - {*givers}
        if variable in by_others or unnamed or not unknown <= steps.keys() or steps[id_].loops or model.ways.links:
            return False
        early = {one for one in (*unknown, *givers) if self._may_precede(one, id_)}
        alone = early <= {*givers} - steps[id_].beside
        return alone and all(self._scope_of(one) == self._scope_of(id_) for one in early)

    def _may_precede(self, one: str, id_: str) -> bool:
        """Whether an element may have been done when the flow comes to another one, in whatever round."""
        ways = self._served.model.ways
        place = ways.place(one, beside=id_)
        again = place is not None and id_ in reached(ways.onward.get(place, ()), ways.onward)
        return again or one in self._served.steps[id_].beside or ways.may_precede(one, id_)

    def _scope_of(self, id_: str) -> str:
        return self._served.model.ways.scopes.get(id_, "")

    def _comes(self, start: str, aim: str, values: Mapping[str, Any], again: Collection[str]) -> bool:
        """Whether the flow may come from one element to another with these values. `again`: what sets others."""
        engine = AnswerWays(self._served.model, self._served.kinds, frozenset(again))
        passed, leaving = {start, *engine.passed(start, values)}, self._served.model.ways.leaving
        before = [one for one in passed if any(flow.target == aim for flow in leaving.get(one, ()))]
        return any(aim in option.targets for one in before for option in engine.choice(one, [values]).options)
