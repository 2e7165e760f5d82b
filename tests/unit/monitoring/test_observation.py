from __future__ import annotations

import socket
import time
from pathlib import Path

from prometheus_client import generate_latest

from tests.support.fakes import Events
from worker.config.settings import Settings
from worker.run import Run


def settings(**changes: object) -> Settings:
    camunda = {"base_url": "http://engine/engine-rest"} | dict(changes.pop("camunda", {}))  # type: ignore[call-overload]
    bitrix = {"webhook_url": "https://portal.example/rest/1/secret/"}
    return Settings.model_validate({"camunda": camunda, "bitrix": bitrix, **changes})


def test_a_scrape_is_in_time_beside_a_silent_engine(tmp_path: Path) -> None:
    """Prometheus waits ten seconds; what it misses then is what the alerts for this very outage are made of."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        engine = {"base_url": f"http://127.0.0.1:{server.getsockname()[1]}/engine-rest"}
        topics: dict[str, dict[str, str]] = {f"topic-{number}": {} for number in range(5)}
        run = Run(
            settings(camunda=engine, topics=topics, ledger={"url": f"sqlite:///{tmp_path / 'worker.db'}"}), Events()
        )
        registry = run._observation()._metrics().registry()
        began = time.monotonic()
        text = generate_latest(registry).decode()
        seconds = time.monotonic() - began
        run._parts.ledger.close()
    assert seconds < 5
    for sample in ("since_poll_seconds ", "tasks_created_total ", 'side_well{side="engine"} ', "slots 32.0"):
        assert f"\nbitrix_worker_{sample}" in text
    assert "bitrix_worker_backlog{" not in text
