"""What the engines do with an answer for which a gateway has no flow, as the finding tells it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from sandbox.engine.start import RunningEngine
from tests.acceptance.test_condition_contract import fetched
from tests.acceptance.test_missing_variables import ours
from tests.support.engine_admin import Admin
from tests.support.engines import CHOSEN
from tests.support.models import definitions
from tests.unit.steps.findings.test_last_answers import THREE
from tests.unit.steps.findings.test_model import found

REAL = [kind for kind in CHOSEN if kind != "builtin"]  # the stand-in knows no conditions
pytestmark = pytest.mark.parametrize("engine", REAL, indirect=True)
FLOW = """<bpmn:sequenceFlow id="{0}" sourceRef="g" targetRef="e_{0}"><bpmn:conditionExpression
  xsi:type="bpmn:tFormalExpression">${{Task_Create == '{0}'}}</bpmn:conditionExpression></bpmn:sequenceFlow>
  <bpmn:endEvent id="e_{0}"/>"""
REST = '<bpmn:sequenceFlow id="rest" sourceRef="g" targetRef="e_no"/>'
MODEL = definitions("""
  <bpmn:process id="{key}" isExecutable="true" camunda:historyTimeToLive="P1D">
    <bpmn:startEvent id="start"/>
    <bpmn:sequenceFlow id="begin" sourceRef="start" targetRef="Task_Create"/>
    <bpmn:serviceTask id="Task_Create" camunda:type="external" camunda:topic="{key}">
      <bpmn:extensionElements><camunda:properties>
        <camunda:property name="UF_RESULT_EXPECTED" value="true"/></camunda:properties></bpmn:extensionElements>
    </bpmn:serviceTask>
    <bpmn:sequenceFlow id="asked" sourceRef="Task_Create" targetRef="g"/>
    <bpmn:{kind} id="g" {default}/>{flows}
  </bpmn:process>
""")


@pytest.mark.parametrize("kind", ["exclusiveGateway", "inclusiveGateway", "task"])
@pytest.mark.parametrize("default", ["", 'default="rest"'])
def test_the_engine_refuses_such_an_answer_unless_there_is_a_default_flow(
    engine: RunningEngine, admin: Admin, key: str, kind: str, default: str, tmp_path: Path
) -> None:
    assert engine.base_url
    flows = FLOW.format("ok") + FLOW.format("no") + (REST if default else "")
    xml = MODEL.format(key=key, kind=kind, default=default, flows=flows)
    admin.deploy(xml)
    admin.start(key)
    [task] = fetched(admin, key)
    body = {"workerId": key, "variables": {"Task_Create": {"value": "back"}}}
    answer = admin.call("POST", f"/external-task/{task['id']}/complete", body)
    assert answer.ok is bool(default)
    assert default or re.search("No (outgoing|conditional) sequence flow", answer.text)
    seen = found(ours(xml, key), tmp_path, THREE).get("no_way_out", ("", ""))[0]
    assert bool(seen) is not bool(default)
