"""Transactions that share a disk write: each is on the disk when it ends, and fails alone."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from worker.ledger.counters import Counted, count
from worker.ledger.sqlite import LARGEST_GROUP, Sqlite

THREADS = 16


class Counting:
    """A file with one table, and how often it was committed."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.sqlite = Sqlite(f"sqlite:///{path}", exclusive=True)
        with self.sqlite.transaction() as tx:
            tx.execute(sa.text("CREATE TABLE t (n INTEGER PRIMARY KEY)"))
        self.commits = 0
        sa.event.listen(self.sqlite._engine, "commit", self._count)

    def _count(self, _: object) -> None:
        self.commits += 1

    def insert(self, number: int) -> None:
        with self.sqlite.transaction() as tx:
            add(tx, number)

    def seen_by_others(self) -> set[int]:
        with sqlite3.connect(self.path) as other:
            return {n for (n,) in other.execute("SELECT n FROM t")}

    def all_at_once(self, job: Callable[[int], object], count: int = THREADS) -> list[object]:
        """Run `job(0)`, `job(1)`, … so that all wait for the first one; returns what came of each."""
        entered, go = threading.Event(), threading.Event()

        def first() -> None:
            with self.sqlite.transaction() as tx:
                entered.set()
                go.wait(10)
                add(tx, 1_000_000)

        def outcome(number: int) -> object:
            try:
                return job(number)
            except Exception as error:  # noqa: BLE001 - the outcome is what is looked at
                return error

        with ThreadPoolExecutor(count + 1) as pool:
            head = pool.submit(first)
            assert entered.wait(10)
            jobs = [pool.submit(outcome, number) for number in range(count)]
            while self.sqlite._waiting < count:
                threading.Event().wait(0.001)
            go.set()
            head.result(10)
            return [one.result(10) for one in jobs]


def add(tx: Connection, number: int) -> None:
    tx.execute(sa.text("INSERT INTO t VALUES (:n)"), {"n": number})


@pytest.fixture
def counting(tmp_path: Path) -> Iterator[Counting]:
    counting = Counting(tmp_path / "t.db")
    yield counting
    counting.sqlite.close()


def test_one_alone_is_on_the_disk_when_it_ends(counting: Counting) -> None:
    counting.insert(1)
    assert counting.seen_by_others() == {1}
    assert counting.commits == 1


def test_all_who_wait_together_share_one_write(counting: Counting) -> None:
    def insert(number: int) -> bool:
        counting.insert(number)
        return number in counting.seen_by_others()

    assert counting.all_at_once(insert) == [True] * THREADS
    assert counting.commits == 1


def test_a_group_has_an_end(counting: Counting) -> None:
    counting.all_at_once(counting.insert, LARGEST_GROUP + 6)
    assert counting.commits == 2


def test_one_that_fails_takes_nobody_with_it(counting: Counting) -> None:
    def insert(number: int) -> None:
        with counting.sqlite.transaction() as tx:
            add(tx, number)
            add(tx, number if number % 3 == 0 else number + 100)

    outcomes = counting.all_at_once(insert)
    failed = {number for number, outcome in enumerate(outcomes) if isinstance(outcome, sa.exc.IntegrityError)}
    assert failed == {number for number in range(THREADS) if number % 3 == 0}
    there = counting.seen_by_others()
    assert {number for number in range(THREADS) if number in there} == set(range(THREADS)) - failed


def test_the_last_one_failing_still_commits_for_the_others(counting: Counting) -> None:
    def insert(number: int) -> None:
        with counting.sqlite.transaction() as tx:
            add(tx, number)
            if number:
                raise ValueError("undone")

    outcomes = counting.all_at_once(insert, 3)
    assert [type(one) for one in outcomes] == [type(None), ValueError, ValueError]
    assert counting.seen_by_others() == {0, 1_000_000}


def test_a_commit_that_fails_is_told_to_all_of_its_group(counting: Counting) -> None:
    def refuse(_: object) -> None:
        raise sa.exc.OperationalError("COMMIT", None, sqlite3.OperationalError("disk I/O error"))

    def insert_and_break(number: int) -> None:
        with counting.sqlite.transaction() as tx:
            add(tx, number)
            if not sa.event.contains(counting.sqlite._engine, "commit", refuse):
                sa.event.listen(counting.sqlite._engine, "commit", refuse)

    with pytest.raises(sa.exc.OperationalError):  # the first one, which waits for the group
        counting.all_at_once(insert_and_break)
    assert counting.seen_by_others() == set()
    sa.event.remove(counting.sqlite._engine, "commit", refuse)
    counting.insert(7)
    assert counting.seen_by_others() == {7}


def test_a_rollback_by_the_database_is_told_to_all_of_its_group(counting: Counting) -> None:
    """As on a full disk: SQLite takes back the whole transaction, not only the statement."""

    def insert(number: int) -> None:
        with counting.sqlite.transaction() as tx:
            add(tx, number)
            if number == 0:
                tx.execute(sa.text("INSERT OR ROLLBACK INTO t VALUES (1000000)"))

    with pytest.raises(sa.exc.OperationalError):
        counting.all_at_once(insert, 1)
    assert counting.seen_by_others() == set()
    counting.insert(7)
    assert counting.seen_by_others() == {7}


def test_what_need_not_be_durable_waits_for_no_disk_where_somebody_follows(counting: Counting) -> None:
    left, left_before_commit = threading.Event(), []
    sa.event.listen(counting.sqlite._engine, "commit", lambda _: left_before_commit.append(left.wait(5)))

    def insert(number: int) -> None:
        with counting.sqlite.transaction(durable=False) as tx:
            add(tx, number)
        left.set()

    counting.all_at_once(insert, 2)  # one of them follows the other, and ends the group
    assert left_before_commit == [True]
    assert counting.seen_by_others() == {0, 1, 1_000_000}


def test_what_need_not_be_durable_is_on_the_disk_where_nobody_follows(counting: Counting) -> None:
    with counting.sqlite.transaction(durable=False) as tx:
        add(tx, 1)
    assert counting.seen_by_others() == {1}


def test_what_need_not_be_durable_fails_alone(counting: Counting) -> None:
    def insert_twice(number: int) -> None:
        with counting.sqlite.transaction(durable=False) as tx:
            add(tx, number)
            add(tx, number)

    outcomes = counting.all_at_once(insert_twice, 3)
    assert [type(one) for one in outcomes] == [sa.exc.IntegrityError] * 3
    assert counting.seen_by_others() == {1_000_000}


def test_what_was_left_to_a_follower_is_on_the_disk_though_the_ledger_is_closed_before(counting: Counting) -> None:
    counting.sqlite._waiting = 1  # somebody waits for the turn, and will never get it
    with counting.sqlite.transaction(durable=False) as tx:
        add(tx, 1)
    assert counting.seen_by_others() == set()
    counting.sqlite.close()
    assert counting.seen_by_others() == {1}


def test_a_last_commit_that_fails_closes_all_the_same(counting: Counting) -> None:
    counting.sqlite._waiting = 1  # somebody waits for the turn, and will never get it
    with counting.sqlite.transaction(durable=False) as tx:
        add(tx, 1)

    def refuse(_: object) -> None:
        raise sa.exc.OperationalError("COMMIT", None, sqlite3.OperationalError("disk full"))

    sa.event.listen(counting.sqlite._engine, "commit", refuse)
    counting.sqlite.close()
    Sqlite(f"sqlite:///{counting.path}", exclusive=True).close()
    assert counting.seen_by_others() == set()


# --- counters ---


def counters(path: Path) -> dict[str, int]:
    with sqlite3.connect(path) as other:
        return dict(other.execute("SELECT name, value FROM counters"))


@pytest.fixture
def counted(counting: Counting) -> Counting:
    with counting.sqlite.transaction() as tx:
        tx.execute(sa.text("CREATE TABLE counters (name TEXT PRIMARY KEY, value INTEGER)"))
    return counting


def test_what_is_counted_together_is_written_once(counted: Counting) -> None:
    written: list[str] = []
    counted.sqlite._raw().set_trace_callback(lambda said: written.append(said) if "INTO counters" in said else None)

    def add_and_count(number: int) -> None:
        with counted.sqlite.transaction() as tx:
            add(tx, number)
            count(tx, Counted.TASKS_CREATED)
            count(tx, Counted.TASKS_FETCHED, number)

    counted.all_at_once(add_and_count)
    assert counters(counted.path) == {"tasks_created": THREADS, "tasks_fetched": sum(range(THREADS))}
    assert len(written) == 2, "one for each counter"


def test_what_was_undone_is_not_counted(counted: Counting) -> None:
    def add_and_count(number: int) -> None:
        with counted.sqlite.transaction() as tx:
            count(tx, Counted.TASKS_CREATED)
            add(tx, number)
            if number % 2:
                raise ValueError("undone")

    counted.all_at_once(add_and_count)
    with pytest.raises(ValueError, match="undone"):
        add_and_count(101)
    add_and_count(100)
    assert counters(counted.path) == {"tasks_created": THREADS // 2 + 1}
    assert len(counted.seen_by_others() - {1_000_000}) == THREADS // 2 + 1
