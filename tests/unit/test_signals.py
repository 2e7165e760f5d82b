"""Signals come at any instruction of the main thread, one in the midst of another too: none is waited for in vain."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.fakes import Events
from worker.config.settings import Settings
from worker.run import EXIT_FORCED, Run

SECONDS = 10.0


@pytest.fixture
def run(tmp_path: Path) -> Iterator[Run]:
    run = Run(
        Settings.model_validate(
            {
                "camunda": {"base_url": "http://engine.invalid/engine-rest"},
                "bitrix": {"webhook_url": "https://portal.example/rest/1/secret/"},
                "ledger": {"url": f"sqlite:///{tmp_path / 'worker.db'}"},
            }
        ),
        Events(),
    )
    yield run
    run._asked.put(0)
    run._parts.ledger.close()


def handled(run: Run, number: signal.Signals) -> bool:
    """Whether the handler has returned: the main thread goes on only then."""
    handler = threading.Thread(target=run._on_signal, args=(number, None), daemon=True)
    handler.start()
    handler.join(SECONDS)
    return not handler.is_alive()


def test_no_signal_waits_for_what_the_main_thread_holds(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """A second one in the midst of the first met its lock: the process was deaf to every signal but SIGKILL."""
    ended: list[int] = []
    monkeypatch.setattr(os, "_exit", ended.append)
    threading.Thread(target=run._stop_when_asked, daemon=True).start()
    with run._parts.threads._stop._cond:  # type: ignore[attr-defined]  # so it is held in the midst of `wait` and of `set`
        assert handled(run, signal.SIGTERM)
        assert ended == []
        assert handled(run, signal.SIGINT)
        assert ended == [EXIT_FORCED]
    assert run._parts.threads._stop.wait(SECONDS)


def test_a_terminal_that_closes_stops_the_worker_in_order_though_it_tells_twice(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The terminal and its shell each send one."""
    ended: list[int] = []
    monkeypatch.setattr(os, "_exit", ended.append)
    threading.Thread(target=run._stop_when_asked, daemon=True).start()
    assert handled(run, signal.SIGHUP)
    assert handled(run, signal.SIGHUP)
    assert run._parts.threads._stop.wait(SECONDS)
    assert (run._signal, ended) == ("SIGHUP", [])
    assert handled(run, signal.SIGTERM)
    assert ended == [EXIT_FORCED]
