"""The portal's words, which a shared ledger must be able to keep."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest

from sandbox.postgres import Postgres
from tests.support.builders import DONE, fetched
from worker.ledger import Ledger, LedgerUnavailable, NotStorable
from worker.model import SyncRequest, TaskDraft


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


@pytest.mark.parametrize(
    ("changes", "portal_task_id"),
    [
        ({"process_definition_key": "zero \0 byte"}, 42),
        ({"process_definition_key": "half \ud83d"}, 42),
        ({"process_instance_id": "x" * 65}, 42),
        ({}, 2**63),
    ],
)
def test_what_it_cannot_hold_is_the_tasks_fault_and_no_outage(
    ledger: Ledger, changes: dict[str, str], portal_task_id: int
) -> None:
    told: list[LedgerUnavailable] = []
    ledger._store.on_unavailable = told.append
    with pytest.raises(NotStorable):
        ledger.created(fetched(**changes), None, portal_task_id, DONE, adopted=False)
    assert told == []
    ledger.created(fetched(), None, 42, DONE, adopted=False)


def test_a_draft_with_a_number_that_is_none_is_the_tasks_fault(ledger: Ledger) -> None:
    task = fetched()
    with pytest.raises(NotStorable):
        ledger.begin_create(task, TaskDraft(task.marker, {"UF_SUM": float("nan")}), None)
    ledger.begin_create(task, TaskDraft(task.marker, {"TITLE": "zero \0, half \ud83d"}), None)
