"""What the engines make of an answer in a condition and of a hidden element, as `check --model` tells it."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.engine.start import RunningEngine
from tests.support.engine_admin import Admin
from tests.support.engines import CHOSEN
from tests.support.models import definitions

REAL = [kind for kind in CHOSEN if kind != "builtin"]  # the stand-in knows no conditions
pytestmark = pytest.mark.parametrize("engine", REAL, indirect=True)
MODEL = definitions("""
  <bpmn:process id="{key}" isExecutable="true" camunda:historyTimeToLive="P1D">
    <bpmn:startEvent id="start"/>
    <bpmn:sequenceFlow id="to_approve" sourceRef="start" targetRef="Approve"/>
    <bpmn:serviceTask id="Approve" camunda:type="external" camunda:topic="{key}">
      <bpmn:extensionElements>{inputs}</bpmn:extensionElements>{loop}
    </bpmn:serviceTask>
    <bpmn:sequenceFlow id="to_way" sourceRef="Approve" targetRef="way"/>
    <bpmn:exclusiveGateway id="way" default="refused"/>
    <bpmn:sequenceFlow id="granted" sourceRef="way" targetRef="signed">
      <bpmn:conditionExpression xsi:type="bpmn:tFormalExpression">{condition}</bpmn:conditionExpression>
    </bpmn:sequenceFlow>
    <bpmn:sequenceFlow id="refused" sourceRef="way" targetRef="filed"/>
    <bpmn:serviceTask id="signed" camunda:type="external" camunda:topic="{key}_theirs"/>
    <bpmn:serviceTask id="filed" camunda:type="external" camunda:topic="{key}_theirs"/>
  </bpmn:process>
""")
LOOP = '<bpmn:multiInstanceLoopCharacteristics camunda:collection="people" camunda:elementVariable="{}"/>'
INPUT = (
    '<camunda:inputOutput><camunda:inputParameter name="responsibleId">106</camunda:inputParameter>'
    "</camunda:inputOutput>"
)
PEOPLE = {
    "type": "Object",
    "value": "[1, 42]",
    "valueInfo": {
        "objectTypeName": "java.util.ArrayList<java.lang.Integer>",
        "serializationDataFormat": "application/json",
    },
}


def fetched(admin: Admin, key: str) -> list[dict[str, Any]]:
    topic = {"topicName": key, "lockDuration": 60_000}
    body = {"workerId": key, "maxTasks": 10, "topics": [topic]}
    found: list[dict[str, Any]] = admin.call("POST", "/external-task/fetchAndLock", body).json()
    return found


@pytest.mark.parametrize(
    ("condition", "answer", "next_"),
    [
        ("${Approve}", {"type": "String", "value": "ok"}, None),
        ("${Approve}", {"type": "String", "value": "true"}, None),
        ("${!Approve}", {"type": "String", "value": "ok"}, "signed"),
        ("${Approve and true}", {"type": "String", "value": "ok"}, "filed"),
        ("${Approve and true}", {"type": "String", "value": "true"}, "signed"),
        ("${Approve ? true : false}", {"type": "String", "value": "ok"}, "filed"),
        ("${!Approve}", {"type": "Integer", "value": 1}, None),
        ("${Approve == 'ok'}", {"type": "String", "value": "ok"}, "signed"),
    ],
)
def test_a_text_is_no_boolean_to_a_condition(
    engine: RunningEngine, admin: Admin, key: str, condition: str, answer: dict[str, Any], next_: str | None
) -> None:
    """None: the engine refuses to complete the step."""
    assert engine.base_url
    admin.deploy(MODEL.format(key=key, condition=condition, inputs="", loop=""))
    instance = admin.start(key)
    [task] = fetched(admin, key)
    body = {"workerId": key, "variables": {"Approve": answer}}
    status = admin.call("POST", f"/external-task/{task['id']}/complete", body).status_code
    assert (status == 204) is (next_ is not None)
    assert [one["activityId"] for one in admin.tasks(instance)] == [next_ or "Approve"]


@pytest.mark.parametrize(("element", "seen"), [("responsibleId", {106}), ("person", {1, 42})])
def test_an_input_parameter_hides_the_element_of_its_name(
    engine: RunningEngine, admin: Admin, key: str, element: str, seen: set[int]
) -> None:
    if engine.kind != "camunda":
        pytest.skip("only the Camunda of the tests brings the JSON data format")
    admin.deploy(MODEL.format(key=key, condition="${true}", inputs=INPUT, loop=LOOP.format(element)))
    admin.start(key, {"people": PEOPLE})
    assert {int(task["variables"][element]["value"]) for task in fetched(admin, key)} == seen
