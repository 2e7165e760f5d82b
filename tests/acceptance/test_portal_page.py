"""The stand-in's pages, as a browser without scripts uses them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

import pytest
import requests

from sandbox.portal import Portal


@pytest.fixture
def portal() -> Iterator[Portal]:
    with Portal() as portal:
        portal.store.add(
            {"TITLE": "Contract", "RESPONSIBLE_ID": 42, "UF_RESULT_EXPECTED": "1", "UF_RESULT_QUESTION": "Sign it?"}
        )
        yield portal


def address(portal: Portal, task: int = 1) -> str:
    return f"{portal.page_url}company/personal/user/1/tasks/task/view/{task}/?lang=en"


def shown(portal: Portal) -> str:
    return requests.get(address(portal), timeout=60).text


def submit(portal: Portal, headers: Mapping[str, str] | None = None, /, **form: str) -> requests.Response:
    return requests.post(address(portal), data=form, headers=headers, timeout=10, allow_redirects=False)


def buttons(portal: Portal) -> list[str]:
    return re.findall(r'<button id="(\w+)"', shown(portal))


def test_the_question_is_asked_with_nothing_chosen(portal: Portal) -> None:
    text = shown(portal)
    assert '<legend id="question">Sign it?</legend>' in text
    assert re.findall(r'name="answer" value="(\d+)" required', text) == ["45", "46", "47"]
    assert "checked" not in text
    assert '<option value="42" selected>' in text


def test_no_question_where_no_answer_is_expected(portal: Portal) -> None:
    portal.store.update(1, {"UF_RESULT_EXPECTED": "0"})
    assert 'name="answer"' not in shown(portal)
    assert submit(portal, action="complete").status_code == 303
    assert portal.tasks()[0].status == "5"


def test_completing_keeps_what_the_form_says(portal: Portal) -> None:
    answer = submit(portal, action="complete", answer="45", result="Подписано", by="7")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/?lang=en")
    [task] = portal.tasks()
    assert (task.status, task.fields["CLOSED_BY"], task.fields["UF_RESULT_ANSWER"]) == ("5", "7", "45")
    assert [result.text for result in portal.store.results(1)] == ["Подписано"]
    assert "Подписано" in shown(portal)
    assert "45 (ДА)" in shown(portal)


def test_who_acts_is_the_responsible_unless_said(portal: Portal) -> None:
    submit(portal, action="decline")
    assert (portal.tasks()[0].status, portal.tasks()[0].fields["CHANGED_BY"]) == ("7", "42")


@pytest.mark.parametrize(
    "form",
    [
        {"action": "complete"},
        {"action": "complete", "answer": "99"},
        {"action": "complete", "answer": "45", "by": "8"},
        {"action": "renew"},
        {"action": "nothing"},
        {},
    ],
)
def test_what_cannot_be_done_is_said_and_changes_nothing(portal: Portal, form: dict[str, str]) -> None:
    answer = submit(portal, **form)
    assert answer.status_code == 400
    assert 'role="alert"' in answer.text
    assert portal.tasks()[0].status == "2"


def test_the_buttons_are_those_that_the_status_allows(portal: Portal) -> None:
    assert buttons(portal) == ["complete", "decline", "delete"]
    portal.store.update(1, {"TASK_CONTROL": "Y"})
    submit(portal, action="complete", answer="46")
    assert buttons(portal) == ["approve", "disapprove", "renew", "delete"]
    submit(portal, action="approve")
    assert buttons(portal) == ["renew", "delete"]


def test_reopening_comes_back_to_the_task(portal: Portal) -> None:
    portal.complete(1, answer="ДА")
    answer = submit(portal, action="renew")
    assert portal.page_url.rstrip("/") + answer.headers["Location"] == address(portal)
    assert portal.tasks()[0].status == "2"
    assert "checked" not in shown(portal)


def test_deleting_leaves_nothing_to_see(portal: Portal) -> None:
    assert submit(portal, action="delete").status_code == 303
    assert requests.get(address(portal), timeout=60).status_code == 404
    assert submit(portal, action="delete").status_code == 404


def test_only_the_list_refreshes_itself(portal: Portal) -> None:
    assert 'http-equiv="refresh"' in requests.get(portal.page_url, timeout=60).text
    assert 'http-equiv="refresh"' not in shown(portal)


@pytest.mark.parametrize(
    "headers", [{"Origin": "http://evil.example"}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"}]
)
def test_no_other_site_can_send_the_form(portal: Portal, headers: dict[str, str]) -> None:
    assert submit(portal, headers, action="delete").status_code == 403
    assert len(portal.tasks()) == 1


def test_the_page_itself_can_send_the_form(portal: Portal) -> None:
    headers = {"Origin": portal.page_url.rstrip("/"), "Sec-Fetch-Site": "same-origin"}
    assert submit(portal, headers, action="delete").status_code == 303


def test_what_is_said_by_rest_is_on_the_page(portal: Portal) -> None:
    params = [1, {"POST_MESSAGE": "<b>cancelled</b>"}]
    requests.post(f"{portal.webhook_url}task.commentitem.add", json=params, timeout=60)
    assert "&lt;b&gt;cancelled&lt;/b&gt;" in shown(portal)


def test_a_person_ticks_renames_and_deletes_items(portal: Portal) -> None:
    store = portal.store
    heading = store.add_checklist_item(1, "Before")
    first, second = (store.add_checklist_item(1, title, parent_id=heading) for title in ("Read", "Sign"))
    for form in ({"action": f"tick:{first}"}, {"action": f"rename:{second}", f"title-{second}": "Sign twice"}):
        assert submit(portal, **form).headers["Location"] == f"{address(portal)[len(portal.page_url) - 1 :]}"
    assert [(item.title, item.complete) for item in store.checklist(1)] == [
        ("Before", False),
        ("Read", True),
        ("Sign twice", False),
    ]
    submit(portal, action=f"untick:{first}")
    submit(portal, action=f"remove:{second}")
    assert [(item.title, item.complete) for item in store.checklist(1)] == [("Before", False), ("Read", False)]
    assert submit(portal, action="remove:4711").status_code == 400
    assert portal.tasks()[0].status == "2"
