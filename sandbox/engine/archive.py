"""An archive of an engine's classes: what the JVM has read and verified once it maps, and starts with a third less CPU.

An archive belongs to one JVM and one class path. A JVM that it does not fit ignores it, and starts as without one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from zipfile import ZipFile

LAUNCHER = "engine.jar"
"""In a jar, because archives know no classes of folders."""


def pack(home: Path) -> None:
    """Put the compiled launcher into a jar; safe to repeat."""
    if (home / LAUNCHER).exists():
        return
    with TemporaryDirectory(dir=home) as scratch:
        with ZipFile(Path(scratch) / LAUNCHER, "w") as jar:
            for path in sorted((home / "classes").rglob("*.class")):
                jar.write(path, path.relative_to(home / "classes"))
        (Path(scratch) / LAUNCHER).rename(home / LAUNCHER)


def options(home: Path, java: str) -> list[str]:
    """What the JVM is told of its classes: their path, in an order of ours, and the archive, where there is one."""
    archive = _archive(home, java)
    return [*_class_path(home), *([f"-XX:SharedArchiveFile={archive}"] if archive.exists() else [])]


def make(home: Path, java: str, live: Callable[[list[str]], None]) -> None:
    """Make the archive if there is none: of all that a JVM loads that `live` starts, with these options, and ends."""
    archive = _archive(home, java)
    if archive.exists():
        return
    with TemporaryDirectory(dir=home) as scratch:
        made = Path(scratch) / archive.name
        live([*_class_path(home), f"-XX:ArchiveClassesAtExit={made}"])
        if made.exists():
            for older in home.glob("*.jsa"):
                older.unlink()
            made.rename(archive)


def _jars(home: Path) -> list[Path]:
    return [home / LAUNCHER, *sorted((home / "lib").glob("*.jar"))]


def _class_path(home: Path) -> list[str]:
    return ["-cp", ":".join(map(str, _jars(home)))]


def _archive(home: Path, java: str) -> Path:
    """Its name says what it was made for: a cache that was copied, or another JVM, gets another."""
    program = Path(java).resolve()
    release = program.parents[1] / "release"
    seen = [*_jars(home), program, *([release] if release.exists() else [])]
    facts = [(str(path), path.stat().st_size, path.stat().st_mtime_ns) for path in seen]
    return home / f"classes-{hashlib.sha256(repr(facts).encode()).hexdigest()[:16]}.jsa"
