"""A variable that a parameter sets to the text `true`, taken for a condition: the engine wants a Boolean."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.steps.findings.test_missing_variables import model
from tests.unit.steps.findings.test_model import found

OUT = '<outputParameter name="{}">{}</outputParameter>'


@pytest.mark.parametrize(
    ("value", "condition", "told"),
    [
        ("true", "decision", True),
        ("yes", "decision", True),
        ("${true}", "decision", False),
        ("${A == 'ok'}", "decision", False),
        ("true", "decision == 'true'", False),
        ("true", "other", False),
    ],
)
def test_a_fixed_text_is_no_yes(value: str, condition: str, told: bool, tmp_path: Path) -> None:
    xml = model("s A", "A xg", f"xg yes ? {condition}", "xg no *", outputs=OUT.format("decision", value))
    seen, cure = found(xml, tmp_path).get("text_for_boolean", ("", ""))
    assert (f"gives it a text ({value}), not yes or no" in seen) is told
    assert (f"${{decision == '{value}'}}" in cure) is told
