"""Since when something has kept a step from going on: whatever has started since, and whichever worker saw it first."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from worker.ledger.notes import NOTE, SEEN
from worker.ledger.records import IDS_AT_ONCE
from worker.ledger.schema import meta, tasks
from worker.ledger.session import LedgerSession

LONGEST_KEY = 64
"""What is seen of a step with a longer id is not noted, as no engine makes such."""
NOTE_FIRST = sa.text("INSERT INTO meta (key, value) VALUES (:key, :value) ON CONFLICT (key) DO NOTHING")


class FirstSeen:
    """Each method is one transaction; any may raise `LedgerUnavailable`. `kind`: what keeps the steps."""

    def __init__(self, session: LedgerSession) -> None:
        self._session = session

    def begin(self, kind: str, external_task_id: str) -> float:
        """When it was first seen, in seconds since the epoch: now, unless that is noted."""
        key, now = _key(kind, external_task_id), self._session.now()
        if len(key) > LONGEST_KEY:
            return now
        with self._session.store.transaction() as tx:
            tx.execute(NOTE_FIRST, {"key": key, "value": str(now)})
            return min(float(tx.execute(sa.select(meta.c.value).where(meta.c.key == key)).scalar_one()), now)

    def note(self, kind: str, since: Mapping[str, float]) -> None:
        """Since when each of these steps is kept so, as others know it."""
        rows = [{"key": _key(kind, id_), "value": str(at)} for id_, at in since.items()]
        if rows := [row for row in rows if len(row["key"]) <= LONGEST_KEY]:
            with self._session.store.transaction() as tx:
                tx.execute(NOTE, rows)

    def end(self, kind: str, external_task_id: str) -> None:
        """It is over: the next time begins anew."""
        with self._session.store.transaction() as tx:
            _forget(tx, {_key(kind, external_task_id)})

    def keep(self, kind: str, still: Collection[str], among: Collection[str] | None = None) -> None:
        """Over is also what an earlier run has seen of other steps than these, unless another worker has the step.

        `among`: only of these; None: of all.
        """
        with self._session.store.transaction() as tx:
            noted = {id_ for of, id_ in _noted(tx).values() if of == kind}
            left = (noted if among is None else noted.intersection(among)).difference(still)
            if left:
                theirs = tasks.c.owner.in_(self._session.leases.others(tx))
                _forget(tx, {_key(kind, id_) for id_ in left - _rows(tx, left, theirs)})


def forget_rowless(tx: Connection) -> None:
    """Forget what was seen of steps that the ledger no longer has."""
    noted = _noted(tx)
    known = _rows(tx, {id_ for _, id_ in noted.values()}) if noted else set()
    _forget(tx, {key for key, (_, id_) in noted.items() if id_ not in known})


def _key(kind: str, external_task_id: str) -> str:
    return f"{SEEN}{kind}:{external_task_id}"


def _noted(tx: Connection) -> dict[str, tuple[str, str]]:
    """The kind and the step of each note, by its key."""
    keys = tx.execute(sa.select(meta.c.key).where(meta.c.key.startswith(SEEN))).scalars()
    parts = {key: key.removeprefix(SEEN).partition(":") for key in keys}
    return {key: (kind, id_) for key, (kind, _, id_) in parts.items()}


def _rows(tx: Connection, ids: Collection[str], which: sa.ColumnElement[bool] | None = None) -> set[str]:
    """Those of these steps of which there is a row, or such a row; however many ids."""
    found, some = set[str](), sorted(ids)
    query = sa.select(tasks.c.external_task_id).where(sa.true() if which is None else which)
    for first in range(0, len(some), IDS_AT_ONCE):
        these = tasks.c.external_task_id.in_(some[first : first + IDS_AT_ONCE])
        found |= set(tx.execute(query.where(these)).scalars())
    return found


def _forget(tx: Connection, keys: Collection[str]) -> None:
    for key in keys:
        tx.execute(sa.delete(meta).where(meta.c.key == key))
