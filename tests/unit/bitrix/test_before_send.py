"""What runs when the connection stands and nothing has been sent, on a real connection."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from urllib3.connection import HTTPConnection

from bitrix import transport
from bitrix.client import BitrixClient
from bitrix.tasks import Tasks
from bitrix.webhook import WebhookUrl
from sandbox.portal import Portal

ADD = "tasks.task.add"


@pytest.fixture
def portal() -> Iterator[Portal]:
    with Portal() as portal:
        yield portal


@pytest.fixture
def client(portal: Portal) -> Iterator[BitrixClient]:
    client = BitrixClient(WebhookUrl.parse(portal.webhook_url))
    yield client
    client.close()


def test_what_it_raises_stops_the_create_unsent(portal: Portal, client: BitrixClient) -> None:
    def too_late() -> None:
        raise LookupError("the lock is too short")

    for _ in range(2):  # on a new connection, and after one was given up
        with pytest.raises(LookupError):
            Tasks(client).add({"TITLE": "x", "RESPONSIBLE_ID": 1}, before_send=too_late)
    assert portal.requests() == []
    assert client.call("profile").result["ADMIN"] is True


def test_it_runs_once_before_the_request_on_old_and_new_connections(portal: Portal, client: BitrixClient) -> None:
    seen: list[int] = []
    for _ in range(3):
        client.call("profile", before_send=lambda: seen.append(len(portal.requests())))
    assert seen == [0, 1, 2]


def test_it_runs_after_the_connection_was_made(client: BitrixClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """Names, connections and handshakes may take long: a lock checked before them may have run out after them."""
    order: list[str] = []
    connect = HTTPConnection.connect

    def slow(self: HTTPConnection) -> None:
        order.append("connected")
        connect(self)

    monkeypatch.setattr(HTTPConnection, "connect", slow)
    client.call("profile", before_send=lambda: order.append("told"))
    assert order == ["connected", "told"]


def test_another_call_is_not_told(portal: Portal, client: BitrixClient) -> None:
    told: list[str] = []
    client.call("profile", before_send=lambda: told.append("first"))
    client.call("profile")
    assert told == ["first"]


def test_a_call_that_is_made_while_being_told_is_another(portal: Portal, client: BitrixClient) -> None:
    """Before a create the engine is asked to extend the lock: over a connection of the same kind."""
    told: list[str] = []
    engine = transport.session(user_agent="x", max_connections=1)

    def tell() -> None:
        told.append("once")
        assert len(told) == 1
        engine.post(f"{portal.webhook_url}scope", json={})

    client.call("profile", before_send=tell)
    engine.close()
    assert told == ["once"]
    assert [request.method for request in portal.requests()] == ["scope", "profile"]
