"""The part that adds the template's questionnaires to the created task."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import Protocol

from bitrix.questionnaires import Questionnaire
from worker.content.given import PortalContent
from worker.mapping.questionnaires import names_of
from worker.model import QUESTIONNAIRES, Act, FetchedTask, Promise, TaskDraft
from worker.runtime.telemetry import Telemetry
from worker.steps.once import Once


class Models(Protocol):
    """`refuse_losses` raises `MappingFault` if the model would keep one of the step's variables from the process."""

    def refuse_losses(self, task: FetchedTask, names: Collection[str]) -> None: ...


class AddedQuestionnaires:
    """Thread-safe. `on` False: the portal has no module for questionnaires, and none is added."""

    def __init__(self, models: Models, telemetry: Telemetry, *, on: bool) -> None:
        self._models = models
        self._telemetry = telemetry
        self._on = on
        self._logged = Once()

    def complete(self, task: FetchedTask, draft: TaskDraft, content: PortalContent) -> TaskDraft:
        """The draft with one act for all questionnaires of the template.

        Raises `MappingFault` if the model would lose an answer. What people fill in for nothing is logged once.
        """
        template = content.template
        if template is None or not template.questionnaires:
            return draft
        titles = ", ".join(_name(one) for one in template.questionnaires)
        first = self._logged.first((template.id, self._on))
        log, activity, id_ = self._telemetry, task.activity_id, template.id
        if not self._on:
            if first:
                log.emit("questionnaire.left_out", activity=activity, template=id_, questionnaires=titles)
            return draft
        if draft.promise is not Promise.NOTHING:
            self._models.refuse_losses(task, names_of(task, template.questionnaires))
        elif first:
            log.emit("questionnaire.unread", activity=activity, template=id_, questionnaires=titles)
        act = Act(QUESTIONNAIRES, {"items": [dict(one.raw) for one in template.questionnaires]})
        return replace(draft, acts=(*draft.acts, act))


def _name(one: Questionnaire) -> str:
    return one.title or one.code or "?"
