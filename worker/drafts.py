"""The draft of a task, and whether the one who is responsible can do anything about it."""

from __future__ import annotations

from collections.abc import Callable

from bitrix.users import Standing
from worker.faults import Language
from worker.mapping import Mapper
from worker.mapping_faults import MappingFault, reason_of
from worker.model import FetchedTask, TaskDraft
from worker.telemetry import Telemetry
from worker.uncaught import UncaughtErrors

RESPONSIBLE = "RESPONSIBLE_ID"


class Drafts:
    """Drafts that are fit to be sent. Thread-safe.

    `standing` tells of a person by number; `refuse` raises `MappingFault` where a step is modelled amiss.
    """

    def __init__(
        self,
        mapper: Mapper,
        standing: Callable[[int], Standing],
        refuse: Callable[[FetchedTask], None],
        errors: UncaughtErrors,
        *,
        telemetry: Telemetry,
        language: Language,
    ) -> None:
        self._mapper = mapper
        self._standing = standing
        self._refuse = refuse
        self._errors = errors
        self._telemetry = telemetry
        self._language = language

    def draft(self, task: FetchedTask) -> TaskDraft:
        """The task to create; raises `MappingFault`, also where its responsible was dismissed.

        A person whom the portal does not show is left to the portal: bots and users by e-mail are never shown.
        """
        draft = self._mapper.draft(task)
        self._refuse(task)
        if self._mapper.waits(task):
            self._errors.look(task, asks=self._mapper.expects_answer(task))
        person = draft.fields.get(RESPONSIBLE)
        match self._standing(person) if person else Standing.NOT_ASKED:
            case Standing.DISMISSED:
                reason = reason_of("dismissed", self._language)
                raise MappingFault(task.topic, RESPONSIBLE.lower(), person, reason, self._language)
            case Standing.NOT_SHOWN:
                self._telemetry.emit("task.responsible_not_shown", task=task.id, person=person)
        return draft

    def compare(self, task: FetchedTask, draft: TaskDraft, portal_task_id: int, responsible: str | None) -> None:
        """Tell where the portal has made somebody else responsible. `responsible` None: it did not say."""
        sent = str(draft.fields.get(RESPONSIBLE))
        if responsible not in (None, sent):
            self._telemetry.emit(
                "task.responsible_changed", task=task.id, portal_task=portal_task_id, sent=sent, told=responsible
            )
