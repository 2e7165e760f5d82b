"""A conditional event that ends nothing: what `check --model` says of it, and what the engines do."""

from __future__ import annotations

import pytest

from sandbox.engine.start import RunningEngine
from sandbox.portal import Portal
from tests.acceptance.conftest import WorkerFor
from tests.acceptance.test_waiting import ASKS, QUICK, properties
from tests.support.engine_admin import Admin, wait_until
from tests.support.engines import CHOSEN
from tests.support.models import definitions

REAL = [kind for kind in CHOSEN if kind != "builtin"]  # the stand-in knows no events
pytestmark = pytest.mark.parametrize("engine", REAL, indirect=True)
MODEL = definitions("""
  <bpmn:process id="{key}" isExecutable="true" camunda:historyTimeToLive="P1D">
    <bpmn:startEvent id="start"/>
    <bpmn:sequenceFlow id="to_ask" sourceRef="start" targetRef="ask"/>
    <bpmn:serviceTask id="ask" camunda:type="external" camunda:topic="{key}">
      <bpmn:extensionElements>{asks}</bpmn:extensionElements>
    </bpmn:serviceTask>
    <bpmn:sequenceFlow id="to_theirs" sourceRef="ask" targetRef="theirs"/>
    <bpmn:serviceTask id="theirs" camunda:type="external" camunda:topic="{key}_theirs"/>
    <bpmn:subProcess id="sub" triggeredByEvent="true">
      <bpmn:startEvent id="refused" isInterrupting="false">
        <bpmn:conditionalEventDefinition {heeds}>
          <bpmn:condition xsi:type="bpmn:tFormalExpression">${{ask == 'no'}}</bpmn:condition>
        </bpmn:conditionalEventDefinition>
      </bpmn:startEvent>
      <bpmn:sequenceFlow id="to_tell" sourceRef="refused" targetRef="tell"/>
      <bpmn:serviceTask id="tell" camunda:type="external" camunda:topic="{key}"/>
    </bpmn:subProcess>
  </bpmn:process>
""")


@pytest.mark.parametrize(("heeds", "again"), [("", True), ('camunda:variableName="ask"', False)])
def test_it_fires_again_unless_it_heeds_another_variable(
    engine: RunningEngine, admin: Admin, worker_for: WorkerFor, portal: Portal, key: str, heeds: str, again: bool
) -> None:
    model = MODEL.format(key=key, asks=properties(**ASKS), heeds=heeds)
    admin.deploy(model)
    worker = worker_for(engine.base_url, key, LOG_LANGUAGE="en", **QUICK).start()
    (worker.folder / "order.bpmn").write_text(model, encoding="utf-8")
    assert ("fires at each change" in worker.command("check", "--model", "order.bpmn").stdout) is again
    instance = admin.start(key)
    [task] = wait_until(portal.tasks, "the question")
    portal.store.complete(task.id, by=7, answer="НЕТ")
    if again:
        wait_until(lambda: len(portal.tasks()) > 5, "task after task")
    else:
        wait_until(lambda: len(portal.tasks()) == 2, "who is told")
        wait_until(lambda: [one["activityId"] for one in admin.tasks(instance)] == ["theirs"], "only theirs is left")
        assert len(portal.tasks()) == 2
