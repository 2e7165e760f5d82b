from __future__ import annotations

from typing import Any

import pytest

from tests.support.builders import fetched
from tests.support.fakes import Events, FakeEngine, FakeThreads
from worker.engine.errors import EngineBusy, EngineUnreachable, LockLost, TaskGone, TaskSuspended
from worker.engine.locks import ENGINE_MAX_SECONDS, HeldLock, LockBook
from worker.runtime import clock
from worker.words.reasons import Reason


@pytest.fixture
def engine() -> FakeEngine:
    return FakeEngine()


@pytest.fixture
def later() -> FakeThreads:
    return FakeThreads()


@pytest.fixture
def book(engine: FakeEngine, later: FakeThreads) -> LockBook:
    return LockBook(engine, later, Events())  # type: ignore[arg-type]


def taken(book: LockBook, seconds: float = 150.0) -> HeldLock:
    lock = book.take(fetched(), seconds, clock.boottime() + seconds)
    assert lock is not None
    return lock


def test_a_task_is_in_hand_at_most_once_and_a_second_hand_out_breaks_the_lock(book: LockBook) -> None:
    lock = taken(book)
    assert book.take(fetched(), 150.0, clock.boottime() + 150.0) is None
    assert not lock.lasts(0)
    assert len(book) == 1


def test_a_second_hand_out_begins_when_the_first_is_finished(book: LockBook) -> None:
    restarted: list[Any] = []
    book.restart = lambda task, expires: restarted.append((task, expires))
    lock = taken(book)
    again = fetched(retries=2)
    book.take(again, 150.0, 12345.0)
    assert restarted == []
    book.finish(lock)
    assert restarted == [(again, 12345.0)]
    assert "task-1" not in book


def test_an_extension_is_counted_from_before_the_request(book: LockBook, engine: FakeEngine) -> None:
    lock = taken(book, 150.0)
    lock.expires = clock.boottime() + 20
    assert book.ensure(lock, 70)
    assert engine.calls == [("extend", "task-1", 150.0)]
    assert lock.lasts(140)


def test_a_long_enough_lock_is_not_extended(book: LockBook, engine: FakeEngine) -> None:
    assert book.ensure(taken(book), 70)
    assert engine.calls == []


@pytest.mark.parametrize("error", [LockLost("extendLock", "x", "other"), TaskGone("extendLock", "x")])
def test_a_refused_extension_breaks_the_lock_for_good(book: LockBook, engine: FakeEngine, error: Exception) -> None:
    lock = taken(book)
    engine.extend_script = [error]
    assert not book.extend(lock)
    assert not book.ensure(lock, 1)
    assert len(engine.calls) == 1, "a broken lock is never extended: it may be somebody else's work by now"


def test_an_extension_answered_after_the_expiry_breaks_the_lock(book: LockBook) -> None:
    lock = taken(book)
    lock.expires = clock.boottime() - 0.1
    assert not book.extend(lock)
    assert lock.broken == Reason.EXTENDED_TOO_LATE


@pytest.mark.parametrize("error", [EngineUnreachable("x", "y", doubtful=True), EngineBusy("x", "y")])
def test_an_unanswered_extension_leaves_the_old_expiry(book: LockBook, engine: FakeEngine, error: Exception) -> None:
    lock = taken(book)
    before = lock.expires
    engine.extend_script = [error]
    assert book.extend(lock)
    assert lock.expires == before


def test_the_log_says_once_that_a_lock_is_extended_again(engine: FakeEngine, later: FakeThreads) -> None:
    """The warning of an outage of the engine stayed for hours after it."""
    events = Events()
    book = LockBook(engine, later, events)  # type: ignore[arg-type]
    lock = taken(book)
    engine.extend_script = [EngineBusy("x", "y")]
    for _ in range(3):
        book.extend(lock)
    assert events.names() == ["lock.not_extended", "lock.extended"]
    assert events.facts("lock.extended") == {"task": "task-1"}


def test_a_lock_of_a_suspended_step_says_what_to_do(engine: FakeEngine, later: FakeThreads) -> None:
    """It said that the lock could not be renewed, and left the person on call with the engine's words."""
    events = Events()
    book = LockBook(engine, later, events)  # type: ignore[arg-type]
    engine.extend_script = [TaskSuspended("extendLock", "ENGINE-03043"), EngineBusy("extendLock", "deadlock")]
    lock = taken(book)
    book.extend(lock)
    reason = str(events.facts("lock.not_extended")["reason"])
    assert reason.startswith("the process is suspended, and the engine changes nothing in its steps: ENGINE-03043")
    assert "Activate the process instance in Cockpit if it may go on: the worker then goes on with the step" in reason
    book.extend(lock)
    _, (_, busy) = events.seen
    assert busy["reason"] == "the engine answered with an error: deadlock (call extendLock)", "it passes by itself"


def test_the_keeper_extends_at_half_life_and_only_what_is_kept(book: LockBook, engine: FakeEngine) -> None:
    young, old, left = (
        book.take(fetched(name), 100.0, clock.boottime() + rest) for name, rest in (("a", 60), ("b", 40), ("c", 40))
    )
    assert young
    assert old
    assert left
    book.stop_keeping(left)
    book.extend_due()
    assert engine.calls == [("extend", "b", 100.0)]


def test_the_keeper_beats_before_each_extension_for_the_engine_may_answer_none(
    book: LockBook, engine: FakeEngine, later: FakeThreads
) -> None:
    for name in ("a", "b"):
        book.take(fetched(name), 100.0, clock.boottime() + 40)
    beats: list[int] = []

    def drained(_: float = 0.0) -> bool:
        beats.append(len(engine.calls))
        return len(engine.calls) == 1

    later.drained = drained  # type: ignore[method-assign]
    book.extend_due()
    assert beats == [0, 1]
    assert len(engine.calls) == 1, "and none follows the end"


def test_giving_back_ends_the_lock_and_lets_the_task_go(book: LockBook, engine: FakeEngine) -> None:
    book.give_back(taken(book), "stopping")
    assert engine.calls == [("give_back", "task-1")]
    assert len(book) == 0


def test_an_unanswered_give_back_keeps_the_task_in_hand_until_it_cannot_be_executed_any_more(
    book: LockBook, engine: FakeEngine, later: FakeThreads
) -> None:
    engine.give_back_script = [EngineUnreachable("extendLock", "reset", doubtful=True)]
    book.give_back(taken(book), "stopping")
    assert len(book) == 1
    assert later.run_next() > ENGINE_MAX_SECONDS - 1
    assert len(book) == 0


def test_a_reserved_task_promises_nothing(book: LockBook) -> None:
    lock = book.reserve("task-1")
    assert lock is not None
    assert not lock.lasts(0)
    assert book.reserve("task-1") is None


def test_nothing_is_extended_once_a_settlement_has_begun(book: LockBook, engine: FakeEngine) -> None:
    """The keeper may have chosen the lock just before: an extension after a failure would override its retry time."""
    lock = taken(book)
    lock.expires = clock.boottime() + 10
    book.stop_keeping(lock)
    assert not book.extend(lock)
    assert engine.calls == []


def test_nothing_is_sent_under_a_lock_that_was_left_at_the_stop(book: LockBook) -> None:
    lock = taken(book)
    book.shorten(lock, 70.0, timeout=1.0)
    assert not book.ensure(lock, 10)
