"""What persons did to the ledger by commands: who, when and why. Kept as long as a settled row."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from worker.ledger import rows
from worker.ledger.records import carried
from worker.ledger.schema import decisions
from worker.model import Decided

MOST_SHOWN = 20
MOST_AT_ONCE = 200
ABOUT_PARKED = (Decided.REPLAY, Decided.FORGET)


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
    """The parked synchronisation that it is about; 0: none."""
    process_instance_id: str
    external_task_id: str | None
    """None: it is about the whole instance."""
    from_worker: str | None
    """From whom the step was taken over; None: it was not."""
    who: str
    reason: str | None
    """As the person gave it; None: no reason was given."""
    owed_since: float
    """Since when the synchronisation had been owed."""
    last_error: str | None
    """Why it was parked; None if that is not known."""


COLUMNS = [decisions.c[name] for name in sorted(carried(Decision, decisions))]


def note(tx: Connection, about: Iterable[Mapping[str, Any]], decided: Decided, by: Person, now: float) -> None:
    """Record one decision about each of these: its columns, as far as they are not the same for all."""
    same = {
        "at": now,
        "decided": decided,
        "who": rows.words(by.who),
        "reason": by.reason and rows.words(by.reason),
        "sync_id": 0,
        "owed_since": now,
        "last_error": None,
        "external_task_id": None,
        "from_worker": None,
    }
    if new := [same | dict(one) for one in about]:
        tx.execute(sa.insert(decisions), new)


def about_parked(tx: Connection) -> list[Decision]:
    """The last ones about parked synchronisations, the newest first, at most `MOST_SHOWN`."""
    return _newest(tx, decisions.c.decided.in_(ABOUT_PARKED))


def about_step(tx: Connection, process_instance_id: str, external_task_id: str) -> list[Decision]:
    """The last ones about this step or its process instance, the newest first, at most `MOST_SHOWN`."""
    its = sa.or_(decisions.c.external_task_id.is_(None), decisions.c.external_task_id == external_task_id)
    return _newest(tx, sa.and_(decisions.c.process_instance_id == process_instance_id, its))


def is_taken_over(tx: Connection, from_worker: str) -> bool:
    """Whether steps of this worker have been taken over, as long as it is kept."""
    its = sa.and_(decisions.c.decided == Decided.TAKEOVER, decisions.c.from_worker == from_worker)
    return tx.execute(sa.select(decisions.c.id).where(its).limit(1)).first() is not None


def is_resynced(tx: Connection) -> bool:
    """Whether synchronisations have been requested anew, as long as that is kept."""
    return (
        tx.execute(sa.select(decisions.c.id).where(decisions.c.decided == Decided.RESYNC).limit(1)).first() is not None
    )


def newest_id(tx: Connection) -> int:
    """The number of the newest decision; 0: there is none."""
    return int(tx.execute(sa.select(sa.func.max(decisions.c.id))).scalar() or 0)


def after(tx: Connection, id_: int) -> dict[int, Decision]:
    """The decisions after this one by their numbers, the oldest first, at most `MOST_AT_ONCE`."""
    query = sa.select(decisions.c.id, *COLUMNS).where(decisions.c.id > id_).order_by(decisions.c.id).limit(MOST_AT_ONCE)
    return {row.pop("id"): Decision(**row) for row in map(dict, tx.execute(query).mappings())}


def _newest(tx: Connection, which: sa.ColumnElement[bool]) -> list[Decision]:
    newest_first = (decisions.c.at.desc(), decisions.c.id.desc())
    query = sa.select(*COLUMNS).where(which).order_by(*newest_first).limit(MOST_SHOWN)
    return [Decision(**row) for row in tx.execute(query).mappings()]
