"""The server under the page: slow, many and strange clients cost what is set aside for them, and no more."""

from __future__ import annotations

import resource
import socket
import threading
import time
from collections.abc import Callable, Iterator

import pytest

from tests.support.fakes import Events
from worker.monitoring import http_port
from worker.monitoring.http_port import ANSWER_SECONDS, MOST_CONNECTIONS, HttpPort, one_answer


def application(environ: dict[str, str], start: Callable[..., object]) -> list[bytes]:
    if environ["PATH_INFO"] == "/fails":
        raise ValueError("first\nsecond")
    start("200 OK", [("Content-Type", "text/plain")])
    return [b"here"]


@pytest.fixture
def events() -> Events:
    return Events()


@pytest.fixture
def port(events: Events, monkeypatch: pytest.MonkeyPatch) -> Iterator[HttpPort]:
    monkeypatch.setattr(http_port, "VISIT_SECONDS", 1.0)
    port = HttpPort(("127.0.0.1", 0), one_answer(application), events)
    thread = threading.Thread(target=port.serve_forever, args=(0.05,))
    thread.start()
    yield port
    port.shutdown()
    port.server_close()
    thread.join()


def connected(port: HttpPort) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port.server_port), timeout=10)


def answer_to(port: HttpPort, request: bytes) -> bytes:
    """All that comes back until the connection ends."""
    with connected(port) as client:
        got = b""
        try:
            client.sendall(request)
            while chunk := client.recv(65536):
                got += chunk
        except ConnectionError:  # it may be reset: what was sent is not read to its end
            pass
    return got


def status_of(answer: bytes) -> int:
    return int(answer.split()[1]) if answer else 0


def is_over(client: socket.socket) -> bool:
    try:
        return client.recv(1) == b""
    except ConnectionError:
        return True


def test_who_sends_a_byte_now_and_then_is_cut_at_the_deadline(port: HttpPort) -> None:
    began = time.monotonic()
    with connected(port) as client:
        client.settimeout(0.1)
        over = False
        while not over and time.monotonic() - began < 8:
            try:
                client.sendall(b"G")
                over = client.recv(1) == b""
            except TimeoutError:
                continue
            except ConnectionError:
                over = True
    assert 0.9 < time.monotonic() - began < 8
    assert status_of(answer_to(port, b"GET / HTTP/1.0\r\n\r\n")) == 200


def full(port: HttpPort, request: bytes = b"") -> list[socket.socket]:
    """As many clients as there is room for, all inside."""
    inside = [connected(port) for _ in range(MOST_CONNECTIONS)]
    for client in inside:
        client.sendall(request)
    while len(port._stays) < MOST_CONNECTIONS or not all(stay.has_arrived for stay in port._stays.values() if request):
        time.sleep(0.01)
    return inside


def left(port: HttpPort, clients: list[socket.socket]) -> None:
    for client in clients:
        client.close()
    while port._stays:
        time.sleep(0.01)


def test_who_sends_without_an_end_makes_room_for_who_does_not(
    port: HttpPort, events: Events, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A probe that gets no answer has a healthy process restarted."""
    monkeypatch.setattr(http_port, "VISIT_SECONDS", 60.0)
    inside = full(port)
    for _ in range(20):
        assert status_of(answer_to(port, b"GET / HTTP/1.0\r\n\r\n")) == 200
    assert is_over(inside[0]), "the first to come"
    assert 1 <= port.refused <= 20
    left(port, inside)
    assert events.names().count("http.crowded") == 1


def test_beyond_the_bound_connections_are_closed_at_once_counted_and_told_once(
    port: HttpPort, events: Events, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Those inside have sent their requests: they are answered."""
    monkeypatch.setattr(http_port, "VISIT_SECONDS", 60.0)
    goes_on = threading.Event()

    def slow(environ: dict[str, str], start: Callable[..., object]) -> list[bytes]:
        goes_on.wait(20)
        return application(environ, start)

    port.set_app(one_answer(slow))
    inside = full(port, b"GET / HTTP/1.0\r\n\r\n")
    outside = [connected(port) for _ in range(20)]
    assert all(map(is_over, outside))
    assert port.refused == 20
    goes_on.set()
    assert all(client.recv(12).startswith(b"HTTP/1.") for client in inside)
    left(port, [*inside, *outside])
    assert status_of(answer_to(port, b"GET / HTTP/1.0\r\n\r\n")) == 200
    assert events.names().count("http.crowded") == 1


@pytest.mark.parametrize(("descriptors", "most"), [(16, 4), (64, 8), (128, 16), (1024, 32), (1_000_000, 32)])
def test_connections_take_a_part_of_the_descriptors_only(
    events: Events, monkeypatch: pytest.MonkeyPatch, descriptors: int, most: int
) -> None:
    monkeypatch.setattr(resource, "getrlimit", lambda _: (descriptors, descriptors))
    port = HttpPort(("127.0.0.1", 0), one_answer(application), events)
    inside = [connected(port) for _ in range(most)]
    for _ in inside:
        port.handle_request()
    with connected(port):
        port.handle_request()
        assert is_over(inside[0])
    assert port.refused == 1
    for client in inside:
        client.close()
    port.server_close()


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        (b"GET / HTTP/1.0\r\nX: " + b"x" * 20_000, 431),
        (b"GET /" + b"x" * 20_000 + b" HTTP/1.0\r\n\r\n", 431),
        (b"GET / HTTP/1.0\r\n" + b"X: 1\r\n" * 150 + b"\r\n", 431),
        (b"\xff\xfe\r\n\r\n", 400),
        (b"GET / HTTP/9.x\r\n\r\n", 400),
        (b"POST / HTTP/1.0\r\nContent-Length: " + b"9" * 5000 + b"\r\n\r\n", 413),
        (b"POST / HTTP/1.0\r\nContent-Length: -1\r\n\r\n", 400),
        (b"POST / HTTP/1.0\r\nContent-Length: few\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", 400),
        (b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n" + b"f" * 90 + b"\r\n", 413),
        (b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3;x=y\r\nabc\r\n0\r\n\r\n", 200),
        (b"POST / HTTP/1.1\r\nTransfer-Encoding: gzip\r\n\r\n", 413),
        (b"\r\n", 0),
        (b"", 0),
    ],
)
def test_a_strange_request_is_refused_without_an_echo_and_without_a_traceback(
    port: HttpPort, events: Events, capfd: pytest.CaptureFixture[str], request_: bytes, status: int
) -> None:
    answer = answer_to(port, request_)
    assert status_of(answer) == status
    assert b"xxx" not in answer
    assert not status or b"nosniff" in answer
    assert b"Python" not in answer
    assert events.seen == []
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        (b"HEAD / HTTP/1.0\r\n\r\n", 200),
        (b"HEAD /fails HTTP/1.0\r\n\r\n", 500),
        (b"HEAD / HTTP/1.1\r\nTransfer-Encoding: gzip\r\n\r\n", 413),
        (b"HEAD / HTTP/1.0\r\nContent-Length: few\r\n\r\n", 400),
        (b"HEAD / HTTP/1.1\r\nX: " + b"x" * 20_000 + b"\r\n\r\n", 431),
        (b"HEAD /" + b"x" * 20_000 + b" HTTP/1.1\r\n\r\n", 431),
        (b"HEAD / HTTP/9.9\r\n\r\n", 505),
        (b"HEAD / x HTTP/1.1\r\n\r\n", 400),
    ],
)
def test_an_answer_to_head_ends_with_its_head(port: HttpPort, request_: bytes, status: int) -> None:
    """As it is on the wire: a client's library drops a body where there must be none."""
    answer = answer_to(port, request_)
    assert status_of(answer) == status
    assert answer.partition(b"\r\n\r\n")[2] == b""


def test_a_request_that_we_fail_at_is_one_line_of_the_log(
    port: HttpPort, events: Events, capfd: pytest.CaptureFixture[str]
) -> None:
    answer = answer_to(port, b"GET /fails HTTP/1.0\r\n\r\n")
    assert status_of(answer) == 500
    assert b"nosniff" in answer
    assert events.seen == [("http.failed", {"error": "ValueError: first\nsecond"})]
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize(
    ("error", "told"),
    [(BrokenPipeError("gone"), []), (ValueError("odd"), [("http.failed", {"error": "ValueError: odd"})])],
    ids=["a client that has gone", "a fault of ours"],
)
def test_a_thread_that_raised_leaves_no_traceback(
    port: HttpPort, events: Events, capfd: pytest.CaptureFixture[str], error: Exception, told: list[object]
) -> None:
    try:
        raise error
    except (OSError, ValueError):
        port.handle_error(None, ("127.0.0.1", 1))
    assert events.seen == told
    assert capfd.readouterr().err == ""


def test_where_no_descriptor_is_free_it_neither_ends_nor_spins(port: HttpPort, monkeypatch: pytest.MonkeyPatch) -> None:
    tries: list[float] = []

    class Full:
        def __init__(self, inner: socket.socket) -> None:
            self._inner = inner

        def accept(self) -> tuple[socket.socket, object]:
            tries.append(time.monotonic())
            if len(tries) <= 3:
                raise OSError(24, "Too many open files")
            return self._inner.accept()

        def __getattr__(self, name: str) -> object:
            return getattr(self._inner, name)

    monkeypatch.setattr(port, "socket", Full(port.socket))
    assert status_of(answer_to(port, b"GET / HTTP/1.0\r\n\r\n")) == 200
    assert tries[3] - tries[0] >= 3 * http_port.LOOK_SECONDS * 0.9


class Ahead:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.by = 0.0

    def monotonic(self) -> float:
        return time.monotonic() + self.by

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)


@pytest.mark.parametrize(("takes", "answered"), [(ANSWER_SECONDS / 2, True), (ANSWER_SECONDS + 1, False)])
def test_an_answer_that_we_are_slow_to_make_is_sent_all_the_same(
    events: Events, monkeypatch: pytest.MonkeyPatch, takes: float, answered: bool
) -> None:
    """On a machine that gave the worker no time, the page ended with an empty reply: the limit was that of a client."""
    ahead, entered, may = Ahead(), threading.Event(), threading.Event()
    monkeypatch.setattr(http_port, "time", ahead)

    def slowly(environ: dict[str, str], start: Callable[..., object]) -> list[bytes]:
        entered.set()
        may.wait()
        return application(environ, start)

    server = HttpPort(("127.0.0.1", 0), one_answer(slowly), events)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    with connected(server) as client:
        client.sendall(b"GET / HTTP/1.0\r\n\r\n")
        assert entered.wait(10)
        ahead.by += takes
        server.service_actions()
        may.set()
        got = b""
        while chunk := client.recv(65536):
            got += chunk
    assert (b"here" in got) is answered
    server.shutdown()
    server.server_close()
    thread.join()
