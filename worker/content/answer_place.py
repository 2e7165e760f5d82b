"""Finds, before anybody is asked, a local variable of the running step that would take the answer.

`worker/steps/faults.py` refuses what the model shows. This part sees what a listener, a script, a call or an input
parameter of an earlier version of the model has set: one call to the engine for each step that asks.
"""

from __future__ import annotations

from typing import Protocol

from worker.mapping.faults import MappingFault, reason_of
from worker.model import FetchedTask, TaskDraft


class Locals(Protocol):
    """The engine, which knows the running instance."""

    def hiding(self, task: FetchedTask, name: str) -> str | None: ...


class AnswerPlace:
    """The part for steps that ask. Thread-safe."""

    def __init__(self, locals_: Locals) -> None:
        self._locals = locals_

    def complete(self, task: FetchedTask, draft: TaskDraft) -> TaskDraft:
        """The same draft. Raises `MappingFault` if its answer would be lost, and `EngineError`."""
        name = draft.answer_variable
        if name is not None and (place := self._locals.hiding(task, name)):
            raise MappingFault(task.topic, name, None, reason_of("hidden_already", place), of_model=True)
        return draft
