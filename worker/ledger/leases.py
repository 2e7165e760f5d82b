"""The workers of a shared ledger: each leases a slot for its host and sends heartbeats.

A worker that misses too many heartbeats counts as stopped, and the others deliver its outstanding requests.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from worker.ledger.errors import LedgerError
from worker.ledger.notes import note_alive, note_tenants, note_topics, tenants_of, topics_of
from worker.ledger.peers import Peers, Silent, SilentPeers
from worker.ledger.schema import alone, slots, tasks
from worker.ledger.store import Store
from worker.model import Stage

DEAD_BEATS = 6
"""How many heartbeats a worker may miss before the others deliver its outstanding requests."""


UNFINISHED = (Stage.CREATING, Stage.CREATED, Stage.WAITING)


class Absent(NamedTuple):
    """A run whose heartbeats have stopped. `since`: its last one; `until`: when the last of its locks has ended."""

    worker: str
    since: float
    until: float


class Beat(NamedTuple):
    """The last heartbeat of a worker that counts as running. `worker` None: that of a file, which has no name there."""

    worker: str | None
    at: float


def dead_after(beat_seconds: float) -> float:
    """After so many seconds without a heartbeat a worker counts as stopped."""
    return DEAD_BEATS * beat_seconds


class SlotLost(Exception):
    """Another process now holds our slot, and with it our worker id: this process must end."""


class WorkerLeases:
    """The lease of one run, named `owner`. Each method is one transaction; any may raise `LedgerUnavailable`.

    `beat_seconds`: the interval between heartbeats. All workers of a ledger should use the same one.
    """

    def __init__(self, store: Store, owner: str, now: Callable[[], float], beat_seconds: float) -> None:
        self._store = store
        self._owner = owner
        self._now = now
        self._dead_seconds = dead_after(beat_seconds)
        self._leased_at = 0.0
        self._peers = SilentPeers()

    def lease(self, host: str, *, locks_for: float) -> int:
        """Lease the lowest free slot of `host`; returns its number.

        A slot is free if nobody holds it, or if its holder has sent no heartbeat for as long as its locks last.
        `locks_for`: how many seconds a lock of this worker may last. The slot gives the worker id, so a holder that was
        only suspended must find all its locks expired, not continued by the next holder.
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
            self._leased_at = now
            return slot

    def beat(self) -> Peers:
        """Send a heartbeat; returns which other workers have since fallen silent, are relieved, or are back.

        A worker is back if it sends heartbeats, has left in order, or if a new run has its slot. The worker of a file
        only notes that it runs. Raises `SlotLost` if another process took the slot.
        """
        with self._store.transaction() as tx:
            if not self._store.shared:
                note_alive(tx, self._now())
                return Peers([], [], [])
            beaten = tx.execute(sa.update(slots).where(slots.c.owner == self._owner).values(beat_at=self._now()))
            if not beaten.rowcount:
                raise SlotLost
            silent = {
                owner: _silent(one, 0 if self._peers.is_over(owner) else _unfinished(tx, owner))
                for owner, one in self.absent(tx).items()
            }
        return self._peers.compared(silent, now=self._now(), since=self._leased_at)

    def release(self) -> None:
        """Free the slot at an orderly stop, so that any worker may deliver this run's outstanding requests at once."""
        with self._store.transaction() as tx:
            note_alive(tx, self._now())
            tx.execute(sa.delete(slots).where(slots.c.owner == self._owner))

    def bind_tenants(self, tenants: str) -> str | None:
        """Record the tenants this ledger serves; returns the former ones if they changed, otherwise None.

        Raises `LedgerError` if workers for other tenants are running on this ledger.
        """
        with self._store.transaction() as tx:
            alone(tx)  # the other workers wait until the transaction ends
            before = self._proven(tx, tenants)
            if before == tenants:
                return None
            note_tenants(tx, tenants)
            return before

    def prove_tenants(self, tenants: str) -> None:
        """Raise `LedgerError` if `bind_tenants` would. Changes nothing."""
        with self._store.transaction() as tx:
            self._proven(tx, tenants)

    def bind_topics(self, topics: str) -> dict[str, str]:
        """Record the topics of this worker; returns those of the others that run and serve other ones, by worker."""
        with self._store.transaction() as tx:
            found = tx.execute(sa.select(slots).where(slots.c.beat_at > self._now() - self._dead_seconds))
            runs = {row.owner: f"{row.host}-{row.slot}" for row in found}
            if ours := runs.pop(self._owner, None):
                note_topics(tx, ours, self._owner, topics)
            told = {worker: topics_of(tx, worker, owner) for owner, worker in runs.items()}
        return {worker: theirs for worker, theirs in told.items() if theirs not in ("", topics)}

    def _proven(self, tx: Connection, tenants: str) -> str | None:
        """The tenants the ledger serves until now. Raises `LedgerError` as `bind_tenants`."""
        before = tenants_of(tx)
        if before not in (None, tenants) and self.others(tx):
            raise LedgerError("ledger_of_other_tenants", found=before, expected=tenants)
        return before

    def others(self, tx: Connection) -> list[str]:
        """The other runs that still send heartbeats."""
        return [owner for owner in self.alive(tx) if owner != self._owner]

    def absent(self, tx: Connection) -> dict[str, Absent]:
        """The runs that have fallen silent: not those that have left in order, or whose slot a new run has."""
        found = tx.execute(sa.select(slots).where(slots.c.beat_at <= self._now() - self._dead_seconds))
        return {
            row.owner: Absent(f"{row.host}-{row.slot}", row.beat_at, row.beat_at + (row.locks_for or 0.0))
            for row in found
        }

    def silent(self, tx: Connection) -> list[Silent]:
        """Those of them that have left steps unfinished, or whose locks may still last; the newest first."""
        found = [_silent(one, _unfinished(tx, owner)) for owner, one in self.absent(tx).items()]
        left = [one for one in found if one.steps or one.until > self._now()]
        return sorted(left, key=lambda one: -one.beat_at)

    def names(self, tx: Connection) -> set[str]:
        """The worker ids of the runs that have a slot, whether they send heartbeats or have fallen silent."""
        return {f"{row.host}-{row.slot}" for row in tx.execute(sa.select(slots.c.host, slots.c.slot))}

    def beating(self, tx: Connection) -> list[Beat]:
        """The workers of a shared ledger that still send heartbeats, the newest first."""
        fresh = sa.select(slots).where(slots.c.beat_at > self._now() - self._dead_seconds)
        found = tx.execute(fresh.order_by(slots.c.beat_at.desc()))
        return [Beat(f"{row.host}-{row.slot}", row.beat_at) for row in found]

    def alive(self, tx: Connection) -> list[str]:
        """The runs that still send heartbeats, this one included."""
        beating = sa.select(slots.c.owner).where(slots.c.beat_at > self._now() - self._dead_seconds)
        return [*tx.execute(beating).scalars(), self._owner]


def _silent(run: Absent, steps: int) -> Silent:
    return Silent(run.worker, run.since, steps, run.until)


def _unfinished(tx: Connection, owner: str) -> int:
    """How many steps a silent run has left unfinished; it takes no new ones, so that 0 stays 0."""
    left = sa.select(sa.func.count()).where(tasks.c.owner == owner, tasks.c.stage.in_(UNFINISHED))
    return int(tx.execute(left).scalar_one())
