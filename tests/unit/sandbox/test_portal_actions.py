"""What people and the webhook do with the stand-in's tasks."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from sandbox.portal.state import Refused, Tasks


def one(**given: Any) -> Tasks:
    tasks = Tasks()
    tasks.add({"TITLE": "x", "RESPONSIBLE_ID": 42, **given})
    return tasks


def fields(tasks: Tasks, *names: str) -> list[Any]:
    [task] = tasks.all()
    return [task.fields.get(name) for name in names]


def ids(tasks: Tasks, **filter_: Any) -> list[str]:
    return [row["id"] for row in tasks.find({"filter": filter_})[0]]


def hours(given: int) -> str:
    return (datetime.now(UTC) + timedelta(hours=given)).isoformat(timespec="seconds")


def test_completing_closes_by_the_one_who_acts() -> None:
    tasks = one()
    tasks.complete(1, 7)
    assert fields(tasks, "STATUS", "CLOSED_BY", "CHANGED_BY") == ["5", "7", "7"]
    assert fields(tasks, "CLOSED_DATE")[0] is not None


def test_the_webhooks_owner_acts_where_nobody_is_named() -> None:
    tasks = one()
    assert tasks.complete(1)["task"]["closedBy"] == "1"


def test_a_controlled_task_waits_for_its_creator_and_is_closed_all_the_same() -> None:
    tasks = one(TASK_CONTROL="Y")
    tasks.complete(1, 42)
    assert fields(tasks, "STATUS", "CLOSED_BY") == ["4", "42"]
    tasks.approve(1, 7)
    assert fields(tasks, "STATUS", "CLOSED_BY") == ["5", "7"]


@pytest.mark.parametrize("action", ["disapprove", "renew"])
def test_what_is_sent_back_is_no_longer_closed(action: str) -> None:
    tasks = one(TASK_CONTROL="Y")
    tasks.complete(1, 42, answer="ДА")
    getattr(tasks, action)(1, 7)
    assert fields(tasks, "STATUS", "CLOSED_BY", "CLOSED_DATE") == ["2", None, None]
    assert fields(tasks, "CHANGED_BY", "UF_RESULT_ANSWER") == ["7", "45"]  # the old answer stays in the field


@pytest.mark.parametrize(("action", "status"), [("start", "3"), ("defer", "6"), ("decline", "7")])
def test_the_other_actions_leave_it_open_or_declined(action: str, status: str) -> None:
    tasks = one()
    getattr(tasks, action)(1, 42)
    assert fields(tasks, "STATUS", "CLOSED_DATE") == [status, None]


@pytest.mark.parametrize(
    ("first", "then", "code"),
    [("complete", "complete", "0"), ("start", "approve", "1048582"), ("start", "renew", "1048582")],
)
def test_what_the_status_does_not_allow_is_refused(first: str, then: str, code: str) -> None:
    tasks = one()
    getattr(tasks, first)(1)
    with pytest.raises(Refused) as refused:
        getattr(tasks, then)(1)
    assert refused.value.code == code


def test_an_update_of_the_status_closes_too_and_declines_nothing() -> None:
    tasks = one()
    tasks.update(1, {"STATUS": 5})
    assert fields(tasks, "STATUS", "CLOSED_BY") == ["5", "1"]
    with pytest.raises(Refused):
        tasks.update(1, {"STATUS": 7})


def test_real_status_is_what_is_stored_and_status_what_the_viewer_sees() -> None:
    tasks = one(DEADLINE=hours(-1))
    tasks.start(1)
    assert ids(tasks, REAL_STATUS=3) == ["1"]
    assert ids(tasks, STATUS=3) == []
    assert ids(tasks, STATUS=-1) == ["1"]
    row = tasks.find({"select": ["REAL_STATUS"]})[0][0]
    assert row == {"id": "1", "title": "x", "status": "3"}


def test_a_deadline_that_is_near_and_a_foreign_task_unseen_have_their_own_status() -> None:
    assert ids(one(DEADLINE=hours(2)), STATUS=-3) == ["1"]
    assert ids(one(CREATED_BY=7), STATUS=-2) == ["1"]


def test_a_closed_task_is_never_overdue() -> None:
    tasks = one(DEADLINE=hours(-1))
    tasks.complete(1)
    assert ids(tasks, STATUS=5) == ["1"]


def test_dates_are_compared_as_moments_not_as_texts() -> None:
    tasks = one()
    tasks.update(1, {"CHANGED_DATE": "2026-09-01T10:00:00+03:00"})
    assert ids(tasks, **{">=CHANGED_DATE": "2026-09-01T06:59:59+00:00"}) == ["1"]
    assert ids(tasks, **{">=CHANGED_DATE": "2026-09-01T07:00:01+00:00"}) == []
    assert ids(tasks, **{"<DEADLINE": "2099-01-01"}) == []  # as NULL in SQL
    assert ids(tasks, **{">CHANGED_DATE": ["2099-01-01"]}) == ["1"]  # no scalar: dropped


def test_every_change_moves_the_changed_date() -> None:
    tasks = one()
    for act in (tasks.start, tasks.complete, tasks.renew):
        tasks.update(1, {"CHANGED_DATE": "2020-01-01T00:00:00+00:00"})
        act(1)
        assert fields(tasks, "CHANGED_DATE")[0] > "2020-01-02"


@pytest.mark.parametrize("answer", ["НЕТ", "46"])
def test_an_answer_is_kept_as_its_options_number(answer: str) -> None:
    tasks = one()
    assert fields(tasks, "UF_RESULT_ANSWER") == [None]
    tasks.complete(1, 42, answer=answer)
    assert fields(tasks, "UF_RESULT_ANSWER") == ["46"]


def test_an_answer_that_is_no_option_closes_nothing() -> None:
    tasks = one()
    with pytest.raises(Refused):
        tasks.complete(1, 42, answer="МОЖЕТ БЫТЬ")
    assert fields(tasks, "STATUS") == ["2"]


def test_an_enumeration_takes_numbers_and_forgets_texts() -> None:
    tasks = one(UF_RESULT_ANSWER="ДА")
    assert fields(tasks, "UF_RESULT_ANSWER") == [None]
    tasks.update(1, {"UF_RESULT_ANSWER": 45})
    assert fields(tasks, "UF_RESULT_ANSWER") == ["45"]


def test_results_are_closed_with_the_task_and_stay_closed() -> None:
    tasks = one()
    tasks.complete(1, 42, result="signed")
    tasks.renew(1)
    tasks.add_result(1, "signed again", 42)
    assert [(result.text, result.closed) for result in tasks.results(1)] == [("signed again", False), ("signed", True)]


def test_a_deleted_task_comes_back_as_it_was() -> None:
    tasks = one(UF_ELEMENT_ID="step")
    tasks.add({"TITLE": "y", "RESPONSIBLE_ID": 42})
    tasks.delete(1)
    assert tasks.get(1, []) == []
    assert ids(tasks) == ["2"]
    tasks.restore(1)
    assert ids(tasks) == ["1", "2"]
    assert tasks.all()[0].fields["UF_ELEMENT_ID"] == "step"


def test_without_rights_the_webhook_cannot_act_but_a_person_can() -> None:
    tasks = one(CREATED_BY=7)
    tasks.admin = False
    for act in (tasks.complete, tasks.results, tasks.checklist, tasks.delete, lambda task: tasks.comment(task, "x")):
        with pytest.raises(Refused):
            act(1)
    tasks.complete(1, 42)
    assert fields(tasks, "STATUS") == ["5"]


def test_changes_are_told_once_each() -> None:
    tasks = one()
    told: list[tuple[str, int]] = []
    tasks.on_change = lambda event, task: told.append((event, task))
    tasks.start(1)
    tasks.complete(1)
    tasks.delete(1)
    assert told == [("ONTASKUPDATE", 1), ("ONTASKUPDATE", 1), ("ONTASKDELETE", 1)]


def test_a_condition_that_is_denied_denies_all_it_names() -> None:
    tasks = one()
    tasks.add({"TITLE": "y", "RESPONSIBLE_ID": 42})
    assert ids(tasks, **{"!ID": [1, 3]}) == ["2"]


def test_a_portal_whose_clock_is_set_dates_all_by_it() -> None:
    tasks = one()
    tasks.ahead = -7200.0
    tasks.complete(1)
    shown = [*fields(tasks, "CREATED_DATE", "CHANGED_DATE", "CLOSED_DATE"), tasks.time()]
    hour_ago = datetime.now(UTC) - timedelta(hours=1)
    assert [datetime.fromisoformat(date) < hour_ago for date in shown] == [False, True, True, True]


def test_a_portal_that_does_not_move_the_date_of_change_does_not_list_the_closing() -> None:
    tasks = one()
    tasks.update(1, {"CHANGED_DATE": hours(-2)})
    tasks.keeps_changed_date = True
    tasks.complete(1)
    assert ids(tasks, **{">=CHANGED_DATE": hours(-1)}) == []
    assert fields(tasks, "STATUS") == ["5"]


def test_dates_may_come_without_their_offset() -> None:
    tasks = one()
    tasks.offsets = False
    [row] = tasks.find({"select": ["CHANGED_DATE", "CLOSED_DATE"]})[0]
    assert datetime.fromisoformat(row["changedDate"]).tzinfo is None
    assert row["closedDate"] is None


def test_a_list_that_is_behind_shows_the_state_before_a_change() -> None:
    tasks = one()
    tasks._made[1] -= 3600
    tasks.list_lag = 3600.0
    tasks.update(1, {"PRIORITY": "2"})
    tasks.complete(1)
    assert ids(tasks, ID=[1], REAL_STATUS=[5]) == []
    [row] = tasks.find({"filter": {"ID": [1, 1]}, "select": ["STATUS", "PRIORITY"]})[0]
    assert (row["status"], row["priority"]) == ("2", "1")
    tasks.list_lag = 0.0
    assert ids(tasks, ID=["1", 99], REAL_STATUS=[5]) == ["1"]
