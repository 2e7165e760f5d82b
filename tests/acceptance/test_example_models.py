"""The example processes on the real engines, each step completed by hand with the variables that the worker sets."""

from __future__ import annotations

import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier
from typing import Any

import pytest

from sandbox.demo.examples import APPROVER, AUTHOR, EXAMPLES, OTHER_APPROVER, Example
from tests.support.engine_admin import Admin, wait_until
from tests.support.engines import CHOSEN

REAL = [kind for kind in CHOSEN if kind != "builtin"]  # the stand-in knows neither conditions nor timers
pytestmark = pytest.mark.parametrize("engine", REAL, indirect=True)


class Hand:
    """Takes and completes the external tasks of one instance, as the worker does."""

    def __init__(self, admin: Admin, example: Example, **variables: Any) -> None:
        self._admin = admin
        self._name = uuid.uuid4().hex
        self.instance = admin.start(example.key, example.variables(1) | variables, self._name)

    def take(self, *activities: str) -> dict[str, dict[str, Any]]:
        """The tasks that wait, by activity: exactly these."""
        taken: dict[str, dict[str, Any]] = {}
        topic = {"topicName": "bitrix_create_task", "lockDuration": 60_000, "businessKey": self._name}
        body = {"workerId": self._name, "maxTasks": 10, "topics": [topic | {"includeExtensionProperties": True}]}

        def fetched() -> bool:
            tasks = self._admin.call("POST", "/external-task/fetchAndLock", body).json()
            taken.update({task["activityId"]: task for task in tasks})
            return set(taken) >= set(activities)

        wait_until(fetched, f"{activities} wait, {self._admin.incidents(self.instance)}")
        assert set(taken) == set(activities)
        return taken

    def complete(self, task: dict[str, Any], **variables: str) -> int:
        typed = {name: {"type": "String", "value": value} for name, value in variables.items()}
        body = {"workerId": self._name, "variables": typed}
        return self._admin.call("POST", f"/external-task/{task['id']}/complete", body).status_code

    def go(self, activity: str, **variables: str) -> dict[str, Any]:
        """Take and complete the one task that waits; what was taken."""
        task = self.take(activity)[activity]
        assert self.complete(task, **variables) == 204
        return task

    def ends(self) -> None:
        wait_until(lambda: self._admin.ended(self.instance), "the instance has ended")


@pytest.fixture
def deployed(admin: Admin) -> Admin:
    for example in EXAMPLES.values():
        admin.deploy(example.path.read_text(encoding="utf-8"))
    return admin


def value(task: dict[str, Any], name: str) -> Any:
    return task["variables"][name]["value"]


@pytest.mark.parametrize(("answer", "then", "title"), [("ok", "sign", "Подписать"), ("no", "rework", "Доработать")])
def test_an_approval_goes_where_the_answer_says(deployed: Admin, answer: str, then: str, title: str) -> None:
    hand = Hand(deployed, EXAMPLES["approval"])
    asked = hand.go("approve", approve=answer)
    assert asked["extensionProperties"]["UF_RESULT_EXPECTED"] == "true"
    assert (value(asked, "title"), value(asked, "responsibleId")) == (
        "Согласовать: Договор № 1 с ООО «Ромашка»",
        APPROVER,
    )
    ordinary = hand.go(then)
    assert "UF_RESULT_EXPECTED" not in ordinary["extensionProperties"]
    assert value(ordinary, "title").startswith(f"{title}: Договор № 1")
    assert value(ordinary, "responsibleId") == AUTHOR
    hand.ends()


@pytest.mark.parametrize(("lawyer", "accountant"), [("ok", "ok"), ("ok", "no"), ("no", "ok"), ("no", "no")])
def test_two_answers_at_the_same_moment_are_both_taken(deployed: Admin, lawyer: str, accountant: str) -> None:
    hands = [Hand(deployed, EXAMPLES["parallel_approvals"]) for _ in range(4)]
    answers = {"approve_legal": lawyer, "approve_finance": accountant}
    with ThreadPoolExecutor(2) as pool:
        for hand in hands:
            tasks = hand.take(*answers)
            assert value(tasks["approve_legal"], "responsibleId") == APPROVER
            assert value(tasks["approve_finance"], "responsibleId") == OTHER_APPROVER
            together = Barrier(2)

            def complete(activity: str, hand: Hand = hand, tasks: Any = tasks, together: Barrier = together) -> int:
                together.wait(10)
                return hand.complete(tasks[activity], **{activity: answers[activity]})

            assert list(pool.map(complete, answers)) == [204, 204]
    for hand in hands:
        hand.go("sign" if (lawyer, accountant) == ("ok", "ok") else "rework")
        hand.ends()


def test_an_answer_in_time_stops_the_timer(deployed: Admin) -> None:
    hand = Hand(deployed, EXAMPLES["escalation"], patience="PT1H")
    hand.go("approve", approve="ok")
    hand.go("sign")
    hand.ends()


@pytest.mark.parametrize(("answer", "then"), [("ok", "sign"), ("no", "rework")])
def test_without_an_answer_the_supervisor_decides(deployed: Admin, answer: str, then: str) -> None:
    hand = Hand(deployed, EXAMPLES["escalation"], patience="PT1H")
    late = hand.take("approve")["approve"]
    (timer,) = deployed.get("/job", processInstanceId=hand.instance, timers="true")
    assert deployed.call("POST", f"/job/{timer['id']}/execute").status_code == 204
    asked = hand.take("decide")["decide"]
    assert value(asked, "responsibleId") == OTHER_APPROVER
    assert hand.complete(late, approve="ok") == 404  # who is late can no longer decide
    assert hand.complete(asked, decide=answer) == 204
    hand.go(then)
    hand.ends()


def test_patience_may_be_left_out(deployed: Admin) -> None:
    example = EXAMPLES["escalation"]
    instance = deployed.start(example.key, {**example.variables(1), "patience": {"value": None}})
    plain = {name: value for name, value in example.variables(1).items() if name != "patience"}
    for started in (instance, deployed.start(example.key, plain)):
        (timer,) = deployed.get("/job", processInstanceId=started, timers="true")
        due = datetime.fromisoformat(timer["dueDate"])
        assert timedelta(minutes=14) < due - datetime.now(UTC) < timedelta(minutes=16)
