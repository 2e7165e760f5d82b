"""A shared ledger of any released version becomes one of this program while older workers go on."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
import sqlalchemy as sa

from sandbox.postgres import Postgres
from tests.support.ledger_history import NEXT, OLD_TASK, RELEASED, SYNC, bring_next_version, make_ledger_of
from worker.ledger import Ledger, LedgerError
from worker.model import Complete

HERE: dict[str, Any] = {"portal": "https://portal.example", "engine": "http://engine"}


@pytest.fixture
def empty(postgres: Postgres) -> Iterator[psycopg.Connection]:
    with psycopg.connect(postgres.url.replace("+psycopg", ""), autocommit=True) as admin:
        admin.execute("DROP SCHEMA public CASCADE")
        admin.execute("CREATE SCHEMA public")
        yield admin


def opened(postgres: Postgres, owner: str) -> Ledger:
    return Ledger(postgres.url, owner=owner, exclusive=True, **HERE)


def shape(postgres: Postgres) -> dict[str, object]:
    engine = sa.create_engine(postgres.url)
    inspector = sa.inspect(engine)
    found: dict[str, object] = {
        table: (
            {column["name"]: str(column["type"]) for column in inspector.get_columns(table)},
            {str(index["name"]) for index in inspector.get_indexes(table)},
        )
        for table in inspector.get_table_names()
    }
    engine.dispose()
    return found


@pytest.mark.parametrize("version", RELEASED)
@pytest.mark.parametrize("next_one", [False, True])
def test_an_older_ledger_becomes_like_one_made_anew(
    version: int, next_one: bool, postgres: Postgres, empty: psycopg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    if next_one:
        bring_next_version(monkeypatch)
    opened(postgres, "run-0").close()
    made_anew = shape(postgres)
    empty.execute("DROP SCHEMA public CASCADE")
    empty.execute("CREATE SCHEMA public")
    make_ledger_of(version, empty.execute, serial="SERIAL", **HERE)
    newer, another = opened(postgres, "run-1"), opened(postgres, "run-2")
    try:
        assert shape(postgres) == made_anew
        empty.execute("INSERT INTO slots (host, slot, owner, beat_at) VALUES ('host', 1, 'run-0', 1e12)")
        empty.execute(f"{SYNC} ('theirs', 'order', 'started', true, 0, 1e12, 0)")
        empty.execute(f"{SYNC} ('anybodys', 'order', 'waiting', false, 0, 0, 0)")
        assert {sync.request.process_instance_id for sync in newer.syncs.take(9)} == {"before", "anybodys"}
        assert newer.known([OLD_TASK])[OLD_TASK].portal_task_id == 7
        owed = newer.settlements.of(OLD_TASK)
        assert owed is not None
        assert owed.settlement == Complete({})
        assert another.leases.lease("host", locks_for=100) == 2
    finally:
        newer.close()
        another.close()


def test_a_user_who_does_not_own_the_tables_is_told_so(
    postgres: Postgres, empty: psycopg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_ledger_of(2, empty.execute, serial="SERIAL", **HERE)
    empty.execute("DROP ROLE IF EXISTS guest")
    empty.execute("CREATE ROLE guest LOGIN PASSWORD 'guest'")
    empty.execute("GRANT ALL ON SCHEMA public TO guest")
    empty.execute("GRANT ALL ON ALL TABLES IN SCHEMA public TO guest")
    bring_next_version(monkeypatch)
    url = sa.engine.make_url(postgres.url).set(username="guest", password="guest")
    with pytest.raises(LedgerError, match=rf"upgraded from version 2 to version {NEXT}: must be owner") as it:
        Ledger(url.render_as_string(hide_password=False), owner="run-1", exclusive=True, **HERE)
    assert "the user must own the tables" in str(it.value)
    assert empty.execute("SELECT value FROM meta WHERE key = 'schema_version'").fetchall() == [("2",)]
