"""The stand-in's outgoing webhook, and its control path for another process."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from sandbox.httpd import Reply, Request, Server
from sandbox.portal import Portal
from tests.support.engine_admin import wait_until


class Receiver:
    """Notes what comes in; `reply` is what it answers."""

    def __init__(self) -> None:
        self.heard: list[dict[str, str]] = []
        self.reply = Reply(200)
        self.server = Server(self._hear)

    def _hear(self, request: Request) -> Reply:
        self.heard.append(request.form)
        return self.reply

    def events(self, count: int) -> list[str]:
        wait_until(lambda: len(self.heard) >= count, f"{count} events")
        return [form["event"] for form in self.heard]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    receiver = Receiver()
    receiver.server.start()
    yield receiver
    receiver.server.stop()


@pytest.fixture
def portal(receiver: Receiver) -> Iterator[Portal]:
    with Portal() as portal:
        portal.store.add({"TITLE": "x", "RESPONSIBLE_ID": 42})
        portal.outgoing_url = f"http://127.0.0.1:{receiver.server.port}/events"
        yield portal


def control(portal: Portal, name: str, **given: Any) -> requests.Response:
    return requests.post(f"{portal.page_url}_sandbox/{name}", json=given, timeout=60)


def test_a_change_is_told_by_its_id_alone(portal: Portal, receiver: Receiver) -> None:
    portal.complete(1)
    receiver.events(1)
    [form] = receiver.heard
    assert abs(int(form.pop("ts")) - time.time()) < 60
    domain = portal.page_url.split("/")[2]
    assert form == {
        "event": "ONTASKUPDATE",
        "data[FIELDS_BEFORE][ID]": "1",
        "data[FIELDS_AFTER][ID]": "1",
        "data[IS_ACCESSIBLE_BEFORE]": "undefined",
        "data[IS_ACCESSIBLE_AFTER]": "undefined",
        "auth[domain]": domain,
        "auth[client_endpoint]": f"http://{domain}/rest/",
        "auth[server_endpoint]": "https://oauth.bitrix.info/rest/",
        "auth[member_id]": portal.member_id,
        "auth[application_token]": portal.application_token,
    }


def test_a_deletion_has_nothing_after_it(portal: Portal, receiver: Receiver) -> None:
    portal.delete(1)
    assert receiver.events(1) == ["ONTASKDELETE"]
    assert receiver.heard[0]["data[FIELDS_BEFORE][ID]"] == "1"
    assert receiver.heard[0]["data[FIELDS_AFTER]"] == "undefined"
    assert receiver.heard[0]["data[IS_ACCESSIBLE_AFTER]"] == "N"


@pytest.mark.parametrize("reply", [Reply(500), Reply(drop=True), Reply(302, headers={"Location": "/elsewhere"})])
def test_what_is_not_taken_is_never_told_again(portal: Portal, receiver: Receiver, reply: Reply) -> None:
    receiver.reply = reply
    portal.complete(1)
    receiver.events(1)
    receiver.reply = Reply(200)
    portal.renew(1)
    assert receiver.events(2) == ["ONTASKUPDATE"] * 2
    time.sleep(0.2)
    assert len(receiver.heard) == 2


def test_a_receiver_that_is_away_costs_the_portal_nothing(portal: Portal, receiver: Receiver) -> None:
    receiver.server.stop()
    portal.complete(1)
    assert portal.tasks()[0].status == "5"


def test_rest_is_told_too(portal: Portal, receiver: Receiver) -> None:
    params = {"taskId": 1, "fields": {"TITLE": "y"}}
    requests.post(f"{portal.webhook_url}tasks.task.update", json=params, timeout=60)
    assert receiver.events(1) == ["ONTASKUPDATE"]


def test_a_portal_in_another_process_is_controlled_over_http(portal: Portal) -> None:
    def state() -> dict[str, Any]:
        [task] = requests.get(f"{portal.page_url}_sandbox/tasks", timeout=60).json()
        return task  # type: ignore[no-any-return]

    assert control(portal, "complete", id=1, answer="НЕТ", result="no good", by=7).status_code == 204
    assert (state()["STATUS"], state()["CLOSED_BY"], state()["UF_RESULT_ANSWER"]) == ("5", "7", "46")
    assert [result.text for result in portal.store.results(1)] == ["no good"]
    control(portal, "renew", id=1)
    control(portal, "decline", id=1)
    assert (state()["STATUS"], state()["CHANGED_BY"]) == ("7", "42")
    control(portal, "delete", id=1)
    assert portal.tasks() == []
    control(portal, "restore", id=1)
    assert state()["STATUS"] == "7"
    portal.store.comment(1, "said", 7)
    [comment] = requests.get(f"{portal.page_url}_sandbox/comments?id=1", timeout=60).json()
    assert (comment["author"], comment["text"]) == (7, "said")
    assert control(portal, "outgoing", url=None).json()["application_token"] == portal.application_token
    assert portal.outgoing_url is None


def test_the_control_path_says_what_it_cannot_do(portal: Portal) -> None:
    assert control(portal, "renew", id=1).json()["error"] == "1048582"
    assert control(portal, "complete", id=1, answer="?").status_code == 400
    assert control(portal, "restore", id=1).status_code == 404
    assert control(portal, "complete").status_code == 404
    assert control(portal, "nothing").status_code == 404


@pytest.mark.parametrize("headers", [{"Origin": "http://evil.example"}, {"Sec-Fetch-Site": "cross-site"}])
def test_no_other_site_can_use_a_browser_to_control_it(portal: Portal, headers: dict[str, str]) -> None:
    answer = requests.post(f"{portal.page_url}_sandbox/delete", json={"id": 1}, headers=headers, timeout=60)
    assert answer.status_code == 403
    assert len(portal.tasks()) == 1
