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


CLOSED = "<inputParameter name='waitForCompletion'>true</inputParameter>"
REWORK = step("R", CLOSED)
TIMER = '<boundaryEvent id="t" attachedToRef="R"><timerEventDefinition/></boundaryEvent>'
EVENT = '<subProcess id="sub" triggeredByEvent="true"><startEvent id="m"/></subProcess>'


def asked(*between: str, condition: str = "A == 'ok'", back: str = "g>R>g") -> str:
    """s>A>g, out by the answer of A, and by default a way back that passes A by."""
    xml = process([*EDGES, ASKING, GATE, *between], "s>A>g>e", back)
    ends = 'sourceRef="g" targetRef="e"'
    return xml.replace(f"{ends}/>", f"{ends}>" + ASKED.format(condition))


@pytest.mark.parametrize("made", [REWORK, step("R")])
def test_a_loop_behind_the_step_that_asks_is_told_whether_or_not_it_waits(made: str, tmp_path: Path) -> None:
    """`check` itself proposed to let the step wait: the loop was as endless, and the warning gone."""
    seen, cure = found(asked(made), tmp_path, of="R")["answer_rounds"]
    assert "nobody in the loop answers anew (A)" in seen
    assert cure == "lead the flow back to the step that asks (A), not behind it"


@pytest.mark.parametrize(
    "xml",
    [
        asked(REWORK, back="g>R>A"),
        asked(REWORK, '<userTask id="u"/>', back="g>R>u>g"),
        asked(REWORK, TIMER),
        asked(REWORK, EVENT),
        asked(REWORK, condition="A == 'ok' or paid"),
        asked(REWORK, condition="paid"),
        asked(step("R", CLOSED + "<outputParameter name='A'>ok</outputParameter>")),
    ],
)
def test_a_loop_that_others_may_end_is_not_told(xml: str, tmp_path: Path) -> None:
    assert {"answer_rounds", "endless_rounds"}.isdisjoint(found(xml, tmp_path, of="R"))
