"""What the worker relies on about questionnaires: the stand-in, and a real portal whose module has them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.acceptance.test_portal_contract import Webhook, webhook
from tests.support.portal_templates import question, questionnaire

__all__ = ["webhook"]
ADD, LIST = "imena.camunda.task.questionnaire.add", "imena.camunda.task.questionnaire.list"
ORDER = questionnaire("CONTRACT", question("YES", "boolean"), question("WHY"))


@pytest.fixture
def module(webhook: Webhook) -> Webhook:
    if webhook.portal:
        webhook.portal.content.set_up({})
    for method in (ADD, LIST):
        if not webhook.result("method.get", {"name": method})["isExisting"]:
            pytest.skip(f"the real portal does not know {method}")
    return webhook


def data(module: Webhook, method: str, **params: Any) -> Any:
    result = module.result(method, params)
    assert result["success"] is True, result
    return result["data"]


def test_adding_a_questionnaire_twice_makes_two_and_nothing_is_answered_yet(module: Webhook) -> None:
    task = int(module.add()["id"])
    assert data(module, LIST, taskId=task)["items"] == []
    for _ in range(2):
        assert int(data(module, ADD, taskId=task, questionnaires=[ORDER])["totalCreated"]) == 1
    items = data(module, LIST, taskId=task)["items"]
    assert [(one["CODE"], one["TITLE"]) for one in items] == [("CONTRACT", "Questions")] * 2
    told = [(one["CODE"], one["TYPE"], one["answer"]) for one in items[0]["questions"]]
    assert told == [("YES", "boolean", None), ("WHY", "string", None)]


def test_a_task_that_is_not_there_is_refused_with_http_200(module: Webhook) -> None:
    result = module.result(LIST, {"taskId": 2**31 - 1})
    assert result["success"] is False
    assert result["error"]
