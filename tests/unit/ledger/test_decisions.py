"""What persons decide about parked synchronisations leaves who, when and why, in the same transaction."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.builders import open_ledger
from tests.support.fakes import Events
from worker.ledger import Ledger, Person
from worker.ledger.decisions import MOST_SHOWN
from worker.model import Decided, SyncRequest
from worker.monitoring.persons import PersonsWatch

ANNA = Person("anna@host", "the module is repaired")
DAY = 86400.0


class Clock:
    def __init__(self) -> None:
        self.at = 1_000_000.0

    def __call__(self) -> float:
        return self.at


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def ledger(tmp_path: Path, clock: Clock) -> Iterator[Ledger]:
    ledger = open_ledger(tmp_path, now=clock)
    yield ledger
    ledger.close()


def park(ledger: Ledger, *names: str) -> list[int]:
    ids = []
    for name in names:
        ledger.syncs.queue([SyncRequest(name, "order")])
        [sync] = ledger.syncs.take(1)
        ledger.syncs.failed(sync, "the module is busy", retry_in=None)
        ids.append(sync.id)
    return ids


def test_a_replay_leaves_who_when_why_and_what_was_decided_about(ledger: Ledger, clock: Clock) -> None:
    [id_] = park(ledger, "a")
    clock.at += DAY
    assert ledger.syncs.replay([id_], ANNA) == 1
    [decision] = ledger.syncs.decisions()
    assert (decision.at, decision.owed_since) == (1_000_000.0 + DAY, 1_000_000.0)
    assert (decision.decided, decision.sync_id, decision.process_instance_id) == (Decided.REPLAY, id_, "a")
    assert (decision.who, decision.reason) == ("anna@host", "the module is repaired")
    assert decision.last_error == "the module is busy"


def test_to_replay_all_leaves_one_for_each_and_nothing_for_none(ledger: Ledger) -> None:
    park(ledger, "a", "b")
    assert ledger.syncs.replay(None, Person("anna@host")) == 2
    assert ledger.syncs.replay(None, Person("anna@host")) == 0
    assert ledger.syncs.replay([1, 77], Person("anna@host")) == 0, "neither is parked now"
    assert [(one.process_instance_id, one.reason) for one in ledger.syncs.decisions()] == [("b", None), ("a", None)]
    assert {sync.request.process_instance_id for sync in ledger.syncs.take(9)} == {"a", "b"}


def test_what_is_forgotten_leaves_its_decision(ledger: Ledger) -> None:
    [id_] = park(ledger, "a")
    assert ledger.syncs.forget(id_, ANNA) is not None
    assert ledger.syncs.forget(id_, ANNA) is None
    assert [(one.decided, one.process_instance_id) for one in ledger.syncs.decisions()] == [(Decided.FORGET, "a")]


def test_decisions_go_when_settled_rows_go(ledger: Ledger, clock: Clock) -> None:
    old, young = park(ledger, "old", "young")
    ledger.syncs.replay([old], ANNA)
    clock.at += 10 * DAY
    ledger.syncs.replay([young], ANNA)
    clock.at += 5 * DAY
    ledger.old.prune(14 * DAY)
    assert [one.process_instance_id for one in ledger.syncs.decisions()] == ["young"]


def test_only_the_last_decisions_are_shown(ledger: Ledger) -> None:
    ids = park(ledger, *(f"instance-{number}" for number in range(MOST_SHOWN + 3)))
    ledger.syncs.replay(None, ANNA)
    shown = ledger.syncs.decisions()
    assert [one.sync_id for one in shown] == ids[: -MOST_SHOWN - 1 : -1]


def test_a_reason_is_kept_harmless(ledger: Ledger) -> None:
    [id_] = park(ledger, "a")
    ledger.syncs.replay([id_], Person("anna@host", "\x1b[31m\ud83d" + "x" * 100_000))
    [decision] = ledger.syncs.decisions()
    assert decision.reason is not None
    assert decision.reason.startswith("\\u001b[31m\\ud83dxxx")
    assert len(decision.reason) == 1000


def test_a_running_worker_tells_each_decision_once_after_a_restart_too(ledger: Ledger, clock: Clock) -> None:
    """The log of the worker that took a replayed synchronisation up said nothing of who had wanted it."""
    [old] = park(ledger, "old")
    ledger.syncs.forget(old, ANNA)
    telemetry = Events()
    PersonsWatch(ledger.syncs, "w-1", telemetry).one_round()
    assert telemetry.names() == [], "no history at the first time"
    again, gone = park(ledger, "a", "b")
    ledger.syncs.replay([again], ANNA)
    ledger.syncs.forget(gone, ANNA)
    for _ in range(2):
        PersonsWatch(ledger.syncs, "w-1", telemetry).one_round()
    assert telemetry.names() == ["ledger.decided"] * 2
    _, last = telemetry.seen[-1]
    assert (last["id"], last["process_instance_id"], last["who"], last["because"]) == (gone, "b", ANNA.who, ANNA.reason)
    for said in (f" {gone}", "anna@host", "the module is repaired", "the module is busy"):
        assert said in str(last["what"])
    PersonsWatch(ledger.syncs, "w-2", telemetry).one_round()
    assert len(telemetry.names()) == 2


def test_what_is_decided_after_all_former_decisions_were_pruned_is_told(ledger: Ledger, clock: Clock) -> None:
    """SQLite gives the numbers of deleted rows again."""
    ledger.syncs.untold("w-1")
    for _ in range(3):
        ledger.syncs.queue([SyncRequest("a", "order")], ANNA)
    assert len(ledger.syncs.untold("w-1")) == 3
    clock.at += 30 * DAY
    ledger.old.prune(DAY)
    ledger.syncs.queue([SyncRequest("b", "order")], ANNA)
    assert [one.process_instance_id for one in ledger.syncs.untold("w-1")] == ["b"]
    assert ledger.syncs.untold("w-1") == []
