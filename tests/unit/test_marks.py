"""Names that were meant to ask somebody, and names that are nobody's business."""

from __future__ import annotations

import pytest

from worker.marks import MARKS, misspelt


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
