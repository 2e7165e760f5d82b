from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.support.builders import DONE, FAILED, draft, fetched, open_ledger, owed_for
from worker.ledger import Ledger, LedgerError, LedgerUnavailable, StaleRow, SyncOwed
from worker.model import Failure, Promise, Stage, SyncRequest
from worker.outbox.settler import LONGEST_BLOCKED_SECONDS


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    ledger = open_ledger(tmp_path)
    yield ledger
    ledger.close()


def test_intent_is_on_disk_before_anything_is_sent(ledger: Ledger, tmp_path: Path) -> None:
    task = fetched()
    ledger.begin_create(task, draft(task), None)
    with sqlite3.connect(tmp_path / "worker.db") as other:
        assert other.execute("select stage, attempt, spent from tasks").fetchall() == [("creating", 1, 1)]


def test_result_and_its_consequence_are_one_transaction(ledger: Ledger) -> None:
    task = fetched()
    row = ledger.begin_create(task, draft(task), None)
    ledger.created(task, row, 42, DONE, adopted=False)
    owed = ledger.settlements.of(task.id)
    assert owed is not None
    assert owed.settlement == DONE
    assert owed.worker_id == "w"
    assert ledger.counters()["tasks_created"] == 1


def test_a_settlement_leaves_a_sync_and_no_personal_data(ledger: Ledger, tmp_path: Path) -> None:
    task = fetched()
    ledger.created(task, ledger.begin_create(task, draft(task), None), 42, DONE, adopted=False)
    owed = ledger.settlements.of(task.id)
    assert owed is not None
    assert ledger.settlements.settled(owed) is SyncOwed.OWED
    assert ledger.settlements.of(task.id) is None
    [sync] = ledger.syncs.take(10)
    assert sync.request.process_instance_id == "instance-of-task-1"
    with sqlite3.connect(tmp_path / "worker.db") as other:
        assert other.execute("select stage, draft from tasks").fetchall() == [("settled", None)]


def test_who_has_lost_the_claim_changes_nothing(ledger: Ledger) -> None:
    task = fetched()
    first = ledger.begin_create(task, draft(task), None)
    second = ledger.begin_create(task, draft(task), first)
    with pytest.raises(StaleRow):
        ledger.created(task, first, 42, DONE, adopted=False)
    assert ledger.known([task.id])[task.id] == second
    assert ledger.settlements.of(task.id) is None


def test_two_workers_cannot_both_begin_a_task(ledger: Ledger) -> None:
    task = fetched()
    ledger.begin_create(task, draft(task), None)
    with pytest.raises(StaleRow):
        ledger.begin_create(task, draft(task), None)


def test_an_attempt_proven_not_executed_is_taken_back(ledger: Ledger) -> None:
    task = fetched()
    row = ledger.begin_create(task, draft(task), None)
    left = ledger.not_executed(row)
    assert (left.stage, left.attempt, left.spent) == (Stage.REJECTED, 1, 0)
    row = ledger.begin_create(task, draft(task), left)
    assert (row.attempt, row.spent) == (2, 1)
    row = ledger.begin_create(task, draft(task), row)
    left = ledger.not_executed(row)
    assert (left.stage, left.attempt, left.spent) == (Stage.REJECTED, 3, 1)


def test_a_hand_out_drops_the_undelivered_failure_of_the_attempt_before(ledger: Ledger) -> None:
    task = fetched()
    ledger.rejected(task, None, FAILED)
    rows = ledger.received([task])
    assert rows[task.id].stage is Stage.REJECTED
    assert ledger.settlements.of(task.id) is None


def test_a_hand_out_keeps_an_undelivered_completion(ledger: Ledger) -> None:
    task = fetched()
    ledger.created(task, None, 42, DONE, adopted=True)
    ledger.received([task])
    assert ledger.settlements.of(task.id) is not None


def test_a_failure_of_a_created_task_leaves_it_created(ledger: Ledger) -> None:
    task = fetched()
    ledger.created(task, None, 42, Failure("output mapping", "", 0, 0.0), adopted=False)
    owed = ledger.settlements.of(task.id)
    assert owed is not None
    assert ledger.settlements.settled(owed) is SyncOwed.NOTHING
    row = ledger.known([task.id])[task.id]
    assert (row.stage, row.portal_task_id) == (Stage.CREATED, 42)


def test_syncs_of_one_instance_merge_until_one_is_started(ledger: Ledger) -> None:
    tasks = [fetched(f"t{number}", process_instance_id="same") for number in range(3)]
    for task in tasks[:2]:
        settle(ledger, task)
    assert len(ledger.syncs.take(10)) == 1
    settle(ledger, tasks[2])
    assert len(ledger.syncs.take(10)) == 1, "one already on its way must not swallow a later one"


def settle(ledger: Ledger, task: object) -> None:
    assert hasattr(task, "id")
    ledger.created(task, None, 42, DONE, adopted=False)  # type: ignore[arg-type]
    owed = ledger.settlements.of(task.id)
    assert owed is not None
    ledger.settlements.settled(owed)


def test_a_sync_that_was_sent_is_owed_still_where_its_start_was_undone(ledger: Ledger, tmp_path: Path) -> None:
    """On a disk that was full for a moment: a later request was merged into the row that waits again."""
    ledger.syncs.queue([SyncRequest("instance", "order")])
    [sync] = ledger.syncs.take(1)
    with sqlite3.connect(tmp_path / "worker.db") as file:
        file.execute("update syncs set state = 'waiting', begun = 0, due_at = 0")
    ledger.syncs.queue([SyncRequest("instance", "order")])
    ledger.syncs.sent(sync)
    assert len(ledger.syncs.take(2)) == 1


def test_a_sync_started_by_a_dead_run_is_sent_again(tmp_path: Path) -> None:
    first = open_ledger(tmp_path)
    settle(first, fetched())
    assert first.syncs.take(1)
    first.close()
    second = open_ledger(tmp_path, owner="run-2", exclusive=True)
    assert len(second.syncs.take(1)) == 1
    second.close()


def test_a_failing_sync_waits_and_is_parked_in_the_end(tmp_path: Path) -> None:
    clock = [1000.0]
    ledger = open_ledger(tmp_path, now=lambda: clock[0])
    settle(ledger, fetched())
    [sync] = ledger.syncs.take(1)
    ledger.syncs.failed(sync, "portal away", retry_in=60)
    assert ledger.syncs.take(1) == []
    clock[0] += 61
    [sync] = ledger.syncs.take(1)
    assert sync.tries == 1
    ledger.syncs.failed(sync, "portal away", retry_in=None)
    clock[0] += 1e6
    assert ledger.syncs.take(1) == []
    assert [parked.last_error for parked in ledger.syncs.parked()] == ["portal away"]
    assert ledger.counters()["sync_requests_failed"] == 2
    ledger.close()


def test_without_an_instance_the_sync_is_skipped_and_counted(ledger: Ledger) -> None:
    task = fetched(process_instance_id=None)
    ledger.created(task, None, 42, DONE, adopted=False)
    owed = ledger.settlements.of(task.id)
    assert owed is not None
    assert ledger.settlements.settled(owed) is SyncOwed.SKIPPED
    assert ledger.counters()["sync_requests_skipped"] == 1


def test_rows_are_pruned_after_an_accepted_completion_or_when_they_are_others_never_after_a_failure(
    tmp_path: Path,
) -> None:
    clock = [1000.0]
    ledger = open_ledger(tmp_path, now=lambda: clock[0])
    settle(ledger, fetched("done"))
    ledger.rejected(fetched("failed"), None, FAILED)
    ledger.created(fetched("others"), None, 43, DONE, adopted=False)
    ledger.settlements.superseded(owed_for(ledger, "others"))
    clock[0] += 100
    assert ledger.old.prune(50) == 2
    assert set(ledger.known(["done", "failed", "others"])) == {"failed"}
    ledger.close()


def test_a_clock_that_is_set_back_holds_no_sync(tmp_path: Path) -> None:
    time = [1_000_000.0]
    ledger = open_ledger(tmp_path, now=lambda: time[0])
    settle(ledger, fetched())
    [sync] = ledger.syncs.take(1)
    ledger.syncs.failed(sync, "portal away", retry_in=60)
    time[0] -= 3600
    assert [taken.id for taken in ledger.syncs.take(1)] == [sync.id]
    time[0] -= 3600
    assert [taken.id for taken in ledger.syncs.take(1)] == [sync.id], "begun, and never ended"
    ledger.close()


def test_a_task_that_is_gone_is_synchronised_whatever_was_to_be_said_last(ledger: Ledger) -> None:
    """An unanswered completion was executed after all, behind the failure that took its place."""
    ledger.created(fetched(), None, 42, DONE, adopted=False)
    ledger.settlements.replace(owed_for(ledger), FAILED)
    assert ledger.settlements.settled(owed_for(ledger), gone=True) is SyncOwed.OWED
    assert ledger.counters()["tasks_gone"] == 1
    ledger.rejected(fetched("never"), None, FAILED)
    assert ledger.settlements.settled(owed_for(ledger, "never"), gone=True) is SyncOwed.NOTHING, "no task exists"


def test_only_what_is_still_ours_is_replaced_or_put_off(ledger: Ledger) -> None:
    ledger.created(fetched(), None, 42, DONE, adopted=False)
    another = replace(owed_for(ledger), owner="run-0")
    with pytest.raises(StaleRow):
        ledger.settlements.replace(another, FAILED)
    ledger.settlements.postpone(another, 60.0, "away")
    assert [due.settlement for due in ledger.settlements.due(1)] == [DONE]


def test_one_run_per_ledger(tmp_path: Path) -> None:
    first = open_ledger(tmp_path, exclusive=True)
    with pytest.raises(LedgerError, match="another `run`"):
        open_ledger(tmp_path, exclusive=True)
    open_ledger(tmp_path).close()  # the other commands work beside it
    first.close()
    open_ledger(tmp_path, exclusive=True).close()


@pytest.mark.parametrize("changed", [{"portal": "https://other.example"}, {"engine": "http://other/engine-rest"}])
def test_a_ledger_refuses_another_portal_or_engine(tmp_path: Path, changed: dict[str, str]) -> None:
    open_ledger(tmp_path).close()
    with pytest.raises(LedgerError, match="belongs to"):
        open_ledger(tmp_path, **changed)


def test_a_ledger_of_a_newer_version_is_refused_untouched(tmp_path: Path) -> None:
    open_ledger(tmp_path).close()
    with sqlite3.connect(tmp_path / "worker.db") as other:
        other.execute("update meta set value = '99' where key = 'schema_version'")
    with pytest.raises(LedgerError, match="newer version"):
        open_ledger(tmp_path)


def test_a_file_that_is_no_ledger_is_refused(tmp_path: Path) -> None:
    (tmp_path / "worker.db").write_text("this is not a database, " * 100)
    with pytest.raises(LedgerError, match="is not a ledger"):
        open_ledger(tmp_path)


def test_a_missing_folder_is_named_with_its_cure(tmp_path: Path) -> None:
    with pytest.raises(LedgerError, match="Choose an existing folder"):
        open_ledger(tmp_path / "nowhere")


def test_the_file_is_readable_by_its_owner_only(tmp_path: Path) -> None:
    open_ledger(tmp_path).close()
    assert (tmp_path / "worker.db").stat().st_mode & 0o077 == 0


def test_a_refusing_disk_is_told_apart_and_nothing_is_recorded(ledger: Ledger, tmp_path: Path) -> None:
    task = fetched()
    with ledger._store.transaction() as tx:
        tx.exec_driver_sql("create trigger full before insert on tasks begin select raise(abort, 'disk full'); end")
    with pytest.raises((LedgerUnavailable, StaleRow)):
        ledger.begin_create(task, draft(task), None)
    assert ledger.known([task.id]) == {}


def test_the_census_counts_every_stage(ledger: Ledger) -> None:
    settle(ledger, fetched("a"))
    ledger.rejected(fetched("b"), None, FAILED)
    census = ledger.census()
    assert (census["stage_settled"], census["stage_rejected"], census["syncs_waiting"]) == (1, 1, 1)


@pytest.mark.parametrize("jump", [-3600.0, 3600.0])
def test_a_clock_that_is_set_holds_no_settlement(tmp_path: Path, jump: float) -> None:
    time = [1_000_000.0]
    ledger = open_ledger(tmp_path, now=lambda: time[0])
    ledger.created(fetched(), None, 42, DONE, adopted=False)
    ledger.settlements.postpone(owed_for(ledger), 5.0, "away")
    assert ledger.settlements.due(10) == []
    time[0] += jump
    assert len(ledger.settlements.due(10)) == 1
    ledger.close()


def test_the_longest_delay_of_the_outbox_is_kept(tmp_path: Path) -> None:
    """A failure that something in front of the engine refused was due at once: its delay seemed a jump of the clock."""
    time = [1_000_000.0]
    ledger = open_ledger(tmp_path, now=lambda: time[0])
    ledger.rejected(fetched(), None, FAILED)
    ledger.settlements.postpone(owed_for(ledger), LONGEST_BLOCKED_SECONDS, "blocked")
    assert ledger.settlements.due(10) == []
    time[0] += LONGEST_BLOCKED_SECONDS
    assert len(ledger.settlements.due(10)) == 1
    ledger.close()


def test_what_else_a_step_asks_in_its_process_instance_is_known(ledger: Ledger) -> None:
    """Not what is settled, asks nobody, belongs to another step or instance, or is the task itself."""
    told = {"process_instance_id": "one", "activity_id": "A"}
    others = {"instance": told | {"process_instance_id": "two"}, "step": told | {"activity_id": "B"}}
    for id_, about in {"asks": told, "silent": told, "done": told, **others}.items():
        task = fetched(id_, **about)
        row = ledger.begin_create(task, draft(task), None)
        if id_ == "done":
            ledger.created(task, row, 42, DONE, adopted=False)
            owed = ledger.settlements.of(id_)
            assert owed is not None
            ledger.settlements.settled(owed)
        else:
            promise = Promise.CLOSE if id_ == "silent" else Promise.ANSWER
            ledger.waiting.begin(task, row, 42, origin="created", promise=promise)
    assert ledger.waiting.asked_beside(fetched("new", **told)) == ["asks"]
    assert ledger.waiting.asked_beside(fetched("asks", **told)) == []
