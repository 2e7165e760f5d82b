"""One engine for several tenants: a worker never touches, counts or shows what is another tenant's."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.engine.start import RunningEngine
from sandbox.portal import Portal
from sandbox.ports import free_port
from tests.acceptance.conftest import WorkerFor
from tests.support.engine_admin import Admin, sequence, wait_until
from tests.support.engines import CHOSEN
from tests.support.models import definitions
from tests.support.worker_page import shown_at
from tests.support.worker_process import WorkerProcess

OURS, OTHERS = "tenant_a", "tenant_b"
WAITING = "topics: {{{key}: {{wait_for_close: true}}}}"


@pytest.fixture
def started(admin: Admin, key: str) -> dict[str | None, str]:
    """An instance of one key and topic for each of two tenants, and one for none."""
    for tenant in (OURS, OTHERS, None):
        admin.deploy(sequence(key, {"step": key}), tenant)
    return {tenant: admin.start(key, {"title": str(tenant)}, tenant_id=tenant) for tenant in (OURS, OTHERS, None)}


def untouched(admin: Admin, instance: str) -> bool:
    task = admin.task(instance)
    return (task["workerId"], task["lockExpirationTime"], task["retries"]) == (None, None, None)


def titles(portal: Portal) -> set[str]:
    return {str(task.fields["TITLE"]) for task in portal.tasks()}


@pytest.mark.parametrize(
    ("environ", "served"),
    [
        ({"CAMUNDA_TENANT_ID": OURS}, {OURS}),
        ({"CAMUNDA_TENANT_IDS": f"{OURS},{OTHERS}"}, {OURS, OTHERS}),
        ({"CAMUNDA_WITHOUT_TENANT": "true"}, {None}),
        ({}, {OURS, OTHERS, None}),
    ],
)
def test_only_steps_of_its_tenants_are_worked_on(
    environ: dict[str, str],
    served: set[str | None],
    engine: RunningEngine,
    admin: Admin,
    portal: Portal,
    worker_for: WorkerFor,
    key: str,
    started: dict[str | None, str],
) -> None:
    worker = worker_for(engine.base_url, key, **environ)
    assert f"топик {key}: ждут: {len(served)}\n" in worker.command("check").stdout
    worker.start()
    wait_until(lambda: all(admin.ended(started[tenant]) for tenant in served), "their steps completed")
    assert worker.stop() == 0
    assert titles(portal) == {str(tenant) for tenant in served}
    assert all(untouched(admin, started[tenant]) for tenant in started.keys() - served)
    assert f"топик {key}: ждут: 0\n" in worker.command("check").stdout


def test_locks_and_incidents_of_another_tenant_are_not_ours_under_our_own_id_either(
    engine: RunningEngine, admin: Admin, portal: Portal, worker_for: WorkerFor, key: str, started: dict[str | None, str]
) -> None:
    """Both installations of old had one worker id: what was locked under it is told apart by the tenant alone."""
    topic = {"topicName": key, "lockDuration": 600_000, "tenantIdIn": [OTHERS]}
    body: dict[str, Any] = {"workerId": "same", "maxTasks": 9, "topics": [topic]}
    (theirs,) = admin.call("POST", "/external-task/fetchAndLock", body).json()
    failed = admin.start(key, {}, tenant_id=OTHERS)
    (lost,) = admin.call("POST", "/external-task/fetchAndLock", body).json()
    failure = {"workerId": "same", "errorMessage": "x", "retries": 0, "retryTimeout": 0}
    assert admin.call("POST", f"/external-task/{lost['id']}/failure", failure).status_code == 204
    locked = admin.task(started[OTHERS])
    worker = worker_for(engine.base_url, key, CAMUNDA_TENANT_ID=OURS, CAMUNDA_WORKER_ID="same", HTTP_PORT="0").start()
    wait_until(lambda: admin.ended(started[OURS]), "our step completed")
    assert worker.events("fetch.locked_at_start") == []
    assert worker.stop() == 0
    assert theirs["id"] == locked["id"]
    assert admin.task(started[OTHERS]) == locked
    assert admin.incidents(failed)
    assert titles(portal) == {OURS}


def test_the_take_over_takes_those_of_our_tenant_only(
    engine: RunningEngine, admin: Admin, worker_for: WorkerFor, key: str, started: dict[str | None, str]
) -> None:
    topic = {"topicName": key, "lockDuration": 600_000}
    locked = admin.call("POST", "/external-task/fetchAndLock", {"workerId": "old", "maxTasks": 9, "topics": [topic]})
    by_tenant = {task["tenantId"]: task["id"] for task in locked.json()}
    worker = worker_for(engine.base_url, key, CAMUNDA_TENANT_ID=OURS)
    plan = worker.command("takeover", "--from-worker", "old", "--dry-run").stdout
    assert by_tenant[OURS] in plan
    assert by_tenant[OTHERS] not in plan
    assert by_tenant[None] not in plan


def test_steps_of_a_tenant_that_is_served_no_more_are_told_and_left(
    engine: RunningEngine, admin: Admin, portal: Portal, worker_for: WorkerFor, key: str, started: dict[str | None, str]
) -> None:
    config = WAITING.format(key=key)
    of_all = worker_for(engine.base_url, key, config=config, WAITING_SWEEP_SECONDS="0.5", WAITING_LOCK_SECONDS="5")
    of_all.start()
    wait_until(lambda: len(portal.tasks()) == 3, "a task for each")
    of_all.wait_for_steps("task.waiting", 3)
    assert of_all.stop() == 0
    ours: WorkerProcess = worker_for(
        engine.base_url,
        key,
        config=config,
        WAITING_SWEEP_SECONDS="0.5",
        WAITING_LOCK_SECONDS="5",
        CAMUNDA_TENANT_ID=OURS,
    )
    ours.start()
    (told,) = ours.wait_for("waiting.not_served")
    assert (told["count"], told["topics"], told["tenants"]) == (2, key, f"-, {OTHERS}")
    (changed,) = ours.wait_for("worker.tenants_changed")
    assert (changed["before"], changed["now"]) == ("*", OURS)
    ours.wait_for("worker.ready", 2)
    assert ours.stop() == 0
    assert ours.events("waiting.step_gone") == []
    assert all(not admin.ended(instance) for instance in started.values())
    assert all(not portal.store.comments(task.id) for task in portal.tasks())


def test_the_page_and_the_metrics_count_ours_only(
    engine: RunningEngine, admin: Admin, worker_for: WorkerFor, key: str, started: dict[str | None, str]
) -> None:
    """Suspended, nobody fetches them: what waits is what is counted."""
    for instance in started.values():
        admin.call("PUT", f"/process-instance/{instance}/suspended", {"suspended": True})
    port = free_port()
    worker = worker_for(
        engine.base_url, key, CAMUNDA_TENANT_ID=OURS, HTTP_PORT=str(port), HTTP_HOST="127.0.0.1"
    ).start()
    worker.wait_for("http.listening")
    worker.wait_for("worker.ready")
    line = f'bitrix_worker_backlog{{topic="{key}"}} 1.0'
    wait_until(lambda: line in shown_at(port, "/metrics").text, line)


@pytest.mark.parametrize(
    ("environ", "labels"),
    [
        ({}, ("{key}", f"{{key}} ({OURS})", f"{{key}} ({OTHERS})")),
        ({"CAMUNDA_TENANT_ID": OTHERS}, (f"{{key}} ({OTHERS})",)),
        ({"CAMUNDA_WITHOUT_TENANT": "true"}, ("{key}",)),
    ],
)
@pytest.mark.usefixtures("started")
def test_check_finds_the_model_of_each_tenant_that_is_served(
    environ: dict[str, str],
    labels: tuple[str, ...],
    engine: RunningEngine,
    worker_for: WorkerFor,
    key: str,
) -> None:
    said = worker_for(engine.base_url, key, **environ).command("check", "--model", key).stdout
    checked = [line.split(": ")[0].split(" модель ")[1] for line in said.splitlines() if f" модель {key}" in line]
    assert sorted(dict.fromkeys(one.partition(",")[0] for one in checked)) == sorted(
        one.format(key=key) for one in labels
    )


def test_check_finds_a_model_that_only_a_tenant_has(
    engine: RunningEngine, admin: Admin, worker_for: WorkerFor, key: str
) -> None:
    admin.deploy(sequence(key, {"step": key}), OTHERS)
    said = worker_for(engine.base_url, key).command("check", "--model", key).stdout
    assert f"модель {key} ({OTHERS})" in said
    ours = worker_for(engine.base_url, key, CAMUNDA_TENANT_ID=OURS)
    [line] = [one for one in ours.command("check", "--model", key).stdout.splitlines() if f"модель {key}" in one]
    assert line.startswith("FAIL ")
    assert "camunda.tenant_ids" in line


CALLER = definitions("""
  <bpmn:process id="{key}_top" isExecutable="true" camunda:historyTimeToLive="P1D">
    <bpmn:startEvent id="start"/>
    <bpmn:sequenceFlow id="begin" sourceRef="start" targetRef="call"/>
    <bpmn:callActivity id="call" calledElement="{key}">
      <bpmn:extensionElements><camunda:out source="nothing" target="x"/></bpmn:extensionElements>
    </bpmn:callActivity>
  </bpmn:process>
""")


@pytest.mark.parametrize("engine", [kind for kind in CHOSEN if kind != "builtin"], indirect=True)
def test_a_call_stays_with_the_tenant_of_its_caller(
    engine: RunningEngine, admin: Admin, worker_for: WorkerFor, key: str
) -> None:
    """The stand-in knows no calls."""
    caller, worker = f"{key}_top", worker_for(engine.base_url, key)
    told = f"WARN модель {caller} ({OTHERS}), вызов процесса call: camunda:out берёт nothing"
    admin.deploy(CALLER.format(key=key), OTHERS)
    admin.deploy(sequence(key, {"step": key}))
    refused = admin.call("POST", f"/process-definition/key/{caller}/tenant-id/{OTHERS}/start", {})
    assert "no processes deployed with key" in refused.text
    assert told not in worker.command("check", "--model", caller).stdout
    admin.deploy(sequence(key, {"step": key}), OTHERS)
    admin.start(caller, tenant_id=OTHERS)
    [task] = admin.get("/external-task", topicName=key)
    assert task["tenantId"] == OTHERS
    assert told in worker.command("check", "--model", caller).stdout
