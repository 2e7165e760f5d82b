"""What runs have noted in the ledger of what keeps steps, for people while no worker can be asked."""

from __future__ import annotations

import sqlalchemy as sa

from worker.ledger.notes import PAUSED, SEEN
from worker.ledger.records import IDS_AT_ONCE
from worker.ledger.schema import meta, tasks
from worker.ledger.seen import SeenTask, seen_task
from worker.ledger.store import Store
from worker.model import Stage

MOST = 1000


class Noted:
    """Each method is one transaction; any may raise `LedgerUnavailable`."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def paused(self) -> list[tuple[str, str]]:
        """Each part of the work that a worker has paused, and why, as `WaitingRows.note_paused` was told."""
        noted = sa.select(meta.c.key, meta.c.value).where(meta.c.key.startswith(PAUSED), meta.c.value != "")
        with self._store.transaction() as tx:
            rows = tx.execute(noted.order_by(meta.c.key)).all()
        return [(row.key.removeprefix(PAUSED).partition(":")[0], row.value) for row in rows]

    def seen(self, kind: str) -> list[tuple[SeenTask, float]]:
        """The waiting steps that this keeps, and since when as `FirstSeen` has it; the oldest first, at most `MOST`."""
        begins = f"{SEEN}{kind}:"
        with self._store.transaction() as tx:
            noted = tx.execute(sa.select(meta.c.key, meta.c.value).where(meta.c.key.startswith(begins))).all()
            oldest = sorted((float(row.value), row.key.removeprefix(begins)) for row in noted)[:MOST]
            since = {id_: at for at, id_ in oldest}
            ids, found = list(since), list[SeenTask]()
            for first in range(0, len(ids), IDS_AT_ONCE):
                these = tasks.c.external_task_id.in_(ids[first : first + IDS_AT_ONCE])
                query = sa.select(tasks).where(these, tasks.c.stage == Stage.WAITING)
                found += map(seen_task, tx.execute(query))
        return sorted(((one, since[one.external_task_id]) for one in found), key=lambda pair: pair[1])
