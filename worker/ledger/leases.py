"""The workers of a shared ledger: each leases a slot of its host, and beats; who stops beating is dead."""

from __future__ import annotations

from collections.abc import Callable

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from worker.ledger.errors import LedgerError
from worker.ledger.schema import note_tenants, slots, tenants_of
from worker.ledger.store import Store

DEAD_BEATS = 6
"""Beats that a worker may miss until the others deliver what it owed."""


class SlotLost(Exception):
    """Another process has our slot, and with it our worker id: this one must end."""


class WorkerLeases:
    """The leases of one run, named `owner`. Each method is one transaction; any may raise `LedgerUnavailable`.

    `beat_seconds`: how often this run will beat; all workers of a ledger should agree on it.
    """

    def __init__(self, store: Store, owner: str, now: Callable[[], float], beat_seconds: float) -> None:
        self._store = store
        self._owner = owner
        self._now = now
        self._dead_seconds = DEAD_BEATS * beat_seconds

    def lease(self, host: str, *, locks_for: float) -> int:
        """Take the lowest slot of `host` that nobody has, or whose holder has not beaten for as long as its locks last.

        `locks_for`: the seconds that a lock of ours may last. Whoever has our slot has our worker id: a holder that
        was only suspended must find all its locks run out, not taken up by its heir.
        """
        with self._store.transaction() as tx:
            if self._store.shared:
                tx.execute(sa.text("LOCK TABLE slots IN EXCLUSIVE MODE"))
            found = tx.execute(sa.select(slots).where(slots.c.host == host))
            free_at = {row.slot: row.beat_at + (row.locks_for or locks_for) for row in found}
            now = self._now()
            slot = next(n for n in range(1, len(free_at) + 2) if free_at.get(n, float("-inf")) < now)
            tx.execute(sa.delete(slots).where(slots.c.host == host, slots.c.slot == slot))
            ours = {"host": host, "slot": slot, "owner": self._owner, "beat_at": now, "locks_for": locks_for}
            tx.execute(sa.insert(slots).values(ours))
            return slot

    def beat(self) -> None:
        """Still here. Raises `SlotLost`."""
        with self._store.transaction() as tx:
            beaten = tx.execute(sa.update(slots).where(slots.c.owner == self._owner).values(beat_at=self._now()))
            if not beaten.rowcount:
                raise SlotLost

    def release(self) -> None:
        """Leave in order: the slot is free, and what is still owed is anybody's, at once."""
        with self._store.transaction() as tx:
            tx.execute(sa.delete(slots).where(slots.c.owner == self._owner))

    def bind_tenants(self, tenants: str) -> str | None:
        """Note whose steps the ledger is kept for; returns for whom it was, where that changes, else None.

        Raises `LedgerError` where workers for others share it and run.
        """
        with self._store.transaction() as tx:
            before = tenants_of(tx)
            if before == tenants:
                return None
            if before is not None and set(self.alive(tx)) - {self._owner}:
                raise LedgerError("ledger_of_other_tenants", found=before, expected=tenants)
            note_tenants(tx, tenants)
            return before

    def others(self, tx: Connection) -> list[str]:
        """The other owners that still beat."""
        return [owner for owner in self.alive(tx) if owner != self._owner]

    def alive(self, tx: Connection) -> list[str]:
        """The owners that still beat, this run among them."""
        beating = sa.select(slots.c.owner).where(slots.c.beat_at > self._now() - self._dead_seconds)
        return [*tx.execute(beating).scalars(), self._owner]
