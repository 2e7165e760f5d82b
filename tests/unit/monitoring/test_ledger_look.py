"""Whoever looks at the page waits only so long for a ledger that does not answer."""

from __future__ import annotations

import threading

import pytest

from tests.support.engine_admin import wait_until
from tests.support.fakes import Events
from worker.ledger import LedgerUnavailable
from worker.monitoring import ledger_look
from worker.monitoring.ledger_look import LedgerLook
from worker.runtime.gate import Gate


@pytest.fixture
def look() -> LedgerLook:
    return LedgerLook(Gate("ledger", Events()))


def test_an_answer_is_passed_on(look: LedgerLook) -> None:
    assert look.ask(lambda: 42) == 42


def test_a_ledger_that_does_not_answer_is_waited_for_once(look: LedgerLook, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each look stood in the queue of the writers, and each took a thread of the page with it."""
    monkeypatch.setattr(ledger_look, "SECONDS", 0.05)
    answers, asked = threading.Event(), []

    def question() -> int:
        asked.append(1)
        answers.wait()
        return 42

    assert look.ask(question) is None
    assert look.ask(question) is None
    assert asked == [1], "the first question is still under way"
    answers.set()
    assert wait_until(lambda: look.ask(question), "the ledger answers again") == 42


def test_a_ledger_that_refuses_has_no_answer(look: LedgerLook) -> None:
    def refused() -> int:
        raise LedgerUnavailable("the disk is full")

    assert look.ask(refused) is None
    assert look.ask(lambda: 42) == 42


def test_a_mistake_in_the_program_is_not_taken_for_silence(look: LedgerLook) -> None:
    with pytest.raises(ZeroDivisionError):
        look.ask(lambda: 1 // 0)
