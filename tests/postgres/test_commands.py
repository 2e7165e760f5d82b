"""The commands for people on a shared ledger."""

from __future__ import annotations

import os

import psycopg
import pytest

from sandbox.postgres import Postgres
from worker.cli import EXIT_UNABLE, main

Capture = pytest.CaptureFixture[str]


@pytest.fixture
def database(postgres: Postgres, monkeypatch: pytest.MonkeyPatch) -> str:
    """An empty database of one's own, named in the settings; returns its address for psycopg."""
    for name in list(os.environ):
        if name.startswith(("CAMUNDA_", "BITRIX_", "SYNC_", "LEDGER_", "LOG_")):
            monkeypatch.delenv(name)
    postgres.make_database("fresh")
    url = postgres.url.replace("/postgres", "/fresh")
    for name, value in (
        ("CAMUNDA_BASE_URL", "http://engine/engine-rest"),
        ("BITRIX_WEBHOOK_URL", "https://portal.example/rest/1/verysecretcode"),
        ("LEDGER_URL", url),
        ("LOG_LANGUAGE", "en"),
    ):
        monkeypatch.setenv(name, value)
    return url.replace("+psycopg", "")


def test_a_command_makes_no_ledger_of_an_empty_database(postgres: Postgres, database: str, capsys: Capture) -> None:
    """It would belong to whatever portal that command's settings name, and `run` would be refused."""
    assert main(["status"]) == EXIT_UNABLE
    told = capsys.readouterr().err
    assert "There is no ledger" in told
    assert postgres.secret not in told
    with psycopg.connect(database) as admin:
        assert admin.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall() == []
