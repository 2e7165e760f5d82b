"""The outbox of synchronisations in the ledger: owed, started, parked for a person, sent again or forgotten."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import sqlalchemy as sa

from worker import ledger_rows as rows
from worker.ledger_rows import OwedSync
from worker.ledger_schema import syncs
from worker.ledger_store import Store
from worker.model import SyncRequest

STARTED_SECONDS = 900.0
"""Longer than any series of attempts at one sync."""


DUE = (
    sa.select(syncs)
    .where(syncs.c.state.in_(("waiting", "started")), syncs.c.due_at <= sa.bindparam("now"))
    .order_by(syncs.c.due_at)
    .limit(sa.bindparam("most"))
    .with_for_update(skip_locked=True)
)
DONE = sa.delete(syncs).where(syncs.c.id == sa.bindparam("sync"))
"""Made once: building a statement costs more than running it."""


class SyncRows:
    """Each method is one transaction; any may raise `LedgerUnavailable`."""

    def __init__(self, store: Store, now: Callable[[], float]) -> None:
        self._store = store
        self._now = now

    def take(self, limit: int) -> list[OwedSync]:
        """Start up to `limit` due syncs: from here on no later request is merged into them.

        One whose end is not recorded within `STARTED_SECONDS` (a full disk, a dead process) is due again.
        """
        now = self._now()
        with self._store.transaction() as tx:
            found = tx.execute(DUE, {"now": now, "most": limit}).all()
            if found:
                started = {"state": "started", "begun": True, "due_at": now + STARTED_SECONDS}
                tx.execute(sa.update(syncs).where(syncs.c.id.in_([row.id for row in found])).values(started))
        return [rows.read_sync(row) for row in found]

    def put_back(self, taken: Sequence[OwedSync]) -> None:
        """They were taken and not sent: due again at once, for anybody."""
        back = sa.update(syncs).where(syncs.c.id.in_([sync.id for sync in taken]), syncs.c.state == "started")
        with self._store.transaction() as tx:
            tx.execute(back.values(state="waiting", due_at=self._now()))

    def sent(self, sync: OwedSync) -> None:
        """The portal has accepted this sync."""
        with self._store.transaction() as tx:
            tx.execute(DONE, {"sync": sync.id})
            rows.count(tx, "sync_requests_sent")

    def failed(self, sync: OwedSync, error: str, *, retry_in: float | None, counted: bool = True) -> None:
        """It was not accepted: wait `retry_in` seconds, or (None) park the row for a person.

        `counted` False: the portal has no module at all, which says nothing about this sync.
        """
        values: dict[str, Any] = {
            "state": "parked" if retry_in is None else "waiting",
            "due_at": self._now() + (retry_in or 0.0),
            "last_error": error[:1000],
            "tries": syncs.c.tries + int(counted),
        }
        with self._store.transaction() as tx:
            tx.execute(sa.update(syncs).where(syncs.c.id == sync.id).values(values))
            if counted:
                rows.count(tx, "sync_requests_failed")

    def parked(self) -> list[OwedSync]:
        """Syncs that were given up and wait for a person."""
        return self._in_state("parked")

    def late(self) -> list[OwedSync]:
        """Syncs that have failed and are to be tried again."""
        return [sync for sync in self._in_state("waiting") if sync.last_error]

    def oldest(self) -> float | None:
        """When the oldest sync that is owed, and not parked, began to be; None when nothing is."""
        owed = sa.select(sa.func.min(syncs.c.created_at)).where(syncs.c.state != "parked")
        with self._store.transaction() as tx:
            found = tx.execute(owed).scalar()
        return None if found is None else float(found)

    def _in_state(self, state: str) -> list[OwedSync]:
        query = sa.select(syncs).where(syncs.c.state == state).order_by(syncs.c.created_at).limit(1000)
        with self._store.transaction() as tx:
            return [rows.read_sync(row) for row in tx.execute(query)]

    # --- what a person decides ---

    def replay(self, ids: Sequence[int] | None) -> int:
        """Make parked syncs due at once, as if they were new (None: all of them); returns how many."""
        parked = syncs.c.state == "parked"
        chosen = parked if ids is None else sa.and_(parked, syncs.c.id.in_(ids))
        now = self._now()
        with self._store.transaction() as tx:
            return tx.execute(
                sa.update(syncs).where(chosen).values(state="waiting", due_at=now, created_at=now, tries=0)
            ).rowcount

    def forget(self, id_: int) -> OwedSync | None:
        """Drop one parked sync; returns what it was, None when there is no such row."""
        with self._store.transaction() as tx:
            row = tx.execute(sa.select(syncs).where(syncs.c.id == id_, syncs.c.state == "parked")).first()
            if row:
                tx.execute(sa.delete(syncs).where(syncs.c.id == id_))
        return rows.read_sync(row) if row else None

    def queue(self, requests: Iterable[SyncRequest]) -> int:
        """Owe these syncs; returns how many requests were given. Merged like any others."""
        given = list(dict.fromkeys(requests))
        with self._store.transaction() as tx:
            for request in given:
                rows.owe_sync(tx, request, self._now())
        return len(given)
