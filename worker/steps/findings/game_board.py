"""What the token game of one process needs to know about it, each fact worked out once."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from worker.steps.bpmn.flows import Ways, reached
from worker.steps.bpmn.forks import JOINS
from worker.steps.bpmn.juel_values import FAILS, UNSET, names_in, value_of
from worker.steps.bpmn.step import Condition, Model, Step
from worker.steps.findings.answer_ways import AnswerWays, Option
from worker.steps.findings.live_names import Names, live_names
from worker.steps.findings.made_values import with_made
from worker.steps.findings.missing_variables import asking_handlers, bringers
from worker.steps.findings.served import Served

World = Mapping[str, Any]
_BY_EVENT = "eventBasedGateway"


@dataclass(frozen=True)
class GameBoard:
    """One process of a model."""

    process: str
    served: Served

    @cached_property
    def steps(self) -> Mapping[str, Step]:
        """All elements of the model, by id."""
        return self.served.steps

    @cached_property
    def model(self) -> Model:
        """What the whole definition says."""
        return self.served.model

    @cached_property
    def ways(self) -> Ways:
        """Its flows."""
        return self.model.ways

    @cached_property
    def answers(self) -> Mapping[str, list[Any]]:
        """The answers of the process's own steps whose values are followed, each with its values."""
        inputs = {name for one in self.steps.values() for name in one.inputs}
        own = {name for id_, name in self.asked.items() if self.is_here(id_)}
        return {name: values for name, values in self.served.answers().items() if name in own - inputs}

    @cached_property
    def at_first(self) -> World:
        """What is known of the answers at the start: unless something unknown brings them, nothing sets them."""
        return {} if "" in self.model.unnamed else dict.fromkeys(self.answers, UNSET)

    @cached_property
    def ours(self) -> frozenset[str]:
        """The steps for which the worker creates tasks."""
        return frozenset(one.id for one in self.served.ours)

    @cached_property
    def asked(self) -> Mapping[str, str | None]:
        """The variable of each step that asks a person; None: only a running process knows it."""
        return {one.id: self.served.answer_of(one) for one in self.served.asking}

    @cached_property
    def bringers(self) -> frozenset[str]:
        """The elements that may set anything."""
        return bringers(self.process, self.served)

    @cached_property
    def compensations(self) -> Mapping[str, frozenset[str]]:
        """What each event that begins a compensation undoes with a question, if that has ended."""
        events = {event: set[str]() for event in self.ways.compensating}
        for handler in asking_handlers(self.served):
            for event in (one for one in self.ways.begun_by(handler) if one in events):
                events[event].add(self.ways.undoes[handler])
        return {event: frozenset(several) for event, several in events.items()}

    @cached_property
    def undoable(self) -> frozenset[str]:
        """All that these events may undo."""
        return frozenset[str]().union(*self.compensations.values())

    @cached_property
    def joins(self) -> Mapping[str, int]:
        """The gateways that wait for other branches, each with the number of flows that lead to it."""
        aims = [aim for several in self.ways.flows.values() for aim in several]
        counted = ((id_, aims.count(id_)) for id_, one in self.steps.items() if one.kind in JOINS)
        return {id_: number for id_, number in counted if number > 1}

    @cached_property
    def inclusive(self) -> frozenset[str]:
        """Those of them that wait only for branches which may still come."""
        return frozenset(id_ for id_ in self.joins if self.steps[id_].kind == "inclusiveGateway")

    @cached_property
    def awaited(self) -> Mapping[str, Condition]:
        """The events at which a branch waits until a condition is true; behind an event-based gateway others may come.

        Not those beside an event sub-process, which may change anything.
        """
        by_gateway = {
            aim for id_, one in self.steps.items() if one.kind == _BY_EVENT for aim in self.ways.flows.get(id_, ())
        }
        of_flows = {(id_, flow.text) for id_, several in self.ways.leaving.items() for flow in several}
        beside = {self.ways.scopes.get(one) for one in self.ways.events}
        return {
            one.at: one
            for one in self.model.conditions
            if one.single and one.at in self.steps and self.steps[one.at].kind == "intermediateCatchEvent"
            if one.at not in by_gateway and (one.at, one.text) not in of_flows
            if beside.isdisjoint(self.around(one.at))
        }

    def is_awaited(self, id_: str, world: World) -> bool:
        """Whether a branch waits at such an event: what is not set makes its condition false, as the engine has it."""
        known = with_made(world, self.model.made)
        return id_ in self.awaited and value_of(self.awaited[id_].parts[0], known) in (False, FAILS)

    @cached_property
    def ahead(self) -> Mapping[str, Collection[str]]:
        """What the flow may come to from each element, also from what contains it."""
        onward = self.ways.onward
        own = {id_: reached([id_], onward) for id_ in self.steps}
        return {id_: set(found).union(*(own.get(one, ()) for one in self.around(id_))) for id_, found in own.items()}

    @cached_property
    def live(self) -> Mapping[str, Names]:
        """The answers that may still be read at or behind each element."""
        return live_names(self.served, self.answers)

    @cached_property
    def deciding(self) -> Mapping[str, Names]:
        """The variables that decide at each element."""
        found = dict.fromkeys(self.steps, Names())
        for one in self.model.conditions:
            found[one.at] = found.get(one.at, Names()) | read_in(one)
        return found

    @cached_property
    def _engine(self) -> AnswerWays:
        return AnswerWays(self.model, self.served.kinds)

    def options(self, id_: str, world: World) -> list[Option]:
        """What the engine may take from an element; all at once if it may take several, and nothing ties them."""
        choice = self._engine.choice(id_, [with_made(world, self.model.made)])
        return [*choice.options, *(_together(choice.options) if choice.several else ())]

    def values_of(self, id_: str) -> list[Any]:
        """What may be answered in a step, BPMN errors among them; empty: it asks nobody."""
        asks = id_ in self.asked
        return [*dict.fromkeys(self.served.topic_of(self.steps[id_]).wait.answers.values())] if asks else []

    def is_here(self, id_: str) -> bool:
        """Whether there is such an element, and it is in this process."""
        return id_ in self.steps and self.steps[id_].process == self.process

    def around(self, id_: str) -> list[str]:
        """The sub-processes and the process around an element, the nearest first."""
        return [one.id for one in self.steps[id_].scopes]

    def starts_of(self, scope: str) -> list[str]:
        """The start events directly in a process or sub-process."""
        inside = (one for one in self.steps.values() if one.scopes and one.scopes[0].id == scope)
        return [one.id for one in inside if one.kind == "startEvent"]

    def may_be_ended(self, id_: str) -> bool:
        """Whether an event sub-process may end what is around an element."""
        around = self.around(id_)
        return any(ends and self.ways.scopes.get(one) in around for one, ends in self.ways.events.items())


def read_in(condition: Condition) -> Names:
    """The variables that a condition reads."""
    return Names().union(*map(names_in, condition.parts))


def _together(options: list[Option]) -> Iterator[Option]:
    """All flows at once, if no two of their conditions read the same variables."""
    unclear = [one for one in options if one.by]
    reasons = tuple(reason for one in unclear for reason in one.by)
    names = [name for one in reasons if isinstance(one, Condition) for name in read_in(one)]
    if names and len(names) == len({*names}):
        targets = dict.fromkeys(target for one in unclear for target in one.targets)
        yield Option(tuple(targets), reasons, ())
