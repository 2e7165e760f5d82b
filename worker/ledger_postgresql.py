"""The ledger on PostgreSQL, shared by several workers."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.engine import URL, Connection, Engine

CONNECT_SECONDS = 5
STATEMENT_MS = 10_000
CONNECTIONS = 12
READ_BACK_SECONDS = 20.0
"""How long to look for the fate of a transaction whose commit was cut: a server that restarts is back by then."""


class Postgresql:
    """Transactions on one database. Thread-safe."""

    def __init__(self, address: URL) -> None:
        self._engine = _postgresql(address)

    def close(self) -> None:
        """Close the connections; safe to call again."""
        self._engine.dispose()

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """All or nothing. Raises SQLAlchemy's `DBAPIError`, or its `TimeoutError`, where it was nothing."""
        with self._engine.connect() as tx:
            yield tx
            self._commit(tx)

    def _commit(self, tx: Connection) -> None:
        number = tx.execute(sa.text("SELECT pg_current_xact_id_if_assigned()::text")).scalar()
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
