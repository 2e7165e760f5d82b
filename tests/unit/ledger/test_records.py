"""A new column is one line, and whoever forgets its other half is told at import: nothing is left out in silence."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from tests.support.builders import DONE, fetched, open_ledger
from worker.ledger import Ledger, Row, records, settlements as outbox
from worker.ledger.records import OwedSettlement, OwedSync
from worker.ledger.schema import settlements, syncs, tasks
from worker.model import Promise, Stage

READ_AS: dict[str, Any] = {"stage": Stage.CREATED, "promise": Promise.ANSWER, "kind": "complete", "state": "parked"}
"""Values that not every text or number is."""


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    ledger = open_ledger(tmp_path)
    yield ledger
    ledger.close()


def full(table: sa.Table) -> dict[str, Any]:
    """A value for each column, unlike all others of its kind."""
    made: dict[str, Any] = {}
    for number, column in enumerate(table.columns, 1):
        if column.name in READ_AS:
            made[column.name] = READ_AS[column.name]
        else:
            kind = column.type.python_type
            made[column.name] = {"variables": {}} if kind is dict else kind(number)
    return made


def write(folder: Path, table: sa.Table, row: dict[str, Any]) -> None:
    with sa.create_engine(f"sqlite:///{folder / 'worker.db'}").begin() as tx:
        tx.execute(sa.insert(table).values(row))


def test_a_row_carries_what_its_columns_hold(ledger: Ledger, tmp_path: Path) -> None:
    written = full(tasks)
    write(tmp_path, tasks, written)
    [row] = ledger.known([written["external_task_id"]]).values()
    assert {field.name: getattr(row, field.name) for field in fields(Row)} == {
        field.name: written[field.name] for field in fields(Row)
    }
    assert (type(row.stage), type(row.promise)) == (Stage, Promise)


def test_so_does_what_is_owed(ledger: Ledger, tmp_path: Path) -> None:
    settlement, sync = full(settlements), full(syncs)
    write(tmp_path, settlements, settlement)
    write(tmp_path, syncs, sync)
    owed, [parked] = ledger.settlements.of(settlement["external_task_id"]), ledger.syncs.parked()
    for name in records.SETTLEMENT_FIELDS:
        assert getattr(owed, name) == settlement[name], name
    for name in records.SYNC_FIELDS:
        assert getattr(parked, name) == sync[name], name
    assert {field.name for field in fields(OwedSettlement)} - records.SETTLEMENT_FIELDS == {"settlement", "inherited"}
    assert {field.name for field in fields(OwedSync)} - records.SYNC_FIELDS == {"request"}


def test_a_field_without_a_column_is_refused_at_import() -> None:
    @dataclass
    class Bigger:
        external_task_id: str
        colour: str

    with pytest.raises(KeyError, match="colour"):
        records.carried(Bigger, tasks)


def test_nothing_of_an_older_settlement_stays(ledger: Ledger, tmp_path: Path) -> None:
    """Whatever column it has: each is of the new one, or empty."""
    old = full(settlements) | {"external_task_id": "task-1"}
    write(tmp_path, settlements, old)
    ledger.created(fetched(), None, 42, DONE, adopted=False)
    with sqlite3.connect(tmp_path / "worker.db") as file:
        file.row_factory = sqlite3.Row
        [now] = file.execute("SELECT * FROM settlements WHERE external_task_id = 'task-1'")
    left = {name for name in now.keys() if now[name] is not None}  # noqa: SIM118 - rows have no __contains__ of names
    assert left <= {*outbox.NAMES} - {"seen"}
    assert {name: now[name] for name in ("owner", "worker_id", "tries")} == {
        "owner": ledger.owner,
        "worker_id": fetched().worker_id,
        "tries": 0,
    }
