"""Finds parameters that read the number of the last task where another one may be meant: of a branch, or still open."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from worker.mapping.outcomes import DEFAULT_RESULT
from worker.steps.bpmn.finding import ModelFinding
from worker.steps.bpmn.flows import Ways, reached
from worker.steps.bpmn.forks import JOINS
from worker.steps.bpmn.step import Step
from worker.steps.findings.served import BRINGING, Served

WAITS = (*BRINGING, "intermediateCatchEvent", "eventBasedGateway", "subProcess")
"""The kinds of elements in which a branch may rest while another one goes on."""


def numbers_of_others(step: Step, served: Served) -> Iterator[ModelFinding]:
    """Of one step: its parameters that read what every step sets at its end, `bitrixTaskId` above all."""
    for name in sorted(DEFAULT_RESULT):
        readers = sorted(parameter for parameter, words in step.own.inputs.items() if name in words)
        if not readers or any(name in level.names for level in step.levels) or name in step.model.sets:
            continue
        givers = [one for one in served.ours if one.process == step.process and _gives(one, name, served)]
        if found := _Reader(step, served, givers).found():
            kind, facts = found
            yield ModelFinding.of(kind, parameters=", ".join(readers), variable=name, **facts)


def _gives(one: Step, name: str, served: Served) -> bool:
    """Whether the process gets the step's own value under this name."""
    return name in (served.topic_of(one).result or DEFAULT_RESULT) and not any(name in at.names for at in one.levels)


@dataclass(frozen=True, slots=True)
class _Reader:
    """A step that reads a variable, and the steps of its process that set it."""

    step: Step
    served: Served
    givers: list[Step]

    def found(self) -> tuple[str, Mapping[str, str]] | None:
        """The kind of the finding with its facts; None: it gets the number that it most probably means."""
        if undone := self.step.model.ways.undoes.get(self.step.id):
            others = _ids(one for one in self.givers if self._later(one, undone))
            return ("number_undone", {"of": undone, "others": others}) if others else None
        if rivals := _ids(one for one in self.givers if self._races(one)):
            return "number_of_branch", {"others": rivals}
        if open_ := self._still_open():
            return "number_of_open", open_
        return self._of_several()

    @property
    def _ways(self) -> Ways:
        return self.step.model.ways

    def _races(self, giver: Step) -> bool:
        """Whether a step in another branch may end after this branch has begun, and before it comes to the reader."""
        if giver.id not in self.step.beside:
            return False
        ids = giver.beside - self.step.beside - {self.step.id}
        before = (self.served.steps[id_] for id_ in ids if id_ in self.served.steps)
        return any(one.kind in WAITS and self._ways.may_precede(one.id, self.step.id) for one in before)

    def _later(self, giver: Step, undone: str) -> bool:
        """Whether a step, or the activity that it undoes, may end between another activity and its compensation."""
        of = self._ways.undoes.get(giver.id, giver.id)
        ended, around = {undone, *self._ways.around(undone)}, {of, *self._ways.around(of)}
        behind = reached(ended, self._ways.onward) | self.served.steps[undone].beside
        return undone not in around and not behind.isdisjoint(around - ended)

    def _still_open(self) -> Mapping[str, str]:
        """An event that leads here, and the step that is open meanwhile: its own number is not there yet."""
        ways, ids = self._ways, {one.id for one in self.givers}
        onward = {id_: [] if id_ in ids else aims for id_, aims in ways.flows.items()}
        if any(self.step.id in reached(ways.flows.get(one.id, ()), onward) for one in self.givers):
            return {}
        for event, activity in ways.outer.items():
            if self.step.id in reached(ways.flows.get(event, ()), onward):
                beside = [one for one in self.givers if not self._is_behind(one, event)]
                for one in beside:
                    may_be_open = one.id == activity or (activity in ways.around(one.id) and self.served.waits(one))
                    if may_be_open and any(other is not one and ways.may_precede(other.id, one.id) for other in beside):
                        return {"event": event, "of": one.id}
        return {}

    def _is_behind(self, giver: Step, event: str) -> bool:
        """Whether a step is in the event sub-process that an event begins, or is the reader."""
        begun = None if event in self._ways.attached else self._ways.scopes.get(event)
        return giver is self.step or begun in [*self._ways.around(giver.id)]

    def _of_several(self) -> tuple[str, Mapping[str, str]] | None:
        """Branches that have met before the reader, or instances: whichever has ended last gives the number."""
        ways, kinds = self._ways, {id_: one.kind for id_, one in self.served.steps.items()}
        joins = {id_ for id_, kind in kinds.items() if kind in JOINS and self._enter(id_) > 1}
        at, last = self._last_before()
        cut = {id_: [] if id_ in joins else aims for id_, aims in ways.onward.items()}
        joined = [one for one in last if at not in reached(ways.onward.get(one, ()), cut)]
        if several := {one for one in joined for other in joined if other in self.served.steps[one].beside}:
            return "number_at_join", {"others": _ids(giver for one in several for giver in last[one])}
        for giver in (giver for several in last.values() for giver in several):
            if any(loop.multi and not loop.sequential for _, loop in giver.loops) and giver.loops != self.step.loops:
                number = "_0" * sum(loop.multi for _, loop in giver.loops)
                return "number_of_instance", {"of": giver.id, "number": number}
        return None

    def _enter(self, id_: str) -> int:
        return sum(target == id_ for _, target in self._ways.ends.values())

    def _last_before(self) -> tuple[str, Mapping[str, list[Step]]]:
        """The steps after which no other one sets the number, by what they stand in beside the reader.

        If there are none, those before what is around it.
        """
        ways, onward = self._ways, self._ways.onward
        for at in (self.step.id, *ways.around(self.step.id)):
            places = dict[str, list[Step]]()
            for one in self.givers:
                if (place := ways.place(one.id, beside=at)) not in (None, at):
                    places.setdefault(str(place), []).append(one)
            to = {id_: [] if id_ in places else aims for id_, aims in onward.items()}
            if last := {one: places[one] for one in places if at in reached(onward.get(one, ()), to)}:
                return at, last
        return self.step.id, {}


def _ids(steps: Iterable[Step]) -> str:
    return ", ".join(sorted(one.id for one in steps))
