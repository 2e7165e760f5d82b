"""A draft is sent only where the portal will do what it says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from bitrix.task_fields import TaskFields
from bitrix.tasks import UserField
from bitrix.users import Standing
from tests.support.builders import fetched
from tests.support.fakes import Events
from worker.config.settings import TopicSettings
from worker.mapping.faults import MappingFault
from worker.model import Promise, TaskDraft
from worker.steps.fitness import MOST_PEOPLE, Fitness

TOPIC = fetched().topic


class Portal:
    def __init__(self) -> None:
        self.dismissed: set[int] = {42}
        self.hidden: set[int] = {99}
        self.fields = ["UF_CONTRACT", "UF_RESULT_EXPECTED", "UF_RESULT_QUESTION"]
        self.asked: list[Sequence[int]] = []
        self.default: str | None = None

    def user_fields(self) -> Mapping[str, UserField]:
        answer = {"UF_RESULT_ANSWER": UserField("enumeration", False, self.default)} if self.default else {}
        return dict.fromkeys(self.fields, UserField("string", None)) | answer

    def standings(self, user_ids: Sequence[int]) -> Mapping[int, Standing]:
        self.asked.append(user_ids)
        named = dict.fromkeys(user_ids, Standing.ACTIVE)
        named |= {id_: Standing.DISMISSED for id_ in user_ids if id_ in self.dismissed}
        return named | {id_: Standing.NOT_SHOWN for id_ in user_ids if id_ in self.hidden}


def proven(portal: Portal, *, topic: Any = None, promise: Any = Promise.NOTHING, **fields: Any) -> Events:
    events = Events()
    topics = {TOPIC: TopicSettings(**topic or {})}
    draft = TaskDraft("camunda:x", {"RESPONSIBLE_ID": 7, "UF_ELEMENT_ID": "Activity_1"} | fields, promise)
    Fitness(portal, TaskFields(portal), topics, events).prove(fetched(), draft)
    return events


def test_nobody_is_asked_by_a_field_that_answers_by_itself() -> None:
    portal = Portal()
    portal.default = "ДА"
    with pytest.raises(MappingFault, match='UF_RESULT_ANSWER = "ДА": the portal fills this field in by itself'):
        proven(portal, promise=Promise.ANSWER)
    assert proven(portal, promise=Promise.CLOSE).seen == [], "nobody reads it"
    portal.default = None
    assert proven(portal, promise=Promise.ANSWER).seen == []


@pytest.mark.parametrize("field", ["RESPONSIBLE_ID", "CREATED_BY"])
def test_no_task_is_made_where_the_dismissed_would_have_to_act(field: str) -> None:
    with pytest.raises(MappingFault, match=f'{field.lower()} = "42": this user is dismissed'):
        proven(Portal(), **{field: 42})


@pytest.mark.parametrize("field", ["ACCOMPLICES", "AUDITORS"])
def test_a_dismissed_person_who_looks_on_is_told_and_holds_nothing_up(field: str) -> None:
    events = proven(Portal(), **{field: [7, 42]})
    assert [(name, facts["field"], facts["person"]) for name, facts in events.seen] == [
        ("task.person_dismissed", field, 42)
    ]


@pytest.mark.parametrize(
    ("field", "event"),
    [
        ("RESPONSIBLE_ID", "task.responsible_not_shown"),
        ("CREATED_BY", "task.person_not_shown"),
        ("AUDITORS", "task.person_not_shown"),
        ("ACCOMPLICES", "task.person_not_shown"),
    ],
)
def test_somebody_who_is_not_shown_is_told(field: str, event: str) -> None:
    events = proven(Portal(), **{field: [99] if field.endswith("S") else 99})
    assert [(name, facts["field"], facts["person"]) for name, facts in events.seen] == [(event, field, 99)]


def test_all_people_of_a_draft_are_asked_about_together_and_of_very_many_some() -> None:
    portal = Portal()
    proven(portal, CREATED_BY=1, AUDITORS=[7, 8], ACCOMPLICES=[8])
    assert portal.asked == [[7, 1, 8]]
    portal.asked.clear()
    proven(portal, AUDITORS=list(range(1000, 1500)))
    assert [len(ids) for ids in portal.asked] == [MOST_PEOPLE]


@pytest.mark.parametrize(
    ("topic", "fields", "words"),
    [
        ({}, {"UF_CONTARCT": "A-1"}, 'UF_CONTARCT = "A-1": .*UF_CONTARCT → UF_CONTRACT?'),
        ({"result": {"a": "{{ task.fields.UF_CONTARCT }}"}}, {}, "UF_CONTARCT: .*UF_CONTARCT → UF_CONTRACT?"),
        ({}, {"UF_SUM": 1}, "UF_SUM"),
        ({}, {"UF_RESULT_ANSWER": 1}, "UF_RESULT_ANSWER"),
    ],
)
def test_a_field_that_the_portal_does_not_have_is_a_fault_with_the_nearest_name(
    topic: Mapping[str, Any], fields: Mapping[str, Any], words: str
) -> None:
    with pytest.raises(MappingFault, match=words):
        proven(Portal(), topic=topic, **fields)


def test_fields_that_are_there_and_the_portals_own_are_no_fault() -> None:
    topic = {"result": {"a": "{{ task.fields.UF_CONTRACT }}", "b": "{{ task.fields.TITLE }}"}}
    assert proven(Portal(), topic=topic, UF_CONTRACT=1, UF_CRM_TASK=["D_1"], UF_RESULT_EXPECTED=1).seen == []
