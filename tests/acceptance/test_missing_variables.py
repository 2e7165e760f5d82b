"""What the engines do on a route that leaves out the question whose answer a gateway reads, as the finding tells it."""

from __future__ import annotations

from pathlib import Path

import pytest

from sandbox.engine.start import RunningEngine
from tests.acceptance.test_condition_contract import fetched
from tests.support.engine_admin import Admin
from tests.support.engines import CHOSEN
from tests.support.models import definitions
from tests.unit.steps.findings.test_model import found

REAL = [kind for kind in CHOSEN if kind != "builtin"]  # the stand-in knows neither conditions nor timers
pytestmark = pytest.mark.parametrize("engine", REAL, indirect=True)
MODEL = definitions("""
  <bpmn:process id="{key}" isExecutable="true" camunda:historyTimeToLive="P1D">
    <bpmn:startEvent id="start"/>
    <bpmn:sequenceFlow id="begin" sourceRef="start" targetRef="d"/>
    <bpmn:{decides} id="d" default="skip"/>
    <bpmn:sequenceFlow id="asking" sourceRef="d" targetRef="Task_Create">
      <bpmn:conditionExpression xsi:type="bpmn:tFormalExpression">${{amount > 100}}</bpmn:conditionExpression>
    </bpmn:sequenceFlow>
    <bpmn:sequenceFlow id="skip" sourceRef="d" targetRef="j"/>
    <bpmn:serviceTask id="Task_Create" camunda:type="external" camunda:topic="{key}">
      <bpmn:extensionElements><camunda:properties>
        <camunda:property name="UF_RESULT_EXPECTED" value="true"/></camunda:properties></bpmn:extensionElements>
    </bpmn:serviceTask>
    <bpmn:boundaryEvent id="late" attachedToRef="Task_Create">
      <bpmn:timerEventDefinition><bpmn:timeDuration xsi:type="bpmn:tFormalExpression">PT1H</bpmn:timeDuration>
      </bpmn:timerEventDefinition>
    </bpmn:boundaryEvent>
    <bpmn:sequenceFlow id="asked" sourceRef="Task_Create" targetRef="j"/>
    <bpmn:sequenceFlow id="missed" sourceRef="late" targetRef="j"/>
    <bpmn:{decides} id="j"/>
    <bpmn:sequenceFlow id="joined" sourceRef="j" targetRef="way"/>
    <bpmn:exclusiveGateway id="way" default="refused"/>
    <bpmn:sequenceFlow id="granted" sourceRef="way" targetRef="signed">
      <bpmn:conditionExpression xsi:type="bpmn:tFormalExpression">${{{condition}}}</bpmn:conditionExpression>
    </bpmn:sequenceFlow>
    <bpmn:sequenceFlow id="refused" sourceRef="way" targetRef="filed"/>
    <bpmn:serviceTask id="signed" camunda:type="external" camunda:topic="{key}_theirs"/>
    <bpmn:serviceTask id="filed" camunda:type="external" camunda:topic="{key}_theirs"/>
  </bpmn:process>
""")
BARE = "Task_Create == 'ok'"
CURED = "execution.getVariable('Task_Create') == 'ok'"


@pytest.mark.parametrize(
    ("decides", "condition", "given", "there"),
    [
        ("exclusiveGateway", BARE, {}, None),
        ("inclusiveGateway", BARE, {}, None),
        ("inclusiveGateway", "empty Task_Create", {}, None),
        ("exclusiveGateway", "execution.hasVariable('Task_Create') and Task_Create == 'ok'", {}, "filed"),
        ("exclusiveGateway", CURED, {}, "filed"),
        ("inclusiveGateway", BARE, {"Task_Create": "none"}, "filed"),
    ],
)
def test_a_condition_fails_where_the_question_was_skipped_or_a_timer_came_first(
    engine: RunningEngine,
    admin: Admin,
    key: str,
    decides: str,
    condition: str,
    given: dict[str, str],
    there: str | None,
    tmp_path: Path,
) -> None:
    """`there`: where the process is then; None: the engine refuses the start, and the timer's job fails."""
    assert engine.base_url
    xml = MODEL.format(key=key, decides=decides, condition=condition)
    admin.deploy(xml)
    variables = {name: {"value": value} for name, value in {"amount": 1, **given}.items()}
    skipped = admin.call("POST", f"/process-definition/key/{key}/start", {"variables": variables})
    asked = admin.start(key, {"amount": 101, **given})
    assert fetched(admin, key)
    [timer] = admin.get("/job", processInstanceId=asked)
    late = admin.call("POST", f"/job/{timer['id']}/execute")
    for answer in (skipped, late):
        assert answer.ok is (there is not None)
        assert there or "Cannot resolve identifier 'Task_Create'" in answer.text
    instances = [asked, *([skipped.json()["id"]] if skipped.ok else [])]
    assert {admin.task(one)["activityId"] for one in instances} == {there or "Task_Create"}
    seen = found(ours(xml, key), tmp_path).get("missing_on_route", ("", ""))[0]
    assert bool(seen) is (there is None or bool(given)), "what the process is started with no model shows"
    assert not seen or "on the route d → j → way; late → j → way:" in seen


def test_an_answer_is_there_for_the_same_condition(engine: RunningEngine, admin: Admin, key: str) -> None:
    assert engine.base_url
    admin.deploy(MODEL.format(key=key, decides="inclusiveGateway", condition=BARE))
    instance = admin.start(key, {"amount": 101})
    [task] = fetched(admin, key)
    body = {"workerId": key, "variables": {"Task_Create": {"value": "ok"}}}
    assert admin.call("POST", f"/external-task/{task['id']}/complete", body).status_code == 204
    assert admin.task(instance)["activityId"] == "signed"


def test_a_parameter_fails_there_as_a_condition_does(
    engine: RunningEngine, admin: Admin, key: str, tmp_path: Path
) -> None:
    assert engine.base_url
    gateway = '<bpmn:exclusiveGateway id="way" default="refused"/>'
    parameter = '<camunda:inputParameter name="title">${Task_Create}</camunda:inputParameter>'
    step = (
        f'<bpmn:serviceTask id="way" camunda:type="external" camunda:topic="{key}_theirs"><bpmn:extensionElements>'
        f"<camunda:inputOutput>{parameter}</camunda:inputOutput></bpmn:extensionElements></bpmn:serviceTask>"
    )
    xml = MODEL.format(key=key, decides="exclusiveGateway", condition=CURED).replace(gateway, step)
    assert step in xml
    admin.deploy(xml)
    answer = admin.call("POST", f"/process-definition/key/{key}/start", {"variables": {"amount": {"value": 1}}})
    assert answer.status_code == 500
    assert "Cannot resolve identifier 'Task_Create'" in answer.text
    seen, _ = found(ours(xml, key), tmp_path)["missing_on_route"]
    assert seen.startswith("way: the expression Task_Create reads Task_Create, which the model does not set")


def ours(xml: str, key: str) -> str:
    """The model as one of this worker's."""
    return xml.replace(f'"{key}"', '"bitrix_create_task"').replace(f'"{key}_theirs"', '"bitrix_create_task"')


AROUND = (
    '<bpmn:subProcess id="around"><bpmn:startEvent id="s"/>{step}'
    '<bpmn:sequenceFlow id="f" sourceRef="s" targetRef="Task_Create"/></bpmn:subProcess>'
)


@pytest.mark.parametrize("within", [False, True])
@pytest.mark.parametrize(("value", "ended"), [("Task_Create", False), ("execution.getVariable('Task_Create')", True)])
def test_a_timer_cannot_end_a_step_whose_output_parameter_reads_its_answer(
    engine: RunningEngine, admin: Admin, key: str, value: str, tmp_path: Path, *, ended: bool, within: bool
) -> None:
    assert engine.base_url
    output = f'<camunda:outputParameter name="decision">${{{value}}}</camunda:outputParameter>'
    said = f"<camunda:inputOutput>{output}</camunda:inputOutput><camunda:properties>"
    xml = MODEL.format(key=key, decides="exclusiveGateway", condition="execution.getVariable('decision') == 'ok'")
    xml = xml.replace("<camunda:properties>", said)
    if within:
        begins, ends = xml.index("<bpmn:serviceTask"), xml.index("<bpmn:boundaryEvent")
        xml = xml[:begins] + AROUND.format(step=xml[begins:ends]) + xml[ends:]
        for place in (
            'attachedToRef="{}"',
            '<bpmn:sequenceFlow id="asked" sourceRef="{}"',
            'sourceRef="d" targetRef="{}"',
        ):
            assert place.format("Task_Create") in xml
            xml = xml.replace(place.format("Task_Create"), place.format("around"))
    admin.deploy(xml)
    instance = admin.start(key, {"amount": 101})
    [timer] = admin.get("/job", processInstanceId=instance)
    answer = admin.call("POST", f"/job/{timer['id']}/execute")
    assert answer.ok is ended
    assert ended or "Cannot resolve identifier 'Task_Create'" in answer.text
    assert [one["activityId"] for one in admin.tasks(instance)] == ["filed" if ended else "Task_Create"]
    seen = found(ours(xml, key), tmp_path).get("missing_at_timer", ("", ""))[0]
    assert seen.startswith("late: when this timer ends the step, the engine still evaluates") is not ended
