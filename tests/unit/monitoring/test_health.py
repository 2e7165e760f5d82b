from __future__ import annotations

import threading
import time

import pytest

from bitrix.causes import Cause
from bitrix.errors import ChannelFault
from tests.support.fakes import Events
from worker.monitoring.health import POLL_AGE_SECONDS, Health, HealthCheck
from worker.runtime import clock
from worker.runtime.gate import Gate
from worker.runtime.pause import Pause, pause_for
from worker.runtime.standstill import Standstill
from worker.runtime.threads import Threads
from worker.words.codes import PartName
from worker.words.health import ENDED, SILENT, STOPPING

STEP = 220.0


class Site:
    def __init__(self) -> None:
        self.events = Events()
        self.threads = Threads(self.events, pool_size=1, step_seconds=STEP)
        self.gate = Gate("portal", self.events)
        self.polled_at: float | None = clock.boottime()
        self.held_at: float | None = None
        self.refusal: Pause | None = None
        self.free = True
        self.syncs = Standstill("portal", PartName.SYNCS, self.events)
        self.health = Health(
            self.threads,
            [self.gate],
            self,
            [self.syncs],
        )

    def has_free_slots(self) -> bool:
        return self.free

    def wrong(self) -> list[HealthCheck]:
        return [check for check in self.health.ready() if not check.good]


def test_all_is_well() -> None:
    site = Site()
    assert site.wrong() == []
    assert all(check.good for check in site.health.alive())


def test_a_thread_that_has_ended_is_named_but_not_while_stopping() -> None:
    site = Site()
    site.threads.start("keeper", lambda: None)
    site.threads.join("keeper", 5)
    assert site.health.alive() == [HealthCheck("threads", good=False, reason=ENDED.format(names="keeper"))]
    site.threads.stop()
    assert all(check.good for check in site.health.alive())


def test_a_thread_that_hangs_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    site = Site()
    beats, hangs = threading.Event(), threading.Event()

    def work() -> None:
        site.threads.beats.beat(waits=60.0)
        beats.set()
        hangs.wait(60.0)

    site.threads.start("fetch", work)
    assert beats.wait(5)
    now = time.monotonic()
    monkeypatch.setattr(site.threads.beats, "_now", lambda: now + 60.0 + STEP - 1.0)
    assert all(check.good for check in site.health.alive()), "it said how long it would wait"
    monkeypatch.setattr(site.threads.beats, "_now", lambda: now + 60.0 + STEP + 1.0)
    assert site.health.alive() == [
        HealthCheck("threads", good=False, reason=SILENT.format(names=f"fetch ({STEP + 1.0:.0f} s)"))
    ]
    site.threads.stop()
    assert all(check.good for check in site.health.alive())
    hangs.set()


def test_a_closed_gate_tells_its_reason() -> None:
    site = Site()
    site.gate.close("profile: http_502")
    [check] = site.wrong()
    assert (check.name, check.reason.en, check.pause) == ("portal", "profile: http_502", site.gate.pause)


def test_a_revoked_webhook_does_not_pass() -> None:
    site = Site()
    site.gate.close(ChannelFault("profile", "INVALID_CREDENTIALS", cause=Cause.WEBHOOK_UNKNOWN))
    [check] = site.wrong()
    assert not check.passes
    assert "Create a new webhook" in check.reason.en


def test_no_good_poll_is_told_unless_all_slots_are_taken() -> None:
    site = Site()
    site.polled_at = None
    assert [check.name for check in site.wrong()] == ["poll"]
    site.polled_at = clock.boottime() - POLL_AGE_SECONDS - 1
    assert [check.name for check in site.wrong()] == ["poll"]
    site.free = False
    assert site.wrong() == []


def test_an_engine_that_was_not_asked_during_a_pause_is_not_blamed_for_it() -> None:
    """The page said after a pause of the portal that the engine had not answered for a long time."""
    site = Site()
    site.polled_at, site.held_at = clock.boottime() - 10 * POLL_AGE_SECONDS, clock.boottime()
    assert site.wrong() == []
    site.held_at = clock.boottime() - POLL_AGE_SECONDS - 1
    [check] = site.wrong()
    assert check.reason.en == "the last good poll was 600 s ago"


def test_a_refused_fetch_is_told_at_once_and_a_part_that_is_paused_leaves_the_worker_ready() -> None:
    site = Site()
    site.polled_at = clock.boottime() - POLL_AGE_SECONDS - 1
    site.refusal = pause_for("engine", "fetchAndLock: Java heap space", since=0.0, part=PartName.FETCH)
    assert [check.reason.en for check in site.wrong()] == [
        "the last good poll was 61 s ago: fetchAndLock: Java heap space"
    ]
    site.polled_at, site.free = clock.boottime(), False
    assert [check.pause for check in site.wrong()] == [site.refusal]
    site.refusal = None
    assert site.syncs.begin("no module", seconds=300.0)
    assert site.wrong() == []
    [paused] = [check for check in site.health.ready() if check.pause]
    assert (paused.pause, paused.reason.en) == (site.syncs.pause, "no module"), "it is not said to be ok"


def test_a_process_that_stops_is_not_ready() -> None:
    site = Site()
    site.threads.stop()
    assert site.wrong() == [HealthCheck("running", good=False, reason=STOPPING)]
