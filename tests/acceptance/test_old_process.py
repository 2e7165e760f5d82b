"""A process of the old installation, end to end on the real engines: everything its users had is in its tasks."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from sandbox.engine.start import RunningEngine
from sandbox.portal import Portal
from sandbox.portal.state import StoredTask
from tests.acceptance.conftest import WorkerFor
from tests.support.engine_admin import Admin, wait_until
from tests.support.engines import CHOSEN
from tests.support.old_process import (
    ANSWER,
    APPROVE,
    BEFORE,
    BUYER,
    CHECKLISTS,
    COLLECTOR,
    DAY,
    FILE,
    HEAD,
    INITIATOR,
    checklists_of,
    fill_portal,
    model,
)
from tests.support.worker_process import WorkerProcess

REAL = [kind for kind in CHOSEN if kind != "builtin"]  # the stand-in knows neither gateways nor conditions
pytestmark = pytest.mark.parametrize("engine", REAL, indirect=True)
READY = Path(__file__).parents[2] / "examples/exchanger.yaml"
RESULTS = ("All twelve papers", "17 euros")
QUICK = {"WAITING_POLL_SECONDS": "0.5"}


@pytest.fixture
def worker(engine: RunningEngine, admin: Admin, portal: Portal, worker_for: WorkerFor, key: str) -> WorkerProcess:
    """A worker with the ready configuration; only its topic has this test's name."""
    ready = yaml.safe_load(READY.read_text(encoding="utf-8"))
    config = {**ready, "topics": {key: ready["topics"]["bitrix_create_task"]}}
    fill_portal(portal, key)
    admin.deploy(model(key))
    worker = worker_for(engine.base_url, key, config=yaml.safe_dump(config, allow_unicode=True), **QUICK)
    return worker.start()


def made(portal: Portal, activity: str) -> StoredTask:
    def found() -> StoredTask | None:
        tasks = [task for task in portal.tasks() if task.fields["UF_ELEMENT_ID"] == activity]
        assert len(tasks) < 2, tasks
        return tasks[0] if tasks else None

    return wait_until(found, f"the task of {activity}")  # type: ignore[no-any-return]


def created_at(admin: Admin, instance: str) -> datetime:
    return datetime.fromisoformat(admin.task(instance)["createTime"])


@pytest.mark.parametrize(
    ("answer", "then"), [("true", "Activity_yes"), ("false", "Activity_no"), (None, "Activity_no")]
)
def test_a_process_of_the_old_installation(
    worker: WorkerProcess, admin: Admin, portal: Portal, key: str, answer: str | None, then: str
) -> None:
    instance = admin.start(key, {"startedBy": INITIATOR})
    people: dict[str, Any] = {activity: made(portal, activity).fields["RESPONSIBLE_ID"] for activity in BEFORE}
    assert [str(people[activity]) for activity in BEFORE] == [str(COLLECTOR), str(BUYER)]
    for activity, result in zip(BEFORE, RESULTS, strict=True):
        portal.complete(made(portal, activity).id, result=result)

    task = made(portal, APPROVE)
    wait_until(lambda: worker.events("task.waiting", portal_task=task.id), "its acts are done", 60)
    assert str(task.fields["RESPONSIBLE_ID"]) == str(HEAD)
    assert str(task.fields["CREATED_BY"]) == str(INITIATOR)
    assert (task.fields["TITLE"], task.fields["TAGS"]) == ("Approve", ["orders"])
    due = datetime.fromisoformat(str(task.fields["DEADLINE"])) - created_at(admin, instance)
    assert abs(due - timedelta(seconds=DAY)) < timedelta(seconds=1)
    assert checklists_of(portal, task.id) == CHECKLISTS
    assert [one["CODE"] for one in portal.content.questionnaires.of(task.id)] == ["ORDER"]
    for result in RESULTS:
        assert result in str(task.fields["DESCRIPTION"])
    assert portal.store.disk.names_in(task.id) == [FILE]
    assert sorted(portal.content.links) == sorted((task.id, made(portal, activity).id) for activity in BEFORE)

    portal.fill_in(task.id, {"ORDER.APPROVED": answer})
    portal.complete(task.id)
    wait_until(lambda: admin.task(instance)["activityId"] == then, f"the gateway has chosen {then}")
    variables = admin.variables(instance)
    assert (variables[ANSWER]["type"], variables[ANSWER]["value"]) == ("Boolean", answer == "true")
    assert (variables["bitrix_task_id"]["type"], variables["bitrix_task_id"]["value"]) == ("String", str(task.id))
    assert variables["bitrix_task_status"]["value"] == "5"
    assert len(portal.tasks()) == 3
