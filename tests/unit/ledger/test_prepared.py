"""Statements that the driver of SQLite runs itself do what they do by SQLAlchemy."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from worker.ledger.prepared import Prepared

things = sa.Table(
    "things",
    sa.MetaData(),
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("facts", sa.JSON(none_as_null=True)),
    sa.Column("begun", sa.Boolean, nullable=False),
)
ADD = sa.insert(things).values(**{name: sa.bindparam(name, type_=things.c[name].type) for name in things.c.keys()})  # noqa: SIM118 - columns
OF_ID = things.c.id == sa.bindparam("which")
EMPTY = sa.update(things).where(OF_ID).values(facts=None, begun=False).returning(things.c.id)
ROW = {"id": 1, "facts": {"a": ["ü", None]}, "begun": True}


@pytest.fixture
def tx() -> Iterator[Connection]:
    engine = sa.create_engine("sqlite://")
    things.metadata.create_all(engine)
    with engine.connect() as connection:
        yield connection
    engine.dispose()


def stored(tx: Connection) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in tx.execute(sa.text("SELECT id, facts, begun FROM things ORDER BY id"))]


def test_values_are_stored_as_their_columns_want_them(tx: Connection) -> None:
    assert Prepared(ADD).change(tx, ROW) == 1
    tx.execute(ADD, ROW | {"id": 2})
    Prepared(ADD).each(tx, [ROW | {"id": 3, "facts": None}, ROW | {"id": 4, "begun": False}])
    (_, *ours), (_, *theirs), *more = stored(tx)
    assert ours == theirs
    assert more == [(3, None, 1), (4, ours[0], 0)]


def test_what_the_statement_sets_itself_needs_no_value(tx: Connection) -> None:
    tx.execute(ADD, ROW)
    assert Prepared(EMPTY).first(tx, {"which": 1}) == (1,)
    assert Prepared(EMPTY).first(tx, {"which": 2}) is None
    assert stored(tx) == [(1, None, 0)]


def test_errors_are_those_of_sqlalchemy(tx: Connection) -> None:
    with pytest.raises(OverflowError):
        Prepared(ADD).change(tx, ROW | {"id": 2**63})
    tx.execute(ADD, ROW)
    with pytest.raises(sa.exc.IntegrityError) as raised:
        Prepared(ADD).change(tx, ROW)
    assert "UNIQUE" in str(raised.value.orig)
    assert "ü" not in str(raised.value), "no value of ours, which may be personal"
    with pytest.raises(UnicodeEncodeError):
        Prepared(EMPTY).first(tx, {"which": "\ud800"})
