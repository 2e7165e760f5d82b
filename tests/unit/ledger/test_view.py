"""What the ledger shows to people, and that it does not get slower with its size."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.support.builders import DONE, FAILED, draft, fetched, open_ledger, owed_for
from worker.ledger import Ledger
from worker.ledger.schema import tasks
from worker.ledger.view import MOST, NEWEST, newest_of
from worker.model import Stage


class Clock:
    def __init__(self) -> None:
        self.at = 1_000_000.0

    def __call__(self) -> float:
        self.at += 1.0
        return self.at


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    ledger = open_ledger(tmp_path, now=Clock())
    yield ledger
    ledger.close()


def settle(ledger: Ledger, id_: str) -> None:
    owed = ledger.settlements.of(id_)
    assert owed
    ledger.settlements.settled(owed)


def test_an_empty_ledger_has_nothing_to_show(ledger: Ledger) -> None:
    view = ledger.views.read()
    assert not any([view.newest, view.creating, view.unsettled, view.late, view.parked, view.waiting_since])
    assert set(view.counts.values()) == {0}


def test_the_newest_come_first_with_their_stage_and_what_is_owed_for(ledger: Ledger) -> None:
    ledger.begin_create(fetched("a"), draft(fetched("a")), None)
    ledger.created(fetched("b"), None, 42, DONE, adopted=False)
    ledger.rejected(fetched("c"), None, FAILED)
    ledger.waiting.begin(fetched("d"), None, 43, origin="created")
    ledger.created(fetched("e"), None, 44, DONE, adopted=False)
    settle(ledger, "e")
    view = ledger.views.read()
    assert [(task.external_task_id, task.stage, task.settlement, task.sync) for task in view.newest] == [
        ("e", Stage.SETTLED, None, "waiting"),
        ("d", Stage.WAITING, None, "waiting"),
        ("c", Stage.REJECTED, "failure", None),
        ("b", Stage.CREATED, "complete", None),
        ("a", Stage.CREATING, None, None),
    ]
    assert view.newest[0].portal_task_id == 44
    assert view.newest[0].process_instance_id == "instance-of-e"
    assert [task.external_task_id for task in view.creating] == ["a"]
    assert view.counts["waiting"] == 1
    assert view.waiting_since is not None
    assert view.waiting_since < view.at


def test_an_outcome_that_was_not_accepted_is_shown_with_the_reason(ledger: Ledger) -> None:
    for id_ in ("a", "b"):
        ledger.created(fetched(id_), None, 42, DONE, adopted=False)
    ledger.settlements.postpone(owed_for(ledger, "a"), 30.0, "engine: away")
    view = ledger.views.read()
    assert [(task.external_task_id, task.error, task.topic) for task in view.unsettled] == [
        ("a", "engine: away", "bitrix_create_task")
    ]
    assert view.counts["unsettled"] == 1


def test_late_and_parked_syncs_are_told_apart(ledger: Ledger) -> None:
    for id_ in ("late", "parked", "fresh"):
        ledger.created(fetched(id_), None, 42, DONE, adopted=False)
        settle(ledger, id_)
    late, parked = ledger.syncs.take(2)
    ledger.syncs.failed(late, "http_500", retry_in=60.0)
    ledger.syncs.failed(parked, "module: no", retry_in=None)
    view = ledger.views.read()
    assert [(sync.id, sync.last_error) for sync in view.late] == [(late.id, "http_500")]
    assert [(sync.id, sync.last_error) for sync in view.parked] == [(parked.id, "module: no")]
    assert (view.counts["late"], view.counts["parked"]) == (1, 1)


def test_lists_are_short_and_counts_tell_the_rest(ledger: Ledger) -> None:
    for number in range(NEWEST + MOST):
        id_ = f"task-{number}"
        ledger.created(fetched(id_), None, number + 1, DONE, adopted=False)
        ledger.settlements.postpone(owed_for(ledger, id_), 30.0, "away")
    view = ledger.views.read()
    assert len(view.newest) == NEWEST
    assert view.newest[0].external_task_id == f"task-{NEWEST + MOST - 1}"
    assert (len(view.unsettled), view.counts["unsettled"]) == (MOST, NEWEST + MOST)


def test_no_row_is_read_that_is_not_shown(ledger: Ledger) -> None:
    """A million settled rows cost nothing: the index gives the newest ones, nothing is scanned and nothing sorted."""
    queries = [newest_of(stage) for stage in Stage]
    queries.append(
        sa.select(tasks.c.updated_at).where(tasks.c.stage == "waiting").order_by(tasks.c.updated_at).limit(1)
    )
    with ledger._store.transaction() as tx:
        for query in queries:
            words = query.compile(tx, compile_kwargs={"literal_binds": True})
            plan = " / ".join(str(row[-1]) for row in tx.exec_driver_sql(f"EXPLAIN QUERY PLAN {words}"))
            assert "tasks_by_stage (stage=?)" in plan
            assert "SCAN" not in plan
            assert "TEMP B-TREE" not in plan
