"""What goes wrong at a ledger, or is done to its file: nothing is lost, and nobody else pays for it."""

from __future__ import annotations

import sqlite3
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.support.builders import DONE, FAILED, draft, fetched, open_ledger, owed_for
from worker.ledger import Counted, LedgerError, LedgerUnavailable, Reports, StaleRow
from worker.ledger.sqlite import Sqlite
from worker.model import SyncRequest


def test_who_follows_an_empty_transaction_is_not_refused(tmp_path: Path) -> None:
    """`known([])` (the fetcher at start, and after a lost poll, where nothing is locked) begins nothing."""
    ledger = open_ledger(tmp_path)
    sqlite = ledger._store._database
    assert isinstance(sqlite, Sqlite)
    entered, go = threading.Event(), threading.Event()

    def empty() -> None:
        with sqlite.transaction():
            entered.set()
            go.wait(5)

    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(empty)
        assert entered.wait(5)
        second = pool.submit(ledger.begin_create, fetched(), draft(fetched()), None)
        while not sqlite._waiting:
            threading.Event().wait(0.001)
        go.set()
        first.result(5)
        second.result(5)
    ledger.close()


def test_one_file_has_one_run_by_whatever_name(tmp_path: Path) -> None:
    ledger = open_ledger(tmp_path, exclusive=True)
    other = tmp_path / "other"
    other.mkdir()
    (other / "worker.db").symlink_to(tmp_path / "worker.db")
    with pytest.raises(LedgerError, match="in use"):
        open_ledger(other, exclusive=True).close()
    ledger.close()


def test_nothing_is_recorded_in_a_file_that_is_gone(tmp_path: Path) -> None:
    """What cannot be recorded is not done; a file without a name is read by nobody."""
    ledger = open_ledger(tmp_path, exclusive=True)
    for path in tmp_path.glob("worker.db*"):
        path.unlink()
    with pytest.raises(LedgerUnavailable):
        ledger.begin_create(fetched(), draft(fetched()), None)
    ledger.close()


def test_fetched_tasks_are_counted_though_the_next_row_was_stale(tmp_path: Path) -> None:
    ledger = open_ledger(tmp_path)
    ledger.begin_create(fetched(), draft(fetched()), None)
    ledger.note(Counted.TASKS_FETCHED, 3)
    with pytest.raises(StaleRow):
        ledger.begin_create(fetched(), draft(fetched()), None)
    ledger.begin_create(fetched("b"), draft(fetched("b")), None)
    assert ledger.counters()["tasks_fetched"] == 3
    ledger.close()


def test_a_sync_whose_start_was_undone_ends_no_other_start(tmp_path: Path) -> None:
    """A full disk undoes the first start; the row takes up a later request, and is started anew by another thread."""
    ledger = open_ledger(tmp_path)
    request = SyncRequest("instance", "order")
    ledger.syncs.queue([request])
    [first] = ledger.syncs.take(1)  # on its way to the portal …
    with sqlite3.connect(tmp_path / "worker.db") as disk:  # … while its start is undone
        disk.execute("UPDATE syncs SET state = 'waiting', begun = 0, owner = NULL, due_at = 0, put_off = 0")
    ledger.syncs.queue([request])  # merged: what it tells of came after the first was sent
    [second] = ledger.syncs.take(1)
    ledger.syncs.sent(first)
    ledger.syncs.failed(second, "the module is busy", retry_in=60.0)
    assert len(ledger.syncs.late()) == 1, "the later request is still owed"
    ledger.close()


def test_a_text_that_is_no_text_ends_no_thread(tmp_path: Path) -> None:
    """The portal's answer may hold half of an emoji: JSON allows it."""
    ledger = open_ledger(tmp_path)
    ledger.syncs.queue([SyncRequest("instance", "order")])
    [sync] = ledger.syncs.take(1)
    ledger.syncs.failed(sync, "half \ud83d", retry_in=60.0)
    assert len(ledger.syncs.late()) == 1
    ledger.close()


def test_each_fetched_task_is_counted_once_however_many_write_the_count(tmp_path: Path) -> None:
    ledger = open_ledger(tmp_path)

    def fetch_and_begin(number: int) -> None:
        ledger.note(Counted.TASKS_FETCHED, 1)
        ledger.begin_create(fetched(f"task-{number}"), draft(fetched(f"task-{number}")), None)

    with ThreadPoolExecutor(16) as pool:
        list(pool.map(fetch_and_begin, range(200)))
    assert ledger.counters()["tasks_fetched"] == 200
    ledger.close()


def test_a_row_whose_failure_was_told_is_asked_about_at_once(tmp_path: Path) -> None:
    """Should its step be cancelled, nobody else would end it: no sync, and personal data for ever.

    Nobody works on it. With retries left, the page told its failure for eleven minutes after its step was deleted.
    """
    clock = [1e9]
    ledger = open_ledger(tmp_path, now=lambda: clock[0])
    for name, settlement in (("told", FAILED), ("owed", DONE)):
        ledger.created(fetched(name), None, 42, settlement, adopted=False)
    row = ledger.begin_create(fetched("untold"), draft(fetched("untold")), None)
    ledger.not_executed(row)
    ledger.settlements.settled(owed_for(ledger, "told"))
    assert FAILED.retries > 0
    assert [row.external_task_id for row in ledger.old.unfinished(3600, 10, after=(0.0, ""))] == ["told"]
    clock[0] += 3601
    assert [row.external_task_id for row in ledger.old.unfinished(3600, 10, after=(0.0, ""))] == ["told", "untold"]
    ledger.close()


def test_nothing_is_written_after_the_end(tmp_path: Path) -> None:
    """The claim is given up: another `run` may have the file."""
    told: list[LedgerUnavailable] = []
    ledger = open_ledger(tmp_path, exclusive=True, reports=Reports(unavailable=told.append))
    ledger.begin_create(fetched(), draft(fetched()), None)
    ledger.close()
    other = open_ledger(tmp_path, exclusive=True, owner="run-2")
    ledger.close()
    with pytest.raises(LedgerUnavailable):
        ledger.count(Counted.TASKS_CREATED)
    assert told == [], "a stop in order alarms nobody"
    assert "tasks_created" not in other.counters()
    other.close()


def test_pruning_lets_others_have_their_turn(tmp_path: Path) -> None:
    """500,000 rows at once took 7.6 s on two cores: no create could be recorded meanwhile, and commands gave up."""
    ledger = open_ledger(tmp_path, exclusive=True, now=lambda: 1e9)
    columns = "external_task_id, stage, owner, attempt, spent, topic, worker_id, created_at, updated_at"
    with sqlite3.connect(tmp_path / "worker.db") as disk:
        old = ((f"task-{n}", "settled", "run-1", 1, 0, "topic", "w", 0.0, float(n)) for n in range(30_000))
        disk.executemany(f"INSERT INTO tasks ({columns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", old)  # noqa: S608
    sqlite = ledger._store._database
    assert isinstance(sqlite, Sqlite)
    commits: list[object] = []
    sa.event.listen(sqlite._engine, "commit", commits.append)
    assert ledger.old.prune(14 * 86400.0) == 30_000
    assert len(commits) > 1
    ledger.close()
