from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from tests.support.fakes import Events
from worker.runtime import clock
from worker.runtime.threads import Threads

SECONDS = 30.0


@pytest.fixture
def events() -> Events:
    return Events()


@pytest.fixture
def threads(events: Events) -> Iterator[Threads]:
    made = Threads(events, pool_size=2, step_seconds=60.0)
    yield made
    made.stop()
    made.drain()


def fail() -> None:
    raise RuntimeError("unforeseen")


def test_a_thread_that_dies_ends_the_run_and_says_where(threads: Threads, events: Events) -> None:
    threads.start("fetch", fail)
    assert threads.stopping(SECONDS)
    assert threads.fault == "fetch: RuntimeError"
    assert "unforeseen" in str(events.facts("worker.thread_died")["error"])
    assert "test_threads.py" in str(events.facts("worker.thread_died")["error"])


def test_a_job_of_the_pool_that_dies_ends_the_run_too(threads: Threads) -> None:
    threads.submit(fail)
    assert threads.stopping(SECONDS)
    assert threads.fault == "task: RuntimeError"


def test_a_job_for_later_that_dies_ends_the_run_too(threads: Threads) -> None:
    threads.begin()
    threads.after(0.0, fail)
    assert threads.stopping(SECONDS)
    assert threads.fault == "task: RuntimeError"


@pytest.mark.parametrize("until_drained", [False, True])
def test_a_round_that_dies_ends_the_run_too(threads: Threads, *, until_drained: bool) -> None:
    threads.every("watch", 0.0, fail, until_drained=until_drained)
    assert threads.stopping(SECONDS)
    assert threads.fault == "watch: RuntimeError"


def test_an_end_that_dies_is_a_fault_too(threads: Threads) -> None:
    threads.every("syncs", SECONDS, lambda: None, at_end=fail)
    threads.stop()
    assert threads.join("syncs", SECONDS)
    assert threads.fault == "syncs: RuntimeError"


def test_a_good_end_is_no_fault(threads: Threads) -> None:
    threads.start("statistics", lambda: None)
    assert threads.join("statistics", SECONDS)
    assert threads.fault is None
    assert threads.ended() == ["statistics"]


def test_rounds_follow_one_another_until_the_run_stops_and_then_comes_the_end(threads: Threads) -> None:
    done: list[str] = []

    def one_round() -> None:
        done.append("round")
        if len(done) == 3:
            threads.stop()

    threads.every("sweep", 0.001, one_round, at_end=lambda: done.append("end"))
    assert threads.join("sweep", SECONDS)
    assert done == ["round", "round", "round", "end"]


def test_a_round_may_say_how_long_to_wait_for_the_next_one(threads: Threads, monkeypatch: pytest.MonkeyPatch) -> None:
    waits: list[float] = []
    said = iter([None, 5.0, 0.0, None])

    def stopping(seconds: float = 0.0) -> bool:
        waits.append(seconds)
        return len(waits) == 5

    monkeypatch.setattr(threads, "stopping", stopping)
    threads.every("prune", 60.0, lambda: next(said))
    assert threads.join("prune", SECONDS)
    assert waits == [60.0, 60.0, 5.0, 0.0, 60.0]


def test_what_goes_on_until_all_is_drained_outlives_the_stop(threads: Threads) -> None:
    again = threading.Semaphore(0)
    threads.every("keeper", 0.001, again.release, until_drained=True)
    threads.stop()
    assert again.acquire(timeout=SECONDS)
    assert again.acquire(timeout=SECONDS)
    threads.drain()
    assert threads.join("keeper", SECONDS)


def test_who_waits_for_its_round_has_said_for_how_long(threads: Threads, monkeypatch: pytest.MonkeyPatch) -> None:
    beats: list[float] = []
    said = threading.Event()

    def beat(doing: str = "", *, waits: float = 0.0) -> None:
        beats.append(waits)
        said.set()

    monkeypatch.setattr(threads.beats, "beat", beat)
    threads.every("sweep", 120.0, lambda: None)
    assert said.wait(SECONDS)
    assert beats == [120.0]


def test_after_the_end_jobs_are_dropped(threads: Threads) -> None:
    threads.drain()
    threads.submit(fail)
    assert threads.fault is None


# --- later ---


def test_jobs_run_in_the_order_of_their_time(threads: Threads, monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[str] = []
    finished = threading.Event()
    monkeypatch.setattr(threads, "submit", lambda job: job())
    now = clock.boottime()
    threads.at(now + 0.02, lambda: done.append("second"))
    threads.at(now + 0.03, finished.set)
    threads.at(now - 1, lambda: done.append("first"))
    threads.begin()
    assert finished.wait(SECONDS)
    assert done == ["first", "second"]


def test_an_earlier_job_added_later_does_not_wait_for_the_others(threads: Threads) -> None:
    done = threading.Event()
    threads.after(3600, lambda: None)
    threads.begin()
    threads.after(0, done.set)
    assert done.wait(SECONDS)
    threads.stop()
    threads.drain()
    assert threads.join("agenda", SECONDS), "the end drops what is not due"
