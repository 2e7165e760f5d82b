from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from string import Formatter

import pytest

from tests.support.sources import calls
from worker.words.faults import FAULTS, fault_text

GIVEN_BY = {
    "fault_text": (0, set[str]()),
    "named_text": (1, {"topic"}),
    "named_failure": (1, {"topic"}),
    "_words": (0, {"topic", "task", "answer", "known"}),
    "LedgerError": (0, set[str]()),
}
"""Who tells a fault: which of its arguments is the name, and which facts it adds by itself."""


def called(node: ast.Call) -> str:
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")


@cache
def told() -> list[tuple[str, str, set[str]]]:
    """(place, fault, its facts) of every call that tells a fault by a literal name."""
    return list(_told())


def _told() -> Iterator[tuple[str, str, set[str]]]:
    for path, node in calls("worker"):
        if called(node) in GIVEN_BY:
            position, own = GIVEN_BY[called(node)]
            name = node.args[position]
            if isinstance(name, ast.Constant):
                facts = {keyword.arg for keyword in node.keywords if keyword.arg}
                yield f"{path.name}:{node.lineno}", str(name.value), facts | own


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def test_every_fault_that_is_told_has_a_text_and_all_its_facts() -> None:
    assert {name: place for place, name, _ in told() if name not in FAULTS} == {}
    lacking = {
        place: missing
        for place, name, facts in told()
        if (missing := placeholders(FAULTS[name].ru + FAULTS[name].en) - facts)
    }
    assert lacking == {}


def test_every_text_is_told_somewhere() -> None:
    assert set(FAULTS) - {name for _, name, _ in told()} == set()


def test_a_fault_is_told_in_the_language_asked_for() -> None:
    text = fault_text("ledger_missing", path="x.db")
    assert "no ledger x.db yet" in text.in_("en")
    assert "Журнала x.db пока нет" in text.in_("ru")


def test_braces_in_a_fact_are_kept_as_they_are() -> None:
    assert "{words} {0}" in fault_text("refused", topic="t", words="{words} {0}", caller="").en


def test_an_unknown_fault_is_refused() -> None:
    with pytest.raises(KeyError):
        fault_text("no_such_fault")
