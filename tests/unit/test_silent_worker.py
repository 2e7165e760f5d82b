"""What a run says of another worker of its ledger that has fallen silent."""

from __future__ import annotations

import signal
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from tests.support.fakes import Events
from tests.support.still_clock import still_clock
from worker.config.settings import Settings
from worker.ledger.peers import Peers, Silent
from worker.run import Run


def run_of(folder: Path, events: Events) -> Run:
    settings = Settings.model_validate(
        {
            "camunda": {"base_url": "http://engine.invalid/engine-rest"},
            "bitrix": {"webhook_url": "https://portal.example/rest/1/secret/"},
            "ledger": {"url": f"sqlite:///{folder / 'worker.db'}"},
        }
    )
    return Run(settings, events)


def test_a_worker_that_falls_silent_is_named_with_the_time_and_its_steps(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    events = Events()
    run = run_of(tmp_path, events)
    silent = Silent("host-2", 1_780_000_000.0, 30, 1_780_000_150.0)
    told = [Peers([silent], [], []), Peers([], ["host-2"], []), Peers([], [], ["host-2"])]
    monkeypatch.setattr(run._parts.ledger, "beat", lambda: told.pop(0))
    run._beat()
    run._beat()
    assert events.facts("ledger.worker_relieved") == {"worker": "host-2"}
    assert "ledger.worker_back" not in events.names()
    run._beat()
    run._parts.ledger.close()
    assert events.names().count("ledger.worker_silent") == 1
    facts = events.facts("ledger.worker_silent")
    assert (facts["worker"], facts["count"]) == ("host-2", 30)
    assert events.facts("ledger.worker_back") == {"worker": "host-2"}
    assert str(facts["at"]).startswith("2026-05-2")
    at, until = (datetime.fromisoformat(str(facts[name])) for name in ("at", "until"))
    assert until - at == timedelta(seconds=150)


def test_a_worker_beside_one_with_other_topics_says_so_at_its_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    events = Events()
    run = run_of(tmp_path, events)
    monkeypatch.setattr(run._parts.ledger.leases, "bind_topics", lambda _: {"host-2": "other"})
    run._compare_topics()
    assert "ledger.other_topics" not in events.names(), "nobody shares a file"
    run._parts.ledger.shared = True
    run._compare_topics()
    run._parts.ledger.shared = False
    run._parts.ledger.close()
    told = {"worker": "host-2", "theirs": "other", "ours": "bitrix_create_task"}
    assert events.facts("ledger.other_topics") == told


def test_a_worker_that_was_stopped_says_for_how_long(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Stopped for 71 s, it went on without a word, while the others had taken its steps over."""
    events = Events()
    run, now, waits = run_of(tmp_path, events), still_clock(monkeypatch), [0.5, 20.0, 71.0, 0.5]

    def stopping(_: float) -> bool:
        now[0] += waits[0] if waits else 0.0
        return not (waits and waits.pop(0))

    monkeypatch.setattr(run._parts.threads, "stopping", stopping)
    monkeypatch.setattr(signal, "signal", lambda *_: None)
    for name in ("_stop_when_asked", "_start_threads", "_leave"):
        monkeypatch.setattr(run, name, lambda: 0)
    now[0] += 300.0  # the opening of a ledger may take long
    run.serve()
    run._parts.ledger.close()
    assert events.names().count("worker.was_stopped") == 1
    assert events.facts("worker.was_stopped") == {"seconds": 71}
