"""A ledger is read where SQLite has no room for the file that its users share, as on a full disk."""

from __future__ import annotations

import resource
import shutil
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from tests.support.builders import draft, fetched, open_ledger
from worker.ledger.reader import LedgerReader

NO_ROOM = 3
"""As long is what SQLite leaves of the file that it makes anew and cannot fill."""


@contextmanager
def full_disk() -> Iterator[None]:
    """No file can grow beyond what SQLite writes before it needs room."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (NO_ROOM, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.fixture
def left(tmp_path: Path) -> Path:
    """What a run leaves that is killed after it has begun a step: most of the ledger is in the write-ahead log."""
    left = tmp_path / "left" / "worker.db"
    left.parent.mkdir()
    with closing(open_ledger(tmp_path)) as ledger:
        ledger.begin_create(fetched(), draft(fetched()), None)
        for name in ("worker.db", "worker.db-wal"):
            shutil.copyfile(tmp_path / name, left.with_name(name))
    return left


@pytest.mark.parametrize("shared", [True, False], ids=["left by a start", "to be made"])
@pytest.mark.parametrize("empty", [True, False], ids=["empty log", "log"])
def test_a_step_is_known_on_a_full_disk_whatever_run_has_ended(
    left: Path, tmp_path: Path, *, shared: bool, empty: bool
) -> None:
    """`explain` knew nothing of it: a start on the full disk had left an empty log, and no room for more."""
    if empty:
        shutil.copyfile(tmp_path / "worker.db", left)  # it was closed in order
        left.with_name("worker.db-wal").write_bytes(b"")
    if shared:
        left.with_name("worker.db-shm").write_bytes(b"\0" * NO_ROOM)
    before = left.read_bytes(), left.with_name("worker.db-wal").read_bytes()
    with full_disk(), closing(LedgerReader(f"sqlite:///{left}", portal=None, engine=None, beat_seconds=5.0)) as reader:
        life = reader.views.life("task-1")
    assert life
    assert life.task.external_task_id == "task-1"
    assert before == (left.read_bytes(), left.with_name("worker.db-wal").read_bytes())


def test_a_step_is_known_on_a_full_disk_beside_a_run(tmp_path: Path) -> None:
    with closing(open_ledger(tmp_path)) as ledger:
        ledger.begin_create(fetched(), draft(fetched()), None)
        url = f"sqlite:///{tmp_path / 'worker.db'}"
        with full_disk(), closing(LedgerReader(url, portal=None, engine=None, beat_seconds=5.0)) as reader:
            assert reader.views.life("task-1")
