"""Where the flow behind a question does not go by its answer: a flow that is always taken, a choice that is settled."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.steps.findings.test_missing_variables import OURS, model
from tests.unit.steps.findings.test_model import ASKS, found

BOSS = OURS.format(id="Boss", asks=ASKS, more="")
"""A second step that asks."""
COPIED = ("s A", "A xg", "xg Boss ? A == 'ok'", "xg e *", "Boss xc")
GOES_BY_A = ("xc sign ? A == 'ok'", "xc e *")
COMPLETED = "topics: {bitrix_create_task: {wait: {declined: complete}}}"
THREE = "topics: {bitrix_create_task: {wait: {answers: {ДА: ok, НЕТ: 'no', ИНАЧЕ: other}}}}"


@pytest.mark.parametrize(
    ("xml", "flow"),
    [
        (model("s A", "A sign ? A == 'ok'", "A b"), "Task_Create → b"),
        (model("s A", "A b", "A sign ? A == 'ok'"), "Task_Create → b"),
        (model("s A", "A ig", "ig sign ? A == 'ok'", "ig b"), "ig → b"),
        (model("s A", "A ig", "ig sign ? execution.getVariable('A') != 'no'", "ig b"), "ig → b"),
        (model("s A", "A ig", "ig sign ? A == 'ok' and x > 1", "ig b", "sign xm", "b xm"), "ig → b"),
    ],
)
def test_a_flow_without_a_condition_beside_one_that_asks_for_the_answer_is_told(
    xml: str, flow: str, tmp_path: Path
) -> None:
    seen, cure = found(xml, tmp_path)["always_taken"]
    assert seen.startswith(f"the flow {flow} has no condition: the engine takes it after every answer")
    assert "make it the default flow" in cure


@pytest.mark.parametrize(
    "xml",
    [
        model("s A", "A sign ? A == 'ok'", "A b").replace('id="Task_Create"', 'id="Task_Create" default="f2"'),
        model("s A", "A ig", "ig sign ? A == 'ok'", "ig b *"),
        model("s A", "A xg", "xg sign ? A == 'ok'", "xg b"),
        model("s A", "A pg", "pg sign ? A == 'ok'", "pg b"),
        model("s A", "A b", "b sign ? x > 1", "b e"),
        model("s A", "A ig", "ig sign ? A == 'ok'", "ig b", "sign ij", "b ij", "ij e"),
        model("s A", "A sign", "A b"),
    ],
)
def test_a_default_flow_an_other_gateway_or_flows_that_meet_again_are_not(xml: str, tmp_path: Path) -> None:
    assert "always_taken" not in found(xml, tmp_path)


def settled(xml: str, folder: Path, config: str = "") -> tuple[str, str] | None:
    return found(xml, folder, config, of="Boss").get("settled_before")


@pytest.mark.parametrize(
    ("xml", "config", "told"),
    [
        (model(*COPIED, *GOES_BY_A, more=BOSS), "", "Task_Create, which can only be 'ok' here"),
        (model(*COPIED, "xc sign ? A != 'no'", "xc e *", more=BOSS), "", "can only be 'ok' here"),
        (model(*COPIED, "xc sign ? A == 'ok'", "xc e ? A == 'no'", more=BOSS), "", "can only be 'ok' here"),
        (model(*COPIED[:-1], "Boss sign ? A == 'ok'", "Boss e ? A == 'no'", more=BOSS), "", "Boss: right behind"),
        (model(*COPIED[:-1], "Boss b", "b xm", "xm xc", *GOES_BY_A, more=BOSS), "", "goes on to sign"),
        (model("s A", "A xg", "xg A ? A == 'no'", "xg Boss *", "Boss xc", *GOES_BY_A, more=BOSS), "", "only be 'ok'"),
        (model(*COPIED[:2], "xg e ? A == 'no'", "xg Boss *", "Boss xc", "xc sign ? A != 'no'", "xc e *", more=BOSS),
         THREE, "can only be 'ok', 'other' here"),
    ],
)  # fmt: skip
def test_a_choice_by_an_answer_that_is_settled_is_told_behind_a_question(
    xml: str, config: str, told: str, tmp_path: Path
) -> None:
    seen, cure = settled(xml, tmp_path, config) or ("", "")
    assert told in seen
    assert cure.endswith("in these conditions: Boss")


SET = '<scriptTask id="j" scriptFormat="groovy"><script>execution.setVariable("Task_Create", x)</script></scriptTask>'
TIMER = '<boundaryEvent id="t" attachedToRef="{}"><timerEventDefinition/></boundaryEvent>'


@pytest.mark.parametrize(
    ("xml", "config"),
    [
        (model(*COPIED, "xc sign ? Boss == 'ok'", "xc e *", more=BOSS), ""),
        (model(*COPIED, "xc sign ? A == 'ok' and Boss == 'ok'", "xc e *", more=BOSS), ""),
        (model(*COPIED, "xc sign ? A == 'ok' and x > 1", "xc e *", more=BOSS), ""),
        (model("s A", "A Boss", "Boss xc", *GOES_BY_A, more=BOSS), ""),
        (model("s pg", "pg A", "pg Boss", "A pj", "Boss pj", "pj xc", *GOES_BY_A, more=BOSS), ""),
        (model(*COPIED[:3], "xg b *", "b xm", "Boss xm", "xm xc", *GOES_BY_A, more=BOSS), ""),
        (model(*COPIED[:2], "xg Boss ? A != 'no'", "xg e *", "Boss xc", *GOES_BY_A, more=BOSS), THREE),
        (model(*COPIED[:2], "xg Boss ? A != 'no'", "xg e *", "Boss xc", *GOES_BY_A, more=BOSS), COMPLETED),
        (model(*COPIED, *GOES_BY_A, "t Boss", more=BOSS + TIMER.format("A")), ""),
        (model(*COPIED[:3], "xg u1 *", "u1 Boss", "Boss xc", *GOES_BY_A, more=BOSS), ""),
        (model(*COPIED, *GOES_BY_A, more=BOSS + SET), ""),
    ],
)
def test_a_choice_to_which_several_answers_come_or_that_others_decide_is_not(
    xml: str, config: str, tmp_path: Path
) -> None:
    assert settled(xml, tmp_path, config) is None


BOTH = ("s pg", "pg A", "pg Boss", "A pj", "Boss pj", "pj xg")
ONLY_A = ("xg sign ? A == 'ok'", "xg e *")


def nobody_reads(xml: str, folder: Path, config: str = "") -> tuple[str, str] | None:
    return found(xml, folder, config, of="Boss").get("read_by_nothing")


SHIPPED = "topics: {bitrix_create_task: {result: {bitrixTaskId: '{{ task.id }}', bitrixTaskUrl: '{{ task.url }}'}}}"


@pytest.mark.parametrize("config", ["", SHIPPED])
@pytest.mark.parametrize("flows", [(*BOTH, *ONLY_A), ("s A", "A Boss", "Boss xg", *ONLY_A)])
def test_an_answer_that_nothing_reads_is_told_where_another_one_chooses_behind_it(
    flows: tuple[str, ...], config: str, tmp_path: Path
) -> None:
    seen, cure = nobody_reads(model(*flows, more=BOSS), tmp_path, config) or ("", "")
    assert seen.startswith("nothing reads the answer of this step (Boss), and right behind it (xg) Task_Create chooses")
    assert "waitForCompletion" in cure


@pytest.mark.parametrize(
    ("flows", "more", "config"),
    [
        ((*BOTH, "xg sign ? A == 'ok' and Boss == 'ok'", "xg e *"), "", ""),
        ((*BOTH, *ONLY_A, "sign xh", "xh e ? Boss == 'ok'", "xh b *"), "", ""),
        ((*BOTH, "xg sign ? amount > 1", "xg e *"), "", ""),
        ((*BOTH, *ONLY_A, "sign u1"), "", ""),
        ((*BOTH, *ONLY_A), '<scriptTask id="j" scriptFormat="groovy"><script>log(Boss)</script></scriptTask>', ""),
        ((*BOTH, *ONLY_A), "", "topics: {bitrix_create_task: {wait: {answers: {ДА: ok}}}}"),
        ((*BOTH, *ONLY_A), "", "topics: {bitrix_create_task: {result: {said: '{{ task.answer }}'}}}"),
        ((*BOTH, *ONLY_A), "", "topics: {bitrix_create_task: {result: {said: '{{ task }}'}}}"),
        ((*BOTH, *ONLY_A), "", "topics: {bitrix_create_task: {result: {said: '{{ task.id }} {{ Boss }}'}}}"),
        ((*BOTH, *ONLY_A), "", "topics: {bitrix_create_task: {task: {description: '{{ Boss }}'}}}"),
        ((*BOTH, *ONLY_A), "", "topics: {bitrix_create_task: {task: {description: '{{ variables | length }}'}}}"),
        (("s Boss", "Boss A", "A xg", *ONLY_A), "", ""),
    ],
)
def test_an_answer_that_something_may_read_or_that_stands_further_before_is_not(
    flows: tuple[str, ...], more: str, config: str, tmp_path: Path
) -> None:
    assert nobody_reads(model(*flows, more=BOSS + more), tmp_path, config) is None
