"""Whoever looks at the page waits only so long for a ledger that does not answer."""

from __future__ import annotations

import threading
from collections.abc import Sequence

import pytest

from bitrix.causes import Cause, Trouble
from tests.support.engine_admin import wait_until
from tests.support.fakes import Events
from worker.ledger import LedgerUnavailable
from worker.ledger.seen import SeenTask
from worker.monitoring import ledger_look
from worker.monitoring.ledger_look import LedgerLook, NumbersInTime
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


def test_a_question_that_got_no_thread_leaves_the_turn_to_the_next(
    look: LedgerLook, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Otherwise a moment without threads would be told as a ledger that never answers again."""

    def refuse(_: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    with monkeypatch.context() as patched:
        patched.setattr(threading.Thread, "start", refuse)
        with pytest.raises(RuntimeError):
            look.ask(lambda: 42)
    monkeypatch.setattr(ledger_look, "SECONDS", 0.05)
    assert look.ask(lambda: 42) == 42


def test_whoever_demands_an_answer_hears_the_cause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ledger_look, "SECONDS", 0.05)
    gate, answers = Gate("ledger", Events()), threading.Event()
    numbers = NumbersInTime(Slow(answers), LedgerLook(gate))
    for question in (numbers.portal_tasks, numbers.of_instances):
        with pytest.raises(LedgerUnavailable) as late:
            question(["a"])
        assert late.value.trouble.cause is Cause.NO_ANSWER
    gate.close(Trouble("ledger", Cause.LEDGER_LOCKED, said="database is locked"))
    with pytest.raises(LedgerUnavailable) as locked:
        numbers.portal_tasks(["a"])
    assert locked.value.trouble.cause is Cause.LEDGER_LOCKED
    answers.set()
    gate.open()
    assert wait_until(lambda: numbers.portal_tasks(["a"]), "the ledger answers again") == {"a": 42}


class Slow:
    """A ledger that answers when it may."""

    def __init__(self, answers: threading.Event) -> None:
        self.answers = answers

    def portal_tasks(self, external_task_ids: Sequence[str]) -> dict[str, int]:
        self.answers.wait()
        return dict.fromkeys(external_task_ids, 42)

    def of_instances(self, _: Sequence[str]) -> dict[str, SeenTask]:
        self.answers.wait()
        return {}


def test_a_mistake_in_the_program_is_not_taken_for_silence(look: LedgerLook) -> None:
    with pytest.raises(ZeroDivisionError):
        look.ask(lambda: 1 // 0)
