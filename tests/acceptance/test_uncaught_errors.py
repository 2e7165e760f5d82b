"""What the engines do with an error or an escalation that nothing catches, as the findings tell it."""

from __future__ import annotations

from pathlib import Path

import pytest

from sandbox.engine.start import RunningEngine
from tests.acceptance.test_missing_variables import ours
from tests.support.engine_admin import Admin
from tests.support.engines import CHOSEN
from tests.support.models import definitions
from tests.unit.steps.bpmn.test_raised import told

REAL = [kind for kind in CHOSEN if kind != "builtin"]  # the stand-in knows neither errors nor escalations
pytestmark = pytest.mark.parametrize("engine", REAL, indirect=True)
FLOW = '<bpmn:sequenceFlow id="{0}_{1}" sourceRef="{0}" targetRef="{1}"/>'
MODEL = """<bpmn:process id="{key}" isExecutable="true" camunda:historyTimeToLive="P1D"><bpmn:startEvent id="start"/>
  <bpmn:subProcess id="z"><bpmn:startEvent id="begin"/><bpmn:endEvent id="thrown">
    <bpmn:{of}EventDefinition {of}Ref="STOP_{of}"/></bpmn:endEvent>{inside}</bpmn:subProcess>
  <bpmn:boundaryEvent id="caught" attachedToRef="z">
    <bpmn:{of}EventDefinition {of}Ref="{code}_{of}"/></bpmn:boundaryEvent>
  <bpmn:serviceTask id="Task_Create" camunda:type="external" camunda:topic="{key}"/>
  <bpmn:serviceTask id="instead" camunda:type="external" camunda:topic="{key}"/>{flows}</bpmn:process>"""
NAMED = '<bpmn:{0} id="{1}_{0}" {0}Code="{1}"/>'
FLOWS = (("start", "z"), ("z", "Task_Create"), ("caught", "instead"))


@pytest.mark.parametrize("of", ["error", "escalation"])
@pytest.mark.parametrize("code", ["STOP", "stop"])
def test_the_engine_goes_on_behind_the_sub_process_unless_the_code_is_the_same(
    engine: RunningEngine, admin: Admin, key: str, of: str, code: str, tmp_path: Path
) -> None:
    assert engine.base_url
    flows = "".join(FLOW.format(*one) for one in FLOWS)
    named = "".join(NAMED.format(of, one) for one in ("STOP", "stop"))
    process = MODEL.format(key=key, of=of, code=code, inside=FLOW.format("begin", "thrown"), flows=flows)
    xml = definitions(process).replace("<bpmn:process", f"{named}<bpmn:process", 1)
    admin.deploy(xml)
    instance = admin.start(key)
    lost = code != "STOP"
    assert [one["activityId"] for one in admin.tasks(instance)] == ["Task_Create" if lost else "instead"]
    assert sorted(told(ours(xml, key), tmp_path)) == ([f"{of}_never", f"{of}_uncaught"] if lost else [])
