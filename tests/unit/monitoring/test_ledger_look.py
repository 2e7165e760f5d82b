"""Whoever looks at the page waits only so long for a ledger that does not answer."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from contextlib import suppress

import pytest

from bitrix.causes import Cause, Trouble
from tests.support.engine_admin import wait_until
from tests.support.fakes import Events
from tests.support.ledger_looks import look_at
from tests.support.still_clock import still_clock
from worker.ledger import LedgerUnavailable
from worker.ledger.seen import SeenTask
from worker.monitoring import ledger_look
from worker.monitoring.ledger_look import SILENT_SECONDS, LedgerLook, NumbersInTime
from worker.runtime.clock_watch import LOOK_SECONDS
from worker.runtime.gate import Gate
from worker.words.codes import PartName, SideName


@pytest.fixture
def look() -> LedgerLook:
    return look_at()


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
    numbers = NumbersInTime(Slow(answers), look_at(gate))
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
    assert wait_until(lambda: in_time(numbers, "a"), "the ledger answers again") == {"a": 42}


def in_time(numbers: NumbersInTime, id_: str) -> dict[str, int]:
    with suppress(LedgerUnavailable):
        return numbers.portal_tasks([id_])
    return {}


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


class Asked:
    """A ledger that answers at once, or not before it may."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(ledger_look, "SECONDS", 0.05)
        self.now = still_clock(monkeypatch)
        self.events, self.silent = Events(), list[LedgerUnavailable]()
        self.gate = Gate("ledger", self.events)
        self.look = look_at(self.gate, self.events, self.silent)
        self.may = threading.Event()

    def slowly(self) -> int:
        self.may.wait()
        return 42

    def is_slow(self) -> bool:
        return self.look.standstill.pause is not None

    def goes_on(self) -> None:
        """The late question is answered, and the next one in time."""
        self.may.set()
        assert wait_until(lambda: self.look.ask(lambda: 42), "the ledger answers again") == 42
        self.may.clear()


def test_a_ledger_that_did_not_answer_in_time_is_slow_until_it_does(monkeypatch: pytest.MonkeyPatch) -> None:
    """The page said that the ledger did not answer in time, and beside it that the ledger is OK."""
    asked = Asked(monkeypatch)
    began = asked.now[0]
    assert asked.look.ask(asked.slowly) is None
    asked.now[0] += 7
    assert asked.look.ask(lambda: 42) is None, "the question before is still under way"
    pause = asked.look.standstill.pause
    assert pause
    assert (pause.side, pause.part, pause.cause) == ("ledger", PartName.SLOW_LEDGER, Cause.LEDGER_SLOW)
    assert (pause.since, pause.lasted, pause.passes, pause.stops_all) == (began, 7, True, False)
    assert "no answer for 7" in pause.said.en
    assert (asked.gate.works, asked.silent) == (True, [])
    asked.goes_on()
    assert asked.look.standstill.pause is None
    assert not [name for name in asked.events.names() if name.startswith("side.")], "a moment is not worth a line"


def test_it_is_logged_once_it_lasts_and_its_end_whoever_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = Asked(monkeypatch)
    asked.look.look(asked.slowly)
    assert "side.slow" not in asked.events.names()
    for _ in range(2):
        asked.now[0] += LOOK_SECONDS
        asked.look.look(asked.slowly)
    assert asked.events.names().count("side.slow") == 1
    assert asked.events.facts("side.slow")["side"] is SideName.LEDGER
    asked.goes_on()
    for _ in range(2):
        asked.look.look(lambda: 42)
    assert asked.events.names().count("side.not_slow") == 1
    assert asked.events.facts("side.not_slow")["seconds"] == 2 * LOOK_SECONDS


def test_a_ledger_that_answers_nothing_for_long_is_down_and_not_slow(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = Asked(monkeypatch)
    asked.look.look(asked.slowly)
    asked.now[0] += SILENT_SECONDS - 1
    asked.look.look(asked.slowly)
    assert asked.silent == []
    asked.now[0] += 1
    asked.look.look(asked.slowly)
    [error] = asked.silent
    assert error.trouble.cause is Cause.NO_ANSWER
    asked.look.ask(asked.slowly)
    assert asked.is_slow()
    asked.gate.close(error)
    assert not asked.is_slow(), "at once, not only at the next look"
    asked.look.look(asked.slowly)
    assert asked.look.ask(asked.slowly) is None
    assert not asked.is_slow(), "its gate says why"
    asked.goes_on()


def test_one_slow_answer_after_another_is_slow_and_not_down(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = Asked(monkeypatch)
    for _ in range(2):
        assert asked.look.ask(asked.slowly) is None
        asked.may.set()
        wait_until(lambda: not asked.look._turn.locked(), "the late answer")
        asked.may.clear()
        asked.now[0] += SILENT_SECONDS
    asked.look.look(asked.slowly)
    assert asked.look.standstill.pause
    assert asked.silent == []
    asked.goes_on()
