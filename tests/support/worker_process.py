"""The real command as a process of its own, with a log that can be asked."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import IO, Any

from tests.support.engine_admin import wait_until
from tests.support.fork_server import Forked, environment, needs_a_fresh_interpreter

COMMAND_SECONDS = 300
LAST_EVENTS = 25
QUICK: Mapping[str, str] = {
    "CAMUNDA_LONG_POLL_SECONDS": "1",
    "CAMUNDA_LOCK_SECONDS": "12",
    "CAMUNDA_CLOCK_SKEW_SECONDS": "0.1",
    "BITRIX_SERVER_MAX_SECONDS": "2",
    "BITRIX_MARGIN_SECONDS": "0.5",
    "BITRIX_REQUEST_TIMEOUT": "3",
    "BITRIX_DEFAULT_RESPONSIBLE_ID": "1",
    "HTTP_PORT": "0",
    "LOG_FORMAT": "json",
    "LOG_LEVEL": "debug",
}
"""Times scaled down, so that what is waited out in production is waited out here too."""


def run_command(*arguments: str, cwd: Path, **environ: str) -> subprocess.CompletedProcess[str]:
    """A command that ends by itself; nothing of the caller's environment but what a program needs."""
    command = [sys.executable, "-m", "worker", *arguments]
    with launcher(environ)(
        command, cwd=cwd, env=environment(environ), stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        try:
            output, complaints = process.communicate(timeout=COMMAND_SECONDS)
        finally:
            process.kill()
    return subprocess.CompletedProcess(command, process.returncode, output.decode(), complaints.decode())


def launcher(environ: Mapping[str, str], *, fresh: bool = False) -> type[subprocess.Popen[bytes]]:
    """What starts a worker: `fresh`, or where it makes a difference, a new interpreter; else a fork."""
    return subprocess.Popen if fresh or needs_a_fresh_interpreter(environ) else Forked


class WorkerProcess:
    """`python -m worker run` in a folder: its ledger, its configuration and its log are there."""

    def __init__(self, folder: Path, config: str, environ: Mapping[str, str]) -> None:
        self.folder = folder
        self._environ = {**QUICK, **environ}
        (folder / "config.yaml").write_text(config, encoding="utf-8")
        self.log_path = folder / "worker.log"
        self.log_through_a_pipe = False
        """For tests in which the worker may write no file: somebody else writes its log."""
        self._reading = threading.Lock()
        self._read_bytes = 0
        self._events: list[dict[str, Any]] = []
        self._process: subprocess.Popen[bytes] | None = None
        self._writer: subprocess.Popen[bytes] | None = None

    def start(self, *, fresh: bool = False) -> WorkerProcess:
        """Start it; may follow `stop` or `kill`, and goes on with the same ledger and log.

        `fresh`: for tests of what a new interpreter decides, such as its memory, its descriptors, the network it is in.
        """
        with self.log_path.open("ab") as log, ExitStack() as ending:
            target: IO[bytes] = log
            if self.log_through_a_pipe:
                self._writer = subprocess.Popen(["cat"], stdin=subprocess.PIPE, stdout=log)
                assert self._writer.stdin
                target = ending.enter_context(self._writer.stdin)
            self._process = launcher(self._environ, fresh=fresh)(
                [sys.executable, "-m", "worker", "run"],
                cwd=self.folder,
                env=environment(self._environ),
                stdin=subprocess.DEVNULL,
                stdout=target,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        return self

    @property
    def process(self) -> subprocess.Popen[bytes]:
        assert self._process
        return self._process

    def signal(self, number: signal.Signals) -> None:
        self.process.send_signal(number)

    def wait(self, seconds: float = 60.0) -> int:
        """Its exit code."""
        return self.process.wait(seconds)

    def stop(self) -> int:
        """SIGTERM, and the exit code."""
        self.signal(signal.SIGTERM)
        return self.wait()

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def end(self) -> None:
        """Whatever a test has left running."""
        if self._process and self._process.poll() is None:
            self.kill()
        if self._writer:
            self._writer.wait(10)

    # --- its log ---

    def events(self, name: str | None = None, **facts: object) -> list[dict[str, Any]]:
        """The events so far; those of one name and with these facts, where given."""
        return [
            event
            for event in self._read_on()
            if name in (None, event["event"]) and all(event.get(fact) == value for fact, value in facts.items())
        ]

    def _read_on(self) -> list[dict[str, Any]]:
        """All events so far; only what is new is read: who waits for an event asks a hundred times."""
        with self._reading, self.log_path.open("rb") as log:
            log.seek(self._read_bytes)
            for line in log:
                if not line.endswith(b"\n"):
                    break  # half written
                self._read_bytes += len(line)
                if line.startswith(b"{"):
                    self._events.append(json.loads(line))
            return self._events.copy()

    def last_words(self) -> str:
        """The end of its log, for who reads of a failed test; each event with its facts, without its sentence."""
        told = [
            {key: fact for key, fact in event.items() if key not in ("level", "message")} for event in self.events()
        ]
        return "\n".join([f"the log of {self.folder.name}:", *map(str, told[-LAST_EVENTS:])])

    def wait_for(self, name: str, count: int = 1, seconds: float = 30.0, **facts: object) -> list[dict[str, Any]]:
        """Those events, once there are `count` of them."""

        def enough() -> list[dict[str, Any]] | None:
            assert self.process.poll() is None or self.events(name, **facts), self.log_path.read_text(encoding="utf-8")
            found = self.events(name, **facts)
            return found if len(found) >= count else None

        return list(wait_until(enough, f"{name} {facts}", seconds))

    def wait_for_steps(self, name: str, count: int, seconds: float = 30.0) -> None:
        """Until those events tell of so many steps; one that is told anew, because its lock was lost, counts once."""
        wait_until(lambda: len({one["task"] for one in self.events(name)}) >= count, f"{count} steps: {name}", seconds)

    def command(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Another command beside this worker, with its settings."""
        return run_command(*arguments, cwd=self.folder, **self._environ)

    def killed_command(self, *arguments: str, after: float) -> None:
        """The same, killed after so many seconds."""
        command = [sys.executable, "-m", "worker", *arguments]
        with suppress(subprocess.TimeoutExpired):  # run() kills it then
            subprocess.run(
                command,
                cwd=self.folder,
                env=environment(self._environ),
                capture_output=True,
                check=False,
                timeout=after,
            )

    def status(self) -> dict[str, Any]:
        """What `status --json` prints."""
        done = self.command("status", "--json")
        assert done.returncode == 0, done.stderr
        return dict(json.loads(done.stdout))
