"""A draft is sent only where the portal will do what it says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from bitrix.task_fields import AGAIN_SECONDS, TaskFields
from bitrix.tasks import UserField
from bitrix.users import Standing
from tests.support.builders import fetched
from tests.support.fakes import Events
from worker.config.settings import TopicSettings
from worker.mapping.expectations import asked
from worker.mapping.faults import MappingFault
from worker.mapping.task_fields import shown_name
from worker.model import Act, Promise, TaskDraft
from worker.steps.fitness import MOST_PEOPLE, Fitness

TOPIC = fetched().topic


class Portal:
    def __init__(self) -> None:
        self.dismissed: set[int] = {42}
        self.hidden: set[int] = {99}
        self.fields = ["UF_CONTRACT", "UF_RESULT_EXPECTED", "UF_RESULT_QUESTION"]
        self.asked: list[Sequence[int]] = []
        self.default: str | None = None
        self.other: dict[str, UserField] = {}
        """Fields of another type than string, and what is different about the field of the answer."""

    def user_fields(self) -> Mapping[str, UserField]:
        answer = {"UF_RESULT_ANSWER": UserField("enumeration", False, self.default)}
        return dict.fromkeys(self.fields, UserField("string", None)) | answer | self.other

    def standings(self, user_ids: Sequence[int]) -> Mapping[int, Standing]:
        self.asked.append(user_ids)
        named = dict.fromkeys(user_ids, Standing.ACTIVE)
        named |= {id_: Standing.DISMISSED for id_ in user_ids if id_ in self.dismissed}
        return named | {id_: Standing.NOT_SHOWN for id_ in user_ids if id_ in self.hidden}


def proven(
    portal: Portal, *, topic: Any = None, promise: Any = Promise.NOTHING, acts: Any = (), **fields: Any
) -> Events:
    events = Events()
    topics = {TOPIC: TopicSettings(**topic or {})}
    filled = {"RESPONSIBLE_ID": 7, "UF_ELEMENT_ID": "Activity_1"} | fields
    draft = TaskDraft("camunda:x", filled, promise, acts=acts)
    Fitness(portal, TaskFields(portal), topics, events).prove(fetched(), draft)
    return events


def test_an_end_before_its_start_is_a_fault_before_anything_is_sent() -> None:
    start = "2030-03-02T00:30:00+03:00"
    for end in ("2030-03-01T21:30:00+00:00", "2030-03-02T00:30:00+03:00", "2030-04-01T00:00:00+03:00"):
        assert proven(Portal(), START_DATE_PLAN=start, END_DATE_PLAN=end).seen == []
    for end in ("2030-03-01T21:29:59+00:00", "2030-03-01T00:00:00+03:00"):
        with pytest.raises(MappingFault, match="the planned end is before the planned start") as caught:
            proven(Portal(), START_DATE_PLAN=start, END_DATE_PLAN=end)
        assert f"{start}, {end}" in str(caught.value)


@pytest.mark.parametrize("field", ["DEADLINE", "END_DATE_PLAN"])
@pytest.mark.parametrize(("days", "told"), [(-1, True), (1, False)])
def test_a_date_that_has_passed_is_told_and_the_task_is_made(field: str, days: int, told: bool) -> None:
    zone = timezone(timedelta(hours=9))
    value = (datetime.now(zone) + timedelta(days=days)).isoformat(timespec="seconds")
    seen = proven(Portal(), **{field: value}).seen
    assert seen == (
        [("task.deadline_past", {"task": "task-1", "field": field.lower(), "value": value})] if told else []
    )


@pytest.mark.parametrize(("length", "told"), [(10_000, False), (10_001, True)])
def test_a_question_that_people_see_cut_is_told(length: int, told: bool) -> None:
    portal = Portal()
    portal.fields = [*portal.fields, "UF_RESULT_QUESTION"]
    seen = proven(portal, promise=Promise.ANSWER, UF_RESULT_QUESTION=asked("x" * length)).seen
    assert [name for name, _ in seen] == (["task.question_cut"] if told else [])


def test_nobody_is_asked_by_a_field_that_answers_by_itself() -> None:
    portal = Portal()
    portal.default = "ДА"
    with pytest.raises(MappingFault, match='UF_RESULT_ANSWER = "ДА": the portal fills in this field itself'):
        proven(portal, promise=Promise.ANSWER)
    assert proven(portal, promise=Promise.CLOSE).seen == [], "nobody reads it"
    portal.default = None
    assert proven(portal, promise=Promise.ANSWER).seen == []


def test_no_task_is_made_where_the_dismissed_would_have_to_act() -> None:
    with pytest.raises(MappingFault, match="responsibleId = 42: this user is dismissed, and nobody would close"):
        proven(Portal(), RESPONSIBLE_ID=42)


def sent(
    topic: TopicSettings, by_portal: Sequence[str] = (), *, creator: int = 42
) -> tuple[Mapping[str, Any], list[Any]]:
    """The fields of the draft that is sent, and what was logged."""
    events, portal = Events(), Portal()
    draft = TaskDraft("camunda:x", {"RESPONSIBLE_ID": 7, "CREATED_BY": creator})
    made = Fitness(portal, TaskFields(portal), {TOPIC: topic}, events).prove(fetched(), draft, by_portal)
    return made.fields, [(name, facts["person"]) for name, facts in events.seen]


@pytest.mark.parametrize("task", [{}, {"created_by": "{{ startedBy }}"}, {"created_by": ""}])
def test_a_dismissed_creator_whom_the_process_names_is_left_out_and_told(task: Mapping[str, Any]) -> None:
    for _ in range(2):
        assert sent(TopicSettings(task=task)) == ({"RESPONSIBLE_ID": 7}, [("task.creator_dismissed", 42)])


@pytest.mark.parametrize(
    ("task", "shown"),
    [
        ({"created_by": 42}, "42"),
        ({"CREATED_BY": "42"}, "42"),
        ({"created_by": "maria@x.ru"}, r"maria@x.ru \(42\)"),
    ],
)
def test_a_dismissed_creator_whom_the_configuration_names_is_a_fault(task: Mapping[str, Any], shown: str) -> None:
    topic = TopicSettings(task=task)
    with pytest.raises(
        MappingFault,
        match=f'topics.{TOPIC}.task.created_by = "?{shown}"?: this user is dismissed, and the setting makes',
    ):
        sent(topic)
    left_out = ({"RESPONSIBLE_ID": 7}, [("task.creator_dismissed", 42)])
    assert sent(topic, ["CREATED_BY"]) == left_out, "the portal's template named him, not the configuration"
    assert sent(topic, creator=8) == ({"RESPONSIBLE_ID": 7, "CREATED_BY": 8}, [])


@pytest.mark.parametrize("field", ["ACCOMPLICES", "AUDITORS"])
def test_a_dismissed_person_who_looks_on_is_told_and_holds_nothing_up(field: str) -> None:
    events = proven(Portal(), **{field: [7, 42]})
    assert [(name, facts["field"], facts["person"]) for name, facts in events.seen] == [
        ("task.person_dismissed", shown_name(field), 42)
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
    assert [(name, facts["field"], facts["person"]) for name, facts in events.seen] == [(event, shown_name(field), 99)]


def test_members_of_checklists_and_employees_in_user_fields_are_people_like_others() -> None:
    portal = Portal()
    portal.other["UF_BUYER"] = UserField("employee", multiple=False)
    portal.other["UF_SUM"] = UserField("integer", multiple=False)
    heading = {"title": "Papers", "parent": None}
    nodes = [heading, *({"title": "a", "parent": 0, "accomplices": [42, 8], "auditors": [99]} for _ in range(2))]
    acts = (Act("checklist", {"nodes": nodes, "nth": 0}), Act("comment", {"text": "t"}))
    events = proven(portal, acts=acts, UF_BUYER="42", UF_SUM=42)
    assert [(name, facts["field"], facts["person"]) for name, facts in events.seen] == [
        ("task.person_dismissed", "UF_BUYER", 42),
        ("task.person_dismissed", "CHECKLISTS.ACCOMPLICES", 42),
        ("task.person_not_shown", "CHECKLISTS.AUDITORS", 99),
    ]
    assert portal.asked == [[7, 42, 8, 99]]


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
        ({}, {"UF_RESULT_ANSVER": 1}, "UF_RESULT_ANSVER"),
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


@pytest.mark.parametrize(
    ("type_", "fits", "misfits", "words"),
    [
        ("integer", [1, "12", "-3", 0], ["A-1", 1.5, "1 000", "1.5"], "a whole number"),
        ("double", [1, 1.5, "1.5", "-2"], ["1,5", "many"], "a number with a point"),
        ("boolean", ["1", "0"], ["yes", "N", "maybe", 7], "yes or no"),
        ("date", ["2026-09-30", "30.09.2026"], ["soon", "12"], "a date"),
        ("datetime", ["2026-09-30T18:00:00+03:00"], ["tomorrow"], "a date"),
        ("enumeration", [45, "45"], ["ДА"], "the number of an option"),
        ("employee", [7], ["John Smith"], "the number of a user"),
        ("string", ["anything", 7], [], ""),
        ("iblock_element", ["anything"], [], ""),
        (None, ["anything"], [], ""),
    ],
)
def test_a_value_that_the_portal_would_store_as_something_else_is_a_fault(
    type_: str | None, fits: list[Any], misfits: list[Any], words: str
) -> None:
    portal = Portal()
    portal.other["UF_CONTRACT"] = UserField(type_, multiple=False)
    for value in (*fits, fits[:1]):
        assert proven(portal, UF_CONTRACT=value).seen == []
    for value in (*misfits, misfits[:1]):
        if value:
            with pytest.raises(MappingFault, match=f"UF_CONTRACT = .*the portal's field keeps {words}"):
                proven(portal, UF_CONTRACT=value)


def test_several_values_in_a_field_for_one_are_a_fault() -> None:
    portal = Portal()
    portal.other["UF_CONTRACT"] = UserField("string", multiple=False)
    with pytest.raises(MappingFault, match="keeps one value only"):
        proven(portal, UF_CONTRACT=["a", "b"])
    for multiple in (True, None):
        portal.other["UF_CONTRACT"] = UserField("integer", multiple=multiple)
        assert proven(portal, UF_CONTRACT=[1, 2]).seen == []
        with pytest.raises(MappingFault, match="a whole number"):
            proven(portal, UF_CONTRACT=[1, "b"])


@pytest.mark.parametrize(
    ("field", "type_"),
    [
        ("UF_RESULT_EXPECTED", "date"),
        ("UF_RESULT_EXPECTED", "enumeration"),
        ("UF_RESULT_QUESTION", "boolean"),
        ("UF_RESULT_QUESTION", "integer"),
        ("UF_RESULT_ANSWER", "boolean"),
        ("UF_RESULT_ANSWER", "date"),
    ],
)
def test_nobody_is_asked_by_fields_of_a_type_that_holds_no_question_or_answer(field: str, type_: str) -> None:
    portal = Portal()
    portal.other[field] = UserField(type_, multiple=False)
    with pytest.raises(MappingFault, match=f'{field} = "{type_}": .*Create the field again') as caught:
        proven(portal, promise=Promise.ANSWER)
    assert caught.value.field == field
    assert proven(portal, promise=Promise.CLOSE).seen == [], "nobody is asked"


@pytest.mark.parametrize("type_", ["boolean", "string", "integer", "double"])
def test_an_expectation_that_is_kept_as_text_or_number_is_as_good(type_: str) -> None:
    portal = Portal()
    portal.other["UF_RESULT_EXPECTED"] = UserField(type_, multiple=False)
    assert proven(portal, promise=Promise.ANSWER, UF_RESULT_EXPECTED="1").seen == []


def test_nobody_is_asked_where_the_field_of_the_answer_is_missing() -> None:
    class Without(Portal):
        def user_fields(self) -> Mapping[str, UserField]:
            return {name: field for name, field in super().user_fields().items() if name != "UF_RESULT_ANSWER"}

    with pytest.raises(MappingFault, match="UF_RESULT_ANSWER: tasks on the portal have no such field"):
        proven(Without(), promise=Promise.ANSWER)


def test_a_field_made_anew_is_seen_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [1000.0]
    monkeypatch.setattr("bitrix.task_fields.time.monotonic", lambda: now[0])
    portal = Portal()
    portal.other["UF_CONTRACT"] = UserField("integer", multiple=False)
    fields = TaskFields(portal)
    fitness = Fitness(portal, fields, {TOPIC: TopicSettings()}, Events())
    draft = TaskDraft("camunda:x", {"RESPONSIBLE_ID": 7, "UF_CONTRACT": "A-1"})
    with pytest.raises(MappingFault):
        fitness.prove(fetched(), draft)
    portal.other.clear()
    now[0] += AGAIN_SECONDS
    fitness.prove(fetched(), draft)
