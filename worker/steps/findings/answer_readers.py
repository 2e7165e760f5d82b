"""Finds what reads an answer of which the way does not depend: further on, aside, or in what is no condition."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Set
from typing import NamedTuple

from worker.steps.bpmn.juel_values import names_in
from worker.steps.bpmn.step import Condition, Step
from worker.steps.bpmn.tree import SCOPES
from worker.steps.findings.answer_leads import Walk
from worker.steps.findings.served import Served
from worker.steps.findings.unset_names import is_answer_of
from worker.steps.needed import needed


class Unread(NamedTuple):
    """Every answer leads to the same, and no condition on the way tells them apart.

    `alike`: those that read the answer all the same. `first`: the first one further on that does. `readers`: the
    elements whose parameters, scripts or listeners do. `in_code`: some code names it. `by_scripts`: the elements on the
    way at which scripts decide. `deciding`: decision tables behind it, which get every variable. `aside`: the
    conditions elsewhere that read it: of events, and of what no flow leads to from here.
    """

    variables: tuple[str, ...]
    """Empty: a call does not hand it back."""
    alike: tuple[Condition, ...]
    first: Condition | None
    readers: tuple[str, ...]
    in_code: bool
    by_scripts: tuple[str, ...]
    deciding: tuple[str, ...] = ()
    aside: tuple[Condition, ...] = ()


class AnswerReaders:
    """Whatever in a model reads the answer of one step."""

    def __init__(self, step: Step, served: Served) -> None:
        self._step, self._served = step, served

    def unread(self, own: Iterable[str], names: Collection[str], walks: list[Walk]) -> Unread:
        """`own`: the variables of the answer itself; `names`: with those that the model makes of it."""
        model, asked = self._served.model, {id_ for walk in walks for id_ in walk.asked}
        by_scripts = tuple(dict.fromkeys(id_ for walk in walks for id_ in walk.unread))
        reading = [one for one in model.conditions if reads(one, self.of_answer(names))]
        alike = [one for one in reading if one.at in asked]
        later, onward = {one.at: one for one in reversed(reading) if one not in alike}, [*self._onward()]
        first = next((later[id_] for id_ in onward if id_ in later), None)
        aside = tuple(one for one in reading if one not in alike and one.at not in onward)
        in_code, steps = not model.in_code.isdisjoint(names), self._served.steps
        tables = (id_ for id_ in onward if id_ in steps and steps[id_].kind == "businessRuleTask")
        deciding = tuple(id_ for id_ in tables if not steps[id_].external)
        readers = tuple(self._readers(names))
        return Unread(tuple(own), tuple(alike), first, readers, in_code, by_scripts, deciding, aside)

    def events_aside(self, variable: str) -> Iterator[Condition]:
        """The conditions of events that read an answer where no flow leads to from here."""
        names, onward, kinds = self.of_answer([variable]), {*self._onward()}, self._served.kinds
        aside = (one for one in self._served.model.conditions if one.at not in onward and reads(one, names))
        return (one for one in aside if kinds.get(one.at, "").endswith("Event"))

    def of_answer(self, names: Iterable[str]) -> Collection[str]:
        """These variables, and all that the step or something behind it makes of them, if not of them alone."""
        served, found, before = self._served, {*names}, set[str]()
        onward = {id_ for id_ in self._onward() if id_ in served.steps}
        while before != found:
            before = {*found}
            for name, ids in served.model.setters.items():
                if any(not self._made_of(name, id_).isdisjoint(before) for id_ in ids & onward):
                    found.add(name)
        return found

    def _made_of(self, name: str, at: str) -> Set[str]:
        """What an element reads to set a variable."""
        outputs = self._served.steps[at].own.outputs
        if name in outputs:
            return outputs[name]
        read = (root for one in self._served.model.others if one.at == at for root in one.parts)
        return {one for root in read for one in names_in(root)}

    def _readers(self, names: Iterable[str]) -> Iterator[str]:
        """The elements whose parameters, scripts or listeners read one of these variables, or templates of a topic."""
        for one in self._served.steps.values():
            topic = self._served.topics.get(one.topic or "") if one.id != self._step.id else None
            by_topic = (needed(topic) or ()) if topic else ()
            if one.kind not in SCOPES and not {*one.mentioned, *by_topic}.isdisjoint(names):
                yield one.id

    def _onward(self) -> Iterator[str]:
        """The elements behind the step, the nearest first."""
        ways, steps = self._served.model.ways, self._served.steps
        onward, todo, seen = ways.onward, [self._step.id], {self._step.id}
        around = {self._step.id, *ways.around(self._step.id)}
        while todo:
            yield (id_ := todo.pop(0))
            inside = [one.id for one in steps.values() if one.scopes and one.scopes[0].id == id_]
            begins = [one for one in inside if steps[one].kind == "startEvent"] if id_ not in around else []
            outside = [] if onward.get(id_) else [ways.scopes.get(id_, "")]
            aims = [*begins, *onward.get(id_, ()), *outside, *filter(None, [ways.links.get(id_)])]
            todo += (new := [one for one in dict.fromkeys(aims) if one not in seen])
            seen.update(new)


def reads(condition: Condition, names: Iterable[str]) -> bool:
    """Whether a condition reads one of these variables, whatever its spelling."""
    read = {name for root in condition.parts for name in names_in(root)}
    return any(is_answer_of(one, name) for one in read for name in names)
