"""A ledger's files are for their owner, and one run has them, by whatever name."""

from __future__ import annotations

import os
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from subprocess import PIPE

import pytest
import sqlalchemy as sa

from tests.support.fakes import Events
from worker.commands.check.ledger import mode_of
from worker.config.settings import Settings
from worker.ledger import LedgerError
from worker.ledger.files import BESIDE, open_to_others
from worker.ledger.readers import SqliteReader
from worker.ledger.sqlite import Sqlite
from worker.run import Run

OPENS = """
import sys
from worker.ledger import LedgerError
from worker.ledger.sqlite import Sqlite

for line in sys.stdin:
    kind, _, path = line.rstrip().partition(" ")
    try:
        Sqlite(f"sqlite:///{path}", exclusive=kind == "run").close()
        print("opened", flush=True)
    except LedgerError as error:
        print(error, flush=True)
"""


@pytest.fixture(scope="module")
def another_process() -> Iterator[subprocess.Popen[str]]:
    """It opens ledgers by name; one for all these tests, for its libraries take most of a second."""
    with subprocess.Popen([sys.executable, "-c", OPENS], stdin=PIPE, stdout=PIPE, text=True) as process:
        yield process
        assert process.stdin
        process.stdin.close()
    assert process.returncode == 0


def may_open(another_process: subprocess.Popen[str], path: Path, kind: str) -> bool:
    assert another_process.stdin
    assert another_process.stdout
    print(kind, path, file=another_process.stdin, flush=True)
    said = another_process.stdout.readline()
    assert said == "opened\n" or "is in use by another" in said, said
    return said == "opened\n"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "worker.db"


@pytest.fixture
def run(path: Path) -> Iterator[Sqlite]:
    sqlite = Sqlite(f"sqlite:///{path}", exclusive=True)
    write(sqlite)
    yield sqlite
    sqlite.close()


def write(sqlite: Sqlite) -> None:
    with sqlite.transaction() as tx:
        tx.execute(sa.text("CREATE TABLE IF NOT EXISTS t (n INTEGER)"))
        tx.execute(sa.text("INSERT INTO t VALUES (1)"))


def named(path: Path, kind: str) -> Path:
    """The same file by another name."""
    name = path.parent / "elsewhere" / "other.db"
    name.parent.mkdir()
    if kind == "hard":
        os.link(path, name)
    elif kind == "symbolic":
        name.symlink_to(path)
    else:
        return path
    return name


@pytest.mark.parametrize("kind", ["same", "symbolic", "hard"])
def test_a_second_run_is_refused_by_every_name(
    run: Sqlite, path: Path, another_process: subprocess.Popen[str], kind: str
) -> None:
    name = named(path, kind)
    assert not may_open(another_process, name, "run")
    write(run)
    run.close()
    assert may_open(another_process, name, "run")


@pytest.mark.parametrize(("kind", "may"), [("same", True), ("symbolic", True), ("hard", False)])
def test_a_command_beside_it_must_use_a_name_with_the_same_log(
    run: Sqlite, path: Path, another_process: subprocess.Popen[str], kind: str, *, may: bool
) -> None:
    assert may_open(another_process, named(path, kind), "command") is may
    write(run)


def test_a_run_of_an_older_version_is_respected(path: Path) -> None:
    """It knows the file beside the ledger only."""
    held = "import fcntl, sys; f = open(sys.argv[1], 'a'); fcntl.flock(f, 2); print(flush=True); sys.stdin.read()"
    with subprocess.Popen(
        [sys.executable, "-c", held, f"{path}.lock"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as older:
        assert older.stdout
        older.stdout.readline()
        with pytest.raises(LedgerError, match="in use"):
            Sqlite(f"sqlite:///{path}", exclusive=True)
        assert older.stdin
        older.stdin.close()
    Sqlite(f"sqlite:///{path}", exclusive=True).close()


def test_who_has_the_ledger_is_named(run: Sqlite, path: Path) -> None:
    with pytest.raises(LedgerError, match=rf"in use by another `run` \({path}\): pid {os.getpid()}\. "):
        Sqlite(f"sqlite:///{path}", exclusive=True)
    Path(f"{path}.lock").write_text("\x1b[2J pid 1")
    with pytest.raises(LedgerError, match=rf"in use by another `run` \({path}\)\. "):
        Sqlite(f"sqlite:///{path}", exclusive=True)


def test_the_claim_leaves_sqlites_own_locks_in_place(run: Sqlite, path: Path) -> None:
    """A descriptor that is closed drops all locks of its process on that file."""
    with run.transaction() as tx:
        tx.execute(sa.text("INSERT INTO t VALUES (2)"))
        other = subprocess.run(
            [
                sys.executable,
                "-c",
                "import sqlite3, sys; sqlite3.connect(sys.argv[1], 0.1).execute('BEGIN IMMEDIATE')",
                path,
            ],
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
    assert "locked" in other.stderr


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o077])
@pytest.mark.parametrize("older", [True, False])
def test_the_files_beside_have_the_mode_of_the_ledger(path: Path, umask: int, *, older: bool) -> None:
    if older:  # left over, and readable by all
        sqlite3.connect(path).close()
        path.touch()
        path.chmod(0o600)
        Path(f"{path}.lock").touch()
        Path(f"{path}.lock").chmod(0o666)
    before = os.umask(umask)
    try:
        sqlite = Sqlite(f"sqlite:///{path}", exclusive=True)
        write(sqlite)
    finally:
        os.umask(before)
    modes = {name: stat.S_IMODE(Path(f"{path}{name}").stat().st_mode) for name in ("", *BESIDE)}
    sqlite.close()
    assert modes == dict.fromkeys(modes, 0o600)


def test_whoever_else_may_read_or_write_is_told(run: Sqlite, path: Path) -> None:
    assert run
    assert open_to_others(path) is None
    assert open_to_others(path.parent / "none") is None
    for mode in (0o644, 0o660, 0o606):
        path.chmod(mode)
        assert open_to_others(path) == f"{mode:04o}"


def test_run_and_check_tell_of_a_ledger_that_others_may_read(path: Path) -> None:
    path.touch()
    path.chmod(0o644)
    given = {
        "camunda": {"base_url": "http://engine.invalid/engine-rest"},
        "bitrix": {"webhook_url": "https://portal.example/rest/1/secret/"},
        "ledger": {"url": f"sqlite:///{path}"},
    }
    settings, events = Settings.model_validate(given), Events()
    started = Run(settings, events)
    started._tell_who_may_read_the_ledger()
    started._parts.threads.drain()
    started._parts.ledger.close()
    assert events.facts("ledger.open_to_others") == {"path": path, "mode": "0644"}
    [finding] = mode_of(settings)
    assert finding.line("en") == f"WARN ledger file: {path}, mode 0644 → close it to other users: chmod 600 {path}"
    path.chmod(0o600)
    assert [one.good for one in mode_of(settings)] == [True]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_file_that_cannot_be_written_is_told(path: Path) -> None:
    path.touch(0o400)
    with pytest.raises(LedgerError, match="cannot be opened for writing"):
        Sqlite(f"sqlite:///{path}", exclusive=True)


def test_a_folder_is_no_ledger(tmp_path: Path) -> None:
    with pytest.raises(LedgerError, match="is a folder"):
        Sqlite(f"sqlite:///{tmp_path}", exclusive=False)


def test_a_pipe_in_place_of_the_ledger_is_not_waited_for(path: Path) -> None:
    os.mkfifo(path)
    for opening in (SqliteReader, partial(Sqlite, exclusive=False), partial(Sqlite, exclusive=True)):
        with pytest.raises(LedgerError, match="it is a device, a pipe or a socket, not a file"):
            opening(f"sqlite:///{path}")


def test_a_link_in_place_of_the_lock_is_refused_and_what_it_leads_to_is_left_alone(path: Path, tmp_path: Path) -> None:
    others = tmp_path / "others"
    others.write_text("theirs")
    others.chmod(0o644)
    Path(f"{path}.lock").symlink_to(others)
    with pytest.raises(LedgerError):
        Sqlite(f"sqlite:///{path}", exclusive=True)
    assert (others.read_text(), stat.S_IMODE(others.stat().st_mode)) == ("theirs", 0o644)
