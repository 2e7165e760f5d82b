"""Engines on loopback for tests and the demonstration: Camunda 7, Operaton, or the built-in stand-in."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Self

import requests

from sandbox.engine import BuiltinEngine
from sandbox.engines_cache import EngineUnavailable, prepare, reason_against, tool

Kind = Literal["camunda", "operaton", "builtin"]
KINDS: tuple[Kind, ...] = ("camunda", "operaton", "builtin")
START_SECONDS = 120.0
STOP_SECONDS = 15.0
LISTENING = re.compile(r"^engine listening on port (\d+)$", re.MULTILINE)
QUICK_START = ("-XX:TieredStopAtLevel=1", "-Xshare:auto", "-Xmx512m")


def default_cache() -> Path:
    """`ENGINE_CACHE`, else `.cache/engines` of the project."""
    named = os.environ.get("ENGINE_CACHE")
    return Path(named) if named else Path(__file__).parents[1] / ".cache" / "engines"


def available(kind: Kind) -> str | None:
    """None: this engine can be started here; else the reason why not, such as `no Maven`."""
    return None if kind == "builtin" else reason_against(kind, default_cache())


@dataclass(slots=True)
class RunningEngine:
    """An engine that answers at `base_url`; `process` is None for the stand-in, which lives in this process."""

    kind: Kind
    version: str
    base_url: str
    process: subprocess.Popen[bytes] | None
    log_path: Path
    _builtin: BuiltinEngine | None = None
    _own_folder: Path | None = None

    def stop(self) -> None:
        """End it in order; safe to repeat, and after the process has been killed."""
        if self._builtin:
            self._builtin.stop()
        if self.process:
            _end(self.process)
        if self._own_folder:
            shutil.rmtree(self._own_folder, ignore_errors=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


def start_engine(
    kind: Kind,
    *,
    port: int = 0,
    cache: Path | None = None,
    database: Path | None = None,
    basic_auth: tuple[str, str] | None = None,
    folder: Path | None = None,
) -> RunningEngine:
    """Start an engine and wait until it answers; `EngineUnavailable` says why it cannot.

    `database` keeps the engine's state in a file (else in memory). The log goes to `folder`, which is left as it is;
    without one it goes to a folder of the engine's own, which `stop` removes.
    """
    own_folder = None if folder else Path(tempfile.mkdtemp(prefix=f"engine-{kind}-"))
    place = folder or own_folder
    assert place is not None
    try:
        engine = (
            _start_builtin(port, database, basic_auth, place)
            if kind == "builtin"
            else _start_java(kind, port, cache or default_cache(), database, basic_auth, place)
        )
    except BaseException:
        if own_folder:
            shutil.rmtree(own_folder, ignore_errors=True)
        raise
    engine._own_folder = own_folder  # noqa: SLF001 - the same class's maker
    return engine


def _start_builtin(port: int, database: Path | None, basic_auth: tuple[str, str] | None, place: Path) -> RunningEngine:
    if database:
        raise EngineUnavailable("the built-in engine keeps nothing on disk: choose camunda or operaton")
    log_path = place / "builtin.log"
    log_path.touch()
    engine = BuiltinEngine(port=port, basic_auth=basic_auth)
    engine.start()
    return RunningEngine("builtin", engine.version, engine.base_url, None, log_path, engine)


def _start_java(
    kind: Kind, port: int, cache: Path, database: Path | None, basic_auth: tuple[str, str] | None, place: Path
) -> RunningEngine:
    home = prepare(kind, cache)
    log_path = place / f"{kind}.log"
    settings = json.dumps(_settings(kind, port, database, basic_auth))
    with log_path.open("wb") as log:
        process = subprocess.Popen(
            [
                tool("java"),
                *QUICK_START,
                f"-Djava.io.tmpdir={place}",
                "-cp",
                f"{home}/classes:{home}/lib/*",
                "sandbox.Engine",
            ],
            stdin=subprocess.PIPE,  # held open and never written to: its end tells the engine that we are gone
            stdout=log,
            stderr=subprocess.STDOUT,
            env=os.environ | {"SPRING_APPLICATION_JSON": settings},
            start_new_session=True,  # Ctrl-C at the terminal is for us; we stop the engine in order
        )
    try:
        base_url = f"http://127.0.0.1:{_listening_port(process, log_path)}/engine-rest"
        version = requests.get(f"{base_url}/version", auth=basic_auth, timeout=START_SECONDS).json()["version"]
    except BaseException:
        _end(process)
        raise
    return RunningEngine(kind, version, base_url, process, log_path)


def _settings(kind: Kind, port: int, database: Path | None, basic_auth: tuple[str, str] | None) -> dict[str, object]:
    where = f"file:{database.absolute()}" if database else "mem:engine;DB_CLOSE_DELAY=-1"
    settings: dict[str, object] = {
        "server.port": port,
        "server.address": "127.0.0.1",
        "spring.datasource.url": f"jdbc:h2:{where}",
        "spring.datasource.username": "sa",
        "spring.datasource.password": "sa",
        "spring.main.banner-mode": "off",
        "logging.level.root": "warn",
        f"{kind}.bpm.metrics.enabled": False,
    }
    if basic_auth:
        settings |= {
            "sandbox.auth-package": f"org.{kind}.bpm.engine.rest.security.auth",
            f"{kind}.bpm.admin-user.id": basic_auth[0],
            f"{kind}.bpm.admin-user.password": basic_auth[1],
        }
    return settings


def _listening_port(process: subprocess.Popen[bytes], log_path: Path) -> int:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        log = log_path.read_text(errors="replace")
        if found := LISTENING.search(log):
            return int(found[1])
        if process.poll() is not None:
            raise EngineUnavailable(f"the engine ended with {process.returncode} before it answered:\n{log[-3000:]}")
        time.sleep(0.1)
    raise EngineUnavailable(f"the engine did not answer within {START_SECONDS:.0f} s; its log: {log_path}")


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    if process.stdin:
        process.stdin.close()
