from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import requests

from bitrix import transport, wire
from bitrix.client import BitrixClient
from bitrix.errors import ChannelFault, Doubtful, NotExecuted
from bitrix.proxy import Route
from bitrix.webhook import WebhookUrl
from sandbox.httpd import Reply, Request, Server
from sandbox.ports import free_port
from tests.support.listeners import RESET_ON_CLOSE, make_certificate, secured, serving

SECRET = "k3yofthep0rtal99"
TIMES = (20.0, 20.0)
"""Longer than any pause of a busy machine: an answer that comes is not missed, and no call is repeated for it."""
SHORT = (0.5, 0.5)
"""Where the answer never comes."""


class Portal:
    """A real server on loopback: replies in turn (the last one for ever), and remembers who asked."""

    def __init__(self) -> None:
        self.replies = [Reply(200, {"result": True})]
        self.requests: list[Request] = []
        self.connections: list[threading.Thread] = []
        self.server = Server(self.answer)
        self.server.start()
        self.scheme = "http"

    def answer(self, request: Request) -> Reply:
        self.requests.append(request)
        self.connections.append(threading.current_thread())
        return self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]

    def speak_tls(self, certificate: Path) -> None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        assert self.server._httpd
        self.server._httpd.socket = context.wrap_socket(self.server._httpd.socket, server_side=True)
        self.scheme = "https"

    @property
    def url(self) -> str:
        return f"{self.scheme}://localhost:{self.server.port}/"


@pytest.fixture
def portal() -> Iterator[Portal]:
    portal = Portal()
    yield portal
    portal.server.stop()


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_certificate(tmp_path_factory.mktemp("tls"))


@pytest.fixture
def session() -> Iterator[requests.Session]:
    with transport.session(user_agent="test", max_connections=4) as made:
        yield made


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    time = [1000.0]
    monkeypatch.setattr(transport, "time", SimpleNamespace(monotonic=lambda: time[0]))
    return time


def failure(session: requests.Session, url: str, times: tuple[float, float] = TIMES) -> requests.RequestException:
    with pytest.raises(requests.RequestException) as caught:
        session.post(url, json={"fields": {}}, timeout=times)
    return caught.value


def client_of(url: str, times: tuple[float, float] = TIMES) -> BitrixClient:
    webhook = WebhookUrl.parse(f"{url}rest/1/{SECRET}/")
    return BitrixClient(webhook, connect_timeout=times[0], request_timeout=times[1])


# --- connections ---


@pytest.fixture(params=["http", "https"])
def either(portal: Portal, session: requests.Session, request: pytest.FixtureRequest) -> Portal:
    if request.param == "https":
        certificate = request.getfixturevalue("certificate")
        portal.speak_tls(certificate)
        session.verify = str(certificate)
    return portal


def test_a_byte_order_mark_before_the_authorities_costs_none_of_them(
    portal: Portal, certificate: Path, tmp_path: Path
) -> None:
    pem = certificate.read_text(encoding="ascii")
    marked = tmp_path / "authorities.pem"
    marked.write_text("\ufeff" + pem[pem.index("-----BEGIN CERTIFICATE") :], encoding="utf-8", newline="\r\n")
    portal.speak_tls(certificate)
    with transport.session(user_agent="test", max_connections=1, route=Route(ca_file=str(marked))) as made:
        assert made.post(portal.url, json={}).status_code == 200


def test_a_connection_is_used_again_while_it_is_fresh(
    either: Portal, session: requests.Session, clock: list[float]
) -> None:
    for _ in range(5):
        session.post(either.url, json={})
        clock[0] += 3.0
    assert len(either.requests) == 5
    assert len(set(either.connections)) == 1


def test_head_and_body_leave_in_one_piece(
    either: Portal, session: requests.Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    pieces: list[bytes] = []
    usual = wire.send

    def send(sock: socket.socket, data: bytes, end: float) -> None:
        pieces.append(data)
        usual(sock, data, end)

    monkeypatch.setattr(wire, "send", send)
    for _ in range(2):
        session.post(either.url, json={"a": "b"})
    assert len(pieces) == 2
    assert all(piece.startswith(b"POST / ") and piece.endswith(b'{"a": "b"}') for piece in pieces)
    assert [request.body for request in either.requests] == [{"a": "b"}] * 2


def test_a_connection_idle_for_four_seconds_is_not_used_again(
    either: Portal, session: requests.Session, clock: list[float]
) -> None:
    for _ in range(2):
        session.post(either.url, json={})
        clock[0] += 4.0
    assert len(either.requests) == 2
    assert len(set(either.connections)) == 2


def test_a_connection_that_the_portal_has_closed_is_replaced_without_a_failure(
    portal: Portal, session: requests.Session
) -> None:
    session.post(portal.url, json={})
    portal.server.stop()
    portal.server.start()
    assert session.post(portal.url, json={}).status_code == 200


# --- one call, one request ---


@pytest.mark.parametrize(
    "reply",
    [
        Reply(drop=True),
        Reply(200, {"result": "x" * 200}, cut=30),
        Reply(500),
        Reply(502),
        Reply(503, headers={"Retry-After": "0"}),
        Reply(429, headers={"Retry-After": "0"}),
        Reply(413, headers={"Retry-After": "0"}),
    ],
    ids=["dropped", "cut", "500", "502", "503", "429", "413"],
)
@pytest.mark.parametrize("warm", [False, True])
def test_no_answer_makes_it_repeat_a_request(
    portal: Portal, session: requests.Session, reply: Reply, warm: bool
) -> None:
    if warm:
        session.post(portal.url, json={})
    before = len(portal.requests)
    portal.replies = [reply]
    with suppress(requests.RequestException):
        session.post(portal.url, json={}, timeout=TIMES)
    assert len(portal.requests) - before == 1


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_the_client_follows_no_redirect(portal: Portal, status: int) -> None:
    portal.replies = [Reply(status, headers={"Location": portal.url}), Reply(200, {"result": True})]
    with pytest.raises(ChannelFault):
        client_of(portal.url).call("profile")
    assert len(portal.requests) == 1


def test_nothing_of_the_environment_is_used(
    portal: Portal, session: requests.Session, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine localhost login someone password something\n")
    monkeypatch.setenv("NETRC", str(netrc))
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    session.post(portal.url, json={})
    assert "authorization" not in portal.requests[0].headers


def test_cookies_are_not_kept(portal: Portal, session: requests.Session) -> None:
    portal.replies = [Reply(200, {}, headers={"Set-Cookie": "PHPSESSID=1; Path=/"})]
    for _ in range(2):
        session.post(portal.url, json={})
    assert "cookie" not in portal.requests[1].headers


def test_requests_name_their_sender_and_the_form_of_the_answer(portal: Portal, session: requests.Session) -> None:
    session.post(portal.url, json={})
    headers = portal.requests[0].headers
    assert (headers["user-agent"], headers["accept"]) == ("test", "application/json")


# --- sent, or never sent ---


@pytest.fixture
def refusing() -> str:
    return f"http://127.0.0.1:{free_port()}/"


@pytest.fixture
def full() -> Iterator[str]:
    """A listener whose queue is full: a connection to it is neither refused nor made."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        waiting = [socket.socket() for _ in range(4)]
        for one in waiting:
            one.setblocking(False)
            one.connect_ex(listener.getsockname())
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/"
        for one in waiting:
            one.close()


@pytest.fixture
def nameless(monkeypatch: pytest.MonkeyPatch) -> str:
    def unknown(*_: object, **__: object) -> Any:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    return "http://localhost:1/"


@pytest.fixture
def without_tls(portal: Portal) -> str:
    return portal.url.replace("http:", "https:")


@pytest.fixture
def untrusted(portal: Portal, certificate: Path) -> str:
    portal.speak_tls(certificate)
    return portal.url


@pytest.fixture
def silent_in_handshake() -> Iterator[str]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield f"https://127.0.0.1:{listener.getsockname()[1]}/"


@pytest.fixture
def cut_in_handshake() -> Iterator[str]:
    def hang_up(connection: socket.socket) -> None:
        connection.recv(1)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_ON_CLOSE)

    with serving(hang_up) as port:
        yield f"https://127.0.0.1:{port}/"


NEVER_SENT = ["refusing", "full", "nameless", "without_tls", "untrusted", "silent_in_handshake", "cut_in_handshake"]
NEVER_ANSWERED = ("full", "silent_in_handshake")


@pytest.mark.parametrize("where", NEVER_SENT)
def test_without_a_connection_a_request_was_never_sent(
    session: requests.Session, request: pytest.FixtureRequest, where: str
) -> None:
    error = failure(session, request.getfixturevalue(where), SHORT if where in NEVER_ANSWERED else TIMES)
    assert transport.never_sent(error), repr(error)


@pytest.mark.parametrize("where", ["refusing", "full", "nameless"])
def test_the_client_says_not_executed_where_nothing_was_sent(request: pytest.FixtureRequest, where: str) -> None:
    with pytest.raises(NotExecuted) as caught:
        client_of(request.getfixturevalue(where), SHORT if where in NEVER_ANSWERED else TIMES).call("profile")
    assert SECRET not in str(caught.value)


CUT = {
    "dropped": Reply(drop=True),
    "cut in the body": Reply(200, {"result": "x" * 200}, cut=30),
    "cut before the body": Reply(200, {"result": "x" * 200}, cut=0),
}


@pytest.mark.parametrize("reply", CUT.values(), ids=CUT.keys())
def test_a_connection_cut_after_the_request_is_doubt(either: Portal, session: requests.Session, reply: Reply) -> None:
    either.replies = [reply]
    error = failure(session, either.url)
    assert not transport.never_sent(error), repr(error)
    assert len(either.requests) == 1


def test_a_connection_cut_after_it_was_used_before_is_doubt(portal: Portal, session: requests.Session) -> None:
    portal.replies = [Reply(200, {}), Reply(drop=True)]
    session.post(portal.url, json={})
    assert not transport.never_sent(failure(session, portal.url))
    assert len(portal.requests) == 2


def test_an_answer_that_does_not_come_in_time_is_doubt(session: requests.Session) -> None:
    done = threading.Event()

    def wait(connection: socket.socket) -> None:
        connection.recv(1000)
        done.wait(60)

    with serving(wait) as port:
        error = failure(session, f"http://127.0.0.1:{port}/", SHORT)
        done.set()
    assert not transport.never_sent(error), repr(error)


def test_a_reset_after_the_request_is_doubt(session: requests.Session) -> None:
    def reset(connection: socket.socket) -> None:
        connection.recv(1000)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_ON_CLOSE)

    with serving(reset) as port:
        error = failure(session, f"http://127.0.0.1:{port}/")
    assert not transport.never_sent(error), repr(error)


def test_an_answer_that_is_no_http_is_doubt(session: requests.Session) -> None:
    def babble(connection: socket.socket) -> None:
        connection.recv(1000)
        connection.sendall(b"220 mail.example ESMTP\r\n\r\n")

    with serving(babble) as port:
        error = failure(session, f"http://127.0.0.1:{port}/")
    assert not transport.never_sent(error), repr(error)


def test_tls_that_breaks_after_the_request_is_doubt(session: requests.Session, certificate: Path) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    session.verify = str(certificate)
    received: list[bytes] = []

    def break_after_request(connection: socket.socket) -> None:
        raw = connection.dup()
        with raw, secured(context, connection) as tls:
            received.append(b"")
            while not received[-1].endswith(b"}"):
                received[-1] += tls.recv(1000)
            raw.sendall(b"HTTP/1.1 502 Bad Gateway\r\n\r\n")

    with serving(break_after_request) as port:
        error = failure(session, f"https://localhost:{port}/")
    assert len(received) == 1
    assert not transport.never_sent(error), repr(error)


def test_the_client_says_doubtful_where_an_answer_is_missing(portal: Portal) -> None:
    portal.replies = [Reply(drop=True)]
    with pytest.raises(Doubtful) as caught:
        client_of(portal.url).call("profile")
    assert SECRET not in str(caught.value)


def test_only_an_authority_that_was_named_is_trusted(portal: Portal, certificate: Path) -> None:
    portal.speak_tls(certificate)
    address = portal.url.replace("http:", "https:")
    with transport.session(user_agent="test", max_connections=1) as stranger, pytest.raises(requests.RequestException):
        stranger.post(address, timeout=5)
    with transport.session(user_agent="test", max_connections=1, route=Route(str(certificate))) as known:
        assert known.post(address, timeout=5).status_code == 200
