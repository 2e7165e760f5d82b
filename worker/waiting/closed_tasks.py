"""Reads a closed task from the portal, as far as its topic's answer and result need it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from bitrix.causes import Cause
from bitrix.errors import Doubtful, MethodMissing, PortalError
from bitrix.questionnaires import Questionnaire
from bitrix.task_states import States, Status, TaskState, TaskStates, without_none
from worker.config.settings import TopicSettings
from worker.model import ClosedTask, Ending
from worker.runtime import clock
from worker.steps.wanted import all_fields, wanted
from worker.tasks.waiting_book import Waiting
from worker.words.causes import in_words
from worker.words.phrase import PhraseError

UNRESOLVED_SECONDS = 60.0
"""How long to wait before asking again a portal that did not return the answer's options."""


class AnswerUnresolved(PhraseError):
    """The option number of an answer is known but its text is not, so nothing can be concluded from it."""

    def __init__(self, error: PortalError) -> None:
        super().__init__(in_words(error))
        self.trouble = error.trouble


class Unreadable(Exception):
    """The portal is well, and what it tells of this one task has not the shape that its method promises."""

    def __init__(self, error: PortalError) -> None:
        super().__init__(str(error))
        self.error = error


class Questionnaires(Protocol):
    """The portal's module. Raises `PortalError` if it cannot tell: that is never "none"."""

    def questionnaire_list(self, task_id: int) -> tuple[Questionnaire, ...]: ...


class ClosedTasks:
    """Reads closed tasks. Thread-safe.

    `portal_is_well`: whether it answers other calls. `questionnaires` None: nobody asks for their answers.
    """

    def __init__(
        self,
        task_states: TaskStates,
        topics: Mapping[str, TopicSettings],
        task_url: Callable[[int], str],
        portal_is_well: Callable[[], bool],
        questionnaires: Questionnaires | None = None,
    ) -> None:
        self._task_states = task_states
        self._topics = topics
        self._task_url = task_url
        self._portal_is_well = portal_is_well
        self._questionnaires = questionnaires
        self._wanted = {name: wanted(topic) for name, topic in topics.items()}
        self.fields = all_fields(self._wanted)
        """The additional task fields that conclusions need, for all topics."""
        self._unresolved_until = 0.0

    def among(self, portal_task_ids: Sequence[int]) -> States:
        """Those of up to 50 tasks that are closed. Raises `PortalError`."""
        return self._task_states.closed(list(portal_task_ids), self.fields)

    def ending(self, waiting: Waiting, state: TaskState) -> Ending | None:
        """How the step's task has ended; None if it is open."""
        match state.status:
            case Status.COMPLETED:
                return Ending.COMPLETED
            case Status.DECLINED:
                return Ending.DECLINED
            case Status.AWAITS_CONTROL if self._topics[waiting.topic].wait.done_in_control:
                return Ending.AWAITS_CONTROL
            case _:
                return None

    def is_unresolved(self, waiting: Waiting, state: TaskState) -> bool:
        """Whether it has an answer while the portal lately failed to return answer texts: `read` would be in vain."""
        return clock.boottime() < self._unresolved_until and self._needs_answer(waiting, state)

    def read(self, waiting: Waiting, state: TaskState, ending: Ending) -> ClosedTask:
        """The task as result templates see it. Safe to repeat.

        Raises `PortalError` and `AnswerUnresolved`: ask again later. Raises `Unreadable` if only this task is at fault.
        """
        try:
            return self._read(waiting, state, ending)
        except Doubtful as error:
            if error.cause is Cause.MALFORMED and self._portal_is_well():
                raise Unreadable(error) from None
            raise

    def _read(self, waiting: Waiting, state: TaskState, ending: Ending) -> ClosedTask:
        there = ending is not Ending.DELETED
        want = self._wanted[waiting.topic]
        return ClosedTask(
            id=state.id,
            url=self._task_url(state.id),
            status=ending,
            closed_by=state.closed_by,
            closed_at=state.closed_at,
            answers=self._answers(state) if self._needs_answer(waiting, state) else (),
            result=self._task_states.result_text(state.id) if want.result and there else "",
            checklist=self._task_states.checklist(state.id) if want.checklist and there else (),
            fields=state.fields,
            questionnaires=self._questionnaires.questionnaire_list(state.id)
            if self._questionnaires and there
            else None,
        )

    def asks_module(self, waiting: Waiting, state: TaskState) -> bool:
        """Whether `read` asks the portal's module for answers."""
        return self._questionnaires is not None or self._needs_answer(waiting, state)

    def _needs_answer(self, waiting: Waiting, state: TaskState) -> bool:
        return bool(state.chosen) and (waiting.expects_answer or self._wanted[waiting.topic].answer)

    def _answers(self, state: TaskState) -> tuple[str, ...]:
        return tuple(answer for option in state.chosen if (answer := self._answer(option)) is not None)

    def _answer(self, option: str) -> str | None:
        """The text of an option, or of a text field; None if nothing was chosen in a list."""
        if not option.isdecimal():
            return option
        try:
            text = self._task_states.answer_text(option)
        except PortalError as error:
            if without_none(option) is None and isinstance(error, MethodMissing):
                return None
            self._unresolved_until = clock.boottime() + UNRESOLVED_SECONDS
            raise AnswerUnresolved(error) from None
        return without_none(option) if text is None else text
