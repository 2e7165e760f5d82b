"""What the engines make of an answer in a condition and of a hidden element, as `check --model` tells it."""

from __future__ import annotations

from typing import Any
from xml.sax.saxutils import escape

import pytest

from sandbox.engine.start import RunningEngine
from tests.support.engine_admin import Admin
from tests.support.engines import CHOSEN
from tests.support.models import definitions
from worker.steps.bpmn.expressions import single, unknown_functions, unparsed
from worker.steps.bpmn.juel_values import UNKNOWN, value_of

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
        ("${Approve > 2}", {"type": "String", "value": "ok"}, None),
        ("${Approve > 2}", {"type": "String", "value": "3"}, "signed"),
        ("${2 lt Approve}", {"type": "String", "value": ""}, "filed"),
        ("${Approve > 2}", {"type": "Boolean", "value": True}, None),
        ("${Approve != 'no'}", {"type": "Long", "value": 3}, None),
        ("${Approve >= 'no'}", {"type": "Long", "value": 3}, None),
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


GIVEN = (
    *(
        "A == 'ДА'",
        "'ok' eq A",
        "A != 'no'",
        "A == true",
        "A ne false",
        "A == null",
        "null != A",
        "empty A",
        "!empty A",
    ),
    *("A == 'ok' ? true : A == 'no'", "A == 'ok' || A == 'no'", "not (A == 'ok') and A ne 'no'", "(A) == ('ok')"),
    *("execution.getVariable('A') == 'ok'", "execution.getVariable('B') == 'ok'"),
    *("execution.variables.A == 'ok'", "execution.getVariables().get('A') == 'ok'", "execution.variables['A'] == 'ok'"),
    *("not empty A and A ne 'no'", "A == null || A == 'no'", "empty A ? false : A == 'ok'"),
    *("'ok'.equals(A)", "A == 'OK'", "A < 'oo'", "A ge 'no'", "A == '' || A == \"it's\"", "true == (A == 'ok')"),
)
OF_A_TEXT = (
    *("A.equals('ok')", "A.equals(true)", "A.equals(null)", "A.equalsIgnoreCase('OK')", "A.contains('o')"),
    *("A.toLowerCase() == 'ok'", "A.toUpperCase().equals('OK')", "A.trim().startsWith('n')", "A.endsWith('k')"),
    *("A.isEmpty()", "A.length() == 2", "A.toString() == 'no'"),
)


OF_A_BOOLEAN = ("A.equals('ok')", "A.equals(true)", "A.toString() == 'true'", "A == 'True'", "A == 'nein'")
KINDS = {str: "String", int: "Integer", bool: "Boolean", type(None): "Null"}


@pytest.mark.parametrize("answer", ["ok", "no", "true", "OK", "", None, 1, 0, True, False])
def test_what_is_said_of_a_comparison_is_what_the_engine_finds(
    engine: RunningEngine, admin: Admin, key: str, answer: str | int | None
) -> None:
    """As input parameters: the engine evaluates them as it does conditions, and shows each value."""
    of_kind = OF_A_TEXT if isinstance(answer, str) else OF_A_BOOLEAN if isinstance(answer, bool) else ()
    said = [single(f"${{{text}}}") for text in (*GIVEN, *of_kind)]
    values = {one.text: value_of(one, {"A": answer, "B": None}) for one in said if one}
    expected = {text: value for text, value in values.items() if isinstance(value, bool)}
    assert len(said) == len(values)
    assert UNKNOWN not in values.values() or not isinstance(answer, str)
    assert len(expected) > 5
    inputs = "".join(
        f'<camunda:inputParameter name="p{at}">${{{escape(text)}}}</camunda:inputParameter>'
        for at, text in enumerate(expected)
    )
    inputs = f"<camunda:inputOutput>{inputs}</camunda:inputOutput>"
    admin.deploy(MODEL.format(key=key, condition="${true}", inputs=inputs, loop=""))
    kind = KINDS[type(answer)]
    admin.start(key, {"A": {"type": kind, "value": answer}})
    [task] = fetched(admin, key)
    assert {text: task["variables"][f"p{at}"]["value"] for at, text in enumerate(expected)} == expected
    assert engine.base_url


@pytest.mark.parametrize(
    "text",
    [
        *("${a ? b : c}", "${a ? b : empty (c)}", "${a['x'](1)}", "${'x'.equals(a)}", "${€}", "${!not a}", "${a.b .c}"),
        *("${a matches 'x'}", "${a in ['x']}", "${a}#{b}", "${a ? b : c(1)}", "${1.a}", "${a.empty}", "${'\\n'}"),
        *("${\u00a0a}", "${a(b)(c)}", "${a instanceof b}", "${٣}", "${f(a,)}", "${fn:contains(a, 'x')}", "${now()}"),
        *("${now(1)}", "${mine(a)}", "${JSON(a)}", "${JSON()}", "${currentUser() == a}"),
    ],
)
def test_an_expression_is_parsed_as_the_engine_parses_it(
    engine: RunningEngine, admin: Admin, key: str, text: str
) -> None:
    if engine.kind != "camunda" and "JSON" in text:
        pytest.skip("only the Camunda of the tests brings Spin")
    xml = MODEL.format(key=key, condition=escape(text), inputs="", loop="")
    expected = unparsed(text) or unknown_functions(text) or None
    assert (admin.refused(xml) is None) is (expected is None)
    assert engine.base_url


@pytest.mark.parametrize(("element", "seen"), [("responsibleId", {106}), ("person", {1, 42})])
def test_an_input_parameter_hides_the_element_of_its_name(
    engine: RunningEngine, admin: Admin, key: str, element: str, seen: set[int]
) -> None:
    if engine.kind != "camunda":
        pytest.skip("only the Camunda of the tests brings the JSON data format")
    admin.deploy(MODEL.format(key=key, condition="${true}", inputs=INPUT, loop=LOOP.format(element)))
    admin.start(key, {"people": PEOPLE})
    assert {int(task["variables"][element]["value"]) for task in fetched(admin, key)} == seen
