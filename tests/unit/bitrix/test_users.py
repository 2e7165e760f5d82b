"""Who works on the portal: by people and minutes, never a guess, and never a call for each task."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from bitrix.client import Answer
from bitrix.errors import Doubtful
from bitrix.limits.limiter import Kind
from bitrix.users import AGAIN_SECONDS, KEPT_SECONDS, Standing, Users

SCOPES = ["task", "user_brief"]


class Portal:
    def __init__(self) -> None:
        self.scopes: Any = SCOPES
        self.rows: Any = [{"ID": "7", "ACTIVE": True}, {"ID": "42", "ACTIVE": False}]
        self.asked: list[list[int]] = []
        self.scope_calls = 0
        self.error: Exception | None = None

    def call(self, method: str, params: Mapping[str, Any] | None = None, *, kind: Kind) -> Answer:
        assert kind is Kind.BACKGROUND
        if method == "scope":
            self.scope_calls += 1
            return Answer(self.scopes)
        assert method == "user.get"
        assert params is not None
        if self.error:
            raise self.error
        ids = params["FILTER"]["@ID"]
        self.asked.append(ids)
        if not isinstance(self.rows, list):
            return Answer(self.rows)
        return Answer([row for row in self.rows if int(row["ID"]) in ids])


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    time = [1000.0]
    monkeypatch.setattr("bitrix.users.time.monotonic", lambda: time[0])
    return time


@pytest.mark.usefixtures("now")
def test_the_portal_tells_who_works_and_who_does_not() -> None:
    asker = Users(Portal())
    assert asker.standing(7) is Standing.ACTIVE
    assert asker.standing(42) is Standing.DISMISSED
    assert asker.standing(99) is Standing.NOT_SHOWN


@pytest.mark.parametrize(
    ("active", "standing"),
    [
        ("N", Standing.DISMISSED),
        ("false", Standing.DISMISSED),
        ("0", Standing.DISMISSED),
        ("Y", Standing.ACTIVE),
        (None, Standing.NOT_ASKED),
        ("?", Standing.NOT_ASKED),
    ],
)
@pytest.mark.usefixtures("now")
def test_yes_and_no_in_any_spelling(active: Any, standing: Standing) -> None:
    portal = Portal()
    portal.rows = [{"ID": 7, "ACTIVE": active}]
    assert Users(portal).standing(7) is standing


def test_a_hundred_tasks_of_one_person_cost_one_call_in_minutes(now: list[float]) -> None:
    portal = Portal()
    asker = Users(portal)
    assert {asker.standing(7) for _ in range(100)} == {Standing.ACTIVE}
    assert portal.asked == [[7]]
    now[0] += KEPT_SECONDS + 1
    portal.rows = [{"ID": "7", "ACTIVE": False}]
    assert asker.standing(7) is Standing.DISMISSED


def test_those_whose_time_has_run_out_are_asked_about_together(now: list[float]) -> None:
    portal = Portal()
    asker = Users(portal)
    for person in range(1, 60):
        asker.standing(person)
    portal.asked.clear()
    now[0] += KEPT_SECONDS + 1
    for person in range(1, 60):
        asker.standing(person)
    assert [len(ids) for ids in portal.asked] == [50, 9]


def test_a_webhook_that_may_not_ask_is_not_refused_again_and_again(now: list[float]) -> None:
    portal = Portal()
    portal.scopes = ["task"]
    asker = Users(portal)
    assert {asker.standing(person) for person in (7, 42, 7)} == {Standing.NOT_ASKED}
    assert (portal.asked, portal.scope_calls) == ([], 1)
    portal.scopes = SCOPES
    now[0] += AGAIN_SECONDS
    assert asker.standing(42) is Standing.DISMISSED


@pytest.mark.parametrize("id_", ["9" * 5000, "٧", [7], None, -7, True, 7.5])
@pytest.mark.usefixtures("now")
def test_a_row_with_an_odd_number_is_nobodys(id_: Any) -> None:
    class Odd(Portal):
        def call(self, method: str, params: Mapping[str, Any] | None = None, *, kind: Kind) -> Answer:
            return Answer([{"ID": id_, "ACTIVE": False}]) if method == "user.get" else Answer(SCOPES)

    assert Users(Odd()).standing(7) is Standing.NOT_SHOWN


@pytest.mark.parametrize("rows", [None, {}, [1], "x"])
@pytest.mark.usefixtures("now")
def test_an_answer_that_is_none_says_nothing_of_anybody(rows: Any) -> None:
    portal = Portal()
    portal.rows = rows if not isinstance(rows, list) else {"x": rows}
    assert Users(portal).standing(7) is Standing.NOT_ASKED


def test_a_failure_is_never_a_no(now: list[float]) -> None:
    portal = Portal()
    portal.error = Doubtful("user.get", "http_502")
    asker = Users(portal)
    assert asker.standing(42) is Standing.NOT_ASKED
    assert asker.standing(42) is Standing.NOT_ASKED
    assert portal.scope_calls == 1
    portal.error = None
    now[0] += AGAIN_SECONDS
    assert asker.standing(42) is Standing.DISMISSED


@pytest.mark.usefixtures("now")
def test_a_filter_that_was_dropped_says_nothing() -> None:
    class Deaf(Portal):
        def call(self, method: str, params: Mapping[str, Any] | None = None, *, kind: Kind) -> Answer:
            return Answer(self.rows) if method == "user.get" else super().call(method, params, kind=kind)

    assert Users(Deaf()).standing(99) is Standing.NOT_ASKED


@pytest.mark.usefixtures("now")
def test_several_are_asked_about_together_and_only_those_who_are_not_known() -> None:
    portal = Portal()
    asker = Users(portal)
    asker.standing(7)
    assert asker.standings([7, 42, 99, 42]) == {
        7: Standing.ACTIVE,
        42: Standing.DISMISSED,
        99: Standing.NOT_SHOWN,
    }
    assert portal.asked == [[7], [42, 99]]
    assert asker.standings([]) == {}
    many = list(range(1000, 1120))
    portal.asked.clear()
    assert set(asker.standings(many).values()) == {Standing.NOT_SHOWN}
    assert [len(ids) for ids in portal.asked] == [50, 50, 20]


@pytest.mark.usefixtures("now")
def test_of_several_nothing_is_known_where_the_portal_does_not_tell() -> None:
    portal = Portal()
    portal.error = Doubtful("user.get", "time-out", "x")
    assert Users(portal).standings([7, 42]) == {7: Standing.NOT_ASKED, 42: Standing.NOT_ASKED}
