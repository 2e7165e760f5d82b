"""The commands for people on a shared ledger."""

from __future__ import annotations

import json
import os
import uuid

import psycopg
import pytest
import sqlalchemy as sa

from sandbox.postgres import Postgres
from tests.support.builders import fetched
from worker.cli import EXIT_FOUND, EXIT_OK, EXIT_UNABLE, main
from worker.ledger import Ledger, LedgerUnavailable, Person
from worker.ledger.schema import tasks
from worker.ledger.store import Store

Capture = pytest.CaptureFixture[str]


@pytest.fixture
def database(postgres: Postgres, monkeypatch: pytest.MonkeyPatch) -> str:
    """An empty database of one's own, named in the settings; returns its address for psycopg."""
    for name in list(os.environ):
        if name.startswith(("CAMUNDA_", "BITRIX_", "SYNC_", "LEDGER_", "LOG_", "HTTP_")):
            monkeypatch.delenv(name)
    name = f"fresh_{uuid.uuid4().hex}"
    postgres.make_database(name)
    url = postgres.url.replace("/postgres", f"/{name}")
    for setting, value in (
        ("CAMUNDA_BASE_URL", "http://engine/engine-rest"),
        ("BITRIX_WEBHOOK_URL", "https://portal.example/rest/1/verysecretcode"),
        ("LEDGER_URL", url),
        ("LOG_LANGUAGE", "en"),
        ("HTTP_PORT", "0"),
    ):
        monkeypatch.setenv(setting, value)
    return url.replace("+psycopg", "")


def test_explain_reads_beside_a_worker_and_its_server_lets_it_change_nothing(database: str, capsys: Capture) -> None:
    url = os.environ["LEDGER_URL"]
    portal, engine = "https://portal.example", "http://engine/engine-rest"
    ledger = Ledger(url, owner="run-1", exclusive=True, portal=portal, engine=engine)
    ledger.waiting.begin(fetched("task-1", business_key="ORDER-7"), None, 42, origin="created")
    [sync] = ledger.syncs.take(1)
    ledger.syncs.failed(sync, "busy", retry_in=None)
    ledger.syncs.replay([sync.id], Person("anna@host", "repaired"))
    for asked in ("task-1", "ORDER-7", "#42", "instance-of-task-1", "instance-of"):
        assert main(["explain", asked, "--json"]) == EXIT_OK
        found = json.loads(capsys.readouterr().out)
        assert (found["externalTask"], found["stage"]) == ("task-1", "waiting")
        assert "replay" in [event["event"] for event in found["events"]]
    for asked in ("nothing", "x" * 100_000, "🦄", "%"):
        assert main(["explain", asked]) == EXIT_FOUND
    capsys.readouterr()
    reader = Store(url, exclusive=False, read_only=True)
    with pytest.raises(LedgerUnavailable, match="read-only"), reader.transaction() as tx:
        tx.execute(sa.delete(tasks))
    reader.close()
    ledger.close()


def test_a_command_makes_no_ledger_of_an_empty_database(postgres: Postgres, database: str, capsys: Capture) -> None:
    """It would belong to whatever portal that command's settings name, and `run` would be refused."""
    assert main(["status"]) == EXIT_UNABLE
    told = capsys.readouterr().err
    assert "There is no ledger" in told
    assert postgres.secret not in told
    with psycopg.connect(database) as admin:
        assert admin.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall() == []
