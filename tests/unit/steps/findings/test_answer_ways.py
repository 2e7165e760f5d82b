"""Where the flow stands still, or comes to, after one of the answers of a step."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.steps.findings.test_last_answers import THREE, flows, gate, judged, loop, process, step, subprocess
from tests.unit.steps.findings.test_missing_variables import THEIRS, model
from tests.unit.steps.findings.test_model import found

BOTH = ("xg yes ? A == 'ok'", "xg no ? A == 'no'")
STUCK = "the answer Task_Create = 'back': {} has no flow for it and no default flow"


def stuck(xml: str, folder: Path, config: str = THREE) -> str | None:
    return found(xml, folder, config).get("no_way_out", (None, ""))[0]


@pytest.mark.parametrize(
    ("xml", "gateway"),
    [
        (model("s A", "A xg", *BOTH), "xg"),
        (model("s A", "A yes ? A == 'ok'", "A no ? A == 'no'"), "Task_Create"),
        (model("s A", "A b", "b yes ? A == 'ok'", "b no ? A == 'no'"), "b"),
        (model("s A", "A b", "b xm", "xm xg", *BOTH), "xg"),
        (model("s A", "A ig", "ig yes ? A == 'ok'", "ig no ? A == 'no'"), "ig"),
        (model("s A", "A xd", "xd e ? A == 'ok'", "xd xg *", "xg no ? A == 'no'"), "xg"),
        (model("s A", "A pf", "pf b", "pf xg", *BOTH), "xg"),
        (model("s A", "A xg", "xg yes ? A == 'ok'", "xg no ? A.equals('no')"), "xg"),
        (model("s A", "A xg", "xg yes ? A == 'ok' and x > 1", "xg no ? A == 'no'"), "xg"),
    ],
)
def test_a_gateway_without_a_flow_for_an_answer_is_told(xml: str, gateway: str, tmp_path: Path) -> None:
    seen = stuck(xml, tmp_path)
    assert seen
    assert seen.startswith(STUCK.format(gateway))


@pytest.mark.parametrize(
    "xml",
    [
        model("s A", "A xg", "xg yes ? A == 'ok'", "xg no *"),
        model("s A", "A xg", "xg yes ? A == 'ok'", "xg no"),
        model("s A", "A xg", *BOTH, "xg A ? A == 'back'"),
        model("s A", "A xg", *BOTH, "xg A ? A != 'ok'"),
        model("s A", "A xg", *BOTH, "xg e ? x > 1"),
        model("s A", "A xd", "xd A ? A == 'back'", "xd xg *", *BOTH),
        model("s A", "A xd", "xd A ? round > 1", "xd xg *", *BOTH),
        model("s A", "A theirs", "theirs xg", *BOTH, more=THEIRS),
        model("s A", "A u1", "u1 xg", *BOTH),
        model("s A", "A pf", "pf yes ? A == 'ok'", "pf no ? A == 'no'"),
        model("s A", "A e", "b xg", *BOTH),
    ],
)
def test_a_gateway_that_has_one_or_to_which_the_answer_may_not_come_is_not(xml: str, tmp_path: Path) -> None:
    assert stuck(xml, tmp_path) is None


def test_answers_that_become_bpmn_errors_or_belong_to_other_topics_come_to_no_gateway(tmp_path: Path) -> None:
    thrown = "topics: {bitrix_create_task: {wait: {answers: {ДА: ok, НЕТ: 'no', ДОРАБОТАТЬ: 'error:BACK'}}}}"
    xml = model("s A", "A xg", *BOTH)
    assert stuck(xml, tmp_path, thrown) is None
    other = f"{THREE[:-1]}, other: {{wait: {{answer_variable: Task_Create, answers: {{ДА: ok, НЕТ: 'no'}}}}}}}}"
    asked = xml.replace('topic="bitrix_create_task"', 'topic="other"')
    assert stuck(asked, tmp_path, other) is None
    assert stuck(xml, tmp_path, other)


BACK = "<exclusiveGateway id='x'/>" + flows("b", "Task_Create", "x")
ROUND = (
    '<sequenceFlow id="r" sourceRef="x" targetRef="Task_Create"><conditionExpression>${Task_Create == \'back\'}'
    '</conditionExpression></sequenceFlow><sequenceFlow id="d" sourceRef="x" targetRef="e"/><endEvent id="e"/>'
)
INSIDE = step() + BACK.replace("/>", ' default="d"/>', 1) + ROUND


@pytest.mark.parametrize(
    ("inside", "until", "told"),
    [
        (INSIDE, "${Task_Create == 'no'}", False),
        (INSIDE, "${Task_Create == 'ok'}", False),
        (INSIDE, "", True),
        (INSIDE, "${Task_Create == 'back'}", True),
        (INSIDE.replace("== 'back'", "== 'no'"), "${Task_Create == 'no'}", True),
        (step() + flows("b", "Task_Create"), "${Task_Create == 'no'}", True),
    ],
)
def test_an_answer_after_which_the_instance_asks_again_is_never_its_last(
    inside: str, until: str, told: bool, tmp_path: Path
) -> None:
    xml = process(subprocess(inside, loop(until, "true")), gate("${A == 'ok'}"), flows("s", "sub", "g"))
    assert (judged(xml, tmp_path, THREE) is not None) is told
    if told and inside is INSIDE:
        assert "such as ${Task_Create == 'no'}" in found(xml, tmp_path, THREE)["last_of_several"][1]
