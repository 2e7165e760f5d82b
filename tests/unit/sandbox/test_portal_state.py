from __future__ import annotations

from typing import Any

import pytest

from sandbox.portal import Portal
from sandbox.portal.page import page
from sandbox.portal.state import Refused, Tasks
from sandbox.portal.task_page import task_page


def stocked(*fields: dict[str, Any]) -> Tasks:
    tasks = Tasks()
    for given in fields:
        tasks.add({"TITLE": "x", "RESPONSIBLE_ID": 1, **given})
    return tasks


def ids(tasks: Tasks, **filter_: Any) -> list[str]:
    return [row["id"] for row in tasks.find({"filter": filter_})[0]]


@pytest.mark.parametrize(
    ("filter_", "found"),
    [
        ({"XML_ID": ["a", "b"]}, ["1", "2"]),
        ({"=XML_ID": "b"}, ["2"]),
        ({"@ID": [1, 3]}, ["1", "3"]),
        ({"@XML_ID": ["a"]}, ["1", "2", "3"]),  # every text is the number 0
        ({">ID": 1}, ["2", "3"]),
        ({"%XML_ID": "c"}, ["3"]),
        ({"!XML_ID": "a"}, ["2", "3"]),
        ({"NO_SUCH": "x"}, ["1", "2", "3"]),
        ({"UF_GONE": "x"}, ["1", "2", "3"]),
        ({"XML_ID": []}, ["1", "2", "3"]),
        ({"REAL_STATUS": 2}, ["1", "2", "3"]),
    ],
)
def test_filters_have_the_portals_habits(filter_: dict[str, Any], found: list[str]) -> None:
    assert ids(stocked({"XML_ID": "a"}, {"XML_ID": "b"}, {"XML_ID": "c"}), **filter_) == found


@pytest.mark.parametrize(
    ("given", "stored"), [("1", "1"), ("0", "0"), ("N", "1"), ("false", "1"), (False, "0"), ("", "0")]
)
def test_booleans_are_stored_by_phps_truth(given: Any, stored: str) -> None:
    [task] = stocked({"UF_RESULT_EXPECTED": given}).all()
    assert task.fields["UF_RESULT_EXPECTED"] == stored


def test_user_fields_come_only_when_asked_for_and_in_camel_case() -> None:
    tasks = stocked({"UF_ELEMENT_ID": "step"})
    assert "ufElementId" not in tasks.find({})[0][0]
    assert tasks.find({"select": ["UF_ELEMENT_ID"]})[0][0]["ufElementId"] == "step"


def test_a_user_without_rights_sees_only_his_own() -> None:
    tasks = stocked({"CREATED_BY": 7, "RESPONSIBLE_ID": 42}, {})
    tasks.admin = False
    assert ids(tasks) == ["2"]
    assert tasks.get(1, []) == []


@pytest.mark.parametrize("fields", [{"TITLE": "  "}, {"TITLE": "x", "RESPONSIBLE_ID": "abc"}, {"TITLE": "x"}])
def test_bad_fields_are_refused_with_html(fields: dict[str, Any]) -> None:
    with pytest.raises(Refused, match="<br>"):
        Tasks().add(fields)


def test_an_order_it_does_not_know_is_refused() -> None:
    with pytest.raises(Refused):
        Tasks().find({"order": {"NO_SUCH": "asc"}})


def test_priorities_out_of_range_become_one() -> None:
    assert [task.fields["PRIORITY"] for task in stocked({"PRIORITY": 9}, {"PRIORITY": 2}).all()] == ["1", "2"]


def test_the_page_escapes_what_came_from_outside() -> None:
    script = "<script>alert(1)</script>"
    portal = Portal()
    evil = portal.store
    evil.add({"RESPONSIBLE_ID": 1, "TITLE": script, "UF_PROCESS_INSTANCE_ID": '"><img>', "UF_RESULT_EXPECTED": 1})
    evil.update(1, {"UF_RESULT_QUESTION": script, "<img>": script})
    evil.answers['"><img>'] = script
    evil.comment(1, script)
    evil.add_result(1, script)
    evil.add_checklist_item(1, script)
    question = {"CODE": script, "NAME": script, "TYPE": "enum", "ENUM_OPTIONS": [script, '"><img>']}
    portal.content.questionnaires.add({"taskId": 1, "questionnaires": [{"TITLE": script, "questions": [question]}]})
    for reply in (page(evil.all(), [], "en"), task_page(portal, 1, "ru", script)):
        assert reply.text
        assert "<script>alert" not in reply.text
        assert "<img>" not in reply.text


def test_the_page_speaks_both_languages_and_says_when_it_is_empty() -> None:
    assert "No tasks yet" in (page([], [], "en").text or "")
    assert "Задач пока нет" in (page([], [], "ru").text or "")
    assert task_page(Portal(), 7, "ru").status == 404
