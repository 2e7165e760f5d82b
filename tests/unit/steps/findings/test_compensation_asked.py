"""Where the answer of a compensation handler leads: behind what has begun the compensation."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.steps.findings.test_answer_table import told
from tests.unit.steps.findings.test_missing_variables import OURS, model
from tests.unit.steps.findings.test_model import ASKS

UNDO = OURS.format(id="B", asks=ASKS, more="").replace("<serviceTask ", '<serviceTask isForCompensation="true" ')
HANDLER = (
    '<boundaryEvent id="undone" attachedToRef="A"><compensateEventDefinition/></boundaryEvent>'
    f'<association id="a" sourceRef="undone" targetRef="B" associationDirection="One"/>{UNDO}'
)
THROWS = '<intermediateThrowEvent id="{}"><compensateEventDefinition{}/></intermediateThrowEvent>'
FLOWS = ("s A", "A undoing", "undoing xg", "xg yes ? B == 'ok'", "xg no *")
BY = "(by compensation (undoing))"
TWO = ("s A", "A xd", "xd undoing ? A == 'ok'", "xd again *", "again c", *FLOWS[2:])
THERE = ", if the compensation began there"
AGAIN = f"step c (by compensation (again)){THERE}"


@pytest.mark.parametrize(
    ("flows", "throws", "rows"),
    [
        (FLOWS, THROWS.format("undoing", ""), f"ok (ДА) → step yes {BY} no (НЕТ) → step no {BY}"),
        (
            FLOWS,
            THROWS.format("undoing", ' activityRef="A"'),
            f"ok (ДА) → step yes {BY} no (НЕТ) → step no {BY}",
        ),
        (
            TWO,
            THROWS.format("undoing", "") + THROWS.format("again", ""),
            f"ok (ДА) → step yes {BY}{THERE} → {AGAIN} no (НЕТ) → step no {BY}{THERE} → {AGAIN}",
        ),
    ],
)
def test_the_answer_of_a_handler_is_followed_behind_what_began_the_compensation(
    flows: tuple[str, ...], throws: str, rows: str, tmp_path: Path
) -> None:
    """It was said that every answer leads to the end of the process."""
    assert " ".join(told(model(*flows, more=HANDLER + throws), tmp_path, of="B")) == rows


def test_a_compensation_of_another_step_does_not_lead_on(tmp_path: Path) -> None:
    other = THROWS.format("undoing", ' activityRef="c"')
    rows = told(model("s A", "A c", "c undoing", *FLOWS[2:], more=HANDLER + other), tmp_path, of="B")
    assert rows[0] == "any answer → end of the process"
