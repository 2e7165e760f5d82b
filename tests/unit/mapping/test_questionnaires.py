"""The types and names of the variables that the answers of questionnaires become."""

from __future__ import annotations

from typing import Any

import pytest

from bitrix.questionnaires import Question, Questionnaire
from tests.support.builders import fetched, questionnaires
from worker.engine.variables import encode
from worker.mapping.faults import MappingFault
from worker.mapping.questionnaires import names_of, variables_of

NAME = "Task_Create_Q_A"


def typed(kind: str, answer: str | None) -> dict[str, Any]:
    told = variables_of(fetched(), questionnaires(("Q", "A", kind, answer)))
    return encode(told.values)[NAME]


@pytest.mark.parametrize("answer", ["true", "1", "y", "Yes", "ДА", " да "])
def test_a_yes_is_true(answer: str) -> None:
    assert typed("boolean", answer) == {"type": "Boolean", "value": True}


@pytest.mark.parametrize("answer", [None, "false", "0", "N", "no", "нет", ""])
def test_a_no_and_no_answer_are_false(answer: str | None) -> None:
    assert typed("boolean", answer) == {"type": "Boolean", "value": False}


@pytest.mark.parametrize("answer", ["perhaps", "2", "да, но"])
def test_what_is_neither_is_a_fault(answer: str) -> None:
    with pytest.raises(MappingFault, match="Name of A"):
        typed("boolean", answer)


@pytest.mark.parametrize("kind", ["boolean", "integer", "enum", "user"])
def test_an_answer_that_is_no_single_value_is_a_fault_that_shows_it(kind: str) -> None:
    """Waiting for another answer would be waiting for ever: the task is closed."""
    question = Question("A", "Name of A", kind, unread="['1', '2']")
    with pytest.raises(MappingFault, match=r"\['1', '2'\].*Name of A") as caught:
        variables_of(fetched(), [Questionnaire("Q", "Order", (question,), {})])
    assert caught.value.field == NAME


@pytest.mark.parametrize(
    ("answer", "kind", "value"),
    [
        ("42", "Long", 42),
        (" -7 ", "Long", -7),
        ("9223372036854775807", "Long", 2**63 - 1),
        ("9223372036854775808", "String", "9223372036854775808"),
        ("1" * 30, "String", "1" * 30),
        ("4.5", "String", "4.5"),
        ("4_2", "String", "4_2"),
        ("٤٢", "String", "٤٢"),
        ("many", "String", "many"),
        ("", "String", ""),
        (None, "Null", None),
    ],
)
def test_a_whole_number_is_a_long_and_anything_else_stays_text(answer: str | None, kind: str, value: Any) -> None:
    assert typed("integer", answer) == {"type": kind, "value": value}


@pytest.mark.parametrize("kind", ["string", "enum", "date", "user", "universal_list", "something_new"])
def test_other_answers_are_text_and_no_answer_is_null(kind: str) -> None:
    assert typed(kind, "123") == {"type": "String", "value": "123"}
    assert typed(kind, None) == {"type": "Null", "value": None}


def test_a_long_text_is_kept_whole() -> None:
    sent = typed("string", "я" * 4001)
    assert sent["type"] == "Object"
    assert "я" * 4001 in sent["value"]


def test_a_question_without_a_code_or_with_a_name_too_long_has_no_variable() -> None:
    told = questionnaires(("", "A", "string", "x"), ("Q", "", "string", "x"), ("Q" * 250, "A", "string", "x"))
    found = variables_of(fetched(), told)
    assert (found.values, len(found.unnamed)) == ({}, 3)
    assert names_of(fetched(), told) == []


def test_of_equal_codes_the_last_counts_and_is_told() -> None:
    questions = (Question("A", "first", "integer", "1"), Question("A", "second", "integer", "2"))
    found = variables_of(fetched(), [Questionnaire("Q", "Order", questions, {})])
    assert (found.values, found.repeated) == ({NAME: 2}, (NAME,))


def test_an_instance_of_a_multi_instance_has_names_of_its_own() -> None:
    task = fetched(loops=(0, 2))
    told = questionnaires(("Q", "A", "integer", "1"))
    assert variables_of(task, told).values == {NAME: 1, f"{NAME}_0_2": 1}
    assert names_of(task, told) == [NAME, f"{NAME}_0_2"]
