"""What the ledger notes about itself besides its version: the replaced installation, and the tenants it serves."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from worker.ledger.schema import alone, meta

REPLACED_AT = "replaced_at"
TENANTS = "tenants"


def replaced_at(connection: Connection) -> float:
    """Until when the replaced installation may have created tasks: the last takeover, or this ledger's creation."""
    keys = ("created_at", REPLACED_AT)
    found = connection.execute(sa.select(meta.c.value).where(meta.c.key.in_(keys))).scalars()
    return max(float(value) for value in found)


def note_replacement(connection: Connection, now: float) -> None:
    """Record that the replaced installation may have worked until now."""
    _note(connection, REPLACED_AT, repr(now))


def tenants_of(connection: Connection) -> str | None:
    """The tenants this ledger serves; None if not recorded yet. Other workers wait until the transaction ends."""
    alone(connection)
    return connection.execute(sa.select(meta.c.value).where(meta.c.key == TENANTS)).scalar()


def note_tenants(connection: Connection, tenants: str) -> None:
    """Record the tenants it serves from now on."""
    _note(connection, TENANTS, tenants)


def _note(connection: Connection, key: str, value: str) -> None:
    connection.execute(sa.delete(meta).where(meta.c.key == key))
    connection.execute(sa.insert(meta).values(key=key, value=value))
