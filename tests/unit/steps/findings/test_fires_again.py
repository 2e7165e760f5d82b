"""Conditional events that end nothing: the engine fires them at each change of a variable while they are true."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.steps.findings.test_missing_variables import OURS, model
from tests.unit.steps.findings.test_model import ASKS, all_found

FLOWS = ("s A", "A B", "B e")
EVENT = "<conditionalEventDefinition{heeded}><condition>${{{condition}}}</condition></conditionalEventDefinition>"
BESIDE = (
    '<subProcess id="sub" triggeredByEvent="true"><startEvent id="ev" isInterrupting="{ends}">{event}</startEvent>'
    '{step}<sequenceFlow id="f" sourceRef="ev" targetRef="C"/></subProcess>'
)
AT_B = (
    '<boundaryEvent id="ev" attachedToRef="B" cancelActivity="{ends}">{event}</boundaryEvent>{step}'
    '<sequenceFlow id="f" sourceRef="ev" targetRef="C"/>'
)
PLAIN, ASKING, OTHER = OURS.format(id="C", asks="", more=""), OURS.format(id="C", asks=ASKS, more=""), '<task id="C"/>'


@pytest.mark.parametrize(
    ("drawn", "ends", "heeded", "condition", "step", "said"),
    [
        (BESIDE, "false", "", "A == 'no'", PLAIN, ["bitrixTaskId"]),
        (BESIDE, "false", "", "A == 'no'", ASKING, ["C"]),
        (AT_B, "false", "", "A == 'no'", PLAIN, ["bitrixTaskId"]),
        (BESIDE, "false", ' variableName="bitrixTaskId"', "A == 'no'", PLAIN, ["bitrixTaskId"]),
        (BESIDE, "false", ' variableName="A"', "A == 'no'", PLAIN, []),
        (BESIDE, "true", "", "A == 'no'", PLAIN, []),
        (BESIDE, "false", "", "A == 'no'", OTHER, []),
        (BESIDE, "false", "", "A == 'no' and C == null", ASKING, []),
        (AT_B, "true", "", "A == 'no'", PLAIN, []),
    ],
)
def test_one_whose_steps_set_what_starts_it_is_told(
    drawn: str, ends: str, heeded: str, condition: str, step: str, said: list[str], tmp_path: Path
) -> None:
    event = EVENT.format(heeded=heeded, condition=condition)
    found = all_found(model(*FLOWS, more=drawn.format(ends=ends, event=event, step=step)), tmp_path)
    told = [one for one in found if one.kind == "fires_again"]
    assert [one.at for one in told] == ["ev"] * len(said)
    for one, variable in zip(told, said, strict=True):
        assert f"(C) set {variable}," in one.seen.en
        assert condition.replace("A", "Task_Create") in one.seen.ru
