"""A running worker that writes little, or nothing, notices a full disk as early as the command that would start one."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bitrix.causes import Cause
from tests.support.fakes import Events
from tests.support.still_clock import still_clock
from worker.build import Parts
from worker.config.settings import Settings
from worker.monitoring.health import Health


@pytest.fixture
def parts(tmp_path: Path) -> Iterator[Parts]:
    settings = Settings.model_validate(
        {
            "camunda": {"base_url": "http://engine.invalid/engine-rest"},
            "bitrix": {"webhook_url": "https://portal.invalid/rest/1/s3cr3t/"},
            "ledger": {"url": f"sqlite:///{tmp_path / 'worker.db'}"},
        }
    )
    parts = Parts(settings, Events())
    yield parts
    parts.ledger.close()


def refusing(code: int) -> Callable[..., None]:
    def refused(*_: object, **__: object) -> None:
        raise OSError(code, os.strerror(code))

    return refused


def test_a_full_disk_pauses_the_ledger_though_its_small_writes_still_fit(
    parts: Parts, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While the engine was away, the page said `Ledger: OK`; stopped, that a start would fail."""
    now = still_clock(monkeypatch)
    gate, events = parts.gates.ledger, parts.telemetry
    assert isinstance(events, Events)
    parts.gates.engine.close("it is away")
    gate.well()
    with monkeypatch.context() as full:
        full.setattr(os, "posix_fallocate", refusing(errno.ENOSPC))
        now[0] += 31.0
        parts.probes.ledger.confirm()
        assert gate.pause is not None
        assert (gate.pause.cause, gate.passes) == (Cause.DISK_FULL, False)
        assert "ledger.unavailable" in events.names()
        [check] = [one for one in Health(parts.threads, parts.gates, parts.fetcher).ready() if one.name == "ledger"]
        assert not check.good
        assert "the disk of the ledger is full" in check.reason.en
        now[0] += 31.0
        assert not parts.probes.ledger.try_to_open(), "small writes still succeed"
    now[0] += 31.0
    assert parts.probes.ledger.try_to_open()
    assert gate.works


def test_a_process_without_a_free_descriptor_says_nothing_of_the_disk(
    parts: Parts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.TemporaryFile", refusing(errno.EMFILE))
    parts.ledger.probe()
    assert parts.gates.ledger.works
