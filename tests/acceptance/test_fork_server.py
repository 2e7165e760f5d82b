"""A worker that was forked is what a new interpreter would be: so the tests may start theirs that way."""

from __future__ import annotations

import functools
import os
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from sandbox.engine.builtin import BuiltinEngine
from tests.acceptance.conftest import WorkerFor
from tests.support import fork_server
from tests.support.fork_server import ROOT, needs_a_fresh_interpreter
from tests.support.worker_process import WorkerProcess, run_command

GOOD = {
    "CAMUNDA_BASE_URL": "http://127.0.0.1:1/engine-rest",
    "BITRIX_WEBHOOK_URL": "http://127.0.0.1:1/rest/1/secret/",
    "HTTP_PORT": "1",
}
FRESH = {"PYTHONHASHSEED": "random"}
"""Changes nothing but that no fork is taken for it."""
SIGNALS = ("SigBlk", "SigIgn", "SigCgt")


@pytest.mark.parametrize(
    ("command", "code"),
    [("--help", 0), ("--version", 0), ("validate", 0), ("status", 1), ("check", 3), ("nonsense", 2), ("replay 7", 1)],
)
def test_a_command_says_and_returns_the_same(tmp_path: Path, command: str, code: int) -> None:
    told = []
    for environ in ({}, FRESH):
        done = run_command(*command.split(), cwd=tmp_path, LOG_LANGUAGE="en", **GOOD, **environ)
        told.append((done.returncode, done.stdout, done.stderr))
    assert told[0] == told[1]
    assert told[0][0] == code


def seen_by_the_kernel(worker: WorkerProcess) -> dict[str, object]:
    place = Path(f"/proc/{worker.process.pid}")
    status = dict(line.split(":\t", 1) for line in (place / "status").read_text(encoding="ascii").splitlines())
    files = {number: str((place / "fd" / number).readlink()) for number in ("0", "1", "2")}
    session = os.getsid(worker.process.pid) == os.getpgid(worker.process.pid) == worker.process.pid
    return {
        **{name: status[name] for name in SIGNALS},
        "parent": int(status["PPid"]),
        "folder": (place / "cwd").readlink(),
        "input": files["0"],
        "log": (files["1"], files["2"]) == (str(worker.log_path), str(worker.log_path)),
        "session": session,
        "own": worker.process.pid != os.getpid(),
    }


def test_a_run_is_a_process_of_its_own_that_signals_end(worker_for: WorkerFor, key: str) -> None:
    with BuiltinEngine() as builtin:
        seen = []
        for fresh in (False, True):
            worker = worker_for(builtin.base_url, key).start(fresh=fresh)
            worker.wait_for("worker.ready")
            seen.append(seen_by_the_kernel(worker))
            assert worker.stop() == 0
            worker.start(fresh=fresh).wait_for("worker.starting")
            pid = worker.process.pid
            os.kill(pid, signal.SIGKILL)
            assert worker.wait() == -signal.SIGKILL
            with pytest.raises(ProcessLookupError):
                os.kill(pid, 0)
            worker.log_path.unlink()
    assert seen[0] == seen[1]
    assert (seen[0]["parent"], seen[0]["log"]) == (os.getpid(), True)


@pytest.mark.parametrize(
    ("name", "fresh"), [("PYTHONUTF8", True), ("LC_ALL", True), ("TZ", False), ("HTTP_PORT", False)]
)
def test_what_python_reads_at_its_start_only_takes_a_new_one(name: str, fresh: bool) -> None:
    assert needs_a_fresh_interpreter({"PYTHONPATH": str(ROOT), name: "C"}) == fresh


def test_threads_that_ask_first_share_one_server(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[None] = []

    def start() -> object:
        time.sleep(0.05)
        made.append(None)
        return object()

    monkeypatch.setattr(fork_server, "_started", functools.cache(start))
    with ThreadPoolExecutor(4) as pool:
        servers = set(pool.map(lambda _: fork_server._server(), range(4)))
    assert (len(servers), len(made)) == (1, 1)
