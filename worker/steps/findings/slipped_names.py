"""Finds names that a process reads and nothing in its model sets, each a slip of one that is set.

The engine cannot evaluate such an expression. By `execution.getVariable`, or as `source` of `camunda:in`, it is null
(`CallableElementParameter.getSource` of Camunda 7.24 asks for the variable by its name).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import NamedTuple

from worker.mapping.marks import bare
from worker.mapping.name_slips import is_slip
from worker.mapping.outcomes import DEFAULT_RESULT
from worker.steps.bpmn.expressions import renamed
from worker.steps.bpmn.step import Read
from worker.steps.findings.handed_back import NUMBER
from worker.steps.findings.handed_in import OF_THE_ENGINE
from worker.steps.findings.lack import asks_for_lack
from worker.steps.findings.misread_names import misread_names
from worker.steps.findings.served import Served

_BARE = "\0"
"""Stands for a variable that is read by its bare name: to compare that with null asks for no variable."""


class SlippedName(NamedTuple):
    """A name, and the one that is meant."""

    name: str
    meant: str
    at: tuple[str, ...]
    """The ids of the elements that read the name, in the order of the model."""
    set_by: tuple[str, ...]
    """The ids of those that set the one that is meant; none for an initiator."""


def slipped_names(
    process: str, served: Served, *, begun: str = "", brought: Collection[str] = ()
) -> Iterator[SlippedName]:
    """Those of a process. Whatever else may bring the name, such as the start of the process, no model shows.

    `begun`: a step that the engine has begun, so it has found what the input parameters of that step read. `brought`:
    the names that callers and called processes bring.
    """
    unknown, lasting, found = _Unknown(served, begun, brought), _lasting(process, served), dict[str, _Places]()
    for one in _reads(process, served):
        if not unknown.is_set(one.name) and one.name not in _visible(one, served):
            known = {**lasting, **_around(one, served)}
            places = found.setdefault(one.name, _Places([], {}))
            places.at.append(one.at)
            places.meant.update({name: ids for name, ids in known.items() if _is_meant(name, one.name, served)})
    for name, places in found.items():
        if len(places.meant) == 1 and not unknown.is_told(name):
            [(meant, set_by)] = places.meant.items()
            yield SlippedName(name, meant, tuple(dict.fromkeys(places.at)), tuple(set_by))


def _is_meant(known: str, name: str, served: Served) -> bool:
    """Whether a name is a slip of a known one. Who answers in `Lawyer` may well be in `lawyer`."""
    of_answer = known in served.steps and bare(name) == bare(known)
    return is_slip(name, known) and not of_answer


class _Places(NamedTuple):
    """Where a name is read, and the names that it may be a slip of, each with the ids of what sets it."""

    at: list[str]
    meant: dict[str, list[str]]


def _reads(process: str, served: Served) -> list[Read]:
    """What a process reads, in the order of the model."""
    order = {id_: number for number, (id_, one) in enumerate(served.steps.items()) if one.process == process}
    return sorted((one for one in served.model.reads if one.at in order), key=lambda one: order[one.at])


class _Unknown:
    """Which names nothing in the model sets, and no other finding tells."""

    def __init__(self, served: Served, begun: str, brought: Collection[str]) -> None:
        self._served = served
        read = served.steps[begun].read_at_begin if begun in served.steps else []
        there = {str(node.value) for root in read for node in root.walk() if node.kind == "name"}
        of_model = {*served.outlasting(), *served.model.in_code, *served.steps}
        self._known = {*of_model, *there, *brought, *DEFAULT_RESULT, *OF_THE_ENGINE}
        self._numbered = tuple(f"{id_}_" for id_ in served.steps)

    def is_set(self, name: str) -> bool:
        return NUMBER.sub("", name) in self._known or name.startswith(self._numbered)

    def is_told(self, name: str) -> bool:
        """Whether it is told as the name of an answer, or whoever wrote the model knows that it may be missing."""
        answers = [(one, variable) for one in self._served.asking if (variable := self._served.answer_of(one))]
        misread = (misread_names(one, self._served, variable).unset for one, variable in answers)
        return any(name in names for names in misread) or self._is_asked_for(name)

    def _is_asked_for(self, name: str) -> bool:
        conditions = (*self._served.model.conditions, *self._served.model.others)
        roots = (root for one in conditions for root in one.parts)
        return any(asks_for_lack(renamed(root, name, _BARE), (name,)) for root in roots)


def _lasting(process: str, served: Served) -> dict[str, list[str]]:
    """The variables that the elements of a process set for all of it, each with their ids."""
    model, found = served.model, dict[str, list[str]]()
    of_loops = {one.loop.element_variable for one in served.steps.values() if one.loop}
    for initiator in model.sets - model.setters.keys() - of_loops:
        found[initiator] = []
    for one in (one for one in served.steps.values() if one.process == process):
        by_us = served.set_by(one) if one.topic in served.topics else set[str]()
        for name in by_us.union(name for name, ids in model.setters.items() if one.id in ids):
            found.setdefault(name, []).append(one.id)
    return found


def _visible(read: Read, served: Served) -> set[str]:
    """The local variables at a place: those of the element, of what is around it, and of the activity of an event."""
    step = served.steps[read.at]
    own = list(step.inputs)
    before = own[: own.index(read.parameter)] if read.parameter in own else own
    attached = served.steps.get(served.model.ways.attached.get(read.at, ""))
    at_it = (name for names in attached.near for name in names) if attached else ()
    return {*before, *_around(read, served), *at_it}


def _around(read: Read, served: Served) -> dict[str, list[str]]:
    """The local variables that an element has not from its own parameters, each with the id of what has it."""
    return {name: [level.of] for level in served.steps[read.at].levels[1:] for name in level.names}
