"""A server that answers and lets nobody in: each refusal has a cause, the driver gives no code for any."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest
import sqlalchemy as sa

from bitrix.causes import Cause
from sandbox.postgres import Postgres
from worker.ledger import Ledger
from worker.ledger.errors import LedgerUnusable

ROLE = "refused"


@pytest.fixture
def admin(postgres: Postgres) -> Iterator[psycopg.Connection]:
    with psycopg.connect(postgres.url.replace("+psycopg", ""), autocommit=True) as admin:
        password = sa.engine.make_url(postgres.url).password
        admin.execute(f"CREATE ROLE {ROLE} LOGIN PASSWORD '{password}'".encode())
        yield admin
        admin.execute("GRANT CONNECT ON DATABASE postgres TO PUBLIC")
        admin.execute(f"DROP ROLE {ROLE}")


@pytest.mark.parametrize(
    ("harm", "database", "cause"),
    [
        ("SELECT 1", "postgres?sslmode=require", Cause.DATABASE_NO_TLS),
        (f"ALTER ROLE {ROLE} NOLOGIN", "postgres", Cause.DATABASE_LOGIN),
        (f"ALTER ROLE {ROLE} CONNECTION LIMIT 0", "postgres", Cause.DATABASE_CONNECTIONS),
        ("REVOKE CONNECT ON DATABASE postgres FROM PUBLIC", "postgres", Cause.DATABASE_RIGHTS),
        ("SELECT 1", "nowhere", Cause.DATABASE_MISSING),
    ],
)
def test_a_refused_connection_names_its_cause(
    postgres: Postgres, admin: psycopg.Connection, harm: str, database: str, cause: Cause
) -> None:
    admin.execute(harm.encode())
    address = sa.engine.make_url(postgres.url).set(username=ROLE, database="")
    with pytest.raises(LedgerUnusable) as caught:
        Ledger(
            f"{address.render_as_string(hide_password=False)}{database}",
            owner="run-1",
            exclusive=True,
            portal="https://portal.example",
            engine="http://engine",
        )
    assert caught.value.trouble.cause is cause
