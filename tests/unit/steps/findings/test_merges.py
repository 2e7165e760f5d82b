"""Parallel branches that come together without a join: what follows runs for each, and the first comes too early."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.steps.findings.test_missing_variables import AT_ASK, OURS, REMINDER, THEIRS, model
from tests.unit.steps.findings.test_model import ASKS, found

BOSS = OURS.format(id="Boss", asks=ASKS, more="")
STOP = '<endEvent id="stop"><terminateEventDefinition/></endEvent>'
FORK = ("s pf", "pf A", "pf Boss")
MERGED = (*FORK, "A xm", "Boss xm")
IS_OK, BOTH_OK = "Boss == 'ok'", "A == 'ok' && Boss == 'ok'"
BOTH = (f"xg yes ? {BOTH_OK}", "xg no *")
ASKED_FIRST = "execution.getVariable('A') == 'ok' && execution.getVariable('Boss') == 'ok'"
READS_BOSS = OURS.format(id="c", asks="", more='<inputParameter name="description">${Boss}</inputParameter>')


def told(xml: str, folder: Path, config: str = "") -> tuple[str, str]:
    """What is seen behind the words that all such findings begin with, and how to fix it."""
    seen, cure = found(xml, folder, config).get("unjoined", ("; ", ""))
    return seen.replace("Task_Create", "A").partition("; ")[2], cure


def early(names: str, expression: str, at: str = "xg") -> str:
    first = f"the branch that comes first does not know {names} yet: the engine cannot evaluate {expression} ({at})"
    return f"{first}, and the process gets no further"


def twice(steps: str) -> str:
    return f"these steps can run once for each branch, each time with a new task: {steps}"


@pytest.mark.parametrize(
    ("flows", "said"),
    [
        ((*MERGED, "xm b", "b e"), twice("b")),
        ((*MERGED, "xm b", "b c", "c e"), twice("b, c")),
        ((*FORK, "A b", "Boss b", "b e"), twice("b")),
        (("s A", "A Boss", "A b", "Boss b", "b e"), twice("b")),
        ((*MERGED, "pf c", "c xm", "xm b", "b e"), twice("b")),
        ((*FORK, "A b", "b xm", "Boss xh", "xh xm ? Boss == 'ok'", "xh e1 *", "xm c", "c e"), twice("c")),
        ((*MERGED, "xm xg", *BOTH), f"{twice('no')}; {early('Boss', BOTH_OK)}"),
        ((*MERGED, "xm xg", "xg yes ? Boss == 'ok'", "xg e *"), f"{twice('yes')}; {early('Boss', IS_OK)}"),
        ((*MERGED, "xm xg", f"xg e1 ? {BOTH_OK}", "xg e *"), early("Boss", BOTH_OK)),
        ((*FORK, "A c", "Boss c", "c e"), f"{twice('c')}; {early('Boss', 'Boss', 'c')}"),
    ],
)
def test_what_follows_and_what_is_read_too_early_is_named(flows: tuple[str, ...], said: str, tmp_path: Path) -> None:
    reads = READS_BOSS if "(c)" in said else ""
    seen, cure = told(model(*flows, more=BOSS + reads), tmp_path)
    assert seen == said
    assert cure.startswith("join the branches: let them meet in a parallel gateway")


@pytest.mark.parametrize(
    "flows",
    [
        (*FORK, "A pj", "Boss pj", "pj b", "b e"),
        (*FORK, "A ij", "Boss ij", "ij xg", *BOTH),
        (*MERGED, "xm e"),
        (*MERGED, "xm b", "b stop"),
        (*MERGED, "xm xg", f"xg b ? {ASKED_FIRST}", "xg e *"),
        (*MERGED, "xm xg", "xg b ? done == null", "xg e *"),
        ("s xf", "xf A ? x > 1", "xf Boss *", "A b", "Boss b", "b e"),
        ("s if", "if A ? x > 1", "if Boss ? x < 9", "A b", "Boss b", "b e"),
        (*FORK, "A xg", "xg b ? x > 1", "xg e *", "Boss xh", "xh b ? x < 2", "xh e1 *"),
        (*MERGED, "xm theirs", "theirs e"),
        (*FORK, "A b", "Boss c", "b e", "c e"),
    ],
)
def test_branches_that_are_joined_or_meant_to_go_on_are_not_told(flows: tuple[str, ...], tmp_path: Path) -> None:
    xml = model(*flows, more=BOSS + STOP + THEIRS)
    assert told(xml, tmp_path) == ("", "")


def test_the_branch_of_a_reminder_that_leads_back_runs_what_follows_again(tmp_path: Path) -> None:
    flows = ("s A", "A xm", "t b", "b xm", "xm c", "c e")
    seen, cure = told(model(*flows, more=REMINDER), tmp_path)
    assert seen == twice("c")
    assert cure.startswith("let the timer t interrupt, or let its branch end")
    assert told(model(*flows, more=AT_ASK), tmp_path) == ("", "")


def test_what_something_else_may_set_before_is_not_told_as_missing(tmp_path: Path) -> None:
    flows = ("s u1", "u1 pf", *FORK[1:], "A xm", "Boss xm", "xm xg", "xg e1 ? A == Boss && A == 'ok'", "xg e *")
    assert told(model(*flows, more=BOSS), tmp_path) == ("", "")
