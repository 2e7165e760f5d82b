"""Statements compiled once. On SQLite the driver runs them itself: by SQLAlchemy each costs ten times as much."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from functools import cached_property
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy.dialects import sqlite
from sqlalchemy.engine import Connection
from sqlalchemy.sql.compiler import SQLCompiler

SQLITE = sqlite.dialect(paramstyle="named")


class Prepared:
    """A statement that is run again and again. Its results are plain values: of no type that must be converted.

    Every method raises SQLAlchemy's errors, as `Connection.execute` does.
    """

    def __init__(self, statement: sa.Delete | sa.Insert | sa.Select[Any] | sa.TextClause | sa.Update) -> None:
        self._statement = statement

    def first(self, tx: Connection, values: Mapping[str, Any]) -> Sequence[Any] | None:
        """The first row; None if there is none."""
        if tx.dialect.name != SQLITE.name:
            return tx.execute(self._statement, values).first()
        with closing(self._run(tx, values)) as cursor:
            return cast("Sequence[Any] | None", cursor.fetchone())

    def change(self, tx: Connection, values: Mapping[str, Any]) -> int:
        """The number of rows that were changed."""
        if tx.dialect.name != SQLITE.name:
            return tx.execute(self._statement, values).rowcount
        return self._run(tx, values).rowcount

    def each(self, tx: Connection, many: Sequence[Mapping[str, Any]]) -> None:
        """Run it once for each of these values."""
        if tx.dialect.name != SQLITE.name:
            tx.execute(self._statement, many)
            return
        for values in many:
            self._run(tx, values)

    def _run(self, tx: Connection, values: Mapping[str, Any]) -> sqlite3.Cursor:
        text, constants, converters = self._on_sqlite
        bound = {**constants, **values}
        for name, convert in converters:
            bound[name] = convert(bound[name])
        driver = cast(sqlite3.Connection, tx.connection.driver_connection)
        try:
            return driver.execute(text, bound)
        except sqlite3.Error as error:
            raise sa.exc.DBAPIError.instance(text, None, error, sqlite3.Error) from error

    @cached_property
    def _on_sqlite(self) -> tuple[str, dict[str, Any], list[tuple[str, Callable[[Any], Any]]]]:
        """The text, the parameters that the statement sets itself, and what makes of a value what the driver takes."""
        compiled: SQLCompiler = self._statement.compile(dialect=SQLITE)
        binds = {name: bind for bind, name in compiled.bind_names.items()}
        constants = {name: bind.effective_value for name, bind in binds.items() if not bind.required}
        processors = ((name, bind.type.dialect_impl(SQLITE).bind_processor(SQLITE)) for name, bind in binds.items())
        return str(compiled), constants, [(name, convert) for name, convert in processors if convert]
