"""Tells of the elements of one model that choose between flows by what they choose; each fact is worked out once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from functools import cache, cached_property

from worker.mapping.outcomes import DEFAULT_RESULT
from worker.steps.bpmn.juel_values import names_in
from worker.steps.bpmn.step import Condition, Model
from worker.steps.findings.served import Served


@dataclass(frozen=True)
class Decisions:
    """The decisions of a model with the settings of this worker."""

    served: Served

    @cached_property
    def names(self) -> Mapping[str, frozenset[str]]:
        """The variables that each of them reads."""
        return {
            id_: frozenset(name for one in self.at(id_) for root in one.parts for name in names_in(root))
            for id_ in self._model.ways.leaving
        }

    def at(self, id_: str) -> list[Condition]:
        """The conditions on the flows from an element."""
        return self._conditions.get(id_, [])

    def free(self, left_out: Collection[str]) -> set[str]:
        """Where only answers decide that people have always given by then, or what happens first."""
        said = {name: id_ for name, id_ in self._said(left_out).items() if name not in self._model.in_code}
        return self._by_events | {
            id_
            for id_, read in self.names.items()
            if read and id_ in self._plain and all(name in said and self._always_pass(said[name], id_) for name in read)
        }

    def open_at_first(self, left_out: Collection[str]) -> set[str]:
        """Where flows are chosen by what people answered before, or by what the process is started with."""
        said = self._said(left_out)
        made = {name: self._holders[name] for name in self._made if self._made[name] <= self._asked(left_out)}
        givers = {**said, **made}

        def is_open(name: str, at: str) -> bool:
            return self._may_precede(givers[name], at) if name in givers else name in self._from_start

        return {
            id_ for id_, read in self.names.items() if id_ in self._plain and all(is_open(name, id_) for name in read)
        }

    def _said(self, left_out: Collection[str]) -> Mapping[str, str]:
        """The steps of the answers that nothing else sets."""
        asked = ((name, id_) for name, id_ in self._asking if id_ not in left_out)
        return {name: id_ for name, id_ in asked if name not in self._model.sets}

    def _asked(self, left_out: Collection[str]) -> set[str]:
        return {name for name, id_ in self._asking if id_ not in left_out}

    @cached_property
    def _model(self) -> Model:
        return self.served.model

    @cached_property
    def _conditions(self) -> Mapping[str, list[Condition]]:
        found = defaultdict[str, list[Condition]](list)
        for one in self._model.conditions:
            if not one.ends_loop:
                found[one.at].append(one)
        return found

    @cached_property
    def _asking(self) -> list[tuple[str, str]]:
        return [(name, one.id) for one in self.served.asking if (name := self.served.answer_of(one))]

    @cached_property
    def _plain(self) -> set[str]:
        return {id_ for id_ in self.names if all(map(_is_plain, self.at(id_)))}

    @cached_property
    def _by_events(self) -> set[str]:
        return {id_ for id_, one in self.served.steps.items() if one.kind == "eventBasedGateway"}

    @cached_property
    def _holders(self) -> Mapping[str, str]:
        """The elements that set variables by output parameters."""
        return {name: one.id for one in self.served.steps.values() for name in one.own.outputs}

    @cached_property
    def _made(self) -> Mapping[str, set[str]]:
        """The variables that one of them makes of others, with these."""
        return {name: names_in(node) for name, node in self._model.made if name in self._holders}

    @cached_property
    def _from_start(self) -> set[str]:
        """Of the names that are read, those of variables that may come only from the start of the process."""
        steps, model = self.served.steps.values(), self._model
        at_start = {word for one in steps if one.kind == "startEvent" for word in one.mentioned}
        elsewhere = {word for one in steps if one.kind == "userTask" for word in one.mentioned}
        results = {name for one in self.served.ours for name in self.served.topic_of(one).result or DEFAULT_RESULT}
        read = set[str]().union(*self.names.values())
        return {one for one in read - model.in_code - results - elsewhere if one not in model.sets or one in at_start}

    @cached_property
    def _always_pass(self) -> Callable[[str, str], bool]:
        return cache(self._model.ways.always_pass)

    @cached_property
    def _may_precede(self) -> Callable[[str, str], bool]:
        return cache(self._model.ways.may_precede)


def _is_plain(condition: Condition) -> bool:
    """Whether it reads all variables by their bare names, and does not ask whether one is null."""
    nodes = [node for root in condition.parts for node in root.walk()]
    bare = {node.value for node in nodes if node.kind == "name"}
    null = any(node.kind == "empty" or (node.kind == "literal" and node.value is None) for node in nodes)
    return condition.single and not null and all(names_in(root) <= bare for root in condition.parts)
