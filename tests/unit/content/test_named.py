"""People and groups by name: numbers in the draft, or a fault that says who was not found and what to do."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import pytest

from bitrix.errors import Doubtful, MethodMissing
from bitrix.groups import Group
from bitrix.people import Person
from bitrix.tasks import UserField
from tests.support.builders import fetched
from worker.content.additions import Additions
from worker.content.groups import NamedGroups
from worker.content.people import MOST_NAMED, NamedPeople
from worker.mapping.checklists import ChecklistItem
from worker.mapping.faults import MappingFault
from worker.mapping.named import GroupNamed, PersonNamed
from worker.model import TaskDraft

IVAN, PETR = Person(7, active=True, name="Иванов Иван"), Person(9, active=True, name="Иванов Пётр")
GONE = Person(42, active=False, name="Иванов Иван")


class Scopes:
    def __init__(self, *granted: str) -> None:
        self._granted = frozenset(granted)

    def granted(self) -> frozenset[str]:
        return self._granted


class Portal:
    """Finds what it was given, by text; everything else is nobody."""

    def __init__(self, found: dict[str, Any], error: Exception | None = None) -> None:
        self._found = found
        self._error = error
        self.asked: list[str] = []
        self.ahead: list[list[str]] = []

    def ask_ahead(self, texts: Iterable[str]) -> None:
        self.ahead.append(list(texts))

    def found(self, text: str) -> tuple[Any, ...]:
        self.asked.append(text)
        if self._error:
            raise self._error
        return tuple(self._found.get(text, ()))


class Fields:
    """User fields for one employee, for several, and for text; others are not known."""

    def field(self, name: str) -> UserField | None:
        assert name != "UF_ELEMENT_ID", "asked of every task"
        return {
            "UF_BUYER": UserField("employee", multiple=False),
            "UF_BUYERS": UserField("employee", multiple=True),
            "UF_NOTE": UserField("string", multiple=False),
        }.get(name)


def people(found: dict[str, Any] | None = None, *scopes: str) -> NamedPeople:
    return NamedPeople(Portal(found or {}), Scopes(*(scopes or ("task", "user_basic"))), Fields())


def draft(**fields: Any) -> TaskDraft:
    return TaskDraft("camunda:1", {"TITLE": "T", **fields})


def completed(part: NamedPeople | NamedGroups, **fields: Any) -> Any:
    return {name: value for name, value in part.complete(fetched(), draft(**fields)).fields.items() if name != "TITLE"}


def fault(part: NamedPeople | NamedGroups, **fields: Any) -> str:
    with pytest.raises(MappingFault) as caught:
        part.complete(fetched(), draft(**fields))
    assert caught.value.phrase.ru != caught.value.phrase.en
    return str(caught.value)


def test_people_become_numbers_wherever_they_stand() -> None:
    part = people({"ivan@x.ru": [IVAN], "Иванов Пётр": [PETR]})
    assert completed(
        part,
        RESPONSIBLE_ID=PersonNamed("ivan@x.ru"),
        CREATED_BY=PersonNamed("Иванов Пётр"),
        AUDITORS=[1, PersonNamed("ivan@x.ru"), PersonNamed("Иванов Пётр"), 7],
        ACCOMPLICES=[5],
    ) == {"RESPONSIBLE_ID": 7, "CREATED_BY": 9, "AUDITORS": [1, 7, 9], "ACCOMPLICES": [5]}


def test_all_emails_of_a_draft_are_asked_for_together() -> None:
    portal = Portal({"ivan@x.ru": [IVAN], "petr@x.ru": [PETR], "Иванов Пётр": [PETR]})
    part = NamedPeople(portal, Scopes("user_basic"), Fields())
    completed(
        part,
        RESPONSIBLE_ID=PersonNamed("ivan@x.ru"),
        AUDITORS=[PersonNamed("petr@x.ru"), PersonNamed("Иванов Пётр")],
        UF_BUYER="ivan@x.ru",
    )
    assert portal.ahead == [["ivan@x.ru", "petr@x.ru"]]
    checklist = ChecklistItem("Papers", (ChecklistItem("a", auditors="petr@x.ru"), ChecklistItem("b")))
    checklist = replace(checklist, accomplices=["ivan@x.ru", 5])
    made = Additions(part).complete(fetched(), draft(CHECKLISTS=[checklist]))
    assert portal.ahead[1:] == [["ivan@x.ru", "petr@x.ru"]]
    heading, item, _ = made.acts[0].payload["nodes"]
    assert (heading["accomplices"], item["auditors"]) == ([7, 5], [9])


def test_a_webhook_that_sees_no_emails_asks_for_none() -> None:
    portal = Portal({})
    part = NamedPeople(portal, Scopes("user_brief"), Fields())
    assert "cannot see e-mails" in fault(part, AUDITORS=[PersonNamed("ivan@x.ru"), PersonNamed("petr@x.ru")])
    assert portal.ahead == []


def test_a_draft_with_numbers_only_asks_nobody() -> None:
    part = NamedPeople(Portal({}, Doubtful("user.get", "http_500")), Scopes(), Fields())
    given = draft(RESPONSIBLE_ID=7, AUDITORS=[1])
    assert part.complete(fetched(), given) is given


def test_other_parts_may_ask_for_numbers() -> None:
    part = people({"ivan@x.ru": [IVAN]})
    assert part.numbers(fetched(), "checklists", "106, ivan@x.ru; 7") == [106, 7]
    with pytest.raises(MappingFault, match='checklists = "Ivanov"'):
        part.numbers(fetched(), "checklists", "Ivanov, Petrov")


@pytest.mark.parametrize(
    ("found", "scopes", "words"),
    [
        ([], ["user_basic"], "the webhook sees no user"),
        ([IVAN, PETR], ["user"], "several users match: Иванов Иван (7), Иванов Пётр (9)"),
        ([IVAN], ["user_brief"], "cannot see e-mails. Grant it the scope user_basic"),
        ([IVAN], ["task"], "cannot see users. Grant it the scope user_basic"),
        ([GONE], ["user_basic"], "dismissed"),
    ],
)
def test_who_is_not_one_person_is_named_with_the_cure(found: Any, scopes: list[str], words: str) -> None:
    told = fault(people({"ivan@x.ru": found}, *scopes), RESPONSIBLE_ID=PersonNamed("ivan@x.ru"))
    assert 'field responsibleId = "ivan@x.ru' in told
    assert words in told


def test_a_list_of_names_costs_no_calls_without_end() -> None:
    found = {f"p{number}@x.ru": [Person(number, active=True, name="")] for number in range(1, MOST_NAMED + 2)}
    named = [PersonNamed(text) for text in found]
    fits = completed(people(found), AUDITORS=[*range(1000, 1400), *named[1:]])["AUDITORS"]
    assert len(fits) == 400 + MOST_NAMED
    assert "101 people are given by e-mail or name" in fault(people(found), AUDITORS=named)


def test_a_name_needs_no_right_to_see_emails() -> None:
    assert completed(people({"Иванов Иван": [IVAN]}, "user_brief"), RESPONSIBLE_ID=PersonNamed("Иванов Иван")) == {
        "RESPONSIBLE_ID": 7
    }


def test_who_works_goes_before_the_dismissed_of_the_same_name() -> None:
    part = people({"Иванов Иван": [GONE, IVAN]})
    assert completed(part, RESPONSIBLE_ID=PersonNamed("Иванов Иван")) == {"RESPONSIBLE_ID": 7}


def test_an_unreadable_flag_does_not_choose_between_two() -> None:
    unclear = Person(8, active=None, name="Иванов Иван")
    assert "several" in fault(people({"Иванов Иван": [unclear, IVAN]}), RESPONSIBLE_ID=PersonNamed("Иванов Иван"))


def test_a_dismissed_auditor_is_left_to_the_check_of_numbers() -> None:
    assert completed(people({"Иванов Иван": [GONE]}), AUDITORS=[PersonNamed("Иванов Иван")]) == {"AUDITORS": [42]}


def test_a_portal_that_cannot_be_asked_is_not_nobody() -> None:
    part = NamedPeople(Portal({}, Doubtful("user.get", "http_502")), Scopes("user"), Fields())
    with pytest.raises(Doubtful):
        part.complete(fetched(), draft(RESPONSIBLE_ID=PersonNamed("Иванов Иван")))


def test_user_fields_for_employees_take_people_and_no_other_field_does() -> None:
    part = people({"ivan@x.ru": [IVAN], "Иванов Пётр": [PETR]})
    assert completed(
        part,
        UF_BUYER="ivan@x.ru",
        UF_BUYERS="Иванов Пётр; 5, ivan@x.ru",
        UF_NOTE="Иванов Пётр",
        UF_UNKNOWN="ivan@x.ru",
    ) == {"UF_BUYER": 7, "UF_BUYERS": [9, 5, 7], "UF_NOTE": "Иванов Пётр", "UF_UNKNOWN": "ivan@x.ru"}
    given = draft(UF_BUYER="106", UF_BUYERS=["1", 2], UF_ELEMENT_ID="Approve contract")
    assert part.complete(fetched(), given) is given


@pytest.mark.parametrize("value", ["system", "ivan@x.ru, Иванов Пётр"])
def test_what_is_no_employee_is_a_fault_of_its_field(value: str) -> None:
    assert f'field UF_BUYER = "{value}"' in fault(people({"ivan@x.ru": [IVAN]}), UF_BUYER=value)
    assert "the webhook sees no user" in fault(people(), UF_BUYER="nobody@x.ru")


def groups(found: list[Group], *scopes: str) -> NamedGroups:
    return NamedGroups(Portal({"Продажи": found}), Scopes(*(scopes or ("sonet_group",))))


OPEN, OTHER, CLOSED = Group(12, "Продажи", True), Group(13, "Продажи", True), Group(14, "Продажи", False)


@pytest.mark.parametrize("scope", ["sonet_group", "sonet", "socialnetwork"])
def test_a_group_becomes_a_number(scope: str) -> None:
    assert completed(groups([OPEN], scope), GROUP_ID=GroupNamed("Продажи")) == {"GROUP_ID": 12}


def test_a_portal_that_does_not_know_the_method_is_no_portal_without_the_group() -> None:
    """The scope that is called `socialnetwork` does not hold it everywhere."""
    part = NamedGroups(Portal({}, MethodMissing("sonet_group.get", "ERROR_METHOD_NOT_FOUND")), Scopes("socialnetwork"))
    assert "Grant it the scope sonet_group" in fault(part, GROUP_ID=GroupNamed("Продажи"))


def test_an_open_group_goes_before_an_archived_one() -> None:
    assert completed(groups([CLOSED, OPEN]), GROUP_ID=GroupNamed("Продажи")) == {"GROUP_ID": 12}


def test_a_number_of_a_group_asks_nobody() -> None:
    given = draft(GROUP_ID=12)
    assert NamedGroups(Portal({}), Scopes()).complete(fetched(), given) is given


@pytest.mark.parametrize(
    ("found", "scopes", "words"),
    [
        ([], ["sonet_group"], "no group of this name"),
        ([CLOSED], ["sonet_group"], "is archived"),
        ([OPEN, OTHER], ["sonet_group"], "several groups of this name: 12, 13"),
        ([OPEN], ["task", "user"], "Grant it the scope sonet_group"),
    ],
)
def test_a_group_that_is_not_one_open_group(found: list[Group], scopes: list[str], words: str) -> None:
    told = fault(groups(found, *scopes), GROUP_ID=GroupNamed("Продажи"))
    assert 'field groupId = "Продажи"' in told
    assert words in told
