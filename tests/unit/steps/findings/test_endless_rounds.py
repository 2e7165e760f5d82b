"""A loop of flows in which nothing waits makes task after task."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.steps.findings.test_model import found
from tests.unit.steps.findings.test_numbers_of_others import ASKING, EDGES, process, step

GATE = '<exclusiveGateway id="g" default="f3"/>'
ASKED = "<conditionExpression>${{{}}}</conditionExpression></sequenceFlow>"
WAITS = '<intermediateCatchEvent id="w"><timerEventDefinition/></intermediateCatchEvent>'
COUNTS = '<scriptTask id="w" resultVariable="ok"><script>true</script></scriptTask>'


def loop(made: str = "", between: str = "", condition: str = "ok == 'x'", back: str = "g>A") -> str:
    """s>A>g, out by the condition, back by default."""
    xml = process([*EDGES, made or step("A"), GATE, between], "s>A>g>e", back)
    ends = 'sourceRef="g" targetRef="e"'
    return xml.replace(f"{ends}/>", f"{ends}>" + ASKED.format(condition))


@pytest.mark.parametrize(
    ("xml", "changes"),
    [
        (loop(), ", and nothing in the loop changes ok"),
        (loop(between=step("B"), back="g>B>A"), ", and nothing in the loop changes ok"),
        (process([*EDGES, step("A"), '<exclusiveGateway id="g"/>'], "s>A>g>A"), ""),
        (loop(condition="bitrix == 1 or ok"), ", and nothing in the loop changes bitrix, ok"),
    ],
)
def test_a_loop_that_never_waits_and_never_changes_is_told(xml: str, changes: str, tmp_path: Path) -> None:
    seen, _ = found(xml, tmp_path, of="A")["endless_rounds"]
    assert seen == (
        f"flows lead back to the step, and nothing in the loop waits{changes}: once the process is in it, tasks are "
        "created without end"
    )


@pytest.mark.parametrize(
    "xml",
    [
        loop(made=ASKING),
        loop(made=step("A", "<inputParameter name='waitForCompletion'>true</inputParameter>")),
        loop(made=step("A", "<outputParameter name='ok'>${n}</outputParameter>")),
        loop(between=WAITS, back="g>w>A"),
        loop(between=COUNTS, back="g>w>A"),
        loop(between=step("B", topic="of_another"), back="g>B>A"),
        loop(between='<userTask id="u"/>', back="g>u>A"),
        loop(condition="bitrixTaskId > 100"),
        loop(condition="now() > day"),
        loop(condition="order.done"),
        process([*EDGES, step("A")], "s>A>e"),
    ],
)
def test_a_loop_that_waits_or_may_end_is_not_told(xml: str, tmp_path: Path) -> None:
    assert "endless_rounds" not in found(xml, tmp_path, of="A")
