"""Variables that parallel branches both set: a no is lost if the other branch ends last."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.steps.findings.test_missing_variables import OURS, model
from tests.unit.steps.findings.test_model import ASKS, all_found

FORK = ("s pf", "pf A", "pf B", "A pj", "B pj", "pj xg")
READ = (*FORK, "xg yes ? decision == 'ok'", "xg no *")
ROUNDS = ("s xm", "xm pf", *FORK[1:], "xg yes ? decision == 'ok'", "xg xm *")
IN_A_ROW = ("s A", "A B", "B xg", "xg yes ? decision == 'ok'", "xg no *")
OUT = '<outputParameter name="{}">{}</outputParameter>'
LISTENS = '<executionListener event="end" expression="${{execution.setVariable(\'decision\', {})}}"/>'


def told(flows: tuple[str, ...], of_a: str, of_b: str, folder: Path, *, listener: str = "") -> list[str]:
    boss = OURS.format(id="B", asks=ASKS, more=of_b).replace("</extensionElements>", f"{listener}</extensionElements>")
    found = all_found(model(*flows, more=boss, outputs=of_a), folder)
    seen = [one.placed.en.replace("Task_Create", "A") for one in found if one.kind == "written_beside"]
    return [one.partition(" in a parallel")[0] for one in seen]


@pytest.mark.parametrize(
    ("flows", "of_a", "of_b", "said"),
    [
        (READ, OUT.format("decision", "${A}"), OUT.format("decision", "${B}"), ["A: sets decision, which B"]),
        (READ, OUT.format("decision", "ok"), OUT.format("decision", "no"), ["A: sets decision, which B"]),
        (ROUNDS, OUT.format("decision", "${A}"), OUT.format("decision", "${B}"), ["A: sets decision, which B"]),
        (READ, OUT.format("decision", "ok"), OUT.format("decision", "ok"), []),
        (READ, OUT.format("decision", "${A}"), OUT.format("other", "${B}"), []),
        (READ, OUT.format("count", "${A}"), OUT.format("count", "${B}"), []),
        (READ, OUT.format("decision", "${decision + A}"), OUT.format("decision", "${decision + B}"), []),
        (IN_A_ROW, OUT.format("decision", "${A}"), OUT.format("decision", "${B}"), []),
        ((*FORK, "xg yes ? A == 'ok'", "xg no *"), "", OUT.format("A", "${B}"), ["B: sets A, which A"]),
    ],
)
def test_a_variable_that_both_branches_set_is_told(
    flows: tuple[str, ...], of_a: str, of_b: str, said: list[str], tmp_path: Path
) -> None:
    assert told(flows, of_a, of_b, tmp_path) == said


def test_a_listener_sets_it_as_well(tmp_path: Path) -> None:
    of_a, listener = OUT.format("decision", "${A}"), LISTENS.format("B")
    assert told(READ, of_a, "", tmp_path, listener=listener) == ["A: sets decision, which B"]
