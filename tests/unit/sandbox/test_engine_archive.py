"""The archive from which an engine's JVM starts more quickly: made once for a JVM and a class path, or not at all."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from sandbox.engine import archive, start


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """An engine's folder in the cache."""
    (tmp_path / "classes/sandbox").mkdir(parents=True)
    (tmp_path / "classes/sandbox/Engine.class").write_bytes(b"launcher")
    (tmp_path / "lib").mkdir()
    for name in ("b.jar", "a.jar"):
        (tmp_path / "lib" / name).write_bytes(b"classes")
    archive.pack(tmp_path)
    return tmp_path


@pytest.fixture
def java(tmp_path: Path) -> str:
    program = tmp_path / "jdk/bin/java"
    program.parent.mkdir(parents=True)
    program.write_bytes(b"java")
    return str(program)


def writes(options: list[str]) -> None:
    """A JVM that ends in order."""
    [where] = [one.partition("=")[2] for one in options if one.startswith("-XX:ArchiveClassesAtExit=")]
    Path(where).write_bytes(b"archive")


def told(home: Path, java: str) -> list[str]:
    return [one for one in archive.options(home, java) if one.startswith("-XX:SharedArchiveFile=")]


def test_the_class_path_is_in_an_order_of_ours(home: Path, java: str) -> None:
    jars = ":".join(str(home / name) for name in ("engine.jar", "lib/a.jar", "lib/b.jar"))
    assert archive.options(home, java) == ["-cp", jars]


def test_an_archive_is_made_once_and_used(home: Path, java: str) -> None:
    archive.make(home, java, writes)
    archive.make(home, java, lambda _: pytest.fail("made again"))
    assert told(home, java) == [f"-XX:SharedArchiveFile={path}" for path in home.glob("*.jsa")] != []


def test_a_jvm_that_writes_none_leaves_nothing(home: Path, java: str) -> None:
    before = sorted(home.iterdir())
    archive.make(home, java, lambda _: None)
    assert (told(home, java), sorted(home.iterdir())) == ([], before)


@pytest.mark.parametrize("changed", ["lib/a.jar", "jdk/bin/java"])
def test_other_classes_or_another_jvm_get_another_and_the_older_one_goes(home: Path, java: str, changed: str) -> None:
    archive.make(home, java, writes)
    os.utime(home / changed, ns=(1, 1))
    assert told(home, java) == []
    archive.make(home, java, writes)
    assert len(list(home.glob("*.jsa"))) == len(told(home, java)) == 1


@pytest.mark.parametrize("named", [True, False])
def test_checkouts_that_share_a_cache_by_links_share_its_archives(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, named: bool
) -> None:
    """Each threw away the archive of the other, and made its own again: two starts of an engine for every run."""
    (tmp_path / "cache/engines").mkdir(parents=True)
    (tmp_path / "checkout").mkdir()
    (tmp_path / "checkout/.cache").symlink_to(tmp_path / "cache")
    monkeypatch.setattr(start, "__file__", str(tmp_path / "checkout/sandbox/engine/start.py"))
    monkeypatch.delenv("ENGINE_CACHE", raising=False)
    if named:
        monkeypatch.setenv("ENGINE_CACHE", str(tmp_path / "checkout/.cache/engines"))
    assert start.default_cache() == tmp_path / "cache/engines"
