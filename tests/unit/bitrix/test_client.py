from __future__ import annotations

import json
import threading
import traceback
from typing import Any

import pytest
import requests
from hypothesis import given, strategies as st
from requests_mock import Mocker
from urllib3.connection import HTTPSConnection
from urllib3.connectionpool import HTTPSConnectionPool
from urllib3.exceptions import MaxRetryError, NewConnectionError, ProtocolError

from bitrix.client import BitrixClient
from bitrix.errors import (
    AccessDenied,
    ChannelFault,
    Doubtful,
    MethodMissing,
    NotExecuted,
    PortalError,
    RefusedInFront,
    Rejected,
)
from bitrix.limits.limiter import Cost, Kind, Limiter, Limits
from bitrix.webhook import WebhookUrl

SECRET = "k3yofthep0rtal99"
ADDRESS = f"https://portal.example/rest/7/{SECRET}/tasks.task.add"
METHOD = "tasks.task.add"
HTML = f"<html><h1>Bad Gateway</h1>upstream of {ADDRESS} is away</html>"
WORDS = f"Не&nbsp;выполнено:<br>{ADDRESS}"


@pytest.fixture
def client() -> BitrixClient:
    return BitrixClient(WebhookUrl.parse(f"https://portal.example/rest/7/{SECRET}/"))


def fails(client: BitrixClient) -> PortalError:
    with pytest.raises(PortalError) as caught:
        client.call(METHOD, {"fields": {"TITLE": "x"}})
    return caught.value


def everything_shown(error: PortalError) -> str:
    return "".join([*traceback.format_exception(error), str(error), repr(error), repr(error.args), str(vars(error))])


def coded(status: int, code: str) -> dict[str, Any]:
    return {"status_code": status, "json": {"error": code, "error_description": WORDS}}


def page(status: int, text: str = HTML) -> dict[str, Any]:
    return {"status_code": status, "text": text}


def gave_up(reason: Exception) -> MaxRetryError:
    return MaxRetryError(HTTPSConnectionPool("portal.example"), ADDRESS, reason)


NO_CONNECTION = NewConnectionError(HTTPSConnection("portal.example"), f"refused: {ADDRESS}")
TABLE: list[tuple[dict[str, Any], type[PortalError]]] = [
    ({"exc": requests.ConnectionError(gave_up(NO_CONNECTION))}, NotExecuted),
    ({"exc": requests.ConnectTimeout(gave_up(NO_CONNECTION))}, NotExecuted),
    (coded(503, "QUERY_LIMIT_EXCEEDED"), NotExecuted),
    (coded(429, "OPERATION_TIME_LIMIT"), NotExecuted),
    (page(429), NotExecuted),
    (coded(401, "NO_AUTH_FOUND"), ChannelFault),
    (coded(401, "expired_token"), ChannelFault),
    (coded(401, "INVALID_TOKEN"), ChannelFault),
    (coded(401, "authorization_error"), ChannelFault),
    (coded(401, "INVALID_CREDENTIALS"), ChannelFault),
    (coded(403, "INVALID_CREDENTIALS"), ChannelFault),
    (coded(403, "insufficient_scope"), ChannelFault),
    (coded(401, "insufficient_scope"), ChannelFault),
    (coded(403, "ACCESS_DENIED"), AccessDenied),
    (coded(403, "user_access_error"), ChannelFault),
    (coded(402, "PAYMENT_REQUIRED"), ChannelFault),
    (coded(400, "INVALID_REQUEST"), ChannelFault),
    (coded(500, "PORTAL_DELETED"), ChannelFault),
    (coded(403, "PORTAL_DELETED"), ChannelFault),
    (coded(410, "PORTAL_DELETED"), ChannelFault),
    (coded(503, "OVERLOAD_LIMIT"), ChannelFault),
    (coded(404, "ERROR_METHOD_NOT_FOUND"), MethodMissing),
    (page(401), RefusedInFront),
    (page(301), RefusedInFront),
    (page(302, ""), RefusedInFront),
    (coded(400, "100"), Rejected),
    (coded(400, "0"), Rejected),
    (coded(400, "ERROR_CORE"), Rejected),
    (coded(200, "ERROR_CORE"), Rejected),
    (coded(400, "ERROR_ARGUMENT"), Rejected),
    (coded(400, "ERROR_TASK_CREATE_ACCESS_DENIED"), Rejected),
    ({"exc": requests.ReadTimeout(f"read timed out: {ADDRESS}")}, Doubtful),
    ({"exc": requests.ConnectionError(ProtocolError("aborted", ConnectionResetError(ADDRESS)))}, Doubtful),
    ({"exc": requests.exceptions.ChunkedEncodingError(ADDRESS)}, Doubtful),
    ({"exc": requests.ConnectionError()}, Doubtful),
    (page(500), Doubtful),
    (page(502), Doubtful),
    (page(503), Doubtful),
    (page(504), Doubtful),
    (page(403), Doubtful),
    (page(404), Doubtful),
    (page(413), Doubtful),
    (page(200), Doubtful),
    (page(200, ""), Doubtful),
    (page(200, '{"result": {"task": {"id": '), Doubtful),
    (page(200, '["no", "envelope"]'), Doubtful),
    ({"status_code": 500, "json": {"result": {"task": {"id": "1"}}}}, Doubtful),
    (coded(200, "WRONG_ENCODING"), Doubtful),
    (coded(400, "ERROR_UNKNOWN_ADD_TASK_ERROR"), Doubtful),
    (coded(400, "ERROR_SOMETHING_NEW"), Doubtful),
    (coded(500, "ERROR_CORE"), Doubtful),
    (coded(500, "INTERNAL_SERVER_ERROR"), Doubtful),
]


def row_name(value: Any) -> str | None:
    if isinstance(value, type):
        return value.__name__
    if "exc" in value:
        return type(value["exc"]).__name__
    return f"{value['status_code']}-{value.get('json', {}).get('error', 'no-code')}"


@pytest.mark.parametrize(("answer", "family"), TABLE, ids=row_name)
def test_each_answer_has_its_family_and_never_shows_the_secret(
    client: BitrixClient, requests_mock: Mocker, answer: dict[str, Any], family: type[PortalError]
) -> None:
    requests_mock.post(ADDRESS, **answer)
    error = fails(client)
    assert type(error) is family
    assert (error.method, error.status) == (METHOD, answer.get("status_code"))
    assert str(error).startswith(f"{METHOD}: ")
    assert SECRET not in everything_shown(error)
    assert requests_mock.call_count == 1


def test_a_redirect_with_a_json_body_is_refused_in_front_too(client: BitrixClient, requests_mock: Mocker) -> None:
    requests_mock.post(ADDRESS, status_code=302, json={"message": "moved"}, headers={"Location": ADDRESS})
    assert type(fails(client)) is RefusedInFront


def test_the_newest_api_names_its_code_in_an_object(client: BitrixClient, requests_mock: Mocker) -> None:
    requests_mock.post(ADDRESS, status_code=403, json={"error": {"code": "ACCESS_DENIED", "message": WORDS}})
    error = fails(client)
    assert (type(error), error.code) == (AccessDenied, "ACCESS_DENIED")
    assert SECRET not in everything_shown(error)


@pytest.mark.parametrize("error", [{"code": None}, {}, ["x"], True, 7])
def test_an_error_of_unknown_form_is_doubt(client: BitrixClient, requests_mock: Mocker, error: Any) -> None:
    requests_mock.post(ADDRESS, status_code=400, json={"error": error})
    assert type(fails(client)) is Doubtful


@pytest.mark.parametrize("error", [f"no route for POST {ADDRESS}", {"code": f"no route: {ADDRESS}", "message": "x"}])
def test_the_secret_in_the_code_itself_is_not_shown(client: BitrixClient, requests_mock: Mocker, error: Any) -> None:
    requests_mock.post(ADDRESS, status_code=404, json={"error": error})
    assert SECRET not in everything_shown(fails(client))


def test_the_secret_in_a_page_with_escaped_slashes_is_not_shown(client: BitrixClient, requests_mock: Mocker) -> None:
    requests_mock.post(ADDRESS, status_code=500, text="Fatal error: " + json.dumps(ADDRESS).replace("/", "\\/"))
    assert SECRET not in everything_shown(fails(client))


@pytest.mark.parametrize("answer", [coded(401, "INVALID_CREDENTIALS"), page(500)])
def test_the_bare_secret_in_the_portals_words_is_not_shown(
    client: BitrixClient, requests_mock: Mocker, answer: dict[str, Any]
) -> None:
    words = json.dumps(answer).replace(ADDRESS, f"webhook {SECRET}")
    requests_mock.post(ADDRESS, **json.loads(words))
    assert SECRET not in everything_shown(fails(client))


def test_the_portals_words_are_one_plain_line(client: BitrixClient, requests_mock: Mocker) -> None:
    words = "Исполнитель&nbsp;не найден<br>\n<b>&quot;Иван&quot;</b>"
    requests_mock.post(ADDRESS, status_code=400, json={"error": "ERROR_CORE", "error_description": words})
    assert fails(client).detail == 'Исполнитель не найден "Иван"'


@pytest.mark.parametrize(
    "answer",
    [
        {"text": "x" * 1_000_000, "status_code": 502},
        {"json": {"error": "ERROR_CORE", "error_description": "x" * 1_000_000}, "status_code": 400},
        {"json": {"error": "X" * 1_000_000, "error_description": ""}, "status_code": 400},
    ],
    ids=["page", "words", "code"],
)
def test_an_error_text_is_bounded(client: BitrixClient, requests_mock: Mocker, answer: dict[str, Any]) -> None:
    requests_mock.post(ADDRESS, **answer)
    assert len(str(fails(client))) < 1000


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("30", 30.0),
        ("0.5", 0.5),
        ("", None),
        ("soon", None),
        ("nan", None),
        ("-5", 0.0),
        ("3600", 300.0),
        ("1000000000", 300.0),
        ("1e400", 300.0),
        ("inf", 300.0),
        ("Wed, 21 Oct 2015 07:28:00 GMT", 0.0),
        ("Wed, 21 Oct 2099 07:28:00 GMT", 300.0),
        ("Wed, 99 Oct 2099 99:28:00 GMT", None),
    ],
)
def test_the_portal_names_when_to_come_again(
    client: BitrixClient, requests_mock: Mocker, header: str, seconds: float | None
) -> None:
    requests_mock.post(ADDRESS, headers={"Retry-After": header}, **coded(503, "QUERY_LIMIT_EXCEEDED"))
    error = fails(client)
    assert isinstance(error, NotExecuted)
    assert error.retry_after == seconds


def test_a_proxy_names_when_to_come_again(client: BitrixClient, requests_mock: Mocker) -> None:
    requests_mock.post(ADDRESS, headers={"Retry-After": "30"}, **page(429))
    error = fails(client)
    assert isinstance(error, NotExecuted)
    assert error.retry_after == 30.0


def test_a_proxy_whose_answer_is_no_json_names_it_too(client: BitrixClient, requests_mock: Mocker) -> None:
    requests_mock.post(ADDRESS, headers={"Retry-After": "30"}, **page(503))
    error = fails(client)
    assert isinstance(error, Doubtful)
    assert error.retry_after == 30.0


def test_a_call_posts_its_parameters_as_json(client: BitrixClient, requests_mock: Mocker) -> None:
    requests_mock.post(ADDRESS, json={"result": {"task": {"id": "5"}}})
    answer = client.call(METHOD, {"fields": {"TITLE": "Договор"}})
    sent = requests_mock.last_request
    assert sent is not None
    assert (sent.method, sent.url, sent.json()) == ("POST", ADDRESS, {"fields": {"TITLE": "Договор"}})
    assert sent.headers["Content-Type"] == "application/json"
    assert sent.headers["User-Agent"] == "camunda-bitrix-worker"
    assert answer.result == {"task": {"id": "5"}}


def test_a_call_without_parameters_posts_an_empty_object(client: BitrixClient, requests_mock: Mocker) -> None:
    requests_mock.post(ADDRESS, json={"result": True})
    assert client.call(METHOD).result is True
    assert requests_mock.last_request is not None
    assert requests_mock.last_request.json() == {}


@pytest.mark.parametrize(
    ("time", "cost"),
    [
        (
            {"operating": 12.4, "operating_reset_at": 1790000600, "finish": 1790000590.5, "duration": 0.9},
            Cost(12.4, 0.9, 9.5, 1790000590.5),
        ),
        ({"operating": 12}, Cost(12.0)),
        ({"operating": 1.5, "operating_reset_at": 5, "finish": 9, "duration": "x"}, Cost(1.5, None, 0.0, 9.0)),
        ({"duration": 1.0}, None),
        ({"operating": True}, None),
        ([], None),
        (None, None),
    ],
)
def test_an_answer_tells_what_the_method_has_cost_where_the_portal_counts(
    client: BitrixClient, requests_mock: Mocker, time: Any, cost: Cost | None
) -> None:
    requests_mock.post(ADDRESS, json={"result": [], "time": time})
    assert client.call(METHOD).cost == cost


def test_parameters_that_are_no_json_are_never_a_doubt(client: BitrixClient, requests_mock: Mocker) -> None:
    requests_mock.post(ADDRESS, json={"result": True})
    with pytest.raises((ValueError, PortalError)) as caught:
        client.call(METHOD, {"fields": {"UF_SUM": float("nan")}})
    assert requests_mock.call_count == 0
    assert not isinstance(caught.value, Doubtful)


def test_a_client_shown_hides_the_secret(client: BitrixClient) -> None:
    assert SECRET not in repr(client) + repr(vars(client))


def test_a_closed_client_can_be_closed_again(client: BitrixClient) -> None:
    client.close()
    client.close()


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(["error", "result", "time", "code"]), inner),
    max_leaves=8,
)


@given(status=st.sampled_from([200, 201, 302, 400, 401, 403, 404, 429, 500, 503]), body=JSON)
def test_any_json_is_an_answer_or_a_portal_error(status: int, body: Any) -> None:
    client = BitrixClient(WebhookUrl.parse(f"https://portal.example/rest/7/{SECRET}/"))
    with Mocker() as mocker:
        mocker.post(ADDRESS, status_code=status, json=body)
        try:
            answer = client.call(METHOD)
        except PortalError:
            return
    assert status == 200
    assert answer.result == body.get("result")


@given(status=st.sampled_from([200, 302, 400, 500]), body=st.binary())
def test_any_bytes_that_are_no_envelope_are_a_portal_error(status: int, body: bytes) -> None:
    client = BitrixClient(WebhookUrl.parse(f"https://portal.example/rest/7/{SECRET}/"))
    with Mocker() as mocker:
        mocker.post(ADDRESS, status_code=status, content=b"<" + body)
        with pytest.raises(PortalError):
            client.call(METHOD)


@pytest.mark.parametrize("location", ["https://[portal]/login", "http://[", b"http://h\xe9/".decode("latin-1")])
def test_a_redirect_to_what_is_no_address_is_an_answer_like_any_other(
    client: BitrixClient, requests_mock: Mocker, location: str
) -> None:
    requests_mock.post(ADDRESS, status_code=302, headers={"Location": location})
    assert isinstance(fails(client), Doubtful)


def test_who_waits_counts_what_the_call_before_has_cost(requests_mock: Mocker) -> None:
    """Between its end and its cost a call would be neither under way nor spent, and let another one go."""
    limiter, over = Limiter(Limits(operating_seconds=10.0, concurrency=1)), threading.Event()
    client = BitrixClient(WebhookUrl.parse(f"https://portal.example/rest/7/{SECRET}/"), limiter=limiter)
    granted: list[bool] = []

    def wait_for_a_turn() -> None:
        with limiter.turn(METHOD, Kind.CREATE, lambda _: over.is_set()) as turn:
            granted.append(turn.granted)

    waits = threading.Thread(target=wait_for_a_turn)

    def answer(*_: object) -> str:
        waits.start()
        while not limiter.waiting():
            over.wait(0.001)
        return json.dumps({"result": True, "time": {"operating": 9.9, "duration": 1.0, "finish": 5, "start": 4}})

    requests_mock.post(ADDRESS, text=answer)
    client.call(METHOD)
    over.set()
    waits.join()
    assert granted == [False]
