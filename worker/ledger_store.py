"""The database behind the ledger: a SQLite file for one process, or PostgreSQL for several; transactions on either."""

from __future__ import annotations

import fcntl
import os
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import TextIO

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.engine import URL, Connection, Engine

from worker.faults import Language, fault_text

CONNECT_SECONDS = 5
STATEMENT_MS = 10_000
CONNECTIONS = 12
READ_BACK_SECONDS = 20.0
"""How long to look for the fate of a transaction whose commit was cut: a server that restarts is back by then."""


class LedgerError(Exception):
    """The ledger cannot be used as it is; the text names the place and the cure. A person must act."""

    def __init__(self, name: str, **facts: object) -> None:
        self._name = name
        self._facts = facts
        super().__init__(self.told("en"))

    def told(self, language: Language) -> str:
        """What is wrong and what to do."""
        return fault_text(language, self._name, **self._facts)


class LedgerUnavailable(Exception):
    """The database refused a transaction; nothing of it was recorded. Worth trying again later."""


class Store:
    """Opens the database behind `url` and runs transactions on it. Thread-safe.

    `exclusive` makes this process the only `run` on a SQLite file; of PostgreSQL there may be many.
    Raises `LedgerError` where a person must act.
    """

    def __init__(self, url: str, *, exclusive: bool) -> None:
        address = sa.engine.make_url(url)
        self.shown = address.render_as_string(hide_password=True)
        self.shared = address.get_backend_name() == "postgresql"
        self._claim = _claim(sqlite_path(url)) if exclusive and not self.shared else None
        # SQLite has one writer; waiting here is fair and cheap.
        self._gate: AbstractContextManager[object] = nullcontext() if self.shared else threading.Lock()
        try:
            self._engine = _postgresql(address) if self.shared else _sqlite(url)
        except LedgerError:
            self._give_up_claim()
            raise

    def close(self) -> None:
        """Close the connections and give up the claim; safe to call again."""
        self._engine.dispose()
        self._give_up_claim()

    def _give_up_claim(self) -> None:
        if self._claim:
            self._claim.close()

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """All or nothing. Raises `LedgerUnavailable` where it was nothing."""
        try:
            with self._gate, self._engine.connect() as tx:
                yield tx
                self._commit(tx)
        except sa.exc.DBAPIError as error:
            raise LedgerUnavailable(" ".join(str(error.orig).split())) from error
        except sa.exc.TimeoutError as error:
            raise LedgerUnavailable("no connection was free") from error

    def seconds_ahead(self, ours: float) -> float:
        """How far the server's clock is ahead of ours; 0 for a file. Raises `LedgerUnavailable`."""
        if not self.shared:
            return 0.0
        with self.transaction() as tx:
            return float(tx.execute(sa.text("SELECT extract(epoch FROM clock_timestamp())")).scalar_one()) - ours

    def _commit(self, tx: Connection) -> None:
        number = tx.execute(sa.text("SELECT pg_current_xact_id_if_assigned()::text")).scalar() if self.shared else None
        try:
            tx.commit()
        except sa.exc.DBAPIError:
            if number is None or not self._was_committed(number):
                raise

    def _was_committed(self, number: str) -> bool:
        """The connection was cut while committing: the server knows what has become of the transaction."""
        until = time.monotonic() + READ_BACK_SECONDS
        while True:
            try:
                with self._engine.connect() as tx:
                    status = tx.execute(sa.text("SELECT pg_xact_status(CAST(:n AS xid8))"), {"n": number}).scalar()
            except sa.exc.DBAPIError:
                status = None
            if status in ("committed", "aborted") or time.monotonic() > until:
                return status == "committed"
            time.sleep(0.2)


def sqlite_path(url: str) -> Path:
    """The file of a `sqlite:///…` address."""
    database = sa.engine.make_url(url).database
    if not database or database == ":memory:":
        raise LedgerError("ledger_no_file", url=url)
    return Path(database).absolute()


# --- SQLite ---


def _claim(path: Path) -> TextIO:
    """Make this process the only `run` on the ledger file, for as long as the returned file stays open."""
    try:
        lock = Path(f"{path}.lock").open("a", encoding="utf-8")  # noqa: SIM115 - stays open as long as the process
    except OSError as error:
        raise LedgerError("ledger_not_writable", path=path, words=error.strerror) from None
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        lock.close()
        raise LedgerError("ledger_in_use", path=path) from None
    return lock


def _sqlite(url: str) -> Engine:
    """Makes the file, readable by its owner only, where there is none."""
    path = sqlite_path(url)
    try:
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    except OSError as error:
        raise LedgerError("ledger_not_writable", path=path, words=error.strerror) from None
    engine = sa.create_engine(
        f"sqlite:///{path}", poolclass=sa.pool.StaticPool, connect_args={"check_same_thread": False}
    )
    event.listen(engine, "connect", _durable)
    event.listen(engine, "begin", _begin_at_once)
    return engine


def _durable(connection: sqlite3.Connection, _: object) -> None:
    connection.isolation_level = None  # SQLAlchemy's recipe: BEGIN is ours to send
    # FULL: in WAL mode NORMAL may lose the newest commits at a power cut, and with them an intent already acted on.
    for pragma in ("busy_timeout = 5000", "journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_at_once(connection: Connection) -> None:
    # A deferred transaction that has read cannot always become a writer; an immediate one waits its turn.
    connection.exec_driver_sql("BEGIN IMMEDIATE")


# --- PostgreSQL ---


def _postgresql(address: URL) -> Engine:
    engine = sa.create_engine(
        address,
        pool_size=CONNECTIONS,
        max_overflow=CONNECTIONS,
        pool_pre_ping=True,
        connect_args={"connect_timeout": CONNECT_SECONDS, "application_name": "camunda-bitrix-worker"},
    )
    event.listen(engine, "connect", _strict)
    return engine


def _strict(connection: sqlite3.Connection, _: object) -> None:
    """What was committed survives a power cut, and nobody waits for ever."""
    with connection.cursor() as cursor:  # type: ignore[attr-defined]
        cursor.execute("SET synchronous_commit = on")
        cursor.execute(f"SET statement_timeout = {STATEMENT_MS}")
        cursor.execute(f"SET lock_timeout = {STATEMENT_MS}")
        cursor.execute(f"SET idle_in_transaction_session_timeout = {STATEMENT_MS}")
    connection.commit()
