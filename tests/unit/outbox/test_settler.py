from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bitrix.causes import Cause
from tests.support.builders import DONE, FAILED, HOLD, deadlines, fetched, owed_for
from tests.support.fakes import answer
from tests.support.page_facts import ABOUT, facts
from tests.support.still_clock import still_clock
from tests.support.workshop import Workshop
from worker.engine.errors import (
    ContinuationFailed,
    EngineBusy,
    EngineDenied,
    EngineUnreachable,
    LockLost,
    PayloadRefused,
    TaskGone,
    TaskSuspended,
)
from worker.engine.locks import ENGINE_MAX_SECONDS
from worker.ledger import LedgerUnavailable
from worker.model import BpmnError, Complete, Failure
from worker.monitoring.page_view import view_of
from worker.runtime import clock


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Workshop]:
    shop = Workshop(tmp_path)
    yield shop
    shop.ledger.close()


def owe(shop: Workshop, settlement: Complete | Failure | BpmnError = DONE, *, id_: str = "task-1") -> None:
    shop.ledger.created(fetched(id_), None, 42, settlement, adopted=False)


def test_a_concurrent_change_is_repeated_at_once(shop: Workshop) -> None:
    shop.engine.deliver_script = [EngineBusy("complete", "OptimisticLockingException")]
    owe(shop)
    shop.settler.settle(shop.hand().lock)
    assert len(shop.delivered()) == 2
    assert shop.stage() == "settled"


def test_a_task_that_is_gone_is_settled_and_still_synchronised(shop: Workshop) -> None:
    shop.engine.deliver_script = [TaskGone("complete", "does not exist")]
    owe(shop)
    shop.settler.settle(shop.hand().lock)
    assert shop.stage() == "settled"
    assert shop.synced == 1
    assert "tasks_completed" not in shop.ledger.counters()


@pytest.mark.parametrize("gone", [False, True])
def test_a_sync_begins_at_once_where_a_slot_is_free(shop: Workshop, gone: bool) -> None:
    shop.syncs.room = True
    shop.engine.deliver_script = [TaskGone("complete", "does not exist")] if gone else []
    owe(shop)
    shop.settler.settle(shop.hand().lock)
    assert [sync.request.process_instance_id for sync in shop.syncs.sent] == ["instance-of-task-1"]
    assert shop.synced == 0
    assert shop.ledger.census()["syncs_started"] == 1


@pytest.mark.parametrize("gone", [False, True])
def test_the_outcome_is_told_before_another_thread_tells_of_its_sync(
    shop: Workshop, monkeypatch: pytest.MonkeyPatch, gone: bool
) -> None:
    told: list[list[str]] = []
    monkeypatch.setattr(shop.syncs, "wake", lambda: told.append(shop.events.names()))
    shop.engine.deliver_script = [TaskGone("complete", "does not exist")] if gone else []
    owe(shop)
    shop.settler.settle(shop.hand().lock)
    assert [names[-1] for names in told] == ["task.gone" if gone else "task.completed"]


def test_a_slot_for_a_sync_that_is_not_owed_is_free_again(shop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    shop.syncs.room = True
    shop.ledger.created(fetched(), None, 42, FAILED, adopted=False)
    shop.settler.settle(shop.hand().lock)
    assert shop.syncs.reserved == 0
    owe(shop, id_="task-2")
    full = [LedgerUnavailable("database or disk is full")]
    monkeypatch.setattr(shop.ledger.settlements, "settled", lambda *_, **__: answer(full))
    shop.settler.settle(shop.hand(fetched("task-2")).lock)
    assert shop.syncs.reserved == 0


def test_a_task_of_another_worker_is_superseded_not_settled(shop: Workshop) -> None:
    shop.engine.deliver_script = [LockLost("complete", "x", "other")]
    owe(shop)
    shop.settler.settle(shop.hand().lock)
    assert shop.stage() == "superseded"
    assert shop.ledger.settlements.of("task-1") is None
    assert shop.synced == 0


@pytest.mark.parametrize(
    ("error", "pauses"),
    [
        (EngineUnreachable("complete", "refused", doubtful=False), True),
        (EngineDenied("complete", "401"), True),
        (TaskSuspended("complete", "suspended"), False),
    ],
)
def test_an_undelivered_outcome_is_kept_and_repeated(shop: Workshop, error: Exception, pauses: bool) -> None:
    shop.engine.deliver_script = [error]
    owe(shop)
    shop.settler.settle(shop.hand().lock)
    owed = shop.ledger.settlements.of("task-1")
    assert owed is not None
    assert owed.tries == 1
    assert shop.engine_gate.is_open is not pauses
    assert shop.stage() == "created"
    shop.settler.settle(shop.hand().lock)
    assert shop.stage() == "settled"


def test_what_follows_in_the_model_gets_three_tries_then_the_failure_says_why(shop: Workshop) -> None:
    shop.engine.deliver_script = [ContinuationFailed("complete", "Unknown property used in expression")] * 3
    owe(shop)
    for tries in (1, 2):
        shop.settler.settle(shop.hand().lock)
        [seen] = shop.ledger.views.unsettled()
        assert (seen.cause, seen.tries) == (Cause.OUTCOME_REFUSED, tries), "the engine answers: it is no outage"
    shop.settler.settle(shop.hand().lock)
    *_, failure = shop.delivered()
    assert isinstance(failure, Failure)
    assert "Unknown property" in failure.message
    assert failure.retries == 2
    assert shop.stage() == "created", "the Bitrix24 task stays, and is never made again"


def test_no_failure_takes_the_place_of_a_completion_that_may_be_executed_still(
    shop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first call was not answered, and the next ones are refused while the engine still works on it."""
    now = still_clock(monkeypatch)
    refused = ContinuationFailed("complete", "Unknown property used in expression")
    shop.engine.deliver_script = [EngineUnreachable("complete", "time-out", doubtful=True)] + [refused] * 5
    owe(shop)
    for _ in range(5):
        shop.settler.settle(shop.hand().lock)
    assert all(isinstance(said, Complete) for said in shop.delivered())
    now[0] += ENGINE_MAX_SECONDS
    shop.settler.settle(shop.hand().lock)
    assert isinstance(shop.delivered()[-1], Failure)


def test_what_another_run_may_have_called_for_becomes_no_failure_before_that_is_over(shop: Workshop) -> None:
    shop.engine.deliver_script = [PayloadRefused("complete", "Unsupported value type")]
    owe(shop)
    shop.settler.settle(shop.hand().lock, replace(owed_for(shop.ledger), inherited=True))
    assert len(shop.delivered()) == 1
    assert owed_for(shop.ledger).tries == 1


def test_who_has_lost_a_settlement_puts_nothing_in_its_place(shop: Workshop) -> None:
    shop.engine.deliver_script = [PayloadRefused("complete", "Unsupported value type")]
    owe(shop)
    shop.settler.settle(shop.hand().lock, replace(owed_for(shop.ledger), owner="run-0"))
    assert len(shop.delivered()) == 1
    assert isinstance(owed_for(shop.ledger).settlement, Complete)
    assert len(shop.locks) == 0


@pytest.mark.parametrize(
    ("name", "told"), [("A", "This step leaves no variable A; it leaves: bitrixTaskId"), ("bitrixTaskId", None)]
)
def test_an_incident_names_the_variable_that_the_step_does_not_leave(
    shop: Workshop, name: str, told: str | None
) -> None:
    """With a step that asks nobody, whose answer a gateway reads, nothing else said why."""
    words = f"Unknown property used in expression: ${{{name} == 'ok'}}. Cause: Cannot resolve identifier '{name}'"
    shop.engine.deliver_script = [ContinuationFailed("complete", words)] * 3
    owe(shop)
    for _ in range(3):
        shop.settler.settle(shop.hand().lock)
    failure = shop.delivered()[-1]
    assert isinstance(failure, Failure)
    assert ("leaves no variable" in failure.message) is bool(told)
    assert (told or "") in failure.message


def test_refused_content_is_an_incident_at_once(shop: Workshop) -> None:
    shop.engine.deliver_script = [PayloadRefused("complete", "Unsupported value type")]
    owe(shop)
    shop.settler.settle(shop.hand().lock)
    failure = shop.delivered()[-1]
    assert isinstance(failure, Failure)
    assert failure.retries == 0
    assert "task.incident" in shop.events.names()
    assert shop.incidents == [("task-1", failure.message)], "the page counts it before the engine is asked again"


def test_an_unanswered_failure_keeps_the_task_in_hand_for_a_while(shop: Workshop) -> None:
    shop.engine.deliver_script = [EngineUnreachable("failure", "reset", doubtful=True)]
    shop.ledger.rejected(fetched(), None, FAILED)
    shop.settler.settle(shop.hand().lock)
    assert len(shop.locks) == 1
    shop.later.run_next()
    assert len(shop.locks) == 0


def test_it_stays_in_hand_though_the_ledger_fails_in_the_same_moment(
    shop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.engine.deliver_script = [EngineUnreachable("failure", "reset", doubtful=True)]
    shop.ledger.rejected(fetched(), None, FAILED)

    def full(*_: object, **__: object) -> None:
        raise LedgerUnavailable("disk full")

    monkeypatch.setattr(shop.ledger.settlements, "postpone", full)
    shop.settler.settle(shop.hand().lock)
    assert len(shop.locks) == 1
    assert shop.settler.sends.may_be_executed_still(owed_for(shop.ledger))


def test_an_outcome_of_a_suspended_step_says_what_to_do(shop: Workshop) -> None:
    owe(shop)
    shop.engine.deliver_script = [TaskSuspended("complete", "ENGINE-03043")]
    shop.settler.settle(shop.hand().lock)
    assert "Activate the process instance in Cockpit" in str(shop.events.facts("settlement.retry")["reason"])
    [seen] = shop.ledger.views.unsettled()
    assert seen.cause == "instance_suspended"
    page = view_of(facts(view=shop.ledger.views.read()), ABOUT, "en")
    [needed] = page.needs
    assert (needed.name, needed.count) == ("not_accepted", 1)
    assert needed.items[0].cure.startswith("Activate the process instance in Cockpit")
    assert not page.waits


def test_what_has_been_tried_for_days_is_tried_again(shop: Workshop, tmp_path: Path) -> None:
    """A step that is suspended: two to the power of its tries is no number at some point."""
    owe(shop)
    with sqlite3.connect(tmp_path / "worker.db") as ledger:
        ledger.execute("update settlements set tries = 100000")
    shop.engine.deliver_script = [TaskSuspended("complete", "suspended")]
    shop.settler.settle(shop.hand().lock)
    assert owed_for(shop.ledger).tries == 100_001
    shop.settler.settle(shop.hand().lock)
    assert shop.stage() == "settled"


def test_what_another_run_has_called_for_is_remembered_though_the_task_is_in_hand(shop: Workshop) -> None:
    owe(shop)
    shop.hand()
    shop.settlements._deliver(replace(owed_for(shop.ledger), inherited=True))
    assert shop.delivered() == []
    assert shop.settler.sends.may_be_executed_still(owed_for(shop.ledger))


def test_early_after_a_start_no_failure_is_told(shop: Workshop) -> None:
    shop.settler._deadlines = deadlines(started=clock.boottime())
    shop.ledger.rejected(fetched(), None, FAILED)
    shop.settler.settle(shop.hand().lock)
    assert shop.delivered() == []
    assert shop.ledger.settlements.of("task-1") is not None
    shop.settler.settle(shop.hand().lock, surely_first=True)
    assert len(shop.delivered()) == 1


def test_a_failure_that_is_held_back_after_a_start_says_when_it_is_due(shop: Workshop) -> None:
    """The log said "in 0.7 s", the ledger "due since long", and the next try came after 61 s."""
    begun = clock.boottime()
    for part in (shop.settler, shop.settlements):
        part._deadlines = deadlines(started=begun)
    shop.ledger.rejected(fetched(), None, FAILED)
    shop.settlements.deliver_due()
    assert shop.delivered() == []
    assert HOLD - 5 < owed_due_in(shop) <= HOLD
    shop.engine.deliver_script = [EngineUnreachable("failure", "http_500", doubtful=False)]
    shop.settler.settle(shop.hand().lock, surely_first=True)
    assert HOLD - 5 < float(str(shop.events.facts("settlement.retry")["seconds"])) <= HOLD
    assert HOLD - 5 < owed_due_in(shop) <= HOLD


def owed_due_in(shop: Workshop) -> float:
    life = shop.ledger.views.life("task-1")
    assert life is not None
    assert life.outcome is not None
    return life.outcome.next_at - time.time()


def test_the_outbox_delivers_what_an_earlier_run_owed(shop: Workshop) -> None:
    owe(shop)
    shop.settlements.deliver_due()
    assert shop.stage() == "settled"


def test_the_outbox_leaves_a_task_in_hand_alone(shop: Workshop) -> None:
    owe(shop)
    shop.hand()
    shop.settlements.deliver_due()
    assert shop.delivered() == []


def test_a_bpmn_error_is_delivered_and_synchronised(shop: Workshop) -> None:
    owe(shop, BpmnError("DECLINED", "no"))
    shop.settler.settle(shop.hand().lock)
    assert shop.stage() == "settled"
    assert "task.bpmn_error" in shop.events.names()


def lose_first_record(shop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    """The ledger cannot record the next outcome that the engine has accepted, and can again after that."""
    record, failing = shop.ledger.settlements.settled, [LedgerUnavailable("the connection is lost")]

    def settled(*args: Any, **kwargs: Any) -> Any:
        if failing:
            raise failing.pop()
        return record(*args, **kwargs)

    monkeypatch.setattr(shop.ledger.settlements, "settled", settled)


@pytest.mark.parametrize(
    ("settlement", "told"), [(DONE, "task.completed"), (BpmnError("DECLINED", "no"), "task.bpmn_error")]
)
def test_of_an_accepted_outcome_that_the_ledger_could_not_record_only_the_record_is_repeated(
    shop: Workshop, monkeypatch: pytest.MonkeyPatch, settlement: Complete | BpmnError, told: str
) -> None:
    lose_first_record(shop, monkeypatch)
    shop.engine.deliver_script = ["accepted", TaskGone("complete", "does not exist")]
    owe(shop, settlement)
    shop.settler.settle(shop.hand().lock)
    shop.settlements.deliver_due()
    assert shop.delivered() == [settlement]
    assert shop.stage() == "settled"
    assert shop.ledger.counters()["tasks_completed"] == 1
    assert [name for name in shop.events.names() if name in (told, "task.gone")] == [told]


def test_so_is_an_accepted_failure(shop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    lose_first_record(shop, monkeypatch)
    shop.engine.deliver_script = ["accepted", LockLost("failure", "x", None)]
    shop.ledger.rejected(fetched(), None, FAILED)
    shop.settler.settle(shop.hand().lock)
    shop.settlements.deliver_due()
    assert shop.delivered() == [FAILED]
    assert "task.superseded" not in shop.events.names()
    assert shop.ledger.settlements.of("task-1") is None


def test_what_was_accepted_is_told_again_after_a_new_hand_out(shop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    """The engine was restored: it does not know the outcome that it accepted."""
    lose_first_record(shop, monkeypatch)
    owe(shop)
    shop.settler.settle(shop.hand().lock)
    shop.settler.settle(shop.hand().lock)
    assert shop.delivered() == [DONE, DONE]


def test_what_is_gone_after_a_call_without_an_answer_was_probably_completed_by_it(shop: Workshop) -> None:
    shop.engine.deliver_script = [
        EngineUnreachable("complete", "time-out", doubtful=True),
        TaskGone("complete", "does not exist"),
    ]
    owe(shop)
    for _ in range(2):
        shop.settler.settle(shop.hand().lock)
    assert [name for name in shop.events.names() if name.startswith("task.")][-1] == "task.completed_unheard"


def test_so_was_what_an_earlier_run_may_have_called_for(shop: Workshop) -> None:
    shop.engine.deliver_script = [TaskGone("complete", "does not exist")]
    owe(shop)
    shop.settler.settle(shop.hand().lock, replace(owed_for(shop.ledger), inherited=True))
    assert "task.completed_unheard" in shop.events.names()
    assert "task.gone" not in shop.events.names()


def test_what_another_program_ended_before_the_first_call_is_gone(shop: Workshop) -> None:
    shop.engine.deliver_script = [TaskGone("complete", "does not exist")]
    owe(shop)
    shop.settler.settle(shop.hand().lock)
    assert "task.gone" in shop.events.names()
