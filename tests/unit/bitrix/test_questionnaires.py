"""Questionnaires as the module returns them: an odd answer is that answer's fault, not the whole list's."""

from __future__ import annotations

from typing import Any

import pytest

from bitrix.questionnaires import Question, digest, read

METHOD = "imena.camunda.task.questionnaire.list"


def answered(answer: Any) -> Question:
    question = {"CODE": "A", "NAME": "Who", "TYPE": "user", "answer": answer}
    [one] = read(METHOD, {"items": [{"CODE": "Q", "TITLE": "Order", "questions": [question]}]})
    return one.questions[0]


@pytest.mark.parametrize(
    ("answer", "text"), [("x", "x"), (7, "7"), (True, "true"), (False, "false"), (None, None), ([], None), ("", "")]
)
def test_an_answer_is_a_text_and_an_empty_list_is_none(answer: Any, text: str | None) -> None:
    assert (answered(answer).answer, answered(answer).unread) == (text, "")


@pytest.mark.parametrize("answer", [["1", "2"], {"id": 1}, "x" * 1_000_001])
def test_an_answer_that_is_no_single_value_is_kept_to_be_shown(answer: Any) -> None:
    question = answered(answer)
    assert question.answer is None
    assert 0 < len(question.unread) < 100


def test_a_corrected_answer_changes_the_digest() -> None:
    def of(answer: Any) -> str:
        return digest(read(METHOD, [{"CODE": "Q", "questions": [{"CODE": "A", "answer": answer}]}]))

    assert len({of(answer) for answer in (None, "1", ["1"], ["1", "2"])}) == 4
