"""The template's questionnaires as an act, and what is told about answers that nobody will read."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import pytest

from bitrix import questionnaires
from bitrix.task_template import TaskTemplate
from tests.support.builders import fetched
from tests.support.fakes import Events
from tests.support.portal_templates import question, questionnaire
from tests.unit.steps.test_local_variables import Source
from worker.acts.kinds import KINDS
from worker.config.settings import TopicSettings
from worker.content.given import PortalContent
from worker.content.questionnaires import AddedQuestionnaires
from worker.mapping.faults import MappingFault
from worker.model import QUESTIONNAIRES, FetchedTask, Promise, TaskDraft
from worker.steps.definitions import Definitions
from worker.steps.faults import StepFaults

ORDER = questionnaire("ORDER", question("APPROVED", "boolean"), title="Order")
TEMPLATE = TaskTemplate(5, questionnaires=questionnaires.read("m", {"items": [ORDER]}))


class Models:
    def __init__(self, fault: MappingFault | None = None) -> None:
        self._fault = fault
        self.names: list[str] = []

    def refuse_losses(self, task: FetchedTask, names: Collection[str]) -> None:
        del task
        self.names = list(names)
        if self._fault:
            raise self._fault


def completed(
    template: TaskTemplate | None = TEMPLATE,
    *,
    on: bool = True,
    promise: Promise = Promise.CLOSE,
    models: Models | None = None,
    events: Events | None = None,
    times: int = 1,
) -> TaskDraft:
    part = AddedQuestionnaires(models or Models(), events or Events(), on=on)
    draft = TaskDraft("m", {}, promise)
    for _ in range(times):
        done = part.complete(fetched(), draft, PortalContent(None, template))
    return done


def test_the_questionnaires_are_one_act_as_they_came() -> None:
    models = Models()
    [act] = completed(models=models).acts
    assert (act.kind, act.payload) == (QUESTIONNAIRES, {"items": [ORDER]})
    assert QUESTIONNAIRES in KINDS
    assert models.names == ["Task_Create_ORDER_APPROVED"]


@pytest.mark.parametrize("template", [None, TaskTemplate(5)])
def test_without_questionnaires_there_is_no_act(template: TaskTemplate | None) -> None:
    assert completed(template).acts == ()


def test_where_they_are_off_they_are_left_out_and_that_is_told_once() -> None:
    events = Events()
    assert completed(on=False, events=events, times=2).acts == ()
    assert events.names() == ["questionnaire.left_out"]
    assert events.facts("questionnaire.left_out")["questionnaires"] == "Order"


def test_a_step_that_does_not_wait_is_told_of_answers_that_nobody_reads() -> None:
    events = Events()
    assert len(completed(promise=Promise.NOTHING, events=events, times=2).acts) == 1
    assert events.names() == ["questionnaire.unread"]


@pytest.mark.parametrize("name", ["A_ORDER_APPROVED", "other"])
def test_a_model_that_would_lose_an_answer_makes_no_task(name: str) -> None:
    """The engine writes the answer into the step's own input parameter, and drops it with the step."""
    model: Any = {"output": f'<camunda:inputParameter name="{name}">old</camunda:inputParameter>'}
    events = Events()
    faults = StepFaults({"bitrix_create_task": TopicSettings()}, Definitions(Source(model=model), events))
    part = AddedQuestionnaires(faults, events, on=True)
    task, draft = fetched(activity_id="A", process_definition_id="p:1:x"), TaskDraft("m", {}, Promise.CLOSE)
    content = PortalContent(None, TEMPLATE)
    if name == "other":
        assert part.complete(task, draft, content).acts
        return
    with pytest.raises(MappingFault, match=name):
        part.complete(task, draft, content)
