"""Who hangs is seen by name; who only waits is not taken for one who hangs."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from bitrix.limits.call_queue import Kind
from bitrix.tasks import Profile
from tests.support.builders import fetched
from tests.support.engine_admin import wait_until
from tests.support.fakes import Events
from worker.config.settings import Settings
from worker.engine.client import Fetched
from worker.model import SyncRequest, TaskDraft
from worker.monitoring.metrics import Work
from worker.run import Run
from worker.runtime import clock
from worker.runtime.beats import Beats, Silent
from worker.runtime.threads import Threads

STEP = 220.0
"""Of the default settings: 2 × (request_timeout 75) + 60, and some."""
HOUR = 3600.0
OFTEN = frozenset({"keeper", "settlements", "waiting", "watch", "syncs", "sync", "fetch", "task"})
"""The others wait for longer, and have said for how long: a clock that was set forward cannot know."""


class Clock:
    def __init__(self) -> None:
        self.ahead = 0.0

    def __call__(self) -> float:
        return time.monotonic() + self.ahead


class Site:
    """A run whose threads really run, beside sides that do not exist; the beats' clock can be set forward."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch, **changes: Any) -> None:
        self.events = Events()
        given = {
            "camunda": {"base_url": "http://engine.invalid/engine-rest", "max_in_flight": 4},
            "bitrix": {"webhook_url": "https://portal.example/rest/1/secret/"},
            "ledger": {"url": f"sqlite:///{folder / 'worker.db'}"},
            "http": {"port": 0},
            "sync": {"slots": 3},
        } | changes
        self.run = Run(Settings.model_validate(given), self.events)
        self.parts = self.run._parts
        self.clock = Clock()
        monkeypatch.setattr(self.parts.threads.beats, "_now", self.clock)
        self.patch = monkeypatch.setattr
        self.let_go = threading.Event()
        self.inside = 0
        self._guard = threading.Lock()
        self.observation = self.run._observation()
        for name, answer in (
            ("locked_by_me", []),
            ("count_locked_by_me", 0),
            ("version", "7.24.0"),
            ("existing", {}),
            ("backlog", 0),
            ("incidents", 0),
        ):
            self.patch(self.parts.engine, name, lambda *_, answer=answer, **__: answer)
        self.patch(self.parts.engine, "fetch", lambda *_: self._nothing_to_fetch())
        self.patch(self.parts.sides.tasks, "profile", lambda: Profile(1, is_admin=True))
        self.patch(self.parts.sides.tasks, "newest_marked", lambda *_, **__: None)

    def _nothing_to_fetch(self) -> Fetched:
        self.let_go.wait(0.2)
        return Fetched((), clock.boottime())

    def hangs(self, *_: Any, **__: Any) -> Any:
        """A call in which nothing is heard, and that nobody cuts."""
        with self._guard:
            self.inside += 1
        self.let_go.wait(60)
        raise TimeoutError("let go")  # over, as the process would be

    def start(self, until: Callable[[], object]) -> None:
        self.run._start_threads()
        wait_until(until, "everything has begun")

    def an_hour_later(self, hangs: str = "") -> dict[str, int]:
        """Who is silent when all others that come by every second have had the time to; `hangs` does not."""
        self.clock.ahead += HOUR
        wait_until(lambda: not (OFTEN - {hangs}) & set(self._work().stuck), "all that go on have said so")
        return {name: count for name, count in self._work().stuck.items() if name in OFTEN}

    def _work(self) -> Work:
        return self.observation._work()

    def healthz(self) -> str:
        [look] = self.observation._health.alive()
        assert look.good is not bool(look.reason)
        return look.reason.en

    def end(self) -> None:
        self.parts.threads.stop()
        self.let_go.set()
        self.parts.threads.drain()
        for name in self.parts.threads._threads:
            assert self.parts.threads.join(name, 10), name
        self.parts.ledger.close()


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    made = Site(tmp_path, monkeypatch)
    yield made
    made.end()


def test_a_worker_that_has_nothing_to_do_for_an_hour_does_not_hang(site: Site) -> None:
    site.start(lambda: site.parts.fetcher.polled_at)
    assert site.an_hour_later() == {}
    assert {"agenda", "keeper", "settlements", "waiting", "watch", "sweep", "syncs", "sync", "fetch", "probes"} <= set(
        site._work().steps
    )


def test_who_waits_for_minutes_has_said_for_how_long(site: Site) -> None:
    site.start(lambda: site.parts.fetcher.polled_at)
    seldom = {"sweep", "probes", "prune", "statistics"}
    assert seldom <= set(site._work().steps)
    wait_until(lambda: not any(site._work().steps[name] for name in seldom), "all have")


def test_all_slots_of_synchronisation_that_hang_are_named(site: Site) -> None:
    site.patch(site.parts.syncs._sender, "deliver", site.hangs)
    site.parts.ledger.syncs.queue([SyncRequest(f"instance-{number}", "order") for number in range(5)])
    site.start(lambda: site.inside == 3)
    assert site.an_hour_later("sync") == {"sync": 3}
    assert "sync ×3 (" in site.healthz()


def test_a_watch_that_hangs_is_named_and_its_last_look_gets_old(site: Site) -> None:
    site.patch(site.parts.watch, "look", site.hangs)
    site.start(lambda: site.inside == 1)
    assert site.an_hour_later("watch") == {"watch": 1}
    assert "watch (" in site.healthz()
    assert site.parts.watch.looked_at is None
    assert site._work().since_round["watch"] > 0
    assert site._work().round_every["watch"] == 30


def test_a_fetch_that_hangs_is_named_with_its_call(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    monkeypatch.setattr(site.parts.threads.beats, "_now", site.clock)
    monkeypatch.setattr(site.parts.engine._line._poster, "post", site.hangs)
    monkeypatch.setattr(site.parts.engine, "locked_by_me", lambda **_: [])
    monkeypatch.setattr(site.parts.engine, "count_locked_by_me", lambda: 0)
    monkeypatch.setattr(site.parts.sides.tasks, "profile", lambda: Profile(1, is_admin=True))
    site.start(lambda: site.inside == 1)
    assert site.an_hour_later("fetch") == {"fetch": 1}
    assert "fetch (fetchAndLock, " in site.healthz()


def test_creates_that_all_hang_are_named(site: Site) -> None:
    handed = [fetched(f"task-{number}") for number in range(4)]

    def fetch(*_: object) -> Fetched:
        if handed:
            tasks = tuple(handed)
            handed.clear()
            return Fetched(tasks, clock.boottime())
        return site._nothing_to_fetch()

    site.patch(site.parts.engine, "fetch", fetch)
    site.patch(site.parts._mapper, "draft", lambda task, *_: TaskDraft(task.marker, {}))
    site.patch(site.parts.sides.client, "_call", site.hangs)
    site.start(lambda: site.inside == 4)
    assert site.an_hour_later("task") == {"task": 4}
    assert "task ×4 (tasks.task.add, " in site.healthz()


def test_who_waits_for_the_portals_limits_does_not_hang(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    limits = {"requests_per_second": 0.001, "burst": 1}
    site = Site(
        tmp_path, monkeypatch, bitrix={"webhook_url": "https://portal.example/rest/1/secret/", "limits": limits}
    )

    def waits() -> None:
        with site.parts.limiter.turn("tasks.task.list", Kind.BACKGROUND, lambda _: site.let_go.is_set()):
            pass

    for _ in range(3):
        site.parts.threads.submit(waits)
    site.start(lambda: site.parts.limiter.waiting() >= 2)
    assert site.an_hour_later() == {}
    site.end()


def test_who_waits_for_a_slot_that_another_has_is_not_the_one_who_hangs(site: Site) -> None:
    while site.parts.syncs.reserve():
        pass
    site.parts.syncs._line.put(site_sync())
    site.start(lambda: site.parts.syncs._standing == 1)
    assert site.an_hour_later() == {}
    site.patch(site.parts.syncs._sender, "deliver", lambda _: None)
    site.parts.syncs.release()


def site_sync() -> Any:
    from worker.ledger import OwedSync  # noqa: PLC0415 - for one test

    return OwedSync(1, SyncRequest("instance", "order"), 0, 0.0)


# --- the beats alone ---


def test_silence_is_counted_by_kind_and_the_longest_is_told() -> None:
    now = [0.0]
    beats = Beats(STEP, now=lambda: now[0])
    with beats.working("task"):
        beats.beat("tasks.task.add")
        now[0] = STEP
        assert beats.silent() == []
        now[0] = STEP + 1
        assert beats.silent() == [Silent("task", 1, "tasks.task.add", STEP + 1)]
        assert beats.oldest() == {"task": STEP + 1}
        beats.beat(waits=100.0)
        now[0] += STEP + 100.0
        assert beats.silent() == []
        beats.rest()
        now[0] += HOUR
        assert beats.silent() == []
        assert beats.oldest() == {"task": 0.0}
    assert beats.oldest() == {}


def test_a_thread_that_was_never_entered_beats_for_nobody() -> None:
    beats = Beats(STEP)
    beats.beat("x")
    beats.rest()
    assert beats.oldest() == {}


def test_who_hangs_is_told_once_and_who_goes_on_again_too() -> None:
    events, now = Events(), [0.0]
    threads = Threads(events, pool_size=1, step_seconds=STEP)
    threads.beats = Beats(STEP, now=lambda: now[0])
    with threads.beats.working("watch"):
        for now[0] in (0.0, STEP + 1, STEP + 10):
            threads.report_hanging()
        threads.beats.beat()
        threads.report_hanging()
    threads.drain()
    assert events.names() == ["worker.stuck", "worker.unstuck"]
    assert events.facts("worker.stuck") == {"thread": "watch", "count": 1, "call": "", "seconds": 221}


def test_a_side_whose_probe_hangs_keeps_no_other_from_being_found_well(site: Site) -> None:
    """A portal that hung for 90 s kept a healed engine paused for 2.5 minutes: one thread asked both in turn."""
    gates = site.parts.gates
    site.patch(site.parts.sides.tasks, "profile", site.hangs)
    gates.portal.close("away", retry_after=0.0)
    site.start(lambda: site.inside)
    for gate in (gates.engine, gates.ledger):
        gate.close("away", retry_after=0.0)
        wait_until(lambda: gate.is_open, f"{gate.side} is asked")  # noqa: B023 - used in this very round
    assert not gates.portal.is_open
