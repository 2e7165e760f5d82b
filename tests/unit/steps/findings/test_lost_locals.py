"""A variable made of the answer that ends with the element in which it is set, though a gateway behind reads it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.steps.findings.test_model import ASKS, found

STEP = (
    '<serviceTask id="A" type="external" topic="bitrix_create_task"><extensionElements>'
    f"<properties>{ASKS}</properties><inputOutput><inputParameter name='title'>x</inputParameter>{{outputs}}"
    "</inputOutput>{listener}</extensionElements></serviceTask>"
)
PROCESS = (
    '<definitions><process id="p"><startEvent id="s"/><sequenceFlow id="i" sourceRef="s" targetRef="{first}"/>{inside}'
    '<sequenceFlow id="o" sourceRef="{first}" targetRef="g"/><exclusiveGateway id="g" default="d"/>'
    '<sequenceFlow id="d" sourceRef="g" targetRef="e"/><sequenceFlow id="f" sourceRef="g" targetRef="e">'
    '<conditionExpression>${{{condition}}}</conditionExpression></sequenceFlow><endEvent id="e"/>{more}</process>'
    "</definitions>"
)
LISTENER = """<executionListener event="end" expression="${{execution.{}('decision', {})}}"/>"""
OUTPUT = '<outputParameter name="decision">${A}</outputParameter>'
PASSED_IN = '<inputParameter name="decision"></inputParameter>'
HANDED_ON = '<outputParameter name="{}">${{decision}}</outputParameter>'
READS = "execution.getVariable('decision') != 'no'"
TWICE = """<intermediateThrowEvent id="x"><extensionElements><executionListener event="end"
 expression="${execution.setVariable('decision', y)}"/></extensionElements></intermediateThrowEvent>"""


def lost(xml: str, folder: Path) -> str:
    return found(xml, folder, of="A").get("lost_local", ("", ""))[0]


@pytest.mark.parametrize(
    ("method", "value", "condition", "more", "told"),
    [
        ("setVariableLocal", "A", READS, "", True),
        ("setVariableLocal", "A == 'ok'", "decision", "", True),
        ("setVariable", "A", READS, "", False),
        ("setVariableLocal", "x", READS, "", False),
        ("setVariableLocal", "A", "A == 'ok'", "", False),
        ("setVariableLocal", "A", READS, TWICE, False),
    ],
)
def test_a_local_variable_of_the_step_that_a_gateway_behind_reads_is_told(
    method: str, value: str, condition: str, more: str, told: bool, tmp_path: Path
) -> None:
    step = STEP.format(outputs="", listener=LISTENER.format(method, value))
    seen = lost(PROCESS.format(first="A", inside=step, condition=condition, more=more), tmp_path)
    assert seen.startswith("decision, which is made of the answer, is a local variable of A") is told
    assert not told or seen.endswith("but g reads it afterwards")


@pytest.mark.parametrize(
    ("own", "condition", "told"),
    [
        (PASSED_IN, READS, True),
        (PASSED_IN, "A == 'ok'", False),
        ('<inputParameter name="other"></inputParameter>', READS, False),
        (PASSED_IN + HANDED_ON.format("result"), "result != 'no'", False),
        (PASSED_IN + HANDED_ON.format("decision"), READS, False),
    ],
)
def test_one_of_the_sub_process_is_told_unless_the_sub_process_hands_it_on(
    own: str, condition: str, told: bool, tmp_path: Path
) -> None:
    step = STEP.format(outputs=OUTPUT, listener="")
    around = (
        f'<subProcess id="S"><extensionElements><inputOutput>{own}</inputOutput></extensionElements>'
        f'<startEvent id="s2"/><sequenceFlow id="i2" sourceRef="s2" targetRef="A"/>{step}</subProcess>'
    )
    seen = lost(PROCESS.format(first="S", inside=around, condition=condition, more=""), tmp_path)
    assert seen.startswith("decision, which is made of the answer, is a local variable of S") is told
