"""`explain` on a real engine: a step that waits through a restart, a lost answer, an incident, a replay."""

from __future__ import annotations

import json
import sqlite3
from typing import Any

import pytest

from sandbox.engine.start import RunningEngine
from sandbox.portal import Portal
from sandbox.portal.faults import fault
from sandbox.ports import free_port
from tests.acceptance.conftest import WorkerFor
from tests.support.engine_admin import Admin, sequence, wait_until
from tests.support.engines import EngineOf
from tests.support.models import definitions
from tests.support.worker_process import WorkerProcess

WAITING = {"WAITING_POLL_SECONDS": "0.5", "WAITING_SWEEP_SECONDS": "1", "WAITING_LOCK_SECONDS": "5"}
SLOW = {"BITRIX_SERVER_MAX_SECONDS": "60", "BITRIX_REQUEST_TIMEOUT": "61", "CAMUNDA_LOCK_SECONDS": "150"}
"""So long that a doubt lasts as long as the test."""

LOADS = definitions("""
  <bpmn:process id="{key}" isExecutable="true" camunda:historyTimeToLive="P1D">
    <bpmn:startEvent id="start"/>
    <bpmn:sequenceFlow id="to_load" sourceRef="start" targetRef="load"/>
    <bpmn:serviceTask id="load" name="Load order" camunda:expression="${{order.number}}" camunda:asyncBefore="true">
      <bpmn:extensionElements><camunda:failedJobRetryTimeCycle>R1/PT1S</camunda:failedJobRetryTimeCycle>
      </bpmn:extensionElements>
    </bpmn:serviceTask>
    <bpmn:sequenceFlow id="to_ours" sourceRef="load" targetRef="ours"/>
    <bpmn:serviceTask id="ours" camunda:type="external" camunda:topic="{key}"/>
  </bpmn:process>
""")
CALLS = definitions("""
  <bpmn:process id="{key}_caller" isExecutable="true" camunda:historyTimeToLive="P1D">
    <bpmn:startEvent id="start"/>
    <bpmn:sequenceFlow id="to_call" sourceRef="start" targetRef="call"/>
    <bpmn:callActivity id="call" calledElement="{key}"/>
  </bpmn:process>
""")


@pytest.fixture(scope="session")
def engine(engine_of: EngineOf) -> RunningEngine:
    """One that keeps a history."""
    return engine_of("camunda")


def explained(worker: WorkerProcess, asked: str, code: int = 0) -> dict[str, Any]:
    done = worker.command("explain", asked, "--json")
    assert done.returncode == code, done.stdout + done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def names(found: dict[str, Any]) -> list[str]:
    return [event["event"] for event in found["events"]]


def parked(worker: WorkerProcess) -> int:
    """The number of the synchronisation that the worker has given up."""
    worker.wait_for("sync.retry_later", 1, 60)
    with sqlite3.connect(worker.folder / "worker.db", timeout=30) as ledger:
        ledger.execute("UPDATE syncs SET due_at = 0")  # minutes later
    worker.wait_for("sync.parked", 1, 60)
    return int(wait_until(lambda: worker.status()["parked"], "parked", 60)[0]["id"])


def test_the_life_of_a_step_that_waits(
    engine: RunningEngine, admin: Admin, portal: Portal, worker_for: WorkerFor, key: str
) -> None:
    bpmn = sequence(key, {"ours": key, "theirs": f"{key}_theirs"})
    admin.deploy(bpmn.replace('id="ours"', 'id="ours" name="Approve"'))
    portal.sync_refusal = "not today"
    settings = WAITING | {"SYNC_GIVE_UP_AFTER_HOURS": "0.0001", "LOG_LANGUAGE": "en", "HTTP_PORT": str(free_port())}
    config = f"topics: {{{key}: {{wait_for_close: true}}}}"
    worker = worker_for(engine.base_url, key, config=config, **settings).start()
    instance = admin.start(key, business_key="A-17")
    sync = parked(worker)
    task = portal.tasks()[0]

    found = explained(worker, instance)
    assert (found["kind"], found["matters"][0]["name"]) == ("needs", "sync_parked")
    assert f"replay {sync}" in found["matters"][0]["cure"]
    assert "waiting" in [matter["name"] for matter in found["matters"]]

    portal.sync_refusal = None
    assert worker.command("replay", str(sync), "--reason", "the module is repaired").returncode == 0
    wait_until(portal.syncs, "sent again", 60)
    assert worker.stop() == 0
    assert explained(worker, "A-17")["matters"][0]["name"] == "no_worker"
    worker.start()
    worker.wait_for("task.waiting", 2, 60)

    found = wait_until(lambda: (now := explained(worker, f"#{task.id}"))["kind"] == "waits" and now, "it waits", 60)
    assert found["matters"][0]["name"] == "waiting"
    assert (found["step"], found["businessKey"], found["portalTask"]) == ("Approve", "A-17", task.id)
    known = names(found)
    assert {"activity_started", "engine_created", "recorded", "portal_created", "replay", "handed_out"} <= set(known)
    assert known.index("activity_started") < known.index("recorded") < known.index("replay") < known.index("handed_out")
    [replay] = [event for event in found["events"] if event["event"] == "replay"]
    assert "because: the module is repaired" in replay["text"]

    portal.store.complete(task.id, by=7)
    wait_until(lambda: admin.task(instance)["activityId"] == "theirs", "our step completed", 60)
    external = found["externalTask"]
    over = wait_until(lambda: (now := explained(worker, external))["kind"] == "over" and now, "over", 60)
    assert {"engine_completed", "activity_ended", "portal_closed", "settled", "replay"} <= set(names(over))
    [closed] = [event for event in over["events"] if event["event"] == "portal_closed"]
    assert "closed by user 7" in closed["text"]
    text = worker.command("explain", external).stdout.splitlines()
    assert text[0].startswith("The step is over")


def test_a_lost_answer_and_an_incident(
    engine: RunningEngine, admin: Admin, portal: Portal, worker_for: WorkerFor, key: str
) -> None:
    admin.deploy(sequence(key, {"ours": key}))
    portal.faults.add(fault("drop", "tasks.task.add"))
    config = f"topics: {{{key}: {{retries: 1}}}}"
    worker = worker_for(engine.base_url, key, config=config, LOG_LANGUAGE="en", **SLOW).start()
    instance = admin.start(key, business_key="B-1")
    worker.wait_for("task.doubtful", 1, 60)

    found = explained(worker, instance)
    assert found["matters"][0]["name"] == "doubt"
    assert found["matters"][0]["kind"] == "goes_on"
    assert found["matters"][0]["reason"]
    assert found["portalTask"] == portal.tasks()[0].id, "the portal made it, and it is found by its marker"
    assert "create_doubtful" in names(found)

    bad = admin.start(key, {"responsibleId": "abc"}, business_key="B-2")
    (told,) = wait_until(lambda: admin.incidents(bad), "the incident", 60)
    found = explained(worker, "B-2")
    assert (found["kind"], found["matters"][0]["name"]) == ("needs", "incident")
    assert found["matters"][0]["reason"][:200] == " ".join(told["incidentMessage"].split())[:200]
    assert found["matters"][0]["since"]
    assert {"engine_failed", "incident", "rejected"} <= set(names(found))

    both = explained(worker, "B-", code=3)
    assert {one["businessKey"] for one in both["candidates"]} == {"B-1", "B-2"}

    worker.stop()
    (worker.folder / "worker.db").rename(worker.folder / "elsewhere.db")
    found = explained(worker, "B-2", code=1)
    assert (found["businessKey"], found["matters"][0]["name"]) == ("B-2", "incident"), "as the engine tells it"
    assert any("There is no ledger" in reason for reason in found["not_known"])


def test_a_process_that_has_not_come_to_a_step_of_ours(
    engine: RunningEngine, admin: Admin, worker_for: WorkerFor, key: str
) -> None:
    """Stuck before its first step, stuck in a process that it called, and deleted."""
    for model in (LOADS, CALLS):
        admin.deploy(model.format(key=key))
    worker = worker_for(engine.base_url, key, config=f"topics: {{{key}: {{}}}}", LOG_LANGUAGE="en").start()
    worker.wait_for("worker.ready")
    before, caller = admin.start(key, business_key="before-1"), admin.start(f"{key}_caller")
    wait_until(lambda: admin.incidents(before) and admin.incidents(caller), "the failed jobs", 60)

    for asked in (before, "before-1"):
        found = explained(worker, asked)
        assert [one["name"] for one in found["matters"]] == ["stuck", "no_step_yet"]
        assert found["matters"][0]["text"].endswith("(failedJob) at Load order (load)")
        assert "order.number" in found["matters"][0]["reason"]
        assert "now at Load order (load)" in found["matters"][1]["text"]
        assert (found["processInstanceId"], found["processDefinitionKey"]) == (before, key)

    [called] = admin.get("/process-instance", superProcessInstance=caller)
    stuck = explained(worker, caller)["matters"][0]
    assert f"at call: it called the process {key} (instance {called['id']}), which is stuck at load" in stuck["text"]
    assert "order.number" in stuck["reason"]

    admin.call("DELETE", f"/process-instance/{before}")
    found = explained(worker, before)
    assert [one["name"] for one in found["matters"]] == ["no_step_ended", "instance_deleted"]
    assert found["matters"][1]["since"]


ASKED = definitions("""
  <bpmn:process id="{key}" isExecutable="true" camunda:historyTimeToLive="P1D">
    <bpmn:startEvent id="start"/>
    <bpmn:sequenceFlow id="to_ours" sourceRef="start" targetRef="ours"/>
    <bpmn:serviceTask id="ours" camunda:type="external" camunda:topic="{key}" {inner}>
      <bpmn:extensionElements><camunda:failedJobRetryTimeCycle>R1/PT1S</camunda:failedJobRetryTimeCycle>
      </bpmn:extensionElements>
    </bpmn:serviceTask>
    <bpmn:sequenceFlow id="to_end" sourceRef="ours" targetRef="end"/>
    <bpmn:endEvent id="end"/>
  </bpmn:process>
""")
DECIDES = definitions("""
  <bpmn:process id="{key}_caller" isExecutable="true" camunda:historyTimeToLive="P1D">
    <bpmn:startEvent id="start"/>
    <bpmn:sequenceFlow id="to_call" sourceRef="start" targetRef="call"/>
    <bpmn:callActivity id="call" calledElement="{key}" {outer}>
      <bpmn:extensionElements><camunda:failedJobRetryTimeCycle>R1/PT1S</camunda:failedJobRetryTimeCycle>
      </bpmn:extensionElements>
    </bpmn:callActivity>
    <bpmn:sequenceFlow id="to_way" sourceRef="call" targetRef="way"/>
    <bpmn:exclusiveGateway id="way"/>
    <bpmn:sequenceFlow id="on" sourceRef="way" targetRef="over">
      <bpmn:conditionExpression xsi:type="bpmn:tFormalExpression">${{verdict == 'ok'}}</bpmn:conditionExpression>
    </bpmn:sequenceFlow>
    <bpmn:sequenceFlow id="no" sourceRef="way" targetRef="over">
      <bpmn:conditionExpression xsi:type="bpmn:tFormalExpression">${{verdict == 'no'}}</bpmn:conditionExpression>
    </bpmn:sequenceFlow>
    <bpmn:endEvent id="over"/>
  </bpmn:process>
""")
JOB = 'camunda:asyncAfter="true"'


@pytest.mark.parametrize(("inner", "outer"), [(JOB, ""), ("", JOB)], ids=["in the called", "behind the call"])
def test_a_caller_that_is_stuck_behind_its_call_is_told_with_its_own_ids(
    engine: RunningEngine, admin: Admin, portal: Portal, worker_for: WorkerFor, key: str, inner: str, outer: str
) -> None:
    """Either the ids of the called process were shown, and nothing helped there; or the step was simply over."""
    admin.deploy(ASKED.format(key=key, inner=inner))
    admin.deploy(DECIDES.format(key=key, outer=outer))
    worker = worker_for(engine.base_url, key, LOG_LANGUAGE="en").start()
    caller = admin.start(f"{key}_caller", business_key="C-7")
    [task] = wait_until(portal.tasks, "the task")
    holder = admin.get("/process-instance", superProcessInstance=caller)[0]["id"] if inner else caller
    [incident] = wait_until(lambda: admin.incidents(holder), "stuck", 60)

    stuck: dict[str, Any] = {
        "process_definition_key": f"{key}_caller",
        "process_instance_id": caller,
        "business_key": "C-7",
    }
    worker.wait_for("process.stuck", seconds=60, **stuck)
    assert admin.incidents(caller), "the engine lists it at the caller too, so that its end is seen there"
    for asked in (caller, f"#{task.id}"):
        found = explained(worker, asked)
        first, ids = found["matters"][0], dict(one.split("=", 1) for one in found["shell"].split())
        assert (first["name"], first["kind"]) == ("stuck", "needs")
        assert f" in the process {key}_caller (instance {caller})" in first["text"]
        assert (ids["JOB"], ids["INSTANCE"], ids["KEY"]) == (incident["configuration"], caller, f"{key}_caller")
    body = {"value": "ok", "type": "String"}
    assert admin.call("PUT", f"/process-instance/{ids['INSTANCE']}/variables/verdict", body).status_code == 204
    assert admin.call("PUT", f"/job/{ids['JOB']}/retries", {"retries": 1}).status_code == 204
    wait_until(lambda: admin.ended(caller), "gone on", 60)
