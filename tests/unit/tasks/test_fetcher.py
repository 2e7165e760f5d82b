from __future__ import annotations

import itertools
import re
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bitrix.causes import Cause
from bitrix.errors import ListBehind, LookupUnproven
from tests.support.builders import DONE, FAILED, HOLD, NOW, draft, fetched, open_ledger
from tests.support.fakes import FakeThreads
from tests.support.workshop import Workshop
from worker.engine.answers import OddTask
from worker.engine.client import Fetched
from worker.engine.errors import (
    AnswerTooLong,
    ContinuationFailed,
    EngineBusy,
    EngineDenied,
    EngineError,
    EngineUnreachable,
    LockLost,
    PayloadRefused,
    TaskSuspended,
)
from worker.ledger import LedgerUnavailable
from worker.model import Failure, FetchedTask, Stage
from worker.runtime import clock
from worker.tasks.begun_creates import begun_creates
from worker.tasks.fetcher import Fetcher
from worker.tasks.intake import Intake
from worker.tasks.lookup import BATCH
from worker.tasks.pace import FIRST_SECONDS, FREE_TRIES, HEAD_START_SECONDS
from worker.tasks.portion import SINGLE_TRIES
from worker.tasks.reconciliation import Reconciliation
from worker.tasks.room import MOST_DOUBTS_PER_SLOT, Room
from worker.tasks.triage import Triage
from worker.words.causes import with_cure
from worker.words.codes import PartName
from worker.words.phrase import unchanged

MEMORY_OF_LIST = ContinuationFailed("external-task", "Java heap space")
AWAY = EngineUnreachable("external-task", "away", doubtful=False)
DENIED = EngineDenied("external-task", "HTTP 403")
SUSPENDED = TaskSuspended("extendLock", "is suspended")
LATE: dict[str, Any] = {"lock_expiration": NOW + timedelta(seconds=160 + 30)}
"""Locked half a minute after it was made: somebody else may have had it before."""


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Workshop]:
    shop = Workshop(tmp_path)
    yield shop
    shop.ledger.close()


def fetcher_of(shop: Workshop, max_in_flight: int = 8) -> Fetcher:
    triage = Triage(
        shop.portal,  # type: ignore[arg-type]
        shop.desk,
        shop.locks,
        shop.patience,
        shop.later,
    )
    reconciliation = Reconciliation(
        engine=shop.engine,  # type: ignore[arg-type]
        ledger=shop.ledger,
        locks=shop.locks,
        waiting=shop.waiting,
        threads=shop.later,
        telemetry=shop.events,
        deadlines=shop.deadlines,
    )
    intake = Intake(
        ledger=shop.ledger,
        locks=shop.locks,
        triage=triage,
        reconciliation=reconciliation,
        probes=shop.probes,
        telemetry=shop.events,
        timings=shop.timings,
        deadlines=shop.deadlines,
        threads=shop.later,
    )
    return Fetcher(
        engine=shop.engine,  # type: ignore[arg-type]
        room=Room(shop.locks, shop.doubts, max_in_flight),
        intake=intake,
        reconciliation=reconciliation,
        probes=shop.probes,
        telemetry=shop.events,
        timings=shop.timings,
        deadlines=shop.deadlines,
        threads=shop.later,
    )


def fetch(shop: Workshop, fetcher: Fetcher, *tasks: FetchedTask) -> None:
    shop.engine.fetch_script.append(Fetched(tasks, clock.boottime()))
    fetcher._fetch_once()


def test_a_task_that_is_surely_first_is_created_without_a_look_up(shop: Workshop) -> None:
    fetch(shop, fetcher_of(shop), fetched())
    assert shop.portal.finds == 0
    assert shop.stage() == "settled"


@pytest.mark.parametrize(
    "changes",
    [
        LATE,
        {"create_time": None},
        {"lock_expiration": None},
        {"retries": 2},
        {"lock_expiration": NOW + timedelta(seconds=149)},  # the engine's clock went back
    ],
)
def test_whoever_may_have_been_had_before_is_looked_up(shop: Workshop, changes: dict[str, Any]) -> None:
    shop.portal.find_script = [{"task-1": 55}]
    fetch(shop, fetcher_of(shop), fetched(**changes))
    assert shop.portal.finds == 1
    assert shop.portal.made == []
    assert shop.delivered()[0].variables["bitrixTaskId"]["value"] == 55


def test_tasks_that_come_in_a_pause_are_explained(shop: Workshop) -> None:
    """The log said that fetching was paused, and then that a task was fetched."""
    fetcher = fetcher_of(shop)
    fetch(shop, fetcher, fetched("task-1"))
    assert "fetch.under_way" not in shop.events.names()
    shop.gates.portal.close("away")
    fetch(shop, fetcher, fetched("task-2"))
    names = shop.events.names()
    assert shop.events.facts("fetch.under_way")["count"] == 1
    second = [number for number, name in enumerate(names) if name == "task.fetched"][1]
    assert names[second - 1] == "fetch.under_way"


def test_one_look_up_serves_a_whole_fetch(shop: Workshop) -> None:
    fetch(shop, fetcher_of(shop), *(fetched(f"t{number}", **LATE) for number in range(5)))
    assert shop.portal.finds == 1
    assert len(shop.portal.made) == 5


def test_a_fetch_of_more_than_one_call_can_ask_for_is_looked_up_by_jobs_side_by_side(shop: Workshop) -> None:
    """Each of them begins its tasks as soon as it has its answer."""
    fetch(shop, fetcher_of(shop, 100), *(fetched(f"t{number}", **LATE) for number in range(2 * BATCH + 1)))
    assert shop.portal.finds == 3
    assert len(shop.portal.made) == 2 * BATCH + 1


def test_a_failed_look_up_creates_nothing_and_is_made_again_in_hand(shop: Workshop) -> None:
    shop.portal.find_script = [LookupUnproven("tasks.task.list", "filter_ignored"), {"t1": 55}]
    fetch(shop, fetcher_of(shop), fetched("t1", **LATE), fetched("t2", **LATE))
    assert (shop.portal.made, shop.engine.calls[1:]) == ([], [])
    shop.later.run_next()
    assert shop.portal.finds == 1, "not while the portal is not well"
    shop.portal_gate._not_before = 0.0
    assert shop.probes.portal.try_to_open()
    shop.later.run_next()
    assert shop.portal.finds == 2, "one look-up for both"
    assert len(shop.portal.made) == 1
    assert (shop.stage("t1"), shop.stage("t2")) == ("settled", "settled")


def test_a_failed_look_up_is_given_back_when_patience_is_over(shop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("worker.tasks.patience.PATIENCE_SECONDS", 0.0)
    shop.portal.find_script = [LookupUnproven("tasks.task.list", "filter_ignored")]
    fetch(shop, fetcher_of(shop), fetched(**LATE))
    assert shop.portal.made == []
    assert ("give_back", "task-1") in shop.engine.calls
    assert not shop.portal_gate.is_open
    assert len(shop.locks) == 0


def test_a_list_that_is_behind_is_asked_again_for_what_was_made_since_the_first_look(shop: Workshop) -> None:
    """Asked for the newest each time, a busy portal would never have an answer."""
    shop.portal.find_script = [ListBehind("tasks.task.list", "list_behind"), {"task-1": 55}]
    fetch(shop, fetcher_of(shop), fetched(**LATE))
    assert "list_behind" in str(shop.portal_gate.reason)
    shop.portal_gate._not_before = 0.0
    assert shop.probes.portal.try_to_open()
    shop.later.run_next()
    assert shop.portal.made == []
    assert shop.delivered()[0].variables["bitrixTaskId"]["value"] == 55
    assert shop.portal.since[0] == shop.portal.since[1] is not None


def test_a_rejected_row_is_looked_up_before_a_new_attempt(shop: Workshop) -> None:
    shop.ledger.rejected(fetched(), None, FAILED)
    fetch(shop, fetcher_of(shop), fetched(retries=2))
    assert shop.portal.finds == 1
    assert len(shop.portal.made) == 1


def test_never_more_tasks_than_free_slots_and_none_for_a_handful(shop: Workshop) -> None:
    fetcher = fetcher_of(shop, max_in_flight=8)
    for number in range(7):
        shop.hand(fetched(f"busy-{number}"))
    assert fetcher._room.free == 1
    assert not fetcher.has_free_slots()


def test_doubts_free_their_slots_but_are_bounded(shop: Workshop) -> None:
    fetcher = fetcher_of(shop, max_in_flight=2)
    most = 2 * MOST_DOUBTS_PER_SLOT
    for number in range(1, most + 1):
        task = fetched(f"t{number}")
        shop.desk.begin(shop.hand(task, row=shop.ledger.begin_create(task, draft(task), None)))
        assert fetcher._room.free == (2 if number < most else 0)


def test_a_task_handed_out_while_in_hand_starts_over_when_its_turn_has_ended(shop: Workshop) -> None:
    fetcher = fetcher_of(shop)
    hand = shop.hand()
    fetch(shop, fetcher, fetched())
    assert shop.portal.made == [], "one of the two hands only"
    shop.locks.finish(hand.lock)
    assert shop.portal.finds == 1, "never as surely first"
    assert ("extend", "task-1", 150.0) in shop.engine.calls
    assert len(shop.portal.made) == 1


def test_a_restart_whose_lock_is_lost_begins_nothing(shop: Workshop) -> None:
    fetcher = fetcher_of(shop)
    hand = shop.hand()
    fetch(shop, fetcher, fetched())
    shop.engine.extend_script = [LockLost("extendLock", "x", "other")]
    shop.locks.finish(hand.lock)
    assert shop.portal.made == []
    assert len(shop.locks) == 0


def test_a_failure_is_not_told_again_after_a_new_hand_out_even_if_its_lock_is_lost(shop: Workshop) -> None:
    """Its answer was lost, an operator has raised the retries since: told again, it would undo that."""
    fetcher = fetcher_of(shop)
    hand = shop.hand()
    shop.ledger.rejected(hand.task, None, Failure("once", "once", retries=0, retry_timeout=0.0))
    fetch(shop, fetcher, fetched())
    shop.engine.extend_script = [LockLost("extendLock", "x", "other")]
    shop.locks.finish(hand.lock)
    assert shop.ledger.settlements.of(hand.task.id) is None


def test_no_fetch_before_what_is_locked_by_us_is_known(shop: Workshop) -> None:
    shop.engine.locked_script = [EngineUnreachable("external-task", "x", doubtful=False)]
    fetch(shop, fetcher_of(shop), fetched())
    assert not any(call[0] == "fetch" for call in shop.engine.calls)
    assert not shop.engine_gate.is_open


def test_what_was_locked_at_start_is_cut_and_never_surely_first(shop: Workshop) -> None:
    shop.engine.locked = [("task-1", "bitrix_create_task"), ("made", "bitrix_create_task")]
    shop.ledger.created(fetched("made"), None, 42, DONE, adopted=False)
    fetch(shop, fetcher_of(shop), fetched())
    cuts = [call for call in shop.engine.calls if call[0] == "extend"]
    assert cuts == [("extend", "task-1", HOLD)], "a created task settles at once, its lock is left alone"
    assert shop.portal.finds == 1


def test_after_a_lost_answer_the_rowless_tasks_are_given_back(shop: Workshop) -> None:
    fetcher = fetcher_of(shop)
    fetch(shop, fetcher)
    shop.engine.fetch_script = [EngineUnreachable("fetchAndLock", "reset", doubtful=True)]
    fetcher._fetch_once()
    ours = fetched("ours")
    shop.ledger.begin_create(ours, draft(ours), None)
    shop.hand(fetched("in-hand"))
    shop.engine.locked = [(name, "bitrix_create_task") for name in ("ghost", "ours", "in-hand")]
    fetch(shop, fetcher)
    assert [call[1] for call in shop.engine.calls if call[0] == "give_back"] == ["ghost"]
    assert len(fetcher._reconciliation._due) == 1, "and once more when the lost poll itself has ended"


def test_what_a_killed_runs_parked_poll_has_locked_is_given_back(shop: Workshop, tmp_path: Path) -> None:
    """Its poll outlives it at the engine, and is served before ours."""
    shop.ledger.waiting.begin(fetched("ours"), None, 41, origin="created")
    earlier = open_ledger(tmp_path, owner="run-0")
    earlier.waiting.begin(fetched("theirs"), None, 42, origin="created")
    earlier.close()
    fetcher = fetcher_of(shop)
    fetch(shop, fetcher)
    assert fetcher._reconciliation._due[0] > clock.boottime() + shop.deadlines.poll
    fetcher._reconciliation._due = [0.0]
    shop.engine.locked = [(name, "bitrix_create_task") for name in ("ours", "theirs", "new")]
    fetch(shop, fetcher)
    calls = [call for call in shop.engine.calls if call[0] in ("give_back", "extend")]
    assert calls == [("give_back", "new"), ("extend", "theirs", 20.0)], "the second has a task, maybe a second old"


def test_what_another_program_has_locked_under_our_name_is_left_to_it(shop: Workshop) -> None:
    """The old installation has the same worker id by its own settings, and serves other topics still."""
    fetcher = fetcher_of(shop)
    fetch(shop, fetcher)
    fetcher._reconciliation._due = [0.0]
    shop.engine.locked = [("theirs", "another_topic"), ("ours", "bitrix_create_task")]
    fetch(shop, fetcher)
    assert [call[1] for call in shop.engine.calls if call[0] == "give_back"] == ["ours"]


def test_where_nothing_is_locked_the_ledger_is_not_asked(shop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty transaction that others follow breaks theirs."""
    monkeypatch.setattr(shop.ledger, "known", raising(LedgerUnavailable("asked for nothing")))
    fetcher = fetcher_of(shop)
    fetch(shop, fetcher)
    fetcher._reconciliation._due = [0.0]
    fetch(shop, fetcher)
    assert fetcher._ledger_gate.is_open
    assert fetcher._reconciliation._due == []


def test_what_was_fetched_is_counted_with_the_first_row_that_is_written(shop: Workshop) -> None:
    shop.ledger.count = raising(LedgerUnavailable("disk full"))  # type: ignore[method-assign]
    fetch(shop, fetcher_of(shop), fetched("a"), fetched("b"))
    assert shop.ledger.counters()["tasks_fetched"] == 2
    assert len(shop.portal.made) == 2


def test_steps_that_wait_are_counted_apart_where_they_are_handed_out_again(shop: Workshop) -> None:
    """A restart with 5,000 waiting steps looked like 5,000 new tasks."""
    row, _ = shop.ledger.waiting.begin(fetched("old"), None, 42, origin="created")
    assert row.stage is Stage.WAITING
    fetch(shop, fetcher_of(shop), fetched("old"), fetched("new"))
    counted = shop.ledger.counters()
    assert (counted["tasks_fetched"], counted["waiting_steps_fetched"]) == (1, 1)


def test_stopping_gives_back_what_the_last_poll_brought(shop: Workshop) -> None:
    fetcher = fetcher_of(shop)
    fetch(shop, fetcher)
    shop.later.is_over = True
    fetch(shop, fetcher, fetched())
    assert ("give_back", "task-1") in shop.engine.calls
    assert shop.portal.made == []


def test_without_a_ledger_nothing_is_begun(shop: Workshop) -> None:
    shop.ledger.received = raising(LedgerUnavailable("disk full"))  # type: ignore[method-assign]
    fetcher = fetcher_of(shop)
    fetch(shop, fetcher, fetched())
    assert ("give_back", "task-1") in shop.engine.calls
    assert shop.portal.made == []


def test_the_loop_pauses_while_a_gate_is_closed_and_goes_on_by_itself(shop: Workshop) -> None:
    fetcher = fetcher_of(shop)
    shop.portal_gate.close("away", retry_after=0.0)
    fetcher.one_round()
    assert not any(call[0] == "fetch" for call in shop.engine.calls)
    shop.probes.portal.one_round()
    assert "fetch.resumed" in shop.events.names()
    fetcher.one_round()
    assert any(call[0] == "fetch" for call in shop.engine.calls)


def raising(error: Exception) -> Callable[..., Any]:
    def fail(*_: object, **__: object) -> None:
        raise error

    return fail


def test_a_give_back_after_a_lost_answer_is_waited_for_before_the_task_begins(shop: Workshop) -> None:
    """P9: executed late, it would end the new lock under a create."""
    fetcher = fetcher_of(shop)
    fetcher._reconciliation._at_start = frozenset()
    fetcher._reconciliation._due = [0.0]
    shop.engine.locked = [("task-1", "bitrix_create_task")]
    shop.engine.give_back_script = [EngineUnreachable("extendLock", "time-out", doubtful=True)]
    fetcher._fetch_once()
    shop.engine.locked = []
    fetch(shop, fetcher, fetched())
    assert shop.portal.made == []
    shop.later.run_next()
    assert shop.portal.made != []


def test_the_outbox_takes_slots_too(shop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    fetcher = fetcher_of(shop)

    def meanwhile(**_: object) -> list[FetchedTask]:
        for number in range(20):
            shop.locks.reserve(f"owed-{number}")
        return []

    monkeypatch.setattr(shop.engine, "locked_by_me", meanwhile)
    fetcher._fetch_once()
    assert not [call for call in shop.engine.calls if call[0] == "fetch"]


def test_a_busy_ledger_pauses_fetching_and_ends_no_thread(shop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    def busy(_: object) -> dict[str, Any]:
        raise LedgerUnavailable("database is locked")

    monkeypatch.setattr(shop.ledger, "known", busy)
    shop.engine.locked = [("task-1", "bitrix_create_task")]
    fetcher_of(shop)._fetch_once()
    assert "fetch.paused" in shop.events.names()


def test_the_fetching_thread_asks_no_side_whether_it_works_again(shop: Workshop) -> None:
    """It asked one after another: a portal that hung kept the engine's pause for minutes after the engine worked."""
    fetcher = fetcher_of(shop)
    shop.engine_gate.close("away", retry_after=0)
    shop.portal_gate.close("away", retry_after=0)
    assert fetcher.one_round()
    assert not shop.engine_gate.is_open
    assert not shop.portal_gate.is_open


def test_a_failure_that_waits_for_its_time_is_not_cut_by_a_restart(shop: Workshop) -> None:
    shop.ledger.rejected(fetched(), None, FAILED)
    shop.engine.locked = [("task-1", "bitrix_create_task")]
    fetch(shop, fetcher_of(shop))
    assert not [call for call in shop.engine.calls if call[0] == "extend"]


AS_TODAY = "under today's settings"


def left_waiting(shop: Workshop, *, under: str = "other settings") -> None:
    """An earlier run has left a step waiting, under the settings that it had."""
    shop.mapper.waiting = True
    shop.waiting._kept._under["bitrix_create_task"] = under
    shop.desk.begin(shop.hand(fetched("waits"), surely_first=False, found=7))
    shop.waiting.drop("waits")
    shop.engine.calls.clear()
    shop.waiting._kept._under["bitrix_create_task"] = AS_TODAY
    shop.engine.locked = [("waits", "bitrix_create_task")]


def test_what_was_waiting_is_let_go_after_a_start_and_new_work_does_not_wait_for_it(shop: Workshop) -> None:
    """Not at once: its task may be a second old, and another worker would take the step for surely first."""
    left_waiting(shop)
    shop.engine.extend_script = [EngineUnreachable("extendLock", "away", doubtful=True)]
    fetch(shop, fetcher_of(shop))
    calls = [call for call in shop.engine.calls if call[0] in ("give_back", "extend")]
    assert calls == [("extend", "waits", 20.0)] * 2


def test_what_was_handed_out_anew_is_not_let_go_by_a_reconciliation_that_comes_late(shop: Workshop) -> None:
    """Thousands are let go one after another: the long lock of one that waits again would be cut to seconds."""
    left_waiting(shop)
    shop.ledger.owner = "run-2"
    fetcher, jobs = fetcher_of(shop), list[Callable[[], None]]()
    fetcher._reconciliation._at_start = frozenset(["waits"])
    fetcher._reconciliation._due = [0.0]
    shop.later.submit = jobs.append  # type: ignore[method-assign, assignment]
    fetch(shop, fetcher, fetched("waits", **LATE))
    for job in reversed(jobs):
        job()
    assert len(jobs) == 2
    assert len(shop.waiting) == 1
    assert [call for call in shop.engine.calls if call[0] == "extend"] == [("extend", "waits", 600.0)]


# --- a restart goes on with the steps that wait ---


def test_a_restart_goes_on_with_what_waits_under_its_lock_and_tells_the_engine_nothing(shop: Workshop) -> None:
    """A hundred thousand steps were released, fetched and locked anew one by one."""
    left_waiting(shop, under=AS_TODAY)
    fetcher = fetcher_of(shop)
    shop.engine.locked_for = 500.0
    fetch(shop, fetcher)
    fetcher._reconciliation._due = [0.0]  # once more, when an older poll cannot bring anything any more
    fetch(shop, fetcher)
    assert [call[0] for call in shop.engine.calls] == ["fetch", "fetch"]
    [one] = shop.waiting.all()
    assert (one.portal_task_id, one.covered, one.unseen) == (7, True, True)
    assert 490.0 < one.expires - clock.boottime() <= 500.0
    shop.waiting.extend_due()
    assert len(shop.engine.calls) == 2, "more than half of its lock is left"
    one.expires -= 250.0
    shop.waiting.extend_due()
    assert shop.engine.calls[2:] == [("extend", "waits", 600.0)]
    assert shop.events.facts("waiting.resumed") == {"count": 1}
    assert "fetch.locked_at_start" not in shop.events.names()


def test_a_step_whose_lock_has_ended_is_left_to_the_engine(shop: Workshop) -> None:
    left_waiting(shop, under=AS_TODAY)
    shop.engine.locked_for = -1.0
    fetch(shop, fetcher_of(shop))
    assert len(shop.waiting) == 0


def test_a_start_lists_no_long_locks_unless_there_are_more_than_are_known(shop: Workshop) -> None:
    """For each page the engine sorts all of them: a hundred thousand took many minutes."""
    left_waiting(shop, under=AS_TODAY)
    shop.engine.locked_for = 40_000.0
    fetch(shop, fetcher_of(shop))
    assert len(shop.engine.listed) == 1
    assert shop.engine.listed[0] is not None


def test_what_is_locked_for_long_and_in_no_row_is_found_all_the_same(shop: Workshop) -> None:
    left_waiting(shop, under=AS_TODAY)
    shop.engine.locked.append(("rowless", "bitrix_create_task"))
    shop.engine.locked_for = 40_000.0
    fetch(shop, fetcher_of(shop))
    assert [call for call in shop.engine.calls if call[0] == "extend"] == [("extend", "rowless", HOLD)]
    assert len(shop.waiting) == 1


def lost_ledger(shop: Workshop) -> None:
    with sqlite3.connect(shop.folder / "worker.db") as ledger:
        ledger.execute("DELETE FROM tasks")


def earlier_version(shop: Workshop) -> None:
    with sqlite3.connect(shop.folder / "worker.db") as ledger:
        ledger.execute("UPDATE tasks SET kept = NULL, kept_under = NULL")


def other_worker(shop: Workshop) -> None:
    with sqlite3.connect(shop.folder / "worker.db") as ledger:
        ledger.execute("UPDATE tasks SET worker_id = 'another'")


def outcome_owed(shop: Workshop) -> None:
    """P9: a call with it may still be under way."""
    shop.ledger.arm(fetched("waits"), shop.ledger.known(["waits"])["waits"], DONE, seen="{}")


def outcome_withdrawn(shop: Workshop) -> None:
    outcome_owed(shop)
    owed = shop.ledger.settlements.of("waits")
    assert owed is not None
    shop.ledger.settlements.take_back(owed)


@pytest.mark.parametrize(
    "then", [lost_ledger, earlier_version, other_worker, outcome_owed, outcome_withdrawn], ids=lambda one: one.__name__
)
def test_what_the_ledger_does_not_surely_keep_is_handed_out_again(
    shop: Workshop, then: Callable[[Workshop], None]
) -> None:
    left_waiting(shop, under=AS_TODAY)
    then(shop)
    fetch(shop, fetcher_of(shop))
    assert len(shop.waiting) == 0
    facts = shop.events.facts("fetch.locked_at_start")
    assert facts["count"] == 1
    assert ("fetch.locked_unknown" in shop.events.names()) is (then is lost_ledger)
    if then is lost_ledger:
        told = shop.events.facts("fetch.locked_unknown")
        assert {name: told[name] for name in facts} == facts, "how many, and when they come back"


def test_creates_that_died_with_an_earlier_run_say_so_and_when_their_steps_come_back(
    shop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Beside a portal that works they had no answer of the portal, and nobody said why, or until when."""
    killed, waits = fetched("killed"), fetched("made")
    shop.ledger.begin_create(killed, draft(killed), None)
    shop.ledger.created(waits, None, 42, DONE, adopted=False)
    shop.engine.locked = [(id_, "bitrix_create_task") for id_ in ("killed", "made", "rowless")]
    fetcher = fetcher_of(shop)
    shop.left_creates = fetcher._reconciliation.left_creates
    fetch(shop, fetcher)
    [(id_, create)] = begun_creates(shop).items()
    assert id_ == "killed"
    assert create.said.en.startswith("an earlier run ended before the portal's answer came; the worker takes the step")
    assert re.search(r"\(at about \d\d:\d\d:\d\d\)", create.said.en)
    now = clock.boottime()
    monkeypatch.setattr(clock, "boottime", lambda: now + HOLD)
    assert "lock has ended (any moment)" in begun_creates(shop)["killed"].said.en
    fetch(shop, fetcher, killed)
    assert "killed" not in shop.left_creates.said()


def test_steps_that_the_ledger_does_not_know_are_told_until_their_locks_have_ended(
    shop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only a line told them, which was never marked as passed, and the page said that all works."""
    left_waiting(shop, under=AS_TODAY)
    lost_ledger(shop)
    fetcher = fetcher_of(shop)
    fetch(shop, fetcher)
    pause = fetcher.left_locked.pause
    assert pause is not None
    assert pause.count == 1, "for the headline"
    assert (pause.cause, pause.passes, pause.stops_all) == (Cause.LOCKED_UNKNOWN, True, False)
    assert 0 < pause.seconds_to_check <= HOLD
    fetch(shop, fetcher)
    assert fetcher.left_locked.pause is pause
    now = clock.boottime()
    monkeypatch.setattr(clock, "boottime", lambda: now + HOLD)
    fetch(shop, fetcher)
    assert fetcher.left_locked.end() is None
    assert shop.events.facts("part.resumed")["part"] is PartName.LEFT_LOCKED


def test_a_start_that_fails_between_two_pages_goes_on_with_the_rest(
    shop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("worker.tasks.reconciliation.RESUMED_AT_ONCE", 1)
    shop.mapper.waiting = True
    ids = ["waits-1", "waits-2"]
    for number, id_ in enumerate(ids):
        shop.desk.begin(shop.hand(fetched(id_), surely_first=False, found=7 + number))
        shop.waiting.drop(id_)
    shop.engine.locked = [(id_, "bitrix_create_task") for id_ in ids]
    fetcher, resume, failures = fetcher_of(shop), shop.waiting.resume, [None, LedgerUnavailable("busy")]

    def failing(locked: Mapping[str, float]) -> list[FetchedTask]:
        if failures and (error := failures.pop(0)):
            raise error
        return resume(locked)

    monkeypatch.setattr(shop.waiting, "resume", failing)
    fetcher._fetch_once()
    assert [one.id for one in shop.waiting.all()] == ["waits-1"]
    first = shop.waiting.all()[0]
    fetch(shop, fetcher)
    assert [one.id for one in shop.waiting.all()] == ids
    assert shop.waiting.all()[0] is first


# --- what cannot be read ---


def odd_answer(shop: Workshop, fetcher: Fetcher, *odd: OddTask, tasks: tuple[FetchedTask, ...] = ()) -> None:
    shop.engine.fetch_script.append(Fetched(tasks, clock.boottime(), odd))
    fetcher._fetch_once()


def test_an_odd_task_is_told_and_failed_beside_the_good_ones(shop: Workshop) -> None:
    odd = OddTask(unchanged("priority = []"), fetched("odd"))
    odd_answer(shop, fetcher_of(shop), odd, tasks=(fetched("good"),))
    assert shop.stage("good") == "settled"
    assert shop.events.facts("task.odd") == {"task": "odd", "what": "priority = []"}
    assert shop.stage("odd") == "rejected"
    assert len(shop.portal.made) == 1
    assert len(shop.locks) == 0


def test_an_odd_task_whose_create_was_begun_is_left_to_its_lock(shop: Workshop) -> None:
    task = fetched("odd")
    shop.ledger.begin_create(task, draft(task), None)
    odd_answer(shop, fetcher_of(shop), OddTask(unchanged("priority = []"), task))
    assert shop.stage("odd") == "creating"
    assert shop.engine.calls == [("fetch", 8)], "nothing shortens its lock"
    assert len(shop.locks) == 0


def test_what_cannot_even_be_named_is_told_and_not_asked_for_in_a_tight_loop(shop: Workshop) -> None:
    fetcher = fetcher_of(shop)
    fetcher._fetch_once()
    waits = waits_of(fetcher)
    for _ in range(3):
        odd_answer(shop, fetcher, OddTask(unchanged("id = None")))
    odd_answer(shop, fetcher, OddTask(unchanged("id = None")), tasks=(fetched(),))
    assert shop.events.names().count("task.odd") == 4
    assert len(waits) == 4
    assert waits[3] == HEAD_START_SECONDS < min(waits[:3]), "there was work too"


def test_tasks_just_fetched_go_before_the_next_fetch(shop: Workshop) -> None:
    """Both would share one processor, and the fetch is not urgent: the creates left a millisecond later."""
    fetcher = fetcher_of(shop)
    waits = waits_of(fetcher)
    shop.engine.fetch_script = [Fetched((fetched(),), clock.boottime())]
    fetcher._fetch_once()
    assert waits == [HEAD_START_SECONDS]
    fetcher._fetch_once()
    assert waits == [HEAD_START_SECONDS], "the second has brought nothing"


def test_empty_answers_that_nobody_holds_are_told_once_and_not_asked_for_in_a_tight_loop(
    shop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    fetcher = fetcher_of(shop)
    waits = waits_of(fetcher)
    for _ in range(FREE_TRIES):
        fetcher._fetch_once()
    assert waits == []
    for _ in range(9):
        fetcher._fetch_once()
    assert shop.events.names().count("fetch.not_held") == 1
    assert len(waits) == 9
    assert shop.deadlines.poll / 2 <= waits[-1] <= shop.deadlines.poll
    now = clock.boottime()
    ticks = itertools.count()
    monkeypatch.setattr(clock, "boottime", lambda: now + shop.deadlines.poll * next(ticks))
    assert "fetch.held" not in shop.events.names()
    fetcher._fetch_once()  # this one was held
    fetcher._fetch_once()
    assert shop.events.names().count("fetch.held") == 1
    assert len(waits) == 9


def test_after_an_answer_that_was_too_long_fewer_are_asked_for(shop: Workshop) -> None:
    fetcher = fetcher_of(shop)
    fetcher._fetch_once()  # nothing was locked at the start
    shop.engine.calls.clear()
    shop.engine.fetch_script = [AnswerTooLong("fetchAndLock", "more than 64 MB", doubtful=True)] * 2
    shop.engine.locked = [("big", "bitrix_create_task")]
    for _ in range(4):
        fetcher._fetch_once()
    asked = [call[1] for call in shop.engine.calls if call[0] == "fetch"]
    assert asked == [8, 2, 1, 2]
    assert ("give_back", "big") in shop.engine.calls
    assert shop.engine_gate.is_open, "the engine is well"


def test_a_step_that_is_too_long_alone_is_failed(shop: Workshop) -> None:
    fetcher = fetcher_of(shop, max_in_flight=1)
    fetcher._fetch_once()  # nothing was locked at the start
    shop.engine.calls.clear()
    shop.engine.fetch_script = [AnswerTooLong("fetchAndLock", "more than 64 MB", doubtful=True)]
    shop.engine.locked = [("big", "bitrix_create_task")]
    fetcher._fetch_once()
    assert shop.stage("big") == "rejected"
    assert ("give_back", "big") not in shop.engine.calls


@pytest.mark.parametrize("refusal", [MEMORY_OF_LIST, PayloadRefused("external-task", "no such property")], ids=str)
def test_a_list_that_is_refused_after_an_answer_that_was_too_long_is_told(shop: Workshop, refusal: EngineError) -> None:
    """An error in the engine's own form closes no gate."""
    fetcher = fetcher_of(shop, max_in_flight=1)
    fetcher._fetch_once()  # nothing was locked at the start
    shop.engine.fetch_script = [AnswerTooLong("fetchAndLock", "more than 64 MB", doubtful=True)]
    shop.engine.locked_script = [refusal]
    fetcher._fetch_once()
    assert shop.events.names().count("fetch.refused") == 1
    assert fetcher.refusal
    assert fetcher.refusal.reason.en == with_cure(refusal).en
    assert shop.engine_gate.is_open


@pytest.mark.parametrize("trouble", [AWAY, DENIED], ids=["away", "denied"])
def test_a_list_that_is_not_answered_is_told_by_the_engines_gate(shop: Workshop, trouble: EngineError) -> None:
    fetcher = fetcher_of(shop, max_in_flight=1)
    fetcher._fetch_once()  # nothing was locked at the start
    shop.engine.fetch_script = [AnswerTooLong("fetchAndLock", "more than 64 MB", doubtful=True)]
    shop.engine.locked_script = [trouble]
    fetcher._fetch_once()
    assert shop.events.facts("fetch.paused")["side"] == "engine"


def wait_and_start(shop: Workshop, *answers: EngineError | None) -> list[tuple[Any, ...]]:
    """A run that finds a step of an earlier one waiting, and what it asks the engine for then."""
    left_waiting(shop)
    shop.engine.extend_script = list(answers)
    fetch(shop, fetcher_of(shop))
    return [call for call in shop.engine.calls if call[0] == "extend"]


@pytest.mark.parametrize("trouble", [AWAY, DENIED, EngineBusy("extendLock", "changed")], ids=["away", "denied", "busy"])
def test_what_was_waiting_is_let_go_of_again_after_a_passing_trouble(shop: Workshop, trouble: EngineError) -> None:
    """It would stay locked for as long as a waiting step is, and nobody would look at its task."""
    assert wait_and_start(shop, trouble) == [("extend", "waits", 20.0)] * 2
    assert ("fetch.paused" in shop.events.names()) is not isinstance(trouble, EngineBusy)
    assert "lock.not_shortened" not in shop.events.names()


@pytest.mark.parametrize("refusal", [SUSPENDED, MEMORY_OF_LIST], ids=["suspended", "memory"])
def test_what_was_waiting_and_cannot_be_let_go_of_is_told(shop: Workshop, refusal: EngineError) -> None:
    assert len(wait_and_start(shop, refusal)) == 1
    assert shop.events.facts("lock.not_shortened")["task"] == "waits"


def test_what_was_waiting_and_is_gone_is_nobodys_trouble(shop: Workshop) -> None:
    assert len(wait_and_start(shop, LockLost("extendLock", "expired", None))) == 1
    assert "lock.not_shortened" not in shop.events.names()


@pytest.mark.parametrize("refusal", [SUSPENDED, DENIED], ids=["suspended", "denied"])
def test_what_was_locked_at_the_start_and_cannot_be_cut_is_told(shop: Workshop, refusal: EngineError) -> None:
    shop.engine.locked = [("rowless", "bitrix_create_task")]
    shop.engine.extend_script = [refusal]
    fetcher_of(shop)._fetch_once()
    assert ("lock.not_shortened" in shop.events.names()) is (refusal is SUSPENDED)
    assert ("fetch.paused" in shop.events.names()) is (refusal is DENIED), "then the start begins again"


def test_a_lock_that_cannot_be_given_back_is_told(shop: Workshop) -> None:
    shop.engine.give_back_script = [SUSPENDED]
    shop.locks.give_back(shop.hand().lock, "why")
    assert shop.events.facts("lock.not_shortened") == {"task": "task-1", "reason": with_cure(SUSPENDED).en}
    assert len(shop.locks) == 0


def waits_of(fetcher: Fetcher) -> list[float]:
    """The seconds that it waits from now on."""
    threads = fetcher._intake._threads
    assert isinstance(threads, FakeThreads)
    threads.waits.clear()
    return threads.waits


def refused_fetches(shop: Workshop, fetcher: Fetcher, *errors: EngineError | None) -> list[float]:
    """How long each of these refusals makes it wait; None: a good answer."""
    fetcher._fetch_once()  # nothing was locked at the start
    waits = waits_of(fetcher)
    shop.engine.calls.clear()
    shop.engine.fetch_script = [error or Fetched((), clock.boottime()) for error in errors]
    for _ in errors:
        fetcher._fetch_once()
    return waits


MEMORY = ContinuationFailed("fetchAndLock", "Java heap space")
UNWRITTEN = PayloadRefused("fetchAndLock", "Null key for a Map not allowed in JSON")
ALONE = [MEMORY] * SINGLE_TRIES


def bare(*ids: str) -> list[Fetched]:
    return [Fetched((), clock.boottime(), (OddTask(unchanged(str(MEMORY)), fetched(id_)),)) for id_ in ids]


@pytest.mark.parametrize(
    "error", [MEMORY, PayloadRefused("fetchAndLock", "no such property"), EngineBusy("fetchAndLock", "changed")]
)
def test_an_engine_that_hands_nothing_out_is_told_and_asked_ever_more_rarely_for_fewer(
    shop: Workshop, error: EngineError
) -> None:
    fetcher = fetcher_of(shop)
    waits = refused_fetches(shop, fetcher, *[error] * 4)
    assert [call[1] for call in shop.engine.calls if call[0] == "fetch"] == [8, 2, 1, 1]
    names = shop.events.names()
    assert [names.count(name) for name in ("fetch.refused", "fetch.refused_again")] == [1, 3]
    assert len(waits) == 4
    assert waits[0] <= FIRST_SECONDS < waits[-1]
    pause = fetcher.refusal
    assert pause
    assert shop.events.facts("fetch.refused")["reason"] == pause.reason.en == with_cure(error).en
    fetcher._fetch_once()
    assert fetcher.refusal is None
    assert "part.resumed" in shop.events.names()


def test_one_step_that_the_engine_cannot_hand_out_stands_before_nobody_and_ends_at_a_person(shop: Workshop) -> None:
    fetcher = fetcher_of(shop, max_in_flight=1)
    shop.engine.bare_script = list(bare("big", "big", "big"))
    refused_fetches(shop, fetcher, *ALONE, None, *ALONE, None)
    assert [call[1:] for call in shop.engine.calls if call[0] == "extend"] == [("big", HOLD)] * 2
    assert shop.stage("big") is None, "the others are served, and it is not proven yet"
    refused_fetches(shop, fetcher, *ALONE)
    assert shop.stage("big") == "rejected"
    assert shop.portal.made == []


@pytest.mark.parametrize(
    "course",
    [
        pytest.param([*ALONE, MEMORY, *ALONE, MEMORY, *ALONE, MEMORY], id="refused without it too"),
        pytest.param([*ALONE, None, *ALONE], id="an outage that ended in between"),
        pytest.param([EngineBusy("external-task", "changed")] * 20, id="a list"),
    ],
)
def test_a_step_is_not_at_fault_for_an_engine_that_is_not_well(
    shop: Workshop, course: list[EngineError | None]
) -> None:
    fetcher = fetcher_of(shop, max_in_flight=1)
    shop.engine.bare_script = list(bare(*["good"] * 9))
    if course[0] and course[0].call == "external-task":
        fetcher._fetch_once()
        fetcher._reconciliation._due = [0.0]
        shop.engine.locked_script = list(course)
        for _ in course:
            fetcher._fetch_once()
    else:
        refused_fetches(shop, fetcher, *course)
    assert shop.stage("good") is None
    assert "task.odd" not in shop.events.names()


def test_the_fetch_that_tests_a_step_is_sent_while_it_is_locked_away_however_often_one_came_too_late(
    shop: Workshop,
) -> None:
    """On a slow machine a fetch may come after the lock has expired: the waits that grow then must not outgrow it."""
    fetcher = fetcher_of(shop, max_in_flight=1)
    shop.engine.bare_script = list(bare(*["big"] * 20))
    waits = refused_fetches(shop, fetcher, *ALONE, *[MEMORY] * 12)
    assert max(waits[len(ALONE) :]) <= HOLD / 3
    assert waits[-1] > FIRST_SECONDS, "an engine that is not well is asked ever more rarely"
    refused_fetches(shop, fetcher, None, *ALONE, None, *ALONE)
    assert shop.stage("big") == "rejected"


def test_a_step_that_stays_away_only_for_its_own_lock_is_at_fault_too(shop: Workshop) -> None:
    fetcher = fetcher_of(shop, max_in_flight=1)
    shop.engine.bare_script = list(bare("big", "big", "big"))
    shop.engine.extend_script = [SUSPENDED] * 2
    refused_fetches(shop, fetcher, *ALONE, None, *ALONE, None)
    refused_fetches(shop, fetcher, *ALONE)
    assert shop.stage("big") == "rejected"


def test_what_was_locked_before_its_answer_was_refused_is_given_back_and_the_one_at_fault_ends_at_a_person(
    shop: Workshop,
) -> None:
    """The engine locks, and then cannot write the answer."""
    fetcher = fetcher_of(shop)
    refused_fetches(shop, fetcher)
    both = [("bad", "bitrix_create_task"), ("good", "bitrix_create_task")]
    for locked in (both, both, both[:1], both[:1], both[:1]):
        assert shop.stage("bad") is None
        shop.engine.fetch_script = [UNWRITTEN]
        fetcher._fetch_once()
        shop.engine.locked = locked
    assert ("give_back", "good") in shop.engine.calls
    shop.engine.fetch_script = [UNWRITTEN]
    fetcher._fetch_once()
    assert shop.stage("bad") == "rejected"
    assert shop.stage("good") is None


def test_a_step_that_was_handed_out_at_last_has_nothing_against_it(shop: Workshop) -> None:
    fetcher = fetcher_of(shop, max_in_flight=1)
    shop.engine.bare_script = list(bare("good", "good", "good"))
    refused_fetches(shop, fetcher, *ALONE, None, *ALONE, None)
    assert fetcher._unfetchable.is_at_fault("good")
    fetcher._unfetchable.good([fetched("good")])
    assert not fetcher._unfetchable.is_at_fault("good")


def test_it_says_when_no_fetch_was_due(shop: Workshop) -> None:
    fetcher = fetcher_of(shop)
    fetch(shop, fetcher)
    assert not fetcher.held_at
    shop.portal_gate.close("profile: http_502", retry_after=60.0)
    fetcher.one_round()
    assert (fetcher.held_at or 0.0) > (fetcher.polled_at or 0.0) > 0.0


def test_nor_is_one_due_while_no_slot_is_free(shop: Workshop) -> None:
    fetcher = fetcher_of(shop, max_in_flight=1)
    shop.hand()
    fetcher.one_round()
    assert fetcher.held_at is not None
