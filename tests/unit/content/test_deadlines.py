"""Dates counted from the making of the external task: the same at every retry, in the portal's working time."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bitrix.calendar import WorkCalendar
from bitrix.errors import Doubtful, MethodMissing
from tests.support.builders import fetched
from worker.content.ages import Ages
from worker.content.deadlines import DueDates
from worker.mapping.faults import MappingFault
from worker.mapping.spans import span
from worker.model import FetchedTask, TaskDraft

MADE = datetime(2026, 11, 27, 12, 0, tzinfo=UTC)  # a Friday, 15:00 in Moscow
TASK = replace(fetched(), create_time=MADE)
PORTALS = WorkCalendar(((540, 1080),), frozenset({5, 6}))
OWN = WorkCalendar(((600, 660),), frozenset())


class Portal:
    def __init__(self, scopes: frozenset[str] = frozenset({"calendar"}), error: Exception | None = None) -> None:
        self._scopes, self._error = scopes, error

    def granted(self) -> frozenset[str]:
        return self._scopes

    def working_time(self) -> WorkCalendar:
        if self._error:
            raise self._error
        return PORTALS


def dates(portal: Portal | None = None, own: WorkCalendar | None = None, born: datetime = MADE) -> DueDates:
    portal = portal or Portal()
    return DueDates(portal, portal, own, SimpleNamespace(born=lambda _: born), ZoneInfo("Europe/Moscow"))


def completed(part: DueDates, text: str, task: FetchedTask = TASK) -> Any:
    given = TaskDraft("camunda:1", {"TITLE": "T", "DEADLINE": span(text)})
    return part.complete(task, given).fields["DEADLINE"]


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("P2D", "2026-11-29T15:00:00+03:00"),
        ("PT8H", "2026-11-27T23:00:00+03:00"),
        ("2 рабочих дня", "2026-12-01T15:00:00+03:00"),
        ("4 working hours", "2026-11-30T10:00:00+03:00"),
    ],
)
def test_a_length_is_counted_from_the_making_of_the_task(text: str, date: str) -> None:
    part = dates()
    assert [completed(part, text), completed(part, text)] == [date, date]


def test_all_dates_of_a_draft() -> None:
    given = TaskDraft(
        "camunda:1", {"DEADLINE": "2026-01-01", "START_DATE_PLAN": span("P1D"), "END_DATE_PLAN": span("P2D")}
    )
    assert dates().complete(TASK, given).fields == {
        "DEADLINE": "2026-01-01",
        "START_DATE_PLAN": "2026-11-28T15:00:00+03:00",
        "END_DATE_PLAN": "2026-11-29T15:00:00+03:00",
    }


def test_a_draft_with_dates_only_stays_as_it_is() -> None:
    given = TaskDraft("camunda:1", {"DEADLINE": "2026-01-01"})
    assert dates().complete(TASK, given) is given


def test_an_engine_that_does_not_say_when_the_task_was_created() -> None:
    """Engines before 7.21: by when the ledger recorded it, so that a retry gives the same date."""
    task = replace(TASK, create_time=None)
    recorded: Any = SimpleNamespace(known=lambda ids: {ids[0]: SimpleNamespace(created_at=MADE.timestamp())})
    new: Any = SimpleNamespace(known=lambda _: {}, now=lambda: MADE.timestamp() + 3600)
    assert [Ages(ledger).born(TASK) for ledger in (recorded, new)] == [MADE, MADE]
    assert Ages(recorded).born(task) == MADE
    assert completed(dates(born=Ages(new).born(task)), "PT1H", task) == "2026-11-27T17:00:00+03:00"


def test_the_configurations_working_time_goes_before_the_portals() -> None:
    portal = Portal(frozenset(), Doubtful("calendar.settings.get", "http_500"))
    assert completed(dates(portal, OWN), "1 working hour") == "2026-11-28T11:00:00+03:00"


def test_days_and_hours_need_no_calendar() -> None:
    assert completed(dates(Portal(frozenset(), Doubtful("scope", "http_500"))), "P1D") == "2026-11-28T15:00:00+03:00"


def test_a_calendar_that_the_webhook_may_not_see_is_a_fault_with_both_cures() -> None:
    with pytest.raises(MappingFault, match='deadline = "2 рабочих дня"') as caught:
        completed(dates(Portal(frozenset({"task"}))), "2 рабочих дня")
    assert "scope calendar, or set working_time.hours" in str(caught.value)
    assert "право calendar" in caught.value.phrase.ru


def test_a_portal_without_a_calendar() -> None:
    portal = Portal(error=MethodMissing("calendar.settings.get", "ERROR_METHOD_NOT_FOUND"))
    with pytest.raises(MappingFault, match=r"set working_time\.hours"):
        completed(dates(portal), "2 рабочих дня")


def test_a_calendar_that_could_not_be_read_is_no_calendar_of_our_own() -> None:
    with pytest.raises(Doubtful):
        completed(dates(Portal(error=Doubtful("calendar.settings.get", "http_502"))), "2 рабочих дня")


def test_a_date_that_never_comes() -> None:
    nobody_works = WorkCalendar(((540, 1080),), frozenset(range(7)))
    with pytest.raises(MappingFault, match="too few working days"):
        completed(dates(own=nobody_works), "1 working day")


def test_a_date_beyond_the_last_year() -> None:
    with pytest.raises(MappingFault, match="expected a date"):
        completed(dates(born=datetime(9500, 1, 1, tzinfo=UTC)), "P999Y")
