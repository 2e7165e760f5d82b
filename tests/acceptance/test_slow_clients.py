"""Clients that are slow on purpose, or many, take nothing from the work."""

from __future__ import annotations

import resource
import socket
from collections.abc import Iterator
from contextlib import ExitStack

import pytest
import requests

from sandbox.engine.builtin import BuiltinEngine
from sandbox.portal import Portal
from sandbox.ports import free_port
from tests.acceptance.conftest import WorkerFor
from tests.support.engine_admin import Admin, sequence, wait_until
from tests.support.worker_process import WorkerProcess

ADD = "tasks.task.add"
REFUSED = "bitrix_worker_http_connections_refused_total "


@pytest.fixture
def admin(key: str) -> Iterator[Admin]:
    with BuiltinEngine() as builtin:
        admin = Admin(builtin.base_url)
        admin.deploy(sequence(key, {"ours": key}))
        yield admin


def limited(worker: WorkerProcess, descriptors: int) -> None:
    assert worker.process.poll() is None
    resource.prlimit(worker.process.pid, resource.RLIMIT_NOFILE, (descriptors, descriptors))


def besieged(port: int, count: int, ending: ExitStack) -> None:
    """So many who send half a request and stay."""
    for _ in range(count):
        client = ending.enter_context(socket.create_connection(("127.0.0.1", port), timeout=10))
        try:
            client.sendall(b"GET / HT")
        except ConnectionError:
            continue


def refused(port: int) -> float:
    try:
        text = requests.get(f"http://127.0.0.1:{port}/metrics", timeout=10).text
    except requests.ConnectionError:
        return 0.0
    return next(float(line.split()[1]) for line in text.splitlines() if line.startswith(REFUSED))


@pytest.mark.parametrize(("descriptors", "count"), [(1024, 1020), (128, 200)])
def test_the_worker_makes_its_tasks_however_many_slow_clients_there_are(
    admin: Admin, worker_for: WorkerFor, portal: Portal, key: str, descriptors: int, count: int
) -> None:
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(4096, most), most))
    port = free_port()
    worker = worker_for(admin.base_url, key, HTTP_PORT=str(port)).start(fresh=True)
    limited(worker, descriptors)
    worker.wait_for("http.listening")
    with ExitStack() as ending:
        besieged(port, count, ending)
        for _ in range(20):
            admin.start(key)
        besieged(port, count // 2, ending)
        wait_until(lambda: len(portal.requests(ADD)) == 20, "every task made")
        assert requests.get(f"http://127.0.0.1:{port}/healthz", timeout=10).status_code == 200
        worker.wait_for("http.crowded")
        assert worker.events("http.failed") == []
        wait_until(lambda: refused(port) > 100, "the slow are cut, and the page tells how many were not let in")
    assert worker.stop() == 0
    assert "Traceback" not in worker.log_path.read_text(encoding="utf-8")


def test_nothing_is_imported_once_the_worker_is_ready(
    admin: Admin, worker_for: WorkerFor, portal: Portal, key: str
) -> None:
    """An import needs a descriptor, and one that fails ends what needed it."""
    port = free_port()
    worker = worker_for(admin.base_url, key, HTTP_PORT=str(port), PYTHONPROFILEIMPORTTIME="1").start(fresh=True)
    worker.wait_for("http.listening")
    worker.wait_for("worker.ready")
    admin.start(key)
    wait_until(lambda: len(portal.requests(ADD)) == 1, "a task made")
    for path in ("", "metrics", "readyz", "healthz", "none"):
        assert requests.get(f"http://127.0.0.1:{port}/{path}", timeout=10).content
    assert worker.stop() == 0
    lines = worker.log_path.read_text(encoding="utf-8").splitlines()
    started = max(i for i, line in enumerate(lines) if '"http.listening"' in line or '"worker.ready"' in line)
    late = [line for line in lines[started:] if line.startswith("import time:")]
    assert late == []
