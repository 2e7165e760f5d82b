"""Finds what reads an answer that may be one of this round of a loop, or one of an earlier round.

A round of a drawn loop begins where the flow first comes into it. An answer of an earlier round is read where the flow
comes to a reader past the step that asks: by another branch, or by a timer that ends the step. Whoever reads only
earlier answers means them, and so does whoever has decided by the answer on the way.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from functools import reduce
from itertools import product
from typing import NamedTuple

from worker.steps.bpmn.expressions import Node
from worker.steps.bpmn.flows import reached
from worker.steps.bpmn.forks import DECIDES, JOINS
from worker.steps.bpmn.juel_values import names_in
from worker.steps.bpmn.step import Step
from worker.steps.bpmn.tree import SCOPES
from worker.steps.findings.served import Served
from worker.steps.needed import needed

NONE, EARLIER, NEW = range(3)
"""How old the answer is at a place: there is none, of an earlier round, of this one. At a join the newer counts."""
Place = tuple[str, bool]
"""An element, and whether it has ended."""
Graph = Mapping[Place, Collection[Place]]


class OfEarlierRound(NamedTuple):
    """An element that reads the answer `variable` of the steps `asking` in an expression, of whichever round."""

    at: str
    expression: str
    variable: str
    asking: tuple[str, ...]


def answers_of_earlier_rounds(process: str, served: Served) -> Iterator[OfEarlierRound]:
    """All of one process, once for each element and answer. Not of answers that code may set."""
    asking = defaultdict[str, list[str]](list)
    for one in served.asking:
        if one.process == process and (name := served.answer_of(one)):
            asking[name].append(one.id)
    rounds = _Rounds(process, served)
    for name in sorted(asking.keys() - served.model.in_code):
        for at, text in rounds.readers(name, asking[name]):
            yield OfEarlierRound(at, text, name, tuple(asking[name]))


class _Rounds:
    """The places of one process, and how the flow comes from each to the next ones."""

    def __init__(self, process: str, served: Served) -> None:
        self._served, self._ways = served, served.model.ways
        self._steps = {id_: one for id_, one in served.steps.items() if one.process == process}
        self._aims = {place: [*self._next(*place)] for id_ in self._steps for place in ((id_, False), (id_, True))}
        self._starts = {(one, False) for one in self._begins(process)}
        self._aims = {place: self._aims[place] for place in reached(self._starts, self._aims)}
        self._before = _turned(self._aims)
        self._loops = [*_loops(self._aims)]

    def readers(self, name: str, asking: Collection[str]) -> Iterator[tuple[str, str]]:
        """The elements that read an answer of either round, each with its first expression that does."""
        given = {(one, True): {NONE} for one in self._set_elsewhere(name)}
        given |= {(one, True): {NEW} for one in (*asking, *self._undone_by(asking))}
        ages, told = self._ages(name, given), set[str]()
        for (id_, ended), text in self._reading(name):
            if {EARLIER, NEW} <= ages.get((id_, ended), set()) and id_ not in told:
                told.add(id_)
                yield id_, text

    def _ages(self, name: str, given: Mapping[Place, set[int]]) -> Mapping[Place, set[int]]:
        """How old the answer may be at each place. `given`: where it is set."""
        backs = {edge for inside, edges in self._loops if not inside.isdisjoint(given) for edge in edges}
        if not backs:
            return {}
        deciding = {one.at for one in self._served.model.conditions if _names(name, one.parts)}
        ages, todo = dict[Place, set[int]](), [*self._starts]

        def left(place: Place, aim: Place) -> set[int]:
            found = ages.get(place, set())
            if place[1] and place[0] in deciding:
                found = {NEW if one == EARLIER else one for one in found}
            return {EARLIER if one == NEW else one for one in found} if (place, aim) in backs else found

        while todo:
            place = todo.pop()
            come = [left(one, place) for one in self._before[place]] + [{NONE}] * (place in self._starts)
            found = given.get(place) or self._met(place, come)
            if found != ages.get(place):
                ages[place] = found
                todo += self._aims[place]
        return ages

    def _met(self, place: Place, come: list[set[int]]) -> set[int]:
        """How old the answer is where branches meet: one of them comes, or all."""
        id_, ended = place
        kind = self._steps[id_].kind
        forks = ended and kind in SCOPES and any(self._forks(one) for one in self._inside(id_))
        if forks or (not ended and kind in JOINS):
            together: set[int] = reduce(_newest, come)
            return together if kind != "inclusiveGateway" else together.union(*come)
        return set[int]().union(*come)

    def _forks(self, step: Step) -> bool:
        several = len(self._ways.leaving.get(step.id, ())) > 1
        return several and step.kind not in DECIDES and step.kind != "eventBasedGateway"

    def _reading(self, name: str) -> Iterator[tuple[Place, str]]:
        model = self._served.model
        for one in (*model.conditions, *model.others):
            if one.at in self._steps and _names(name, one.parts):
                step = self._steps[one.at]
                yield (one.at, one.text not in map(str.strip, step.texts.values())), one.text
        for step in self._served.ours:
            topic = self._served.topic_of(step)
            if step.id in self._steps and name in (needed(topic) or ()) and name not in step.inputs:
                yield (step.id, False), name

    def _set_elsewhere(self, name: str) -> Iterator[str]:
        """What else sets or removes a variable, as far as the model names it."""
        yield from self._served.model.setters.get(name, ())
        yield from (one.at for one in self._served.model.written if one.name == name)
        yield from (id_ for id_, one in self._steps.items() if name in one.own.outputs)

    def _undone_by(self, asking: Collection[str]) -> Iterator[str]:
        for handler in self._ways.undoes:
            inside = {handler, *(one for one in asking if handler in self._ways.around(one))}
            if not inside.isdisjoint(asking):
                yield from self._ways.begun_by(handler)

    def _next(self, id_: str, ended: bool) -> Iterator[Place]:  # noqa: FBT001 - the two parts of a place
        step, ways = self._steps[id_], self._ways
        around = step.scopes[0].id if step.scopes else ""
        if not ended:
            inside = [*self._begins(id_)] if step.kind in SCOPES else []
            yield from ((one, False) for one in inside)
            yield from [] if inside else [(id_, True)]
            over = [id_]
        else:
            aims = (*ways.flows.get(id_, ()), *filter(None, [ways.links.get(id_)]))
            yield from ((one, False) for one in aims if one in self._steps)
            yield from [(around, True)] if not aims and around in self._steps else []
            over = [scope.id for scope in step.scopes]
        yield from ((one, False) for one, of in ways.attached.items() if of in over and one in self._steps)

    def _begins(self, scope: str) -> Iterator[str]:
        """What the flow begins with in a process or sub-process."""
        aims = {aim for several in self._ways.flows.values() for aim in several} | {*self._ways.links.values()}
        apart = {*aims, *self._ways.attached, *self._ways.events, *self._ways.undoes}
        yield from (one.id for one in self._inside(scope) if one.id not in apart)

    def _inside(self, scope: str) -> Iterator[Step]:
        return (one for one in self._steps.values() if one.scopes and one.scopes[0].id == scope)


def _newest(one: set[int], other: set[int]) -> set[int]:
    return {max(pair) for pair in product(one, other)}


def _names(name: str, parts: Collection[Node]) -> bool:
    """Whether expressions read an answer, or the one of an instance."""
    own = re.compile(rf"{re.escape(name)}(_\d+)*")
    return any(own.fullmatch(one) for root in parts for one in names_in(root))


def _turned(aims: Graph) -> Mapping[Place, list[Place]]:
    before = {place: list[Place]() for place in aims}
    for place, aim in ((one, aim) for one, several in aims.items() for aim in several):
        before[aim].append(place)
    return before


def _loops(aims: Graph) -> Iterator[tuple[set[Place], set[tuple[Place, Place]]]]:
    """Each loop, with the ways that lead back to where it begins; then those inside."""
    before, left = _turned(aims), {*aims}
    while left:
        place = min(left)
        loop = reached(aims[place], aims) & reached(before[place], before) if place in left else set[Place]()
        left -= loop | {place}
        if loop:
            outside = {aim for one in aims if one not in loop for aim in aims[one] if aim in loop}
            backs = {(one, aim) for one in loop for aim in aims[one] if aim in (outside or {place})}
            yield loop, backs
            inside = {one: [aim for aim in aims[one] if aim in loop and (one, aim) not in backs] for one in loop}
            yield from _loops(inside)
