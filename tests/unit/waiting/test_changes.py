"""Rounds by the portal's list of changes: it must prove itself, loses nothing, and is left when it cannot be right."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from bitrix.causes import Cause
from bitrix.closings import Closing
from bitrix.errors import ChannelFault, Doubtful, LookupUnproven, Rejected, malformed
from bitrix.methods import LIST
from bitrix.task_states import Odd, OddRow
from tests.unit.waiting.test_waiting import CONTROL, DONE, EACH_TIME_ALL, OPEN, Stage
from worker.config.settings import TopicSettings, WaitingSettings
from worker.model import Complete
from worker.tasks.waiting_book import Waiting
from worker.waiting.changes import NEW_AT_ONCE
from worker.waiting.trust import ENOUGH
from worker.waiting.turn import Turn

BY_CHANGE = WaitingSettings(full_look_minutes=60)
MANY = 200
UNTOLD, TOLD = "waiting.changes_untold", "part.resumed"


class ByChange(Stage):
    """A stage on which rounds go by the list, once it has proved itself."""

    def close(self, number: int, *, named: bool = True, option: str = "45") -> None:
        """Somebody closes a task now."""
        self.task_states.set(number, DONE, option)
        at = self.told.now
        self.task_states.there[number] = replace(self.task_states.there[number], closed_at=at.isoformat())
        if named:
            self.told.closings.add(Closing(number, at))

    def round(self, seconds: float = 30.0) -> int:
        """The next round; returns how many calls looked at tasks by their numbers."""
        self.pass_(seconds)
        before = self.task_states.looks
        self.watch.look_at_all()
        return self.task_states.looks - before

    def pass_(self, seconds: float) -> None:
        """Both clocks go on."""
        self.told.now += timedelta(seconds=seconds)
        self.elapsed += seconds

    elapsed = 0.0

    def proven(self, count: int = MANY) -> list[Waiting]:
        """So many steps wait, besides those whose closing has proved the list."""
        self.wait_for(count + ENOUGH)
        self.round()
        for number in range(count + 1, count + ENOUGH + 1):
            self.close(number)
        self.round()
        assert self.changes.trust.is_there
        return self.waiting.all()

    def restart(self) -> None:
        """The steps are handed out again; the portal was asked before, and its clock has gone on."""
        for one in self.waiting.all():
            one.covered, one.unseen, one.closed = True, True, False
        self.changes = self.watch.changes = self.changes_of(BY_CHANGE)


@pytest.fixture
def stage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ByChange:
    found = ByChange(tmp_path, TopicSettings(wait_for_close=True), settings=BY_CHANGE)
    monkeypatch.setattr("worker.waiting.changes.clock.boottime", lambda: 1000.0 + found.elapsed)
    monkeypatch.setattr("worker.waiting.watch.clock.boottime", lambda: 1000.0 + found.elapsed)
    return found


def completed(stage: Stage) -> int:
    return sum(isinstance(one, Complete) for one in stage.delivered())


def test_a_list_that_has_proved_nothing_is_not_relied_on(stage: ByChange) -> None:
    stage.wait_for(MANY)
    assert [stage.round(), stage.round()] == [4, 4]
    for number in range(1, ENOUGH):
        stage.close(number)
    stage.round()
    assert (stage.round(), completed(stage)) == (4, ENOUGH - 1)
    assert not stage.changes.trust.is_there


def test_where_nothing_waits_the_portal_is_not_asked(stage: ByChange, monkeypatch: pytest.MonkeyPatch) -> None:
    clocks: list[int] = []
    monkeypatch.setattr(stage.changes, "_portal_clock", lambda: clocks.append(1))
    stage.round()
    assert (clocks, stage.told.asked) == ([], [])


def test_when_nothing_changes_no_task_is_looked_at(stage: ByChange) -> None:
    stage.proven()
    assert [stage.round() for _ in range(3)] == [0, 0, 0]
    assert UNTOLD not in stage.events.names()


def test_a_closed_task_costs_one_look_and_completes_its_step(stage: ByChange) -> None:
    stage.proven()
    stage.close(5)
    assert (stage.round(), completed(stage)) == (1, ENOUGH + 1)
    assert stage.round() == 0


def test_each_question_goes_back_beyond_the_last(stage: ByChange) -> None:
    stage.proven()
    before = stage.told.now
    stage.round()
    assert stage.told.asked[-1] == before - timedelta(seconds=180)


def test_a_task_that_the_list_shows_late_is_found_within_the_overlap(stage: ByChange) -> None:
    stage.proven()
    at = stage.told.now
    stage.close(5, named=False)
    for _ in range(3):
        assert stage.round() == 0
    stage.told.closings.add(Closing(5, at))  # its transaction took 90 seconds
    stage.round()
    assert completed(stage) == ENOUGH + 1


def test_a_task_read_as_open_from_another_node_is_looked_at_again(stage: ByChange) -> None:
    stage.proven()
    stage.close(5)
    stage.task_states.set(5, OPEN)
    assert (stage.round(), completed(stage)) == (1, ENOUGH)
    stage.task_states.set(5, DONE, "45")
    stage.round()
    assert completed(stage) == ENOUGH + 1


def test_an_answer_that_cannot_be_read_yet_is_asked_for_again_although_nothing_changes(stage: ByChange) -> None:
    stage.proven()
    stage.close(5)
    stage.task_states.option_script = [Doubtful("m", "x")]
    stage.round()
    stage.pass_(3600)
    stage.closed._unresolved_until = 0.0
    assert (stage.round(), completed(stage)) == (1, ENOUGH + 1)


@pytest.mark.parametrize("side", ["engine", "portal"])
def test_a_change_seen_while_a_gate_is_closed_is_concluded_later(stage: ByChange, side: str) -> None:
    stage.proven()
    stage.close(5)
    gate = getattr(stage.gates, side)
    gate.close(ChannelFault("m", "away"))
    stage.round()
    stage.pass_(3600)
    stage.round()
    assert completed(stage) == ENOUGH
    gate.open()
    stage.round()
    assert completed(stage) == ENOUGH + 1


def test_another_steps_marker_decides_nothing_and_is_told_at_each_round_as_before(stage: ByChange) -> None:
    stage.proven()
    stage.close(5)
    stage.task_states.mark(5, "camunda:another")
    stage.round()
    stage.pass_(3600)
    stage.round()
    assert completed(stage) == ENOUGH
    assert stage.events.names().count("waiting.anothers_task") == 2
    stage.task_states.mark(5, None)
    stage.round()
    assert completed(stage) == ENOUGH + 1


def test_an_odd_row_is_looked_at_until_it_can_be_read(stage: ByChange) -> None:
    stage.proven()
    stage.close(5)
    stage.task_states.odd = [OddRow(5, Odd.TWICE)]
    stage.round()
    stage.pass_(3600)
    stage.round()
    assert (completed(stage), stage.watch.odd_rows) == (ENOUGH, 1)
    stage.task_states.odd = []
    stage.round()
    assert (completed(stage), stage.watch.odd_rows) == (ENOUGH + 1, 0)


def test_a_task_that_awaits_control_costs_nothing_until_it_is_changed_again(stage: ByChange) -> None:
    stage.proven()
    stage.close(5)
    stage.task_states.set(5, CONTROL, "45")
    stage.round()
    stage.pass_(3600)
    assert [stage.round(), stage.round(), stage.round()] == [1, 0, 0]
    stage.close(5)
    stage.round()
    assert completed(stage) == ENOUGH + 1


def test_a_step_handed_out_again_gets_one_look(stage: ByChange) -> None:
    one = stage.proven()[4]
    stage.close(5)
    stage.waiting.drop(one.id)
    stage.round()
    stage.pass_(3600)
    stage.round()
    one.unseen = True
    stage.waiting.put(one)
    stage.round()
    assert completed(stage) == ENOUGH + 1
    assert stage.round() == 0


def test_so_many_new_steps_are_looked_at_in_several_rounds_and_those_named_first(stage: ByChange) -> None:
    some = stage.proven(NEW_AT_ONCE + 100)
    for one in some:
        one.unseen = True
    stage.close(NEW_AT_ONCE + 99)
    stage.round()
    assert completed(stage) == ENOUGH + 1
    assert sum(one.unseen for one in stage.waiting.all()) == 99
    stage.round()
    assert stage.round() == 0


def test_more_changes_than_a_look_at_all_would_cost_make_it_look_at_all(stage: ByChange) -> None:
    stage.proven()
    stage.told.too_many = True
    assert stage.round() == 4
    stage.told.too_many = False
    assert stage.round() == 0


# --- when the list is left ---


def left(stage: ByChange) -> None:
    """All tasks are looked at, it is said once, and the list must prove itself for an hour."""
    stage.round()
    assert stage.round() >= 4
    assert stage.events.names().count(UNTOLD) == 1
    for number in range(10, 10 + ENOUGH):
        stage.close(number)
    stage.round()
    assert stage.round() >= 4, "not so soon"
    stage.pass_(3600)
    for number in range(20, 20 + ENOUGH):
        stage.close(number)
    stage.round()
    assert stage.round() == 0
    assert stage.events.names().count(TOLD) == 1


@pytest.mark.parametrize("seconds", [-3600, 3600])
def test_a_clock_that_jumps(stage: ByChange, seconds: int) -> None:
    stage.proven()
    stage.told.now += timedelta(seconds=seconds)
    stage.close(5)
    assert stage.round() >= 4
    assert completed(stage) == ENOUGH + 1, "a closing dated before the last question is found at once"
    left(stage)


@pytest.mark.parametrize(
    "error",
    [
        LookupUnproven(LIST, Cause.FILTER_IGNORED),
        LookupUnproven(LIST, Cause.MALFORMED),
        malformed("server.time", "no offset"),
        Rejected(LIST, "0"),
    ],
)
def test_a_list_that_cannot_be_used(stage: ByChange, error: Exception) -> None:
    stage.proven()
    stage.close(5)
    stage.told.script = [error]
    assert stage.round() >= 4
    assert completed(stage) == ENOUGH + 1
    left(stage)


def test_a_method_that_fails_for_every_question_is_no_reason_to_leave_it(stage: ByChange) -> None:
    """For an hour afterwards each poll looked at all tasks."""
    stage.proven()
    stage.close(5)
    stage.told.script = [Rejected(LIST, "0")]
    stage.task_states.script = [Rejected(LIST, "0")]
    stage.round()
    stage.round()
    assert (stage.changes.trust.is_there, completed(stage)) == (True, ENOUGH + 1)
    assert UNTOLD not in stage.events.names()


def test_a_portal_that_is_away_is_no_reason_to_leave_it(stage: ByChange) -> None:
    stage.proven()
    stage.close(5)
    stage.told.script = [ChannelFault(LIST, "x")]
    stage.round()
    stage.round()
    assert (stage.changes.trust.is_there, completed(stage)) == (True, ENOUGH + 1)
    assert UNTOLD not in stage.events.names()


def test_closings_that_it_does_not_name_while_it_is_on_trial(stage: ByChange) -> None:
    stage.wait_for(MANY)
    stage.round()
    stage.round()
    for number in (1, 2):
        stage.close(number, named=False)
    stage.round()
    assert completed(stage) == 2
    stage.round()
    assert stage.events.names().count(UNTOLD) == 1


def test_closings_whose_own_date_cannot_be_read_prove_the_list_all_the_same(stage: ByChange) -> None:
    stage.wait_for(MANY)
    stage.round()
    for number in range(1, ENOUGH + 1):
        stage.close(number)
        stage.task_states.there[number] = replace(stage.task_states.there[number], closed_at="yesterday")
    stage.round()
    assert stage.changes.trust.is_there


def test_a_closing_that_a_sweep_has_found_first_proves_the_list_too(stage: ByChange) -> None:
    stage.wait_for(10)
    stage.round()
    for number in range(1, ENOUGH + 1):
        stage.close(number)
    stage.sweep_once()
    stage.sweep_once()
    stage.round()
    assert (completed(stage), stage.changes.trust.is_there) == (ENOUGH, True)


def test_a_clock_that_answers_late_has_not_jumped(stage: ByChange) -> None:
    stage.proven()
    read = stage.told.clock

    def slow() -> datetime:
        told = read()
        stage.pass_(70)
        return told

    stage.changes._portal_clock = slow
    stage.round()
    stage.changes._portal_clock = read
    stage.round()
    assert (stage.changes.trust.is_there, UNTOLD in stage.events.names()) == (True, False)


def test_a_closing_between_question_and_look_is_not_held_against_it(stage: ByChange) -> None:
    stage.wait_for(MANY)
    stage.round()
    for number in (1, 2, 3):
        stage.close(number, named=False)
    stage.round()
    stage.told.closings |= {Closing(number, stage.told.now) for number in (1, 2, 3)}
    stage.round()
    assert (stage.changes.trust.is_there, UNTOLD in stage.events.names()) == (True, False)


def test_a_closed_task_that_only_the_full_look_finds(stage: ByChange) -> None:
    stage.proven(40)
    stage.close(5, named=False)
    stage.sweep_once()
    stage.round()
    assert completed(stage) == ENOUGH
    stage.sweep_once()
    stage.round()
    assert completed(stage) == ENOUGH + 1
    assert stage.events.names().count(UNTOLD) == 1
    assert not stage.changes.trust.is_there


def test_a_closed_task_that_is_known_and_cannot_be_concluded_is_not_held_against_it(stage: ByChange) -> None:
    stage.proven(40)
    stage.close(5)
    stage.task_states.option_script = [Doubtful("m", "x")]
    for _ in range(3):
        stage.round()
        stage.sweep_once()
    assert stage.changes.trust.is_there


# --- over a restart ---


def test_a_restart_asks_for_what_has_changed_since(stage: ByChange) -> None:
    stage.proven()
    stage.round()
    asked = stage.told.now
    stage.close(5)
    stage.pass_(3600)
    stage.restart()
    stage.round()
    assert stage.told.asked[-1] == asked - timedelta(seconds=180)
    assert completed(stage) == ENOUGH + 1


def test_after_a_restart_a_step_that_waited_before_costs_no_look_of_its_own(stage: ByChange) -> None:
    one = stage.proven()[4]
    stage.round()
    stage.restart()
    assert stage.round() == 0
    one.covered = False  # another worker had it
    assert stage.round() == 1


def test_a_task_closed_before_its_step_was_handed_out_again_is_found(stage: ByChange) -> None:
    one = stage.proven()[4]
    stage.round()
    stage.close(5)
    stage.waiting.drop(one.id)
    stage.restart()
    stage.round()
    stage.pass_(3600)
    stage.round()
    one.covered = one.unseen = True
    stage.waiting.put(one)
    stage.round()
    assert completed(stage) == ENOUGH + 1


@pytest.mark.parametrize("broken", ["too many changes", "left", "more than are kept"])
def test_where_the_list_has_a_gap_each_step_gets_its_look(
    stage: ByChange, broken: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    some = stage.proven()
    stage.round()
    stage.restart()
    if broken == "too many changes":
        stage.told.too_many = True
    elif broken == "left":
        stage.told.script = [Rejected(LIST, "0")]
    else:
        monkeypatch.setattr("worker.waiting.changes.MOST_KEPT", 1)
        stage.told.closings |= {Closing(number, stage.told.now) for number in (9001, 9002)}
    stage.round()
    stage.told.too_many = False
    stage.changes.trust.is_there = True
    for one in some:
        one.unseen = one.covered = True
    stage.round()
    assert not any(one.unseen for one in stage.waiting.all())


def test_a_full_look_is_a_look_too(stage: ByChange) -> None:
    stage.proven(40)
    stage.round()
    stage.restart()
    stage.sweep_once()
    assert not any(one.unseen for one in stage.waiting.all())


def test_a_restart_asks_again_for_what_was_not_concluded(stage: ByChange) -> None:
    stage.proven()
    stage.round()
    asked = stage.told.now
    stage.close(5)
    stage.task_states.option_script = [Doubtful("m", "x")] * 2
    stage.round()
    stage.pass_(3600)
    stage.round()
    stage.restart()
    stage.round()
    assert stage.told.asked[-1] == asked - timedelta(seconds=180)


def test_a_restart_after_the_list_was_left_puts_it_on_trial(stage: ByChange) -> None:
    stage.proven()
    stage.round()
    stage.told.script = [Rejected(LIST, "0")]
    stage.round()
    stage.restart()
    assert not stage.changes.trust.is_there


def test_a_restart_on_a_clock_set_back_looks_at_all(stage: ByChange) -> None:
    stage.proven()
    stage.round()
    stage.told.now -= timedelta(hours=1)
    stage.restart()
    assert stage.round() >= 4
    assert stage.events.names().count(UNTOLD) == 1


# --- the full look ---


def test_the_calls_of_a_sweep_are_spread_over_its_time(stage: ByChange) -> None:
    stage.wait_for(300)
    for settings, calls in ((WaitingSettings(full_look_minutes=4), 3), (EACH_TIME_ALL, 6)):
        stage.sweep.tasks._turn = Turn(settings)
        stage.later.waits.clear()
        stage.sweep_once()
        assert stage.later.waits == [120 * 0.8 / calls] * calls


def test_what_a_sweep_did_not_come_to_at_a_stop_is_not_missing(stage: ByChange) -> None:
    stage.wait_for(MANY)
    stage.sweep.tasks._turn = Turn(EACH_TIME_ALL)
    stage.later.is_over = True
    before = stage.task_states.looks
    stage.sweep_once()
    assert (stage.task_states.looks - before, stage.sweep.tasks._missing_since) == (1, {})


def test_a_task_deleted_in_a_long_book_is_missed_by_a_hint(stage: ByChange) -> None:
    stage.proven()
    stage.sweep_once()  # the first share
    del stage.task_states.there[190]
    stage.watch.notice(190)
    stage.watch._look_at_hinted()
    stage.sweep_twice()
    assert "task-190" not in {one.id for one in stage.waiting.all()}


def test_many_missing_of_a_share_are_few_of_all(stage: ByChange) -> None:
    stage.proven(500)
    for number in range(1, 20):
        del stage.task_states.there[number]
    stage.sweep_twice()
    assert stage.sweep.tasks.many_gone == 0
    assert len(stage.waiting) == 500 - 19


def test_missing_tasks_are_not_over_because_the_next_share_has_none(stage: ByChange) -> None:
    stage.proven(500)
    delivered = len(stage.delivered())
    for number in range(1, 61):
        del stage.task_states.there[number]
    for _ in range(12):
        stage.sweep_once()
        assert stage.sweep.tasks.many_gone in {0, 60}
        assert (stage.sweep.tasks.many_gone == 60) is (stage.sweep.tasks.paused.pause is not None)
    names = stage.events.names()
    assert (names.count("waiting.many_tasks_gone"), names.count("part.resumed")) == (1, 0)
    assert len(stage.delivered()) == delivered


def test_a_webhook_that_sees_nothing_any_more_deletes_nothing(stage: ByChange) -> None:
    stage.proven()
    stage.task_states.there.clear()
    stage.sweep_twice()
    assert (stage.sweep.tasks.many_gone, len(stage.waiting)) == (MANY, MANY)


def test_a_dismissed_person_is_told_once_and_not_in_each_share(stage: ByChange) -> None:
    stage.proven()
    stage.task_states.there[2] = replace(stage.task_states.there[2], responsible=9)
    stage.people.away = {9}
    for _ in range(12):
        stage.sweep_once()
    assert stage.events.names().count("waiting.responsible_dismissed") == 1
