"""People never read a value as Python writes it."""

from __future__ import annotations

import ast
import json
from datetime import UTC, date, datetime
from typing import Any

import pytest

from bitrix.shown import LONGEST, in_text, shown
from tests.support.sources import ROOT, nodes
from tests.unit.mapping.test_mapping import drafted
from worker.mapping.faults import MappingFault
from worker.mapping.spellings import TwoSpellings, nearest_said

MAPPING = {"id": 106, "имя": "Иван", "ok": True, "none": None}
WRITTEN = '{"id": 106, "имя": "Иван", "ok": true, "none": null}'


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (MAPPING, WRITTEN),
        ([1, "a", (True, None)], '[1, "a", [true, null]]'),
        (True, "true"),
        (None, "null"),
        (1.5, "1.5"),
        ("it's", '"it\'s"'),
        (datetime(2026, 3, 1, 10, tzinfo=UTC), '"2026-03-01T10:00:00+00:00"'),
        ({"at": date(2026, 3, 1)}, '{"at": "2026-03-01"}'),
    ],
)
def test_a_value_is_written_as_json(value: Any, text: str) -> None:
    assert shown(value) == text
    assert in_text(value) == (value if isinstance(value, str) else text)


@pytest.mark.parametrize("value", [["x" * 1000] * 1000, {str(n): n for n in range(1000)}, "x" * 1000, [[[[[[[1]]]]]]]])
def test_a_large_value_is_cut(value: Any) -> None:
    assert len(shown(value)) <= LONGEST
    assert "…" in shown(value)


def test_a_value_that_refers_to_itself_has_an_end() -> None:
    value: list[Any] = []
    value.append(value)
    assert json.loads(shown(value)) == [[[["…"]]]]


@pytest.mark.parametrize(
    ("variables", "templates", "text"),
    [
        ({"responsibleId": MAPPING}, {}, f"responsibleId = {WRITTEN}: expected a user's number"),
        ({"responsibleId": True}, {}, "responsibleId = true: expected"),
        ({"title": [1, "a"]}, {}, 'title = [1, "a"]: expected text'),
        ({"checklists": [{"title": {"a": None}}]}, {}, '"1: {"a": null}"'),
        ({"x": {"a": True}}, {"priority": "{{ x | int }}"}, '“{"a": true}” is not a number'),
    ],
)
def test_an_incident_shows_a_value_as_the_model_writes_it(
    variables: dict[str, Any], templates: dict[str, Any], text: str
) -> None:
    with pytest.raises(MappingFault) as caught:
        drafted(templates, **variables)
    assert text in str(caught.value)


def test_two_spellings_show_their_values_alike() -> None:
    with pytest.raises(TwoSpellings, match=r'a = \{"b": true\}, A = false'):
        nearest_said([("a", {"b": True}), ("A", False)], lambda: ())


ALLOWED = {
    "bitrix/diagnosis.py",  # bytes of a peer, compared
    "bitrix/secrecy.py",  # a form of the secret that is masked
    "worker/ledger/notes.py",  # a number in the ledger
    "worker/ledger/opening.py",  # the same
    "worker/ledger/task_pages.py",  # the same, in an address
    "worker/mapping/template_sandbox.py",  # generated code
}


def test_no_text_is_made_by_repr() -> None:
    found = set()
    for path in [*(ROOT / "worker").rglob("*.py"), *(ROOT / "bitrix").rglob("*.py")]:
        for node in nodes(path):
            by_call = isinstance(node, ast.Name) and node.id in ("repr", "reprlib")
            in_f_string = isinstance(node, ast.FormattedValue) and node.conversion == ord("r")
            in_format = isinstance(node, ast.Constant) and isinstance(node.value, str) and "!r}" in node.value
            if by_call or in_f_string or in_format:
                found.add(path.relative_to(ROOT).as_posix())
    assert found == ALLOWED
