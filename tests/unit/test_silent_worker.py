"""What a run says of another worker of its ledger that has fallen silent."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from tests.support.fakes import Events
from worker.config.settings import Settings
from worker.ledger.leases import Peers, Silent
from worker.run import Run


def test_a_worker_that_falls_silent_is_named_with_the_time_and_its_steps(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = Settings.model_validate(
        {
            "camunda": {"base_url": "http://engine.invalid/engine-rest"},
            "bitrix": {"webhook_url": "https://portal.example/rest/1/secret/"},
            "ledger": {"url": f"sqlite:///{tmp_path / 'worker.db'}"},
        }
    )
    events = Events()
    run = Run(settings, events)
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
