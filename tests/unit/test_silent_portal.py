"""A portal that takes connections and answers nothing is noticed sooner than its longest call may take."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from bitrix.causes import Cause
from bitrix.methods import LIST, PROFILE
from sandbox.faults import Fault
from sandbox.portal import Portal
from tests.support.fakes import Events
from tests.support.still_clock import still_clock
from worker import build
from worker.build import Parts
from worker.config.settings import Settings
from worker.engine.wellbeing import look_at_portal
from worker.monitoring.health import Health
from worker.runtime import call_times
from worker.runtime.timings import Timings
from worker.words.codes import PartName


@pytest.fixture
def portal() -> Iterator[Portal]:
    with Portal() as portal:
        yield portal


def settings(portal: Portal, folder: Path) -> Settings:
    return Settings.model_validate(
        {
            "camunda": {"base_url": "http://engine.invalid/engine-rest"},
            "bitrix": {"webhook_url": portal.webhook_url, "request_timeout": 75.0},
            "ledger": {"url": f"sqlite:///{folder / 'worker.db'}"},
        }
    )


def test_a_portal_that_hangs_is_noticed_by_a_neutral_call_long_before_the_request_timeout(
    portal: Portal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every surface said that it works until the poll of waiting steps timed out, after the time a create may take."""
    monkeypatch.setattr(build, "GLANCE_SECONDS", 0.2)
    parts, hung = Parts(settings(portal, tmp_path), Events()), threading.Event()
    gate, now = parts.gates.portal, still_clock(monkeypatch)
    gate.well()
    answered_at = now[0]
    now[0] += 31.0
    portal.faults.add(Fault(PROFILE, times=None, until=hung))
    release = threading.Timer(20.0, hung.set)  # patient enough, the probe would hear that all is well
    release.start()
    parts.probes.portal.confirm()
    release.cancel()
    hung.set()
    portal.faults.clear()
    pause = gate.pause
    parts.ledger.close()
    assert pause is not None
    assert pause.cause == Cause.NO_ANSWER
    assert pause.since == answered_at


def test_a_portal_that_answers_another_call_while_it_is_asked_is_not_paused(
    portal: Portal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It answered every call, each in 15 s, and the page said that it is down and has answered just now."""
    asked: list[str] = []

    def another_is_answered(_: Timings, method: str, __: float) -> None:
        """Called as soon as the neutral call has waited in vain, before anybody is told."""
        asked.append(method)
        parts.sides.on_portal_end(LIST, None)

    monkeypatch.setattr(build, "GLANCE_SECONDS", 0.2)
    monkeypatch.setattr(Timings, "portal_call", another_is_answered)
    parts, hung = Parts(settings(portal, tmp_path), Events()), threading.Event()
    now = still_clock(monkeypatch)
    now[0] += 31.0
    portal.faults.add(Fault(PROFILE, times=None, until=hung))
    release = threading.Timer(20.0, hung.set)  # patient enough, the probe would hear that all is well
    release.start()
    parts.probes.portal.confirm()
    release.cancel()
    timed_out = not hung.is_set()
    hung.set()
    portal.faults.clear()
    parts.ledger.close()
    assert ({*asked}, timed_out, parts.gates.portal.works) == ({PROFILE}, True, True)


def test_a_portal_that_is_only_slow_is_told_as_slow_and_its_gate_stays_open(
    portal: Portal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each call took 25 s and succeeded, and every surface said that all is well, or that it did not answer."""
    monkeypatch.setattr(build, "GLANCE_SECONDS", 0.1)
    monkeypatch.setattr(call_times, "SLOW_SECONDS", 0.2)
    parts = Parts(settings(portal, tmp_path), Events())
    gate, now = parts.gates.portal, still_clock(monkeypatch)
    portal.faults.add(Fault("*", seconds=0.3, times=None))
    for _ in range(2):
        look_at_portal(parts.sides.tasks)
    now[0] += 31.0
    parts.probes.portal.confirm()
    health = Health(parts.threads, parts.gates, parts.fetcher, parts.standstills)
    before = [check.name for check in health.ready() if check.pause]
    for watch in parts.sides.slow:
        watch.look()
    told = {check.name: check for check in health.ready() if check.pause}
    parts.ledger.close()
    assert gate.works, "it was asked with its own patience"
    assert (before, [*told]) == ([], [PartName.SLOW_PORTAL])
    assert told[PartName.SLOW_PORTAL].good, "all work goes on"
    assert "at most" in told[PartName.SLOW_PORTAL].reason.en
