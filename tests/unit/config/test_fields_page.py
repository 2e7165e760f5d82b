"""docs/fields.md and docs/fields.ru.md: each row says what the code does, in both languages."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.support.builders import fetched
from tests.support.fields_page import ACTS, PAGES, TESTS, Row, rows, text_of
from tests.unit.mapping.test_mapping import a_mapper
from worker.acts.kinds import KINDS
from worker.config.settings import TopicSettings
from worker.mapping.faults import MappingFault
from worker.mapping.task_fields import FIELDS, Kind, portal_name, spellings
from worker.words.phrase import Language

ROOT = Path(__file__).parents[3]
ALL: Mapping[Language, tuple[Row, ...]] = {language: tuple(rows(language)) for language in PAGES}
BY_NAME = {field.name: field for field in FIELDS}
OWN_FIELD = "UF_…"
NOT_CONTENT = {
    "bad_files",
    "incomplete",
    "task",
    "result",
    "variables",
    "retries",
    "lock_seconds",
    "wait_for_close",
    "wait",
}
"""Settings of a topic that put nothing into its tasks."""
DATES = ("start_date_plan", "end_date_plan")
of_each_page = pytest.mark.parametrize("language", PAGES)


def examples(which: str) -> Iterator[Any]:
    for language, page in ALL.items():
        for row in page:
            if row.kind == "fields":
                for example in getattr(row, which):
                    yield pytest.param(row, example, id=f"{language}-{row.name}-{example}")


def drafted(row: Row, example: str) -> Mapping[str, Any]:
    """The fields of a task where a variable of the row's name, or a template, gives this value."""
    value, field = yaml.safe_load(example), BY_NAME.get(row.name)
    if field and field.by_variable:
        return a_mapper().draft(fetched(variables={spellings(row.name)[0]: value})).fields
    others = dict.fromkeys(DATES, "2026-09-30") if row.name in DATES else {}
    return a_mapper(others | {_name(row): "{{ x }}"}).draft(fetched(variables={"x": value})).fields


def _name(row: Row) -> str:
    return row.name.replace("…", "CONTRACT")


@pytest.mark.parametrize(("row", "example"), list(examples("accepted")))
def test_what_a_row_calls_a_value_is_accepted(row: Row, example: str) -> None:
    sent = drafted(row, example)
    parameter = row.name in BY_NAME and BY_NAME[row.name].kind is Kind.PARAMETER
    name = "SE_PARAMETER" if parameter else portal_name(_name(row))
    assert (name in sent) is not (example == "0" and row.name != "priority")


@pytest.mark.parametrize(("row", "example"), list(examples("refused")))
def test_what_a_row_calls_an_error_is_a_fault_of_that_field(row: Row, example: str) -> None:
    with pytest.raises(MappingFault) as caught:
        drafted(row, example)
    labels = {row.name, *spellings(row.name), _name(row)}
    assert caught.value.field in labels


@of_each_page
def test_every_field_has_a_row_with_examples_and_its_variable(language: Language) -> None:
    found = {row.name: row for row in ALL[language] if row.kind == "fields"}
    assert found.keys() == BY_NAME.keys() | {OWN_FIELD}
    for name, row in found.items():
        field = BY_NAME.get(name)
        assert row.cells[0] == (f"`{spellings(name)[0]}`" if field and field.by_variable else "–"), name
        assert row.accepted, name
        assert row.refused, name


@of_each_page
def test_a_field_whose_default_is_none_is_not_sent_without_a_value(language: Language) -> None:
    sent = a_mapper().draft(fetched()).fields
    none = {row.name for row in ALL[language] if row.kind == "fields" and row.cells[2] in ("none", "нет")}
    assert {name for name in none if name in BY_NAME and BY_NAME[name].portal_name in sent} == set()
    others = {row.name for row in ALL[language] if row.kind == "fields"} - none
    assert others == {"title", "priority", "responsible_id", "created_by"}


@of_each_page
def test_every_part_has_a_row_and_every_such_row_its_tests(language: Language) -> None:
    parts = [row.name for row in ALL[language] if row.kind == "parts"]
    assert set(parts) <= TESTS.keys(), "tests/support/fields_page.py names the tests of each part"
    assert TESTS.keys() <= {row.name for row in ALL[language]}
    assert len(parts) == len(set(parts))
    assert set(TopicSettings.model_fields) - NOT_CONTENT <= set(parts), "docs/fields.md needs a row for each part"


@of_each_page
def test_every_kind_of_act_has_a_row(language: Language) -> None:
    assert ACTS.keys() == KINDS.keys()
    assert {*ACTS.values()} <= {row.name for row in ALL[language]}


@pytest.mark.parametrize("test", [test for tests in TESTS.values() for test in tests])
def test_a_test_that_backs_a_row_exists(test: str) -> None:
    path, _, name = test.partition("::")
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    assert name in {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


def test_both_languages_have_the_same_rows_and_settings() -> None:
    def shape(language: Language) -> list[tuple[str, ...]]:
        settings = (re.findall(r"`((?:bitrix|wait)\.[^`]+)`", " ".join(row.cells)) for row in ALL[language])
        return [
            (row.kind, row.name, row.cells[0] * (row.kind == "fields"), *said)
            for row, said in zip(ALL[language], settings, strict=True)
        ]

    assert shape("en") == shape("ru")
    pages = [re.findall(r"^(#+|- |\d\.|<!--)", text_of(one), re.MULTILINE) for one in PAGES]
    assert pages[0] == pages[1]
