"""The ledger as a person reads it: nothing is created, upgraded or written, whatever else uses it meanwhile."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from worker.config.secrets import shown_address
from worker.ledger import files, opening
from worker.ledger.connections import Limit, narrow_limits
from worker.ledger.errors import LedgerError, LedgerUnavailable, LedgerUnusable
from worker.ledger.leases import Beat, WorkerLeases
from worker.ledger.models import ModelRows
from worker.ledger.rights import prove_rights
from worker.ledger.schema import schema_version
from worker.ledger.session import LedgerSession
from worker.ledger.store import Store, sqlite_path
from worker.ledger.syncs import SyncRows
from worker.ledger.view import Views
from worker.runtime import clock


@dataclass(frozen=True, slots=True)
class Prospect:
    """What a `run` would find. `version`: of the ledger; None: it would make one. `has_run`: one works on the file.

    `narrow`: limits that leave a `run` fewer connections to PostgreSQL than it may take.
    """

    version: int | None
    has_run: bool = False
    narrow: tuple[Limit, ...] = ()


def prospect(url: str, *, portal: str | None, engine: str | None, tenants: str, beat_seconds: float) -> Prospect:
    """What a `run` with these settings would find. Raises `LedgerError` for whatever it would be refused.

    Only a file that another `run` uses is no fault: it may be the one that these settings are for.
    """
    has_run = False
    if url.startswith("sqlite"):
        path = sqlite_path(url)
        files.prove_usable(path)
        files.prove_room(path)
        if not path.exists():
            return Prospect(None)
        files.prove_unlocked(path)
        has_run = files.has_run(path)
    with _opened(url) as store:
        with store.transaction() as tx:
            version = opening.openable(tx, portal=portal, engine=engine)
            prove_rights(tx, version)
            narrow = narrow_limits(tx)
        if version is not None:
            _leases(store, beat_seconds).prove_tenants(tenants)
    return Prospect(version, has_run, narrow)


class LedgerReader:
    """An existing ledger, as far as it is read. `portal`, `engine`: as `Ledger` takes them; None: whichever it has.

    Whoever calls a method of `syncs` or `models` that writes gets `LedgerUnavailable`.
    Raises `LedgerError` if there is none, if it cannot be read, or if its version is another one.
    """

    def __init__(self, url: str, *, portal: str | None, engine: str | None, beat_seconds: float) -> None:
        self._has_run, place = False, shown_address(url)
        if url.startswith("sqlite"):
            place = str(path := sqlite_path(url))
            if not files.is_there(path):
                raise LedgerError("ledger_missing", path=place)
            self._has_run = files.has_run(path)
        with _opened(url, close=False) as store:
            with store.transaction() as tx:
                opening.prove_readable(tx, place, portal=portal, engine=engine)
                self.id = opening.id_of(tx)
            begun = store.time() - clock.boottime()
        self._store, self._begun = store, begun
        leases = WorkerLeases(store, "", self.now, beat_seconds)
        session = LedgerSession(store, leases, "", self.now, sync_enabled=False, number_shared=lambda *_: None)
        self._leases = leases
        self.views = Views(store, leases, self.now)
        self.syncs = SyncRows(session)
        self.models = ModelRows(session)

    def now(self) -> float:
        """Seconds since the epoch: the server's time, or this machine's for a file."""
        return self._begun + clock.boottime()

    @property
    def shared(self) -> bool:
        """Whether several workers may use it, on several machines."""
        return self._store.shared

    def beating(self) -> list[Beat]:
        """The workers that run, the newest heartbeat first. Raises `LedgerUnavailable`.

        On a shared ledger those that still send heartbeats; on a file the one that had it locked when it was opened.
        """
        if not self.shared:
            return [Beat(None, self.views.alive_at() or self.now())] if self._has_run else []
        with self._store.transaction() as tx:
            return self._leases.beating(tx)

    def prove_start(self, tenants: str) -> None:
        """Raise `LedgerError` for what would keep a `run` from this ledger, besides what opening it has proved."""
        try:
            with self._store.transaction() as tx:
                prove_rights(tx, schema_version())
            self._leases.prove_tenants(tenants)
        except LedgerUnavailable as error:
            raise LedgerUnusable(error.trouble) from None

    def close(self) -> None:
        """Close the connections; safe to call again."""
        self._store.close()


@contextmanager
def _opened(url: str, *, close: bool = True) -> Iterator[Store]:
    """A store that only reads. What happens in the block is a `LedgerError` too. `close` False: only after an error."""
    store = Store(url, exclusive=False, read_only=True)
    try:
        yield store
    except LedgerUnavailable as error:
        store.close()
        raise LedgerUnusable(error.trouble) from None
    except LedgerError:
        store.close()
        raise
    if close:
        store.close()


def _leases(store: Store, beat_seconds: float) -> WorkerLeases:
    begun = store.time() - clock.boottime()
    return WorkerLeases(store, "", lambda: begun + clock.boottime(), beat_seconds)
