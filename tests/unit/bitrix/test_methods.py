"""Calls that only read are repeated in a short series; no other ever is."""

from __future__ import annotations

from typing import Any

import pytest
from requests_mock import Mocker
from tenacity import Retrying

from bitrix.client import BitrixClient
from bitrix.errors import ChannelFault, Doubtful, NotExecuted, PortalError, Rejected
from bitrix.methods import ADD, LIST, PROFILE, READ_SERIES, READS
from bitrix.webhook import WebhookUrl

BASE = "https://portal.example/rest/7/secret/"
WELL = {"json": {"result": {"ok": True}}}
SICK: dict[str, Any] = {"status_code": 502, "text": "<html>Bad Gateway</html>"}
Heard = list[tuple[str, PortalError | None]]


def client(heard: Heard | None = None) -> BitrixClient:
    series: Retrying = READ_SERIES.copy(sleep=lambda _: None)
    ends = heard if heard is not None else []
    return BitrixClient(
        WebhookUrl.parse(BASE), series=series, on_end=lambda method, error: ends.append((method, error))
    )


@pytest.mark.parametrize("method", sorted(READS))
def test_what_only_reads_gets_past_a_sick_node(requests_mock: Mocker, method: str) -> None:
    requests_mock.post(BASE + method, [SICK, SICK, SICK, WELL])
    heard: Heard = []
    assert client(heard).call(method).result == {"ok": True}
    assert heard == [(method, None)]


def test_the_documented_spelling_of_a_name_reads_too(requests_mock: Mocker) -> None:
    requests_mock.post(BASE + "tasks.task.getFields", [SICK, WELL])
    assert client().call("tasks.task.getFields").result == {"ok": True}


@pytest.mark.parametrize(
    "method", [ADD, "tasks.task.complete", "task.commentitem.add", "imena.camunda.sync", "tasks.task.list.more"]
)
def test_nothing_else_is_ever_sent_again(requests_mock: Mocker, method: str) -> None:
    requests_mock.post(BASE + method, [SICK, WELL])
    heard: Heard = []
    with pytest.raises(Doubtful):
        client(heard).call(method)
    assert requests_mock.call_count == 1
    assert [name for name, _ in heard] == [method]


def test_a_series_ends_and_counts_once(requests_mock: Mocker) -> None:
    requests_mock.post(BASE + LIST, **SICK)
    heard: Heard = []
    with pytest.raises(Doubtful):
        client(heard).call(LIST)
    assert requests_mock.call_count == 4
    assert len(heard) == 1


@pytest.mark.parametrize(
    ("answer", "family"),
    [
        ({"json": {"error": "INVALID_CREDENTIALS"}, "status_code": 403}, ChannelFault),
        ({"json": {"error": "QUERY_LIMIT_EXCEEDED"}, "status_code": 503}, NotExecuted),
        ({"json": {"error": "100"}, "status_code": 400}, Rejected),
    ],
)
def test_a_clear_no_is_not_asked_again(requests_mock: Mocker, answer: dict[str, Any], family: type) -> None:
    requests_mock.post(BASE + PROFILE, **answer)
    with pytest.raises(family):
        client().call(PROFILE)
    assert requests_mock.call_count == 1
