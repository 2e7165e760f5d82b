"""`check` of the ledger: whatever `run` is refused for is a FAIL with `run`'s own words, and nothing is changed."""

from __future__ import annotations

import errno
import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace

import pytest

from tests.support.builders import open_ledger
from tests.support.fakes import Events
from tests.support.ledger_history import NEXT, RELEASED, bring_next_version, make_ledger_of
from worker.cli import EXIT_UNABLE, main
from worker.commands.check.finding import Finding
from worker.commands.check.ledger import file_fault, ledger_of, start_fault
from worker.config.loading import load
from worker.config.settings import Settings
from worker.ledger import LedgerError, files
from worker.monitoring.headline import Condition, headline
from worker.run import Run
from worker.words import look_names
from worker.words.phrase import LANGUAGES, NOTHING, Phrase

HERE = {"portal": "https://portal.example", "engine": "http://engine/engine-rest"}


def settings_of(folder: Path, **environ: str) -> Settings:
    sides = {"CAMUNDA_BASE_URL": HERE["engine"], "BITRIX_WEBHOOK_URL": f"{HERE['portal']}/rest/1/verysecretcode/"}
    return load(None, sides | {"LEDGER_URL": f"sqlite:///{folder}/worker.db", "HTTP_PORT": "0"} | environ)


def told(settings: Settings) -> list[Finding]:
    return list(ledger_of(settings))


def refused(settings: Settings) -> Phrase:
    """Why `run` is not started."""
    with pytest.raises(LedgerError) as it:
        Run(settings, Events())
    return it.value.phrase


def content(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file() and path.suffix != ".lock"}


def changed(statement: str) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        open_ledger(folder, engine=HERE["engine"]).close()
        with closing(sqlite3.connect(folder / "worker.db")) as file, file:
            file.execute(statement)

    return change


def empty_with(statement: str) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        with closing(sqlite3.connect(folder / "worker.db")) as file, file:
            file.execute(statement)

    return change


def of_another(what: str) -> Callable[[Path], None]:
    return changed(f"UPDATE meta SET value = 'http://localhost' WHERE key = '{what}'")  # noqa: S608 - our own words


def damaged(folder: Path) -> None:
    (folder / "worker.db").write_bytes(b"this is not a database" * 100)


REFUSALS: dict[str, Callable[[Path], None]] = {
    "newer": changed("UPDATE meta SET value = '999' WHERE key = 'schema_version'"),
    "no version": changed("DELETE FROM meta WHERE key = 'schema_version'"),
    "another portal": of_another("portal"),
    "another engine": of_another("engine"),
    "incomplete": changed("ALTER TABLE syncs DROP COLUMN put_off"),
    "damaged": damaged,
    "a meta of somebody": empty_with("CREATE TABLE meta (id INTEGER)"),
    "a table of somebody": empty_with("CREATE TABLE tasks (id INTEGER)"),
}


@pytest.mark.parametrize("why", REFUSALS)
def test_what_run_is_refused_for_is_a_failure_in_its_own_words(tmp_path: Path, why: str) -> None:
    REFUSALS[why](tmp_path)
    settings, before = settings_of(tmp_path), content(tmp_path)
    [found] = told(settings)
    assert content(tmp_path) == before
    assert (found.good, found.essential, found.checked) == (False, True, True)
    phrase = refused(settings)
    for language in LANGUAGES:
        said = [part for part in (found.seen.in_(language), found.cure.in_(language)) if part]
        assert all(part.rstrip(".") in phrase.in_(language) for part in said)
        assert not found.line(language).endswith("→ ")


@pytest.mark.parametrize("why", REFUSALS)
def test_validate_fails_for_it_too(tmp_path: Path, why: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A script may ask it in place of a start."""
    REFUSALS[why](tmp_path)
    settings = settings_of(tmp_path)
    assert file_fault(settings) == refused(settings)
    before = content(tmp_path)
    for name, value in {"CAMUNDA_BASE_URL": HERE["engine"], "LEDGER_URL": settings.ledger.url}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("BITRIX_WEBHOOK_URL", f"{HERE['portal']}/rest/1/verysecretcode/")
    monkeypatch.chdir(tmp_path)
    assert main(["validate"]) == EXIT_UNABLE
    assert content(tmp_path) == before


def test_what_an_upgrade_would_bring_and_is_there_already_is_a_failure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with closing(sqlite3.connect(tmp_path / "worker.db")) as old, old:
        make_ledger_of(2, old.execute, serial="INTEGER", **HERE)
        old.execute("CREATE TABLE of_tests (id INTEGER)")
    bring_next_version(monkeypatch)
    [found] = told(settings_of(tmp_path))
    assert (found.good, found.essential) == (False, True)
    assert found.seen == refused(settings_of(tmp_path))
    assert f"from version 2 to version {NEXT}" in found.seen.en


@pytest.mark.parametrize(
    ("place", "why"),
    [
        ("none/worker.db", "cannot be made: there is no such folder"),
        (f"{'x' * 300}.db", "the name is too long"),
        ("x" * 250, "the name is too long"),
        ("pipe", "it is a device, a pipe or a socket, not a file"),
        ("file/worker.db", "cannot be made: a part of the path is no folder"),
        ("file/none/worker.db", "cannot be made: there is no such folder"),
        ("shut/worker.db", "the ledger makes files beside"),
        ("shut.db", "may not write to"),
    ],
)
def test_a_file_that_run_could_not_open_or_make_is_a_failure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str, why: str
) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "shut.db").touch()
    (tmp_path / "shut").mkdir()
    os.mkfifo(tmp_path / "pipe")
    allowed = os.access  # root may write anywhere
    monkeypatch.setattr(
        os, "access", lambda path, mode: allowed(path, mode) and not (mode and "shut" in str(path.name))
    )
    before = sorted(tmp_path.rglob("*"))
    settings = settings_of(tmp_path, LEDGER_URL=f"sqlite:///{tmp_path}/{place}")
    [found] = told(settings)
    assert (found.good, found.essential) == (False, True)
    assert why in found.seen.en
    assert sorted(tmp_path.rglob("*")) == before
    assert found.seen == refused(settings)


def test_a_read_only_file_system_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "statvfs", lambda _: SimpleNamespace(f_flag=os.ST_RDONLY))
    with pytest.raises(LedgerError, match="the file system is read-only") as it:
        files.prove_usable(tmp_path / "worker.db")
    assert "только для чтения" in it.value.phrase.ru


@pytest.mark.parametrize("version", [None, RELEASED[-2], RELEASED[-1]])
def test_what_run_would_make_upgrade_or_open_is_no_fault_and_left_as_it_is(tmp_path: Path, version: int | None) -> None:
    if version:
        with closing(sqlite3.connect(tmp_path / "worker.db")) as old, old:
            make_ledger_of(version, old.execute, serial="INTEGER", **HERE)
        (tmp_path / "worker.db").chmod(0o600)
    before = content(tmp_path)
    found = told(settings_of(tmp_path))
    lines = {one.line("en")[:4] for one in found}
    assert lines == ({"ok  ", "WARN"} if version == RELEASED[-2] else {"ok  "})
    assert ("make a backup first" in found[0].line("en")) == (version == RELEASED[-2])
    words = {None: "none yet", RELEASED[-2]: f"`run` upgrades it to {RELEASED[-1]}", RELEASED[-1]: "of this engine"}
    assert words[version] in found[0].seen.en
    assert (found[-1].what == look_names.LEDGER_ROWS) == (version == RELEASED[-1])
    assert content(tmp_path) == before


def test_a_run_that_works_on_it_is_named_and_no_fault(tmp_path: Path) -> None:
    settings = settings_of(tmp_path)
    run = Run(settings, Events())
    try:
        found = told(settings)
    finally:
        run._parts.threads.drain()
        run._parts.ledger.close()
    assert found[0].good
    assert "a `run` works on it" in found[0].seen.en


def test_a_full_disk_is_a_failure_with_its_way_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its ledger could be read, so all was said to be well, while `run` ended at once."""
    open_ledger(tmp_path, engine=HERE["engine"]).close()
    before = sorted(tmp_path.rglob("*"))
    assert [one.good for one in told(settings_of(tmp_path))] == [True, True, True]

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "posix_fallocate", full)
    [found] = told(settings_of(tmp_path))
    assert (found.good, found.essential) == (False, True)
    assert "the disk of the ledger is full" in found.seen.en
    assert "start one that has ended again" in found.line("en")
    assert "завершившийся запустите снова" in found.line("ru")
    assert sorted(tmp_path.rglob("*")) == before
    monkeypatch.setattr(os, "posix_fallocate", lambda *_: (_ for _ in ()).throw(OSError(errno.EIO, "Input/output")))
    assert "cannot be read or written" in told(settings_of(tmp_path))[0].seen.en


def test_a_ledger_that_another_program_keeps_locked_is_a_failure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Readers of a write-ahead log are not held up by it, a `run` is."""
    monkeypatch.setattr(files, "BUSY_SECONDS", 0.2)
    open_ledger(tmp_path, engine=HERE["engine"]).close()
    lock = "import sqlite3, sys; c = sqlite3.connect(sys.argv[1], isolation_level=None); c.execute('BEGIN EXCLUSIVE')"
    wait = f"{lock}; print('locked', flush=True); sys.stdin.read()"
    with subprocess.Popen(
        [sys.executable, "-c", wait, str(tmp_path / "worker.db")], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as other:
        assert other.stdout
        assert other.stdout.readline()
        [found] = told(settings_of(tmp_path))
        other.communicate(b"")
    assert (found.good, found.essential) == (False, True)
    assert "another program keeps the file of the ledger locked" in found.seen.en
    assert told(settings_of(tmp_path))[0].good


@pytest.mark.parametrize("why", ["newer", "incomplete", "another engine"])
def test_status_names_what_a_start_would_meet(tmp_path: Path, why: str) -> None:
    REFUSALS[why](tmp_path)
    settings = settings_of(tmp_path, LOG_LANGUAGE="en")
    phrase = refused(settings)
    assert start_fault(settings) == phrase
    told_first = headline(Condition(wrong=None, no_start=phrase))[1]
    assert phrase.en.rstrip(".") in told_first.en
    assert "a start would fail now" in told_first.en
    assert start_fault(settings_of(tmp_path / "new", LEDGER_URL=f"sqlite:///{tmp_path}/new.db")) == NOTHING


@pytest.mark.parametrize("left", ["worker.db", "worker.db.lock", "worker.db-wal"])
def test_where_a_ledger_was_nobody_is_told_to_make_a_new_one(tmp_path: Path, left: str) -> None:
    (tmp_path / left).touch(0o600)
    found = told(settings_of(tmp_path))[0]
    assert (found.good, found.essential) == (False, False)
    assert str(tmp_path / left) in found.seen.en
    assert "do not start" in found.line("en")
    assert "docs ledger#when-it-is-lost" in found.line("en")
    assert "docs ledger#when-it-is-lost" in found.line("ru")
