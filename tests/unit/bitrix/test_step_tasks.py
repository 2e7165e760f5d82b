"""Tasks of other steps: only rows that show what was asked for count."""

from __future__ import annotations

from typing import Any

import pytest
from requests_mock import Mocker

from bitrix.client import BitrixClient
from bitrix.errors import LookupUnproven
from bitrix.step_tasks import StepTask, StepTasks
from bitrix.webhook import WebhookUrl

BASE = "https://portal.example/rest/7/secretsecret/"
LIST = BASE + "tasks.task.list"


@pytest.fixture
def tasks() -> StepTasks:
    return StepTasks(BitrixClient(WebhookUrl.parse(BASE)))


def row(id_: Any, step: Any, status: Any = "5", instance: Any = "i") -> dict[str, Any]:
    return {"id": id_, "status": status, "ufProcessInstanceId": instance, "ufElementId": step}


def test_the_newest_closed_task_of_each_step_counts(requests_mock: Mocker, tasks: StepTasks) -> None:
    shown = [row("9", "b", "2"), row("8", "a", "3"), row("7", "a"), row("6", "a"), row("5", "b", "3")]
    requests_mock.post(LIST, json={"result": {"tasks": shown}})
    assert tasks.newest("i", ["a", "c", "b"]) == (StepTask("a", 7, closed=True), StepTask("b", 9, closed=False))
    asked = requests_mock.request_history[-1].json()
    assert asked["filter"] == {"UF_PROCESS_INSTANCE_ID": "i", "UF_ELEMENT_ID": ["a", "c", "b"]}


def test_a_loop_that_fills_the_page_hides_no_other_step(requests_mock: Mocker, tasks: StepTasks) -> None:
    def answer(request: Any, _: Any) -> dict[str, Any]:
        steps = request.json()["filter"]["UF_ELEMENT_ID"]
        rows = [row(1000 - n, "a") for n in range(50)] if "a" in steps else [row(3, "b")]
        return {"result": {"tasks": rows}}

    requests_mock.post(LIST, json=answer)
    assert [one.id for one in tasks.newest("i", ["a", "b"])] == [1000, 3]


def test_a_step_without_a_task_is_missing(requests_mock: Mocker, tasks: StepTasks) -> None:
    requests_mock.post(LIST, json={"result": {"tasks": []}})
    assert tasks.newest("i", ["a"]) == ()


@pytest.mark.parametrize(
    "result",
    [
        [],
        {"tasks": None},
        {"tasks": [7]},
        {"tasks": [row("9", "a", instance="other")]},
        {"tasks": [row("9", "a", instance=None)]},
        {"tasks": [row("9", "other")]},
        {"tasks": [row("9", None)]},
        {"tasks": [row(None, "a")]},
        {"tasks": [row("9", "a", status=None)]},
    ],
)
def test_rows_that_were_not_asked_for_prove_nothing(requests_mock: Mocker, tasks: StepTasks, result: Any) -> None:
    requests_mock.post(LIST, json={"result": result})
    with pytest.raises(LookupUnproven):
        tasks.newest("i", ["a"])
