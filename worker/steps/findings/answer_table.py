"""Tells of a step that asks, or of a call that hands answers back, where each answer leads, as the model shows it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from worker.mapping.outcomes import ERROR_OUTCOME
from worker.model import Ending
from worker.steps.bpmn.juel_values import UNSET
from worker.steps.bpmn.raised import ERROR, Catcher
from worker.steps.bpmn.step import Condition, Step
from worker.steps.findings.answer_leads import Lead, Walk, Worlds
from worker.steps.findings.answer_places import Way
from worker.steps.findings.answer_readers import AnswerReaders, Unread, reads
from worker.steps.findings.answer_rows import Row, Said, Silence, Table, Unanswered, Uncaught, said_in, with_silence
from worker.steps.findings.answer_ways import SIGNAL, AnswerWays, Raises, World
from worker.steps.findings.call_ends import CallEnds
from worker.steps.findings.earlier_answers import ends_unanswered
from worker.steps.findings.fired_events import FiredEvents
from worker.steps.findings.given_results import results_after
from worker.steps.findings.lack import ask_for_lack
from worker.steps.findings.made_values import with_made
from worker.steps.findings.old_answers import Before, Old, OldAnswers
from worker.steps.findings.served import BRINGING, Served
from worker.steps.findings.unset_behind import UnsetBehind
from worker.steps.findings.worlds_at import WorldsOf


def tables_of(served: Served, olds: OldAnswers | None = None) -> Iterator[Table]:
    """One for each step of a model that waits for an answer; without rows if only a running process knows its name."""
    unset, worlds, olds = UnsetBehind(served), WorldsOf(served), olds or OldAnswers(served)
    for step in served.asking:
        if variable := served.answer_of(step):
            yield Leading(served, step, unset.worlds(step), worlds).of_step(variable, olds)
        else:
            yield Table(step, (), None)


class Leading:
    """Follows what comes from one element of a model."""

    def __init__(
        self, served: Served, step: Step, unset: Sequence[World], worlds: WorldsOf, through: Collection[str] = ()
    ) -> None:
        """`unset`: what is not set behind it. `worlds`: which answers may be there. `through`: what it passes, too."""
        self.step, self._unset, self._worlds, self._through = step, unset, worlds, through
        self._served, self._readers, self._fired = served, AnswerReaders(step, served), FiredEvents(step, served)
        self._ways = AnswerWays(served.model, served.kinds, among=_among(served))
        self._lost = _given_here_alone(step, served)
        self._there = worlds.behind(step)
        self._before = self._there.narrowed(step.id, unset)

    def of_step(self, variable: str, olds: OldAnswers) -> Table:
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
        silent = dict[Ending, Mapping[str, Any]]()
        for end, outcome in outcomes.items():
            if error := ERROR_OUTCOME.fullmatch(outcome):
                rows.append(Row((end,), self._thrown(error["code"])))
            elif outcome == "complete":
                silent[end] = {**results_after(topic, end), variable: None}
                rows.append(Row((end,), self.lead(silent[end])))
        incidents = tuple(end for end, outcome in outcomes.items() if outcome == "incident")
        fired = {id_ for one in rows if isinstance(one.to, Lead) for id_ in one.to.past}
        aside = (one for one in self._readers.events_aside(variable) if one.at not in fired)
        beside = () if unread else tuple(aside)
        plain = Table(self.step, tuple(rows), unread, incidents, events=beside)
        judged = variable in self._served.answers() and not self.step.loops and (silent or self._timers())
        return self._judged(plain, variable, given, silent, olds) if judged else plain

    def _judged(
        self,
        table: Table,
        variable: str,
        given: Mapping[Said, Mapping[str, Any]],
        silent: Mapping[Ending, Mapping[str, Any]],
        olds: OldAnswers,
    ) -> Table:
        """The table, with where it leads that a timer ends the step, if what follows asks for its answer.

        `silent`: the variables after the ends of the task without an answer.
        """
        before, further, kept = olds.at(self.step.id, variable), self.further([variable]), list[Old]()
        others = [row for row in table.rows if said_in(row) and not {*said_in(row)} & given.keys()]
        rows, judged = [*table.rows], [*further.rows(given)[0], *others]
        for end, values in silent.items():
            judged.append(Row((Unanswered(meant=further.means_lack(values), how=end),), further.lead(values)))
        for event in self._timers():
            rows, _ = with_silence(rows, [*self.silence(event, variable, before)])
            judged, more = with_silence(judged, [*further.silence(event, variable, before)])
            kept += more
        return table._replace(rows=tuple(rows), judged=tuple(judged), olds=tuple(dict.fromkeys(kept)))

    def further(self, names: Iterable[str]) -> Leading:
        """The same, past steps that ask nobody, up to where these variables decide."""
        model, known, through = self._served.model, self._readers.of_answer(names), set[str]()
        deciding = {one.at for one in model.conditions if reads(one, known)}
        quiet = {one.id for one in self._served.ours if not (self._served.asks(one) or one.loop)}
        ends = {id_ for id_, kind in self._served.kinds.items() if kind in BRINGING} - quiet
        todo = [self.step.id, *self._timers()]
        while todo:
            onward = model.ways.onward.get(id_, ()) if (id_ := todo.pop()) not in deciding else ()
            todo += (new := [one for one in onward if one not in through and one not in ends])
            through.update(new)
        return Leading(self._served, self.step, self._unset, self._worlds, through & quiet)

    def _walk(self) -> Walk:
        return Walk(self._ways, self._served.steps, self._narrowed, self._lost, self._through)

    def _timers(self) -> list[str]:
        """The timers that may end the step before anybody has answered."""
        ways, around = self._served.model.ways, {self.step.id, *(scope.id for scope in self.step.scopes)}
        alarms = [event for event, scope in ways.alarms.items() if scope in around and ways.breaks_off(event)]
        return [*(one for one, of in ways.timers.items() if of in around), *alarms]

    def silence(self, event: str, variable: str, before: Before) -> Iterator[Silence]:
        """Where it leads that an event ends the step, if that asks for its answer; first without an earlier one."""
        for old in (None, *before.olds) if before.olds or before.unset else ():
            walk, values = self._walk(), {variable: old.value if old else UNSET}
            lead = walk.lead(walk.caught(event, [self._anew(world, values) for world in self._before]))
            if asking := self._asking(walk, [variable]):
                meant = ask_for_lack(asking, values)
                yield Silence(lead, old, bool(old) or before.unset, meant, event)

    def _asking(self, walk: Walk, names: Iterable[str]) -> list[Condition]:
        """The conditions on a walk that read these variables, or what the model makes of them."""
        known = self._readers.of_answer(names)
        return [one for one in self._served.model.conditions if one.at in walk.asked and reads(one, known)]

    def lead(self, values: Mapping[str, Any]) -> Lead:
        """Where it leads with these values."""
        return self._walked(values)[1]

    def means_lack(self, values: Mapping[str, Any]) -> bool:
        """Whether a condition that lets it go on with these values asks for their lack."""
        walk, _ = self._walked(values)
        return ask_for_lack(self._asking(walk, values), values)

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
        if any(reads(one, self._readers.of_answer(known)) for lead in found for one in lead.by):
            return rows, None
        own = [name for name in _names(given) if name not in besides]
        return rows, self._readers.unread(own, known, [walk for walk, _ in walked.values()])

    def _walked(self, values: Mapping[str, Any], ends: CallEnds | None = None) -> tuple[Walk, Lead]:
        walk, ways = self._walk(), list[Way]()
        worlds = [self._anew(world, values) for world in self._before]
        for raised in ends.raises if ends else ():
            ways += [replace(one, by=(raised, *one.by)) for one in self._raised(raised, walk, worlds)]
        goes_on = not ends or ends.otherwise or not all(map(self._catcher, ends.raises))
        onward = walk.behind(self.step.id, worlds) if goes_on else []
        fired = self._fired.behind(values, worlds, walk, onward) if goes_on else []
        return walk, walk.lead([*ways, *fired])

    def _raised(self, raised: Raises, walk: Walk, worlds: Worlds) -> list[Way]:
        """Where it leads what a called process raises; unless that interrupts the call, onward too.

        The engine hands the variables back first (`OutputVariablesPropagator` of Camunda 7.24).
        """
        if not (catcher := self._catcher(raised)):
            return []
        caught = walk.caught(catcher.event, worlds)
        ends = raised.kind == ERROR or catcher.interrupts
        return caught if ends else walk.both(caught, walk.behind(self.step.id, worlds))

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
        around, ways = [self.step.id, *(scope.id for scope in self.step.scopes)], self._served.model.ways
        if raised.kind != SIGNAL:
            return self._served.model.raised.catcher_of(raised.kind, raised.code, around)
        events = [one for one, name in ways.of_signals.items() if name == raised.code and ways.outer.get(one) in around]
        events.sort(key=lambda one: (not ways.breaks_off(one), around.index(ways.outer[one])))
        each = (Catcher(one, ways.outer[one], SIGNAL, raised.code, interrupts=ways.breaks_off(one)) for one in events)
        return next(each, None)


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
