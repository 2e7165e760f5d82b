"""A loop in which somebody is asked, and out of which no answer leads: the way out needs an earlier one, too."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.steps.findings.test_missing_variables import OURS, model
from tests.unit.steps.findings.test_model import ASKS, all_found

CLOSED = '<inputParameter name="waitForCompletion">true</inputParameter>'
ASKED = OURS.format(id="F", asks=ASKS, more="") + OURS.format(id="R", asks="", more=CLOSED)
FIRST = ("s A", "A xa", "xa F ? A == 'ok'", "xa R *", "F xf")
BOTH = ("xf W ? F == 'ok' && A == 'ok'", "xf R *")
ONE_BY_ONE = ("xf xl ? F == 'ok'", "xf R *", "xl W ? A == 'ok'", "xl R *")
BACK, END = ("R F",), ("W e",)
MESSAGE = '<boundaryEvent id="m" attachedToRef="R"><messageEventDefinition/></boundaryEvent>'
BESIDE = (
    '<subProcess id="sub" triggeredByEvent="true"><startEvent id="m"><timerEventDefinition/></startEvent></subProcess>'
)
SETTINGS = "topics: {{bitrix_create_task: {{wait: {{{}}}}}}}"


def told(flows: tuple[str, ...], folder: Path, more: str = "", config: str = "") -> list[str]:
    found = all_found(model(*flows, more=ASKED + more), folder, config)
    return [one.placed.en.replace("Task_Create", "A") for one in found if one.kind == "rounds_after"]


@pytest.mark.parametrize(
    ("flows", "at"),
    [
        ((*FIRST, *BOTH, *BACK, *END), "xf"),
        ((*FIRST, *ONE_BY_ONE, *BACK, *END), "xl"),
        (("s A", "A F", "F xf", *BOTH, *BACK, *END), "xf"),
    ],
    ids=["one condition", "two gateways", "no gateway before"],
)
def test_it_is_told_with_the_answers_that_lead_there(flows: tuple[str, ...], at: str, tmp_path: Path) -> None:
    (seen,) = told(flows, tmp_path)
    assert seen.startswith(f"{at}: if it goes like this: A: no, then the process goes round without end")
    assert "depends on A, too, which nobody in the loop is asked anew" in seen


@pytest.mark.parametrize(
    ("flows", "more", "config"),
    [
        ((*FIRST, *BOTH, "R A", *END), "", ""),
        (("s A", "A xa", "xa F ? A == 'ok'", "xa e2 *", "F xf", *BOTH, *BACK, *END), "", ""),
        ((*FIRST, "xf W ? F == 'ok' || A == 'ok'", "xf R *", *BACK, *END), "", ""),
        ((*FIRST, "xf W ? F == 'ok' && (A == 'ok' || x > 1)", "xf R *", *BACK, *END), "", ""),
        ((*FIRST, *BOTH, "R u1", "u1 F", *END), "", ""),
        ((*FIRST, *BOTH, *BACK, *END, "m e2"), MESSAGE, ""),
        ((*FIRST, *BOTH, *BACK, *END), BESIDE, ""),
        ((*FIRST, "xf W ? A == 'ok' || (F != 'no' && F != 'ok')", "xf R *", *BACK, *END), "", "declined: complete"),
        ((*FIRST, *BOTH, *BACK, *END), "", "answers: {ДА: ok, НЕТ: 'error:NO'}"),
        ((*FIRST, "xf R", *BACK), "", ""),
        ((*FIRST, "xf W ? A == 'ok' && A == 'no'", "xf R *", *BACK, *END), "", ""),
    ],
    ids=[
        "anew",
        "not entered",
        "or",
        "others",
        "person",
        "message",
        "event",
        "no answer",
        "error",
        "meant to go on",
        "after all",
    ],
)
def test_a_loop_that_may_end_or_is_to_go_on_is_not_told(
    flows: tuple[str, ...], more: str, config: str, tmp_path: Path
) -> None:
    assert told(flows, tmp_path, more, SETTINGS.format(config) if config else "") == []
