"""Each command says the same of a ledger that none of them can use: what it is, where, and what to do."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.support.bare_environment import without_settings
from tests.support.builders import open_ledger
from worker.cli import EXIT_FOUND, EXIT_OK, main

WRITING = ["run", "validate", "check", "replay --all"]
READING = ["status", "explain x"]
LOOP = "worker.db cannot be opened for writing: the link leads back to itself. Fix the cause, or choose another folder"


def _loop_above(path: Path) -> None:
    path.parent.rmdir()
    path.parent.symlink_to(path.parent.name)


def _made(path: Path) -> None:
    engine, portal = "http://127.0.0.1:1/engine-rest", "http://127.0.0.1:1/"
    open_ledger(path.parent, engine=engine, portal=portal).close()


def _without(name: str) -> Callable[[Path], None]:
    def made(path: Path) -> None:
        _made(path)
        with closing(sqlite3.connect(path)) as found, found:
            found.execute("DELETE FROM meta WHERE key = ?", (name,))

    return made


def _cut(path: Path) -> None:
    _made(path)
    os.truncate(path, path.stat().st_size - 1000)


def _newer(path: Path) -> None:
    _made(path)
    with closing(sqlite3.connect(path)) as found, found:
        found.execute("UPDATE meta SET value = '9999' WHERE key = 'schema_version'")


KINDS: dict[str, tuple[Callable[[Path], object], str]] = {
    "link to itself": (lambda path: path.symlink_to(path.name), LOOP),
    "folder that links to itself": (_loop_above, LOOP),
    "pipe": (os.mkfifo, "worker.db cannot be opened for writing: it is a device, a pipe or a socket, not a file"),
    "text": (
        lambda path: path.write_text("nothing like it" * 99),
        "worker.db): 1485 bytes are no whole number of pages",
    ),
    "database of nothing": (
        lambda path: path.write_bytes(b"SQLite format 3\0" * 256),
        "worker.db): file is not a database",
    ),
    "newer": (_newer, "written by a newer version of the program: schema_version 9999"),
    "without its id": (_without("ledger_id"), "lacks parts (meta: ledger_id)"),
    "without its portal": (_without("portal"), "lacks parts (meta: portal)"),
    "cut": (_cut, "bytes are no whole number of pages"),
}


@pytest.fixture
def ledger(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Its place, where nothing is yet."""
    monkeypatch.chdir(tmp_path)
    without_settings(monkeypatch)
    (path := tmp_path / "folder" / "worker.db").parent.mkdir()
    for name, value in {
        "CAMUNDA_BASE_URL": "http://127.0.0.1:1/engine-rest",
        "BITRIX_WEBHOOK_URL": "http://127.0.0.1:1/rest/1/verysecretcode/",
        "HTTP_PORT": "0",
        "LEDGER_URL": f"sqlite:///{path}",
        "LOG_LANGUAGE": "en",
    }.items():
        monkeypatch.setenv(name, value)
    return path


def prove_told(words: str, commands: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    for command in commands:
        code, said = main(command.split()), "".join(capsys.readouterr())
        assert (command, code != EXIT_OK, words in said or said) == (command, True, True)


@pytest.mark.parametrize(("make", "words"), KINDS.values(), ids=KINDS)
def test_each_command_says_the_same_of_it(
    make: Callable[[Path], object], words: str, ledger: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    make(ledger)
    prove_told(words, [*WRITING, *READING], capsys)


@pytest.mark.parametrize("size", [0, 4096])
def test_an_empty_file_in_place_of_a_ledger_is_told_alike(
    size: int, ledger: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """`status` said that there is no ledger yet, and `validate` that there was one."""
    ledger.touch()
    if size:
        with closing(sqlite3.connect(ledger)) as found:
            found.executescript("CREATE TABLE x (a); DROP TABLE x")
    prove_told(f"The file {ledger} is there and empty: it holds no ledger", [*READING, "replay --all"], capsys)
    for command, code in (("validate", EXIT_OK), ("check", EXIT_FOUND)):
        assert main([command]) == code
        assert f"WARN ledger: the file {ledger} is there and empty: no ledger in it" in capsys.readouterr().out


def test_status_tells_one_cure_for_a_file_of_another_user(
    ledger: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It named a command with which the ledger can be read, and another one with which a worker starts."""
    _made(ledger)
    asked = os.access

    def refused(path: Any, mode: int, **how: Any) -> bool:
        return asked(path, mode, **how) and not (str(path) == str(ledger) and mode & (os.R_OK | os.W_OK))

    monkeypatch.setattr(os, "access", refused)
    monkeypatch.setenv("HTTP_PORT", "1")  # where nobody answers
    assert main(["status"]) != EXIT_OK
    said = "".join(capsys.readouterr())
    assert said.count(f"chmod u+rw {ledger}") == 1
    assert "cannot be read" not in said


@pytest.mark.parametrize("end", ["-wal", ".lock"])
def test_validate_warns_as_check_does_of_a_ledger_that_is_gone(
    end: str, ledger: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Path(f"{ledger}{end}").touch()
    for command, code in (("validate", EXIT_OK), ("check", EXIT_FOUND)):
        assert main([command]) == code
        assert f"WARN ledger: there is none, but there was one: there is {ledger}{end}" in capsys.readouterr().out


@pytest.mark.parametrize("end", ["", "-wal", "-shm", ".lock"])
def test_a_file_of_another_user_is_named(
    end: str, ledger: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever once starts the worker as root leaves root's files beside the ledger."""
    _made(ledger)
    (file := Path(f"{ledger}{end}")).touch()
    asked = os.access

    def refused(path: Any, mode: int, **how: Any) -> bool:
        return asked(path, mode, **how) and not (str(path) == str(file) and mode & (os.R_OK | os.W_OK))

    monkeypatch.setattr(os, "access", refused)
    prove_told(f"{file} cannot be opened for writing: ", WRITING[:-1], capsys)
    prove_told(f"may not read {file}" if end != ".lock" else f"may not write to {file}", WRITING[-1:], capsys)
    if end != ".lock":
        prove_told(f"{file} cannot be read: ", READING, capsys)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda path: path.symlink_to("others"), "it is a link, and a file is needed: remove it"),
        (Path.mkdir, "it is a folder, and a file is needed: remove it"),
    ],
)
def test_what_stands_in_place_of_the_lock_is_named(
    make: Callable[[Path], object], words: str, ledger: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _made(ledger)
    make(Path(f"{ledger}.lock"))
    prove_told(f"{ledger}.lock cannot be opened for writing: {words}", WRITING, capsys)
