"""People and groups of the stand-in: what is found, and what is found although nobody asked for it."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.portal.rest import Rest
from sandbox.portal.site import Site
from sandbox.portal.staff import Group, Person

ANNA = Person("Анна", "Петрова", email="a.petrova@example.test", departments=(5,))
NAMESAKE = Person("Анна", "Петрова", email="anna@example.test")


class House(Site):
    @property
    def page_url(self) -> str:
        return "http://127.0.0.1/"


@pytest.fixture
def house() -> Site:
    house = House()
    house.staff.hire(201, ANNA)
    house.staff.hire(202, NAMESAKE, dismissed=True)
    house.staff.hire(203, Person("Бот", kind="bot"))
    return house


def call(house: Site, method: str, **params: Any) -> Any:
    return Rest(house).execute(method, params).data


def ids(house: Site, **filter_: Any) -> list[str]:
    return [row["ID"] for row in call(house, "user.get", FILTER=filter_)["result"]]


EVERYBODY = ["1", "7", "42", "106", "201", "202"]


@pytest.mark.parametrize(
    ("filter_", "found"),
    [
        ({"ID": 201}, ["201"]),
        ({"ID": [201, 202]}, ["201", "202"]),
        ({"@ID": [7, 203]}, ["7"]),
        ({"LAST_NAME": "петрова", "NAME": "АННА"}, ["201", "202"]),
        ({"LAST_NAME": "Петрова", "ACTIVE": True}, ["201"]),
        ({"LAST_NAME": "П%"}, ["201", "202"]),
        ({"=LAST_NAME": "П%"}, []),
        ({"UF_DEPARTMENT": 5}, ["201"]),
        ({"LOGIN": "anna"}, EVERYBODY),
        ({"NO_SUCH": "x"}, EVERYBODY),
    ],
)
def test_conditions_of_the_list_of_users(house: Site, filter_: dict[str, Any], found: list[str]) -> None:
    assert ids(house, **filter_) == found


def test_an_email_is_neither_filtered_by_nor_shown_with_the_brief_scope(house: Site) -> None:
    assert ids(house, EMAIL="a.petrova@example.test") == EVERYBODY
    assert "EMAIL" not in call(house, "user.get", FILTER={"ID": 201})["result"][0]
    house.scopes = ["task", "user_basic"]
    assert ids(house, EMAIL="A.Petrova@example.test") == ["201"]
    assert call(house, "user.get", FILTER={"ID": 201}, select=["ID", "EMAIL"])["result"] == [
        {"ID": "201", "EMAIL": "a.petrova@example.test"}
    ]


def test_without_its_scope_a_method_is_refused(house: Site) -> None:
    house.scopes = ["task"]
    for method in ("user.get", "sonet_group.get", "calendar.settings.get"):
        assert call(house, method)["error"] == "insufficient_scope"
        assert call(house, "method.get", name=method)["result"] == {"isExisting": True, "isAvailable": False}


def test_groups_show_whether_they_are_closed_and_hide_from_others(house: Site) -> None:
    house.staff.groups[3] = Group("Тайная", seen=False)
    rows = call(house, "sonet_group.get", FILTER={"NAME": "Архив"})["result"]
    assert [(row["ID"], row["CLOSED"], row["ACTIVE"]) for row in rows] == [("2", "Y", "Y")]
    assert call(house, "sonet_group.get", FILTER={"ID": 3})["result"] == []
    assert call(house, "sonet_group.get", FILTER={"ID": 3}, IS_ADMIN="Y")["total"] == 1
    house.store.admin = False
    assert call(house, "sonet_group.get", FILTER={"ID": 3}, IS_ADMIN="Y")["total"] == 0


def test_more_than_a_page_of_people_comes_in_pages(house: Site) -> None:
    for number in range(300, 350):
        house.staff.hire(number, Person("Иван", "Иванов"))
    first = call(house, "user.get")
    assert (len(first["result"]), first["total"], first["next"]) == (50, 56, 50)
    assert len(call(house, "user.get", start=50)["result"]) == 6
    assert "total" not in call(house, "user.get", start=-1)


def test_the_working_time_is_the_calendars(house: Site) -> None:
    house.staff.set_up({"working_time": {"work_time_end": "18.30"}})
    told = call(house, "calendar.settings.get")["result"]
    assert (told["work_time_start"], told["work_time_end"], told["week_holidays"]) == ("9", "18.30", ["SA", "SU"])
