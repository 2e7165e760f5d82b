"""The workers that are compared: ours, and those that a competent user would write with each client library."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from sandbox.engine.cache import tool
from sandbox.ports import free_port

ROOT = Path(__file__).parents[2]
CLIENTS = Path(__file__).parent / "clients"
CACHE = ROOT / ".cache" / "bench"
INSTALL_SECONDS = 600
IN_FLIGHT = 50
"""Requests at once at the portal, for everybody."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a worker works: the two sides, its topic, and a folder of its own."""

    engine: str
    webhook: str
    topic: str
    folder: Path


@dataclass(frozen=True, slots=True)
class Peer:
    """`command` and `environ`: how it is started. `slots`: requests that it may have at the portal at once."""

    name: str
    command: Callable[[Place], list[str]]
    slots: int
    environ: Callable[[Place], Mapping[str, str]] = lambda _: {}

    def start(self, place: Place) -> subprocess.Popen[bytes]:
        """Its process; the log is in the folder."""
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "JAVA_HOME") if name in os.environ}
        with (place.folder / "log").open("wb") as log:
            return subprocess.Popen(
                self.command(place),
                cwd=place.folder,
                env=kept | dict(self.environ(place)),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )


def ours(name: str = "ours", *, in_flight: int = IN_FLIGHT, topic: str = "", **settings: str) -> Peer:
    """`python -m worker run` with a ledger on disk and the shipped settings, but for these: one number is enough.

    `topic`: settings of its topic, as YAML. The page is on, as shipped, at a port that is free here.
    """

    def environ(place: Place) -> dict[str, str]:
        return {
            "PYTHONPATH": str(ROOT),
            "CAMUNDA_BASE_URL": place.engine,
            "BITRIX_WEBHOOK_URL": place.webhook,
            "BITRIX_DEFAULT_RESPONSIBLE_ID": "1",
            "CAMUNDA_MAX_IN_FLIGHT": str(in_flight),
            "HTTP_PORT": str(free_port()),
            **settings,
        }

    def command(place: Place) -> list[str]:
        config = place.folder / "config.yaml"
        if not config.exists():
            config.write_text(f"topics: {{{place.topic}: {{{topic}}}}}\n", encoding="utf-8")
        return [sys.executable, "-m", "worker", "run"]

    return Peer(name, command, in_flight, environ)


def everybody() -> list[Peer]:
    """Ours as it is shipped comes first."""
    tuned = ours("ours, variables: all", topic="variables: all")
    return [ours(), tuned, requests_floor(), python_library(), javascript(50), javascript(25), java_pool()]


def a_few() -> list[Peer]:
    """For a developer who waits for the result."""
    return [ours(), python_library(), javascript(25)]


def python_library() -> Peer:
    return _script("Python library", "python_library.py", 1)


def requests_floor() -> Peer:
    """What no worker with `requests` can cost less than."""
    return _script("requests floor", "requests_floor.py", IN_FLIGHT)


def _script(name: str, file: str, slots: int) -> Peer:
    script = str(CLIENTS / file)
    return Peer(name, lambda at: [sys.executable, script, at.engine, at.topic, at.webhook], slots)


def javascript(interval_ms: int) -> Peer:
    folder = _installed_js()

    def command(place: Place) -> list[str]:
        return ["node", str(folder / "worker.js"), place.engine, place.topic, place.webhook, str(interval_ms)]

    return Peer(f"JavaScript, {interval_ms} ms", command, IN_FLIGHT)


def java_pool() -> Peer:
    path = _installed_java()

    def command(place: Place) -> list[str]:
        return [tool("java"), "-cp", path, "Worker", place.engine, place.topic, place.webhook]

    return Peer("Java, pool of 32", command, 32)


def _installed_js() -> Path:
    folder, lock = CACHE / "js", CLIENTS / "js" / "package-lock.json"
    made_from = folder / "made-from.json"
    shutil.copytree(CLIENTS / "js", folder, dirs_exist_ok=True)
    if not made_from.exists() or made_from.read_bytes() != lock.read_bytes():
        _run(["npm", "ci", "--no-audit", "--no-fund", "--prefix", str(folder)], "npm's registry")
        shutil.copy(lock, made_from)
    return folder


def _installed_java() -> str:
    folder = CACHE / "java"
    if not (folder / "complete").exists():
        fetch = [tool("mvn"), "-q", "-B", "-f", str(CLIENTS / "java" / "pom.xml"), "dependency:copy-dependencies"]
        _run([*fetch, f"-DoutputDirectory={folder}/lib"], "Maven Central")
        (folder / "complete").touch()
    source = str(CLIENTS / "java" / "Worker.java")
    _run([tool("javac"), "-cp", f"{folder}/lib/*", "-d", f"{folder}/classes", source], "the Java compiler")
    return f"{folder}/classes:{folder}/lib/*"


def _run(command: list[str], source: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=INSTALL_SECONDS)
    if done.returncode:
        words = (done.stdout + done.stderr)[-1500:]
        sys.exit(f"A peer could not be made from {source}: check the network or a mirror, and repeat.\n{words}")
