"""Two answers compared with each other: two times no are as equal as two times yes."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.steps.findings.test_missing_variables import OURS, model
from tests.unit.steps.findings.test_model import ASKS, found

BOSS = OURS.format(id="Boss", asks=ASKS, more="")
AGREED = '<outputParameter name="agreed">${A == Boss}</outputParameter>'
MAKES = OURS.format(id="b", asks="", more=AGREED)
BEFORE = ("s A", "A Boss", "Boss xg")


def told(xml: str, folder: Path, config: str = "") -> tuple[str, str] | None:
    return found(xml, folder, config).get("compared_answers")


@pytest.mark.parametrize(
    "condition", ["A == Boss", "Boss eq A", "A.equals(Boss)", "x > 1 && A == Boss", "A != Boss", "!(A == Boss)"]
)
def test_a_condition_that_holds_for_any_two_equal_answers_is_told(condition: str, tmp_path: Path) -> None:
    seen, cure = told(model(*BEFORE, f"xg yes ? {condition}", "xg no *", more=BOSS), tmp_path) or ("", "")
    assert seen.startswith(f"xg: the condition ${{{condition}}} compares the answers ".replace("A", "Task_Create", 1))
    assert "gives the same when both are any one of 'ok', 'no': two times no are equal" in seen
    assert "== 'ok' && " in cure


def test_what_is_made_of_two_answers_is_looked_at_as_the_comparison_itself(tmp_path: Path) -> None:
    flows = ("s A", "A Boss", "Boss b", "b xg", "xg yes ? agreed", "xg no *")
    assert told(model(*flows, more=BOSS + MAKES), tmp_path)


@pytest.mark.parametrize(
    "flows",
    [
        ("xg yes ? A == Boss && A == 'ok'", "xg no *"),
        ("xg yes ? A == 'ok' && Boss == 'ok'", "xg no *"),
        ("xg yes ? A == Boss", "xg no *", "yes xh", "xh b ? A == 'ok'", "xh e *"),
        ("xg yes ? A == 'no'", "xg no ? A == Boss", "xg e *"),
        ("xg yes ? A == lawyer", "xg no *"),
        ("xg yes ? A == A", "xg no *"),
    ],
)
def test_where_conditions_ask_what_the_answers_are_nothing_is_told(flows: tuple[str, ...], tmp_path: Path) -> None:
    assert told(model(*BEFORE, *flows, more=BOSS), tmp_path) is None


def test_answers_that_have_but_one_value_in_common_are_compared_well(tmp_path: Path) -> None:
    config = "topics: {bitrix_create_task: {}, other: {wait: {answers: {ДА: ok, ПОЗЖЕ: later}}}}"
    other = BOSS.replace("bitrix_create_task", "other")
    assert told(model(*BEFORE, "xg yes ? A == Boss", "xg no *", more=other), tmp_path, config) is None
