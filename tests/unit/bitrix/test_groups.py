"""Groups by name: exact, verified, archived ones shown as such."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from bitrix.causes import Cause
from bitrix.client import Answer
from bitrix.errors import LookupUnproven
from bitrix.groups import Group, Groups
from bitrix.limits.limiter import Kind


def group(number: int, name: str, **other: Any) -> dict[str, Any]:
    return {"ID": str(number), "NAME": name, "ACTIVE": "Y", "CLOSED": "N"} | other


class Portal:
    def __init__(self, *rows: Any) -> None:
        self.rows: Any = list(rows)
        self.params: Any = {"FILTER": {"NAME": "Отдел продаж"}, "IS_ADMIN": "Y"}

    def call(self, method: str, params: Mapping[str, Any] | None = None, *, kind: Kind) -> Answer:
        assert method == "sonet_group.get"
        assert kind is Kind.URGENT
        assert params == self.params
        return Answer(self.rows)


def found(*rows: Any) -> tuple[Group, ...]:
    return Groups(Portal(*rows)).found("Отдел  продаж ")


def test_a_group_of_this_name_open_or_archived() -> None:
    assert found() == ()
    assert found(group(12, "отдел Продаж")) == (Group(12, "отдел Продаж", is_open=True),)
    assert [one.is_open for one in found(group(12, "Отдел продаж", CLOSED="Y"))] == [False]
    assert [one.is_open for one in found(group(12, "Отдел продаж", ACTIVE="N"))] == [False]
    assert [one.id for one in found(group(12, "Отдел продаж"), group(13, "Отдел продаж"))] == [12, 13]


def test_a_name_with_entities_is_read_as_it_is_meant() -> None:
    client = Portal(group(5, "R&amp;D"))
    client.call = lambda *_, **__: Answer(client.rows)  # type: ignore[method-assign]
    assert [one.id for one in Groups(client).found("R&D")] == [5]


@pytest.mark.parametrize(
    ("rows", "cause"),
    [
        ([group(1, "Вся компания"), group(12, "Отдел продаж")], Cause.FILTER_IGNORED),
        ([group(12, "Отдел продаж 2")], Cause.FILTER_IGNORED),
        ([{"ID": "12"}], Cause.MALFORMED),
        (["Отдел продаж"], Cause.MALFORMED),
        ([group(1, "Отдел продаж")] * 50, Cause.CUT_SHORT),
    ],
)
def test_an_answer_that_proves_nothing(rows: Any, cause: Cause) -> None:
    with pytest.raises(LookupUnproven) as caught:
        found(*rows)
    if cause is not Cause.MALFORMED or rows != [{"ID": "12"}]:
        assert caught.value.cause is cause


@pytest.mark.parametrize(
    ("rows", "found"),
    [([], None), ([group(12, "Отдел продаж", CLOSED="Y")], Group(12, "Отдел продаж", is_open=False))],
)
def test_a_group_by_its_number(rows: list[Any], found: Group | None) -> None:
    client = Portal(*rows)
    client.params = {"FILTER": {"ID": "12"}, "IS_ADMIN": "Y"}
    assert Groups(client).numbered(12) == found


def test_another_number_in_the_answer_proves_nothing() -> None:
    client = Portal(group(13, "Отдел продаж"))
    client.params = {"FILTER": {"ID": "12"}, "IS_ADMIN": "Y"}
    with pytest.raises(LookupUnproven) as caught:
        Groups(client).numbered(12)
    assert caught.value.cause is Cause.FILTER_IGNORED
