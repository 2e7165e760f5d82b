"""The outbox to the portal's module: synchronisations that wait, are being sent, or are parked for a person."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from worker.ledger import decisions, notes, records, rows
from worker.ledger.counters import Counted, count
from worker.ledger.decisions import Decision, Person
from worker.ledger.prepared import Prepared
from worker.ledger.records import OwedSync
from worker.ledger.rows import STARTED_SECONDS, put_off
from worker.ledger.schema import syncs
from worker.ledger.session import LedgerSession
from worker.model import Decided, SyncRequest

NOW = sa.bindparam("now", type_=sa.Float)
SLACK_SECONDS = 60.0
"""Two workers' readings of the clock may differ by this much; a larger distance means that the clock was set back."""
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
"""The row exactly as we started it. If a full disk has undone that start, a later request may have been merged into the
row, or its number may belong to another row."""
DONE = Prepared(sa.delete(syncs).where(IN_HAND))
"""Made once: building a statement costs more than running it."""


def _start_of(sync: OwedSync) -> dict[str, float]:
    return {"sync": sync.id, "until": sync.due_at}


class SyncRows:
    """Each method is one transaction; any may raise `LedgerUnavailable`."""

    def __init__(self, session: LedgerSession) -> None:
        self._session = session

    def take(self, limit: int) -> list[OwedSync]:
        """Start up to `limit` due synchronisations. From now on no later request is merged into them.

        A started one becomes due again if its end is not recorded within `STARTED_SECONDS` (a full disk), or if its
        worker has stopped.
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
        """Make synchronisations that were taken but not sent due again at once; None: all that this run has taken."""
        ours = sa.and_(syncs.c.state == "started", syncs.c.owner == self._session.owner)
        if taken is not None:
            ours = sa.and_(ours, syncs.c.id.in_([sync.id for sync in taken]))
        with self._session.store.transaction() as tx:
            tx.execute(sa.update(syncs).where(ours).values({"state": "waiting"} | put_off(self._session.now(), 0.0)))

    def sent(self, sync: OwedSync) -> None:
        """The portal has accepted it. Not durable: if a crash undoes this, it is sent once more."""
        with self._session.store.transaction(durable=False) as tx:
            DONE.change(tx, _start_of(sync))
            count(tx, Counted.SYNC_REQUESTS_SENT)

    def failed(
        self, sync: OwedSync, error: str, *, retry_in: float | None, counted: bool = True, cause: str | None = None
    ) -> None:
        """The portal has not accepted it: try again in `retry_in` seconds, or (None) park it for a person.

        `counted` False: the portal has no module at all, so no try is counted.
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
        """Synchronisations that were given up and wait for a person, oldest first, at most 1000."""
        return self._in_state("parked")

    def late(self) -> list[OwedSync]:
        """Synchronisations that have failed and will be tried again, oldest first, at most 1000."""
        return [sync for sync in self._in_state("waiting") if sync.last_error]

    def oldest(self) -> float | None:
        """When the oldest outstanding synchronisation was recorded, parked ones left out; None if there is none."""
        owed = sa.select(sa.func.min(syncs.c.created_at)).where(syncs.c.state != "parked")
        with self._session.store.transaction() as tx:
            found = tx.execute(owed).scalar()
        return None if found is None else float(found)

    def _in_state(self, state: str) -> list[OwedSync]:
        query = sa.select(syncs).where(syncs.c.state == state).order_by(syncs.c.created_at).limit(1000)
        with self._session.store.transaction() as tx:
            return [records.read_sync(row) for row in tx.execute(query)]

    # --- what a person decides ---

    def replay(self, ids: Sequence[int] | None, by: Person) -> int:
        """Make these parked synchronisations (None: all) due at once, as if they were new; returns how many.

        The same transaction records who decided it.
        """
        now = self._session.now()
        fresh = {"state": "waiting", "created_at": now, "tries": 0} | put_off(now, 0.0)
        with self._session.store.transaction() as tx:
            parked = self._decided(tx, ids, Decided.REPLAY, by)
            if parked:
                this = sa.update(syncs).where(syncs.c.id == sa.bindparam("sync"))
                tx.execute(this.values(fresh), [{"sync": row.id} for row in parked])
        return len(parked)

    def forget(self, id_: int, by: Person) -> OwedSync | None:
        """Delete one parked synchronisation, and record who decided it; returns it, or None if there is no such row."""
        with self._session.store.transaction() as tx:
            parked = self._decided(tx, [id_], Decided.FORGET, by)
            tx.execute(sa.delete(syncs).where(syncs.c.id.in_([row.id for row in parked])))
        return records.read_sync(parked[0]) if parked else None

    def _decided(
        self, tx: Connection, ids: Sequence[int] | None, decided: Decided, by: Person
    ) -> Sequence[sa.Row[Any]]:
        """Lock these parked rows (None: all), so that nobody else decides about them, and record the decision."""
        query = sa.select(syncs).where(syncs.c.state == "parked").with_for_update()
        parked = tx.execute(query if ids is None else query.where(syncs.c.id.in_(ids))).all()
        about = [
            {
                "sync_id": row.id,
                "process_instance_id": row.process_instance_id,
                "owed_since": row.created_at,
                "last_error": row.last_error,
            }
            for row in parked
        ]
        decisions.note(tx, about, decided, by, self._session.now())
        return parked

    def decisions(self) -> list[Decision]:
        """What persons decided last, the newest first, at most `decisions.MOST_SHOWN`."""
        with self._session.store.transaction() as tx:
            return decisions.about_parked(tx)

    def untold(self, worker_id: str) -> list[Decision]:
        """What persons have decided since this worker last asked, the oldest first; each is returned once.

        At the first time nothing: it tells no history.
        """
        with self._session.store.transaction() as tx:
            told, newest = notes.decisions_told(tx, worker_id), decisions.newest_id(tx)
            if told == newest:
                return []
            new = {} if told is None else decisions.after(tx, told if told < newest else 0)  # all were pruned
            notes.note_decisions_told(tx, worker_id, max(new, default=newest))
        return list(new.values())

    def queue(self, requests: Iterable[SyncRequest], by: Person | None = None) -> int:
        """Record these synchronisations, merged like any others; returns how many different requests were given.

        `by`: the person who wants them, recorded with them.
        """
        given = list(dict.fromkeys(requests))
        about = [{"process_instance_id": request.process_instance_id} for request in given]
        with self._session.store.transaction() as tx:
            for request in given:
                rows.owe_sync(tx, request, self._session.now())
            if by:
                decisions.note(tx, about, Decided.RESYNC, by, self._session.now())
        return len(given)
