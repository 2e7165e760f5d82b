from __future__ import annotations

from urllib.parse import urlencode

import pytest

from worker.waiting.portal_events import PortalEvents


def event(**said: str) -> bytes:
    given = {"event": "ONTASKUPDATE", "data[FIELDS_AFTER][ID]": "7", "auth[application_token]": "token"} | said
    return urlencode(given).encode()


@pytest.fixture
def noticed() -> list[int]:
    return []


def test_a_believed_event_is_a_hint(noticed: list[int]) -> None:
    assert PortalEvents("token", noticed.append).receive(event())
    assert noticed == [7]


@pytest.mark.parametrize("token", ["", "toke", "token2", "ТОКЕН"])
def test_who_does_not_know_the_token_is_not_believed(noticed: list[int], token: str) -> None:
    assert not PortalEvents("token", noticed.append).receive(event(**{"auth[application_token]": token}))
    assert noticed == []


def test_a_deleted_task_is_named_by_what_it_was(noticed: list[int]) -> None:
    said = {"event": "ONTASKDELETE", "data[FIELDS_AFTER][ID]": "undefined", "data[FIELDS_BEFORE][ID]": "8"}
    assert PortalEvents("token", noticed.append).receive(event(**said))
    assert noticed == [8]


@pytest.mark.parametrize("body", [b"", b"\xff\xfe", b"&" * 5000, b"a=1&" * 5000, b"{}"])
def test_anything_else_is_refused(noticed: list[int], body: bytes) -> None:
    assert not PortalEvents("token", noticed.append).receive(body)


def test_a_number_that_no_task_has_is_no_hint(noticed: list[int]) -> None:
    assert PortalEvents("token", noticed.append).receive(event(**{"data[FIELDS_AFTER][ID]": "9" * 5000}))
    assert noticed == []


def test_other_events_change_nothing(noticed: list[int]) -> None:
    assert PortalEvents("token", noticed.append).receive(event(event="ONCRMDEALADD"))
    assert noticed == []
