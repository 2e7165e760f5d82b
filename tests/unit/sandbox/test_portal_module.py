"""The portal's module on the stand-in: what it tells of steps, templates and people, and what goes wrong with it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import requests

from sandbox.portal import Portal
from sandbox.portal.faults import fault
from tests.support.portal_templates import question, questionnaire, template

DIAGRAM = "diagram.responsible.list"
GET = "tasktemplate.get"
ADD = "task.questionnaire.add"
LIST = "task.questionnaire.list"
STEP = {"camundaProcessId": "Process_x", "elementId": "Activity_1"}
ORDER = questionnaire("ORDER", question("APPROVED", "boolean"), question("COUNT", "integer"))


@pytest.fixture
def portal() -> Iterator[Portal]:
    with Portal() as portal:
        portal.content.set_up({})
        portal.store.add({"TITLE": "x", "RESPONSIBLE_ID": 42})
        yield portal


def ask(portal: Portal, method: str, **params: Any) -> Any:
    """The `result` of a method of the module."""
    answer = requests.post(f"{portal.webhook_url}imena.camunda.{method}", json=params, timeout=30)
    return answer.json()["result"] if answer.status_code == 200 else answer.json()["error"]


def refusal(portal: Portal, method: str, **params: Any) -> str:
    told = ask(portal, method, **params)
    assert told["success"] is False
    return str(told["error"])


def data(portal: Portal, method: str, **params: Any) -> Any:
    told = ask(portal, method, **params)
    assert told["success"] is True, told
    return told["data"]


def test_without_the_modules_content_its_methods_are_not_there() -> None:
    with Portal() as portal:
        assert ask(portal, DIAGRAM, camundaProcessId="Process_x") == "ERROR_METHOD_NOT_FOUND"
        assert ask(portal, "userfield.list")["total"]
        url = f"{portal.page_url}_sandbox/content"
        requests.post(url, json={"diagrams": [{"CAMUNDA_PROCESS_ID": "Process_x"}]}, timeout=30)
        assert data(portal, DIAGRAM, camundaProcessId="Process_x")["meta"]["count"] == 0
        requests.post(url, json={"on": False}, timeout=30)
        assert ask(portal, DIAGRAM, camundaProcessId="Process_x") == "ERROR_METHOD_NOT_FOUND"


def test_a_diagram_lists_the_rows_of_its_steps_with_and_without_a_template(portal: Portal) -> None:
    portal.content.diagrams.step("Process_x", "Activity_1", template(5), name="Approve", predecessors=["Activity_0"])
    portal.content.diagrams.step("Process_x", "Activity_2")
    first, second = data(portal, DIAGRAM, camundaProcessId="Process_x")["responsibles"]
    assert (first["TEMPLATE_ID"], first["ELEMENT_NAME"], first["USER_ID"]) == (5, "Approve", None)
    assert (second["TEMPLATE_ID"], second["PREDECESSOR_IDS"]) == (None, [])
    one = data(portal, "diagram.responsible.get", **STEP)
    assert one["responsible"] == first


@pytest.mark.parametrize(("form", "told"), [("array", ["A", "B"]), ("json", '["A", "B"]'), ("plain", "A")])
def test_predecessors_come_in_three_formats(portal: Portal, form: str, told: Any) -> None:
    portal.content.set_up({"predecessors": form})
    portal.content.diagrams.step("Process_x", "Activity_1", predecessors=["A", "B"])
    [row] = data(portal, DIAGRAM, camundaProcessId="Process_x")["responsibles"]
    assert row["PREDECESSOR_IDS"] == told


def test_an_unknown_diagram_is_refused_or_empty(portal: Portal) -> None:
    assert refusal(portal, DIAGRAM, camundaProcessId="Other") == "Diagram not found"
    assert refusal(portal, DIAGRAM) == "Missing required parameter: camundaProcessId"
    portal.content.set_up({"unknown_diagram": None})
    assert data(portal, DIAGRAM, camundaProcessId="Other")["responsibles"] == []


def test_a_template_comes_whole_with_numbers_as_text(portal: Portal) -> None:
    given = template(5, people=[("R", 106), ("A", 42)], tags=["a"], DEADLINE_AFTER=86400, questionnaires=[ORDER])
    portal.content.diagrams.step("Process_x", "Activity_1", given)
    told = data(portal, GET, **STEP)
    assert (told["template"]["DEADLINE_AFTER"], told["template"]["GROUP_ID"]) == ("86400", "0")
    assert [one["USER_ID"] for one in told["members"]["by_type"]["R"]] == ["106"]
    assert told["questionnaires"]["items"] == [ORDER]
    assert data(portal, GET, templateId=5)["template"] == told["template"]


def test_a_column_that_is_null_stays_null(portal: Portal) -> None:
    portal.content.diagrams.step("Process_x", "Activity_1", template(5, DESCRIPTION=None, GROUP_ID=None, PRIORITY=2))
    row = data(portal, GET, **STEP)["template"]
    assert [row[name] for name in ("DESCRIPTION", "GROUP_ID", "PRIORITY")] == [None, None, "2"]


@pytest.mark.parametrize("step", [None, template(5)])
def test_a_template_that_is_not_there_is_refused(portal: Portal, step: Any) -> None:
    portal.content.diagrams.step("Process_x", "Activity_1", step)
    portal.content.diagrams.remove_template(5)
    assert refusal(portal, GET, **STEP) == "Task template not found"


def test_a_resolver_needs_the_variables_of_the_process(portal: Portal) -> None:
    portal.content.set_up({"emails": {"a@example.org": 42}, "supervisors": {"107": 7}})
    rows: list[dict[str, Any]] = [
        {"TYPE": "R", "resolver": {"code": "by_email", "fallback": 1}},
        {"TYPE": "A", "resolver": {"code": "supervisor"}},
        {"TYPE": "U", "USER_ID": None, "ACCESS_CODE": "DR2"},
        {"TYPE": "U", "USER_ID": None, "ACCESS_CODE": "AU"},
    ]
    portal.content.diagrams.step("Process_x", "Activity_1", template(5, people=[], members=rows))
    without = [one["USER_ID"] for one in data(portal, GET, **STEP)["members"]["all"]]
    assert without == ["1", None, None, None]
    variables = {"startedBy": 107, "assigneeEmail": "a@example.org"}
    told = data(portal, GET, **STEP, processVariables=variables)["members"]["all"]
    assert [one["USER_ID"] for one in told] == ["42", "7", None, None]
    assert [one["ACCESS_CODE"] for one in told] == ["U42", "U7", "DR2", "AU"]
    assert set(data(portal, "resolvers.list")) >= {"by_email", "supervisor"}


def test_nobody_above_is_an_answer(portal: Portal) -> None:
    portal.content.set_up({"supervisors": {"107": 42, "42": None}})
    assert data(portal, "user.supervisor.get", userId=107) == {"userId": 107, "supervisorId": 42}
    nobody = data(portal, "user.supervisor.get", userId="42")
    assert (nobody["supervisorId"], nobody["message"]) == (None, "Supervisor not found for this user")
    assert refusal(portal, "user.supervisor.get", userId="x") == "Missing or invalid required parameter: userId"


def test_properties_of_a_process(portal: Portal) -> None:
    portal.content.diagrams.properties_of("Process_x", [{"CODE": "sum", "NAME": "Sum", "TYPE": "integer"}])
    [told] = data(portal, "diagram.properties.list", camundaProcessId="Process_x")["properties"]
    assert (told["CODE"], told["IS_REQUIRED"], told["ENUM_OPTIONS"]) == ("sum", "N", [])


def test_adding_questionnaires_twice_makes_two(portal: Portal) -> None:
    for _ in range(2):
        assert data(portal, ADD, taskId=1, questionnaires=[ORDER])["totalCreated"] == 1
    told = data(portal, LIST, taskId=1)
    assert (told["total"], told["has_codes"]) == (2, True)
    assert refusal(portal, ADD, taskId=2, questionnaires=[ORDER]) == "Task not found"
    assert refusal(portal, ADD, taskId=1) == "Missing required parameter: questionnaires"


def test_answers_are_text_or_null(portal: Portal) -> None:
    data(portal, ADD, taskId=1, questionnaires=[ORDER])
    portal.fill_in(1, {"ORDER.APPROVED": "true"})
    [told] = data(portal, LIST, taskId=1)["items"]
    assert [one["answer"] for one in told["questions"]] == ["true", None]


def test_the_list_may_fail_while_the_task_is_closed(portal: Portal) -> None:
    portal.content.set_up({"silent_when_closed": True})
    data(portal, ADD, taskId=1, questionnaires=[ORDER])
    assert data(portal, LIST, taskId=1)["total"] == 1
    portal.complete(1)
    assert refusal(portal, LIST, taskId=1).startswith("Internal server error")


@pytest.mark.parametrize(
    ("kind", "told"),
    [
        ("module_error", "Internal server error: SQL query error"),
        ("module_parameter", "Missing required parameter: camundaProcessId"),
        ("module_user", "Missing or invalid required parameter: userId"),
    ],
)
def test_each_refusal_can_be_ordered(portal: Portal, kind: str, told: str) -> None:
    portal.faults.add(fault(kind, f"imena.camunda.{ADD}"))
    assert refusal(portal, ADD, taskId=1, questionnaires=[ORDER]) == told
    assert data(portal, LIST, taskId=1)["total"] == 0


@pytest.mark.parametrize("kind", ["drop", "not_json", "html_200", "html_502", "module_error_after", "module_no_data"])
def test_an_answer_may_be_lost_after_the_method_was_executed(portal: Portal, kind: str) -> None:
    portal.faults.add(fault(kind, f"imena.camunda.{ADD}"))
    with pytest.raises((requests.RequestException, AssertionError, KeyError)):
        data(portal, ADD, taskId=1, questionnaires=[ORDER])
    assert data(portal, LIST, taskId=1)["total"] == 1


@pytest.mark.parametrize("kind", ["never_500", "never_html_200", "no_method", "never_drop"])
def test_a_call_may_fail_without_being_executed(portal: Portal, kind: str) -> None:
    portal.faults.add(fault(kind, f"imena.camunda.{ADD}"))
    with pytest.raises((requests.RequestException, TypeError)):
        data(portal, ADD, taskId=1, questionnaires=[ORDER])
    assert data(portal, LIST, taskId=1)["total"] == 0


def test_an_arrow_between_tasks_cannot_be_made_twice_or_in_a_circle(portal: Portal) -> None:
    portal.store.add({"TITLE": "y", "RESPONSIBLE_ID": 42})
    link = "task.dependency.add"
    assert data(portal, link, taskId=2, dependsOnId=1)["typeDescription"] == "Finish-Start"
    assert refusal(portal, link, taskId=2, dependsOnId=1) == "ERROR_ADDING_DEPENDENCY"
    assert refusal(portal, link, taskId=1, dependsOnId=2) == "ERROR_ADDING_DEPENDENCY"
    assert refusal(portal, link, taskId=1, dependsOnId=1) == "Task cannot depend on itself"
    assert refusal(portal, link, taskId=1, dependsOnId=9) == "Invalid dependsOnId"


def test_a_person_fills_in_a_questionnaire_on_the_tasks_page(portal: Portal) -> None:
    data(portal, ADD, taskId=1, questionnaires=[ORDER])
    [told] = data(portal, LIST, taskId=1)["items"]
    approved, number = (f"question-{one['ID']}" for one in told["questions"])
    shown = requests.get(portal.task_url(1), timeout=30).text
    assert f'name="{approved}"' in shown
    requests.post(portal.task_url(1), data={"action": "fill", approved: "true", number: ""}, timeout=30)
    assert portal.store.all()[0].status == "2"
    requests.post(portal.task_url(1), data={"action": "complete", approved: "false", number: "3"}, timeout=30)
    [told] = data(portal, LIST, taskId=1)["items"]
    assert [one["answer"] for one in told["questions"]] == ["false", "3"]
    assert "Question COUNT: 3" in requests.get(portal.task_url(1), timeout=30).text


def test_another_process_sees_and_fills_in_questionnaires_by_the_control_path(portal: Portal) -> None:
    data(portal, ADD, taskId=1, questionnaires=[ORDER])
    url = f"{portal.page_url}_sandbox/"
    filled = requests.post(f"{url}fill", json={"id": 1, "answers": {"ORDER.COUNT": "7"}}, timeout=30)
    assert filled.status_code == 204
    assert requests.post(f"{url}fill", json={"id": 1, "answers": {"ORDER.NONE": "7"}}, timeout=30).status_code == 400
    [seen] = requests.get(f"{url}questionnaires", params={"id": 1}, timeout=30).json()
    assert [one["answer"] for one in seen["questions"]] == [None, "7"]
