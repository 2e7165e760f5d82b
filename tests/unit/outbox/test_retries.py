from __future__ import annotations

import pytest

from worker.outbox.retries import RetryPlan

PLAN = RetryPlan({"t": 3}, base=10.0, jitter=lambda: 1.0)


@pytest.mark.parametrize(
    ("left", "retries", "wait"),
    [(None, 2, 10.0), (3, 2, 10.0), (2, 1, 20.0), (1, 0, 0.0), (0, 0, 0.0), (9, 8, 10.0)],
)
def test_tries_count_down_from_the_topics_number(left: int | None, retries: int, wait: float) -> None:
    failure = PLAN.failure("t", left, "words", "details")
    assert (failure.retries, failure.retry_timeout) == (retries, wait)


def test_three_tries_mean_three_attempts() -> None:
    left: int | None = None
    attempts = 0
    while left != 0:
        attempts += 1
        left = PLAN.failure("t", left, "", "").retries
    assert attempts == 3


def test_a_final_fault_is_an_incident_at_once_without_a_wait() -> None:
    failure = PLAN.failure("t", None, "", "", final=True)
    assert (failure.retries, failure.retry_timeout) == (0, 0.0)


def test_the_wait_is_bounded() -> None:
    plan = RetryPlan({"t": 100}, jitter=lambda: 1.0)
    assert plan.failure("t", 2, "", "").retry_timeout == 1800.0


def test_what_a_failure_says_can_be_stored_and_printed_by_everybody() -> None:
    """The ledger keeps it until the engine has taken it."""
    failure = PLAN.failure("t", None, "one\r\ntwo\x1b[2J\0", "\ud83d\nthree")
    assert failure.message == "one\ntwo\\u001b[2J\\u0000"
    assert failure.details == "one\ntwo\\u001b[2J\\u0000\n\n\\ud83d\nthree"


@pytest.mark.parametrize("details", ["", "Correct it.", "The portal says no: x" * 100])
def test_the_details_begin_with_the_whole_message(details: str) -> None:
    """Of a rejected user they held the portal's words alone; what to do stood in the message, which is cut."""
    message = "Wrong. " * 100 + "Correct it."
    failure = PLAN.failure("t", None, message, details)
    assert failure.details.startswith(message)
    assert failure.details.removeprefix(message).strip() == ("" if details in message else details)
