"""Names in place of numbers, asked of the portal stand-in."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from bitrix.client import BitrixClient
from bitrix.errors import PortalError
from bitrix.scopes import Scopes
from bitrix.shown_names import ShownNames
from bitrix.webhook import WebhookUrl
from sandbox.portal import Portal
from sandbox.portal.faults import fault
from sandbox.portal.staff import Person


@pytest.fixture
def portal() -> Iterator[Portal]:
    with Portal() as portal:
        portal.staff.hire(201, Person("Анна", "Петрова", email="anna@example.test"))
        portal.staff.hire(202, Person(email="nameless@example.test"))
        portal.lists.elements[16, 3] = "Москва"
        yield portal


def names(portal: Portal, *scopes: str) -> ShownNames:
    portal.scopes = ["task", *scopes]
    client = BitrixClient(WebhookUrl.parse(portal.webhook_url))
    return ShownNames(client, Scopes(client))


def test_a_user_is_shown_by_surname_and_name_or_by_e_mail(portal: Portal) -> None:
    shown = names(portal, "user_basic")
    assert [shown.person(id_) for id_ in (201, 202, 999)] == ["Петрова Анна", "nameless@example.test", None]


def test_an_element_is_shown_by_its_name(portal: Portal) -> None:
    shown = names(portal, "lists")
    assert [shown.element(16, id_) for id_ in (3, 4)] == ["Москва", None]
    assert shown.element(17, 3) is None, "no such list"


def test_without_the_scope_nobody_is_asked(portal: Portal) -> None:
    shown = names(portal)
    assert (shown.person(201), shown.element(16, 3)) == (None, None)
    assert [call.method for call in portal.requests()] == ["scope"]


def test_names_are_kept_and_failures_are_not(portal: Portal) -> None:
    shown = names(portal, "user_basic", "lists")
    portal.faults.add(fault("html_200", "lists.element.get", times=20))
    with pytest.raises(PortalError):
        shown.element(16, 3)
    portal.faults.clear()
    before = len(portal.requests("lists.element.get"))
    assert [shown.element(16, 3) for _ in range(3)] == ["Москва"] * 3
    assert len(portal.requests("lists.element.get")) == before + 1


def test_a_filter_that_the_portal_drops_shows_nobody_else(portal: Portal) -> None:
    shown = names(portal, "user_basic")
    portal.faults.add(fault("module_no_data", "user.get", times=20))
    with pytest.raises(PortalError):
        shown.person(201)
