"""Makes the draft of a task and checks that the portal would do what it says."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import partial
from typing import Protocol

from worker.mapping.mapper import Mapper
from worker.model import FetchedTask, Promise, TaskDraft
from worker.steps.fitness import Fitness
from worker.steps.overwritten_answers import OverwrittenAnswers
from worker.steps.uncaught import UncaughtErrors
from worker.words.phrase import Phrase


class Models(Protocol):
    """What the model says about a task's step. `refuse` raises `MappingFault` if the model has a fault."""

    def near(self, task: FetchedTask) -> Sequence[Collection[str]]: ...
    def refuse(self, task: FetchedTask, draft: TaskDraft) -> None: ...
    def explained(self, task: FetchedTask, what: str) -> Phrase: ...


class Drafts:
    """Makes drafts that are fit to be sent. Thread-safe."""

    def __init__(
        self,
        mapper: Mapper,
        models: Models,
        fitness: Fitness,
        errors: UncaughtErrors,
        overwritten: OverwrittenAnswers,
    ) -> None:
        self._mapper = mapper
        self._models = models
        self._fitness = fitness
        self._errors = errors
        self._overwritten = overwritten

    def draft(self, task: FetchedTask) -> TaskDraft:
        """The task to create. Raises `MappingFault`, also if the portal would not do what the draft says."""
        draft = self._mapper.draft(task, partial(self._models.near, task))
        self._models.refuse(task, draft)
        if draft.promise is not Promise.NOTHING:
            self._errors.look(task, asks=draft.promise is Promise.ANSWER)
        if draft.answer_variable is not None:
            self._overwritten.look(task, draft.answer_variable)
        self._fitness.prove(task, draft)
        return draft

    def explained(self, task: FetchedTask, what: str) -> Phrase:
        """What is odd about a task, and what its model says about that."""
        return self._models.explained(task, what)
