"""Which stuck processes the log has told: once for a ledger, however many workers it has and how often they start."""

from __future__ import annotations

from collections.abc import Collection

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from worker.ledger.schema import alone, meta
from worker.ledger.session import LedgerSession

MOST_TOLD = 4000
"""Processes noted at once: twice as many as the engine is asked for."""
LONGEST_ID = 58
"""An id that a note can have; a longer one is told by each run, as no engine makes such."""


class StuckNotes:
    """Each method is one transaction; any may raise `LedgerUnavailable`. `kind`: with which its notes begin."""

    def __init__(self, session: LedgerSession, kind: str) -> None:
        self._session = session
        self._kind = kind

    def begin(self, instances: Collection[str]) -> set[str]:
        """Those of these process instances that no run has told; this one tells them."""
        with self._session.store.transaction() as tx:
            alone(tx)  # two workers would both find it untold
            told = self._told(tx)
            new = {id_ for id_ in instances if id_ not in told}
            noted = sorted(id_ for id_ in new if len(id_) <= LONGEST_ID)[: MOST_TOLD - len(told)]
            if noted:
                rows = [{"key": f"{self._kind}{id_}", "value": self._session.owner} for id_ in noted]
                tx.execute(sa.insert(meta), rows)
        return new

    def end(self, still: Collection[str]) -> set[str]:
        """Those that are no longer stuck and that this run has told, or one that no longer runs; this one tells it.

        `still`: all that are.
        """
        with self._session.store.transaction() as tx:
            others = self._session.leases.others(tx)
            over = {id_ for id_, owner in self._told(tx).items() if id_ not in still and owner not in others}
            for id_ in over:
                tx.execute(sa.delete(meta).where(meta.c.key == f"{self._kind}{id_}"))
        return over

    def _told(self, tx: Connection) -> dict[str, str]:
        """By process instance, the run that has told it."""
        found = tx.execute(sa.select(meta.c.key, meta.c.value).where(meta.c.key.startswith(self._kind)))
        return {row.key.removeprefix(self._kind): row.value for row in found}
