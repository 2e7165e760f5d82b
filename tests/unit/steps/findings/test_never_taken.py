"""Flows of an exclusive gateway that come too late: a wider condition is tried before."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.steps.findings.test_missing_variables import model
from tests.unit.steps.findings.test_model import found


@pytest.mark.parametrize(
    ("conditions", "before"),
    [
        (("A == 'ok'", "A == 'ok' && amount > 1000"), "${A == 'ok'}"),
        (("amount > 10", "amount > 1000"), "${amount > 10}"),
        (("amount >= 10", "amount < 10", "amount == 3"), "${amount >= 10}, ${amount < 10}"),
        (("urgent", "urgent && amount > 3"), "${urgent}"),
        (("amount > 1000", "amount > 10"), None),
        (("A == 'ok' && amount > 1000", "A == 'ok'"), None),
        (("amount > 10", "other > 1000"), None),
        (("amount > 10", "amount - 10 > 1000"), None),
        (("A == 'ok'", "A == 'no'"), None),
        (("A.contains('k')", "A == 'ok'"), None),
        (("amount > 10", "amount < 5"), None),
        (("A == 'ok'", "A == 'no'", "A != 'ok'"), None),
    ],
)
def test_a_flow_behind_a_wider_condition_is_told(
    conditions: tuple[str, ...], before: str | None, tmp_path: Path
) -> None:
    ends = [f"xg e{number} ? {one}" for number, one in enumerate(conditions)]
    seen, _ = found(model("s A", "A xg", *ends, "xg e *"), tmp_path).get("never_taken", ("", ""))
    said = f"is true, {before} is true before it".replace("A ==", "Task_Create ==")
    assert (said in seen) is (before is not None)
    assert not (seen and before is None)


def test_a_gateway_that_takes_every_true_flow_is_not_judged(tmp_path: Path) -> None:
    seen = found(model("s A", "A ig", "ig e1 ? amount > 10", "ig e2 ? amount > 1000", "ig e *"), tmp_path)
    assert "never_taken" not in seen
