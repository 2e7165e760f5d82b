"""A process that is called once for each of several: what each of them was answered reaches the caller."""

from __future__ import annotations

import pytest

from sandbox.engine.start import RunningEngine
from sandbox.portal import Portal
from sandbox.ports import free_port
from tests.acceptance.conftest import WorkerFor
from tests.acceptance.test_incidents import asked, listed, page, without_a_worker
from tests.acceptance.test_waiting import ASKS, QUICK, properties, through
from tests.support.engine_admin import Admin, sequence, wait_until
from tests.support.engines import CHOSEN
from tests.support.models import definitions
from tests.support.worker_page import shown_at

REAL = [kind for kind in CHOSEN if kind != "builtin"]
CALLER = definitions("""
  <bpmn:process id="{key}_caller" isExecutable="true" camunda:historyTimeToLive="P1D">
    <bpmn:startEvent id="start"/>
    <bpmn:sequenceFlow id="to_call" sourceRef="start" targetRef="call"/>
    <bpmn:callActivity id="call" calledElement="{key}">
      <bpmn:extensionElements><camunda:in variables="all"/><camunda:out variables="all"/></bpmn:extensionElements>
      <bpmn:multiInstanceLoopCharacteristics>
        <bpmn:loopCardinality xsi:type="bpmn:tFormalExpression">2</bpmn:loopCardinality>
      </bpmn:multiInstanceLoopCharacteristics>
    </bpmn:callActivity>
    <bpmn:sequenceFlow id="to_theirs" sourceRef="call" targetRef="theirs"/>
    <bpmn:serviceTask id="theirs" camunda:type="external" camunda:topic="{key}_theirs"/>
  </bpmn:process>
""")
DECIDES = definitions("""
  <bpmn:process id="{key}_caller" isExecutable="true" camunda:historyTimeToLive="P1D">
    <bpmn:startEvent id="start"/>
    <bpmn:sequenceFlow id="to_call" sourceRef="start" targetRef="call"/>
    <bpmn:callActivity id="call" calledElement="{key}">
      <bpmn:extensionElements>{out}</bpmn:extensionElements>
    </bpmn:callActivity>
    <bpmn:sequenceFlow id="to_way" sourceRef="call" targetRef="way"/>
    <bpmn:exclusiveGateway id="way" default="no"/>
    <bpmn:sequenceFlow id="yes" sourceRef="way" targetRef="end">
      <bpmn:conditionExpression xsi:type="bpmn:tFormalExpression">${{approve == 'ok'}}</bpmn:conditionExpression>
    </bpmn:sequenceFlow>
    <bpmn:sequenceFlow id="no" sourceRef="way" targetRef="end"/>
    <bpmn:endEvent id="end"/>
  </bpmn:process>
""")


@pytest.mark.parametrize("engine", REAL, indirect=True)  # the stand-in calls no processes
def test_with_the_callers_counter_in_its_name_no_answer_replaces_another(
    engine: RunningEngine, admin: Admin, worker_for: WorkerFor, portal: Portal, key: str
) -> None:
    """As `docs/results.md` advises: the caller takes over every variable, and a plain one would be overwritten."""
    admin.deploy(sequence(key, {"approve": key}, extensions=properties(**ASKS)))
    admin.deploy(CALLER.format(key=key))
    config = (
        f'topics: {{{key}: {{wait: {{answer_variable: "{{{{ external_task.activity_id }}}}_{{{{ loopCounter }}}}"}}}}}}'
    )
    worker = worker_for(engine.base_url, key, config=config, **QUICK).start()
    caller = admin.start(f"{key}_caller")
    wait_until(lambda: len(portal.tasks()) == 2, "both tasks")
    worker.wait_for_steps("task.waiting", 2)
    for task, answer in zip(portal.tasks(), ("НЕТ", "ДА"), strict=True):
        portal.store.complete(task.id, by=7, answer=answer)
    wait_until(lambda: admin.tasks(caller), "the caller has gone on")
    variables = through(admin, caller)
    assert {variables["approve_0"], variables["approve_1"]} == {"no", "ok"}


@pytest.mark.parametrize("engine", REAL, indirect=True)
@pytest.mark.parametrize(
    ("out", "told", "ends"),
    [
        ('source="approve"', None, "end"),
        ('variables="all"', None, "end"),
        ('source="aprove"', "camunda:out takes aprove", "refused"),
        ('sourceExpression="${approve.toUpperCase()}"', "approve == 'ok'", "refused"),
        ('source="approve" target="said"', "conditions read approve", None),
        ('variables="all" local="true"', "conditions read approve", None),
        ('source="approve" local="true"', "conditions read approve", None),
    ],
)
def test_what_a_call_does_not_hand_back_is_told_before_it_is_decided_without_it(
    engine: RunningEngine,
    admin: Admin,
    worker_for: WorkerFor,
    key: str,
    out: str,
    told: str | None,
    ends: str | None,
) -> None:
    """`ends` None: the engine refuses to complete the called step."""
    target = "" if "target" in out or "variables" in out else 'target="approve"'
    admin.deploy(sequence(key, {"approve": key}, extensions=properties(**ASKS)))
    other_end = ('id="no" sourceRef="way" targetRef="end"/>', 'id="no" sourceRef="way" targetRef="refused"/>')
    model = DECIDES.format(key=key, out=f"<camunda:out {out} {target}/>").replace(*other_end)
    admin.deploy(model.replace("</bpmn:process>", '<bpmn:endEvent id="refused"/></bpmn:process>'))
    worker = worker_for(engine.base_url, key, LOG_LANGUAGE="en", **QUICK)
    said = worker.command("check", "--model", f"{key}_caller").stdout
    lines = [line for line in said.splitlines() if "call activity call:" in line]
    assert len(lines) == bool(told)
    assert all(told in line for line in lines if told)
    caller = admin.start(f"{key}_caller")
    topic = {"topicName": key, "lockDuration": 60_000}
    [task] = admin.call(
        "POST", "/external-task/fetchAndLock", {"workerId": "w", "maxTasks": 1, "topics": [topic]}
    ).json()
    body = {"workerId": "w", "variables": {"approve": {"type": "String", "value": "ok"}}}
    assert (admin.call("POST", f"/external-task/{task['id']}/complete", body).status_code == 204) is bool(ends)
    reached = admin.get("/history/activity-instance", processInstanceId=caller, activityType="noneEndEvent")
    assert [one["activityId"] for one in reached] == ([ends] if ends else [])


@pytest.mark.parametrize("engine", REAL, indirect=True)
def test_the_called_step_says_that_its_caller_is_at_fault(
    engine: RunningEngine, admin: Admin, worker_for: WorkerFor, portal: Portal, key: str
) -> None:
    """The caller takes over no variable, so its condition fails when the called step ends."""
    admin.deploy(sequence(key, {"approve": key}, extensions=properties(**ASKS)))
    admin.deploy(DECIDES.format(key=key, out=""))
    worker = worker_for(engine.base_url, key, LOG_LANGUAGE="en", **QUICK).start()
    caller = admin.start(f"{key}_caller")
    [task] = wait_until(portal.tasks, "the task")
    worker.wait_for("task.waiting")
    found = worker.command("explain", caller).stdout
    assert f"/{task.id}/" in found
    portal.store.complete(task.id, by=7, answer="ДА")

    [called] = admin.get("/process-instance", superProcessInstance=caller)
    said = str(wait_until(lambda: admin.task(called["id"])["retries"] == 0 and admin.task(called["id"]), "an incident"))
    assert f"is in the model of the process {key}_caller, which called this one. Correct that model" in said
    assert f"migrate the instance {caller}" in said

    old = admin.get("/process-definition", key=f"{key}_caller")[0]["id"]
    admin.deploy(DECIDES.format(key=key, out='<camunda:out source="approve" target="approve"/>'))
    new = admin.get("/process-definition", key=f"{key}_caller", latestVersion="true")[0]["id"]
    between = {"sourceProcessDefinitionId": old, "targetProcessDefinitionId": new}
    plan = admin.call("POST", "/migration/generate", between).json()
    migrate = {"migrationPlan": plan, "processInstanceIds": [caller]}
    assert admin.call("POST", "/migration/execute", migrate).status_code == 204
    admin.raise_retries(admin.task(called["id"])["id"])
    wait_until(lambda: admin.ended(caller), "the caller goes on")
    assert f"/{task.id}/" in worker.command("explain", caller).stdout, "by the engine's history"


@pytest.mark.parametrize("engine", REAL, indirect=True)
def test_a_caller_that_gets_stuck_after_the_called_step_is_told_on_the_page(
    engine: RunningEngine, admin: Admin, worker_for: WorkerFor, portal: Portal, key: str
) -> None:
    """The called process has ended well, and the ledger knows nothing of the one that called it."""
    after = """<bpmn:exclusiveGateway id="way" default="no" camunda:asyncBefore="true"><bpmn:extensionElements>
      <camunda:failedJobRetryTimeCycle>R1/PT1S</camunda:failedJobRetryTimeCycle>
    </bpmn:extensionElements></bpmn:exclusiveGateway>"""
    caller_model = DECIDES.replace('<bpmn:exclusiveGateway id="way" default="no"/>', after).format(key=key, out="")
    admin.deploy(sequence(key, {"approve": key}, extensions=properties(**ASKS)))
    admin.deploy(caller_model)
    port = free_port()
    worker = worker_for(engine.base_url, key, LOG_LANGUAGE="en", HTTP_PORT=str(port), **QUICK).start()
    caller = admin.start(f"{key}_caller", business_key="C-4")
    [task] = wait_until(portal.tasks, "the task")
    worker.wait_for("task.waiting")
    portal.store.complete(task.id, by=7, answer="ДА")
    (told,) = wait_until(lambda: admin.incidents(caller), "the failed job", 120)
    found = wait_until(lambda: (seen := asked(port))["stuck"]["count"] == 1 and seen, "the worker tells it", 60)
    [one] = found["stuck"]["shown"]
    assert (one["processInstanceId"], one["processDefinitionKey"], one["businessKey"]) == (
        caller,
        f"{key}_caller",
        "C-4",
    )
    assert (one["activity"], one["portalTask"], one["reason"]) == ("way", task.id, told["incidentMessage"])
    assert found["stuck"]["callers_unknown"] is None
    assert "1 process is stuck" in page(port, "en")
    assert "bitrix_worker_stuck_processes 1.0" in shown_at(port, "/metrics").text
    worker.stop()
    assert listed(worker) == without_a_worker(found), "as the engine tells it"
