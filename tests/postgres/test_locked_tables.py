"""A table that another session keeps locked: the commands for people name the cause and its cure."""

from __future__ import annotations

import os
from collections.abc import Sequence

import psycopg
import pytest

from tests.postgres.test_commands import database  # noqa: F401 - the fixture
from worker.cli import EXIT_UNABLE, main
from worker.ledger import Ledger

SAID = "another session of PostgreSQL keeps a table of the ledger locked"
CURE = "End the transaction that holds the lock: pg_locks and pg_stat_activity name it"


@pytest.mark.parametrize(
    ("table", "command"), [("tasks", ["status"]), ("meta", ["status"]), ("tasks", ["explain", "task-1"])]
)
def test_a_locked_table_is_named_with_its_cure(
    database: str,  # noqa: F811
    capsys: pytest.CaptureFixture[str],
    table: str,
    command: Sequence[str],
) -> None:
    """It was "the ledger cannot be used: canceling statement due to statement timeout"."""
    portal, engine = "https://portal.example", "http://engine/engine-rest"
    Ledger(os.environ["LEDGER_URL"], owner="run-1", exclusive=True, portal=portal, engine=engine).close()
    with psycopg.connect(database) as other:
        other.execute(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE")
        assert main(list(command)) == EXIT_UNABLE
    told = capsys.readouterr()
    assert SAID in told.out + told.err
    assert CURE in told.out + told.err
