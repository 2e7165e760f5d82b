"""A private PostgreSQL server on loopback in its own folder. It uses Debian's binaries and no system service.

It ends with the thread that started it, also if that is killed.
"""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Self

import psycopg
from psycopg import sql

from sandbox.ports import free_port

USER = "ledger"
PASSWORD = "pg-9f2c41d7"  # noqa: S105 - of a throw-away server on loopback
START_SECONDS = 30.0


class PostgresUnavailable(Exception):
    """PostgreSQL cannot be started here; the text says what to do."""


class Postgres:
    """A server with one database, started by the constructor. `kill` and `start` may alternate; the data remain."""

    def __init__(self) -> None:
        self._programs = _programs()
        owner = _owner()
        self._folder = Path(tempfile.mkdtemp(prefix="postgres-"))
        self._as_owner: dict[str, Any] = {"cwd": "/"}
        if owner:
            shutil.chown(self._folder, owner)
            self._as_owner |= {"user": owner, "group": owner, "extra_groups": []}
        self.port = free_port()
        password = self._folder / "password"
        password.write_text(PASSWORD)
        password.chmod(0o644)
        self._make(password)
        self._process: subprocess.Popen[bytes] | None = None
        self._tls: tuple[str, ...] = ()
        self.start()

    @property
    def _data(self) -> Path:
        return self._folder / "data"

    @property
    def url(self) -> str:
        """The address for `ledger.url`; secret, because it contains a password."""
        return f"postgresql+psycopg://{USER}:{PASSWORD}@127.0.0.1:{self.port}/postgres"

    @property
    def secret(self) -> str:
        return PASSWORD

    def start(self) -> None:
        """Start the server and wait until it answers."""
        settings = (
            f"port={self.port}",
            "listen_addresses=127.0.0.1",
            f"unix_socket_directories={self._folder}",
            *self._tls,
        )
        options = [part for setting in settings for part in ("-c", setting)]
        with (self._folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                ["setpriv", "--pdeathsig", "QUIT", self._programs / "postgres", "-D", self._data, *options],
                stdout=log,
                stderr=subprocess.STDOUT,
                **self._as_owner,
            )
        deadline = time.monotonic() + START_SECONDS
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise PostgresUnavailable((self._folder / "log").read_text(errors="replace")[-2000:])
            time.sleep(0.05)

    def _answers(self) -> bool:
        try:
            psycopg.connect(self.url.replace("+psycopg", ""), connect_timeout=1).close()
        except psycopg.OperationalError:
            return False
        return True

    def make_database(self, name: str) -> None:
        """Create another, empty database."""
        with psycopg.connect(self.url.replace("+psycopg", ""), autocommit=True) as admin:
            admin.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))

    def speak_tls(self, certificate: Path, key: Path, clients: Path, lines: str) -> None:
        """Start it again with TLS. `clients`: whose certificates it accepts; `lines`: the first of pg_hba.conf."""
        files = {"ssl_cert_file": certificate, "ssl_key_file": key, "ssl_ca_file": clients}
        for name, file in files.items():
            ours = self._data / name
            shutil.copy(file, ours)
            shutil.copystat(self._data / "pg_hba.conf", ours)  # 0600
            shutil.chown(ours, self._data.stat().st_uid, self._data.stat().st_gid)
        access = self._data / "pg_hba.conf"
        access.write_text(f"{lines}\n{access.read_text()}")
        self._tls = ("ssl=on", *(f"{name}={name}" for name in files))
        self._end(signal.SIGINT)
        self.start()

    def kill(self) -> None:
        """Kill the server as a power cut would: no connection is closed, nothing is cleaned up."""
        self._end(signal.SIGQUIT)

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """Let it accept connections and answer nothing, like a host whose disk hangs."""
        server = self._process.pid if self._process else 0
        children = Path(f"/proc/{server}/task/{server}/children").read_text(encoding="ascii")
        all_ = [server, *map(int, children.split())]
        for pid in all_:
            os.kill(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            for pid in all_:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGCONT)

    def stop(self) -> None:
        """Stop it and remove its folder; safe to repeat."""
        self._end(signal.SIGINT)
        shutil.rmtree(self._folder, ignore_errors=True)

    def _end(self, number: signal.Signals) -> None:
        if self._process:
            self._process.send_signal(number)
            self._process.wait(START_SECONDS)
            self._process = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _make(self, password: Path) -> None:
        done = subprocess.run(
            [
                self._programs / "initdb",
                *("-D", self._data, "-U", USER, "-A", "scram-sha-256", f"--pwfile={password}", "--no-sync"),
            ],
            capture_output=True,
            text=True,
            check=False,
            **self._as_owner,
        )
        if done.returncode:
            raise PostgresUnavailable(f"initdb: {done.stdout}{done.stderr}")


def available() -> str | None:
    """Why PostgreSQL cannot be started here; None if it can."""
    try:
        _programs()
    except PostgresUnavailable as error:
        return str(error)
    return None


def _programs() -> Path:
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    if found := shutil.which("initdb"):
        folders.append(Path(found).parent)
    for folder in folders:
        if (folder / "initdb").exists() and (folder / "postgres").exists():
            return folder
    raise PostgresUnavailable("no PostgreSQL server here: apt install postgresql")


def _owner() -> str | None:
    """The user to run it as: PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return None
    try:
        return pwd.getpwnam("postgres").pw_name
    except KeyError:
        raise PostgresUnavailable("PostgreSQL does not run as root, and there is no user postgres") from None
