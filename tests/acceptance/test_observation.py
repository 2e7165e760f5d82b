"""Health and metrics of a running worker, as a monitoring system reads them."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
import requests
from prometheus_client.parser import text_string_to_metric_families

from sandbox.engine.builtin import BuiltinEngine
from sandbox.portal import Portal
from sandbox.ports import free_port
from tests.acceptance.conftest import WorkerFor
from tests.support.engine_admin import Admin, sequence, wait_until
from tests.support.worker_process import WorkerProcess


class Observed:
    """A worker, and what it shows."""

    def __init__(self, worker: WorkerProcess, port: int, builtin: BuiltinEngine, key: str) -> None:
        self.worker = worker
        self.builtin = builtin
        self.key = key
        self._base = f"http://127.0.0.1:{port}"

    def get(self, path: str) -> requests.Response:
        return requests.get(self._base + path, timeout=60)

    def metrics(self) -> dict[str, float]:
        """Sample name with labels → value."""
        families = text_string_to_metric_families(self.get("/metrics").text)
        return {
            sample.name + "".join(f"[{value}]" for value in sample.labels.values()): sample.value
            for family in families
            for sample in family.samples
        }


@pytest.fixture
def observed(worker_for: WorkerFor, key: str) -> Iterator[Observed]:
    with BuiltinEngine() as builtin:
        admin = Admin(builtin.base_url)
        admin.deploy(sequence(key, {"ours": key}))
        port = free_port()
        worker = worker_for(builtin.base_url, key, HTTP_PORT=str(port)).start()
        worker.wait_for("http.listening")
        yield Observed(worker, port, builtin, key)


SYNC_CALLS = "bitrix_worker_portal_call_duration_seconds_count[imena.camunda.sync]"


def test_a_worker_that_works_is_alive_and_ready(observed: Observed) -> None:
    wait_until(lambda: observed.get("/readyz").status_code == 200, "ready")
    assert observed.get("/healthz").json() == {"good": True, "threads": "ok"}
    assert observed.get("/readyz").json()["poll"] == "ok"


def test_a_portal_that_is_away_is_told_with_its_reason(observed: Observed, portal: Portal) -> None:
    portal.stop()
    Admin(observed.builtin.base_url).start(observed.key)
    told: Any = wait_until(
        lambda: (word := observed.get("/readyz").json()["portal"]) != "ok" and word, "the portal is told"
    )
    assert re.search(r"\((call|вызов) (tasks.task.add|profile|scope)\)", told), told  # whichever call came first
    assert "127.0.0.1:" in told, "host and port"
    assert observed.get("/readyz").status_code == 503
    assert observed.get("/healthz").status_code == 200, "a restart would not help"


def test_the_metrics_count_what_was_done(observed: Observed, portal: Portal) -> None:
    admin = Admin(observed.builtin.base_url)
    for _ in range(3):
        admin.start(observed.key)
    wait_until(lambda: len(portal.syncs()) == 3, "synchronised")
    # A scrape reads durations and counters one after the other.
    last = {"bitrix_worker_sync_requests_sent_total", SYNC_CALLS}
    metrics: Any = wait_until(
        lambda: (found := observed.metrics()) and all(found.get(name) == 3 for name in last) and found, "counted"
    )
    assert metrics["bitrix_worker_tasks_created_total"] == metrics["bitrix_worker_tasks_completed_total"] == 3
    assert metrics["bitrix_worker_sync_requests_failed_total"] == 0
    assert metrics["bitrix_worker_sync_success_rate"] == 100
    assert metrics["bitrix_worker_side_well[portal]"] == 1
    assert metrics["bitrix_worker_ledger_rows[stage_settled]"] == 3
    assert metrics[f"bitrix_worker_backlog[{observed.key}]"] == 0
    assert metrics["bitrix_worker_in_flight"] == 0
    for name in (
        "portal_call_duration_seconds_count[tasks.task.add]",
        "engine_call_duration_seconds_count[complete]",
        "fetch_to_create_duration_seconds_count",
        "fetch_to_complete_duration_seconds_count",
    ):
        assert metrics[f"bitrix_worker_{name}"] == 3, name
    assert metrics["bitrix_worker_engine_calls_total[complete]"] == 3
    assert metrics["bitrix_worker_engine_calls_total[fetchAndLock]"] > 0
    assert metrics["bitrix_worker_fetch_to_create_duration_seconds_sum"] > 0
    assert (
        metrics["bitrix_worker_fetch_to_create_duration_seconds_sum"]
        < metrics["bitrix_worker_fetch_to_complete_duration_seconds_sum"]
        < 60
    )


def test_the_page_and_status_show_what_the_worker_has_warned_of(observed: Observed) -> None:
    """A slip in a topic of the model: nothing fails, nothing waits for help, and nobody would look into the log."""
    admin, slip = Admin(observed.builtin.base_url), f"{observed.key[:-2]}{observed.key[-1]}"
    admin.deploy(sequence(slip, {"step": slip}))
    admin.start(slip)
    observed.worker.wait_for("topics.unserved", topic=slip)
    wait_until(lambda: slip in observed.get("/?lang=en").text, "the page shows it")
    assert "Steps of the topic" in observed.get("/?lang=en").text
    said = json.loads(observed.worker.command("status", "--json").stdout)["warnings"]
    [told] = [one for one in said if one["event"] == "topics.unserved"]
    assert told["count"] == 1
    assert f"ждут шаги топика {slip}" in told["occurrences"][0]["message"]
    assert observed.worker.stop() == 0
    assert json.loads(observed.worker.command("status", "--json").stdout)["warnings"] is None


def test_status_compares_its_settings_with_those_of_the_running_worker(observed: Observed) -> None:
    """With the file of its folder it said "Working" of a worker that was started with another one."""
    worker = observed.worker
    wait_until(lambda: observed.get("/readyz").ok, "the worker is ready")
    assert worker.status()["other_settings"] is None
    other = worker.folder / "other.yaml"
    other.write_text("topics: {another_topic: {}}", encoding="utf-8")
    told = json.loads(worker.command("status", "--json", "-c", str(other)).stdout)
    assert str(worker.folder.resolve() / "config.yaml") in told["other_settings"]
    assert "another_topic" in told["other_settings"]


def test_nothing_shown_holds_the_secret(observed: Observed, portal: Portal) -> None:
    portal.stop()
    shown = "".join(observed.get(path).text for path in ("/healthz", "/readyz", "/metrics", "/", "/elsewhere"))
    assert portal.secret not in shown
    assert not re.search(r"/rest/\d+/", shown)


def test_a_taken_port_is_no_reason_not_to_work(worker_for: WorkerFor, key: str) -> None:
    with BuiltinEngine() as builtin, ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler) as taken:
        threading.Thread(target=taken.serve_forever, args=(0.05,), daemon=True).start()
        worker = worker_for(builtin.base_url, key, HTTP_PORT=str(taken.server_port)).start()
        worker.wait_for("http.unavailable")
        worker.wait_for("worker.ready")
        told = json.loads(worker.command("status", "--json").stdout)
        assert f"127.0.0.1:{taken.server_port} отвечает другая программа" in told["headline"]
        assert told["alive_at"], "the ledger knows that it runs"
        taken.shutdown()
        taken.server_close()
        worker.wait_for("http.listening", seconds=60)
        assert len(worker.events("http.unavailable")) == 1
        assert worker.stop() == 0
