"""Engines that do not give extension properties: nothing is fetched from them."""

from __future__ import annotations

import re

import pytest

from bitrix.causes import Cause
from tests.support.fakes import Events, FakeEngine as FullEngine
from worker.engine.errors import EngineDenied, EngineError, EngineUnreachable, error_of
from worker.engine.version import EngineProbe, EngineTooOld, gives_properties
from worker.engine.wellbeing import EngineWellbeing
from worker.runtime.gate import DOUBT_SECONDS, Gate
from worker.runtime.probe import Probe
from worker.words.causes import with_cure


class FakeEngine:
    def __init__(self, version: str | Exception, count: int | Exception = 0) -> None:
        self.told = version
        self.count = count

    def version(self) -> str:
        if isinstance(self.told, Exception):
            raise self.told
        return self.told

    def backlog(self, _: str) -> int:
        if isinstance(self.count, Exception):
            raise self.count
        return self.count


@pytest.mark.parametrize(
    "version", ["7.14.0", "7.24.0", "7.15.0-ee", "1.0.3", "2.1.4", "2.2.0-SNAPSHOT", "3.0.1", "v8.0"]
)
def test_engines_that_give_them(version: str) -> None:
    assert gives_properties(version) is True


@pytest.mark.parametrize("version", ["7.13.0", "7.13.9-ee", "7.0.0", "7.4.0-alpha1", " 7.9.0"])
def test_engines_that_do_not(version: str) -> None:
    assert gives_properties(version) is False


@pytest.mark.parametrize("version", ["", None, "None", "fox", "7", "0.0.0", "SNAPSHOT"])
def test_engines_that_cannot_be_told(version: str | None) -> None:
    assert gives_properties(version) is None


def test_an_old_engine_is_refused_with_its_version_and_the_way_out() -> None:
    with pytest.raises(EngineTooOld, match=r"7\.13\.0") as caught:
        EngineProbe(FakeEngine("7.13.0"), "t", Events())()
    assert re.search(r"7\.13\.0 .* since 7\.14.* Upgrade the engine", with_cure(caught.value).en)


@pytest.mark.parametrize(
    "told", ["", EngineDenied("version", "HTTP 403"), EngineUnreachable("version", "404", doubtful=False)]
)
def test_an_engine_that_does_not_tell_is_served_and_warned_about_once(told: str | Exception) -> None:
    events = Events()
    probe = EngineProbe(FakeEngine(told), "t", events)
    probe()
    probe()
    assert events.names() == ["engine.version_unknown"]


@pytest.mark.parametrize("status", [403, 404, 502])
def test_an_engine_that_hides_its_version_is_paused_for_nothing_else(status: int) -> None:
    """Its version was awaited, which only a probe asks for: the engine served, and was told as unavailable."""
    engine, events = FullEngine(), Events()
    gate = Gate("engine", events)
    engine.on_end = EngineWellbeing(gate).on_end
    engine.version_script = [error_of("version", status, None, "<html>no</html>")]
    gate.close_for_first_probe()
    assert Probe(gate, EngineProbe(engine, "t", events), EngineError).try_to_open()
    assert gate.works
    assert events.names() == ["engine.version_unknown"]


def test_an_engine_without_its_database_does_not_work_though_it_tells_its_version() -> None:
    """While the portal was away nothing was fetched, and the page said of the engine: OK, last answer just now."""
    engine, events = FullEngine(), Events()
    gate = Gate("engine", events)
    ear = EngineWellbeing(gate)
    engine.on_end = ear.on_end
    engine.backlog_script = [error_of("external-task", 500, {"type": "RestException", "message": "ENGINE-03083"}, "")]
    gate._began -= DOUBT_SECONDS
    ear.on_end("history", error_of("history", 500, {"type": "RestException", "message": "ENGINE-03083"}, ""))
    Probe(gate, EngineProbe(engine, "t", events), EngineError, when_idle=False).one_round()
    assert not gate.is_open
    assert events.names() == ["fetch.paused"]


def test_an_engine_that_is_away_is_away() -> None:
    away = EngineUnreachable("version", "refused", doubtful=False)
    with pytest.raises(EngineError):
        EngineProbe(FakeEngine(away, away), "t", Events())()


def test_an_engine_that_answered_only_at_the_second_call_is_asked_for_its_version_again() -> None:
    """It hung while the worker started: the page went on to say that its version is unknown and approvals may pass."""
    engine, events = FullEngine(), Events()
    engine.version_script = [EngineUnreachable("version", "timed out", doubtful=False, cause=Cause.NO_ANSWER)]
    EngineProbe(engine, "t", events)()
    assert events.names() == []
