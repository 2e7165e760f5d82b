"""How many connections PostgreSQL leaves to a worker: limits of the server, of the role and of the database."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from worker.ledger.postgresql import MOST_CONNECTIONS

RESERVED = ("superuser_reserved_connections", "reserved_connections")
LIMITS = sa.text(
    "SELECT rolsuper, rolname, rolconnlimit, datname, datconnlimit,"
    " CAST(current_setting('max_connections') AS integer) AS most"
    " FROM pg_roles, pg_database WHERE rolname = session_user AND datname = current_database()"
)
OF_SERVER = sa.text("SELECT coalesce(sum(CAST(setting AS integer)), 0) FROM pg_settings WHERE name = ANY(:names)")


class Limited(StrEnum):
    """Who sets a limit."""

    SERVER = "server"
    ROLE = "role"
    DATABASE = "database"


class Limit(NamedTuple):
    """A limit below what a worker may take. `name`: of the role or database."""

    by: Limited
    name: str
    most: int


def narrow_limits(tx: Connection) -> tuple[Limit, ...]:
    """The limits that leave fewer connections than a worker may take; SQLite has none, nor has a superuser's role."""
    if tx.dialect.name != "postgresql":
        return ()
    row = tx.execute(LIMITS).one()
    reserved = 0 if row.rolsuper else int(tx.execute(OF_SERVER, {"names": list(RESERVED)}).scalar_one())
    limits = [Limit(Limited.SERVER, "", row.most - reserved)]
    if not row.rolsuper:
        limits.append(Limit(Limited.ROLE, row.rolname, row.rolconnlimit))
        limits.append(Limit(Limited.DATABASE, row.datname, row.datconnlimit))
    return tuple(limit for limit in limits if 0 <= limit.most < MOST_CONNECTIONS)
