"""compose.yaml and the Dockerfile cannot be run here; what they name must at least exist."""

from __future__ import annotations

import re
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import yaml

from worker.config.settings import GROUPS, HttpSettings

ROOT = Path(__file__).parents[2]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))
WORKER = COMPOSE["services"]["worker"]
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
OF_THE_SYSTEM = {"TZ"}
"""Variables that the worker's settings have no part in."""


def test_the_engine_is_the_one_the_tests_run() -> None:
    assert COMPOSE["services"]["engine"]["image"] == "camunda/camunda-bpm-platform:run-7.24.0"
    assert "<version>7.24.0</version>" in (ROOT / "sandbox/engine/java/pom-camunda.xml").read_text(encoding="utf-8")


def test_the_worker_is_given_settings_that_exist() -> None:
    names = {f"{group}_{field}".upper() for group, model in GROUPS.items() for field in model.model_fields}
    assert set(WORKER["environment"]) <= names | OF_THE_SYSTEM
    assert set(re.findall(r"^ENV (\w+)=", DOCKERFILE, re.MULTILINE)) <= names


def test_the_worker_finds_the_engine_and_waits_for_it() -> None:
    assert WORKER["environment"]["CAMUNDA_BASE_URL"] == "http://engine:8080/engine-rest"
    assert WORKER["depends_on"]["engine"]["condition"] == "service_healthy"
    assert "healthcheck" in COMPOSE["services"]["engine"]


def test_the_ledger_survives_the_container() -> None:
    volumes = dict(volume.split(":") for volume in WORKER["volumes"])
    folder = WORKER["environment"]["LEDGER_URL"].removeprefix("sqlite:///").rpartition("/")[0]
    assert folder in volumes.values()
    assert set(volumes) <= set(COMPOSE["volumes"])


def test_the_webhook_is_in_no_file() -> None:
    assert WORKER["environment"]["BITRIX_WEBHOOK_URL"].startswith("${BITRIX_WEBHOOK_URL:?")


def test_a_stop_is_given_the_time_that_it_may_take() -> None:
    assert int(WORKER["stop_grace_period"].removesuffix("s")) > 12


def test_the_image_copies_what_exists() -> None:
    copied = re.findall(r"^COPY (\S+)", DOCKERFILE, re.MULTILINE)
    assert copied
    assert all((ROOT / name).exists() for name in copied)


def test_the_image_keeps_its_ledger_where_its_user_may_write() -> None:
    ledgers = re.findall(r"^ENV LEDGER_URL=sqlite:///(/\w+)/\S+$", DOCKERFILE, re.MULTILINE)
    user = re.findall(r"^USER (\w+)$", DOCKERFILE, re.MULTILINE)
    assert len(ledgers) == len(user) == 1
    before, volume, _ = DOCKERFILE.partition(f"\nVOLUME {ledgers[0]}\n")
    assert volume
    assert f"mkdir {ledgers[0]} && chown {user[0]} {ledgers[0]}" in before  # later it would not reach the volume


def test_dates_without_offset_are_in_a_time_zone_that_exists() -> None:
    zone = WORKER["environment"]["TZ"]
    assert ZoneInfo(zone)
    assert f"/usr/share/zoneinfo/{zone}\n" in DOCKERFILE


def test_the_page_can_be_reached_from_this_machine_only() -> None:
    assert WORKER["environment"]["HTTP_HOST"] == "0.0.0.0"  # noqa: S104 - of the container
    port = HttpSettings().port
    assert WORKER["ports"] == [f"127.0.0.1:{port}:{port}"]


@pytest.mark.parametrize(("status", "well"), [(200, True), (503, False)])
def test_the_health_check_tells_a_worker_that_is_well(status: int, well: bool) -> None:
    asked: list[str] = []

    class Answers(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(status)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Not to the test's output."""

    server = HTTPServer(("127.0.0.1", 0), Answers)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    kind, program, *options, script = WORKER["healthcheck"]["test"]
    script = script.replace(str(HttpSettings().port), str(server.server_port))
    done = subprocess.run([sys.executable, *options, script], capture_output=True, check=False)
    server.shutdown()
    server.server_close()
    assert (kind, program, asked) == ("CMD", "python", ["/healthz"])
    assert (done.returncode == 0) is well
