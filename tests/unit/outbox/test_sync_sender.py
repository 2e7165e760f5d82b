from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest
import requests
import requests_mock

from bitrix.client import BitrixClient
from bitrix.errors import ChannelFault, MethodMissing, PortalError
from bitrix.webhook import WebhookUrl
from tests.support.fakes import Events
from worker.model import SyncRequest
from worker.outbox.sync_sender import SyncRefused, SyncSender, sync_request_of
from worker.words.causes import cure_after, in_words

SECRET = "verysecretcode"
URL = f"https://portal.example/rest/1/{SECRET}/imena.camunda.sync"
INSTANCE = "49b3b068-aff0-11f0-b47d-00b436387543"
MESSAGE = {"processInstanceId": INSTANCE, "processDefinitionKey": "Process_qunad56t0"}
REQUEST = SyncRequest(INSTANCE, "Process_qunad56t0")
ACCEPTED: dict[str, Any] = {"json": {"result": {"success": True, "message": "Webhook received"}}}
REFUSED: dict[str, Any] = {"json": {"result": {"success": False, "error": "Camunda is away"}}}
GONE: dict[str, Any] = {"status_code": 404, "json": {"error": "ERROR_METHOD_NOT_FOUND", "error_description": "no"}}
LIMITED: dict[str, Any] = {"status_code": 503, "json": {"error": "QUERY_LIMIT_EXCEEDED"}}


class Desk:
    """A sender before a scripted portal; `waits` is how long it has slept each time."""

    def __init__(self, http: requests_mock.Mocker) -> None:
        self.http = http
        self.events = Events()
        self.waits: list[float] = []

    def sender(self, *answers: dict[str, Any], **changes: Any) -> SyncSender:
        self.http.post(URL, list(answers) or [ACCEPTED])
        client = BitrixClient(WebhookUrl.parse(f"https://portal.example/rest/1/{SECRET}/"))
        return SyncSender(client, self.events, sleep=self.waits.append, **changes)

    def log(self) -> str:
        return str(self.events.seen)


@pytest.fixture
def desk() -> Iterator[Desk]:
    with requests_mock.Mocker() as http:
        yield Desk(http)


# --- what is sent ---


@pytest.mark.parametrize(
    ("message", "request_"),
    [
        (MESSAGE, REQUEST),
        ({**MESSAGE, "processDefinitionId": "other:3:uuid"}, REQUEST),
        ({"processInstanceId": "i", "processDefinitionId": "Process_x:3:uuid"}, SyncRequest("i", "Process_x")),
        (
            {"processInstanceId": "i", "processDefinitionKey": "", "processDefinitionId": "P:1:u"},
            SyncRequest("i", "P"),
        ),
        (
            {"processInstanceId": "i", "processDefinitionKey": "a:b", "processDefinitionId": "P:1:u"},
            SyncRequest("i", "a:b"),
        ),
        ({"processInstanceId": "i", "processDefinitionId": "plain"}, SyncRequest("i", "plain")),
        ({"processDefinitionKey": "P"}, None),
        ({"processInstanceId": None, "processDefinitionKey": "P"}, None),
        ({"processInstanceId": "", "processDefinitionKey": "P"}, None),
        ({"processInstanceId": "i"}, None),
        ({"processInstanceId": "i", "processDefinitionKey": None, "processDefinitionId": None}, None),
        ({"processInstanceId": "i", "processDefinitionId": ":3:uuid"}, None),
        ({}, None),
    ],
)
def test_the_key_is_taken_as_it_is_and_the_definition_id_only_stands_in(
    message: Mapping[str, Any], request_: SyncRequest | None
) -> None:
    assert sync_request_of(message) == request_


def test_one_request_with_two_fields_and_nothing_else(desk: Desk) -> None:
    assert desk.sender().send_sync_request({**MESSAGE, "variables": {"a": 1}, "id": "task-1"})
    [request] = desk.http.request_history
    assert (request.method, request.url) == ("POST", URL)
    assert request.headers["Content-Type"] == "application/json"
    assert request.json() == {"processDefinitionKey": "Process_qunad56t0", "processInstanceId": INSTANCE}


def test_another_method_can_be_set(desk: Desk) -> None:
    desk.http.post(URL.replace("imena.camunda.sync", "own.sync"), **ACCEPTED)
    client = BitrixClient(WebhookUrl.parse(f"https://portal.example/rest/1/{SECRET}"))
    assert SyncSender(client, desk.events, method="own.sync").send_sync_request(MESSAGE)


def test_nothing_to_send_is_skipped_with_a_warning_and_is_no_failure(desk: Desk) -> None:
    sender = desk.sender()
    assert sender.send_sync_request({"processDefinitionKey": "P"}) is False
    assert desk.http.call_count == 0
    assert desk.events.names() == ["sync.skipped"]
    counted = sender.statistics
    assert (counted.sync_requests_skipped, counted.sync_requests_failed, counted.sync_requests_sent) == (1, 0, 0)


# --- what counts as accepted ---


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (REFUSED, "Camunda is away"),
        ({"json": {"result": {"success": False}}}, "success"),
        ({"json": {"result": {}}}, "success"),
        ({"json": {"result": True}}, "success"),
        ({"json": {"result": []}}, "success"),
        ({"json": {}}, "success"),
        ({"json": {"error": "ERROR_CORE", "error_description": "thrown"}, "status_code": 400}, "thrown"),
        ({"json": {"error": "ERROR_CORE"}}, "ERROR_CORE"),
        ({"json": {"result": {"success": True}}, "status_code": 500}, "500"),
        ({"json": {"result": {"success": False, "error": "no such process"}}, "status_code": 400}, "no such process"),
        ({"text": "<html>Bad gateway</html>", "status_code": 502}, "502"),
        ({"text": "<html>Welcome</html>"}, "Welcome"),
        ({"exc": requests.ConnectTimeout()}, "connection attempt"),
        ({"exc": requests.ReadTimeout()}, "in time"),
    ],
)
def test_all_but_success_is_a_failure_with_its_reason(desk: Desk, answer: dict[str, Any], reason: str) -> None:
    sender = desk.sender(answer)
    assert sender.send_sync_request(MESSAGE) is False
    assert (sender.statistics.sync_requests_sent, sender.statistics.sync_requests_failed) == (0, 1)
    assert reason in str(desk.events.facts("sync.failed")["error"])


# --- the series ---


def test_a_short_series_ends_with_the_first_success(desk: Desk) -> None:
    sender = desk.sender(REFUSED, {"exc": requests.ReadTimeout()}, ACCEPTED)
    assert sender.send_sync_request(MESSAGE) is True
    assert desk.http.call_count == 3
    assert (sender.statistics.sync_requests_sent, sender.statistics.sync_requests_failed) == (1, 0)


@pytest.mark.parametrize(
    "said",
    [False, "false", "FALSE", "N", "n", "0", "no", "нет", "", " ", 0, 0.0, None, "null", [], {}, ["x"], "failed"],
)
def test_what_is_not_clearly_a_success_is_none(desk: Desk, said: Any) -> None:
    sender = desk.sender({"json": {"result": {"success": said}}}, attempts=1)
    assert sender.send_sync_request(MESSAGE) is False
    assert (sender.statistics.sync_requests_sent, sender.statistics.sync_requests_failed) == (0, 1)


@pytest.mark.parametrize("said", [True, "true", "True", 1, 1.0, "1", "Y", "yes", " Y "])
def test_a_success_in_any_spelling_is_one(desk: Desk, said: Any) -> None:
    assert desk.sender({"json": {"result": {"success": said}}}, attempts=1).send_sync_request(MESSAGE)


def test_a_series_without_success_is_bounded_and_counted_once(desk: Desk) -> None:
    sender = desk.sender(REFUSED, attempts=3)
    assert sender.send_sync_request(MESSAGE) is False
    assert desk.http.call_count == 3
    assert sender.statistics.sync_requests_failed == 1
    assert desk.events.names() == ["sync.sending", "sync.failed"]


@pytest.mark.parametrize("answer", [GONE, {"status_code": 401, "json": {"error": "expired_token"}}])
def test_what_only_a_person_can_mend_is_not_repeated(desk: Desk, answer: dict[str, Any]) -> None:
    with pytest.raises(ChannelFault):
        desk.sender(answer).deliver(REQUEST)
    assert desk.http.call_count == 1


def test_the_outbox_is_told_what_went_wrong(desk: Desk) -> None:
    with pytest.raises(MethodMissing):
        desk.sender(GONE).deliver(REQUEST)
    with pytest.raises(SyncRefused, match="Camunda is away"):
        desk.sender(REFUSED).deliver(REQUEST)
    with pytest.raises(PortalError):
        desk.sender({"exc": requests.ReadTimeout()}).deliver(REQUEST)


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ({"success": False, "error": "Camunda is away"}, ": Camunda is away"),
        ({"success": False, "message": "no such process"}, ": no such process"),
        ({"success": False}, ": success: false"),
    ],
)
def test_a_refusal_tells_the_words_of_the_module_and_what_to_do(desk: Desk, told: dict[str, Any], said: str) -> None:
    """A late synchronisation said that the module did not confirm success, and no more."""
    with pytest.raises(SyncRefused) as caught:
        desk.sender(*[{"json": {"result": told}}] * 9).deliver(REQUEST)
    assert in_words(caught.value).en == f"the portal's module did not execute the call{said}"
    assert "see the portal's log" in cure_after(caught.value).en


@pytest.mark.parametrize(("named", "least", "most"), [("2", 2, 2), ("0", 0, 0), ("-1", 0, 5)])
def test_a_time_that_the_portal_names_is_waited_for(desk: Desk, named: str, least: float, most: float) -> None:
    limited = LIMITED | {"headers": {"Retry-After": named}}
    assert desk.sender(limited, ACCEPTED, max_delay=5.0).send_sync_request(MESSAGE)
    [wait] = desk.waits
    assert least <= wait <= most


def test_a_time_beyond_the_series_ends_it(desk: Desk) -> None:
    """The portal has asked not to be called: whoever owes the sync tries again after a minute at the least."""
    limited = LIMITED | {"headers": {"Retry-After": "3600"}}
    assert not desk.sender(limited, ACCEPTED, max_delay=5.0).send_sync_request(MESSAGE)
    assert desk.waits == []
    assert desk.http.call_count == 1


def test_waits_are_short(desk: Desk) -> None:
    desk.sender(LIMITED, attempts=8, base_delay=0.5, max_delay=5.0).send_sync_request(MESSAGE)
    assert len(desk.waits) == 7
    assert all(0 <= wait <= 5.0 for wait in desk.waits)


def test_each_request_has_a_series_of_its_own(desk: Desk) -> None:
    sender = desk.sender(REFUSED, REFUSED, REFUSED, ACCEPTED)
    assert [sender.send_sync_request(MESSAGE) for _ in range(2)] == [False, True]
    assert desk.http.call_count == 4


# --- what is told ---


def test_events_of_a_success(desk: Desk) -> None:
    desk.sender().send_sync_request(MESSAGE)
    assert desk.events.names() == ["sync.sending", "sync.accepted"]
    body = '{"processDefinitionKey": "Process_qunad56t0", "processInstanceId": "' + INSTANCE + '"}'
    assert desk.events.facts("sync.sending") == {"body": body, "process_instance_id": INSTANCE}
    assert desk.events.facts("sync.accepted") == {
        "process_instance_id": INSTANCE,
        "process_definition_key": "Process_qunad56t0",
    }


@pytest.mark.parametrize(
    "answer",
    [
        {"json": {"result": {"success": False, "error": f"cannot reach {URL}"}}},
        {"json": {"error": "ERROR_CORE", "error_description": f"at {URL}"}, "status_code": 400},
        {"text": f"<html>{URL}</html>", "status_code": 502},
        {"exc": requests.ConnectionError(f"Max retries exceeded with url: {URL}")},
    ],
)
def test_the_webhook_is_in_no_error_that_goes_into_log_or_ledger(desk: Desk, answer: dict[str, Any]) -> None:
    with pytest.raises((PortalError, SyncRefused)) as caught:
        desk.sender(answer).deliver(REQUEST)
    assert SECRET not in str(caught.value)
    assert SECRET not in desk.log()


def test_the_rate_is_per_cent_of_sent_among_sent_and_failed(desk: Desk) -> None:
    sender = desk.sender(ACCEPTED, ACCEPTED, REFUSED, attempts=1)
    assert sender.statistics.sync_success_rate == 0
    for _ in range(3):
        sender.send_sync_request(MESSAGE)
    sender.send_sync_request({})
    assert sender.statistics.sync_success_rate == 66.67


def test_each_line_about_a_synchronisation_has_its_process_instance(desk: Desk) -> None:
    desk.sender().deliver(REQUEST)
    with pytest.raises(SyncRefused):
        desk.sender(REFUSED, attempts=1).deliver(REQUEST)
    assert desk.events.names() == ["sync.sending", "sync.accepted", "sync.sending", "sync.failed"]
    assert {facts["process_instance_id"] for _, facts in desk.events.seen} == {INSTANCE}
