"""Steps that do not stay where they were while their task waits for a person: migrated, suspended, left."""

from __future__ import annotations

import json

import pytest

from sandbox.engine.start import RunningEngine
from sandbox.portal import Portal
from tests.acceptance.conftest import WorkerFor
from tests.acceptance.test_waiting import ASKS, QUICK, Started, made, properties, started, through
from tests.support.engine_admin import Admin, sequence, wait_until
from tests.support.engines import CHOSEN
from tests.support.models import definitions
from worker.words.faults import COMMENTS

__all__ = ["started"]
REAL = [kind for kind in CHOSEN if kind != "builtin"]
LEFT = definitions("""
  <bpmn:message id="message" name="{key}_leave"/>
  <bpmn:process id="{key}" isExecutable="true" camunda:historyTimeToLive="P1D">
    <bpmn:startEvent id="start"/>
    <bpmn:sequenceFlow id="to_ours" sourceRef="start" targetRef="ours"/>
    <bpmn:serviceTask id="ours" camunda:type="external" camunda:topic="{key}">
      <bpmn:extensionElements>{properties}</bpmn:extensionElements>
    </bpmn:serviceTask>
    <bpmn:boundaryEvent id="leave" attachedToRef="ours">
      <bpmn:messageEventDefinition messageRef="message"/>
    </bpmn:boundaryEvent>
    <bpmn:sequenceFlow id="to_theirs" sourceRef="leave" targetRef="theirs"/>
    <bpmn:serviceTask id="theirs" camunda:type="external" camunda:topic="{key}_theirs"/>
    <bpmn:sequenceFlow id="to_end" sourceRef="ours" targetRef="end"/>
    <bpmn:endEvent id="end"/>
  </bpmn:process>
""")


@pytest.mark.parametrize("engine", REAL, indirect=True)  # the stand-in has no migration
def test_the_answer_goes_to_the_step_that_the_migration_has_made_of_it(
    engine: RunningEngine, admin: Admin, worker_for: WorkerFor, portal: Portal, key: str
) -> None:
    new = f"{key}_new"
    admin.deploy(sequence(key, {"approve": key}, extensions=properties(**ASKS)))
    admin.deploy(sequence(new, {"approve2": key, "theirs": f"{key}_theirs"}, extensions=properties(**ASKS)))
    worker = worker_for(engine.base_url, key, **QUICK).start()
    instance = admin.start(key)
    task = made(portal)
    worker.wait_for("task.waiting")
    old_id, new_id = (admin.get("/process-definition", key=one)[0]["id"] for one in (key, new))
    plan = {
        "sourceProcessDefinitionId": old_id,
        "targetProcessDefinitionId": new_id,
        "instructions": [{"sourceActivityIds": ["approve"], "targetActivityIds": ["approve2"]}],
    }
    body = {"migrationPlan": plan, "processInstanceIds": [instance]}
    # An extension of the lock at the same moment is a conflict for the operator, who tries again.
    wait_until(lambda: admin.call("POST", "/migration/execute", body).status_code == 204, "migrated")

    portal.store.complete(task.id, by=7, answer="НЕТ")
    variables = through(admin, instance)

    assert (variables.get("approve2"), variables.get("approve")) == ("no", None)
    assert worker.wait_for("waiting.moved")[0]["now"] == "approve2"
    assert len(portal.requests("tasks.task.add")) == 1


def test_who_changes_the_answer_while_the_instance_is_suspended_has_said_the_last_thing(
    started: Started, admin: Admin, portal: Portal
) -> None:
    worker, instance = started(step=ASKS)
    task = made(portal)
    worker.wait_for("task.waiting")
    assert admin.call("PUT", f"/process-instance/{instance}/suspended", {"suspended": True}).status_code == 204
    portal.store.complete(task.id, by=7, answer="ДА")
    worker.wait_for("waiting.suspended")
    portal.store.renew(task.id, by=7)
    portal.store.complete(task.id, by=7, answer="НЕТ")
    assert admin.call("PUT", f"/process-instance/{instance}/suspended", {"suspended": False}).status_code == 204
    assert through(admin, instance)["ours"] == "no"


@pytest.mark.parametrize("engine", REAL, indirect=True)  # the stand-in has no boundary events of messages
@pytest.mark.parametrize("sweep", ["1", "5"])
def test_who_answers_after_the_step_was_left_is_told_once(
    engine: RunningEngine, admin: Admin, worker_for: WorkerFor, portal: Portal, key: str, sweep: str
) -> None:
    """Whether the worker sees the answer first or the end of the step: one of the two comments, once."""
    admin.deploy(LEFT.format(key=key, properties=properties(**ASKS)))
    worker = worker_for(engine.base_url, key, **{**QUICK, "WAITING_SWEEP_SECONDS": sweep}).start()
    instance = admin.start(key)
    task = made(portal)
    worker.wait_for("task.waiting")
    body = {"messageName": f"{key}_leave", "processInstanceId": instance}
    wait_until(lambda: admin.call("POST", "/message", body).status_code == 204, "the step is left")
    portal.store.complete(task.id, by=7, answer="ДА")
    worker.wait_for("waiting.step_gone", seconds=60)

    assert admin.task(instance)["activityId"] == "theirs"
    [comment] = portal.store.comments(task.id)
    assert comment.text in (COMMENTS["answer_unheard"].ru, COMMENTS["step_gone"].ru)
    assert "ours" not in admin.variables(instance)
    told = worker.command("explain", f"#{task.id}", "--json").stdout
    assert "cancelled" in [one["name"] for one in json.loads(told)["matters"]]
