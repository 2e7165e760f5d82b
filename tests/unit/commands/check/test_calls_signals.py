"""`check --model` of a caller that catches a signal of what it calls."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.commands.check.test_calls import together
from worker.cli import main

pytestmark = pytest.mark.usefixtures("nothing_set")
THROWS = (
    '<sequenceFlow id="k1" sourceRef="s" targetRef="KAsk"/><sequenceFlow id="k2" sourceRef="KAsk" targetRef="kg"/>'
    '<exclusiveGateway id="kg" default="k4"/><sequenceFlow id="k3" sourceRef="kg" targetRef="ki"><conditionExpression>'
    '${KAsk == \'no\'}</conditionExpression></sequenceFlow><sequenceFlow id="k4" sourceRef="kg" targetRef="ke"/>'
    '<endEvent id="ke"/><intermediateThrowEvent id="ki"><signalEventDefinition signalRef="sg"/>'
    '</intermediateThrowEvent><sequenceFlow id="k5" sourceRef="ki" targetRef="ke"/>'
)
SIGNAL = '<signal id="sg" name="stop"/>'
CATCHES = (
    '<boundaryEvent id="b" attachedToRef="Call"{}><signalEventDefinition signalRef="sg"/></boundaryEvent>'
    '<sequenceFlow id="b1" sourceRef="b" targetRef="rej"/><task id="rej" name="rej"/></process>'
)
THROWN = "if the called process throws the signal stop"


@pytest.mark.parametrize(
    ("cancel", "name", "of_call", "rows"),
    [
        ("", "stop", THROWS, f"ok → end of the process (e) no → “rej” (rej), {THROWN}"),
        (
            ' cancelActivity="false"',
            "stop",
            THROWS,
            f"no → “rej” (rej) and end of the process once its other branches have ended (e), {THROWN}",
        ),
        ("", "other", THROWS, "any answer → end of the process (e)"),
        ("", "stop", THROWS.replace("signalRef", 'async="true" signalRef'), "any answer → end of the process (e)"),
        ("", "${stop}", THROWS, "any answer → end of the process (e)"),
    ],
)
def test_a_signal_that_a_call_catches_is_a_way_of_the_answer_before_it(
    cancel: str, name: str, of_call: str, rows: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The table said that a no decides nothing, because it does not come back."""
    both, top, kid = together(tmp_path, "", "x == 1", of_call), tmp_path / "top.bpmn", tmp_path / "kid.bpmn"
    kid.write_text(kid.read_text("utf-8").replace("<definitions>", f"<definitions>{SIGNAL}"), encoding="utf-8")
    xml = top.read_text("utf-8").replace("</process>", CATCHES.format(cancel))
    xml = xml.replace("<definitions>", f"<definitions>{SIGNAL.replace('stop', name)}")
    alone = '<sequenceFlow id="y" sourceRef="g" targetRef="e"><conditionExpression>${x == 1}</conditionExpression>'
    assert alone in xml
    top.write_text(xml.replace(f"{alone}\n</sequenceFlow>", ""), encoding="utf-8")
    main(both)
    [block] = [" ".join(one.split()) for one in capsys.readouterr().out.split("\n\n") if "answers KAsk of the" in one]
    assert rows in block
