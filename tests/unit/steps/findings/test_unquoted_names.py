"""An answer's name without quotes: the engine takes the answer itself for the name of a variable."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.steps.findings.test_missing_variables import DECIDES, OURS, model
from tests.unit.steps.findings.test_model import found
from worker.steps.bpmn.expressions import single
from worker.steps.bpmn.juel_values import UNKNOWN, value_of

OTHER = '<outputParameter name="{}">x</outputParameter>'


def told(condition: str, folder: Path, more: str = "") -> tuple[str, str] | None:
    xml = model("s A", "A xg", f"xg yes ? {condition}", "xg no *", outputs=more)
    return found(xml, folder).get("unquoted_name")


@pytest.mark.parametrize(
    "call",
    [
        "execution.getVariable(A)",
        "execution.getVariableLocal(A)",
        "execution.hasVariable(A)",
        "execution.hasVariableLocal(A)",
        "execution.getVariable(A_0)",
    ],
)
def test_a_call_that_takes_the_answer_for_a_name_is_told(call: str, tmp_path: Path) -> None:
    seen, cure = told(f"{call.replace('A', 'Task_Create')} == 'ok'", tmp_path) or ("", "")
    written = call.replace("A", "Task_Create")
    assert seen.startswith(f"xg: {written}: the name has no quotes")
    assert "(no, ok), and there is none" in seen
    assert cure == f"put the name in quotes: '{written[written.index('(') + 1 : -1]}'"


def test_a_parameter_is_looked_at_too(tmp_path: Path) -> None:
    reading = '<inputParameter name="description">${execution.getVariable(A)}</inputParameter>'
    xml = model("s A", "A b", "b xg", *DECIDES, more=OURS.format(id="b", asks="", more=reading))
    assert found(xml, tmp_path)["unquoted_name"][0].startswith("b: execution.getVariable(Task_Create)")


@pytest.mark.parametrize(
    ("condition", "more"),
    [
        ("execution.getVariable('A') == 'ok'", ""),
        ("execution.getVariable(chosen) == 'ok' and A == 'ok'", ""),
        ("execution.getVariable(A) == 'ok'", OTHER.format("ok")),
        ("bean.getVariable(A) == 'ok'", ""),
        ("A == 'ok'", ""),
    ],
)
def test_a_name_in_quotes_or_an_answer_that_names_a_variable_is_not(condition: str, more: str, tmp_path: Path) -> None:
    assert told(condition, tmp_path, more) is None


@pytest.mark.parametrize(
    "text",
    ["execution.getVariable(A)", "execution.hasVariable(A)", "execution.variables[A]", "execution.variables.get(A)"],
)
def test_what_it_gives_is_not_taken_for_the_answer(text: str) -> None:
    node = single(f"${{{text}}}")
    assert node
    assert value_of(node, {"A": "ok"}) is UNKNOWN
