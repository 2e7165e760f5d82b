from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bitrix.errors import ListBehind, LookupUnproven
from tests.support.builders import DONE, draft, fetched, open_ledger
from tests.support.fakes import Events
from worker.ledger import Ledger
from worker.tasks.lookup import BATCH, LONGEST_LAG_SECONDS, Lookup

HOLD = 70.0


class FakeTasks:
    def __init__(self) -> None:
        self.asked: list[tuple[list[str], list[str]]] = []
        self.asked_by_field: list[list[str]] = []
        self.found: dict[str, int] = {}
        self.by_field: dict[str, int] = {}
        self.unproven_with_witnesses = False
        self.gone: set[int] = set()
        self.not_shown: set[str | None] = set()
        self.youngest: list[str | None] = []
        self.fields = frozenset({"UF_CAMUNDA_ID_EXTERNAL_TASK"})

    def look_up(
        self,
        markers: Sequence[str],
        witnesses: Sequence[str] = (),
        *,
        some_exist: bool = False,
        youngest: str | None = None,
    ) -> dict[str, int]:
        self.asked.append((list(markers), list(witnesses)))
        self.some_exist = some_exist
        self.youngest.append(youngest)
        if youngest in self.not_shown:
            raise ListBehind("tasks.task.list", "list_behind")
        if witnesses and self.unproven_with_witnesses:
            raise LookupUnproven("tasks.task.list", "no_witness")
        return {marker: id_ for marker, id_ in self.found.items() if marker in markers}

    def look_up_by_field(self, ids: Sequence[str]) -> dict[str, int]:
        self.asked_by_field.append(list(ids))
        return {id_: task for id_, task in self.by_field.items() if id_ in ids}

    def is_gone(self, task_id: int) -> bool:
        return task_id in self.gone

    def user_fields(self) -> frozenset[str]:
        return self.fields


class Time:
    """The ledger's clock, moved by hand."""

    def __init__(self, ledger: Ledger) -> None:
        self.now = 1_000_000.0
        ledger._wall = lambda: self.now


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    ledger = open_ledger(tmp_path)
    yield ledger
    ledger.close()


def new(id_: str = "task-1", **changes: Any) -> Any:
    return fetched(id_, create_time=datetime.now(UTC) + timedelta(hours=1), **changes)


def made(ledger: Ledger, id_: str, portal_task_id: int) -> None:
    task = fetched(id_)
    ledger.created(task, ledger.begin_create(task, draft(task), None), portal_task_id, DONE, adopted=False)


def lookup_of(tasks: FakeTasks, ledger: Ledger) -> Lookup:
    return Lookup(tasks, ledger, Events(), hold_seconds=HOLD)  # type: ignore[arg-type]


def test_found_by_marker_and_named_by_external_task(ledger: Ledger) -> None:
    tasks = FakeTasks()
    tasks.found = {"camunda:task-1": 7}
    assert lookup_of(tasks, ledger).find([new(), new("other")]) == {"task-1": 7}
    assert tasks.asked_by_field == [], "newer than the ledger: the old installation cannot have served it"


def test_witnesses_come_from_the_ledger_but_never_from_the_question(ledger: Ledger) -> None:
    made(ledger, "known", 42)
    made(ledger, "task-1", 43)
    tasks = FakeTasks()
    lookup_of(tasks, ledger).find([new()])
    assert tasks.asked == [(["camunda:task-1"], ["camunda:known"])]


def test_a_task_of_the_old_installation_bears_no_marker_and_is_no_witness(ledger: Ledger) -> None:
    ledger.created(fetched("old"), None, 42, DONE, adopted=True)
    tasks = FakeTasks()
    lookup_of(tasks, ledger).find([new()])
    assert tasks.asked == [(["camunda:task-1"], [])]


def test_old_witnesses_that_are_not_shown_are_replaced_by_the_portals_own(ledger: Ledger) -> None:
    time = Time(ledger)
    made(ledger, "known", 42)
    time.now += LONGEST_LAG_SECONDS
    tasks = FakeTasks()
    tasks.unproven_with_witnesses = True
    assert lookup_of(tasks, ledger).find([new()]) == {}
    assert [witnesses for _, witnesses in tasks.asked] == [["camunda:known"], []]
    assert tasks.some_exist, "one that is there by its number, and not found, is no proof of anything"


def test_where_people_have_deleted_all_tasks_nothing_waits_for_a_witness(ledger: Ledger) -> None:
    time = Time(ledger)
    made(ledger, "a", 42)
    made(ledger, "b", 43)
    time.now += LONGEST_LAG_SECONDS
    tasks = FakeTasks()
    tasks.unproven_with_witnesses = True
    tasks.gone = {42}
    lookup_of(tasks, ledger).find([new()])
    assert tasks.some_exist
    tasks.gone = {42, 43}
    lookup_of(tasks, ledger).find([new()])
    assert not tasks.some_exist


def test_a_look_up_without_any_proof_is_raised_not_read_as_absent(ledger: Ledger) -> None:
    tasks = FakeTasks()

    def unproven(*_: object) -> dict[str, int]:
        raise LookupUnproven("tasks.task.list", "filter_ignored")

    tasks.look_up = unproven  # type: ignore[method-assign, assignment]
    with pytest.raises(LookupUnproven):
        lookup_of(tasks, ledger).find([new()])


def test_many_tasks_are_asked_for_in_batches_that_fit_a_page(ledger: Ledger) -> None:
    tasks = FakeTasks()
    lookup_of(tasks, ledger).find([new(f"t{number}") for number in range(BATCH + 1)])
    assert [len(markers) for markers, _ in tasks.asked] == [BATCH, 1]


@pytest.mark.parametrize("created", [None, datetime(2020, 1, 1, tzinfo=UTC)])
def test_tasks_older_than_the_ledger_are_also_found_by_the_old_field(ledger: Ledger, created: datetime | None) -> None:
    tasks = FakeTasks()
    tasks.by_field = {"task-1": 9}
    assert lookup_of(tasks, ledger).find([fetched(create_time=created)]) == {"task-1": 9}


def test_without_the_old_field_only_the_marker_counts(ledger: Ledger) -> None:
    tasks = FakeTasks()
    tasks.fields = frozenset()
    assert lookup_of(tasks, ledger).find([fetched(create_time=None)]) == {}
    assert tasks.asked_by_field == []


def test_what_began_before_the_last_take_over_is_also_found_by_the_old_field(ledger: Ledger) -> None:
    """The old installation went on making tasks beside a ledger that was there already."""
    tasks = FakeTasks()
    tasks.by_field = {"task-1": 9}
    created = datetime.now(UTC) + timedelta(days=6)
    lookup = lookup_of(tasks, ledger)
    assert lookup.find([fetched(create_time=created)]) == {}
    ledger._wall = (created + timedelta(days=1)).timestamp
    ledger.waiting.note_replacement()
    assert lookup.find([fetched(create_time=created)]) == {"task-1": 9}


# --- a list that is behind ---


def test_the_newest_that_was_made_must_be_shown(ledger: Ledger) -> None:
    """A witness proves only what is as old as it is: a replica that shows it may not have come to what is asked for."""
    made(ledger, "old", 41)
    made(ledger, "new", 42)
    tasks = FakeTasks()
    tasks.not_shown = {"camunda:new"}
    with pytest.raises(ListBehind):
        lookup_of(tasks, ledger).find([new()])


def test_what_was_made_since_the_question_arose_is_waited_for_and_stays_the_same(ledger: Ledger) -> None:
    """On a busy portal there is always one newer: waiting for that would never end."""
    time = Time(ledger)
    made(ledger, "before", 41)
    tasks, lookup, since = FakeTasks(), lookup_of(FakeTasks(), ledger), time.now + 5
    lookup._tasks = tasks  # type: ignore[assignment]
    lookup.find([new()], since=since)
    for number in range(6):
        time.now = since + number
        made(ledger, f"after-{number}", 42 + number)
        lookup.find([new()], since=since)
    assert tasks.youngest == ["camunda:before", *["camunda:after-0"] * 6]


def test_one_that_is_asked_for_is_no_witness_of_its_own(ledger: Ledger) -> None:
    made(ledger, "task-1", 42)
    tasks = FakeTasks()
    lookup_of(tasks, ledger).find([new()])
    assert tasks.youngest == [None]


@pytest.mark.parametrize("gone", [True, False])
def test_a_young_witness_that_is_not_shown_is_waited_for_whatever_is_said_by_its_number(
    ledger: Ledger, gone: bool
) -> None:
    time, tasks = Time(ledger), FakeTasks()
    made(ledger, "new", 42)
    tasks.not_shown, tasks.gone = {"camunda:new"}, {42} if gone else set()
    time.now += HOLD - 1
    with pytest.raises(ListBehind):
        lookup_of(tasks, ledger).find([new()])


def test_a_witness_that_people_have_deleted_holds_up_nothing_for_longer(ledger: Ledger) -> None:
    time, tasks = Time(ledger), FakeTasks()
    made(ledger, "shown", 41)
    made(ledger, "deleted", 42)
    tasks.not_shown, tasks.gone = {"camunda:deleted"}, {42}
    time.now += HOLD
    assert lookup_of(tasks, ledger).find([new()]) == {}
    assert tasks.youngest == ["camunda:deleted", "camunda:shown"]


def test_one_that_exists_and_is_not_shown_is_a_lag_for_ten_minutes_at_most(ledger: Ledger) -> None:
    """Then it has lost its marker, and any other shows that the search works."""
    time, tasks = Time(ledger), FakeTasks()
    made(ledger, "unmarked", 42)
    tasks.not_shown = {"camunda:unmarked"}
    time.now += LONGEST_LAG_SECONDS - 1
    with pytest.raises(ListBehind):
        lookup_of(tasks, ledger).find([new()])
    time.now += 1
    assert lookup_of(tasks, ledger).find([new()]) == {}


def test_a_list_that_is_behind_is_heard_with_its_reason(ledger: Ledger) -> None:
    tasks, heard = FakeTasks(), list[str]()
    tasks.not_shown = {"camunda:new"}
    made(ledger, "new", 42)
    events = Events()
    lookup = Lookup(tasks, ledger, events, lambda _, error: heard.append(str(error)), hold_seconds=HOLD)  # type: ignore[arg-type]
    with pytest.raises(ListBehind):
        lookup.find([new()])
    assert "list_behind" in heard[0]
    assert "list_behind" in str(events.facts("lookup.unproven")["reason"])
