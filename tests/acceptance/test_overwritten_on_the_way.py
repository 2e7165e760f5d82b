"""What the engines make of listeners and parameters between an answer and its condition, as the findings tell it."""

from __future__ import annotations

import re
from pathlib import Path
from xml.sax.saxutils import escape

import pytest

from sandbox.engine.start import RunningEngine
from tests.acceptance.test_condition_contract import fetched
from tests.support.engine_admin import Admin
from tests.support.engines import CHOSEN
from tests.support.models import definitions
from tests.unit.steps.findings.test_model import found
from worker.steps.bpmn.definition import steps_in
from worker.steps.parameters import losses

REAL = [kind for kind in CHOSEN if kind != "builtin"]  # the stand-in knows no listeners
pytestmark = pytest.mark.parametrize("engine", REAL, indirect=True)
MODEL = definitions("""
  <bpmn:process id="{key}" isExecutable="true" camunda:historyTimeToLive="P1D">
    <bpmn:startEvent id="start"/>
    <bpmn:sequenceFlow id="to_ask" sourceRef="start" targetRef="Task_Create"/>
    <bpmn:serviceTask id="Task_Create" camunda:type="external" camunda:topic="{key}">
      <bpmn:extensionElements><camunda:properties>
        <camunda:property name="UF_RESULT_EXPECTED" value="true"/></camunda:properties>{step}</bpmn:extensionElements>
    </bpmn:serviceTask>
    <bpmn:sequenceFlow id="to_way" sourceRef="Task_Create" targetRef="way">
      <bpmn:extensionElements>{flow}</bpmn:extensionElements>
    </bpmn:sequenceFlow>
    <bpmn:exclusiveGateway id="way" default="refused">
      <bpmn:extensionElements>{gateway}</bpmn:extensionElements>
    </bpmn:exclusiveGateway>
    <bpmn:sequenceFlow id="granted" sourceRef="way" targetRef="signed">
      <bpmn:conditionExpression xsi:type="bpmn:tFormalExpression">${{{condition}}}</bpmn:conditionExpression>
    </bpmn:sequenceFlow>
    <bpmn:sequenceFlow id="refused" sourceRef="way" targetRef="filed"/>
    <bpmn:serviceTask id="signed" camunda:type="external" camunda:topic="{key}_theirs"/>
    <bpmn:serviceTask id="filed" camunda:type="external" camunda:topic="{key}_theirs"/>
  </bpmn:process>
""")


def listener(event: str, written: str = "setVariable('Task_Create', 'no')") -> str:
    return f'<camunda:executionListener event="{event}" expression="${{execution.{written}}}"/>'


def made(value: str) -> str:
    output = f'<camunda:outputParameter name="approved">{escape(value)}</camunda:outputParameter>'
    return f"<camunda:inputOutput>{output}</camunda:inputOutput>"


REMOVED = "removeVariable('Task_Create')"
SAYS_OK = "Task_Create == 'ok'"


@pytest.mark.parametrize(
    ("places", "condition", "ways", "kinds"),
    [
        ({}, SAYS_OK, ("signed", "filed"), set()),
        ({"step": made("${Task_Create == 'ok'}")}, "approved == 'ok'", ("filed", "signed"), {"yes_as_text"}),
        ({"step": made("${Task_Create == 'ok'}")}, "approved == 'ДА'", ("filed", "signed"), {"yes_as_text"}),
        ({"step": made("${Task_Create == 'ok'}")}, "approved", ("signed", "filed"), set()),
        ({"step": made("${Task_Create == 'да'}")}, "approved", ("filed", "filed"), {"never_given"}),
        ({"step": made("${Task_Create}")}, "approved == 'ok'", ("signed", "filed"), set()),
        ({"step": listener("start")}, SAYS_OK, ("signed", "filed"), set()),
        ({"step": listener("end")}, SAYS_OK, ("filed", "filed"), {"written"}),
        ({"step": listener("end", REMOVED)}, SAYS_OK, (None, None), {"written"}),
        ({"flow": listener("take")}, SAYS_OK, ("filed", "filed"), {"written_over"}),
        ({"flow": listener("take", REMOVED)}, SAYS_OK, (None, None), {"written_over"}),
        ({"gateway": listener("start")}, SAYS_OK, ("filed", "filed"), {"written_over"}),
        ({"gateway": listener("end")}, SAYS_OK, ("signed", "filed"), set()),
        ({}, "Task_Create == ok", (None, None), {"never_set"}),
        ({}, "Task_Create_0 == 'ok'", (None, None), {"never_set"}),
        ({}, "UF_RESULT_ANSWER == 'ДА'", (None, None), {"never_set"}),
        ({}, "Task_Create == 'ok' ? true : fasle", ("signed", None), {"never_set"}),
        ({}, "Task_Create_answer == 'ok'", (None, None), {"misspelt_answer"}),
    ],
)
def test_what_is_found_is_what_the_engine_does(
    engine: RunningEngine,
    admin: Admin,
    key: str,
    places: dict[str, str],
    condition: str,
    ways: tuple[str | None, str | None],
    kinds: set[str],
    tmp_path: Path,
) -> None:
    """`ways`: where the process is after ok and after no; None: the engine refuses to complete the step."""
    assert engine.base_url
    xml = MODEL.format(key=key, condition=condition, **{"step": "", "flow": "", "gateway": ""} | places)
    admin.deploy(xml)
    for answer, next_ in zip(("ok", "no"), ways, strict=True):
        instance = admin.start(key)
        [task] = fetched(admin, key)
        body = {"workerId": key, "variables": {"Task_Create": {"type": "String", "value": answer}}}
        status = admin.call("POST", f"/external-task/{task['id']}/complete", body).status_code
        assert (status == 204) is (next_ is not None)
        assert [one["activityId"] for one in admin.tasks(instance)] == [next_ or "Task_Create"]
    ours = re.sub(rf'topic="{key}(?:_theirs)?"', 'topic="bitrix_create_task"', xml)
    lost = {loss.kind for loss in losses(steps_in(ours)["Task_Create"], ["Task_Create"])}
    config = "topics: {bitrix_create_task: {wait: {answers: {ДА: ok, НЕТ: 'no'}}}}"
    assert ({*found(ours, tmp_path, config)} | lost) - {"unfilled"} == kinds
