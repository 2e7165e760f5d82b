"""The ledger in a SQLite file: one process, one connection, one disk write for all transactions waiting together."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import cast

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.engine import Connection, Engine

from bitrix.named_files import real_path
from worker.ledger import counters as ledger_counters, files as ledger_files
from worker.ledger.errors import LedgerError
from worker.ledger.troubles import Replaced

LARGEST_GROUP = 64


class _Group:
    """Transactions that are committed together, or not at all."""

    def __init__(self) -> None:
        self.size = 0
        self.counts: Counter[str] = Counter()
        self.ended = threading.Event()
        self.error: sa.exc.DBAPIError | None = None


class Sqlite:
    """Transactions on one file, one by one. A writer with another one queued behind it lets that one commit for both.

    So many threads share one disk write, and each one returns only when its own work is on the disk. Thread-safe.
    """

    def __init__(self, url: str, *, exclusive: bool) -> None:
        path = sqlite_path(url)
        ledger_files.make(path)
        self._claim = ledger_files.Claim(path) if exclusive else None
        if not exclusive:
            ledger_files.refuse_another_name(path)
        self._engine = _engine(path)
        self._turn = threading.Lock()
        self._waiting = 0
        self._counting = threading.Lock()
        self._group: _Group | None = None
        self._connection: Connection | None = None
        self._closed = False
        self._path = path
        self._file = _identity(path)

    def time(self) -> float:
        """The machine's clock, in seconds since the epoch."""
        return time.time()

    def close(self) -> None:
        """Close the connection and release the file; safe to call again."""
        with self._turn:
            if self._group is not None:
                self._commit(self._group)  # its next writer comes too late
            self._closed = True
            if self._connection is not None:
                self._connection.close()
                self._connection = None
        self._engine.dispose()
        self._give_up_claim()

    def _give_up_claim(self) -> None:
        if self._claim:
            self._claim.close()

    def preparation(self) -> AbstractContextManager[Connection]:
        """Any transaction may take as long as it takes."""
        return self.transaction()

    @contextmanager
    def transaction(self, *, durable: bool = True) -> Iterator[Connection]:
        """One transaction, all or nothing, on the disk when it ends. If nothing, raises SQLAlchemy's `DBAPIError`.

        `durable` False: if another writer is queued behind it, it does not wait for the disk.
        """
        self._wait_for_turn()
        group = self._group
        try:
            tx = self._connected()
            group = self._group = group or _Group()
            alone = group.size == 0  # otherwise the group holds another's work, and ours must be undone alone
            if not alone:
                self._say("SAVEPOINT ours")
            try:
                if alone:
                    self._begin(tx)
                yield tx
                if not alone:
                    self._say("RELEASE ours")
            except BaseException:  # whatever ended it: undo our part of the group, pass the error on
                self._undo(tx, group, alone=alone)
                raise
            group.size += 1
            group.counts += ledger_counters.counted(tx)
        finally:
            ends_here = self._end_of_turn()
        if not ends_here:
            if not durable:
                return
            group.ended.wait()
        if group.error is not None:
            raise group.error

    def _wait_for_turn(self) -> None:
        with self._counting:
            self._waiting += 1
        self._turn.acquire()
        with self._counting:
            self._waiting -= 1

    def _end_of_turn(self) -> bool:
        """Commit for the whole group unless another writer is queued; True if the group has ended."""
        try:
            group = self._group
            if group is None:
                return True
            if self._waiting and group.size < LARGEST_GROUP:
                return False
            self._commit(group)
            return True
        finally:
            self._turn.release()

    def _connected(self) -> Connection:
        if self._closed:  # the file is released: another run may use it
            raise _refused(sqlite3.OperationalError("the ledger is closed"))
        if self._connection is None:
            self._connection = self._engine.connect()
        return self._connection

    def _raw(self) -> sqlite3.Connection:
        return cast(sqlite3.Connection, self._connected().connection.driver_connection)

    def _begin(self, tx: Connection) -> None:
        """Begin an immediate transaction: a deferred one that has read cannot always become a writer.

        SQLAlchemy's `begin` event would do it too, but with any listener each statement costs a tenth more.
        """
        if _identity(self._path) != self._file:  # nobody would read what we write to it
            raise _refused(Replaced(f"{self._path} was deleted or replaced"))
        tx.begin()
        self._say("BEGIN IMMEDIATE")

    def _say(self, statement: str) -> None:
        """Run a statement without SQLAlchemy, which would cost ten times as much as the statement."""
        try:
            self._raw().execute(statement)
        except sqlite3.Error as error:
            raise sa.exc.OperationalError(statement, None, error) from error

    def _undo(self, tx: Connection, group: _Group, *, alone: bool) -> None:
        """Undo our own work. If SQLite has rolled back everything (a full disk), fail the others of the group too."""
        ledger_counters.counted(tx)
        if alone:
            tx.rollback()
            self._group = None
        elif self._raw().in_transaction:
            self._say("ROLLBACK TO ours")
            self._say("RELEASE ours")
        else:
            self._fail(group, _refused(sqlite3.OperationalError("rolled back")))

    def _commit(self, group: _Group) -> None:
        self._group = None
        if self._connection is not None:
            try:
                ledger_counters.write(self._connection, group.counts)
                self._connection.commit()
            except sa.exc.DBAPIError as error:
                self._fail(group, error)
        group.ended.set()

    def _fail(self, group: _Group, error: sa.exc.DBAPIError) -> None:
        self._group = None
        group.error = error
        try:
            if self._connection is not None:
                raw = self._raw()
                self._connection.rollback()
                raw.rollback()  # SQLAlchemy sends none after a commit that failed
        finally:
            group.ended.set()


def sqlite_path(url: str) -> Path:
    """The file of a `sqlite:///…` address."""
    database = sa.engine.make_url(url).database
    if not database or database == ":memory:":
        raise LedgerError("ledger_no_file", url=url)
    path = real_path(database)  # one file has one run, whatever its name
    ledger_files.prove_no_loop(path)
    return path


def _identity(path: Path) -> tuple[int, int] | None:
    """The file that has this name now; None if there is none, or it cannot be read."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _refused(why: sqlite3.OperationalError) -> sa.exc.OperationalError:
    return sa.exc.OperationalError("", None, why)


def _engine(path: Path) -> Engine:
    engine = sa.create_engine(
        f"sqlite:///{path}", poolclass=sa.pool.StaticPool, connect_args={"check_same_thread": False}
    )
    event.listen(engine, "connect", _durable)
    return engine


def _durable(connection: sqlite3.Connection, _: object) -> None:
    connection.isolation_level = None  # SQLAlchemy's recipe: we send BEGIN ourselves
    # FULL: in WAL mode, NORMAL may lose the newest commits at a power cut, and with them an intent already carried out.
    for pragma in ("busy_timeout = 5000", "journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON"):
        connection.execute(f"PRAGMA {pragma}")
