"""Trouble that comes and goes: between two pauses all is well, and only the past tells."""

from __future__ import annotations

import pytest

from tests.support.fakes import Events
from worker.monitoring.health import HealthCheck
from worker.monitoring.pauses import of_lately
from worker.runtime import clock
from worker.runtime.gate import Gate


@pytest.fixture
def gate() -> Gate:
    return Gate("portal", Events())


def pause(gate: Gate, monkeypatch: pytest.MonkeyPatch, since: float, until: float) -> None:
    monkeypatch.setattr(clock, "boottime", lambda: since)
    gate.close("no answer")
    monkeypatch.setattr(clock, "boottime", lambda: until)
    gate.open()


def test_one_pause_that_is_over_is_not_told(gate: Gate, monkeypatch: pytest.MonkeyPatch) -> None:
    pause(gate, monkeypatch, 10_000.0, 10_240.0)
    assert gate.pauses == 1
    assert gate.lately is None


def test_several_are_told_while_the_side_works(gate: Gate, monkeypatch: pytest.MonkeyPatch) -> None:
    for n in range(3):
        pause(gate, monkeypatch, 10_000.0 + 85 * n, 10_055.0 + 85 * n)
    assert gate.lately == (3, 165.0, 10_225.0)
    told = of_lately(HealthCheck("portal", good=True, lately=gate.lately))
    assert told.en.startswith("the portal: paused 3 times in the last hour, together 2 min")
    assert told.ru.startswith("портал: пауз за последний час: 3, вместе 2 мин")
    gate.close("again")
    assert gate.pauses == 4
    assert gate.lately is None, "the pause that goes on is told at length"


def test_they_are_told_for_an_hour(gate: Gate, monkeypatch: pytest.MonkeyPatch) -> None:
    for since in (10_000.0, 11_000.0, 12_000.0):
        pause(gate, monkeypatch, since, since + 100)
    monkeypatch.setattr(clock, "boottime", lambda: 10_050.0 + 3600)
    assert gate.lately == (3, 250.0, 12_100.0), "of the first only what lies within the hour"
    monkeypatch.setattr(clock, "boottime", lambda: 10_150.0 + 3600)
    assert gate.lately == (2, 200.0, 12_100.0)
    monkeypatch.setattr(clock, "boottime", lambda: 11_150.0 + 3600)
    assert gate.lately is None


def test_a_gate_on_trial_is_still_in_the_same_pause(gate: Gate) -> None:
    gate.close("refused", awaits="tasks.task.add")
    gate.open()
    gate.close("refused", awaits="tasks.task.add")
    assert gate.pauses == 1
    assert gate.lately is None


def test_the_first_probe_is_no_pause(gate: Gate) -> None:
    gate.close_for_first_probe()
    gate.open()
    assert gate.pauses == 0
