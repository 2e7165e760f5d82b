"""The portal's words, which a shared ledger must be able to keep."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest

from sandbox.postgres import Postgres
from worker.ledger import Ledger
from worker.model import SyncRequest


@pytest.fixture
def ledger(postgres: Postgres) -> Iterator[Ledger]:
    with psycopg.connect(postgres.url.replace("+psycopg", ""), autocommit=True) as admin:
        admin.execute("DROP SCHEMA public CASCADE")
        admin.execute("CREATE SCHEMA public")
    ledger = Ledger(
        postgres.url, owner="run-1", exclusive=True, portal="https://portal.example", engine="http://engine"
    )
    yield ledger
    ledger.close()


def test_a_text_with_a_zero_byte_is_recorded(ledger: Ledger) -> None:
    ledger.syncs.queue([SyncRequest("instance", "order")])
    [sync] = ledger.syncs.take(1)
    ledger.syncs.failed(sync, "zero \0 byte", retry_in=60.0)
    assert len(ledger.syncs.late()) == 1
