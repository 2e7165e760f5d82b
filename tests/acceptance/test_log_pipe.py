"""The reader of the log, or of a command, stops to read or goes away: the worker works, stops and ends as ever."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from sandbox.engine.builtin import BuiltinEngine
from sandbox.faults import Fault
from sandbox.portal import Portal
from tests.acceptance.conftest import WorkerFor
from tests.support.engine_admin import Admin, sequence, wait_until
from tests.support.fork_server import environment
from tests.support.worker_process import WorkerProcess, launcher

ADD = "tasks.task.add"


class Piped:
    """A worker whose log goes into a pipe that is full from the start."""

    def __init__(self, worker: WorkerProcess, admin: Admin, key: str, portal: Portal) -> None:
        self.worker = worker
        self.admin = admin
        self.key = key
        self.portal = portal
        self.reader, self.writer = os.pipe()
        self.read = b""
        self.process: subprocess.Popen[bytes] | None = None

    def fill(self) -> None:
        os.set_blocking(self.writer, False)
        with suppress(BlockingIOError):
            while True:
                os.write(self.writer, b"." * 4096)
        os.set_blocking(self.writer, True)

    def start(self) -> subprocess.Popen[bytes]:
        self.process = launcher({})(
            [sys.executable, "-m", "worker", "run"],
            cwd=self.worker.folder,
            env=environment(self.worker._environ),
            stdin=subprocess.DEVNULL,
            stdout=self.writer,
            stderr=self.writer,
            start_new_session=True,
        )
        os.close(self.writer)
        return self.process

    def instances(self, count: int) -> None:
        for _ in range(count):
            self.admin.start(self.key)

    def created(self) -> int:
        return len(self.portal.requests(ADD))

    def drain(self) -> list[str]:
        """All that still comes out, once the process has ended."""
        while chunk := os.read(self.reader, 65536):
            self.read += chunk
        return [json.loads(line)["event"] for line in self.read.decode().lstrip(".").splitlines()]

    def leave(self) -> None:
        """The reader goes; safe to call again, when its number may be that of a socket of another thread."""
        if self.reader >= 0:
            os.close(self.reader)
        self.reader = -1

    def end(self) -> None:
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.wait()


@pytest.fixture
def piped(worker_for: WorkerFor, key: str, portal: Portal) -> Iterator[Piped]:
    with BuiltinEngine() as builtin:
        admin = Admin(builtin.base_url)
        admin.deploy(sequence(key, {"ours": key}))
        piped = Piped(worker_for(builtin.base_url, key), admin, key, portal)
        yield piped
        piped.end()
        piped.leave()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_with_a_full_pipe_the_worker_works_and_stops(piped: Piped, number: signal.Signals) -> None:
    piped.fill()
    process = piped.start()
    piped.instances(20)
    wait_until(lambda: piped.created() == 20, "every task made")
    process.send_signal(number)
    assert process.wait(30) == 0


def test_a_second_signal_ends_it_though_the_pipe_is_full(piped: Piped) -> None:
    piped.portal.faults.add(Fault(ADD, seconds=30, times=None))
    piped.fill()
    process = piped.start()
    piped.instances(1)
    wait_until(lambda: piped.created() == 1, "a create hangs")
    process.send_signal(signal.SIGTERM)
    with pytest.raises(subprocess.TimeoutExpired):
        process.wait(1)
    process.send_signal(signal.SIGTERM)
    assert process.wait(30) == 130


def test_the_last_lines_come_out_where_somebody_reads(piped: Piped) -> None:
    process = piped.start()
    piped.instances(1)
    wait_until(lambda: piped.created() == 1, "a task made")
    process.send_signal(signal.SIGTERM)
    assert process.wait(30) == 0
    assert piped.drain()[-1] == "worker.stopped"


def test_a_reader_who_has_gone_ends_nothing(piped: Piped) -> None:
    process = piped.start()
    wait_until(lambda: b"worker.ready" in os.read(piped.reader, 65536), "ready")
    piped.leave()
    piped.instances(5)
    wait_until(lambda: piped.created() == 5, "every task made")
    process.send_signal(signal.SIGTERM)
    assert process.wait(30) == 0


@pytest.mark.parametrize(
    ("command", "code", "fresh"),
    [
        ("validate", 0, True),
        ("validate", 0, False),
        ("status", 0, False),
        ("check", 0, False),
        ("--help", 0, False),
        ("audit", 0, False),
        ("replay 7", 3, False),
    ],
)
def test_a_command_whose_reader_has_gone_ends_as_ever(piped: Piped, command: str, code: int, fresh: bool) -> None:
    piped.worker.start().wait_for("worker.ready")
    reader, writer = os.pipe()
    os.close(reader)
    with launcher({}, fresh=fresh)(
        [sys.executable, "-m", "worker", *command.split()],
        cwd=piped.worker.folder,
        env=environment(piped.worker._environ),
        stdout=writer,
        stderr=subprocess.PIPE,
    ) as process:
        os.close(writer)
        _, complaints = process.communicate(timeout=60)
    assert (process.returncode, complaints) == (code, b"")


def test_a_full_disk_under_standard_output_is_told(piped: Piped) -> None:
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [sys.executable, "-m", "worker", "validate"],
            cwd=piped.worker.folder,
            env=environment(piped.worker._environ),
            stdout=full,
            stderr=subprocess.PIPE,
            check=False,
            timeout=60,
        )
    assert (done.returncode, done.stderr) == (1, b"stdout: No space left on device\n")
