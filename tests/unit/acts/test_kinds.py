"""The other kinds of acts, and what the table of kinds promises."""

from __future__ import annotations

from typing import Any

import pytest

from bitrix.client import BitrixClient
from bitrix.errors import Doubtful, ModuleRefused, Rejected
from bitrix.webhook import WebhookUrl
from sandbox.portal import Portal
from worker.acts.comment import Comment
from worker.acts.dependency import Dependency, ModuleDependency
from worker.acts.kind import CannotTell, Unusable
from worker.acts.kinds import ALL, KINDS


def test_every_kind_has_a_name_of_its_own_that_fits_the_ledger() -> None:
    assert len(KINDS) == len(ALL)
    assert all(0 < len(name) <= 32 for name in KINDS)


def test_a_comment_is_written_once_and_cannot_be_looked_up() -> None:
    call = Comment().next_call(7, {"text": "Look at page 3"}, {})
    assert call is not None
    assert (call.method, call.params) == ("task.commentitem.add", [7, {"POST_MESSAGE": "Look at page 3"}])
    assert Comment().next_call(7, {"text": "Look at page 3"}, call.then(3141)) is None
    with pytest.raises(Unusable):
        call.then(False)
    with pytest.raises(CannotTell):
        Comment().look(7, {}, {}, lambda *_: None)


def test_a_link_is_repeated_until_the_portal_says_that_it_exists() -> None:
    kind, payload = Dependency(), {"on": 5}
    call = kind.next_call(7, payload, {})
    assert call is not None
    assert call.params == {"taskIdFrom": 5, "taskIdTo": 7, "linkType": 2}
    assert kind.next_call(7, payload, call.then([])) is None
    assert kind.look(7, payload, {}, lambda *_: None) == {}  # nobody can ask: sent again
    assert kind.is_done_by("ILLEGAL_NEW_LINK", "")
    assert not kind.is_done_by("ACTION_NOT_ALLOWED", "")


@pytest.mark.parametrize(
    ("result", "raised"),
    [
        ({"success": True, "data": {"type": 2}}, None),
        ({"success": False, "error": "ERROR_ADDING_DEPENDENCY"}, ModuleRefused),
        ({"success": False, "error": "Internal server error: x"}, Doubtful),
        ({}, Doubtful),
    ],
)
def test_an_arrow_of_the_module_is_made_or_refused_in_an_answer_200(result: Any, raised: type | None) -> None:
    kind, payload = ModuleDependency(), {"on": 5}
    call = kind.next_call(7, payload, {})
    assert call is not None
    assert call.params == {"taskId": 7, "dependsOnId": 5}
    if raised is None:
        assert kind.next_call(7, payload, call.then(result)) is None
    else:
        with pytest.raises(raised):
            call.then(result)
    assert kind.look(7, payload, {}, lambda *_: None) == {}
    assert kind.is_done_by("success_false", "ERROR_ADDING_DEPENDENCY")
    assert not kind.is_done_by("success_false", "Invalid dependsOnId")


def test_the_portal_refuses_a_second_link_in_words_that_the_kind_knows() -> None:
    dates = {"START_DATE_PLAN": "2026-08-01T10:00:00+03:00", "END_DATE_PLAN": "2026-08-31T10:00:00+03:00"}
    with Portal() as portal:
        client = BitrixClient(WebhookUrl.parse(portal.webhook_url))
        one, two = (int(portal.store.add({"TITLE": "t", "RESPONSIBLE_ID": 7, **dates})["id"]) for _ in range(2))
        call = Dependency().next_call(two, {"on": one}, {})
        assert call is not None
        client.call(call.method, call.params)
        with pytest.raises(Rejected) as caught:
            client.call(call.method, call.params)
        client.close()
    assert Dependency().is_done_by(caught.value.code, caught.value.detail)


@pytest.mark.parametrize("kind", ALL)
def test_titles_are_for_people_in_both_languages(kind: Any) -> None:
    payload = {"nodes": [{"title": "Documents"}], "text": "x", "on": 5, "items": [{"CODE": "Q"}]}
    assert kind.title(payload).ru != kind.title(payload).en
