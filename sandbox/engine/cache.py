"""The jars of a real engine and our launcher, downloaded and compiled once and kept in a cache folder."""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from sandbox.engine.archive import pack

SOURCES = Path(__file__).parent / "java"
JAVA = 17
STAMP = "complete"
DOWNLOAD_SECONDS = 600
DOWNLOAD_HELP = (
    "the jars of {kind} could not be taken from Maven Central. Check the network, or name a mirror "
    "in ~/.m2/settings.xml, and run it again; ENGINE=builtin needs no download. Maven said:\n{words}"
)


class EngineUnavailable(Exception):
    """An engine cannot be started here; the text says what to do."""


def tool(name: str) -> str:
    """The path of a JDK tool or of Maven, from `JAVA_HOME` first, then from `PATH`."""
    home = os.environ.get("JAVA_HOME")
    search = os.pathsep.join(([f"{home}/bin"] if home else []) + [os.environ.get("PATH", os.defpath)])
    found = shutil.which(name, path=search)
    if not found:
        raise EngineUnavailable(f"no {name} on this machine")
    return found


def reason_against(kind: str, cache: Path) -> str | None:
    """Why this engine cannot be started here, or None; a complete cache needs neither Maven nor a compiler."""
    if _java_version() < JAVA:
        return f"no Java {JAVA}"
    if _complete(kind, cache / kind):
        return None
    if not shutil.which("mvn"):
        return "no Maven"
    try:
        tool("javac")
    except EngineUnavailable:
        return f"no Java compiler: a JDK {JAVA} is needed, not only a JRE"
    return None


def prepare(kind: str, cache: Path) -> Path:
    """Folder with `lib/` and the launcher of this engine, downloaded and compiled when it is not there yet.

    Made beside its place and moved there when complete, so that no half-made cache is ever found.
    """
    home = cache.absolute() / kind
    cache.mkdir(parents=True, exist_ok=True)
    with locked(cache / f"{kind}.lock"):
        if not _complete(kind, home):
            if reason := reason_against(kind, cache):
                raise EngineUnavailable(reason)
            with TemporaryDirectory(prefix=f"{kind}-", dir=cache) as scratch:
                made = Path(scratch) / kind
                _make(kind, made)
                shutil.rmtree(home, ignore_errors=True)
                made.rename(home)
        pack(home)
    return home


def _make(kind: str, folder: Path) -> None:
    fetch = [tool("mvn"), "-q", "-B", "-f", str(_pom(kind)), "dependency:copy-dependencies"]
    _run([*fetch, "-DincludeScope=runtime", f"-DoutputDirectory={folder}/lib"], kind)
    source = str(SOURCES / "Engine.java")
    _run([tool("javac"), "--release", str(JAVA), "-cp", f"{folder}/lib/*", "-d", f"{folder}/classes", source], kind)
    (folder / STAMP).write_text(_stamp(kind))


def _run(command: list[str], kind: str) -> None:
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=DOWNLOAD_SECONDS)
    except subprocess.TimeoutExpired:
        words = f"nothing for {DOWNLOAD_SECONDS} s"
    else:
        if done.returncode == 0:
            return
        words = (done.stdout + done.stderr)[-2000:]
    raise EngineUnavailable(DOWNLOAD_HELP.format(kind=kind, words=words))


def _complete(kind: str, home: Path) -> bool:
    stamp = home / STAMP
    return stamp.is_file() and stamp.read_text() == _stamp(kind)


def _stamp(kind: str) -> str:
    digest = hashlib.sha256(_pom(kind).read_bytes())
    digest.update((SOURCES / "Engine.java").read_bytes())
    return digest.hexdigest()


def _pom(kind: str) -> Path:
    return SOURCES / f"pom-{kind}.xml"


def _java_version() -> int:
    """The feature release of this machine's `java`; 0 if there is none."""
    try:
        words = subprocess.run([tool("java"), "-version"], capture_output=True, text=True, check=False, timeout=60)
    except EngineUnavailable:
        return 0
    found = re.search(r'version "(\d+)', words.stderr)
    return int(found[1]) if found else 0


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Alone among all processes; not for who holds it already."""
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
