"""The ledger on PostgreSQL, shared by several workers."""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, cast

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.engine import URL, Connection, Engine

from worker.ledger import counters as ledger_counters
from worker.ledger.silence import SilenceWatch

if TYPE_CHECKING:
    import psycopg

CONNECT_SECONDS = 5
STATEMENT_MS = 10_000
LOCK_MS = 5_000
"""Less than for a statement, so that a locked table is named as the cause."""
CONNECTIONS = 12
MOST_CONNECTIONS = 2 * CONNECTIONS
"""So many a worker takes when many steps end at once."""
READ_BACK_SECONDS = 20.0
"""How long to ask whether a transaction was committed after its connection broke; a server restarts faster."""
SILENT_SECONDS = 25.0
"""A longer transaction is cut: the server must be silent, otherwise its own time-outs would have ended it."""
PREPARATION_SECONDS = 600.0
"""How long to make or upgrade the tables, and to wait for another worker that does: an index over millions of rows."""
NETWORK = {
    "connect_timeout": CONNECT_SECONDS,
    "keepalives_idle": 5,
    "keepalives_interval": 3,
    "keepalives_count": 3,
    "tcp_user_timeout": STATEMENT_MS,
}
NOTE_TOKEN = sa.text(
    "INSERT INTO commits (writer, token, written_at)"
    " SELECT :writer, :token, extract(epoch FROM now()) WHERE pg_current_xact_id_if_assigned() IS NOT NULL"
    " ON CONFLICT (writer) DO UPDATE SET token = excluded.token, written_at = excluded.written_at"
)
READ_TOKEN = sa.text(
    "INSERT INTO commits (writer, token, written_at) VALUES (:writer, '', 0)"
    " ON CONFLICT (writer) DO UPDATE SET writer = excluded.writer RETURNING token"
)
"""A write, so that it waits for the transaction in question if that is still running."""


class Postgresql:
    """Transactions on one database. Thread-safe."""

    def __init__(self, address: URL) -> None:
        self._silence = SilenceWatch(SILENT_SECONDS)
        self._engine = _postgresql(address)
        event.listen(self._engine, "connect", self._make_strict)
        self._name = uuid.uuid4().hex

    def close(self) -> None:
        """Close the connections; safe to call again."""
        self._silence.close()
        self._engine.dispose()

    def time(self) -> float:
        """The server's clock, in seconds since the epoch. Raises SQLAlchemy's `DBAPIError`."""
        with self._connection() as tx:
            return float(tx.execute(sa.text("SELECT extract(epoch FROM clock_timestamp())")).scalar_one())

    @contextmanager
    def transaction(self, *, durable: bool = True) -> Iterator[Connection]:  # noqa: ARG002 - always durable here
        """One transaction, all or nothing. If nothing, raises SQLAlchemy's `DBAPIError` or `TimeoutError`."""
        with self._connection() as tx:
            yield from self._committed(tx)

    @contextmanager
    def preparation(self) -> Iterator[Connection]:
        """The same for an upgrade of large tables, which other workers wait for."""
        with self._connection(PREPARATION_SECONDS) as tx:
            for limit in ("statement_timeout", "lock_timeout"):
                tx.execute(sa.text(f"SET LOCAL {limit} = '{PREPARATION_SECONDS:.0f}s'"))
            yield from self._committed(tx)

    def _committed(self, tx: Connection) -> Iterator[Connection]:
        ledger_counters.counted(tx)  # drop the counts of a transaction that was rolled back
        yield tx
        ledger_counters.write(tx, ledger_counters.counted(tx))
        self._commit(tx)

    def _make_strict(self, connection: psycopg.Connection, _: object) -> None:
        """Set up a new connection: commits survive a power cut, and no statement waits for ever."""
        with self._silence.over(connection), connection.cursor() as cursor:
            cursor.execute("SET synchronous_commit = on")
            cursor.execute(f"SET statement_timeout = {STATEMENT_MS}")
            cursor.execute(f"SET lock_timeout = {LOCK_MS}")
            cursor.execute(f"SET idle_in_transaction_session_timeout = {STATEMENT_MS}")
        connection.commit()

    @contextmanager
    def _connection(self, seconds: float | None = None) -> Iterator[Connection]:
        """`seconds` None: as long as any transaction may take."""
        connection = self._engine.connect()
        driver = cast("psycopg.Connection", connection.connection.driver_connection)
        with self._silence.over(driver, seconds), connection:
            yield connection

    def _commit(self, tx: Connection) -> None:
        """Commit together with a random token. If the answer is lost, the token shows whether the commit happened.

        The server's own transaction number would not do: after a crash the server assigns it a second time.
        """
        ours = {"writer": f"{self._name}-{threading.get_ident()}", "token": uuid.uuid4().hex}
        if not tx.execute(NOTE_TOKEN, ours).rowcount:
            return  # nothing was written
        try:
            tx.commit()
        except sa.exc.DBAPIError:
            if not self._was_committed(ours):
                raise

    def _was_committed(self, ours: dict[str, str]) -> bool:
        """Whether a commit without an answer happened: its token is there if it did."""
        until = time.monotonic() + READ_BACK_SECONDS
        while time.monotonic() < until:
            try:
                with self._connection() as tx:
                    return bool(tx.execute(READ_TOKEN, ours).scalar_one() == ours["token"])
            except sa.exc.DBAPIError:
                time.sleep(0.2)
        return False


def _postgresql(address: URL) -> Engine:
    return sa.create_engine(
        address,
        pool_size=CONNECTIONS,
        max_overflow=MOST_CONNECTIONS - CONNECTIONS,
        connect_args=NETWORK | {"application_name": "camunda-bitrix-worker"},
    )
