"""Finds where parallel branches come together without a join: each goes on by itself, and the first comes too early."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from itertools import combinations, islice, product
from typing import NamedTuple

from worker.steps.bpmn.expressions import Node
from worker.steps.bpmn.flows import reached
from worker.steps.bpmn.forks import DECIDES, JOINS
from worker.steps.bpmn.juel_values import FAILS, UNKNOWN, UNSET, names_in, value_of
from worker.steps.bpmn.raised import ERROR
from worker.steps.bpmn.step import Step
from worker.steps.findings.answer_ways import AnswerWays, World
from worker.steps.findings.missing_variables import MOST_COMBINATIONS, bringers
from worker.steps.findings.served import Served


class Early(NamedTuple):
    """An expression that the engine cannot evaluate for the branch that comes first. `variables`: what it lacks.

    `there`: the answers that are given in that branch.
    """

    at: str
    expression: str
    variables: tuple[str, ...]
    there: tuple[str, ...]


class Merge(NamedTuple):
    """Where branches come together. `fork`: the element, or the timer, behind which they are parallel.

    `twice`: the steps of ours behind it that run for each branch.
    """

    at: str
    fork: str
    twice: tuple[str, ...]
    early: tuple[Early, ...]

    @property
    def read(self) -> list[tuple[str, str]]:
        """The elements at which variables are read too early, each with one of these."""
        return [(one.at, name) for one in self.early for name in one.variables]


def merges(process: str, served: Served) -> Iterator[Merge]:
    """Those of a process behind which a step of ours runs for each branch, or something is read too early.

    Only what is certain: that both branches come, and what follows, is decided by nothing but answers given in them.
    """
    found, merging = dict[str, Merge](), _Merging(process, served)
    for fork, *branches in merging.forks():
        for one, other in combinations(branches, 2):
            for merge in merging.of(fork, one, other):
                before = found.get(merge.at, Merge(merge.at, fork, (), ()))
                twice = tuple(dict.fromkeys((*before.twice, *merge.twice)))
                found[merge.at] = before._replace(twice=twice, early=(*before.early, *merge.early))
    yield from (one for one in found.values() if one.twice or one.early)


@dataclass(frozen=True, slots=True)
class _Pair:
    """Two parallel branches, each by what belongs to it alone, and what both come to before they are joined."""

    fork: str
    of_first: Collection[str]
    of_second: Collection[str]
    both: Collection[str]


class _Merging:
    """Looks at the forks of one process."""

    def __init__(self, process: str, served: Served) -> None:
        model = served.model
        self._served, self._ways, self._process = served, model.ways, process
        self._engine = AnswerWays(model, served.kinds)
        self._joins = {id_ for id_, one in served.steps.items() if one.kind in JOINS and self._entered_twice(id_)}
        values, inputs = served.answers(), {name for one in served.steps.values() for name in one.inputs}
        self._values = {name: [*dict.fromkeys(several)] for name, several in values.items() if name not in inputs}
        self._others = bringers(process, served)

    def forks(self) -> Iterator[tuple[str, ...]]:
        """Each fork, with the first element of each branch that the engine takes in any case."""
        for id_, flows in self._ways.leaving.items():
            kind = self._kind(id_)
            sure = [one.target for one in flows if kind == "parallelGateway" or one.always]
            if sure[1:] and kind not in DECIDES and self._is_here(id_):
                yield id_, *sure
        for timer, activity in self._ways.reminders.items():
            if self._is_here(timer):
                yield from ((timer, activity, one) for one in self._ways.flows.get(timer, ()))

    def of(self, fork: str, one: str, other: str) -> Iterator[Merge]:
        """Where two branches come together."""
        pair = self._pair(fork, one, other)
        own = {fork, *pair.of_first, *pair.of_second}
        for at in (aim for id_ in own for aim in self._ways.flows.get(id_, ()) if aim in pair.both):
            twice, early = dict[str, None](), dict[Early, None]()
            for late, given in self._worlds(pair):
                if all(at in self._surely([start], given) for start in (one, other)):
                    first, second = (self._surely([at], values) for values in ({**given, **late}, given))
                    twice |= dict.fromkeys(self._ours(first & second) if not self._ends(at) else ())
                    early |= dict.fromkeys(self._early(first, {**given, **late}, given))
            yield Merge(at, fork, tuple(twice), tuple(early))

    def _pair(self, fork: str, one: str, other: str) -> _Pair:
        around = {**self._ways.flows, fork: []}
        ends = self._joins & reached([one], around) & reached([other], around)
        first, second = (reached([start], {**around, **{id_: [] for id_ in ends}}) - ends for start in (one, other))
        both = first & second
        return _Pair(fork, first - both, second - both, both)

    def _worlds(self, pair: _Pair) -> Iterator[tuple[World, World]]:
        """What is not there yet when one of two branches comes first, each time with what may be answered in them."""
        first, second = self._answers_in(pair.of_first), self._answers_in(pair.of_second)
        names = [*dict.fromkeys((*first, *second))]
        before = {name: UNSET if self._is_new(name, pair) else UNKNOWN for name in names}
        orders = [(now, last) for now, last in ((first, second), (second, first)) if now]
        late = [{name: before[name] for name in last if name not in now} for now, last in orders]
        for values in islice(product(*(self._values[name] for name in names)), MOST_COMBINATIONS):
            given = dict(zip(names, values, strict=True))
            yield from ((one, given) for one in late or [{}])

    def _answers_in(self, branch: Collection[str]) -> list[str]:
        asking = (one for one in self._served.asking if not self._places(one).isdisjoint(branch))
        return [name for one in asking if (name := self._served.answer_of(one)) in self._values]

    def _is_new(self, name: str, pair: _Pair) -> bool:
        """Whether nothing has set an answer before the branches begin."""
        givers = (one.id for one in self._served.asking if self._served.answer_of(one) == name)
        before = (one for one in (*givers, *self._others) if self._ways.may_precede(one, pair.fork))
        return "" not in self._served.model.unnamed and not any(before)

    def _surely(self, starts: Iterable[str], values: World) -> set[str]:
        """What the engine comes to with these values, up to where others decide."""
        todo, seen = [*starts], set[str]()
        while todo:
            if (id_ := todo.pop()) not in seen:
                seen.add(id_)
                todo += self._engine.surely(id_, values) if id_ not in self._joins else ()
        return seen

    def _ours(self, there: Collection[str]) -> list[str]:
        return [one.id for one in self._served.ours if not self._places(one).isdisjoint(there)]

    def _ends(self, at: str) -> bool:
        """Whether an end behind an element ends the other branches too: then the first one may be all that counts."""
        thrown = {one.at for one in self._served.model.raised.thrown if one.kind == ERROR}
        return not reached([at], self._ways.flows).isdisjoint({*self._ways.terminating, *thrown})

    def _early(self, there: Collection[str], now: World, later: World) -> Iterator[Early]:
        """What only fails because answers are not there yet."""
        lacking, model = {name for name, value in now.items() if value is UNSET}, self._served.model
        for id_ in sorted(there):
            entering = (root for one in model.others if one.at == id_ for root in one.parts)
            failing: list[Node] = [one for one in entering if value_of(one, now) is FAILS]
            for one in (*failing, *self._engine.failing(id_, now)):
                if (names := lacking & names_in(one)) and value_of(one, later) is not FAILS:
                    yield Early(id_, one.text, tuple(sorted(names)), tuple(sorted(now.keys() - lacking)))

    def _places(self, step: Step) -> set[str]:
        return {step.id, *(scope.id for scope in step.scopes)}

    def _is_here(self, id_: str) -> bool:
        return id_ in self._served.steps and self._served.steps[id_].process == self._process

    def _entered_twice(self, id_: str) -> bool:
        return sum(id_ in aims for aims in self._ways.flows.values()) > 1

    def _kind(self, id_: str) -> str:
        return self._served.steps[id_].kind if id_ in self._served.steps else ""
