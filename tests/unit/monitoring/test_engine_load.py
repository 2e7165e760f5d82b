"""The backlog is told within a scrape, or not at all."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pytest

from tests.support.fakes import Events
from worker.config.settings import CamundaSettings
from worker.engine.client import Engine
from worker.engine.errors import ContinuationFailed, EngineDenied, EngineError
from worker.ledger import LedgerUnavailable
from worker.ledger.peers import Silent
from worker.monitoring import engine_load
from worker.monitoring.engine_load import BacklogWatch, LoadReader
from worker.runtime.gate import Gate, Gates

TOPICS = ("one", "two", "three")


@pytest.fixture
def gate() -> Gate:
    return Gate("engine", Events())


@pytest.fixture
def silent() -> Iterator[Engine]:
    """An engine whose machine takes every connection, and that never answers."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        settings = CamundaSettings(base_url=f"http://127.0.0.1:{server.getsockname()[1]}/engine-rest")
        engine = Engine(settings, "w", {}, connections=4)
        yield engine
        engine.close()


class Told:
    """An engine that answers what it was told to, by topic: a number, an error, or after so many seconds."""

    def __init__(self, **answers: Any) -> None:
        self._answers = answers
        self.asked: list[str] = []

    def incidents(self, topic: str, *, timeout: float) -> int:
        return self.backlog(topic, timeout=timeout) * 10

    def unlocked(self, topic: str, *, timeout: float) -> tuple[list[str], int]:
        return [f"{topic}-1"], self.backlog(topic, timeout=timeout)

    def backlog(self, topic: str, *, timeout: float) -> int:
        self.asked.append(topic)
        answer = self._answers[topic]
        if isinstance(answer, EngineError):
            raise answer
        if isinstance(answer, float):
            time.sleep(answer)
        return int(answer)


def read(engine: Any, gate: Gate) -> tuple[dict[str, int], float]:
    """What was told, and how many seconds that took."""
    began = time.monotonic()
    found = LoadReader(engine, TOPICS, gate, Events(), tuple).read()
    return found.backlog, time.monotonic() - began


def test_every_topic_is_told(gate: Gate) -> None:
    assert read(Told(one=1, two=2, three=3), gate)[0] == {"one": 1, "two": 2, "three": 3}


def test_steps_that_only_lost_their_locks_are_no_backlog(gate: Gate) -> None:
    """After a kill they wait for people as before, and the alert called for another worker."""
    engine: Any = Told(one=1, two=2, three=3)
    reader = LoadReader(engine, TOPICS, gate, Events(), lambda: {"one-1", "two-1", "elsewhere"})
    assert reader.read().backlog == {"one": 0, "two": 1, "three": 3}


def test_so_are_its_incidents(gate: Gate) -> None:
    engine: Any = Told(one=1, two=2, three=3)
    assert LoadReader(engine, TOPICS, gate, Events(), tuple).read().incidents == {"one": 10, "two": 20, "three": 30}


def test_figures_that_the_engine_refuses_are_told_once_for_each_reason(gate: Gate) -> None:
    """They close no gate, and are only missing."""
    engine, events = Told(one=ContinuationFailed("count", "ORA-01031")), Events()
    reader = LoadReader(engine, ["one"], gate, events, tuple)  # type: ignore[arg-type]
    for _ in range(2):
        assert reader.read().backlog == {}
    assert events.names() == ["backlog.not_seen"]
    engine._answers["one"] = 1
    assert reader.read().backlog == {"one": 1}
    engine._answers["one"] = ContinuationFailed("count", "ORA-01031")
    reader.read()
    assert events.names() == ["backlog.not_seen", "backlog.seen", "backlog.not_seen"]


def test_a_silent_engine_costs_a_scrape_no_more_than_its_share(silent: Engine, gate: Gate) -> None:
    found, seconds = read(silent, gate)
    assert found == {}
    assert engine_load.SECONDS <= seconds < engine_load.SECONDS + 1.0 < 10.0 / 2


def test_a_call_that_outlasts_its_time_outs_is_left(gate: Gate, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine_load, "SECONDS", 0.2)
    found, seconds = read(Told(one=1.0, two=1.0, three=1.0), gate)
    assert (found, seconds < 0.9) == ({}, True)


def test_a_slow_engine_tells_some_topics_and_not_always_the_same(gate: Gate, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine_load, "SECONDS", 0.05)
    seen: set[str] = set()
    for _ in range(100):
        found, _ = read(Told(one=0.04, two=0.04, three=0.04), gate)
        assert len(found) < len(TOPICS)
        seen |= found.keys()
        if seen == set(TOPICS):
            return
    pytest.fail(f"only {seen}")


def test_an_engine_that_is_not_well_is_not_asked(gate: Gate) -> None:
    engine = Told(one=1, two=2, three=3)
    gate.close("silent")
    assert (read(engine, gate)[0], engine.asked) == ({}, [])


def test_what_the_engine_refuses_is_left_out(gate: Gate) -> None:
    refused = EngineDenied("count", "401")
    assert read(Told(one=refused, two=refused, three=refused), gate)[0] == {}


# --- how much waits, on the page ---


@dataclass
class Locked:
    external_task_id: str
    worker_id: str
    topic: str = "a"


class Waiting:
    """An engine and a ledger. `unlocked`: the steps that no worker has locked; `taken`: those the ledger has."""

    def __init__(self, unlocked: dict[str, list[str]], taken: set[str], more: int = 0) -> None:
        self.tasks, self.known, self.more = unlocked, taken, more
        self.asked = 0
        self.silent_ones: list[Silent] = []
        self.locked: list[Locked] = []

    def silent(self) -> list[Silent]:
        return self.silent_ones

    def locked_beyond(self, topic: str, until: datetime, *, timeout: float) -> list[Locked]:
        return [one for one in self.locked if one.topic == topic]

    def unknown(self, ids: Any) -> set[str]:
        return set(ids) - self.known

    def unlocked(self, topic: str, *, timeout: float) -> tuple[list[str], int]:
        self.asked += 1
        return self.tasks[topic], len(self.tasks[topic]) + self.more

    def taken(self, ids: Any) -> set[str]:
        if self.known is None:
            raise LedgerUnavailable("away")
        return self.known & set(ids)


def gates_open() -> Gates:
    return Gates(*(Gate(side, Events()) for side in ("engine", "portal", "ledger")))


def watch_of(world: Any, in_hand: list[str], gates: Gates) -> BacklogWatch:
    watch = BacklogWatch(world, list(world.tasks), gates, world, lambda: in_hand)
    watch.one_round()
    return watch


def test_a_step_is_counted_once_whether_its_lock_has_ended_or_it_came_in_hand_since() -> None:
    """After a kill, 17 steps that waited for people were counted as people without tasks."""
    world = Waiting({"a": ["new", "waits", "told"], "b": ["waits-too", "fetched"]}, {"waits", "told", "waits-too"})
    in_hand: list[str] = []
    watch = watch_of(world, in_hand, gates_open())
    assert watch.seen() == 2
    in_hand.append("fetched")
    assert watch.seen() == 1
    world.more = 700
    watch.one_round()
    assert watch.seen() == 1401, "beyond a page, only the number is known"


def test_while_the_ledger_is_away_its_last_answer_holds() -> None:
    gates = gates_open()
    world = Waiting({"a": ["new", "waits"]}, {"waits"})
    watch = watch_of(world, [], gates)
    world.known = None  # type: ignore[assignment]
    watch.one_round()
    assert watch.seen() == 1
    gates.ledger.close("away")
    assert watch.one_round() == engine_load.PAUSED_SECONDS
    assert watch.seen() == 1


def test_the_engine_is_asked_more_often_while_a_side_is_down() -> None:
    gates = gates_open()
    watch = watch_of(Waiting({"a": []}, set()), [], gates)
    assert watch.one_round() == engine_load.EVERY_SECONDS
    gates.portal.close("away")
    assert watch.one_round() == engine_load.PAUSED_SECONDS
    gates.engine.close("away")
    assert watch.seen() is None


def test_what_a_silent_worker_has_fetched_and_not_recorded_is_counted() -> None:
    """Two steps that a killed worker had fetched were in no figure of the page."""
    world = Waiting({"a": ["new"]}, {"recorded"})
    world.locked = [Locked("lost", "pgw-2"), Locked("recorded", "pgw-2"), Locked("theirs", "other")]
    watch = watch_of(world, [], gates_open())
    assert watch.left_locked() == 0, "it works"
    world.silent_ones = [Silent("pgw-2", 0.0, 1, 100.0)]
    watch.one_round()
    assert (watch.left_locked(), watch.seen()) == (1, 1)
    world.silent_ones = []
    watch.one_round()
    assert watch.left_locked() == 0
