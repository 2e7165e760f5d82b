"""Whether the user of PostgreSQL may do what a `run` does there: asked of the server, without doing it."""

from __future__ import annotations

from collections.abc import Iterable

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from bitrix.causes import Cause, Trouble
from worker.ledger import schema
from worker.ledger.errors import LedgerError, LedgerUnusable
from worker.ledger.schema import schema_version, since

RIGHTS = ("SELECT", "INSERT", "UPDATE", "DELETE")
READ_ONLY = sa.text(
    "SELECT pg_is_in_recovery() OR (SELECT reset_val = 'on' FROM pg_settings"
    " WHERE name = 'default_transaction_read_only')"
)
MAY_CREATE = sa.text("SELECT has_schema_privilege(current_schema(), 'CREATE')")
MAY_USE = sa.text("SELECT has_table_privilege(:name, :right)")
OWNS = sa.text("SELECT pg_has_role(relowner, 'USAGE') FROM pg_class WHERE oid = CAST(:name AS regclass)")


def prove_rights(tx: Connection, version: int | None) -> None:
    """Raise `LedgerError` if a `run` could not make (`version` None), upgrade or use the tables.

    SQLite has no users.
    """
    if tx.dialect.name != "postgresql":
        return
    if tx.execute(READ_ONLY).scalar():
        raise _lacking(Cause.LEDGER_AWAY, "cannot write in a read-only transaction")
    if version is None:
        if not tx.execute(MAY_CREATE).scalar():
            raise _lacking(Cause.DATABASE_RIGHTS, "permission denied for schema")
        return
    names = [table.name for table in schema.metadata.sorted_tables if since(table) <= version]
    if version < schema_version():
        _prove_upgrade(tx, names, version)
    for name in names:
        for right in RIGHTS:
            if not tx.execute(MAY_USE, {"name": name, "right": right}).scalar():
                raise _lacking(Cause.DATABASE_RIGHTS, f"permission denied for table {name}: {right}")


def _prove_upgrade(tx: Connection, names: Iterable[str], version: int) -> None:
    foreign = [name for name in names if not tx.execute(OWNS, {"name": name}).scalar()]
    words = f"must be owner of table {', '.join(foreign)}" if foreign else "permission denied for schema"
    if foreign or not tx.execute(MAY_CREATE).scalar():
        raise LedgerError("ledger_not_upgraded", found=version, known=schema_version(), words=words)


def _lacking(cause: Cause, words: str) -> LedgerUnusable:
    return LedgerUnusable(Trouble("ledger", cause, said=words))
