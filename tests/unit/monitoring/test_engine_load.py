"""The backlog is told within a scrape, or not at all."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from typing import Any

import pytest

from tests.support.fakes import Events
from worker.config.settings import CamundaSettings
from worker.engine.client import Engine
from worker.engine.errors import ContinuationFailed, EngineDenied, EngineError
from worker.monitoring import engine_load
from worker.monitoring.engine_load import LoadReader
from worker.runtime.gate import Gate

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
    found = LoadReader(engine, TOPICS, gate, Events()).read()
    return found.backlog, time.monotonic() - began


def test_every_topic_is_told(gate: Gate) -> None:
    assert read(Told(one=1, two=2, three=3), gate)[0] == {"one": 1, "two": 2, "three": 3}


def test_so_are_its_incidents(gate: Gate) -> None:
    engine: Any = Told(one=1, two=2, three=3)
    assert LoadReader(engine, TOPICS, gate, Events()).read().incidents == {"one": 10, "two": 20, "three": 30}


def test_figures_that_the_engine_refuses_are_told_once_for_each_reason(gate: Gate) -> None:
    """They close no gate, and are only missing."""
    engine, events = Told(one=ContinuationFailed("count", "ORA-01031")), Events()
    reader = LoadReader(engine, ["one"], gate, events)  # type: ignore[arg-type]
    for _ in range(2):
        assert reader.read().backlog == {}
    assert events.names() == ["backlog.not_seen"]
    engine._answers["one"] = 1
    assert reader.read().backlog == {"one": 1}
    engine._answers["one"] = ContinuationFailed("count", "ORA-01031")
    reader.read()
    assert events.names() == ["backlog.not_seen"] * 2


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
