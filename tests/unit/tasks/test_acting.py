"""What a created task needs besides: each act once and in order, whatever becomes of its calls."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from bitrix.errors import AccessDenied, ChannelFault, Doubtful, MethodMissing, NotExecuted, PortalError, Rejected
from bitrix.methods import TEMPLATE
from bitrix.task_states import Odd, OddRow
from bitrix.tasks import Profile
from tests.support.builders import HOLD, fetched, open_ledger
from tests.support.fakes import FakeKind
from tests.support.page_facts import ABOUT, facts
from tests.support.workshop import Workshop
from worker.acts.kind import Removed
from worker.ledger import OwedAct
from worker.mapping.faults import MappingFault, reason_of
from worker.model import Act, ActState, Complete, Failure, Promise
from worker.monitoring.page_model import View
from worker.monitoring.page_view import view_of
from worker.runtime import clock
from worker.tasks.acting import ATTEMPTS
from worker.tasks.doubts import SECOND_LOOK_SECONDS
from worker.tasks.neutral import UNANSWERED_READS

ADD = "note.add"
DOUBT = Doubtful(ADD, "no_answer", "ReadTimeout")
REFUSED = Rejected(ADD, "ERROR_CORE", "no access")
AWAY = NotExecuted(ADD, "QUERY_LIMIT_EXCEEDED")
TWO = (Act("note", {"letters": "ab"}), Act("note", {"letters": "cd"}))
ALL = [(101, letter) for letter in "abcd"]


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Workshop]:
    shop = Workshop(tmp_path)
    shop.mapper.acts = TWO
    yield shop
    shop.ledger.close()


def acts(shop: Workshop) -> list[OwedAct]:
    row = shop.ledger.known(["task-1"])["task-1"]
    return list(shop.ledger.acts.of(row.external_task_id))


def states(shop: Workshop) -> list[ActState]:
    return [act.state for act in acts(shop)]


def again(shop: Workshop, **facts: Any) -> None:
    """The engine hands the task out once more."""
    row = shop.ledger.received([fetched()]).get("task-1")
    shop.desk.begin(shop.hand(row=row, surely_first=False, **facts))


def crash(shop: Workshop) -> None:
    """Forget what is in hand and in doubt, as a killed process does; the row belongs to an earlier run."""
    shop.later.jobs.clear()
    shop.doubts._open.clear()
    for lock in shop.locks.all():
        shop.locks.finish(lock)
    with shop.ledger._store.transaction() as tx:
        tx.execute(sa.text("UPDATE tasks SET owner = 'earlier'"))
        tx.execute(sa.text("UPDATE acts SET owner = 'earlier' WHERE owner IS NOT NULL"))


def test_acts_are_done_in_order_before_the_step_is_completed(shop: Workshop) -> None:
    told: list[int] = []
    shop.engine.on_end = lambda call, _: told.append(len(shop.portal.notes)) if call == "complete" else None
    shop.desk.begin(shop.hand())
    assert shop.portal.notes == ALL
    assert told == [4]
    assert states(shop) == [ActState.DONE, ActState.DONE]
    assert all(act.payload is None and act.progress is None for act in acts(shop))  # personal data
    counters = shop.ledger.counters()
    assert (counters["tasks_created"], counters["acts_done"], shop.stage()) == (1, 2, "settled")
    assert shop.synced == 1


def test_a_step_that_waits_begins_to_wait_after_its_acts(shop: Workshop) -> None:
    shop.mapper.said = Promise.CLOSE
    shop.portal.note_script = [1, 1, AWAY]
    shop.desk.begin(shop.hand())
    assert (shop.stage(), len(shop.waiting), shop.synced) == ("created", 0, 1)  # people see the task in the process
    shop.later.run_next()
    assert (shop.stage(), shop.portal.notes, shop.synced) == ("waiting", ALL, 1)
    [waiting] = shop.waiting.all()
    assert not waiting.was_closed  # nobody has returned it to work
    assert shop.ledger.counters()["tasks_created"] == 1


def test_a_call_is_on_disk_before_it_is_sent(shop: Workshop) -> None:
    seen: list[list[ActState]] = []
    real = shop.portal.call

    def call(method: str, params: Any = None, **how: Any) -> Any:
        if method == ADD:
            seen.append(states(shop))
        return real(method, params, **how)

    shop.portal.call = call  # type: ignore[method-assign]
    shop.desk.begin(shop.hand())
    due, begun, done = ActState.DUE, ActState.BEGUN, ActState.DONE
    assert seen == [[begun, due], [begun, due], [done, begun], [done, begun]]


@pytest.mark.parametrize("executed", [True, False])
def test_an_unclear_answer_is_waited_out_and_looked_up(shop: Workshop, executed: bool) -> None:
    shop.portal.executes = executed
    shop.portal.note_script = [1, DOUBT]
    shop.desk.begin(shop.hand())
    assert (shop.delivered(), states(shop)[0], len(shop.doubts)) == ([], ActState.BEGUN, 1)
    assert HOLD - 1 < shop.later.run_next() <= HOLD + 1
    shop.later.run_next()
    if not executed:  # absent once is not enough
        assert shop.portal.notes == ALL[:1]
        assert SECOND_LOOK_SECONDS - 1 < shop.later.run_next() <= SECOND_LOOK_SECONDS + 1
        shop.later.run_next()
    assert shop.portal.notes == ALL
    assert [type(one) for one in shop.delivered()] == [Complete]


def test_nothing_is_repeated_after_a_crash_between_send_and_answer(shop: Workshop) -> None:
    shop.portal.executes = True
    shop.portal.note_script = [1, 1, DOUBT]
    shop.desk.begin(shop.hand())
    crash(shop)
    again(shop)
    assert shop.portal.notes == ALL[:3]
    shop.run_all()
    assert shop.portal.notes == ALL
    assert states(shop) == [ActState.DONE, ActState.DONE]


def test_after_a_crash_what_was_never_begun_is_looked_up_all_the_same(shop: Workshop) -> None:
    """Another worker, with a ledger of its own, may have had the task meanwhile."""
    shop.portal.note_script = [1, AWAY]
    shop.desk.begin(shop.hand())
    crash(shop)
    shop.portal.notes = list(ALL[:3])
    again(shop)
    shop.run_all()
    assert shop.portal.notes == ALL


def test_a_third_unclear_and_absent_call_asks_a_person(shop: Workshop) -> None:
    shop.portal.note_script = [DOUBT] * ATTEMPTS
    shop.desk.begin(shop.hand())
    shop.run_all()
    [failure] = shop.delivered()
    assert isinstance(failure, Failure)
    assert failure.retries == 0
    assert "101" in failure.message
    assert "note ab" in failure.message
    assert "ReadTimeout" in failure.details
    again(shop)  # a person has raised the retries
    shop.run_all()
    assert shop.portal.notes == ALL
    assert shop.ledger.counters()["tasks_created"] == 1
    assert len(shop.portal.made) == 1


def test_in_an_outage_no_unclear_call_counts(shop: Workshop) -> None:
    shop.portal.note_script = [DOUBT] * (ATTEMPTS + 2)
    real = shop.portal.answers
    shop.portal.answers = lambda: False  # type: ignore[method-assign]
    shop.desk.begin(shop.hand())
    for _ in range(100):
        if shop.portal.note_script:
            shop.later.run_next()
    assert (acts(shop)[0].begun, shop.delivered()) == (0, [])
    shop.portal.answers = real  # type: ignore[method-assign]
    shop.run_all()
    assert shop.portal.notes == ALL
    assert shop.delivered()[-1].__class__ is Complete


@pytest.mark.parametrize(
    "error", [REFUSED, AccessDenied(ADD, "ACCESS_DENIED"), MethodMissing(ADD, "ERROR_METHOD_NOT_FOUND")]
)
def test_a_refused_act_asks_a_person_and_goes_on_from_there(shop: Workshop, error: PortalError) -> None:
    shop.portal.note_script = [1, 1, 1, error]
    shop.desk.begin(shop.hand())
    [failure] = shop.delivered()
    assert isinstance(failure, Failure)
    assert "101" in failure.message
    assert "note cd" in failure.message
    assert (shop.stage(), shop.portal.notes) == ("created", ALL[:3])
    assert shop.portal_gate.is_open  # no other task is kept from its work
    again(shop)
    assert shop.portal.notes == ALL
    assert shop.delivered()[-1].__class__ is Complete


def test_a_refusal_after_execution_is_found_out(shop: Workshop) -> None:
    shop.portal.executes = True
    shop.portal.note_script = [REFUSED]
    shop.desk.begin(shop.hand())
    assert shop.portal.notes == ALL
    assert [type(one) for one in shop.delivered()] == [Complete]


def test_a_refusal_that_says_it_exists_is_done(shop: Workshop) -> None:
    shop.mapper.acts = (Act("note", {"letters": "a"}),)
    shop.portal.note_script = [Rejected(ADD, "EXISTS")]
    shop.desk.begin(shop.hand())
    assert states(shop) == [ActState.DONE]


def test_a_topic_may_go_on_without_a_refused_act(shop: Workshop) -> None:
    shop.goes_on.add("bitrix_create_task")
    shop.portal.note_script = [REFUSED]
    shop.desk.begin(shop.hand())
    assert shop.portal.notes == ALL[2:]
    assert [type(one) for one in shop.delivered()] == [Complete]
    assert states(shop) == [ActState.GIVEN_UP, ActState.DONE]
    given_up = acts(shop)[0]
    assert (given_up.payload, given_up.last_cause) == (None, "rejected")
    assert "no access" in (given_up.last_error or "")
    assert shop.events.facts("act.given_up")["act"] == "note ab"
    assert shop.ledger.counters()["acts_given_up"] == 1


def test_an_optional_kind_is_never_an_incident(shop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(FakeKind, "optional", True)
    shop.portal.note_script = [REFUSED]
    shop.desk.begin(shop.hand())
    assert [type(one) for one in shop.delivered()] == [Complete]


def test_what_cannot_be_looked_up_is_told_and_never_repeated(shop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(FakeKind, "can_be_looked_up", False)
    shop.mapper.acts = (Act("note", {"letters": "a"}), Act("note", {"letters": "b"}))
    shop.portal.note_script = [DOUBT]
    shop.desk.begin(shop.hand())
    shop.run_all()
    assert shop.portal.notes == [(101, "b")]
    assert states(shop) == [ActState.GIVEN_UP, ActState.DONE]
    assert [type(one) for one in shop.delivered()] == [Complete]


def test_what_cannot_be_looked_up_is_not_repeated_after_a_refusal(
    shop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The portal may refuse after it has executed."""
    monkeypatch.setattr(FakeKind, "can_be_looked_up", False)
    shop.mapper.acts = (Act("note", {"letters": "a"}),)
    shop.portal.executes = True
    shop.portal.note_script = [REFUSED]
    shop.desk.begin(shop.hand())
    again(shop)
    assert (shop.portal.notes, states(shop)) == ([(101, "a")], [ActState.GIVEN_UP])
    assert "no access" in (acts(shop)[0].last_error or "")


def test_what_cannot_be_looked_up_is_tried_again_if_it_was_refused_before_it_was_executed(
    shop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(FakeKind, "can_be_looked_up", False)
    shop.mapper.acts = (Act("note", {"letters": "a"}),)
    shop.portal.note_script = [AccessDenied(ADD, "ACCESS_DENIED")]
    shop.desk.begin(shop.hand())
    again(shop)
    assert shop.portal.notes == [(101, "a")]


@pytest.mark.parametrize("left", [None, {"done": 1}])
@pytest.mark.parametrize("behind", [True, False])
def test_what_an_act_adds_to_is_taken_for_deleted_only_if_two_looks_do_not_show_it(
    shop: Workshop, left: Any, behind: bool
) -> None:
    shop.mapper.acts = (Act("note", {"letters": "ab"}),)
    shop.portal.note_script = [1, AWAY]
    shop.desk.begin(shop.hand())
    crash(shop)
    shop.portal.look_script = [Removed(left)] * (1 if behind else 2)
    again(shop)
    assert (shop.delivered(), states(shop)) == ([], [ActState.DUE])
    shop.run_all()
    assert [type(one) for one in shop.delivered()] == [Complete]
    if behind or left:
        assert (shop.portal.notes, states(shop)) == (ALL[:2], [ActState.DONE])
    else:
        assert (shop.portal.notes, states(shop)) == (ALL[:1], [ActState.GIVEN_UP])
        assert "deleted" in str(shop.events.facts("act.given_up")["reason"])


def test_what_cannot_be_looked_up_is_sent_after_a_crash_if_it_was_never_begun(
    shop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(FakeKind, "can_be_looked_up", False)
    shop.mapper.acts = (Act("note", {"letters": "a"}),)
    shop.portal.note_script = [AWAY]
    shop.desk.begin(shop.hand())
    crash(shop)
    again(shop)
    assert shop.portal.notes == [(101, "a")]


def test_an_act_of_a_deleted_task_is_void(shop: Workshop) -> None:
    shop.portal.note_script = [1, REFUSED]
    shop.portal.gone_script = [True]
    shop.desk.begin(shop.hand())
    assert (acts(shop), shop.events.names().count("acts.void")) == ([], 1)
    assert [type(one) for one in shop.delivered()] == [Complete]


def test_a_task_that_is_only_hidden_is_not_taken_for_deleted(shop: Workshop) -> None:
    shop.portal.note_script = [REFUSED]
    shop.portal.gone_script = [True]
    shop.portal.profile_script = [Profile(7, is_admin=False)]
    shop.desk.begin(shop.hand())
    assert [type(one) for one in shop.delivered()] == [Failure]


def test_a_look_that_alone_is_refused_does_not_hold_the_task_for_ever(shop: Workshop) -> None:
    shop.portal.note_script = [DOUBT]
    shop.desk.begin(shop.hand())
    shop.portal.look_script = [ChannelFault("note.list", "INSUFFICIENT_SCOPE")]
    shop.run_all()
    assert [type(one) for one in shop.delivered()] == [Failure]
    assert shop.portal_gate.is_open


def test_a_broken_lock_sends_nothing(shop: Workshop) -> None:
    hand = shop.hand()
    real = shop.portal.add

    def add(*args: Any, **how: Any) -> Any:
        made = real(*args, **how)
        hand.lock.broken = "handed out again"
        return made

    shop.portal.add = add  # type: ignore[method-assign]
    shop.desk.begin(hand)
    assert (shop.portal.notes, states(shop), len(shop.locks)) == ([], [ActState.DUE] * 2, 0)
    shop.portal.add = real  # type: ignore[method-assign]
    again(shop)
    assert shop.portal.notes == ALL


def test_a_stop_between_two_acts_does_not_free_a_young_step(shop: Workshop) -> None:
    shop.portal.note_script = [1, AWAY]
    shop.desk.begin(shop.hand())
    shop.later.is_over = True
    shop.later.run_next()
    extensions = [call for call in shop.engine.calls if call[0] == "extend"]
    assert extensions[-1] == ("extend", "task-1", shop.deadlines.free_after)
    assert not [call for call in shop.engine.calls if call[0] == "give_back"]


def test_another_worker_that_has_taken_the_row_is_not_disturbed(shop: Workshop) -> None:
    other = open_ledger(shop.folder, owner="other")
    real = shop.portal.call

    def call(method: str, params: Any = None, **how: Any) -> Any:
        if len(shop.portal.notes) == 1:
            row = other.known(["task-1"])["task-1"]
            other.acts.begin(fetched(), row, 101, origin="known", promise=Promise.NOTHING)
        return real(method, params, **how)

    shop.portal.call = call  # type: ignore[method-assign]
    shop.desk.begin(shop.hand())
    other.close()
    assert (shop.portal.notes, shop.delivered(), len(shop.locks)) == (ALL[:2], [], 0)


def test_a_lost_row_has_its_acts_drafted_anew_and_looked_up(shop: Workshop) -> None:
    shop.portal.notes = list(ALL[:3])
    shop.task_states.set(101, 3)
    shop.task_states.mark(101, fetched().marker)
    shop.desk.begin(shop.hand(found=101, surely_first=False))
    assert shop.delivered() == []
    shop.run_all()
    assert shop.portal.notes == ALL
    assert shop.ledger.counters()["tasks_adopted"] == 1
    assert len(shop.portal.made) == 0


@pytest.mark.parametrize("marker", [None, "camunda:another"])
def test_a_task_of_another_program_gets_nothing_added_and_the_log_says_so(shop: Workshop, marker: str | None) -> None:
    shop.task_states.set(101, 3)
    shop.task_states.mark(101, marker)
    shop.desk.begin(shop.hand(found=101, surely_first=False))
    assert (shop.portal.notes, [type(one) for one in shop.delivered()]) == ([], [Complete])
    assert shop.events.facts("acts.not_ours")["portal_task"] == 101


@pytest.mark.parametrize("shown", ["missing", "odd"])
@pytest.mark.parametrize("promise", list(Promise))
def test_a_lost_row_whose_task_cannot_be_read_is_held_and_its_acts_follow(
    shop: Workshop, shown: str, promise: Promise
) -> None:
    shop.mapper.said = promise
    shop.task_states.others_open = False
    shop.task_states.odd = [OddRow(101, Odd.NO_STATUS)] if shown == "odd" else []
    shop.desk.begin(shop.hand(found=101, surely_first=False))
    assert (shop.stage(), shop.delivered(), len(shop.locks)) == (None, [], 1)
    shop.task_states.odd = []
    shop.task_states.set(101, 3)
    shop.task_states.mark(101, fetched().marker)
    shop.run_all()
    assert shop.portal.notes == ALL


def test_a_task_that_a_takeover_foresaw_gets_its_acts_if_it_is_ours(shop: Workshop) -> None:
    shop.ledger.waiting.foresee(fetched())
    shop.task_states.set(101, 3)
    shop.task_states.mark(101, fetched().marker)
    shop.portal.find_script = [{"task-1": 101}]
    again(shop)
    shop.run_all()
    assert shop.portal.notes == ALL
    assert [type(one) for one in shop.delivered()] == [Complete]


FAULT = MappingFault("bitrix_create_task", "title", "x", reason_of("unknown"))


def found_with_a_fault(shop: Workshop, error: Exception = FAULT, *, times: int = 1) -> None:
    """Our task is found, the ledger's row is lost, and today's draft has a fault."""
    shop.mapper.script = [error] * times
    shop.task_states.set(101, 3)
    shop.task_states.mark(101, fetched().marker)
    shop.desk.begin(shop.hand(found=101, surely_first=False))


@pytest.mark.parametrize("promise", list(Promise))
def test_a_fault_in_the_draft_of_an_adopted_task_asks_a_person_and_goes_on_from_there(
    shop: Workshop, promise: Promise
) -> None:
    shop.mapper.said = promise
    found_with_a_fault(shop, times=2)
    again(shop)
    for failure in shop.delivered():
        assert isinstance(failure, Failure)
        assert "101" in failure.message
        assert "title" in failure.message
    assert (len(shop.delivered()), shop.stage(), shop.portal.notes) == (2, "created", [])
    again(shop)  # a person has mended it and raised the retries
    shop.run_all()
    assert (shop.portal.notes, len(shop.portal.made)) == (ALL, 0)
    assert shop.stage() == ("settled" if promise is Promise.NOTHING else "waiting")
    assert shop.ledger.counters()["tasks_adopted"] == 1


@pytest.mark.parametrize("error", [Rejected(TEMPLATE, "not_found"), Doubtful(TEMPLATE, "timeout")])
def test_an_adopted_task_whose_template_alone_cannot_be_read_asks_a_person(shop: Workshop, error: PortalError) -> None:
    """It was held for ever, and asked the portal twice a second, without a word."""
    found_with_a_fault(shop, error, times=UNANSWERED_READS)
    shop.run_all()
    [failure] = shop.delivered()
    assert isinstance(failure, Failure)
    assert "101" in failure.message
    assert (shop.portal.notes, len(shop.portal.made)) == ([], 0)


def test_an_adopted_task_whose_template_was_not_answered_for_once_gets_its_acts(shop: Workshop) -> None:
    found_with_a_fault(shop, Doubtful(TEMPLATE, "timeout"))
    shop.run_all()
    assert shop.portal.notes == ALL
    assert [type(one) for one in shop.delivered()] == [Complete]


def test_a_look_at_an_act_that_is_not_answered_once_is_repeated(shop: Workshop) -> None:
    shop.portal.note_script = [DOUBT]
    shop.desk.begin(shop.hand())
    shop.portal.look_script = [Doubtful("note.list", "timeout")] * (UNANSWERED_READS - 1)
    shop.run_all()
    assert shop.portal.notes == ALL
    assert [type(one) for one in shop.delivered()] == [Complete]


def test_a_step_whose_adopted_task_needs_nothing_after_all_begins_to_wait(shop: Workshop) -> None:
    shop.mapper.said = Promise.CLOSE
    found_with_a_fault(shop)
    shop.mapper.acts = ()
    again(shop)
    [waiting] = shop.waiting.all()
    assert not waiting.was_closed  # nobody has returned it to work


def test_a_topic_may_go_on_without_what_could_not_be_drafted(shop: Workshop) -> None:
    shop.goes_on.add("bitrix_create_task")
    found_with_a_fault(shop)
    assert "acts.not_drafted" in shop.events.names()
    assert [type(one) for one in shop.delivered()] == [Complete]


def test_a_fault_in_the_draft_is_no_matter_of_a_task_of_another_program(shop: Workshop) -> None:
    shop.mapper.script = [MappingFault("bitrix_create_task", "title", "x", reason_of("unknown"))]
    shop.task_states.set(101, 3)
    shop.desk.begin(shop.hand(found=101, surely_first=False))
    assert [type(one) for one in shop.delivered()] == [Complete]
    assert "acts.not_ours" in shop.events.names()


def test_a_create_found_after_its_doubt_gets_its_acts(shop: Workshop) -> None:
    shop.portal.add_script = [Doubtful("tasks.task.add", "no_answer")]
    shop.desk.begin(shop.hand())
    shop.portal.find_script = [{"task-1": 101}]
    shop.run_all()
    assert shop.portal.notes == ALL
    assert shop.ledger.counters()["tasks_adopted"] == 1


def adopted_after_a_crash(shop: Workshop, **scripts: Any) -> None:
    """The create was recorded with what its task needs, and its answer is lost; its step then fails, once."""
    shop.portal.add_script = [Doubtful("tasks.task.add", "no_answer")]
    shop.desk.begin(shop.hand())
    crash(shop)
    shop.task_states.set(101, 3)
    shop.task_states.mark(101, fetched().marker)
    for name, fault in scripts.items():
        getattr(shop.mapper, name).append(fault)
    shop.portal.find_script = [{"task-1": 101}]
    again(shop, found=101)
    shop.run_all()
    assert [type(one) for one in shop.delivered()] == [Failure]


FAULT = MappingFault("bitrix_create_task", "result", "x", reason_of("unknown"))


def test_a_step_that_fails_when_its_task_is_adopted_loses_none_of_its_acts(shop: Workshop) -> None:
    """The row says what the task needs, as it was drafted when it was created; today's draft would need nothing."""
    adopted_after_a_crash(shop, promise_script=FAULT)
    shop.mapper.acts = ()
    again(shop)
    shop.run_all()
    assert shop.portal.notes == ALL
    assert [type(one) for one in shop.delivered()] == [Failure, Complete]


def test_a_step_that_fails_when_its_task_is_adopted_gets_no_acts_that_it_was_not_created_for(shop: Workshop) -> None:
    shop.mapper.acts = ()
    adopted_after_a_crash(shop, result_script=FAULT)
    shop.mapper.acts = TWO
    again(shop)
    shop.run_all()
    assert shop.portal.notes == []
    assert [type(one) for one in shop.delivered()] == [Failure, Complete]


def test_a_step_that_fails_with_acts_left_repeats_none_of_them(shop: Workshop) -> None:
    adopted_after_a_crash(shop, result_script=FAULT)
    assert shop.portal.notes == ALL
    again(shop)
    shop.run_all()
    assert shop.portal.notes == ALL
    assert [type(one) for one in shop.delivered()] == [Failure, Complete]


def test_a_new_attempt_replaces_the_acts_of_the_last_one(shop: Workshop) -> None:
    shop.portal.add_script = [Rejected("tasks.task.add", "ERROR_CORE")]
    shop.desk.begin(shop.hand())
    assert acts(shop) == []  # personal data
    shop.mapper.acts = TWO[1:]
    again(shop)
    assert shop.portal.notes == [(102, "c"), (102, "d")]


def test_a_kind_of_a_later_version_is_not_passed_over(shop: Workshop) -> None:
    shop.mapper.acts = (Act("hologram", {}),)
    shop.desk.begin(shop.hand())
    [failure] = shop.delivered()
    assert isinstance(failure, Failure)
    assert "hologram" in failure.message


def test_a_task_without_acts_costs_no_more_than_before(shop: Workshop) -> None:
    shop.mapper.acts = ()
    opened: list[float] = []
    real = shop.ledger._store.transaction

    def counting(**how: Any) -> Any:
        opened.append(clock.boottime())
        return real(**how)

    shop.ledger._store.transaction = counting  # type: ignore[method-assign]
    shop.desk.begin(shop.hand())
    assert len(opened) == 3  # the intent; the task and its outcome; the end
    assert shop.stage() == "settled"


def test_people_see_what_a_task_was_left_without(shop: Workshop) -> None:
    shop.goes_on.add("bitrix_create_task")
    shop.portal.note_script = [REFUSED]
    shop.desk.begin(shop.hand())
    [left] = shop.ledger.views.read().given_up
    assert (left.portal_task_id, left.kind, left.topic) == (101, "note", "bitrix_create_task")
    [group] = [group for group in page_of(shop).groups if group.name == "given_up"]
    assert (group.count, group.items[0].number) == (1, 101)
    assert "no access" in group.items[0].reason


def page_of(shop: Workshop) -> View:
    return view_of(facts(view=shop.ledger.views.read()), ABOUT, "en")
