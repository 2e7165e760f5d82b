"""Whether an open task may be taken over is judged by what the worker will do with its step, not by its topic alone."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.engine.start import RunningEngine
from sandbox.portal import Portal
from tests.acceptance.conftest import WorkerFor
from tests.acceptance.test_waiting import QUICK, properties
from tests.support.engine_admin import Admin, sequence, wait_until
from tests.support.old_installation import WORKER, OldInstallation
from tests.support.worker_process import WorkerProcess

INPUT = '<camunda:inputOutput><camunda:inputParameter name="{}">{}</camunda:inputParameter></camunda:inputOutput>'
ASKING = properties(UF_RESULT_EXPECTED="true")
WAITING = properties(waitForCompletion="yes")
BY_VARIABLE = INPUT.format("waitForCompletion", "true")
FIELD = '{task: {UF_RESULT_EXPECTED: "{{ asks }}"}}'
COMMANDS = pytest.mark.parametrize("more", [("--dry-run",), ()], ids=["dry run", "takeover"])


def planned(worker: WorkerProcess, *more: str) -> tuple[int, str]:
    done = worker.command("takeover", "--from-worker", WORKER, *more)
    return done.returncode, done.stdout + done.stderr


def left(admin: Admin, portal: Portal, key: str, expected: str) -> tuple[str, int]:
    """An instance whose step the old installation has locked, and the open task that it has made."""
    instance = admin.start(key, {"asks": "Y"})
    old = OldInstallation(admin, portal, key)
    [task] = old.lock(1)
    return instance, old.make(task, expected)


@pytest.mark.parametrize(
    ("step", "topic", "expected"),
    [
        (ASKING, "{}", "0"),
        (WAITING, "{}", "0"),
        (BY_VARIABLE, "{}", "0"),
        ("", FIELD, "0"),
        ("", "{}", "1"),
        ("", "{wait_for_close: true}", "0"),
    ],
    ids=["model asks", "model waits", "variable waits", "field of the topic", "portal asks", "topic waits"],
)
@COMMANDS
def test_an_open_task_whose_step_will_wait_is_taken_over(
    engine: RunningEngine,
    admin: Admin,
    portal: Portal,
    worker_for: WorkerFor,
    key: str,
    step: str,
    topic: str,
    expected: str,
    more: tuple[str, ...],
) -> None:
    admin.deploy(sequence(key, {"ours": key, "theirs": f"{key}_theirs"}, extensions=step))
    worker = worker_for(engine.base_url, key, config=f"topics: {{{key}: {topic}}}", **QUICK)
    instance, number = left(admin, portal, key, expected)
    code, shown = planned(worker, *more)
    assert (code, "ждать закрытия" in shown) == (0, True), shown
    if more:
        return
    worker.start().wait_for("task.waiting")
    portal.store.complete(number, by=7, answer="ДА")
    wait_until(lambda: admin.task(instance)["activityId"] == "theirs", "the step completed", 60)


@pytest.mark.parametrize(
    ("step", "topic"),
    [("", "{}"), (properties(waitForCompletion="no"), "{wait_for_close: true}")],
    ids=["nothing waits", "the step overrides its topic"],
)
@COMMANDS
def test_an_open_task_whose_step_will_not_wait_is_refused_by_the_step_s_name(
    engine: RunningEngine,
    admin: Admin,
    portal: Portal,
    worker_for: WorkerFor,
    key: str,
    step: str,
    topic: str,
    more: tuple[str, ...],
) -> None:
    admin.deploy(sequence(key, {"ours": key, "theirs": f"{key}_theirs"}, extensions=step))
    worker = worker_for(engine.base_url, key, config=f"topics: {{{key}: {topic}}}", **QUICK)
    left(admin, portal, key, "0")
    code, shown = planned(worker, *more)
    assert code == 3, shown
    assert "завершить сразу, хотя открыта" in shown
    assert f"Топик {key}: открытых задач 1, а их шаги завершились бы сразу, без ответа: ours (1)" in shown
    assert len(locked(admin, key)) == 1


@COMMANDS
def test_the_ledger_counts_more_than_today_s_settings(
    engine: RunningEngine, admin: Admin, portal: Portal, worker_for: WorkerFor, key: str, more: tuple[str, ...]
) -> None:
    """A worker of this ledger has begun to wait; another worker id takes over what it has left."""
    admin.deploy(sequence(key, {"ours": key, "theirs": f"{key}_theirs"}))
    waits = {**QUICK, "WAITING_LOCK_SECONDS": "600"}
    config = f"topics: {{{key}: {{wait_for_close: true}}}}"
    first = worker_for(engine.base_url, key, config=config, CAMUNDA_WORKER_ID=WORKER, **waits).start()
    admin.start(key)
    first.wait_for("task.waiting")
    wait_until(lambda: locked(admin, key), "the step locked")
    first.kill()
    second = worker_for(engine.base_url, key, CAMUNDA_WORKER_ID="another", **waits)
    code, shown = planned(second, *more)
    assert (code, "ждать закрытия" in shown) == (0, True), shown


def locked(admin: Admin, key: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = admin.get("/external-task", topicName=key, workerId=WORKER, locked="true")
    return found
