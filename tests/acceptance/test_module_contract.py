"""What the worker relies on about the portal's module: the stand-in, and a real portal that has the module.

A real one takes `BITRIX_CONTRACT_STEP=Process_x/Activity_y`, a step with a template: nobody can make one over REST.
"""

from __future__ import annotations

import os
from typing import Any

import pytest

from bitrix.camunda_module import ADD_DEPENDENCY
from tests.acceptance.test_portal_contract import Webhook, folder, upload, webhook
from tests.support.portal_templates import template

__all__ = ["folder", "webhook"]
PREFIX = "imena.camunda."
ROWS, ROW = f"{PREFIX}diagram.responsible.list", f"{PREFIX}diagram.responsible.get"
TEMPLATE = f"{PREFIX}tasktemplate.get"
SUPERVISOR, RESOLVERS = f"{PREFIX}user.supervisor.get", f"{PREFIX}resolvers.list"
STEP = os.environ.get("BITRIX_CONTRACT_STEP", "")
OURS = "Process_contract/Activity_contract"
HEAD, DEPUTY = 7, 42
MANY = {f"variable_{number}": "x" * 200 for number in range(200)}


@pytest.fixture
def module(webhook: Webhook) -> Webhook:
    if webhook.portal:
        people = [{"TYPE": "R", "USER_ID": None, "resolver": {"code": "initiator"}}]
        webhook.portal.content.set_up({"supervisors": {1: HEAD, DEPUTY: HEAD}})
        process, element = OURS.split("/")
        webhook.portal.content.diagrams.step(process, element, template(people=[], members=people))
    for method in (ROWS, TEMPLATE, SUPERVISOR, RESOLVERS, ADD_DEPENDENCY):
        if not webhook.result("method.get", {"name": method})["isExisting"]:
            pytest.skip(f"the real portal does not know {method}")
    return webhook


@pytest.fixture
def step(module: Webhook) -> dict[str, str]:
    """A step with a template, as the module's methods name it."""
    named = OURS if module.portal else STEP
    if "/" not in named:
        pytest.skip("BITRIX_CONTRACT_STEP names no step with a template, such as Process_x/Activity_y")
    process, element = named.split("/", 1)
    return {"camundaProcessId": process, "elementId": element}


def refused(module: Webhook, method: str, **params: Any) -> str:
    """Why the module refuses this: with HTTP 200, and in words."""
    result = module.result(method, params)
    assert result["success"] is False, result
    assert isinstance(result["error"], str)
    return result["error"]


def data(module: Webhook, method: str, **params: Any) -> Any:
    result = module.result(method, params)
    assert result["success"] is True, result
    return result["data"]


# --- o: what is unknown ---


def test_an_unknown_diagram_has_no_rows_or_is_refused_in_words(module: Webhook) -> None:
    """Either is safe: without rows there is no template, and a refusal is asked again."""
    result = module.result(ROWS, {"camundaProcessId": "Process_of_nobody"})
    if result["success"]:
        assert result["data"]["responsibles"] == []
    else:
        assert result["error"]
    assert refused(module, ROW, camundaProcessId="Process_of_nobody", elementId="Activity_of_nobody")


def test_an_unknown_step_and_an_unknown_template_are_refused_in_words(module: Webhook, step: dict[str, str]) -> None:
    assert refused(module, TEMPLATE, **step | {"elementId": "Activity_of_nobody"})
    assert refused(module, TEMPLATE, templateId=2**31 - 1)
    assert refused(module, ROWS)


def test_the_rows_of_a_diagram_show_each_step_once(module: Webhook, step: dict[str, str]) -> None:
    """Also where two versions of a diagram have one process: two rows of one step would be two answers."""
    rows = data(module, ROWS, camundaProcessId=step["camundaProcessId"])["responsibles"]
    elements = [row["ELEMENT_ID"] for row in rows]
    assert elements.count(step["elementId"]) == 1
    [row] = [row for row in rows if row["ELEMENT_ID"] == step["elementId"]]
    assert int(row["TEMPLATE_ID"]) > 0


# --- p, q: twice (questionnaires: test_questionnaire_contract) ---


def test_the_modules_arrow_needs_no_plan_dates_and_is_made_once(module: Webhook) -> None:
    first, second = (int(module.add()["id"]) for _ in range(2))
    assert data(module, ADD_DEPENDENCY, taskId=second, dependsOnId=first)
    assert refused(module, ADD_DEPENDENCY, taskId=second, dependsOnId=first).startswith("ERROR_ADDING_DEPENDENCY")
    assert refused(module, ADD_DEPENDENCY, taskId=second, dependsOnId=second)


# --- r, s: templates with variables ---


def people_in(told: dict[str, Any]) -> list[Any]:
    return [one["USER_ID"] for one in told["members"]["all"]]


def test_variables_may_change_who_is_named_and_nothing_else(module: Webhook, step: dict[str, str]) -> None:
    """A resolver computes its person from them; how many members there are does not depend on it."""
    without = data(module, TEMPLATE, **step)
    owner = module.owner()
    told = data(module, TEMPLATE, **step, processVariables={"startedBy": owner})
    assert len(people_in(told)) == len(people_in(without))
    assert told["template"]["TITLE"] == without["template"]["TITLE"]
    if module.portal:
        assert (people_in(without), [int(one) for one in people_in(told)]) == ([None], [owner])


def test_a_template_is_told_for_two_hundred_variables(module: Webhook, step: dict[str, str]) -> None:
    told = data(module, TEMPLATE, **step, processVariables=MANY)
    assert int(told["template"]["ID"]) > 0
    assert {"members", "tags", "checklists", "files", "questionnaires"} <= told.keys()


def test_every_resolver_says_what_it_expects(module: Webhook) -> None:
    told = data(module, RESOLVERS)
    assert all(isinstance(one.get("expectedParams"), dict | list) for one in told.values())


# --- u: supervisors ---


def test_a_supervisor_is_another_person_or_said_to_be_none(module: Webhook) -> None:
    """The head of a department is not his own supervisor, or the worker would ask him to control himself."""
    user = module.owner()
    for _ in range(5):  # up to the head of all
        told = data(module, SUPERVISOR, userId=user)
        assert int(told["userId"]) == user
        if told["supervisorId"] is None:
            return
        assert int(told["supervisorId"]) != user
        user = int(told["supervisorId"])


def test_a_supervisor_of_nobody_is_refused_or_none(module: Webhook) -> None:
    assert refused(module, SUPERVISOR, userId=0)
    result = module.result(SUPERVISOR, {"userId": 2**31 - 1})
    assert not result["success"] or result["data"]["supervisorId"] is None


# --- v: files of the common storage ---


def test_a_file_of_the_common_storage_can_be_attached_and_read_back(webhook: Webhook) -> None:
    """As the webhook's owner sees it; whether a member without rights to the storage can open it, a person must try."""
    storages = webhook.result("disk.storage.getlist", {"filter": {"ENTITY_TYPE": "common"}})
    if not storages:
        pytest.skip("the real portal shows the webhook's owner no common storage")
    made = upload(webhook, int(storages[0]["ROOT_OBJECT_ID"]), "camunda-contract.txt").json()["result"]
    try:
        task = webhook.add(UF_TASK_WEBDAV_FILES=[f"n{made['ID']}"])
        asked = {"taskId": task["id"], "select": ["UF_TASK_WEBDAV_FILES"]}
        [attached] = webhook.result("tasks.task.get", asked)["task"]["ufTaskWebdavFiles"]
        told = webhook.result("disk.attachedObject.get", {"id": attached})
        assert (int(told["OBJECT_ID"]), told["NAME"]) == (int(made["ID"]), "camunda-contract.txt")
    finally:
        webhook.post("disk.file.delete", {"id": made["ID"]})


# --- f again: a yes or no ---


@pytest.mark.parametrize(("said", "kept"), [("1", True), ("0", False)])
def test_a_field_of_the_type_yes_or_no_keeps_one_and_nought(webhook: Webhook, said: str, kept: bool) -> None:
    """The texts that the worker sends; `N` and `false` mean different things in different versions."""
    task = int(webhook.add(UF_RESULT_EXPECTED=said)["id"])
    asked = {"taskId": task, "select": ["ID", "UF_RESULT_EXPECTED"]}
    shown = webhook.result("tasks.task.get", asked)["task"]
    if "ufResultExpected" not in shown:
        pytest.skip("the real portal has no field UF_RESULT_EXPECTED")
    assert (str(shown["ufResultExpected"]) in ("1", "Y", "True", "true")) is kept
