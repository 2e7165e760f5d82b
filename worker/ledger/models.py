"""The process models that could not be read. `status` and the page show them, as their steps are not fully checked."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from worker.ledger import rows
from worker.ledger.schema import unread_models
from worker.ledger.session import LedgerSession

MOST_SHOWN = 20


@dataclass(frozen=True, slots=True)
class UnreadModel:
    """A process definition that the engine did not deliver. `cause`: the name of the cause, None if it is unknown."""

    definition_id: str
    reason: str
    cause: str | None
    since: float


class ModelRows:
    """Each method is one transaction; any may raise `LedgerUnavailable`. Safe to repeat."""

    def __init__(self, session: LedgerSession) -> None:
        self._session = session

    def unread(self, definition_id: str, reason: str, cause: str | None) -> None:
        """Record that the model could not be read, and why."""
        about = {"reason": rows.words(reason), "cause": cause}
        with self._session.store.transaction(durable=False) as tx:
            known = tx.execute(sa.update(unread_models).where(_of(definition_id)).values(about))
            if not known.rowcount:
                new = about | {"definition_id": definition_id, "since": self._session.now()}
                tx.execute(sa.insert(unread_models).values(new))

    def read(self, definition_id: str) -> None:
        """Forget an unreadable model: it has been read since."""
        with self._session.store.transaction(durable=False) as tx:
            tx.execute(sa.delete(unread_models).where(_of(definition_id)))

    def shown(self) -> list[UnreadModel]:
        """The unreadable models, oldest first, at most `MOST_SHOWN`."""
        with self._session.store.transaction() as tx:
            return shown(tx)


def shown(tx: Connection) -> list[UnreadModel]:
    """The same inside a transaction."""
    oldest = sa.select(unread_models).order_by(unread_models.c.since).limit(MOST_SHOWN)
    return [UnreadModel(row.definition_id, row.reason, row.cause, row.since) for row in tx.execute(oldest)]


def _of(definition_id: str) -> sa.ColumnElement[bool]:
    return unread_models.c.definition_id == definition_id
