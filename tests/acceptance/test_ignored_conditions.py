"""What the engines do with conditions that they never look at, and with a script in a language that they have not."""

from __future__ import annotations

import pytest

from sandbox.engine.start import RunningEngine
from tests.acceptance.test_condition_contract import fetched
from tests.support.engine_admin import Admin
from tests.support.engines import CHOSEN
from tests.support.models import definitions
from worker.steps.bpmn.refused import refused_in

REAL = [kind for kind in CHOSEN if kind != "builtin"]  # the stand-in knows no conditions and no scripts
pytestmark = pytest.mark.parametrize("engine", REAL, indirect=True)
MODEL = definitions("""
  <bpmn:process id="{key}" isExecutable="true" camunda:historyTimeToLive="P1D">
    <bpmn:startEvent id="start"/>
    <bpmn:sequenceFlow id="to_ask" sourceRef="start" targetRef="Ask"/>
    <bpmn:serviceTask id="Ask" camunda:type="external" camunda:topic="{key}"/>
    <bpmn:sequenceFlow id="to_way" sourceRef="Ask" targetRef="way"/>
    <bpmn:{gateway} id="way" {default}/>
    {flows}
    <bpmn:serviceTask id="yes" camunda:type="external" camunda:topic="{key}_theirs"/>
    <bpmn:serviceTask id="no" camunda:type="external" camunda:topic="{key}_theirs"/>
  </bpmn:process>
""")
TO_YES, TO_NO = (f'<bpmn:sequenceFlow id="to_{one}" sourceRef="way" targetRef="{one}">' for one in ("yes", "no"))
PLAIN = "</bpmn:sequenceFlow>"
ASKS = (
    "<bpmn:conditionExpression xsi:type=\"bpmn:tFormalExpression\">${{Ask == '{}'}}</bpmn:conditionExpression>" + PLAIN
)
DEFAULT = 'default="to_no"'
OK, NO = ASKS.format("ok"), ASKS.format("no")


@pytest.mark.parametrize(
    ("gateway", "default", "flows", "there", "kind"),
    [
        ("parallelGateway", "", TO_YES + OK + TO_NO + NO, {"yes", "no"}, "parallel_conditions"),
        ("exclusiveGateway", "", TO_YES + PLAIN + TO_NO + NO, {"yes"}, "never_tried"),
        ("exclusiveGateway", "", TO_NO + NO + TO_YES + PLAIN, {"no"}, None),
        ("exclusiveGateway", "", TO_YES + OK + TO_NO + NO, {"no"}, None),
        ("inclusiveGateway", DEFAULT, TO_YES + PLAIN + TO_NO + PLAIN, {"yes"}, "default_never"),
        ("task", DEFAULT, TO_YES + PLAIN + TO_NO + PLAIN, {"yes"}, "default_never"),
        ("inclusiveGateway", "", TO_YES + PLAIN + TO_NO + NO, {"yes", "no"}, None),
        ("task", "", TO_YES + PLAIN + TO_NO + NO, {"yes", "no"}, None),
    ],
)
def test_an_answer_changes_nothing_where_the_condition_is_never_looked_at(
    engine: RunningEngine,
    admin: Admin,
    key: str,
    gateway: str,
    default: str,
    flows: str,
    there: set[str],
    kind: str | None,
) -> None:
    """`there`: where the process is after a no."""
    assert engine.base_url
    xml = MODEL.format(key=key, gateway=gateway, default=default, flows=flows)
    admin.deploy(xml)
    instance = admin.start(key)
    [task] = fetched(admin, key)
    body = {"workerId": key, "variables": {"Ask": {"value": "no"}}}
    assert admin.call("POST", f"/external-task/{task['id']}/complete", body).status_code == 204
    assert {one["activityId"] for one in admin.tasks(instance)} == there
    assert [one.kind for one in refused_in(xml)] == ([kind] if kind else [])


def test_the_engine_refuses_an_exclusive_gateway_with_such_a_flow_beside_its_default_flow(
    engine: RunningEngine, admin: Admin, key: str
) -> None:
    assert engine.base_url
    xml = MODEL.format(key=key, gateway="exclusiveGateway", default=DEFAULT, flows=TO_YES + PLAIN + TO_NO + PLAIN)
    assert "without condition which is not the default flow" in (admin.refused(xml) or "")
    assert [one.kind for one in refused_in(xml)] == ["default_refused"]


def test_a_script_in_a_language_that_the_engine_has_not_stops_the_process(
    engine: RunningEngine, admin: Admin, key: str
) -> None:
    assert engine.base_url
    script = '<bpmn:scriptTask id="code" scriptFormat="python"><bpmn:script>1</bpmn:script></bpmn:scriptTask>'
    xml = MODEL.format(key=key, gateway="exclusiveGateway", default="", flows=TO_YES + PLAIN + script).replace(
        'targetRef="Ask"', 'targetRef="code"'
    )
    assert admin.refused(xml) is None, "only a run shows it"
    answer = admin.call("POST", f"/process-definition/key/{key}/start", {})
    assert answer.status_code == 500
    assert "scripting engine" in answer.text
    assert {one.kind for one in refused_in(xml)} == {"unknown_language", "never_begins"}


PARAMETERS = (
    '<bpmn:extensionElements><camunda:inputOutput><camunda:{0}Parameter name="a">1</camunda:{0}Parameter>'
    "</camunda:inputOutput></bpmn:extensionElements>"
)
MANY = "<bpmn:multiInstanceLoopCharacteristics><bpmn:loopCardinality>2</bpmn:loopCardinality>"
MANY += "</bpmn:multiInstanceLoopCharacteristics>"
EMPTY = '<bpmn:startEvent id="in"/>'


@pytest.mark.parametrize(
    ("element", "refused"),
    [
        ('<bpmn:inclusiveGateway id="x">{input}</bpmn:inclusiveGateway>', True),
        ('<bpmn:parallelGateway id="x">{output}</bpmn:parallelGateway>', True),
        ('<bpmn:task id="x">{output}' + MANY + "</bpmn:task>", True),
        ('<bpmn:subProcess id="x">{output}' + EMPTY + MANY + "</bpmn:subProcess>", True),
        ('<bpmn:task id="x">{input}' + MANY + "</bpmn:task>", False),
        ('<bpmn:endEvent id="x">{output}</bpmn:endEvent>', True),
        ('<bpmn:endEvent id="x">{input}</bpmn:endEvent>', False),
        ('<bpmn:task id="x">{output}</bpmn:task>', False),
        ('<bpmn:intermediateThrowEvent id="x">{output}</bpmn:intermediateThrowEvent>', False),
        ('<bpmn:subProcess id="x">{input}' + EMPTY + "</bpmn:subProcess>", False),
    ],
)
def test_parameters_where_the_engine_takes_none_are_refused(
    engine: RunningEngine, admin: Admin, key: str, element: str, refused: bool
) -> None:
    assert engine.base_url
    said = element.format(input=PARAMETERS.format("input"), output=PARAMETERS.format("output"))
    flow = '<bpmn:sequenceFlow id="f" sourceRef="start" targetRef="x"/>'
    process = (
        f'<bpmn:process id="{key}" isExecutable="true" camunda:historyTimeToLive="P1D"><bpmn:startEvent id="start"/>'
    )
    xml = definitions(f"{process}{said}{flow}</bpmn:process>")
    assert (admin.refused(xml) is not None) is refused
    assert [one.kind for one in refused_in(xml)] == (["parameters_refused"] if refused else [])
