"""What waiting for a task relies on about a portal: the stand-in, by REST."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import requests

from sandbox.portal import Portal


class Webhook:
    def __init__(self, portal: Portal) -> None:
        self.portal = portal
        self.id = self.result("tasks.task.add", {"fields": {"TITLE": "x", "RESPONSIBLE_ID": 42}})["task"]["id"]

    def post(self, method: str, params: Any) -> requests.Response:
        return requests.post(f"{self.portal.webhook_url}{method}", json=params, timeout=60)

    def result(self, method: str, params: Any) -> Any:
        answer = self.post(method, params)
        assert answer.status_code == 200, answer.text
        return answer.json()["result"]

    def refusal(self, method: str, params: Any) -> tuple[int, str]:
        answer = self.post(method, params)
        return answer.status_code, answer.json()["error"]


@pytest.fixture
def webhook() -> Iterator[Webhook]:
    with Portal() as portal:
        yield Webhook(portal)


def test_the_status_methods_answer_the_task(webhook: Webhook) -> None:
    task = {"taskId": webhook.id}
    seen = []
    for action in ("start", "defer", "complete", "renew"):
        shown = webhook.result(f"tasks.task.{action}", task)["task"]
        seen.append((shown["status"], shown["closedBy"]))
    assert seen == [("3", None), ("6", None), ("5", "1"), ("2", None)]


def test_control_goes_by_four(webhook: Webhook) -> None:
    task = {"taskId": webhook.id}
    webhook.result("tasks.task.update", {**task, "fields": {"TASK_CONTROL": "Y"}})
    actions = ("complete", "disapprove", "complete", "approve")
    seen = [webhook.result(f"tasks.task.{action}", task)["task"]["status"] for action in actions]
    assert seen == ["4", "2", "4", "5"]
    shown = webhook.result("tasks.task.get", {**task, "select": ["TASK_CONTROL", "CLOSED_BY"]})["task"]
    assert (shown["taskControl"], shown["closedBy"]) == ("Y", "1")


def test_a_task_that_is_not_there_may_not_be_touched(webhook: Webhook) -> None:
    assert webhook.refusal("tasks.task.complete", {"taskId": 99}) == (400, "0")
    assert webhook.refusal("tasks.task.renew", {"taskId": 99}) == (400, "1048582")


def test_rest_knows_no_decline(webhook: Webhook) -> None:
    assert webhook.refusal("tasks.task.decline", {"taskId": webhook.id}) == (404, "ERROR_METHOD_NOT_FOUND")
    webhook.portal.decline(int(webhook.id))
    assert webhook.result("tasks.task.get", {"taskId": webhook.id})["task"]["status"] == "7"


def test_a_person_closes_with_an_answer_and_a_result(webhook: Webhook) -> None:
    webhook.portal.complete(int(webhook.id), answer="ДА", result="signed")
    params = {"filter": {"ID": [webhook.id], "REAL_STATUS": [4, 5]}, "select": ["CLOSED_BY", "UF_RESULT_ANSWER"]}
    [row] = webhook.result("tasks.task.list", params)["tasks"]
    assert (row["closedBy"], row["ufResultAnswer"]) == ("42", "45")
    [result] = webhook.result("tasks.task.result.list", {"taskId": webhook.id})
    assert isinstance(result["id"], int)
    wanted = {"text": "signed", "status": 1, "taskId": int(webhook.id), "createdBy": 42, "files": []}
    assert wanted.items() <= result.items()


def test_results_of_a_task_that_is_not_there_are_an_error(webhook: Webhook) -> None:
    assert webhook.result("tasks.task.result.list", {"taskId": webhook.id}) == []
    assert webhook.refusal("tasks.task.result.list", {"taskId": 99}) == (400, "0")


def test_the_modules_list_tells_the_options_of_the_answer(webhook: Webhook) -> None:
    told = webhook.result("imena.camunda.userfield.list", {})
    assert (set(told), told["entity"]) == ({"userFields", "total", "entity"}, "TASKS_TASK")
    [answer] = [field for field in told["userFields"] if field["FIELD_NAME"] == "UF_RESULT_ANSWER"]
    assert answer["USER_TYPE_ID"] == "enumeration"
    assert {option["ID"]: option["VALUE"] for option in answer["ENUM_VALUES"]} == webhook.portal.store.answers
    for field in webhook.result("task.item.userfield.getlist", {}):
        assert "ENUM_VALUES" not in field


@pytest.mark.parametrize("lost", ["module", "scope"])
def test_without_the_module_or_its_scope_there_are_no_options(webhook: Webhook, lost: str) -> None:
    if lost == "module":
        webhook.portal.module = False
    else:
        webhook.portal.scopes = ["task"]
    assert webhook.refusal("imena.camunda.userfield.list", {}) == (404, "ERROR_METHOD_NOT_FOUND")


@pytest.mark.parametrize("named", [False, True])
def test_a_comment_takes_its_parameters_by_their_order(webhook: Webhook, named: bool) -> None:
    fields = {"POST_MESSAGE": "closed by the process"}
    params = {"TASKID": webhook.id, "FIELDS": fields} if named else [webhook.id, fields]
    number = webhook.result("task.commentitem.add", params)
    [comment] = webhook.portal.comments(int(webhook.id))
    assert (number, comment.author, comment.text) == (comment.id, 1, "closed by the process")
    assert webhook.portal.requests("task.commentitem.add")[0].body == params


@pytest.mark.parametrize("params", [[], ["abc", {}], [99, {"POST_MESSAGE": "x"}], [1, {"POST_MESSAGE": ""}], [1]])
def test_a_bad_comment_is_refused(webhook: Webhook, params: Any) -> None:
    assert webhook.refusal("task.commentitem.add", params) == (400, "ERROR_CORE")


def test_a_checklist_is_told_in_upper_case(webhook: Webhook) -> None:
    store, task = webhook.portal.store, int(webhook.id)
    heading = store.add_checklist_item(task, "Before")
    store.tick(store.add_checklist_item(task, "Read it", parent_id=heading))
    newest, oldest = webhook.result("task.checklistitem.getlist", [webhook.id])  # by default the newest first
    assert (oldest["TITLE"], oldest["PARENT_ID"], oldest["IS_COMPLETE"]) == ("Before", 0, "N")
    assert {"ID": "2", "TITLE": "Read it", "IS_COMPLETE": "Y", "PARENT_ID": "1"}.items() <= newest.items()
    assert webhook.refusal("task.checklistitem.getlist", [99]) == (400, "ERROR_CORE")


def test_a_list_where_names_are_wanted_means_no_parameters(webhook: Webhook) -> None:
    assert webhook.refusal("tasks.task.add", [{"TITLE": "x"}]) == (400, "100")


def test_a_later_page_names_the_one_after_it(webhook: Webhook) -> None:
    for _ in range(120):
        webhook.portal.store.add({"TITLE": "x", "RESPONSIBLE_ID": 1})
    assert webhook.post("tasks.task.list", {"start": 50}).json()["next"] == 100
    assert "next" not in webhook.post("tasks.task.list", {"start": 100}).json()
