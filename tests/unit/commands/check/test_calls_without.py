"""What a call hands back that the called process has not asked for, or that a branch beside it has changed."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.commands.check.test_calls import ALL, ASKS, OUT, PARALLEL, together
from worker.cli import main

pytestmark = pytest.mark.usefixtures("nothing_set")
STEP = (
    '<serviceTask id="{}" type="external" topic="bitrix_create_task"><extensionElements><properties>{}</properties>'
    '<inputOutput><inputParameter name="responsibleId">1</inputParameter>{}</inputOutput></extensionElements>'
    "</serviceTask>"
)
AGAIN = (
    '<sequenceFlow id="k1" sourceRef="s" targetRef="KAsk"/><sequenceFlow id="k2" sourceRef="KAsk" targetRef="kg"/>'
    '<exclusiveGateway id="kg" default="k4"/><sequenceFlow id="k3" sourceRef="kg" targetRef="R"><conditionExpression>'
    '${KAsk == \'ok\'}</conditionExpression></sequenceFlow><sequenceFlow id="k4" sourceRef="kg" targetRef="ke"/>'
    '<endEvent id="ke"/>'
) + STEP.format("R", ASKS, "")
BEFORE = (
    AGAIN.replace('sourceRef="s" targetRef="KAsk"', 'sourceRef="s" targetRef="R"').replace(
        'sourceRef="kg" targetRef="R"', 'sourceRef="kg" targetRef="ke"'
    )
    + '<sequenceFlow id="k5" sourceRef="R" targetRef="KAsk"/>'
)
NO_WAY = (
    "after the answer KAsk = 'no' the called process kid may end without having asked for R: then no flow of g fits"
)
BOTH = '<sequenceFlow id="y2" sourceRef="g" targetRef="e"><conditionExpression>${r == \'no\'}</conditionExpression>'


@pytest.mark.parametrize(
    ("given", "condition", "called", "told"),
    [
        (ALL + OUT.format("R", "r"), "r == 'ok'", AGAIN, True),
        (OUT.format("R", "r"), "r == 'ok'", AGAIN, True),
        (OUT.format("R", "r"), "r == 'ok'", BEFORE, False),
        (OUT.format("R", "r"), "r == 'ok' || r == null", AGAIN, False),
        (OUT.format("R", "r"), "r == 'ok'", AGAIN + '<userTask id="U"/>', False),
        ('<in source="x" target="R"/>' + OUT.format("R", "r"), "r == 'ok'", AGAIN, False),
    ],
)
def test_a_caller_without_a_flow_for_an_answer_that_nobody_was_asked_for_is_told(
    given: str, condition: str, called: str, told: bool, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The process stopped with an incident behind the call, and check said that all is well."""
    both, top = together(tmp_path, given, condition, called), tmp_path / "top.bpmn"
    xml = (
        top.read_text("utf-8")
        .replace(' default="n"', "")
        .replace('<sequenceFlow id="n" sourceRef="g" targetRef="e"/>', "")
    )
    top.write_text(xml.replace("</process>", f"{BOTH}</sequenceFlow></process>"), encoding="utf-8")
    main(both)
    said = capsys.readouterr().out
    assert (f"WARN model top.bpmn, call activity Call: {NO_WAY}" in said) is told
    [block] = [one for one in said.split("\n\n") if "answers KAsk of the process kid" in one]
    assert ("no → incident, no way on: " in " ".join(block.split())) is told


BACK_OLD = (
    "call activity C2: gets and hands back all variables, while C1 sets status in parallel: if the call ends later"
)
FORM = '<extensionElements><formData><formField id="status"/></formData></extensionElements>'
FORM = f'<startEvent id="s">{FORM}</startEvent>'


@pytest.mark.parametrize(
    ("start", "second", "condition", "told"),
    [
        (FORM, ALL + '<out variables="all"/>', "status == 'ok'", True),
        ('<startEvent id="s"/>', ALL + '<out variables="all"/>', "status == 'ok'", False),
        (FORM, '<out variables="all"/>', "status == 'ok'", False),
        (FORM, ALL + OUT.format("KAsk", "k"), "status == 'ok'", False),
        (FORM, ALL + '<out variables="all"/>', "x > 1", False),
    ],
)
def test_a_call_that_hands_back_the_old_value_of_what_a_step_beside_it_sets_is_told(
    start: str, second: str, condition: str, told: bool, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A yes was lost: the call ended after the step, and brought back what the process had been started with."""
    both, top = together(tmp_path, "", "x == 1", ""), tmp_path / "top.bpmn"
    gateways = {"fork": "parallelGateway", "join": "parallelGateway"}
    xml = PARALLEL.format(first="", second=second, condition=condition, **gateways)
    call = '<callActivity id="C1" calledElement="kid"><extensionElements></extensionElements></callActivity>'
    own = STEP.format("C1", ASKS, '<outputParameter name="status">${C1}</outputParameter>')
    assert call in xml
    top.write_text(xml.replace(call, own).replace('<startEvent id="s"/>', start), encoding="utf-8")
    main(both)
    assert (BACK_OLD in capsys.readouterr().out) is told
