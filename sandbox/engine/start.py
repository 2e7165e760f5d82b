"""Engines on loopback for tests and the demonstration: Camunda 7, Operaton, or the built-in stand-in."""

from __future__ import annotations

import json
import os
import re
import subprocess
import time
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal, Self

import requests

from sandbox.engine import archive
from sandbox.engine.builtin import BuiltinEngine
from sandbox.engine.cache import EngineUnavailable, locked, prepare, reason_against, tool
from sandbox.engine.client import EngineClient

Kind = Literal["camunda", "operaton", "builtin"]
KINDS: tuple[Kind, ...] = ("camunda", "operaton", "builtin")
START_SECONDS = 300.0
STOP_SECONDS = 15.0
LISTENING = re.compile(r"^engine listening on port (\d+)$", re.MULTILINE)
LONGEST_TIMER_DELAY_MS = 1000  # otherwise an idle engine looks for due timers once a minute
ARCHIVE_SECONDS = 300.0
STATEMENTS = 1000  # that H2 keeps parsed for a connection: the engine has hundreds, of many lines, and H2 would keep 8
QUICK_START = ("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xshare:auto")
TRIED = Path(__file__).parent / "java" / "tried.bpmn"


def default_cache() -> Path:
    """`ENGINE_CACHE`, or the project's `.cache/engines` if it is not set.

    Its true place: archives belong to one, and checkouts that share a cache by links would each throw away the others'.
    """
    named = os.environ.get("ENGINE_CACHE")
    return (Path(named) if named else Path(__file__).parents[2] / ".cache" / "engines").resolve()


def available(kind: Kind) -> str | None:
    """Why this engine cannot be started here, such as `no Maven`; None if it can."""
    return None if kind == "builtin" else reason_against(kind, default_cache())


@dataclass(frozen=True, slots=True)
class RunningEngine:
    """An engine that answers at `base_url`.

    The stand-in lives in this process and is `builtin`; of a real engine that is None, and `pid` is its JVM. `process`
    is that JVM too, if it was started here.
    """

    kind: Kind
    version: str
    base_url: str
    pid: int | None = None
    process: subprocess.Popen[bytes] | None = None
    builtin: BuiltinEngine | None = None
    _ending: ExitStack = field(default_factory=ExitStack)

    def stop(self) -> None:
        """Stop it; safe to repeat, and after the process has been killed."""
        self._ending.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


@dataclass(frozen=True, slots=True)
class Wishes:
    """Options of an engine. `port` 0: a free one. `database`: the file for its state; None: in memory.

    `basic_auth`: user and password that the REST API asks for; None: it asks nobody. `cockpit`: the engine has its web
    applications, and this user with this password may do everything there; None: without them.
    `heap`: the most memory of its state, as Java writes it.
    `held_by`: the reading end of a pipe. The JVM ends when nobody has the other end any more; None: with this process.
    """

    port: int = 0
    database: Path | None = None
    basic_auth: tuple[str, str] | None = None
    cockpit: tuple[str, str] | None = None
    heap: str = "1g"
    held_by: int | None = None


def start_engine(
    kind: Kind, wishes: Wishes | None = None, *, cache: Path | None = None, folder: Path | None = None
) -> RunningEngine:
    """Start an engine and wait until it answers; `EngineUnavailable` says why it cannot.

    The log goes to `folder`, which is left as it is; without one to a folder that `stop` removes.
    """
    wishes = wishes or Wishes()
    with ExitStack() as ending:
        own = folder or ending.enter_context(TemporaryDirectory(prefix=f"engine-{kind}-", ignore_cleanup_errors=True))
        log_path = Path(own) / f"{kind}.log"
        if kind == "builtin":
            return _start_builtin(wishes, ending)
        home = prepare(f"{kind}-webapps" if wishes.cockpit else kind, cache or default_cache())
        return _start_java(kind, wishes, home, log_path, ending)


def _start_builtin(wishes: Wishes, ending: ExitStack) -> RunningEngine:
    if wishes.database or wishes.cockpit:
        raise EngineUnavailable("the built-in engine has neither a disk nor Cockpit: choose camunda or operaton")
    engine = BuiltinEngine(port=wishes.port, basic_auth=wishes.basic_auth)
    engine.start()
    ending.callback(engine.stop)
    return RunningEngine("builtin", engine.state.version, engine.base_url, builtin=engine, _ending=ending.pop_all())


def make_archive(kind: Kind, cache: Path | None = None) -> None:
    """Have this engine start more quickly from now on; costs two starts, once for a cache, and is safe to repeat.

    Where it does not succeed there is no archive, and the engine starts as before.
    """
    home = prepare(kind, cache or default_cache())
    failures = (EngineUnavailable, requests.RequestException, subprocess.TimeoutExpired)
    with locked(home.parent / f"{kind}.lock"), suppress(*failures):
        archive.make(home, tool("java"), partial(_live_once, kind))


def _live_once(kind: Kind, options: list[str]) -> None:
    """Start an engine, let it do what most tests ask of it, and end it in order: the archive is written then."""
    with TemporaryDirectory(prefix=f"engine-{kind}-", ignore_cleanup_errors=True) as folder, ExitStack() as ending:
        log_path = Path(folder) / f"{kind}.log"
        process = _launch(kind, Wishes(), options, log_path)
        ending.callback(_end, process)
        client = EngineClient(f"http://127.0.0.1:{_listening_port(process, log_path)}/engine-rest")
        client.deploy(TRIED)
        client.external_tasks(client.start(TRIED.stem, "tried", {}))
        process.terminate()
        process.wait(ARCHIVE_SECONDS)


def _start_java(kind: Kind, wishes: Wishes, home: Path, log_path: Path, ending: ExitStack) -> RunningEngine:
    process = _launch(kind, wishes, archive.options(home, tool("java")), log_path)
    ending.callback(_end, process)
    base_url = f"http://127.0.0.1:{_listening_port(process, log_path)}/engine-rest"
    answer = requests.get(f"{base_url}/version", auth=wishes.basic_auth, timeout=START_SECONDS)
    version = answer.json()["version"]
    return RunningEngine(kind, version, base_url, process.pid, process, _ending=ending.pop_all())


def _launch(kind: Kind, wishes: Wishes, options: list[str], log_path: Path) -> subprocess.Popen[bytes]:
    command = [
        tool("java"),
        *QUICK_START,
        f"-Xmx{wishes.heap}",
        *options,
        f"-Djava.io.tmpdir={log_path.parent}",
        "sandbox.Engine",
    ]
    with log_path.open("wb") as log:
        return subprocess.Popen(
            command,
            # Held open, never written to: the engine stops when it closes.
            stdin=subprocess.PIPE if wishes.held_by is None else wishes.held_by,
            stdout=log,
            stderr=subprocess.STDOUT,
            env=os.environ | {"SPRING_APPLICATION_JSON": json.dumps(_properties(kind, wishes))},
            start_new_session=True,  # Ctrl-C at the terminal is meant for us; we stop the engine
        )


def _properties(kind: Kind, wishes: Wishes) -> dict[str, object]:
    # WRITE_DELAY: what is committed is in the file at once, so that a killed engine has forgotten nothing.
    where = f"file:{wishes.database.absolute()};WRITE_DELAY=0" if wishes.database else "mem:engine;DB_CLOSE_DELAY=-1"
    properties: dict[str, object] = {
        "server.port": wishes.port,
        "server.address": "127.0.0.1",
        "spring.datasource.url": f"jdbc:h2:{where};QUERY_CACHE_SIZE={STATEMENTS}",
        "spring.datasource.username": "sa",
        "spring.datasource.password": "sa",
        "spring.main.banner-mode": "off",
        "logging.level.root": "warn",
        f"{kind}.bpm.metrics.enabled": False,
        f"{kind}.bpm.auto-deployment-enabled": False,  # it would search every jar for models
        # The first wait must be the shorter one: with its default of 5 s the engine would not wait at all.
        f"{kind}.bpm.job-execution.wait-time-in-millis": LONGEST_TIMER_DELAY_MS // 2,
        f"{kind}.bpm.job-execution.max-wait": LONGEST_TIMER_DELAY_MS,
    }
    if login := wishes.basic_auth or wishes.cockpit:
        properties |= dict(zip((f"{kind}.bpm.admin-user.id", f"{kind}.bpm.admin-user.password"), login, strict=True))
    if wishes.basic_auth:
        properties["sandbox.auth-package"] = f"org.{kind}.bpm.engine.rest.security.auth"
    return properties


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
