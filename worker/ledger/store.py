"""Transactions on the ledger's database, whichever it is."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from bitrix.named_files import real_path
from bitrix.secrecy import hide
from worker.config.secrets import shown_address
from worker.ledger import troubles
from worker.ledger.errors import LedgerError, LedgerUnavailable, LedgerUnusable, NotStorable
from worker.ledger.files import BESIDE, prove_room
from worker.ledger.postgresql import PREPARATION_SECONDS, Postgresql
from worker.ledger.readers import PostgresqlReader, SqliteReader
from worker.ledger.sqlite import Sqlite, sqlite_path

__all__ = ["LedgerError", "LedgerUnavailable", "NotStorable", "Store", "sqlite_path", "trace_of"]

TOO_LARGE = ("54000",)
"""PostgreSQL's codes for an exceeded program limit, such as the size of an index row."""


def trace_of(url: str) -> str:
    """Where nothing is in the ledger: the file that only a former one can have left at its place; empty: there is none.

    A ledger on a server leaves none. What may not be looked at is told by whoever opens it.
    """
    if not url.startswith("sqlite"):
        return ""
    path = sqlite_path(url)
    left = (path, *(path.with_name(f"{path.name}{end}") for end in BESIDE))
    return next((str(one) for one in left if os.access(one, os.F_OK)), "")


class Store:
    """Opens the database behind `url` and runs transactions on it. Thread-safe.

    `exclusive` makes this process the only `run` on a SQLite file; on PostgreSQL there may be many.
    `read_only`: it writes nothing, whatever a caller asks for. Raises `LedgerError` if a person must act.
    """

    def __init__(self, url: str, *, exclusive: bool, read_only: bool = False) -> None:
        address = sa.engine.make_url(url)
        self.shown = shown_address(url)
        self.shared = address.get_backend_name() == "postgresql"
        self._database: Postgresql | Sqlite | SqliteReader
        if self.shared:
            self._database = PostgresqlReader(address) if read_only else Postgresql(address)
        else:
            self._database = SqliteReader(url) if read_only else Sqlite(url, exclusive=exclusive)
        self.preparation_seconds = PREPARATION_SECONDS if self.shared else None
        """How long a `preparation` may take; None: as long as it takes, but others of the file only some seconds."""
        self._address = address
        self.on_unavailable: Callable[[LedgerUnavailable], object] = bool
        """Called with the error each time before `LedgerUnavailable` is raised."""

    def close(self) -> None:
        """Close the connections and release the file; safe to call again. Later calls fail without an alarm."""
        self.on_unavailable = bool
        self._database.close()

    @contextmanager
    def transaction(self, *, durable: bool = True) -> Iterator[Connection]:
        """One transaction, all or nothing. Raises `LedgerUnavailable` if nothing was recorded.

        `durable` False: it reaches the disk a moment later, together with a following one; until then a crash or a full
        disk can undo it. Use it only for what the worker notices and repeats in that case.
        """
        with self._told(), self._database.transaction(durable=durable) as tx:
            yield tx

    @contextmanager
    def preparation(self) -> Iterator[Connection]:
        """The transaction that makes or upgrades the tables; it may take minutes, or wait for another worker's."""
        if isinstance(self._database, SqliteReader):
            raise TypeError("a reader prepares nothing")
        with self._told(), self._database.preparation() as tx:
            yield tx

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except (sa.exc.DataError, UnicodeEncodeError, OverflowError) as error:
            raise NotStorable(_words(error)) from error
        except sa.exc.DBAPIError as error:
            if getattr(error.orig, "sqlstate", None) in TOO_LARGE:
                raise NotStorable(_words(error)) from error
            raise self._unavailable(_words(error), error.orig) from error
        except sa.exc.TimeoutError as error:
            raise self._unavailable("no connection was free", None) from error

    def _unavailable(self, said: str, error: object) -> LedgerUnavailable:
        if self.shared:
            trouble = troubles.of_database(self._address, error, said)
        else:
            trouble = troubles.of_file(self._path, error, said)
        return self._reported(LedgerUnavailable(said, trouble))

    def _reported(self, unavailable: LedgerUnavailable) -> LedgerUnavailable:
        self.on_unavailable(unavailable)
        return unavailable

    def prove_room(self) -> None:
        """Raise `LedgerUnavailable` if the file cannot grow. A server's disk is its own matter: its answers tell of it.

        On a full disk small writes go on in the space that the file has already, so none of them shows it.
        """
        if self.shared:
            return
        try:
            prove_room(self._path)
        except LedgerUnusable as error:
            raise self._reported(LedgerUnavailable(error.trouble.said, error.trouble)) from None

    @property
    def _path(self) -> Path:
        return real_path(self._address.database or "")

    def time(self) -> float:
        """The database's clock in seconds since the epoch; for a file, this machine's. Raises `LedgerUnavailable`."""
        with self._told():
            return self._database.time()


def _words(error: Exception) -> str:
    """The database's own words, without the statement and its values. The driver may quote its address: hidden too."""
    if isinstance(error, UnicodeEncodeError):
        return f"{error.encoding}: {error.reason}"  # its own text quotes the value
    return hide(troubles.in_one_line(str(getattr(error, "orig", error))))
