"""What leaves by the port or goes to the engine bears no secret, and nothing that a terminal obeys."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest.mock import patch
from wsgiref.util import setup_testing_defaults

import pytest
import requests
from prometheus_client import CollectorRegistry, Gauge, generate_latest

from bitrix import transport
from bitrix.secrecy import keep
from tests.support.fakes import Events
from tests.support.page_facts import facts
from worker.config.settings import Settings
from worker.engine.client import Engine
from worker.model import BpmnError, Failure, Settlement
from worker.monitoring.web import Web
from worker.run import Run

SECRET = "of-the-engine-9"
ECHO = f"denied: {SECRET}"


@pytest.fixture
def run(tmp_path: Path) -> Iterator[Run]:
    keep([SECRET])
    given = {
        "camunda": {"base_url": "http://engine.invalid/engine-rest"},
        "bitrix": {"webhook_url": "https://portal.example/rest/1/secret/"},
        "ledger": {"url": f"sqlite:///{tmp_path / 'worker.db'}"},
    }
    made = Run(Settings.model_validate(given), Events())
    yield made
    made._parts.threads.drain()
    made._parts.ledger.close()


@pytest.mark.parametrize(
    "settlement",
    [Failure(ECHO, "", 1, 1.0), Failure("", ECHO, 1, 1.0), BpmnError("C", ECHO, {})],
    ids=["message of a failure", "details of a failure", "message of a BPMN error"],
)
def test_the_engine_is_told_no_secret(run: Run, settlement: Settlement) -> None:
    sent: list[bytes] = []

    def receive(_: Any, __: str, body: bytes, *___: Any, **____: Any) -> requests.Response:
        sent.append(body)
        answer = requests.Response()
        answer.status_code, answer._content = 204, b""
        return answer

    engine: Engine = run._parts.engine
    with patch.object(transport.Poster, "post", receive):
        engine.deliver("7c1e", engine.worker_id, settlement)
    [body] = sent
    assert SECRET not in body.decode()
    assert "denied: ***" in json.dumps(json.loads(body))


@pytest.mark.parametrize("path", ["/", "/readyz", "/metrics"])
def test_the_port_shows_no_secret_and_no_code_that_a_terminal_obeys(run: Run, path: str) -> None:
    reason = f"{ECHO} \x1b[31m"
    run._parts.gates.portal.close(reason)
    observation = run._observation()
    page = observation._page()
    registry = CollectorRegistry()
    Gauge("paused", "why", ["reason"], registry=registry).labels(ECHO).set(1)
    web = Web(
        "127.0.0.1",
        0,
        page=page,
        health=observation._health,
        pauses=observation._pauses(),
        registry=registry,
        on_event=None,
        telemetry=Events(),
    )
    environ: dict[str, Any] = {"PATH_INFO": path, "HTTP_HOST": "localhost"}
    setup_testing_defaults(environ)
    with patch.object(observation, "look", lambda: facts(wrong={"portal": reason})):
        shown = b"".join(web._answer(environ, lambda *_: bytes)).decode()
    web._server.server_close()
    assert "denied: ***" in shown
    assert SECRET not in shown
    assert "\x1b" not in shown


def test_the_metrics_count_the_lines_of_the_log_that_were_lost(run: Run) -> None:
    observation = run._observation()
    lost = type("Losing", (Events,), {"dropped": 3})()
    with patch.object(run._parts, "telemetry", lost):
        text = generate_latest(observation._metrics().registry()).decode()
    assert "\nbitrix_worker_log_lines_dropped_total 3.0\n" in text
