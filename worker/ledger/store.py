"""The database behind the ledger, and transactions on it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from bitrix.secrecy import hide
from worker.config.secrets import shown_address
from worker.ledger.errors import LedgerError, LedgerUnavailable, NotStorable
from worker.ledger.postgresql import Postgresql
from worker.ledger.sqlite import Sqlite, sqlite_path

__all__ = ["LedgerError", "LedgerUnavailable", "NotStorable", "Store", "sqlite_path"]

TOO_LARGE = ("54000",)
"""Of PostgreSQL: a program limit is exceeded, such as the size of an index row."""


class Store:
    """Opens the database behind `url` and runs transactions on it. Thread-safe.

    `exclusive` makes this process the only `run` on a SQLite file; of PostgreSQL there may be many.
    Raises `LedgerError` where a person must act.
    """

    def __init__(self, url: str, *, exclusive: bool) -> None:
        address = sa.engine.make_url(url)
        self.shown = shown_address(url)
        self.shared = address.get_backend_name() == "postgresql"
        self._database = Postgresql(address) if self.shared else Sqlite(url, exclusive=exclusive)
        self.on_unavailable: Callable[[str], None] = lambda reason: None  # noqa: ARG005 - set by the assembly
        """Told the reason, each time before `LedgerUnavailable` is raised."""

    def close(self) -> None:
        """Close the connections and give up the claim; safe to call again. Who comes too late alarms nobody."""
        self.on_unavailable = lambda reason: None  # noqa: ARG005 - as before
        self._database.close()

    @contextmanager
    def transaction(self, *, durable: bool = True) -> Iterator[Connection]:
        """All or nothing. Raises `LedgerUnavailable` where it was nothing.

        `durable` False: it may be on the disk a moment later, with what follows it, and be undone by a crash or a
        full disk until then. Only for what is found out, and done again, where that happens.
        """
        with self._told(), self._database.transaction(durable=durable) as tx:
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
            raise self._unavailable(_words(error)) from error
        except sa.exc.TimeoutError as error:
            raise self._unavailable("no connection was free") from error

    def _unavailable(self, reason: str) -> LedgerUnavailable:
        self.on_unavailable(reason)
        return LedgerUnavailable(reason)

    def time(self) -> float:
        """The database's clock, in seconds since the epoch: ours for a file. Raises `LedgerUnavailable`."""
        with self._told():
            return self._database.time()


def _words(error: Exception) -> str:
    """What the database says, without the statement and its values; its driver quotes even the address it was given."""
    if isinstance(error, UnicodeEncodeError):
        return f"{error.encoding}: {error.reason}"  # its own text quotes the value
    return hide(" ".join(str(getattr(error, "orig", error)).split()))
