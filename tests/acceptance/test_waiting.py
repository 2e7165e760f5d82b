"""Steps that wait for their task to be closed, on every engine: closed, answered, declined, deleted, cancelled."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from sandbox.engines import RunningEngine
from sandbox.portal import Portal
from sandbox.portal_state import StoredTask
from tests.acceptance.conftest import WorkerFor
from tests.acceptance.engine_admin import Admin, sequence, wait_until
from tests.acceptance.worker_process import WorkerProcess

QUICK = {"WAITING_POLL_SECONDS": "0.5", "WAITING_SWEEP_SECONDS": "1", "WAITING_LOCK_SECONDS": "5"}
PROPERTY = '<camunda:property name="{}" value="{}"/>'
Started = Callable[..., tuple[WorkerProcess, str]]


def properties(**given: str) -> str:
    inner = "".join(PROPERTY.format(name, value) for name, value in given.items())
    return f"<camunda:properties>{inner}</camunda:properties>"


ASKS = {"UF_RESULT_EXPECTED": "true", "UF_RESULT_QUESTION": "Согласовать?"}


@pytest.fixture
def started(engine: RunningEngine, admin: Admin, worker_for: WorkerFor, key: str) -> Started:
    """A worker, and an instance at a step with these properties; `topic` is YAML of the topic's settings."""

    def start(topic: str = "{}", step: dict[str, str] | None = None, **environ: str) -> tuple[WorkerProcess, str]:
        admin.deploy(sequence(key, {"ours": key, "theirs": f"{key}_theirs"}, extensions=properties(**(step or {}))))
        config = f"topics: {{{key}: {topic}}}"
        worker = worker_for(engine.base_url, key, config=config, **QUICK, **environ).start()
        return worker, admin.start(key)

    return start


def made(portal: Portal) -> StoredTask:
    wait_until(lambda: len(portal.tasks()) == 1, "the task")
    return portal.tasks()[0]


def through(admin: Admin, instance: str) -> dict[str, Any]:
    """The instance's variables, once our step is completed."""
    wait_until(lambda: admin.task(instance)["activityId"] == "theirs", "our step completed")
    return {name: raw["value"] for name, raw in admin.get(f"/process-instance/{instance}/variables").items()}


def test_a_step_waits_until_its_task_is_closed(started: Started, admin: Admin, portal: Portal, key: str) -> None:
    worker, instance = started("{wait_for_close: true}")
    task = made(portal)
    worker.wait_for("task.waiting")
    wait_until(lambda: len(portal.syncs()) == 1, "synchronised after creation")
    assert admin.task(instance)["activityId"] == "ours"

    portal.store.complete(task.id)
    variables = through(admin, instance)

    assert variables["bitrixTaskId"] == task.id
    wait_until(lambda: len(portal.syncs()) == 2, "synchronised after completion")
    assert worker.stop() == 0


@pytest.mark.parametrize(("answer", "value"), [("ДА", "ok"), ("НЕТ", "no")])
def test_the_answer_goes_into_a_variable_named_after_the_step(
    started: Started, admin: Admin, portal: Portal, answer: str, value: str
) -> None:
    _, instance = started(step=ASKS)
    task = made(portal)
    assert (task.fields["UF_RESULT_EXPECTED"], task.fields["UF_RESULT_QUESTION"]) == ("1", "Согласовать?")

    portal.store.complete(task.id, by=7, answer=answer)

    assert through(admin, instance)["ours"] == value
