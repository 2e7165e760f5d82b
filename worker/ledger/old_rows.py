"""The rows that nobody changes any more: those that stay open are found, those that have ended are deleted."""

from __future__ import annotations

from collections.abc import Callable

import sqlalchemy as sa

from worker.ledger import records, rows
from worker.ledger.first_seen import forget_rowless
from worker.ledger.records import Row
from worker.ledger.schema import acts, commits, decisions, tasks
from worker.ledger.store import Store
from worker.model import Stage

PRUNED_AT_ONCE = 1000


class OldRows:
    """Each method says how many seconds a row must have been left unchanged. May raise `LedgerUnavailable`."""

    def __init__(self, store: Store, now: Callable[[], float]) -> None:
        self._store, self._now = store, now

    def unfinished(self, older_than: float, limit: int, *, after: tuple[float, str]) -> list[Row]:
        """The rows that stay open until the engine hands their step out again; unchanged for `older_than` seconds.

        They are CREATING, or CREATED or REJECTED with nothing owed; after a failure that the engine accepted they count
        at once, as nobody works on them. Oldest first, from those `after` the place of a row on.
        """
        failed = sa.and_(tasks.c.stage.in_((Stage.CREATED, Stage.REJECTED)), rows.NOTHING_OWED)
        old = sa.or_(tasks.c.updated_at < self._now() - older_than, tasks.c.retries_left.is_not(None))
        place = sa.tuple_(tasks.c.updated_at, tasks.c.external_task_id)
        left = sa.and_(sa.or_(tasks.c.stage == Stage.CREATING, failed), old, place > after)
        with self._store.transaction() as tx:
            oldest = sa.select(tasks).where(left).order_by(*place).limit(limit)
            return [records.read_row(row) for row in tx.execute(oldest)]

    def prune(self, older_than: float) -> int:
        """Delete rows completed, or taken over by other workers, more than `older_than` seconds ago; returns how many.

        What persons decided goes as well. In portions, because each one blocks all other writers.
        """
        ended = tasks.c.stage.in_((Stage.SETTLED, Stage.SUPERSEDED))
        done = sa.and_(ended, tasks.c.updated_at < self._now() - older_than)
        some = sa.select(tasks.c.external_task_id).where(done).limit(PRUNED_AT_ONCE)
        with self._store.transaction() as tx:
            tx.execute(sa.delete(commits).where(commits.c.written_at < self._now() - older_than))
            tx.execute(sa.delete(decisions).where(decisions.c.at < self._now() - older_than))
        pruned, dropped = 0, PRUNED_AT_ONCE
        while dropped == PRUNED_AT_ONCE:
            with self._store.transaction() as tx:
                dropped = tx.execute(sa.delete(tasks).where(tasks.c.external_task_id.in_(some))).rowcount
            pruned += dropped
        with self._store.transaction() as tx:  # an older program that shares the ledger leaves them, too
            forget_rowless(tx)
            tx.execute(sa.delete(acts).where(acts.c.external_task_id.not_in(sa.select(tasks.c.external_task_id))))
        return pruned
