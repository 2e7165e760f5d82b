"""Finds variables of the process that a task is made of, while an element in another branch may change them.

The worker reads them when it takes the step. An input parameter keeps what the step began with.
"""

from __future__ import annotations

from collections.abc import Iterator

from worker.mapping.outcomes import DEFAULT_RESULT
from worker.steps.bpmn.step import Step
from worker.steps.findings.served import Served
from worker.steps.needed import needed


def changed_beside(step: Step, served: Served) -> Iterator[tuple[str, str]]:
    """(name, elements that set it in other branches) of each."""
    own = {name for names in step.near for name in names}
    given = {one.id: given_by(one, served) for one in served.ours if one.id in step.beside}
    for name in sorted({*(needed(served.topic_of(step)) or ())} - own):
        setting = {id_ for id_ in step.model.setters.get(name, ()) if not is_local(name, id_, served)}
        setting.update(id_ for id_, names in given.items() if name in names)
        if others := sorted(setting & step.beside):
            yield name, ", ".join(others)


def is_local(name: str, id_: str, served: Served) -> bool:
    """Whether what the element sets ends with a sub-process around it."""
    holder = served.steps.get(id_)
    return holder is None or any(name in scope.own.inputs for scope in holder.scopes)


def given_by(one: Step, served: Served) -> set[str]:
    """The variables of the process that the end of a step of ours may set."""
    answer = served.answer_of(one) if served.asks(one) else None
    results = served.topic_of(one).result or DEFAULT_RESULT
    return {*results, *([answer] if answer else [])} - {name for names in one.near for name in names}
