"""Names that were meant to ask somebody, and names that are nobody's business."""

from __future__ import annotations

import pytest

from worker.mapping.marks import EXPECTED_FIELD, MARKS, QUESTION_FIELD, WAIT_PROPERTY, is_answer, meant, misspelt


@pytest.mark.parametrize("name", ["UF_RESULT_EXPECTED", "ufResultExpected", "UFRESULTQUESTION", "wait_for_completion"])
def test_a_mark_in_any_case_and_with_or_without_underscores_is_one(name: str) -> None:
    assert misspelt(name) is None


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("UF_RESULT_EXPECED", "UF_RESULT_EXPECTED"),
        ("UF_RESULT_EXPECTD", "UF_RESULT_EXPECTED"),
        ("UF_RESULT_EXPCETED", "UF_RESULT_EXPECTED"),
        ("UF_RESULTS_EXPECTED", "UF_RESULT_EXPECTED"),
        ("RESULT_EXPECTED", "UF_RESULT_EXPECTED"),
        ("UF-RESULT-EXPECTED", "UF_RESULT_EXPECTED"),
        (" UF_RESULT_EXPECTED ", "UF_RESULT_EXPECTED"),
        ("UF_RЕSULТ_ЕХРЕСТЕD", "UF_RESULT_EXPECTED"),
        ("UF_RESULT_QUESTOIN", "UF_RESULT_QUESTION"),
        ("ufResultQuestions", "UF_RESULT_QUESTION"),
        ("waitForCompletetion", "waitForCompletion"),
        ("waitForCompletoin", "waitForCompletion"),
        ("wait-for-completion", "waitForCompletion"),
        ("waitForClose", "waitForCompletion"),
        ("wait_for_complete", "waitForCompletion"),
    ],
)
def test_a_name_close_to_a_mark_was_meant_for_it(name: str, meant: str) -> None:
    assert misspelt(name) == meant


@pytest.mark.parametrize(
    "name",
    [
        "UF_RESULT_ANSWER",
        "UF_RESULT_ACCEPTED",
        "UF_RESULT_FILE",
        "waitFor",
        "waitForSignal",
        "completion",
        "expected",
        "question",
        "assigneeId",
        "UF_CRM_TASK",
        "priority",
        "",
        "вопрос",
    ],
)
def test_a_foreign_name_is_nobodys_business(name: str) -> None:
    assert misspelt(name) is None


@pytest.mark.parametrize("mark", MARKS.values())
def test_no_mark_is_taken_for_another(mark: str) -> None:
    for place in range(len(mark)):
        broken = mark[:place] + mark[place + 1 :]
        assert misspelt(broken) in (mark, None)
        assert misspelt(broken) == mark or broken.replace("_", "").lower() in MARKS


@pytest.mark.parametrize(
    ("name", "mark"),
    [
        ("UF_EXPECTED_RESULT", EXPECTED_FIELD),
        ("ufExpectedResult", EXPECTED_FIELD),
        ("RESULT_UF_EXPECTED", EXPECTED_FIELD),
        ("UF_ANSWER_EXPECTED", EXPECTED_FIELD),
        ("UF_ANSWER_REQUIRED", EXPECTED_FIELD),
        ("UF_EXPECTED", EXPECTED_FIELD),
        ("waitForAnswer", EXPECTED_FIELD),
        ("wait_for_reply", EXPECTED_FIELD),
        ("camunda:UF_RESULT_EXPECTED", EXPECTED_FIELD),
        ("bitrix.UF_RESULT_EXPECED", EXPECTED_FIELD),
        ("ours:UF_RESULT_EXPECTED", EXPECTED_FIELD),
        ("UF_QUESTION", QUESTION_FIELD),
        ("UF_QUESTION_RESULT", QUESTION_FIELD),
        ("camunda:UF_RESULT_QUESTION", QUESTION_FIELD),
        ("waitForClosing", WAIT_PROPERTY),
        ("waitForTaskCompletion", WAIT_PROPERTY),
        ("waitUntilClosed", WAIT_PROPERTY),
        ("completionWaitFor", WAIT_PROPERTY),
        ("camunda:waitForCompletion", WAIT_PROPERTY),
    ],
)
def test_a_mark_in_other_words_or_under_a_prefix_is_told(name: str, mark: str) -> None:
    assert meant(name) == mark


@pytest.mark.parametrize(
    "name",
    [
        "expectedResult",
        "EXPECTED_RESULT",
        "answerExpected",
        "question",
        "UF_ANSWER",
        "UF_REQUIRED",
        "UF_EXPECTED_DATE",
        "UF_QUESTION_NUMBER",
        "UF_CONTRACT_EXPECTED",
        "waitForSignal",
        "waitForMessage",
        "waitForResult",
        "waitForAnswerSeconds",
        "wait",
        "jobs:waitForCompletion",
        "camunda:asyncBefore",
        "UF_CRM_TASK",
        "https://example.org/question",
        "",
    ],
)
def test_a_name_with_another_meaning_is_nobodys_business(name: str) -> None:
    assert meant(name) is None


@pytest.mark.parametrize("name", MARKS.values())
def test_a_mark_itself_is_none_that_was_meant(name: str) -> None:
    assert meant(name) is None


def test_the_answer_is_known_under_a_prefix() -> None:
    assert is_answer("camunda:UF_RESULT_ANSWER")
    assert meant("camunda:UF_RESULT_ANSWER")
