"""How a ledger is created, upgraded and bound to its engine and portal, and what keeps a `run` from opening it."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from bitrix.address import is_same
from bitrix.causes import Cause, Trouble
from worker.ledger import schema
from worker.ledger.errors import LedgerError, LedgerUnusable
from worker.ledger.schema import meta, schema_version, since
from worker.ledger.troubles import in_one_line
from worker.words.codes import Preparing
from worker.words.ledger_faults import both_of

OF_EVERY_LEDGER = ("ledger_id", "portal", "engine")
"""What `meta` says of a ledger since the first version."""


def prepare(
    connection: Connection,
    *,
    portal: str | None,
    engine: str | None,
    now: float,
    tell: Callable[[Preparing], object],
) -> tuple[str, int]:
    """Create, upgrade or check the schema, and bind the ledger to its portal and engine.

    Returns the ledger's id, and the version that it had: a new one that of this program.

    Call `schema.alone` first. `portal`, `engine` None: whichever an existing ledger belongs to.
    `tell`: called before the tables are made or upgraded.
    """
    version = openable(connection, portal=portal, engine=engine)
    if version is None:
        if portal is None or engine is None:
            raise ValueError("a new ledger belongs to a known portal and engine")
        tell(Preparing.NEW)
        return _create(connection, portal, engine, now), schema_version()
    if version < schema_version():
        tell(Preparing.UPGRADE)
        _upgrade(connection, version)
        _prove_complete(connection, schema_version())
    return id_of(connection), version


def openable(connection: Connection, *, portal: str | None, engine: str | None) -> int | None:
    """The version of the ledger that a `run` would open, or upgrade; None: it would make one. Changes nothing.

    Raises `LedgerError` if a `run` for this portal and engine is refused.
    """
    if not sa.inspect(connection).has_table(meta.name):
        ours = [table.name for table, columns in _there(connection).items() if columns]
        theirs = sa.inspect(connection).get_table_names() if connection.dialect.name == "sqlite" else []
        if taken := next(iter((*ours, *theirs)), None):  # a server's database may hold what others have, a file may not
            raise LedgerError("ledger_of_somebody", table=taken)
        return None
    version = _checked_version(_about(connection), portal=portal, engine=engine)
    _prove_complete(connection, version)
    return version


def prove_readable(connection: Connection, shown: str, *, portal: str | None, engine: str | None) -> None:
    """Raise `LedgerError` if this program cannot read the ledger `shown` as it is, or if it belongs to another pair."""
    version = openable(connection, portal=portal, engine=engine)
    if version is None:
        if connection.dialect.name == "sqlite":
            raise LedgerError("ledger_empty", path=shown)
        raise LedgerError("ledger_missing", path=shown)
    if version < schema_version():
        raise LedgerError("ledger_older", found=version, known=schema_version())


def id_of(connection: Connection) -> str:
    """The id that the ledger got when it was made."""
    return str(connection.execute(sa.select(meta.c.value).where(meta.c.key == "ledger_id")).scalar_one())


def _create(connection: Connection, portal: str, engine: str, now: float) -> str:
    schema.metadata.create_all(connection)
    values = {
        "schema_version": str(schema_version()),
        "ledger_id": str(uuid.uuid4()),
        "created_at": repr(now),
        "portal": portal,
        "engine": engine,
    }
    rows: list[dict[str, Any]] = [{"key": key, "value": value} for key, value in values.items()]
    connection.execute(sa.insert(meta), rows)
    return values["ledger_id"]


def _about(connection: Connection) -> dict[str, str]:
    """The `meta` table; raises `LedgerError` if the table of that name is not ours."""
    columns = {column["name"] for column in sa.inspect(connection).get_columns(meta.name)}
    if not {"key", "value"} <= columns:
        raise LedgerError("ledger_of_somebody", table=meta.name)
    return {row.key: row.value for row in connection.execute(sa.select(meta))}


def _checked_version(found: dict[str, str], *, portal: str | None, engine: str | None) -> int:
    written = found.get("schema_version", "")
    if not written.isdecimal():
        raise LedgerError("ledger_of_somebody", table=meta.name)
    if int(written) > (known := schema_version()):
        raise LedgerUnusable(Trouble("ledger", Cause.LEDGER_NEWER, said=f"schema_version {written} > {known}"))
    if missing := [name for name in OF_EVERY_LEDGER if name not in found]:
        raise LedgerError("ledger_incomplete", known=written, missing=f"{meta.name}: {', '.join(missing)}")
    _prove_of(found, portal=portal, engine=engine)
    return int(written)


def _prove_of(found: dict[str, str], *, portal: str | None, engine: str | None) -> None:
    """Raise `LedgerError` that names at once all that the ledger does not belong to."""
    sides = (("portal", "BITRIX_WEBHOOK_URL", portal), ("engine", "CAMUNDA_BASE_URL", engine))
    others = [
        (found.get(what, ""), expected, setting)
        for what, setting, expected in sides
        if expected is not None and not is_same(found.get(what, ""), expected)
    ]
    if others:
        theirs, ours, settings = map(both_of, zip(*others, strict=True))
        raise LedgerError("ledger_of_another", found=theirs, expected=ours, setting=settings)


def _upgrade(connection: Connection, version: int) -> None:
    """Add what a ledger of `version` lacks: all of it, or nothing with a `LedgerError`.

    Columns and tables are only ever added, and an older program leaves them empty. So both can work on one ledger until
    all workers are upgraded.
    """
    try:
        for table in schema.metadata.sorted_tables:
            if since(table) > version:
                table.create(connection)
            else:
                _extend(connection, table, version)
        connection.execute(sa.update(meta).where(meta.c.key == "schema_version").values(value=str(schema_version())))
    except sa.exc.DBAPIError as error:
        words = in_one_line(str(error.orig))
        raise LedgerError("ledger_not_upgraded", found=version, known=schema_version(), words=words) from None


def _extend(connection: Connection, table: sa.Table, version: int) -> None:
    quoted = connection.dialect.identifier_preparer
    for column in table.columns:
        if since(column) > version:
            kind = column.type.compile(connection.dialect)
            place, name = quoted.format_table(table), quoted.format_column(column)
            connection.execute(sa.text(f"ALTER TABLE {place} ADD COLUMN {name} {kind}"))
    for index in table.indexes:
        if since(index) > version:
            index.create(connection)


def _prove_complete(connection: Connection, version: int) -> None:
    """Refuse a ledger that lacks columns of its version: it would fail later and look like a broken disk.

    And one with a table or column that its upgrade has yet to bring.
    """
    for table, columns in _there(connection).items():
        wanted = [column.name for column in table.columns if max(since(table), since(column)) <= version]
        if missing := [name for name in wanted if name not in columns]:
            raise LedgerError("ledger_incomplete", known=version, missing=f"{table.name}: {', '.join(missing)}")
        if early := [name for name in columns if name in table.columns and name not in wanted]:
            words = f"{table.name}: {', '.join(early)}: already exists"
            raise LedgerError("ledger_not_upgraded", found=version, known=schema_version(), words=words)


def _there(connection: Connection) -> dict[sa.Table, list[str]]:
    """The names of the columns that each table of ours has; none if the table is not there."""
    inspector = sa.inspect(connection)
    names = set(inspector.get_table_names())
    return {
        table: [column["name"] for column in inspector.get_columns(table.name)] if table.name in names else []
        for table in schema.metadata.sorted_tables
    }
