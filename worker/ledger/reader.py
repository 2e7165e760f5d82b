"""The ledger as a person reads it: nothing is created, upgraded or written, whatever else uses it meanwhile."""

from __future__ import annotations

from worker.ledger import schema
from worker.ledger.errors import LedgerError, LedgerUnavailable, LedgerUnusable
from worker.ledger.leases import WorkerLeases
from worker.ledger.store import Store, sqlite_path
from worker.ledger.view import Views
from worker.runtime import clock


class LedgerReader:
    """The views of an existing ledger. `portal`, `engine`: as `Ledger` takes them; None: whichever it belongs to.

    Raises `LedgerError` if there is none, if it cannot be read, or if its version is another one.
    """

    def __init__(self, url: str, *, portal: str | None, engine: str | None, beat_seconds: float) -> None:
        if url.startswith("sqlite") and not (path := sqlite_path(url)).exists():
            raise LedgerError("ledger_missing", path=path)
        self._store = store = Store(url, exclusive=False, read_only=True)
        try:
            with store.transaction() as tx:
                schema.prove_readable(tx, store.shown, portal=portal, engine=engine)
            begun = store.time() - clock.boottime()
        except LedgerUnavailable as error:
            store.close()
            raise LedgerUnusable(error.trouble) from None
        except LedgerError:
            store.close()
            raise
        self.views = Views(store, WorkerLeases(store, "", lambda: begun + clock.boottime(), beat_seconds), store.time)

    def close(self) -> None:
        """Close the connections; safe to call again."""
        self._store.close()
