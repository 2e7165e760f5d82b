"""What the ledger shows to people, and that it does not get slower with its size."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.support.builders import DONE, FAILED, draft, fetched, open_ledger, owed_for
from worker.config.served import Served
from worker.config.tenants import Tenants
from worker.ledger import Ledger
from worker.ledger.peers import Silent
from worker.ledger.seen import LONGEST_WAITING, SLOW_SECONDS
from worker.ledger.task_pages import NEWEST
from worker.ledger.view import MOST
from worker.model import Failure, Stage


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


def test_it_knows_when_it_was_made_and_of_which_steps_it_has_no_row(tmp_path: Path) -> None:
    clock = Clock()
    ledger = open_ledger(tmp_path, now=clock)
    ledger.begin_create(fetched("a"), draft(fetched("a")), None)
    assert ledger.views.unknown(["a", "b"]) == {"b"}
    assert ledger.views.workers() == set()
    made = ledger.views.made_at()
    assert clock.at - 60 < made <= clock.at
    clock.at += 3600
    ledger.close()
    again = open_ledger(tmp_path, now=clock)
    assert again.views.made_at() == made
    again.close()


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


def test_a_step_that_nobody_serves_any_more_is_not_among_those_that_wait_for_people(ledger: Ledger) -> None:
    ledger.waiting.begin(fetched("a", topic="gone"), None, 42, origin="created")
    ledger.waiting.begin(fetched("b"), None, 43, origin="created")
    served = Served((fetched("b").topic,), Tenants())
    view = ledger.views.read(served)
    assert (view.counts["waiting"], view.counts["not_served"]) == (1, 1)
    assert view.waiting_since == since_of(ledger, "b")
    assert ledger.views.read(Served(("other",), Tenants())).waiting_since is None
    assert ledger.views.read().counts["waiting"] == 2, "nothing is known of what is served"


@pytest.mark.parametrize("query", LONGEST_WAITING)
def test_the_longest_waiting_step_is_found_by_an_index_of_the_waiting_alone(
    ledger: Ledger, query: sa.Select[tuple[float]]
) -> None:
    with ledger._store.transaction() as tx:
        words = query.limit(1).compile(tx, compile_kwargs={"literal_binds": True})
        plan = " / ".join(str(row[-1]) for row in tx.exec_driver_sql(f"EXPLAIN QUERY PLAN {words}"))
    assert "COVERING INDEX tasks_waiting" in plan
    assert "TEMP B-TREE" not in plan


def since_of(ledger: Ledger, id_: str) -> float:
    return {task.external_task_id: task.since for task in ledger.views.read().newest}[id_]


def test_a_step_that_began_to_wait_late_has_waited_since_then(ledger: Ledger) -> None:
    """Its row may be days old: the first try was an incident, or it has waited before, and failed."""
    ledger.rejected(fetched("a"), None, FAILED)
    rejected = ledger.known(["a"])["a"]
    waiting, _ = ledger.waiting.begin(fetched("a"), rejected, 42, origin="created")
    assert since_of(ledger, "a") == ledger.views.read().waiting_since == waiting.updated_at > waiting.created_at
    failed = ledger.arm(fetched("a"), waiting, FAILED)
    again, _ = ledger.waiting.begin(fetched("a"), failed, 42, origin="known")
    assert since_of(ledger, "a") == again.updated_at > waiting.updated_at


def test_a_wait_that_an_older_version_began_is_as_old_as_its_row(ledger: Ledger) -> None:
    row, _ = ledger.waiting.begin(fetched("old"), None, 42, origin="created")
    ledger.waiting.begin(fetched("new"), None, 43, origin="created")
    with ledger._store.transaction() as tx:
        tx.exec_driver_sql("UPDATE tasks SET waiting_since = NULL WHERE external_task_id = 'old'")
    ledger.waiting.begin(fetched("old"), row, 42, origin="known")
    assert since_of(ledger, "old") == ledger.views.read().waiting_since == row.created_at


def test_a_step_waits_since_its_task_was_made_however_often_it_is_handed_out(ledger: Ledger) -> None:
    """At each restart the engine hands out all of them: a step that had waited for weeks seemed 7 s old."""
    row, _ = ledger.waiting.begin(fetched("a"), None, 42, origin="created")
    ledger.waiting.begin(fetched("b"), None, 43, origin="created")
    again, _ = ledger.waiting.begin(fetched("a"), row, 42, origin="known")
    assert again.updated_at > row.updated_at
    view = ledger.views.read()
    assert view.waiting_since == row.created_at
    assert {task.external_task_id: task.since for task in view.newest}["a"] == row.created_at


def test_a_process_is_known_by_the_step_that_was_changed_last(ledger: Ledger) -> None:
    for name, number in (("a", 42), ("b", 43)):
        ledger.created(fetched(name, process_instance_id="ours"), None, number, DONE, adopted=False)
    settle(ledger, "a")
    ledger.created(fetched("c"), None, 44, DONE, adopted=False)
    found = ledger.views.of_instances(["ours", "of others"])
    assert {id_: task.portal_task_id for id_, task in found.items()} == {"ours": 42}
    assert ledger.views.of_instances([]) == {}


def test_what_the_ledger_has_of_unlocked_steps_is_what_waits_or_is_to_be_told(ledger: Ledger) -> None:
    ledger.waiting.begin(fetched("waits"), None, 42, origin="created")
    ledger.created(fetched("owed"), None, 43, DONE, adopted=False)
    ledger.begin_create(fetched("begun"), draft(fetched("begun")), None)
    ledger.created(fetched("over"), None, 44, DONE, adopted=False)
    settle(ledger, "over")
    assert ledger.views.taken(["waits", "owed", "begun", "over", "new"]) == {"waits", "owed"}
    assert ledger.views.taken([]) == set()
    assert ledger.views.owed() == {"waiting": 1, "outcomes": 1, "syncs": 2}


NOBODY_TRIES, ONE_TRY = Failure("no such user", "details", 0, 0.0), Failure("no such user", "details", 1, 5.0)


@pytest.mark.parametrize(("failure", "incident"), [(NOBODY_TRIES, True), (ONE_TRY, False)])
@pytest.mark.parametrize("made", [True, False])
def test_a_told_failure_that_leaves_no_retries_is_an_incident(
    ledger: Ledger, failure: Failure, *, incident: bool, made: bool
) -> None:
    if made:
        ledger.created(fetched("a"), None, 42, failure, adopted=False)
    else:
        ledger.rejected(fetched("a"), None, failure)
    assert not ledger.views.read().newest[0].incident, "the engine does not know it yet"
    settle(ledger, "a")
    assert ledger.views.read().newest[0].incident is incident
    row = ledger.known(["a"])["a"]
    ledger.begin_create(fetched("a"), draft(fetched("a")), row)
    assert not ledger.views.read().newest[0].incident, "somebody has raised its retries"


def test_creates_without_a_clear_outcome_are_all_counted_however_few_are_shown(ledger: Ledger) -> None:
    """The page counted those that it shows, `status` all, the metric only this process's own."""
    for number in range(MOST + 5):
        ledger.begin_create(fetched(f"slow-{number}"), draft(fetched(f"slow-{number}")), None)
    ledger._wall.at += SLOW_SECONDS + 1  # type: ignore[attr-defined]
    ledger.begin_create(fetched("quick"), draft(fetched("quick")), None)
    said = ledger.begin_create(fetched("said"), draft(fetched("said")), None)
    ledger.doubtful(said, "http_502", counts=True)
    view = ledger.views.read()
    assert (len(view.creating), view.counts["unclear"], ledger.views.unclear()) == (MOST, MOST + 6, MOST + 6)
    rows = ledger.views.creating()
    assert sum(row.is_unclear(view.at) for row in rows) == MOST + 6
    assert {row.external_task_id for row in rows if not row.is_unclear(view.at)} == {"quick"}


def test_a_worker_that_has_fallen_silent_is_shown_while_anything_of_it_is_left(tmp_path: Path) -> None:
    """Page and `status` told it only among the last warnings."""
    now = [1000.0]
    ours, other = (open_ledger(tmp_path, owner=owner, now=lambda: now[0]) for owner in ("run-1", "run-2"))
    other.leases.lease("host", locks_for=500.0)
    other.waiting.begin(fetched(), None, 85, origin="created")
    assert ours.views.silent() == []
    now[0] += 100.0
    silent = [Silent("host-1", 1000.0, 1, 1500.0)]
    assert ours.views.silent() == ours.views.read().silent == silent
    now[0] += 500.0
    assert ours.views.silent() == silent, "its step is still there"
    [row] = ours.waiting.inherit(10)
    assert row.external_task_id == "task-1"
    assert ours.views.silent() == []
    for ledger in (ours, other):
        ledger.close()
