"""Where an answer leads that makes the condition of an event true: the table has said that it decides nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.steps.findings.test_answer_table import told
from tests.unit.steps.findings.test_fires_again import AT_B, BESIDE, EVENT, FLOWS, OTHER
from tests.unit.steps.findings.test_missing_variables import model

FORKED = ("s pf", "pf A", "pf B", "A e", "B e")
JOINED = ("s pf", "pf A", "pf B", "A pj", "B pj", "pj d", "d e")
JOIN = "step d (only once the other branches have come to gateway pj)"
LAST = "end of the process once its other branches have ended (e)"
ANY = ["any answer → step B"]
AROUND = (
    '<subProcess id="S"><startEvent id="s1"/><sequenceFlow id="f1" sourceRef="s1" targetRef="Task_Create"/>{step}'
    "</subProcess>"
)
ASKS_TOO = "the answer decides nothing on this way, but event ev asks for it: ${{{}}}"


@pytest.mark.parametrize(
    ("drawn", "ends", "heeded", "condition", "rows"),
    [
        (BESIDE, "true", "", "A == 'no'", ["ok (ДА) → step B", "no (НЕТ) → step C (by event ev)"]),
        (BESIDE, "false", "", "A == 'no'", ["ok (ДА) → step B", "no (НЕТ) → step B and step C (by event ev)"]),
        (BESIDE, "true", ' variableName="A"', "A == 'no'", ["ok (ДА) → step B", "no (НЕТ) → step C (by event ev)"]),
        (BESIDE, "true", ' variableName="B"', "A == 'no'", [*ANY, ASKS_TOO.format("A == 'no'")]),
        (BESIDE, "true", ' variableEvents="update"', "A == 'no'", [*ANY, ASKS_TOO.format("A == 'no'")]),
        (
            BESIDE,
            "true",
            ' variableName="A" variableEvents="delete"',
            "A == 'no'",
            [*ANY, ASKS_TOO.format("A == 'no'")],
        ),
        (
            BESIDE,
            "true",
            ' variableName="A" variableEvents="create, update"',
            "A == 'no'",
            ["ok (ДА) → step B", "no (НЕТ) → step C (by event ev)"],
        ),
        (BESIDE, "true", "", "A == 'never'", [*ANY, ASKS_TOO.format("A == 'never'")]),
        (
            BESIDE,
            "true",
            "",
            "A == 'no' and x > 1",
            ["ok (ДА) → step B", "no (НЕТ) → step C (by event ev), if ${A == 'no' and x > 1} → step B, otherwise"],
        ),
    ],
)
def test_an_event_sub_process_that_the_answer_begins_is_followed(
    drawn: str, ends: str, heeded: str, condition: str, rows: list[str], tmp_path: Path
) -> None:
    event = EVENT.format(heeded=heeded, condition=condition).replace('"A"', '"Task_Create"')
    xml = model(*FLOWS, more=drawn.format(ends=ends, event=event, step=OTHER))
    assert " ".join(told(xml, tmp_path)) == " ".join(rows)


@pytest.mark.parametrize(("ends", "last"), [("true", "end of the process (e)"), ("false", LAST)])
def test_an_event_at_a_step_in_another_branch_fires_while_that_is_open(ends: str, last: str, tmp_path: Path) -> None:
    event = EVENT.format(heeded="", condition="A == 'no'")
    xml = model(*FORKED, more=AT_B.format(ends=ends, event=event, step=OTHER))
    fired = f"no (НЕТ) → {last} and step C (by event ev), if B has not ended yet → {last}, otherwise"
    assert " ".join(told(xml, tmp_path)) == f"ok (ДА) → {last} {fired}"


def test_an_event_at_the_sub_process_around_the_step_takes_it_out_of_there(tmp_path: Path) -> None:
    event = EVENT.format(heeded="", condition="A == 'no'")
    at = AT_B.format(ends="true", event=event, step=OTHER).replace('"B"', '"S"')
    outside = model("S B", "B e", more=at)
    step = outside[outside.index('<serviceTask id="Task_Create"') :].partition("</serviceTask>")[0] + "</serviceTask>"
    xml = outside.replace(step, AROUND.format(step=step))
    assert told(xml, tmp_path) == ["ok (ДА) → step B", "no (НЕТ) → step C (by event ev)"]


@pytest.mark.parametrize(
    ("flows", "ends", "rows"),
    [
        (JOINED, "true", f"step C (by event ev), if B has not ended yet → {JOIN}, otherwise"),
        (JOINED, "false", f"{JOIN} and step C (by event ev), if B has not ended yet → {JOIN}, otherwise"),
        (
            (*JOINED[:4], "B xm", "C xm", "xm pj", *JOINED[5:]),
            "true",
            f"{JOIN} and step C (by event ev), if B has not ended yet → {JOIN}, otherwise",
        ),
        ((*JOINED, "B xm", "xm B"), "true", f"step C (by event ev), if B has not ended yet → {JOIN}, otherwise"),
        (
            ("s pf", "pf A", "pf B", "A pk", "A pj", "B pj", "pj d", "d e", "pk b", "b e"),
            "true",
            f"step b and step C (by event ev), if B has not ended yet → step b and {JOIN}, otherwise",
        ),
    ],
)
def test_a_join_that_waits_for_the_branch_which_the_event_ends_is_not_passed(
    flows: tuple[str, ...], ends: str, rows: str, tmp_path: Path
) -> None:
    """A task was shown twice, by the event and behind the join."""
    event = EVENT.format(heeded="", condition="A == 'no'")
    xml = model(*flows, more=AT_B.format(ends=ends, event=event, step=OTHER))
    assert " ".join(told(xml, tmp_path)).partition("no (НЕТ) → ")[2] == rows
