from __future__ import annotations

import itertools
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from bitrix.added import Added
from bitrix.errors import (
    AccessDenied,
    ChannelFault,
    Doubtful,
    LookupUnproven,
    NotExecuted,
    PortalError,
    RefusedInFront,
    Rejected,
)
from bitrix.task_states import TaskState
from bitrix.users import Standing
from tests.support.builders import HOLD, draft, fetched
from tests.support.still_clock import still_clock
from tests.support.workshop import Workshop
from worker.engine.errors import EngineUnreachable, LockLost
from worker.ledger import LedgerUnavailable
from worker.mapping.faults import RAISE, MappingFault, reason_of
from worker.model import Complete, Failure, Stage
from worker.runtime import clock
from worker.steps.loops import LoopsUnknown
from worker.tasks import patience
from worker.tasks.begun_creates import begun_creates
from worker.words.begun_creates import NOT_ANSWERED, NOT_RECORDED
from worker.words.cause_words import REST_CHANGED
from worker.words.phrase import Phrase, unchanged

ADD = "tasks.task.add"
DOUBT = Doubtful(ADD, "no_answer", "ReadTimeoutError")


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Workshop]:
    shop = Workshop(tmp_path)
    yield shop
    shop.ledger.close()


def test_the_whole_way_of_one_task(shop: Workshop) -> None:
    shop.desk.begin(shop.hand())
    [done] = shop.delivered()
    assert isinstance(done, Complete)
    assert done.variables["bitrixTaskId"] == {"type": "Long", "value": 101}
    assert shop.stage() == "settled"
    assert shop.synced == 1
    assert len(shop.locks) == 0
    assert shop.events.names() == ["task.creating", "task.created", "task.completed"]


def test_the_intent_is_recorded_before_the_request_leaves(shop: Workshop) -> None:
    stages: list[Any] = []
    real = shop.portal.add

    def add(fields: Any, *, turn: Any, before_send: Any) -> Any:
        stages.append(shop.stage())
        return real(fields, before_send=before_send)

    shop.portal.add = add  # type: ignore[method-assign, assignment]
    shop.desk.begin(shop.hand())
    assert stages == ["creating"]


def test_a_task_found_on_the_portal_is_adopted_not_made(shop: Workshop) -> None:
    shop.task_states.set(77, 3)
    shop.desk.begin(shop.hand(found=77))
    assert shop.portal.made == []
    assert shop.delivered()[0].variables["bitrixTaskId"]["value"] == 77
    assert shop.ledger.counters()["tasks_adopted"] == 1


def test_a_row_that_knows_its_task_never_creates_again(shop: Workshop) -> None:
    task = fetched()
    shop.desk.begin(shop.hand(task))
    shop.desk.begin(shop.hand(task, row=shop.ledger.known([task.id])[task.id]))
    assert len(shop.portal.made) == 1
    assert [type(settlement) for settlement in shop.delivered()] == [Complete, Complete]
    assert shop.ledger.counters()["tasks_created"] == 1


def test_a_marker_that_the_portal_has_not_kept_is_told_and_counted(shop: Workshop) -> None:
    shop.portal.add_script = [Added(101, ""), Added(102, None), Added(103, fetched("c").marker)]
    for name in "abc":
        shop.desk.begin(shop.hand(fetched(name)))
    assert shop.events.names().count("task.marker_dropped") == 1
    assert shop.events.facts("task.marker_dropped")["portal_task"] == 101
    assert shop.ledger.counters()["markers_dropped"] == 1
    assert len(shop.delivered()) == 3


@pytest.mark.parametrize("said", ["", None])
def test_an_answer_without_a_marker_that_names_another_steps_task_is_doubt(shop: Workshop, said: str | None) -> None:
    """Closing that one would complete a step that it has nothing to do with."""
    shop.desk.begin(shop.hand(fetched("lunch")))
    shop.portal.add_script = [Added(101, said)]
    shop.portal.find_script = [{"reactor": 102}]
    shop.desk.begin(shop.hand(fetched("reactor")))
    assert shop.stage("reactor") == "creating"
    shop.later.run_next()
    assert shop.portal.everywhere, "another marker may stand in place of ours"
    assert shop.ledger.known(["reactor"])["reactor"].portal_task_id == 102


@pytest.mark.parametrize("waiting", [False, True])
def test_one_number_in_two_rows_is_told(shop: Workshop, waiting: bool) -> None:
    """The portal may have been restored from a backup, and gives its numbers again: the marker says whose it is."""
    shop.mapper.waiting = waiting
    shop.portal.add_script = [Added(101, fetched(name).marker) for name in "ab"]
    for name in "ab":
        shop.desk.begin(shop.hand(fetched(name)))
    assert shop.shared == [(101, "b", "a")]
    assert shop.ledger.known(["b"])["b"].portal_task_id == 101


def test_the_row_knows_an_unmarked_task_before_anything_is_counted(
    shop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody could find it: a crash before the row knows it would make it twice."""
    counted: list[int] = []
    created = shop.ledger.created

    def record(*args: Any, **facts: Any) -> Any:
        counted.append(shop.ledger.counters().get("markers_dropped", 0))
        return created(*args, **facts)

    monkeypatch.setattr(shop.ledger, "created", record)
    shop.portal.add_script = [Added(101, "")]
    shop.desk.begin(shop.hand())
    assert (counted, shop.ledger.counters()["markers_dropped"]) == ([0], 1)


def test_nothing_is_sent_on_a_lock_that_would_not_outlive_the_create(shop: Workshop) -> None:
    hand = shop.hand(seconds=HOLD - 1)
    shop.engine.extend_script = [LockLost("extendLock", "expired", None)]
    shop.desk.begin(hand)
    assert shop.portal.made == []
    assert shop.stage() == "rejected", "the intent is taken back"
    assert len(shop.locks) == 0


def test_a_short_lock_is_extended_first(shop: Workshop) -> None:
    hand = shop.hand(seconds=150)
    hand.lock.expires = clock.boottime() + 30
    shop.desk.begin(hand)
    assert shop.engine.calls[0] == ("extend", "task-1", 150)
    assert len(shop.portal.made) == 1


@pytest.mark.parametrize(
    "error",
    [
        NotExecuted(ADD, "unreachable"),
        NotExecuted(ADD, "QUERY_LIMIT_EXCEEDED", retry_after=3.0),
        ChannelFault(ADD, "expired_token"),
    ],
)
def test_an_outage_pauses_gives_back_and_spends_no_retries(
    shop: Workshop, error: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("worker.tasks.patience.PATIENCE_SECONDS", 0.0)
    shop.portal.add_script = [error]
    shop.desk.begin(shop.hand())
    assert shop.delivered() == []
    assert ("give_back", "task-1") in shop.engine.calls
    assert not shop.portal_gate.is_open
    assert shop.stage() == "rejected"


def test_while_the_portal_is_not_well_nothing_begins(shop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("worker.tasks.patience.PATIENCE_SECONDS", 0.0)
    shop.portal_gate.close("away")
    shop.desk.begin(shop.hand())
    assert shop.portal.made == []
    assert ("give_back", "task-1") in shop.engine.calls


def test_what_is_known_of_a_task_is_not_thrown_away_by_a_moment_without_portal(shop: Workshop) -> None:
    shop.portal.add_script = [NotExecuted(ADD, "unreachable")]
    shop.desk.begin(shop.hand(surely_first=False))
    shop.later.run_next()
    assert len(shop.portal.made) == 1, "not while the portal is not well"
    shop.portal_gate._not_before = 0.0
    assert shop.probes.portal.try_to_open()
    shop.later.run_next()
    assert (len(shop.portal.made), shop.portal.finds, shop.stage()) == (2, 0, "settled")
    assert not [call for call in shop.engine.calls if call[0] == "give_back"]


def test_what_waits_in_hand_is_let_go_when_its_lock_breaks(shop: Workshop) -> None:
    shop.portal_gate.close("away")
    hand = shop.hand()
    shop.desk.begin(hand)
    hand.lock.broken = "taken by another"
    shop.portal_gate.reason = None
    shop.later.run_next()
    assert (shop.portal.made, len(shop.locks), shop.later.jobs) == ([], 0, [])


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The boot time, to be moved on."""
    return still_clock(monkeypatch)


def looks_in(shop: Workshop, now: list[float], seconds: float) -> list[float]:
    """When the portal was asked for the found task during these seconds, in seconds from now."""
    began, asked = now[0], list[float]()
    while now[0] - began < seconds:
        before = shop.task_states.looks
        if shop.later.jobs:
            shop.later.run_next()
        asked += [now[0] - began] * (shop.task_states.looks - before)
        now[0] += patience.LOOK_SECONDS
        for hand in shop.locks.all():
            hand.expires = now[0] + 600.0
    return asked


def test_a_found_task_that_the_list_never_shows_is_asked_for_ever_more_rarely_and_told_once(
    shop: Workshop, now: list[float]
) -> None:
    """It was asked for twice a second, for ever, and nobody was told."""
    shop.task_states.others_open = False
    shop.desk.begin(shop.hand(surely_first=False, found=55))
    asked = looks_in(shop, now, 600.0)
    gaps = [later - earlier for earlier, later in itertools.pairwise(asked)]
    assert gaps == sorted(gaps), "each try in vain makes the next one later"
    assert patience.MOST_SECONDS <= max(gaps) <= patience.MOST_SECONDS + 2 * patience.LOOK_SECONDS
    assert asked[1] <= 4 * patience.LOOK_SECONDS, "a moment is soon over"
    assert shop.events.names().count("task.held") == 1
    told = shop.events.facts("task.held")
    assert (told["task"], told["portal_task"]) == ("task-1", 55)
    assert "task 55" in str(told["reason"])
    assert REST_CHANGED.en in str(told["reason"]), "what to do"
    assert (shop.portal.made, shop.delivered(), len(shop.locks)) == ([], [], 1)

    shop.task_states.expect(55, None)
    looks_in(shop, now, 2 * patience.MOST_SECONDS)
    assert shop.delivered()[0].variables["bitrixTaskId"]["value"] == 55
    assert shop.events.names().count("task.went_on") == 1
    assert shop.events.facts("task.went_on")["task"] == "task-1"


def test_what_is_held_for_a_moment_is_not_told(shop: Workshop, now: list[float]) -> None:
    shop.task_states.others_open = False
    shop.desk.begin(shop.hand(surely_first=False, found=55))
    looks_in(shop, now, patience.TELL_SECONDS / 4)
    shop.task_states.expect(55, None)
    looks_in(shop, now, patience.TELL_SECONDS / 2)
    assert len(shop.delivered()) == 1
    assert {"task.held", "task.went_on"}.isdisjoint(shop.events.names())


def test_what_is_held_long_is_released_at_a_stop_and_when_the_portal_goes_away(
    shop: Workshop, now: list[float]
) -> None:
    shop.task_states.others_open = False
    shop.desk.begin(shop.hand(surely_first=False, found=55))
    looks_in(shop, now, 200.0)
    shop.portal_gate.close("away")
    looks_in(shop, now, patience.PATIENCE_SECONDS / 2)
    assert not [call for call in shop.engine.calls if call[0] == "give_back"], "a moment without portal"
    shop.later.is_over = True
    shop.later.run_next()
    assert ("give_back", "task-1") in shop.engine.calls
    assert shop.events.names().count("task.went_on") == 1


def test_what_waits_in_hand_is_given_back_at_a_stop(shop: Workshop) -> None:
    shop.portal_gate.close("away")
    shop.desk.begin(shop.hand())
    shop.later.is_over = True
    shop.later.run_next()
    assert (shop.portal.made, len(shop.locks)) == ([], 0)
    assert ("give_back", "task-1") in shop.engine.calls


def test_rejected_fields_cost_a_try_after_a_look_up(shop: Workshop) -> None:
    shop.portal.add_script = [Rejected(ADD, "ERROR_CORE", "Assignee not found", status=400)]
    shop.desk.begin(shop.hand())
    [failure] = shop.delivered()
    assert isinstance(failure, Failure)
    assert (failure.retries, failure.retry_timeout) == (2, 10.0)
    assert "Assignee not found" in failure.message
    assert "bitrix_create_task" in failure.message
    assert shop.portal.finds == 1


def test_what_the_portal_refuses_is_told_with_who_set_it(shop: Workshop) -> None:
    shop.models.names, shop.mapper.responsible = ("responsibleId",), 1
    shop.portal.add_script = [Rejected(ADD, "ERROR_CORE", "Assignee not found", status=400)]
    shop.mapper.more = {"GROUP_ID": 5, "FLOW_ID": 3}
    shop.desk.begin(shop.hand(fetched(variables={"responsibleId": 1, "group_id": 5})))
    [failure] = shop.delivered()
    assert isinstance(failure, Failure)
    sent = "responsibleId = 1 (set by the model: responsibleId), groupId = 5 (process variable group_id), flow_id = 3"
    assert f"Sent: {sent}. Correct the wrong value where it comes from, then raise the retries" in failure.message
    assert (
        "local variable of this step (camunda-bitrix-worker docs model-faults#set-the-steps-local-variable)"
        in failure.message
    )


def test_a_refusal_after_the_insert_is_adopted(shop: Workshop) -> None:
    shop.portal.add_script = [Rejected(ADD, "ERROR_CORE", "listener threw", status=400)]
    shop.portal.find_script = [{"task-1": 55}]
    shop.desk.begin(shop.hand())
    assert isinstance(shop.delivered()[0], Complete)


def test_a_refusal_whose_look_up_fails_is_doubt_not_absence(shop: Workshop) -> None:
    shop.portal.add_script = [Rejected(ADD, "ERROR_CORE", "x", status=400)]
    shop.portal.find_script = [LookupUnproven("tasks.task.list", "no_witness")]
    shop.desk.begin(shop.hand())
    assert shop.delivered() == []
    assert shop.stage() == "creating"
    assert len(shop.doubts) == 1


def test_a_doubtful_create_is_waited_out_and_found(shop: Workshop) -> None:
    shop.portal.add_script = [DOUBT]
    shop.portal.find_script = [{"task-1": 55}]
    shop.desk.begin(shop.hand())
    assert shop.stage() == "creating"
    assert len(shop.locks) == 1, "the lock is kept meanwhile"
    assert shop.later.run_next() > HOLD - 5, "not before the first request can no longer be running"
    assert shop.delivered()[0].variables["bitrixTaskId"]["value"] == 55
    assert len(shop.portal.made) == 1


def test_absent_twice_before_a_new_attempt(shop: Workshop) -> None:
    shop.portal.add_script = [DOUBT]
    shop.desk.begin(shop.hand())
    shop.later.run_next()
    assert len(shop.portal.made) == 1, "one look is not enough"
    shop.later.run_next()
    assert len(shop.portal.made) == 2
    assert shop.stage() == "settled"


def test_a_failed_look_up_is_never_absence(shop: Workshop) -> None:
    shop.portal.add_script = [DOUBT]
    shop.portal.find_script = [NotExecuted("tasks.task.list", "unreachable")] * 3
    shop.desk.begin(shop.hand())
    for _ in range(3):
        shop.later.run_next()
    assert len(shop.portal.made) == 1
    assert len(shop.doubts) == 1
    assert not shop.portal_gate.is_open


def test_three_doubtful_and_absent_attempts_end_as_a_failure(shop: Workshop) -> None:
    shop.portal.add_script = [DOUBT, DOUBT, DOUBT]
    shop.desk.begin(shop.hand())
    while shop.later.jobs:
        shop.later.run_next()
    assert len(shop.portal.made) == 3
    [failure] = shop.delivered()
    assert isinstance(failure, Failure)


def test_doubts_of_an_outage_are_not_counted(shop: Workshop) -> None:
    shop.portal.add_script = [DOUBT] * 4
    shop.portal.profile_script = [NotExecuted("profile", "unreachable")] * 4
    shop.desk.begin(shop.hand())
    for _ in range(4):
        shop.portal_gate._not_before = 0.0
        shop.portal_gate.reason = None
        shop.later.run_next()
        shop.later.run_next()
    assert len(shop.portal.made) == 5
    assert isinstance(shop.delivered()[-1], Complete)


def test_a_doubt_under_a_broken_lock_is_left_to_the_next_hand_out(shop: Workshop) -> None:
    shop.portal.add_script = [DOUBT]
    hand = shop.hand()
    shop.desk.begin(hand)
    hand.lock.broken = "refused"
    shop.later.run_next()
    assert shop.portal.finds == 0
    assert len(shop.locks) == 0
    assert shop.stage() == "creating"


def test_a_creating_row_of_an_earlier_run_is_waited_out(shop: Workshop) -> None:
    task = fetched()
    row = shop.ledger.begin_create(task, draft(task), None)
    shop.desk.begin(shop.hand(task, surely_first=False, row=row))
    assert shop.portal.made == []
    assert shop.later.run_next() > HOLD - 5


def test_a_crashing_task_is_an_incident_after_three_attempts(shop: Workshop) -> None:
    task = fetched()
    row = None
    for _ in range(3):
        row = shop.ledger.begin_create(task, draft(task), row)
    shop.desk.begin(shop.hand(task, row=row))
    shop.later.run_next()
    shop.later.run_next()
    assert shop.portal.made == []
    assert isinstance(shop.delivered()[0], Failure)


def test_a_fault_of_the_template_costs_a_try_and_sends_nothing(shop: Workshop) -> None:
    shop.mapper.script = [MappingFault("t", "deadline", "soon", unchanged("a date is expected"))]
    shop.desk.begin(shop.hand())
    assert shop.portal.made == []
    assert isinstance(shop.delivered()[0], Failure)
    assert shop.stage() == "rejected"


def test_a_step_that_waits_is_told_nothing_and_leaves_the_hands(shop: Workshop) -> None:
    shop.mapper.waiting = True
    shop.desk.begin(shop.hand())
    assert shop.stage() == "waiting"
    assert shop.delivered() == []
    assert (len(shop.locks), len(shop.waiting)) == (0, 1)
    assert shop.synced == 1
    assert shop.ledger.syncs.take(1)


def test_nothing_is_told_of_a_waiting_step_before_its_task(shop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    """The synchronisation and the look at the task run in other threads: what they log comes after it, too."""
    told_before: list[list[str]] = []
    for part, name in ((shop.syncs, "wake"), (shop.waiting, "put")):
        monkeypatch.setattr(part, name, lambda *_: told_before.append(shop.events.names()))
    monkeypatch.setattr(shop.waiting, "_wake_syncs", shop.syncs.wake)
    shop.mapper.waiting = True
    shop.desk.begin(shop.hand())
    assert shop.events.names() == ["task.creating", "task.created", "task.waiting"]
    assert [names[:2] for names in told_before] == [["task.creating", "task.created"]] * 2


def test_a_waiting_step_that_is_handed_out_again_waits_on(shop: Workshop) -> None:
    shop.mapper.waiting = True
    shop.desk.begin(shop.hand())
    row = shop.ledger.known(["task-1"])["task-1"]
    shop.desk.begin(shop.hand(surely_first=False, row=row))
    assert shop.stage() == "waiting"
    assert len(shop.portal.made) == 1
    assert len(shop.waiting) == 1
    assert shop.synced == 1


def test_an_adopted_task_is_waited_for_as_well(shop: Workshop) -> None:
    shop.mapper.waiting = True
    shop.desk.begin(shop.hand(surely_first=False, found=77))
    [waiting] = shop.waiting.all()
    assert waiting.portal_task_id == 77
    assert shop.portal.made == []


@pytest.mark.parametrize("told", ["2026-02-27T10:00:00+03:00", "2999-01-01T00:00:00+00:00", "soon", None])
def test_a_step_whose_ledger_was_lost_has_waited_since_its_task_was_made(shop: Workshop, told: str | None) -> None:
    """`explain` and page said `for 1 min` of a task that had been open for days."""
    shop.mapper.waiting = True
    shop.task_states.there[77] = TaskState(77, 3, fields={"CREATED_DATE": told})
    now = shop.ledger.now()
    shop.desk.begin(shop.hand(surely_first=False, found=77))
    since = shop.ledger.views.read().waiting_since
    assert since is not None
    if told and told.startswith("2026"):
        assert since == datetime.fromisoformat(told).timestamp()
    else:
        assert now <= since <= shop.ledger.now(), "not from the future, and where the portal does not tell, since now"


def test_a_fault_in_the_result_keeps_the_task_and_fails_the_step(shop: Workshop) -> None:
    shop.mapper.result_script = [MappingFault("t", "result.x", None, reason_of("no_value", "x"))]
    shop.desk.begin(shop.hand())
    [failure] = shop.delivered()
    assert isinstance(failure, Failure)
    assert failure.message.endswith(shop.events.words(RAISE))
    assert shop.stage() == "created"
    shop.desk.begin(shop.hand(row=shop.ledger.known(["task-1"])["task-1"]))
    assert len(shop.portal.made) == 1
    assert shop.stage() == "settled"


def test_stopping_gives_back_what_has_not_begun(shop: Workshop) -> None:
    shop.later.is_over = True
    shop.desk.begin(shop.hand())
    assert shop.portal.made == []
    assert ("give_back", "task-1") in shop.engine.calls


def test_a_row_taken_by_somebody_else_is_left_alone(shop: Workshop) -> None:
    task = fetched()
    shop.ledger.begin_create(task, draft(task), None)
    shop.desk.begin(shop.hand(task))
    assert shop.portal.made == []
    assert len(shop.locks) == 0


DENIALS = [AccessDenied("tasks.task.add", "ACCESS_DENIED"), RefusedInFront("tasks.task.add", "moved", status=302)]


@pytest.mark.parametrize("denial", DENIALS, ids=str)
def test_a_task_that_alone_is_denied_is_its_own_fault(shop: Workshop, denial: PortalError) -> None:
    """The neutral call works: were it the channel's fault, this one task would pause everybody for ever."""
    shop.portal.add_script = [denial]
    shop.desk.begin(shop.hand())
    assert shop.portal_gate.is_open
    assert [call[0] for call in shop.engine.calls if call[0] == "deliver"] == ["deliver"]


@pytest.mark.parametrize("denial", DENIALS, ids=str)
def test_a_webhook_that_is_denied_everything_is_no_tasks_fault(shop: Workshop, denial: PortalError) -> None:
    shop.portal.add_script = [denial]
    shop.portal.profile_script = [AccessDenied("profile", "ACCESS_DENIED")]
    shop.desk.begin(shop.hand())
    assert not shop.portal_gate.is_open
    assert not [call for call in shop.engine.calls if call[0] == "deliver"]


def test_a_task_whose_place_among_its_loops_is_unknown_makes_nothing(shop: Workshop) -> None:
    shop.details.script = [LoopsUnknown("loopCounter: grant READ")]
    shop.desk.begin(shop.hand())
    [failure] = shop.delivered()
    assert "grant READ" in failure.message
    assert shop.portal.made == []


def test_an_engine_that_is_away_while_the_place_is_asked_costs_no_try(shop: Workshop) -> None:
    shop.details.script = [EngineUnreachable("activity-instances", "refused", doubtful=False)]
    shop.desk.begin(shop.hand())
    assert shop.delivered() == []
    assert shop.portal.made == []


def test_no_task_is_made_for_the_dismissed(shop: Workshop) -> None:
    shop.mapper.responsible, shop.standing = 42, {42: Standing.DISMISSED}
    shop.desk.begin(shop.hand())
    [failure] = shop.delivered()
    assert "responsibleId = 42: this user is dismissed" in failure.message
    assert shop.portal.made == []


@pytest.mark.parametrize("standing", [Standing.NOT_ASKED, Standing.NOT_SHOWN, Standing.ACTIVE])
def test_who_could_not_be_asked_about_gets_his_task(shop: Workshop, standing: Standing) -> None:
    shop.mapper.responsible, shop.standing = 42, {42: standing}
    shop.desk.begin(shop.hand())
    assert len(shop.portal.made) == 1
    assert ("task.responsible_not_shown" in shop.events.names()) is (standing is Standing.NOT_SHOWN)


@pytest.mark.parametrize(("told", "changed"), [("42", False), (None, False), ("7", True)])
def test_another_responsible_than_was_sent_is_told(shop: Workshop, told: str | None, changed: bool) -> None:
    shop.mapper.responsible = 42
    shop.portal.add_script = [Added(101, fetched().marker, told)]
    shop.desk.begin(shop.hand())
    assert ("task.responsible_changed" in shop.events.names()) is changed


@pytest.mark.parametrize(("told", "changed"), [("12", False), (None, False), ("0", True), ("", True)])
def test_another_group_than_was_sent_is_told(shop: Workshop, told: str | None, changed: bool) -> None:
    shop.mapper.more = {"GROUP_ID": 12}
    shop.portal.add_script = [Added(101, fetched().marker, group=told)]
    shop.desk.begin(shop.hand())
    assert ("task.group_changed" in shop.events.names()) is changed


def test_nothing_is_told_of_the_responsible_of_another_steps_task(shop: Workshop) -> None:
    shop.mapper.responsible = 42
    shop.portal.add_script = [Added(101, fetched("a").marker, "42"), Added(101, fetched("a").marker, "7")]
    for name in "ab":
        shop.desk.begin(shop.hand(fetched(name)))
    assert shop.ledger.known(["b"])["b"].stage is Stage.CREATING
    assert "task.responsible_changed" not in shop.events.names()


SENTENCE = "Поле «Номер договора» обязательно"


def _never_clear(shop: Workshop, error: Exception) -> Failure:
    shop.portal.add_script = [error] * 3
    shop.desk.begin(shop.hand())
    while shop.later.jobs:
        shop.later.run_next()
    [failure] = shop.delivered()
    assert isinstance(failure, Failure)
    return failure


def test_the_incident_after_doubtful_creates_bears_the_portals_last_words(shop: Workshop) -> None:
    failure = _never_clear(shop, Doubtful(ADD, "ERROR_SOMETHING_NEW", SENTENCE + "\x1b[31m" + "я" * 2000))
    assert SENTENCE in failure.message
    assert len(failure.message) < 666, "the engine cuts it there"
    assert SENTENCE in failure.details
    assert len(failure.message) < len(failure.details) < 2000
    assert "\x1b" not in failure.message + failure.details
    assert shop.ledger.known(["task-1"])["task-1"].last_words is None, "personal data may be in them"


def test_an_earlier_run_has_heard_the_last_words(shop: Workshop) -> None:
    """Whoever waits the doubt out is another process than the one that was answered."""
    shop.portal.add_script = [Doubtful(ADD, "http_500", SENTENCE)] * 3
    shop.desk.begin(shop.hand())
    for _ in range(4):
        shop.later.run_next()
    row = shop.ledger.known(["task-1"])["task-1"]
    assert (row.spent, shop.stage()) == (3, "creating")
    assert [task.said for task in shop.ledger.views.creating()] == [
        f"the portal gave no clear answer (http_500): {SENTENCE} (call {ADD})"
    ]
    later = Workshop(shop.folder)
    later.desk.begin(later.hand(row=row))
    later.later.run_next()
    later.later.run_next()
    [failure] = later.delivered()
    assert isinstance(failure, Failure)
    assert SENTENCE in failure.message
    later.ledger.close()


def test_a_refusal_that_could_not_be_looked_up_keeps_its_words(shop: Workshop) -> None:
    shop.portal.add_script = [Rejected(ADD, "ERROR_CORE", SENTENCE, status=400)]
    shop.portal.find_script = [LookupUnproven("tasks.task.list", "no_witness")]
    shop.desk.begin(shop.hand())
    assert SENTENCE in str(shop.ledger.known(["task-1"])["task-1"].last_words)


def test_where_nothing_was_ever_answered_the_incident_says_so(shop: Workshop) -> None:
    task = fetched()
    row = None
    for _ in range(3):
        row = shop.ledger.begin_create(task, draft(task), row)
    shop.desk.begin(shop.hand(task, row=row))
    shop.later.run_next()
    shop.later.run_next()
    [failure] = shop.delivered()
    assert isinstance(failure, Failure)
    assert "unknown, the worker was stopped before it came" in failure.message


# --- what people are told of a create that was begun ---


def test_a_created_task_that_the_ledger_has_not_taken_yet_is_not_said_to_be_unanswered(
    shop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    record, told = shop.ledger.created, list[str]()

    def refuse_once(*facts: Any, **more: Any) -> Any:
        if not told:
            told.append(begun_creates(shop)["task-1"].said.en)
            raise LedgerUnavailable("database or disk is full")
        return record(*facts, **more)

    monkeypatch.setattr(shop.ledger, "created", refuse_once)
    shop.desk.begin(shop.hand())
    assert told == [NOT_RECORDED.format(task=101).en]
    assert not shop.recording.unrecorded()


def test_a_create_that_is_under_way_waits_for_the_portal(shop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    add, told = shop.portal.add, list[Phrase]()

    def tell_first(*facts: Any, **more: Any) -> Added:
        told.append(begun_creates(shop)["task-1"].said)
        return add(*facts, **more)

    monkeypatch.setattr(shop.portal, "add", tell_first)
    shop.desk.begin(shop.hand())
    assert told == [NOT_ANSWERED]


def test_a_create_whose_unclear_answer_the_ledger_could_not_take_is_no_longer_in_hand(
    shop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its row looks as if the portal had not answered yet, until the lock has ended."""

    def refuse(*_: object, **__: object) -> None:
        raise LedgerUnavailable("database is locked")

    monkeypatch.setattr(shop.ledger, "doubtful", refuse)
    shop.portal.add_script = [DOUBT]
    shop.desk.begin(shop.hand())
    assert shop.ledger.known(["task-1"])["task-1"].stage is Stage.CREATING
    assert not begun_creates(shop)
