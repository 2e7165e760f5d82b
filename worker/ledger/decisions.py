"""What persons decided about parked synchronisations: who, when and why. Kept as long as a settled row."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from worker.ledger import rows
from worker.ledger.records import carried
from worker.ledger.schema import decisions
from worker.model import Decided

MOST_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Person:
    """Who decides, as `user@host`, and why; `reason` None: no reason was given."""

    who: str
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """One decision. Times by the ledger's clock, in seconds since the epoch."""

    at: float
    decided: Decided
    sync_id: int
    process_instance_id: str
    who: str
    reason: str | None
    """As the person gave it; None: no reason was given."""
    owed_since: float
    """Since when the synchronisation had been owed."""
    last_error: str | None
    """Why it was parked; None if that is not known."""


COLUMNS = [decisions.c[name] for name in sorted(carried(Decision, decisions))]


def note(tx: Connection, parked: Iterable[sa.Row[Any]], decided: Decided, by: Person, now: float) -> None:
    """Record one decision about each of these rows of synchronisations."""
    told = {"at": now, "decided": decided, "who": rows.words(by.who), "reason": by.reason and rows.words(by.reason)}
    new = [
        told
        | {
            "sync_id": sync.id,
            "process_instance_id": sync.process_instance_id,
            "owed_since": sync.created_at,
            "last_error": sync.last_error,
        }
        for sync in parked
    ]
    if new:
        tx.execute(sa.insert(decisions), new)


def newest(tx: Connection, process_instance_id: str | None = None) -> list[Decision]:
    """The last decisions, the newest first, at most `MOST_SHOWN`; None: about any process instance."""
    query = sa.select(*COLUMNS).order_by(decisions.c.at.desc(), decisions.c.id.desc()).limit(MOST_SHOWN)
    if process_instance_id is not None:
        query = query.where(decisions.c.process_instance_id == process_instance_id)
    return [Decision(**row) for row in tx.execute(query).mappings()]
