from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import requests_mock

from bitrix.client import BitrixClient
from bitrix.errors import Doubtful, LookupUnproven, MethodMissing
from bitrix.task_states import ChecklistItem, Odd, OddRow, TaskState, TaskStates
from bitrix.webhook import WebhookUrl

URL = "https://portal.example/rest/1/secretsecret/"


@pytest.fixture
def http() -> Iterator[requests_mock.Mocker]:
    with requests_mock.Mocker() as mocker:
        yield mocker


@pytest.fixture
def task_states() -> TaskStates:
    return TaskStates(BitrixClient(WebhookUrl.parse(URL)))


def shows(http: requests_mock.Mocker, *rows: dict[str, Any]) -> None:
    http.post(URL + "tasks.task.list", json={"result": {"tasks": list(rows)}})


def test_closed_tasks_are_asked_for_by_their_stored_status(http: requests_mock.Mocker, task_states: TaskStates) -> None:
    shows(http, {"id": "7", "status": "5", "closedBy": "3", "closedDate": "d", "ufResultAnswer": "45", "ufSum": "1"})
    assert task_states.closed([7, 8], ["UF_SUM"]).all() == (TaskState(7, 5, 3, "d", ("45",), {"UF_SUM": "1"}),)
    body = http.request_history[-1].json()
    assert body["filter"] == {"ID": [7, 8], "REAL_STATUS": [4, 5, 7]}
    assert {"STATUS", "UF_RESULT_ANSWER", "UF_SUM"} <= set(body["select"])
    assert body["start"] == -1


@pytest.mark.parametrize(
    ("before", "after", "called"),
    [
        (2, "5", ["complete", "list"]),
        (2, "4", ["complete", "list", "approve"]),
        (4, "4", ["approve"]),
    ],
)
def test_a_task_is_closed_for_its_creator_too(
    http: requests_mock.Mocker, task_states: TaskStates, before: int, after: str, called: list[str]
) -> None:
    """With control, `complete` may lead to "awaits control" only."""
    shows(http, {"id": "7", "status": after})
    for action in ("complete", "approve"):
        http.post(f"{URL}tasks.task.{action}", json={"result": {"task": True}})
    task_states.close(7, before)
    assert [one.path.rpartition(".")[2] for one in http.request_history] == called


@pytest.mark.parametrize(("said", "marker"), [("camunda:a", "camunda:a"), ("", None), (None, None)])
def test_a_state_tells_whose_task_it_is(
    http: requests_mock.Mocker, task_states: TaskStates, said: str | None, marker: str | None
) -> None:
    shows(http, {"id": "7", "status": "5", "xmlId": said})
    assert task_states.closed([7]).read[0].xml_id == marker
    assert "XML_ID" in http.request_history[-1].json()["select"]


@pytest.mark.parametrize("zero", ["0", " 0 ", ["0"], {"0": "0"}, ["", "0"]])
def test_a_written_zero_is_told_for_only_the_fields_type_says_what_it_means(
    http: requests_mock.Mocker, task_states: TaskStates, zero: object
) -> None:
    shows(http, {"id": "7", "status": 5, "ufResultAnswer": zero})
    assert task_states.closed([7]).read[0].chosen == ("0",)


@pytest.mark.parametrize("nothing", [None, "", " ", False, 0, 0.0, [], {}, [""], [None, False], {"0": ""}])
def test_no_choice_is_no_answer(http: requests_mock.Mocker, task_states: TaskStates, nothing: object) -> None:
    shows(http, {"id": "7", "status": 5, "ufResultAnswer": nothing})
    assert task_states.closed([7]).read[0].chosen == ()


@pytest.mark.parametrize(
    "one", ["45", 45, 45.0, " 45 ", ["45"], [45], {"0": "45"}, {"3": 45}, ["45", "45"], ["", "45"], ["0", 45]]
)
def test_one_choice_is_one_answer_however_it_is_written(
    http: requests_mock.Mocker, task_states: TaskStates, one: object
) -> None:
    shows(http, {"id": "7", "status": 5, "ufResultAnswer": one})
    assert task_states.closed([7]).read[0].chosen == ("45",)


@pytest.mark.parametrize("two", [["45", "46"], [45, "46"], {"0": "45", "1": "46"}])
def test_two_choices_are_two(http: requests_mock.Mocker, task_states: TaskStates, two: object) -> None:
    shows(http, {"id": "7", "status": 5, "ufResultAnswer": two})
    assert task_states.closed([7]).read[0].chosen == ("45", "46")


@pytest.mark.parametrize("row", [{"id": "9", "status": "5"}, {"id": "7", "status": "3"}, {"id": "9"}])
def test_rows_that_were_not_asked_for_prove_nothing(
    http: requests_mock.Mocker, task_states: TaskStates, row: dict[str, Any]
) -> None:
    shows(http, row)
    with pytest.raises(LookupUnproven):
        task_states.closed([7])


@pytest.mark.parametrize("result", [[], {}, {"tasks": None}, {"tasks": {"7": {}}}])
def test_an_answer_of_another_shape_proves_nothing(
    http: requests_mock.Mocker, task_states: TaskStates, result: object
) -> None:
    http.post(URL + "tasks.task.list", json={"result": result})
    with pytest.raises(LookupUnproven):
        task_states.states([7])


@pytest.mark.parametrize(
    ("row", "number", "why"),
    [
        (None, None, Odd.NO_TASK),
        ("k3yofthep0rtal99", None, Odd.NO_TASK),
        ({"status": "5"}, None, Odd.NO_NUMBER),
        ({"id": [], "status": "5"}, None, Odd.NO_NUMBER),
        ({"id": "8"}, 8, Odd.NO_STATUS),
        ({"id": "8", "status": "done"}, 8, Odd.NO_STATUS),
        ({"id": "8", "status": "5", "ufResultAnswer": [{}]}, 8, Odd.NO_ANSWER),
    ],
)
def test_one_odd_row_leaves_the_others_readable_and_is_never_missing(
    http: requests_mock.Mocker, task_states: TaskStates, row: Any, number: int | None, why: Odd
) -> None:
    shows(http, {"id": "7", "status": "5"}, row)
    states = task_states.closed([7, 8, 9])
    assert states.read == (TaskState(7, 5),)
    assert states.odd == (OddRow(number, why),)
    assert states.may_hide(8)
    assert states.may_hide(9) is (number is None)
    with pytest.raises(LookupUnproven, match=f"task {number or 'without a number'}: {why}"):
        states.all()


@pytest.mark.parametrize(
    ("other", "why"),
    [
        ({"id": "7", "status": "5", "ufResultAnswer": "46"}, Odd.TWICE),
        ({"id": "7", "status": "4", "ufResultAnswer": "45"}, Odd.TWICE),
        ({"id": "7", "ufResultAnswer": "45"}, Odd.NO_STATUS),
    ],
)
def test_of_two_different_rows_of_one_task_none_is_taken_for_the_true_one(
    http: requests_mock.Mocker, task_states: TaskStates, other: dict[str, Any], why: Odd
) -> None:
    row = {"id": "7", "status": "5", "ufResultAnswer": "45"}
    shows(http, row, {"id": "8", "status": "5"}, other)
    assert task_states.closed([7, 8]).read == (TaskState(8, 5),)
    assert task_states.closed([7, 8]).odd == (OddRow(7, why),)


def test_one_row_twice_is_one_row(http: requests_mock.Mocker, task_states: TaskStates) -> None:
    shows(http, {"id": "7", "status": "5"}, {"id": "7", "status": "5"})
    assert task_states.closed([7]).all() == (TaskState(7, 5),)


@pytest.mark.parametrize("count", [0, 51])
def test_no_empty_filter_and_no_page_cut_short(task_states: TaskStates, count: int) -> None:
    with pytest.raises(ValueError, match=str(count)):
        task_states.states(range(1, count + 1))


def test_the_options_of_the_answer_are_kept_and_asked_anew_for_an_unknown_one(
    http: requests_mock.Mocker, task_states: TaskStates
) -> None:
    field = {"FIELD_NAME": "UF_RESULT_ANSWER", "ENUM_VALUES": [{"ID": "45", "VALUE": "ДА"}]}
    asked = http.post(URL + "imena.camunda.userfield.list", json={"result": {"userFields": [{}, field]}})
    assert [task_states.answer_text("45"), task_states.answer_text("99")] == ["ДА", None]
    assert asked.call_count == 2
    field["ENUM_VALUES"] = [{"ID": "45", "VALUE": "НЕТ"}]
    assert task_states.answer_text("45") == "НЕТ", "an administrator has changed the texts"


def test_the_text_of_a_text_field_is_the_answer_also_where_it_is_a_number(
    http: requests_mock.Mocker, task_states: TaskStates
) -> None:
    field = {"FIELD_NAME": "UF_RESULT_ANSWER", "USER_TYPE_ID": "string"}
    http.post(URL + "imena.camunda.userfield.list", json={"result": {"userFields": [field]}})
    assert task_states.answer_text("2") == "2"


def test_a_portal_that_does_not_tell_the_options_is_no_answer(
    http: requests_mock.Mocker, task_states: TaskStates
) -> None:
    http.post(URL + "imena.camunda.userfield.list", json={"result": {"userFields": []}})
    with pytest.raises(Doubtful):
        task_states.answer_text("45")
    http.post(URL + "imena.camunda.userfield.list", status_code=404, json={"error": "ERROR_METHOD_NOT_FOUND"})
    with pytest.raises(MethodMissing):
        task_states.answer_text("45")


def test_results_are_told_the_newest_last_whatever_order_they_come_in(
    http: requests_mock.Mocker, task_states: TaskStates
) -> None:
    rows = [{"id": 10, "text": "then"}, {"id": "9", "text": "first"}, {"id": 11, "text": "last"}]
    http.post(URL + "tasks.task.result.list", json={"result": rows})
    assert task_states.result_text(7) == "first\nthen\nlast"


LINES = [  # id, parent, sort index, title
    (1, 0, 0, "Before"),
    (2, 1, 1, "read"),
    (3, 1, 0, "open"),
    (4, 3, 5, "the second page"),
    (5, 3, 4, "the first page"),
    (10, 0, 1, "After"),
    (11, 10, 0, "sign"),
]
SHOWN = ["open", "the first page", "the second page", "read", "sign"]


@pytest.mark.parametrize("order", [LINES, LINES[::-1], LINES[3:] + LINES[:3]])
@pytest.mark.parametrize("text", [str, int])
def test_a_checklist_is_told_as_the_portal_shows_it(
    http: requests_mock.Mocker, task_states: TaskStates, order: list[tuple[int, int, int, str]], text: type
) -> None:
    rows = [
        {"ID": text(id_), "PARENT_ID": text(parent), "SORT_INDEX": text(index), "TITLE": title, "IS_COMPLETE": "N"}
        for id_, parent, index, title in order
    ]
    http.post(URL + "task.checklistitem.getlist", json={"result": rows})
    assert [line.title for line in task_states.checklist(7)] == SHOWN


def test_no_line_of_a_checklist_is_lost_and_none_told_twice(
    http: requests_mock.Mocker, task_states: TaskStates
) -> None:
    odd = [(1, 2, "circle"), (2, 1, "circle"), (3, 99, "parent missing"), (4, 4, "itself"), (5, 1, "below a circle")]
    rows = [{"ID": id_, "PARENT_ID": parent, "TITLE": title} for id_, parent, title in odd]
    http.post(URL + "task.checklistitem.getlist", json={"result": rows})
    assert sorted(line.title for line in task_states.checklist(7)) == sorted(title for _, _, title in odd)


def test_result_checklist_and_comment(http: requests_mock.Mocker, task_states: TaskStates) -> None:
    http.post(URL + "tasks.task.result.list", json={"result": [{"id": 1, "text": "one"}, {"id": 2, "text": "two"}]})
    assert task_states.result_text(7) == "one\ntwo"
    lines = [
        {"TITLE": "heading", "PARENT_ID": "0", "IS_COMPLETE": "N"},
        {"TITLE": "signed", "PARENT_ID": "1", "IS_COMPLETE": "Y"},
    ]
    http.post(URL + "task.checklistitem.getlist", json={"result": lines})
    assert task_states.checklist(7) == (ChecklistItem("signed", True),)
    http.post(URL + "task.commentitem.add", json={"result": 5})
    task_states.comment(7, "left")
    assert http.request_history[-1].json() == [7, {"POST_MESSAGE": "left"}]
