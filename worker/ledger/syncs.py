"""The outbox of synchronisations in the ledger: owed, started, parked for a person, sent again or forgotten."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

import sqlalchemy as sa

from worker.ledger import records, rows
from worker.ledger.counters import Counted, count
from worker.ledger.records import OwedSync
from worker.ledger.rows import STARTED_SECONDS, put_off
from worker.ledger.schema import syncs
from worker.ledger.session import LedgerSession
from worker.model import SyncRequest

NOW = sa.bindparam("now", type_=sa.Float)
SLACK_SECONDS = 60.0
"""Another worker's look at the time may be newer than ours: only what is farther off was written before a jump."""
CLOCK_SET_BACK = syncs.c.due_at > NOW + syncs.c.put_off + SLACK_SECONDS
LEFT_BY_THE_DEAD = sa.and_(
    syncs.c.state == "started", syncs.c.owner.not_in(sa.bindparam("alive", expanding=True, type_=sa.String))
)
DUE = (
    sa.select(syncs)
    .where(syncs.c.state.in_(("waiting", "started")), sa.or_(syncs.c.due_at <= NOW, CLOCK_SET_BACK, LEFT_BY_THE_DEAD))
    .order_by(syncs.c.due_at)
    .limit(sa.bindparam("most"))
    .with_for_update(skip_locked=True)
)
IN_HAND = sa.and_(
    syncs.c.id == sa.bindparam("sync"), syncs.c.due_at == sa.bindparam("until"), syncs.c.state == "started"
)
"""The row as it was started. Had that been undone, by a disk that was full, a later request may have been merged into
the row and started anew, or its number been given to another."""
DONE = sa.delete(syncs).where(IN_HAND)
"""Made once: building a statement costs more than running it."""


def _start_of(sync: OwedSync) -> dict[str, float]:
    return {"sync": sync.id, "until": sync.due_at}


class SyncRows:
    """Each method is one transaction; any may raise `LedgerUnavailable`."""

    def __init__(self, session: LedgerSession) -> None:
        self._session = session

    def take(self, limit: int) -> list[OwedSync]:
        """Start up to `limit` due syncs: from here on no later request is merged into them.

        One whose end is not recorded within `STARTED_SECONDS` (a full disk), or whose worker is dead, is due again.
        """
        now = self._session.now()
        with self._session.store.transaction(durable=False) as tx:
            alive = self._session.leases.alive(tx)
            found = tx.execute(DUE, {"now": now, "most": limit, "alive": alive}).all()
            if found:
                started = {"state": "started", "begun": True, "owner": self._session.owner}
                started |= put_off(now, STARTED_SECONDS)
                tx.execute(sa.update(syncs).where(syncs.c.id.in_([row.id for row in found])).values(started))
        return [replace(records.read_sync(row), due_at=now + STARTED_SECONDS) for row in found]

    def put_back(self, taken: Sequence[OwedSync] | None = None) -> None:
        """What was taken and not sent (None: all that this run has taken) is due again at once, for anybody."""
        ours = sa.and_(syncs.c.state == "started", syncs.c.owner == self._session.owner)
        if taken is not None:
            ours = sa.and_(ours, syncs.c.id.in_([sync.id for sync in taken]))
        with self._session.store.transaction() as tx:
            tx.execute(sa.update(syncs).where(ours).values({"state": "waiting"} | put_off(self._session.now(), 0.0)))

    def sent(self, sync: OwedSync) -> None:
        """The portal has accepted this sync; not durable: undone by a crash, it is sent once more."""
        with self._session.store.transaction(durable=False) as tx:
            tx.execute(DONE, _start_of(sync))
            count(tx, Counted.SYNC_REQUESTS_SENT)

    def failed(
        self, sync: OwedSync, error: str, *, retry_in: float | None, counted: bool = True, cause: str | None = None
    ) -> None:
        """It was not accepted: wait `retry_in` seconds, or (None) park the row for a person.

        `counted` False: the portal has no module at all, which says nothing about this sync.
        """
        values: dict[str, Any] = {
            "state": "parked" if retry_in is None else "waiting",
            "last_error": rows.words(error),
            "last_cause": cause,
            "tries": syncs.c.tries + int(counted),
            **put_off(self._session.now(), retry_in or 0.0),
        }
        with self._session.store.transaction() as tx:
            tx.execute(sa.update(syncs).where(IN_HAND).values(values), _start_of(sync))
            if counted:
                count(tx, Counted.SYNC_REQUESTS_FAILED)

    def parked(self) -> list[OwedSync]:
        """Syncs that were given up and wait for a person."""
        return self._in_state("parked")

    def late(self) -> list[OwedSync]:
        """Syncs that have failed and are to be tried again."""
        return [sync for sync in self._in_state("waiting") if sync.last_error]

    def oldest(self) -> float | None:
        """When the oldest sync that is owed, and not parked, began to be; None when nothing is."""
        owed = sa.select(sa.func.min(syncs.c.created_at)).where(syncs.c.state != "parked")
        with self._session.store.transaction() as tx:
            found = tx.execute(owed).scalar()
        return None if found is None else float(found)

    def _in_state(self, state: str) -> list[OwedSync]:
        query = sa.select(syncs).where(syncs.c.state == state).order_by(syncs.c.created_at).limit(1000)
        with self._session.store.transaction() as tx:
            return [records.read_sync(row) for row in tx.execute(query)]

    # --- what a person decides ---

    def replay(self, ids: Sequence[int] | None) -> int:
        """Make parked syncs due at once, as if they were new (None: all of them); returns how many."""
        parked = syncs.c.state == "parked"
        chosen = parked if ids is None else sa.and_(parked, syncs.c.id.in_(ids))
        now = self._session.now()
        with self._session.store.transaction() as tx:
            fresh = {"state": "waiting", "created_at": now, "tries": 0} | put_off(now, 0.0)
            return tx.execute(sa.update(syncs).where(chosen).values(fresh)).rowcount

    def forget(self, id_: int) -> OwedSync | None:
        """Drop one parked sync; returns what it was, None when there is no such row."""
        with self._session.store.transaction() as tx:
            row = tx.execute(sa.select(syncs).where(syncs.c.id == id_, syncs.c.state == "parked")).first()
            if row:
                tx.execute(sa.delete(syncs).where(syncs.c.id == id_))
        return records.read_sync(row) if row else None

    def queue(self, requests: Iterable[SyncRequest]) -> int:
        """Owe these syncs; returns how many requests were given. Merged like any others."""
        given = list(dict.fromkeys(requests))
        with self._session.store.transaction() as tx:
            for request in given:
                rows.owe_sync(tx, request, self._session.now())
        return len(given)
