"""Tells of a step that asks, or of a call that hands answers back, where each answer leads, as the model shows it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import replace
from typing import Any, NamedTuple

from worker.mapping.outcomes import ERROR_OUTCOME
from worker.model import Ending
from worker.steps.bpmn.calls import Call
from worker.steps.bpmn.juel_values import UNKNOWN, UNSET, names_in, value_of
from worker.steps.bpmn.raised import ERROR, Catcher
from worker.steps.bpmn.step import Condition, Step
from worker.steps.bpmn.tree import SCOPES
from worker.steps.findings.answer_leads import Lead, Walk, Worlds, with_made
from worker.steps.findings.answer_places import Way, at_once
from worker.steps.findings.answer_ways import AnswerWays, Raises, World
from worker.steps.findings.call_ends import CallEnds, ends_of_call, handed_without, may_end_without
from worker.steps.findings.earlier_answers import ends_unanswered
from worker.steps.findings.given_results import results_after
from worker.steps.findings.served import Served
from worker.steps.findings.unset_behind import UnsetBehind
from worker.steps.findings.unset_names import is_answer_of
from worker.steps.findings.worlds_at import WorldsOf
from worker.steps.needed import needed


class Said(NamedTuple):
    """An answer: its value for the process, and the words of people that give it."""

    value: str
    words: tuple[str, ...] = ()


class Unanswered(NamedTuple):
    """A called process has ended before anybody gave the answer."""


class Uncaught(NamedTuple):
    """A BPMN error that nothing in the model catches."""

    code: str


class Row(NamedTuple):
    """What leads to the same: answers, or ends of the task or of a called process without one."""

    cases: tuple[Said | Ending | Unanswered, ...]
    to: Lead | Uncaught


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


class Table(NamedTuple):
    """Where the answers lead that a step gets, or that a call hands back. `unread`: of several answers, if they do."""

    at: Step
    rows: tuple[Row, ...]
    unread: Unread | None
    incidents: tuple[Ending, ...] = ()
    """The ends of the task that become an incident."""
    of_call: tuple[str, str] | None = None
    """The called process, and the variable of the answer there."""
    handed: tuple[str, ...] = ()
    """The variables in which the caller gets it."""
    events: tuple[Condition, ...] = ()
    """The conditions of events beside that ask for the answer, too."""
    keeps: bool = False
    """Where the called process ends without the answer, the caller keeps the one of an earlier round."""


def tables_of(served: Served) -> Iterator[Table]:
    """One for each step of a model that waits for an answer; without rows if only a running process knows its name."""
    unset, worlds = UnsetBehind(served), WorldsOf(served)
    for step in served.asking:
        if variable := served.answer_of(step):
            yield _Leading(served, step, unset.worlds(step), worlds).of_step(variable)
        else:
            yield Table(step, (), None)


class Handed(NamedTuple):
    """An answer of a called process: its variable there, its values, and what the caller reads in its place in vain."""

    variable: str
    values: Iterable[Any]
    missed: Iterable[str] = ()


def table_of_call(call: Call, caller: Served, called: Served, answer: Handed) -> Table:
    """Where the answers lead that a call hands back."""
    variable = answer.variable
    given, ends, at = dict[Said, dict[str, Any]](), dict[Said, CallEnds](), caller.steps[call.id]
    handed = dict[str, None]()
    missed = dict.fromkeys(answer.missed, UNSET)
    unset = [{**one, **missed} for one in UnsetBehind(caller).worlds(at)]
    leading = _Leading(caller, at, unset, WorldsOf(caller))
    outs = [(out.target, out.node) for out in call.outs if variable in names_in(out.node)]
    for value in answer.values:
        back = {name: of for name, node in outs if (of := value_of(node, {variable: value})) is not UNKNOWN}
        handed |= dict.fromkeys(own := back | ({variable: value} if call.all else {}))
        ends[Said(str(value))] = (after := ends_of_call(called, variable, value))
        given[Said(str(value))] = {**handed_without(call, caller, after.without), **own}
    rows, unread = leading.rows(given, ends, besides=_names(given).keys() - handed.keys())
    silent = may_end_without(variable, call.called, called)
    without = handed_without(call, caller, [variable]) if silent else {}
    keeps = silent and call.all and call.id in at.repeated and variable not in caller.sets()
    if without and (lead := leading.lead(without)) not in [one.to for one in rows if unread]:
        rows.append(Row((Unanswered(),), lead))
    return Table(at, tuple(rows), unread, (), (call.called, variable), tuple(handed), keeps=keeps)


class _Leading:
    """Follows what comes from one element of a model."""

    def __init__(self, served: Served, step: Step, unset: Sequence[World], worlds: WorldsOf) -> None:
        """`unset`: what is not set behind it. `worlds`: which answers may be there."""
        self.step = step
        self._served = served
        self._ways = AnswerWays(served.model, served.kinds, among=_among(served))
        self._lost = _given_here_alone(step, served)
        self._there = worlds.behind(step)
        self._before = self._there.narrowed(step.id, unset)

    def of_step(self, variable: str) -> Table:
        topic, given = self._served.topic_of(self.step), dict[Said, dict[str, Any]]()
        thrown, words = dict[str, list[Said]](), dict[Any, list[str]]()
        for word, value in topic.wait.answers.items():
            words.setdefault(value, []).append(word)
        for value, several in words.items():
            said = Said(str(value), tuple(several))
            if error := ERROR_OUTCOME.fullmatch(said.value):
                thrown.setdefault(error["code"], []).append(said)
            else:
                given[said] = {**results_after(topic, Ending.COMPLETED, several[0]), variable: value}
        rows, unread = self.rows(given)
        rows += [Row(tuple(several), self._thrown(code)) for code, several in thrown.items()]
        wait = topic.wait
        outcomes = {Ending.DECLINED: wait.declined, Ending.DELETED: wait.deleted, Ending.RETURNED: wait.returned}
        for end, outcome in outcomes.items():
            if error := ERROR_OUTCOME.fullmatch(outcome):
                rows.append(Row((end,), self._thrown(error["code"])))
            elif outcome == "complete":
                rows.append(Row((end,), self.lead({**results_after(topic, end), variable: None})))
        incidents = tuple(end for end, outcome in outcomes.items() if outcome == "incident")
        beside = () if unread else tuple(one for one in self._aside(variable) if self._is_event(one.at))
        return Table(self.step, tuple(rows), unread, incidents, events=beside)

    def lead(self, values: Mapping[str, Any]) -> Lead:
        """Where it leads with these values."""
        return self._walked(values)[1]

    def rows(
        self,
        given: Mapping[Said, Mapping[str, Any]],
        ends: Mapping[Said, CallEnds] | None = None,
        besides: Collection[str] = (),
    ) -> tuple[list[Row], Unread | None]:
        """The rows of answers, and what is to be said if there is only one. `given`: the variables of each answer.

        `ends`: how a called process ends after each. `besides`: the variables that are no part of the answers.
        """
        walked = {said: self._walked(values, (ends or {}).get(said)) for said, values in given.items()}
        found = dict[Lead, list[Said]]()
        for said, (_, lead) in walked.items():
            found.setdefault(lead, []).append(said)
        rows = [Row(tuple(several), lead) for lead, several in found.items()]
        if len(rows) != 1 or len(given) < 2:
            return rows, None
        made = [with_made(one, self._served.model.made) for one in given.values()]
        known = dict.fromkeys(name for one in (*given.values(), *made) for name in one)
        if any(_reads(one, self._of_answer(known)) for lead in found for one in lead.by):
            return rows, None
        own = [name for name in _names(given) if name not in besides]
        return rows, self._unread(own, known, [walk for walk, _ in walked.values()])

    def _unread(self, own: Iterable[str], names: Collection[str], walks: list[Walk]) -> Unread:
        """`own`: the variables of the answer itself; `names`: with those that the model makes of it."""
        model, asked = self._served.model, {id_ for walk in walks for id_ in walk.asked}
        by_scripts = tuple(dict.fromkeys(id_ for walk in walks for id_ in walk.unread))
        reading = [one for one in model.conditions if _reads(one, self._of_answer(names))]
        alike = [one for one in reading if one.at in asked]
        later, onward = {one.at: one for one in reversed(reading) if one not in alike}, [*self._onward()]
        first = next((later[id_] for id_ in onward if id_ in later), None)
        aside = tuple(one for one in reading if one not in alike and one.at not in onward)
        in_code, steps = not model.in_code.isdisjoint(names), self._served.steps
        tables = (id_ for id_ in onward if id_ in steps and steps[id_].kind == "businessRuleTask")
        deciding = tuple(id_ for id_ in tables if not steps[id_].external)
        readers = tuple(self._readers(names))
        return Unread(tuple(own), tuple(alike), first, readers, in_code, by_scripts, deciding, aside)

    def _aside(self, variable: str) -> Iterator[Condition]:
        """The conditions that read an answer where no flow leads to from here."""
        names, onward = self._of_answer([variable]), {*self._onward()}
        return (one for one in self._served.model.conditions if one.at not in onward and _reads(one, names))

    def _is_event(self, id_: str) -> bool:
        step = self._served.steps.get(id_)
        return step is not None and step.kind.endswith("Event")

    def _of_answer(self, names: Iterable[str]) -> Collection[str]:
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
            topic = self._served.topics.get(one.topic or "") if one.id != self.step.id else None
            by_topic = (needed(topic) or ()) if topic else ()
            if one.kind not in SCOPES and not {*one.mentioned, *by_topic}.isdisjoint(names):
                yield one.id

    def _onward(self) -> Iterator[str]:
        """The elements behind the step, the nearest first."""
        ways, steps = self._served.model.ways, self._served.steps
        onward, todo, seen = ways.onward, [self.step.id], {self.step.id}
        around = {self.step.id, *ways.around(self.step.id)}
        while todo:
            yield (id_ := todo.pop(0))
            inside = [one.id for one in steps.values() if one.scopes and one.scopes[0].id == id_]
            begins = [one for one in inside if steps[one].kind == "startEvent"] if id_ not in around else []
            outside = [] if onward.get(id_) else [ways.scopes.get(id_, "")]
            aims = [*begins, *onward.get(id_, ()), *outside, *filter(None, [ways.links.get(id_)])]
            todo += (new := [one for one in dict.fromkeys(aims) if one not in seen])
            seen.update(new)

    def _walked(self, values: Mapping[str, Any], ends: CallEnds | None = None) -> tuple[Walk, Lead]:
        walk, ways = Walk(self._ways, self._served.steps, self._narrowed, self._lost), list[Way]()
        worlds = [self._anew(world, values) for world in self._before]
        for raised in ends.raises if ends else ():
            ways += [replace(one, by=(raised, *one.by)) for one in self._raised(raised, walk, worlds)]
        goes_on = not ends or ends.otherwise or not all(map(self._catcher, ends.raises))
        return walk, walk.lead([*ways, *(walk.behind(self.step.id, worlds) if goes_on else ())])

    def _raised(self, raised: Raises, walk: Walk, worlds: Worlds) -> list[Way]:
        """Where it leads what a called process raises; unless that interrupts the call, onward too."""
        if not (catcher := self._catcher(raised)):
            return []
        caught = walk.caught(catcher.event, self._before)
        ends = raised.kind == ERROR or catcher.interrupts
        return caught if ends else at_once([caught, walk.behind(self.step.id, worlds)])

    def _anew(self, world: World, values: Mapping[str, Any]) -> World:
        """A world with these values, and with what the model makes of them in place of what it made before."""
        made = self._served.model.made
        kept = {name: value for name, value in world.items() if name not in dict(made) or value is UNSET}
        return with_made({**kept, **values}, made)

    def _narrowed(self, id_: str, worlds: Worlds) -> Worlds:
        """What is known at an element behind the step: others may have answered anew meanwhile."""
        return self._there.narrowed(id_, worlds, self.step.beside)

    def _thrown(self, code: str) -> Lead | Uncaught:
        """Where a BPMN error of the step leads: the nearest event that catches it is the one."""
        catcher, walk = self._catcher(Raises(ERROR, code)), Walk(self._ways, self._served.steps, self._narrowed)
        return walk.lead(walk.caught(catcher.event, self._before)) if catcher else Uncaught(code)

    def _catcher(self, raised: Raises) -> Catcher | None:
        around = [self.step.id, *(scope.id for scope in self.step.scopes)]
        return self._served.model.raised.catcher_of(raised.kind, raised.code, around)


def _names(given: Mapping[Said, Mapping[str, Any]]) -> Mapping[str, None]:
    return dict.fromkeys(name for one in given.values() for name in one)


def _given_here_alone(step: Step, served: Served) -> Collection[str | None]:
    """The variable of a step's answer, if nothing else sets it."""
    variables = [served.answer_of(one) for one in served.asking]
    own = served.answer_of(step) if step in served.asking else None
    return {own} if own in served.answers() and variables.count(own) == 1 else set()


def _among(served: Served) -> dict[str, list[Any]]:
    """The values of all answers that a task never ends without."""
    open_ = {served.answer_of(one) for one in served.asking if ends_unanswered(served.topic_of(one))}
    return {name: values for name, values in served.answers().items() if name not in open_}


def _reads(condition: Condition, names: Iterable[str]) -> bool:
    read = {name for root in condition.parts for name in names_in(root)}
    return any(is_answer_of(one, name) for one in read for name in names)
