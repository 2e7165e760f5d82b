"""Databases that are only read: for commands that must change nothing, also beside a worker of another version."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from worker.ledger import files as ledger_files
from worker.ledger.postgresql import Postgresql
from worker.ledger.sqlite import sqlite_path

if TYPE_CHECKING:
    import psycopg


class SqliteReader:
    """Reads a file, also on a full disk and while a worker writes to it. Each transaction has its own connection."""

    def __init__(self, url: str) -> None:
        path = sqlite_path(url)
        ledger_files.refuse_another_name(path)
        ledger_files.prove_readable(path)
        self._path = path
        self._engine = sa.create_engine("sqlite://", creator=self._connect, poolclass=sa.pool.NullPool)

    def _connect(self) -> sqlite3.Connection:
        """Without a write-ahead log nobody writes, and SQLite need not make the file that its users share.

        If that file is needed and has no room, as on a full disk, SQLite keeps in memory what would be in it.
        """
        if not Path(f"{self._path}-wal").exists():
            return self._connected("immutable=1")
        connection = self._connected()
        try:
            connection.execute("SELECT 1 FROM sqlite_master").fetchall()
        except sqlite3.OperationalError as error:
            connection.close()
            if error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_IOERR:
                return self._connected("readonly_shm=1")
            raise
        return connection

    def _connected(self, *more: str) -> sqlite3.Connection:
        address = f"file:{quote(str(self._path))}?{'&'.join(('mode=ro', *more))}"
        return sqlite3.connect(address, uri=True, isolation_level=None, timeout=ledger_files.BUSY_SECONDS)

    def time(self) -> float:
        """The machine's clock, in seconds since the epoch."""
        return time.time()

    def close(self) -> None:
        """Nothing is left open between two transactions; safe to call again."""
        self._engine.dispose()

    @contextmanager
    def transaction(self, *, durable: bool = True) -> Iterator[Connection]:  # noqa: ARG002 - nothing is written
        """One state of the file. Raises SQLAlchemy's `DBAPIError`."""
        with self._engine.connect() as tx:
            tx.exec_driver_sql("BEGIN")
            yield tx
            tx.rollback()


class PostgresqlReader(Postgresql):
    """Reads a database: its server refuses each statement that would change anything."""

    @contextmanager
    def transaction(self, *, durable: bool = True) -> Iterator[Connection]:  # noqa: ARG002 - nothing is written
        """One transaction. Raises SQLAlchemy's `DBAPIError` or `TimeoutError`."""
        with self._connection() as tx:
            yield tx
            tx.rollback()

    def _make_strict(self, connection: psycopg.Connection, _: object) -> None:
        super()._make_strict(connection, _)
        with self._silence.over(connection), connection.cursor() as cursor:
            cursor.execute("SET default_transaction_read_only = on")
        connection.commit()
