"""Works out which answers may be there together wherever the flow stands, as far as the model alone decides that.

Each set of worlds holds while a token stands at its element: what a step in a parallel branch may answer meanwhile is
in it. So when all have come to a join, what is there is in each of their sets.
"""

from __future__ import annotations

from collections import Counter, defaultdict, deque
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import product
from math import prod
from typing import Any

from worker.steps.bpmn.flows import reached
from worker.steps.bpmn.juel_values import UNKNOWN, UNSET, names_in
from worker.steps.bpmn.step import Step
from worker.steps.bpmn.tree import SCOPES
from worker.steps.findings.answer_ways import AnswerWays, World
from worker.steps.findings.earlier_answers import MAY_BRING, ends_unanswered, values_of
from worker.steps.findings.live_names import read_by_conditions
from worker.steps.findings.made_values import with_made
from worker.steps.findings.missing_variables import bringers
from worker.steps.findings.served import Served

_MOST_WORLDS = 100
Values = tuple[Any, ...]
"""One for each of the names, in their order."""
Holding = frozenset[Values]
_NONE: Holding = frozenset()


class WorldsOf:
    """The worlds of one model."""

    def __init__(self, served: Served) -> None:
        self._served = served
        self._map = _Map(served)
        self._found = dict[tuple[str, ...], WorldsAt]()

    def behind(self, step: Step) -> WorldsAt:
        """Those of the answers that may decide which elements follow a step."""
        read = (self._reading.get(one, ()) for one in self._map.near(step))
        names = {name for several in read for name in several}
        few = prod(len(self._followed[one]) + 1 for one in names) <= _MOST_WORLDS
        kept = tuple(sorted(names if few else ()))
        if kept not in self._found:
            self._found[kept] = WorldsAt(self._map, {one: self._followed[one] for one in kept})
        return self._found[kept]

    @cached_property
    def _reading(self) -> Mapping[str, frozenset[str]]:
        return read_by_conditions(self._served.model, self._followed)

    @cached_property
    def _followed(self) -> Mapping[str, list[Any]]:
        """The answers that nothing but their own step changes, each with its values."""
        served, gives = self._served, self._map.gives
        if self._is_doubled() or "" in served.model.unnamed:
            return {}
        often, changed = Counter(gives.values()), {*served.model.sets, *served.model.in_code}
        changed |= {name for one in served.steps.values() for name in one.inputs}
        return {
            name: [*values_of([one], served).values(), *([None] if ends_unanswered(served.topic_of(one)) else [])]
            for one in served.asking
            if (name := gives.get(one.id)) and often[name] == 1 and name not in changed and self._is_in_order(one)
        }

    def _is_doubled(self) -> bool:
        """Whether something asks or chooses that may be active twice at once, outside of event sub-processes."""
        deciding = {*self._map.gives, *(one.at for one in self._served.model.conditions)}
        steps = (self._served.steps[one] for one in deciding & self._served.steps.keys())
        return any(one.doubled and not self._map.is_beside(one) for one in steps)

    def _is_in_order(self, step: Step) -> bool:
        """Whether the flow comes to a step by flows, and once at a time."""
        return not (step.loops or step.compensates or self._map.is_beside(step))


class _Map:
    """What all worlds of a model need to know about it."""

    def __init__(self, served: Served) -> None:
        self.served, self.steps, self.model = served, served.steps, served.model
        self.ways, self.engine = served.model.ways, AnswerWays(served.model, served.kinds)
        self.gives = {one.id: name for one in served.asking if (name := served.answer_of(one))}
        self._ours = {one.id for one in served.ours}

    def is_beside(self, step: Step) -> bool:
        """Whether it is in an event sub-process, which may run beside anything."""
        return any(scope.id in self.ways.events for scope in step.scopes)

    @cached_property
    def unclear(self) -> set[str]:
        """The elements that may set anything."""
        foreign = {id_ for id_, one in self.steps.items() if one.kind in MAY_BRING and id_ not in self._ours}
        return foreign.union(*(bringers(one, self.served) for one in {one.process for one in self.steps.values()}))

    @cached_property
    def starts(self) -> Mapping[str, list[str]]:
        """The start events directly in each process or sub-process."""
        found = defaultdict[str, list[str]](list)
        for one in self.steps.values():
            if one.kind == "startEvent" and one.scopes:
                found[one.scopes[0].id].append(one.id)
        return found

    @cached_property
    def before(self) -> Mapping[str, list[str]]:
        """From where flows lead to each element."""
        found = defaultdict[str, list[str]](list)
        for source, targets in self.ways.onward.items():
            for one in targets:
                found[one].append(source)
        return found

    def near(self, step: Step) -> set[str]:
        """The elements behind a step, up to those that wait."""
        todo, seen, inside = [step.id], set[str](), {step.id, *self.ways.around(step.id)}
        while todo:
            id_ = todo.pop()
            if id_ in seen:
                continue
            seen.add(id_)
            if id_ == step.id or not (id_ in self._ours or id_ in self.unclear):
                begins = self.starts.get(id_, ()) if id_ not in inside else ()
                outside = [] if self.ways.onward.get(id_) else [self.ways.scopes.get(id_, "")]
                todo += [*begins, *self.ways.onward.get(id_, ()), *outside, *filter(None, [self.ways.links.get(id_)])]
        return seen

    def beside_flow(self, source: str, join: str) -> list[str]:
        """What may still run while a token that has come from `source` waits at a join."""
        before = {id_: [one for one in several if one != join] for id_, several in self.before.items()}
        others = reached([one for one in self.before[join] if one != source], before) - reached([source], before)
        return [one for one in (*self.gives, *self.unclear) if self.ways.place(one, beside=join) in others]


class WorldsAt:
    """The worlds of some answers at each element of a model."""

    def __init__(self, on: _Map, answers: Mapping[str, Sequence[Any]]) -> None:
        self._map, self._answers = on, answers
        self._order = [*product(*([UNSET, *values] for values in answers.values()))]
        self._any = frozenset(self._order)
        self._come = defaultdict[str, dict[str, Holding]](dict)
        """What has come to each element, by where it came from."""
        self._left = defaultdict[str, Holding](frozenset)
        """What has come to the ends in each sub-process."""

    def narrowed(self, id_: str, worlds: Iterable[World], beside: Collection[str] = ()) -> list[World]:
        """These worlds as they may be at an element, each perhaps as several; if none may, they are kept.

        `beside`: the elements that may have given other answers since the worlds were worked out.
        """
        worlds = [*worlds]
        known = self._answers and id_ in self._map.steps and not self._map.is_beside(self._map.steps[id_])
        holding = self._holding.get(id_, _NONE) if known else _NONE
        loose = {self._map.gives.get(one) for one in beside}
        bases, found = list[World](), dict[tuple[int, Values], None]()
        for world in worlds if holding else ():
            base = {name: value for name, value in world.items() if name not in self._answers}
            base = {name: value for name, value in base.items() if name not in self._made or value is UNSET}
            bases += [] if base in bases else [base]
            firm = tuple(UNKNOWN if name in loose else world.get(name, UNKNOWN) for name in self._answers)
            lost = [world.get(name) is UNSET for name in self._answers]
            for values in self._matching(holding, firm):
                found[bases.index(base), _shown(values, lost)] = None
        return [self._with(bases[number], values) for number, values in found] or worlds

    def _matching(self, holding: Holding, firm: Values) -> list[Values]:
        """The ones with these values; an unknown one may be any."""
        if UNKNOWN not in firm:
            return [firm] if firm in holding else []
        known = [(number, value) for number, value in enumerate(firm) if value is not UNKNOWN]
        return [one for one in self._order if one in holding and all(one[number] == value for number, value in known)]

    def _with(self, base: World, values: Values) -> World:
        known = {name: one for name, one in zip(self._answers, values, strict=True) if one is not UNKNOWN}
        return with_made({**base, **known}, self._map.model.made)

    @cached_property
    def _made(self) -> frozenset[str]:
        """What the model makes of these answers, and nobody answers anew."""
        found, before = frozenset(self._answers), frozenset[str]()
        while before != found:
            before = found
            found |= {name for name, node in self._map.model.made if not names_in(node).isdisjoint(before)}
        return found - self._answers.keys() - {*self._map.gives.values()}

    @cached_property
    def _reading(self) -> Mapping[str, frozenset[str]]:
        """The answers by which elements choose."""
        return {id_: one for id_, one in read_by_conditions(self._map.model, self._answers).items() if one}

    @cached_property
    def _holding(self) -> Mapping[str, Holding]:
        """The worlds at each element."""
        found, todo, events = dict[str, Holding](), deque[str](), self._map.ways.events
        for one in (self._map.steps[id_] for several in self._map.starts.values() for id_ in several):
            if one.scopes[0].kind == "process" or one.scopes[0].id in events:
                self._come[one.id][""] = self._any
                todo.append(one.id)
        while todo:
            id_ = todo.popleft()
            if found.get(id_, _NONE) == (here := self._here(id_)):
                continue
            found[id_] = here
            for source, target, worlds in self._behind(self._map.steps[id_], here):
                before = self._come[target].get(source, _NONE)
                if target in self._map.steps and not worlds <= before:
                    self._come[target][source] = before | worlds
                    todo.append(target)
        return found

    def _here(self, id_: str) -> Holding:
        """What may be there together when a token stands at an element."""
        come, step = self._come[id_], self._map.steps[id_]
        before = {*self._map.before.get(id_, ())}
        if step.kind != "parallelGateway" or len(before) < 2:
            return self._loosened(_NONE.union(*come.values()), step.beside)
        each = [self._loosened(come.get(one, _NONE), self._map.beside_flow(one, id_)) for one in before]
        return each[0].intersection(*each[1:])

    def _loosened(self, worlds: Holding, beside: Collection[str]) -> Holding:
        """The worlds, also with what elements beside may make of them."""
        if not self._map.unclear.isdisjoint(beside):
            return self._any if worlds else worlds
        given = {self._map.gives.get(one) for one in beside}
        for number, (name, values) in enumerate(self._answers.items()):
            if name in given:
                worlds |= {(*one[:number], value, *one[number + 1 :]) for one in worlds for value in values}
        return worlds

    def _behind(self, step: Step, here: Holding) -> Iterator[tuple[str, str, Holding]]:
        """What comes from an element to others: from where, and to which."""
        ways, starts = self._map.ways, self._map.starts.get(step.id, ()) if step.kind in SCOPES else ()
        for event, activity in ways.attached.items():
            if activity == step.id or any(activity == scope.id for scope in step.scopes):
                brings = event in ways.outer and event not in {**ways.timers, **ways.reminders}
                yield step.id, event, self._any if brings else here
        if starts:
            yield from ((step.id, one, here) for one in starts)
        elif step.id in self._map.unclear:
            yield from self._leaving(step, self._any if here else here)
        else:
            given = self._loosened(here, [step.id])
            yield from self._leaving(step, frozenset(one for one in given if self._is_after(step, one)))

    def _is_after(self, step: Step, values: Values) -> bool:
        """Whether the step, if it asks for one of the answers, has got one."""
        name = self._map.gives.get(step.id)
        return all(one is not UNSET for of, one in zip(self._answers, values, strict=True) if of == name)

    def _leaving(self, step: Step, worlds: Holding) -> Iterator[tuple[str, str, Holding]]:
        """What leaves an element, or what contains it, when it has ended."""
        ways = self._map.ways
        if link := ways.links.get(step.id):
            yield step.id, link, worlds
        elif not (flows := ways.leaving.get(step.id)):
            yield from self._out_of(step, worlds)
        elif step.id not in self._reading:
            yield from ((step.id, one.target, worlds) for one in flows)
        else:
            for values in worlds:
                world = with_made(dict(zip(self._answers, values, strict=True)), self._map.model.made)
                for option in self._map.engine.choice(step.id, [world]).options:
                    yield from ((step.id, target, frozenset([values])) for target in option.targets)

    def _out_of(self, end: Step, worlds: Holding) -> Iterator[tuple[str, str, Holding]]:
        """What leaves the sub-processes that end with an end; an event sub-process ends what is around it."""
        for around in end.scopes:
            if around.id in self._map.steps and around.id not in self._map.ways.events:
                self._left[around.id] |= worlds
                if self._map.ways.leaving.get(around.id):
                    yield from self._leaving(self._map.steps[around.id], self._left[around.id])
                    return


def _shown(values: Values, lost: list[bool]) -> Values:
    """An answer that may be missing may be anything here: only other findings know that it surely is."""
    each = zip(values, lost, strict=True)
    return tuple(UNKNOWN if value is UNSET and not is_lost else value for value, is_lost in each)
