"""Through a proxy: what was sent and what was not, and whom its password is told."""

from __future__ import annotations

import copy
import pickle
import socket
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import requests

from bitrix import transport, wire
from bitrix.causes import Cause
from bitrix.client import BitrixClient
from bitrix.diagnosis import Diagnosis, diagnosed
from bitrix.errors import Doubtful, NotExecuted
from bitrix.proxy import Proxy, ProxyFault, Route
from bitrix.secrecy import hide
from bitrix.webhook import WebhookUrl
from sandbox.httpd import Reply, Request, Server
from sandbox.ports import free_port
from tests.support.listeners import make_certificate, serving
from tests.support.network import Relay
from tests.support.proxy_process import ProxyProcess
from worker.config.loading import load
from worker.config.secrets import keep_secrets_of
from worker.config.settings import CamundaSettings
from worker.engine.errors import EngineUnreachable
from worker.engine.line import EngineLine

PASSWORD = "p@ss:wörd/1"
LOGIN = f"worker:{PASSWORD}"
WRITTEN = "worker:p%40ss%3Aw%C3%B6rd%2F1"
NAME = "portal.invalid"
TIMES = (1.0, 2.0)


class Portal:
    """A side that only a proxy finds, plain or by TLS."""

    def __init__(self) -> None:
        self.replies = [Reply(200, {"result": True})]
        self.requests: list[Request] = []
        self.server = Server(self.answer)
        self.server.start()

    def answer(self, request: Request) -> Reply:
        self.requests.append(request)
        return self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]


@pytest.fixture
def portal() -> Iterator[Portal]:
    portal = Portal()
    yield portal
    portal.server.stop()


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_certificate(tmp_path_factory.mktemp("tls"), f"DNS:{NAME}")


@pytest.fixture
def knows(portal: Portal, certificate: Path) -> Iterator[dict[str, str]]:
    with Relay("127.0.0.1", portal.server.port, certificate) as tls:
        yield {f"{NAME}:80": f"127.0.0.1:{portal.server.port}", f"{NAME}:443": tls.base.removeprefix("https://")}


@pytest.fixture(params=["http", "https"])
def scheme(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def url(scheme: str) -> str:
    return f"{scheme}://{NAME}:{443 if scheme == 'https' else 80}/"


def post(scheme: str, proxy: str, certificate: Path, **terms: Any) -> requests.Response:
    with transport.session(
        user_agent="test", max_connections=2, route=Route(str(certificate), Proxy.parse(proxy)), connect_again=1
    ) as session:
        given = {"most_bytes": 10_000} | terms
        return transport.Poster(session, {}).post(url(scheme), b'{"a": 1}', TIMES, **given)


def failure(scheme: str, proxy: str, certificate: Path, **terms: Any) -> requests.RequestException:
    with pytest.raises(requests.RequestException) as caught:
        post(scheme, proxy, certificate, **terms)
    assert "p%40ss" not in repr(caught.value)
    return caught.value


# --- the way ---


def test_tls_goes_through_a_tunnel_and_plain_http_by_its_whole_address(
    portal: Portal, knows: dict[str, str], certificate: Path, scheme: str
) -> None:
    with ProxyProcess(knows, login=LOGIN) as proxy:
        answer = post(scheme, proxy.address.replace("//", f"//{WRITTEN}@"), certificate)
    assert answer.json() == {"result": True}
    assert proxy.lines == [f"CONNECT {NAME}:443" if scheme == "https" else f"POST http://{NAME}:80/"]
    assert [request.body for request in portal.requests] == [{"a": 1}]
    assert "proxy-authorization" not in portal.requests[0].headers


def test_a_connection_through_a_proxy_is_used_again_and_hardened(
    portal: Portal, knows: dict[str, str], certificate: Path, scheme: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    hardened: list[tuple[int, float]] = []
    usual = wire.harden

    def harden(sock: socket.socket, delivery: float) -> None:
        usual(sock, delivery)
        level = sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT)
        hardened.append((sock.getpeername()[1], level))
        assert sock.getsockopt(socket.SOL_SOCKET, socket.SO_LINGER, 8) == b"\1\0\0\0\0\0\0\0"

    monkeypatch.setattr(wire, "harden", harden)
    with (
        ProxyProcess(knows) as proxy,
        transport.session(
            user_agent="test", max_connections=2, route=Route(str(certificate), Proxy.parse(proxy.address))
        ) as session,
    ):
        poster = transport.Poster(session, {}, delivery=3.5)
        for _ in range(3):
            assert poster.post(url(scheme), b"{}", TIMES, most_bytes=10_000).status_code == 200
        assert hardened == [(proxy.port, 3500)]
    ours = [one for one in portal.requests if one.raw == b"{}" and "authorization" not in one.headers]
    assert len(ours) == 3  # a worker of another test may still ask the engine that had this port before


def test_a_proxy_that_only_the_environment_names_is_not_used(portal: Portal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    monkeypatch.setenv("no_proxy", "")
    with transport.session(user_agent="test", max_connections=1) as session:
        poster = transport.Poster(session, {})
        answer = poster.post(f"http://127.0.0.1:{portal.server.port}/", b"{}", TIMES, most_bytes=10_000)
    assert answer.status_code == 200


# --- never sent ---


def test_a_proxy_that_cannot_be_reached_is_named_and_nothing_was_sent(certificate: Path, scheme: str) -> None:
    address = f"http://127.0.0.1:{free_port()}"
    error = failure(scheme, address, certificate)
    assert transport.never_sent(error), repr(error)
    assert diagnosed(error, url(scheme), Route(proxy=Proxy.parse(address))) == Diagnosis(
        Cause.PROXY_UNREACHABLE, address[7:]
    )


def test_a_proxy_of_an_unknown_name_is_named_and_nothing_was_sent(certificate: Path, scheme: str) -> None:
    address = "http://proxy.invalid:3128"
    error = failure(scheme, address, certificate)
    assert transport.never_sent(error), repr(error)
    assert diagnosed(error, url(scheme), Route(proxy=Proxy.parse(address))) == Diagnosis(
        Cause.PROXY_UNREACHABLE, address[7:]
    )


@pytest.mark.parametrize("status", [403, 407, 502, 504])
def test_a_tunnel_that_is_refused_has_sent_nothing(
    portal: Portal, knows: dict[str, str], certificate: Path, status: int
) -> None:
    with ProxyProcess(knows, refuse=status) as proxy:
        error = failure("https", proxy.address, certificate)
    assert transport.never_sent(error), repr(error)
    cause, place, _ = diagnosed(error, url("https"), Route(proxy=Proxy.parse(proxy.address)))
    assert cause is (Cause.PROXY_LOGIN if status == 407 else Cause.PROXY_REFUSED)
    assert place == proxy.address[7:]
    assert len(proxy.lines) == 1
    assert portal.requests == []


def test_a_tunnel_to_nobody_has_sent_nothing(certificate: Path) -> None:
    with ProxyProcess({f"{NAME}:443": f"127.0.0.1:{free_port()}"}) as proxy:
        error = failure("https", proxy.address, certificate)
    assert transport.never_sent(error), repr(error)


def test_a_wrong_login_is_told_in_words_and_has_sent_nothing(
    portal: Portal, knows: dict[str, str], certificate: Path, scheme: str
) -> None:
    with ProxyProcess(knows, login="worker:other") as proxy:
        error = failure(scheme, proxy.address.replace("//", f"//{WRITTEN}@"), certificate)
    assert transport.never_sent(error), repr(error)
    assert diagnosed(error, url(scheme), Route(proxy=Proxy.parse(proxy.address)))[0] is Cause.PROXY_LOGIN
    assert portal.requests == []


def test_a_handshake_that_fails_within_the_tunnel_has_sent_nothing(
    portal: Portal, certificate: Path, knows: dict[str, str]
) -> None:
    with ProxyProcess({f"{NAME}:443": knows[f"{NAME}:80"]}) as proxy:  # no TLS there
        error = failure("https", proxy.address, certificate)
    assert transport.never_sent(error), repr(error)
    assert portal.requests == []


def drip(connection: socket.socket) -> None:
    connection.recv(1000)
    for letter in b"HTTP/1.1 200 " + b"x" * 1000:
        connection.sendall(bytes([letter]))
        time.sleep(0.1)


def flood(connection: socket.socket) -> None:
    connection.recv(1000)
    connection.sendall(b"HTTP/1.1 200 OK\r\n")
    while True:
        connection.sendall(b"X: " + b"y" * 1000 + b"\r\n")


def babble(connection: socket.socket) -> None:
    connection.recv(1000)
    connection.sendall(b"220 mail.example ESMTP\r\n\r\n")


def hang_up(connection: socket.socket) -> None:
    connection.recv(1000)


@pytest.mark.parametrize("talk", [drip, flood, babble, hang_up])
@pytest.mark.timeout(20)
def test_a_proxy_that_answers_a_tunnel_badly_has_an_end_and_has_sent_nothing(certificate: Path, talk: Any) -> None:
    """`drip` would go on for a hundred seconds, `flood` for ever."""
    with serving(talk) as port:
        error = failure("https", f"http://127.0.0.1:{port}", certificate)
    assert transport.never_sent(error), repr(error)


# --- doubt ---


def test_a_connection_that_breaks_after_the_request_is_doubt(
    portal: Portal, knows: dict[str, str], certificate: Path
) -> None:
    portal.replies = [Reply(drop=True)]
    with ProxyProcess(knows) as proxy:
        error = failure("https", proxy.address, certificate)
    assert not transport.never_sent(error), repr(error)
    assert len(portal.requests) == 1


def test_a_proxy_that_takes_a_plain_request_and_hangs_up_is_doubt(certificate: Path) -> None:
    """`urllib3` calls that a failure of the proxy, as if there had been no connection."""
    with ProxyProcess(drop=True) as proxy:
        error = failure("http", proxy.address, certificate)
    assert isinstance(error, requests.exceptions.ProxyError)
    assert not transport.never_sent(error), repr(error)
    assert len(proxy.lines) == 1


@pytest.mark.parametrize("status", [502, 504])
def test_a_gateway_error_for_a_plain_request_is_doubt_to_both_clients(status: int) -> None:
    with ProxyProcess({}, refuse=status) as proxy:
        settings = CamundaSettings(base_url="http://engine.invalid/engine-rest", proxy=Proxy.parse(proxy.address))
        line = EngineLine(settings, {}, connections=1, comes_by=lambda _: None, on_end=lambda *_: None)
        with pytest.raises(EngineUnreachable) as engine:
            line.json("complete", "/x", body={}, seconds=2.0)
        line.close()
        client = client_of("http://localhost:1", Route(proxy=Proxy.parse(proxy.address)))
        with pytest.raises(Doubtful):
            client.call("tasks.task.add")
        client.close()
    assert engine.value.doubtful
    assert len(proxy.lines) == 2


def client_of(base: str, route: Route) -> BitrixClient:
    return BitrixClient(WebhookUrl.parse(f"{base}/rest/1/s3cr3t0fthep/"), route=route, request_timeout=2.0)


def test_both_clients_say_that_nothing_was_executed_where_the_proxy_wants_a_login(certificate: Path) -> None:
    with ProxyProcess({}, login=LOGIN) as process:
        settings = CamundaSettings(base_url="http://engine.invalid/engine-rest", proxy=Proxy.parse(process.address))
        line = EngineLine(settings, {}, connections=1, comes_by=lambda _: None, on_end=lambda *_: None)
        with pytest.raises(EngineUnreachable, match="proxy_login") as engine:
            line.json("complete", "/x", body={}, seconds=2.0)
        line.close()
        client = client_of(url("https").rstrip("/"), Route(str(certificate), Proxy.parse(process.address)))
        with pytest.raises(NotExecuted, match="proxy_login"):
            client.call("tasks.task.add")
        client.close()
    assert not engine.value.doubtful


# --- its address ---


@pytest.mark.parametrize(
    ("text", "address", "user", "password"),
    [
        ("http://proxy:3128", "http://proxy:3128", "", ""),
        (" http://proxy.example/ ", "http://proxy.example:80", "", ""),
        ("http://[::1]:8080", "http://[::1]:8080", "", ""),
        (f"http://{WRITTEN}@proxy:3128", "http://proxy:3128", "worker", PASSWORD),
    ],
)
def test_an_address_of_a_proxy_is_read(text: str, address: str, user: str, password: str) -> None:
    proxy = Proxy.parse(text)
    assert (proxy.address, proxy.user, proxy.password) == (address, user, password)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "proxy:3128",
        "https://proxy:3128",
        "socks5://proxy:1080",
        "http://",
        "http://proxy:port",
        "http://proxy:99999",
        "http://u:s3cret/1@proxy:3128",
        "http://u:12/s3cret@proxy:3128",
        "http://u:12#s3cret@proxy:3128",
        "http://u:12?s3cret@proxy:3128",
        "http://u:s3cret@1@proxy:3128",
        "http://proxy:3128/path",
        "http://pro xy:3128",
    ],
)
def test_what_is_no_address_of_a_proxy_is_refused_and_not_quoted(text: str) -> None:
    with pytest.raises(ProxyFault) as caught:
        Proxy.parse(text)
    assert "s3cret" not in str(caught.value)


def test_a_password_is_shown_nowhere() -> None:
    proxy = Proxy.parse("http://worker:s3cret@proxy:3128")
    assert "s3cret" not in f"{proxy} {proxy!r}"
    assert copy.deepcopy(proxy) is proxy
    with suppress(TypeError):
        pickle.dumps(proxy)
        pytest.fail("pickled")


def test_a_password_is_hidden_in_whatever_others_say_too() -> None:
    environ = {
        "CAMUNDA_BASE_URL": "http://engine:8080/engine-rest",
        "BITRIX_WEBHOOK_URL": "https://portal.example/rest/1/s3cr3t0fthep/",
        "CAMUNDA_PROXY": f"http://{WRITTEN}@proxy:3128",
        "BITRIX_PROXY": "http://someone:an0therPassword@proxy:3128",
    }
    keep_secrets_of(load(None, environ))
    for proxy in (environ["CAMUNDA_PROXY"], environ["BITRIX_PROXY"]):
        header = Proxy.parse(proxy).headers["Proxy-Authorization"].removeprefix("Basic ")
        assert header.rstrip("=") not in hide(f"you sent {header}")
        assert Proxy.parse(proxy).password not in hide(f"{Proxy.parse(proxy).password} is wrong")
