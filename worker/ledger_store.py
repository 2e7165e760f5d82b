"""The database behind the ledger, and transactions on it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from worker.ledger_errors import LedgerError, LedgerUnavailable
from worker.ledger_postgresql import Postgresql
from worker.ledger_sqlite import Sqlite, sqlite_path

__all__ = ["LedgerError", "LedgerUnavailable", "Store", "sqlite_path"]


class Store:
    """Opens the database behind `url` and runs transactions on it. Thread-safe.

    `exclusive` makes this process the only `run` on a SQLite file; of PostgreSQL there may be many.
    Raises `LedgerError` where a person must act.
    """

    def __init__(self, url: str, *, exclusive: bool) -> None:
        address = sa.engine.make_url(url)
        self.shown = address.render_as_string(hide_password=True)
        self.shared = address.get_backend_name() == "postgresql"
        self._database = Postgresql(address) if self.shared else Sqlite(url, exclusive=exclusive)

    def close(self) -> None:
        """Close the connections and give up the claim; safe to call again."""
        self._database.close()

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """All or nothing. Raises `LedgerUnavailable` where it was nothing."""
        try:
            with self._database.transaction() as tx:
                yield tx
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
