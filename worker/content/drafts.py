"""Makes the draft of a task, completes it, and checks that the portal would do what it says.

All that is only read is read here, before the create: if a read fails, nothing has happened yet.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from functools import partial
from typing import Protocol

from bitrix.errors import PortalError
from worker.content.given import Given, ModulePart, Source
from worker.engine.errors import EngineError
from worker.ledger import LedgerError, LedgerUnavailable
from worker.mapping.faults import MappingFault, reason_of
from worker.mapping.mapper import Mapper
from worker.mapping.marks import plain
from worker.mapping.origins import Origin
from worker.model import Act, FetchedTask, Promise, TaskDraft
from worker.runtime.threads import raised
from worker.steps.fitness import Fitness
from worker.steps.overwritten_answers import OverwrittenAnswers
from worker.steps.uncaught import UncaughtErrors
from worker.words.phrase import Phrase

TEMPLATE = Phrase("шаблон задачи {number} на портале", "task template {number} on the portal")


class Models(Protocol):
    """What the model says about a task's step. `refuse` raises `MappingFault` if the model has a fault."""

    def near(self, task: FetchedTask) -> Sequence[Collection[str]]: ...
    def refuse(self, task: FetchedTask, draft: TaskDraft) -> None: ...
    def explained(self, task: FetchedTask, what: Phrase) -> Phrase: ...


class Part(Protocol):
    """One thing that a draft may need: people by name, files, checklists."""

    def complete(self, task: FetchedTask, draft: TaskDraft) -> TaskDraft:
        """The draft with this part; the same draft if the task needs none of it. Safe to repeat.

        Raises `MappingFault` if the task's own content is at fault, and `PortalError` or `EngineError` if something
        could not be read: then it is unknown, never absent.
        """
        ...


def nothing(_: FetchedTask) -> Given:
    """The source of a portal without templates."""
    return Given()


class Drafts:
    """Makes drafts that are fit to be sent. Thread-safe.

    `source`: what the portal's template gives. `module_parts`, where the module is read, and then `parts` complete the
    draft, in this order.
    """

    def __init__(
        self,
        mapper: Mapper,
        models: Models,
        fitness: Fitness,
        errors: UncaughtErrors,
        overwritten: OverwrittenAnswers,
        *,
        source: Source = nothing,
        module_parts: Sequence[ModulePart] = (),
        parts: Sequence[Part] = (),
    ) -> None:
        self._mapper = mapper
        self._models = models
        self._fitness = fitness
        self._errors = errors
        self._overwritten = overwritten
        self._source = source
        self._module_parts = module_parts
        self._parts = parts

    def draft(self, task: FetchedTask) -> TaskDraft:
        """The task to create. Raises `MappingFault`, also if the portal would not do what the draft says.

        So does an error of the worker itself, which the same content would raise again. Raises `PortalError` or
        `EngineError` if content could not be read. Safe to repeat.
        """
        given, draft = self._completed(task)
        self._look(task, draft)
        try:
            return self._fitness.prove(task, draft, given.fields.keys())
        except MappingFault as fault:
            raise self._placed(task, given, fault) from None

    def acts(self, task: FetchedTask) -> tuple[Act, ...]:
        """What an existing task of this step needs besides its create, as drafted today. Raises as `draft` does.

        Whether the portal would still take its fields does not matter any more.
        """
        return self._completed(task)[1].acts

    def _completed(self, task: FetchedTask) -> tuple[Given, TaskDraft]:
        given = Given()
        try:
            given = self._source(task)
            return given, self._made(task, given)
        except MappingFault as fault:
            raise self._placed(task, given, fault) from None
        except (PortalError, EngineError, LedgerError, LedgerUnavailable):
            raise
        except Exception as error:  # noqa: BLE001 - a task's content may raise anything, and would again after a restart
            # Nothing has been sent. Without the words of the error and its cause: they may show values.
            raise MappingFault(task.topic, "content", None, reason_of("unforeseen", raised(error))) from None

    def _placed(self, task: FetchedTask, given: Given, fault: MappingFault) -> MappingFault:
        """The fault with where to correct it: the portal's template, a setting, a variable, or the model."""
        placed = given.placed(fault)
        if placed is not fault:
            return placed
        said, by_model = self._mapper.origins.of(task, fault.field, fault.given, self._set_by_model(task))
        return fault.coming_from(said, of_model=by_model)

    def origin_of(self, task: FetchedTask, draft: TaskDraft, field: str) -> Origin:
        """Where the value of a field of this draft comes from."""
        if (template := draft.templated.get(field)) is not None:
            return Origin(TEMPLATE.format(number=template))
        return self._mapper.origins.of(task, field, draft.fields.get(field), self._set_by_model(task))

    def _set_by_model(self, task: FetchedTask) -> Mapping[str, str]:
        """The variables that the step's model has set when the step began, by their names in the form of `plain`."""
        return {plain(name): name for names in self._models.near(task) for name in names}

    def _made(self, task: FetchedTask, given: Given) -> TaskDraft:
        draft = self._mapper.draft(task, partial(self._models.near, task), given.fields, given.defaults)
        self._models.refuse(task, draft)
        if given.content:
            for module_part in self._module_parts:
                draft = module_part.complete(task, draft, given.content)
        for part in self._parts:
            draft = part.complete(task, draft)
        return given.added_to(draft)

    def _look(self, task: FetchedTask, draft: TaskDraft) -> None:
        """Log what the model would do with an answer that a person gives."""
        if draft.promise is not Promise.NOTHING:
            self._errors.look(task, asks=draft.promise is Promise.ANSWER)
        if draft.answer_variable is not None:
            self._overwritten.look(task, draft.answer_variable)

    def explained(self, task: FetchedTask, what: Phrase) -> Phrase:
        """What is odd about a task, and what its model says about that."""
        return self._models.explained(task, what)
