"""What the ledger notes besides its rows: replaced installation, tenants, last use, up to when changes are known."""

from __future__ import annotations

import hashlib

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from worker.ledger.schema import meta, slots

REPLACED_AT = "replaced_at"
TENANTS = "tenants"
ALIVE_AT = "alive_at"
STUCK = "stuck:"
HANGS = "hangs:"
"""With the id of a process instance: the run that has told that it is stuck, or waits for ever (`stuck.py`)."""
SEEN = "seen:"
"""With what keeps a step, and its id: since when that is seen (`first_seen.py`)."""
CHANGES_SINCE = "changes_since:"
PAUSED = "paused:"
TOPICS = "topics:"
DECISIONS_TOLD = "told:"
"""The worker's own, by its id: workers of a shared ledger ask portal and engine each for themselves."""


NOTE = sa.text(
    "INSERT INTO meta (key, value) VALUES (:key, :value) ON CONFLICT (key) DO UPDATE SET value = excluded.value"
)
"""Several workers of a shared ledger may note the same at once."""


def made_at(connection: Connection) -> float:
    """When this ledger was made."""
    return float(connection.execute(sa.select(meta.c.value).where(meta.c.key == "created_at")).scalar_one())


def replaced_at(connection: Connection) -> float:
    """Until when the replaced installation may have created tasks: the last takeover, or this ledger's creation."""
    keys = ("created_at", REPLACED_AT)
    found = connection.execute(sa.select(meta.c.value).where(meta.c.key.in_(keys))).scalars()
    return max(float(value) for value in found)


def note_replacement(connection: Connection, now: float) -> None:
    """Record that the replaced installation may have worked until now."""
    _note(connection, REPLACED_AT, repr(now))


def tenants_of(connection: Connection) -> str | None:
    """The tenants this ledger serves; None if not recorded yet."""
    return connection.execute(sa.select(meta.c.value).where(meta.c.key == TENANTS)).scalar()


def note_tenants(connection: Connection, tenants: str) -> None:
    """Record the tenants it serves from now on."""
    _note(connection, TENANTS, tenants)


def topics_of(connection: Connection, worker_id: str, owner: str) -> str:
    """The topics that this run under this worker id serves; "": not recorded."""
    run, _, topics = _noted(connection, _key(TOPICS, worker_id)).partition(" ")
    return topics if run == owner else ""


def note_topics(connection: Connection, worker_id: str, owner: str, topics: str) -> None:
    """Record them."""
    _note(connection, _key(TOPICS, worker_id), f"{owner} {topics}")


def note_alive(connection: Connection, now: float) -> None:
    """Record that a worker runs now: that of a file, or one that leaves a shared ledger."""
    _note(connection, ALIVE_AT, repr(now))


def alive_at(connection: Connection) -> float | None:
    """When a worker last recorded that it runs; None: never."""
    noted = connection.execute(sa.select(meta.c.value).where(meta.c.key == ALIVE_AT)).scalar()
    beaten = connection.execute(sa.select(sa.func.max(slots.c.beat_at))).scalar()
    known = [float(at) for at in (noted, beaten) if at is not None]
    return max(known, default=None)


def changes_since(connection: Connection, worker_id: str) -> str:
    """Since when the portal is to be asked for changed tasks, as `note_changes_since` was told; "": not known."""
    return _noted(connection, _key(CHANGES_SINCE, worker_id))


def note_changes_since(connection: Connection, worker_id: str, when: str) -> None:
    """Record it for the next start of this worker."""
    _note(connection, _key(CHANGES_SINCE, worker_id), when)


def paused(connection: Connection, part: str, worker_id: str) -> str:
    """Why this worker has paused a part of the work, as `note_paused` was told; "": it has not."""
    return _noted(connection, _key(f"{PAUSED}{part}:", worker_id))


def note_paused(connection: Connection, part: str, worker_id: str, why: str) -> None:
    """Record it for the next start of this worker."""
    _note(connection, _key(f"{PAUSED}{part}:", worker_id), why)


def decisions_told(connection: Connection, worker_id: str) -> int | None:
    """The number of the last decision that this worker has told; None: it has told none yet."""
    noted = _noted(connection, _key(DECISIONS_TOLD, worker_id))
    return int(noted) if noted else None


def note_decisions_told(connection: Connection, worker_id: str, id_: int) -> None:
    """Record it."""
    _note(connection, _key(DECISIONS_TOLD, worker_id), str(id_))


def _key(kind: str, worker_id: str) -> str:
    return f"{kind}{hashlib.sha256(worker_id.encode()).hexdigest()[:40]}"  # a worker id may be long


def _noted(connection: Connection, key: str) -> str:
    return connection.execute(sa.select(meta.c.value).where(meta.c.key == key)).scalar() or ""


def _note(connection: Connection, key: str, value: str) -> None:
    connection.execute(NOTE, {"key": key, "value": value})
