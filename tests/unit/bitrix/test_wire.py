"""No peer holds a call beyond its end, or fills the memory; what is given up is reset, what is answered is not."""

from __future__ import annotations

import gc
import os
import socket
import ssl
import threading
import time
import warnings
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from itertools import repeat
from pathlib import Path
from typing import Any

import pytest

from bitrix import client as client_module, wire
from bitrix.causes import Cause
from bitrix.client import BitrixClient
from bitrix.errors import Doubtful
from bitrix.proxy import Route
from bitrix.webhook import WebhookUrl
from tests.support.listeners import RESET_ON_CLOSE, make_certificate, secured, serving
from tests.support.processes import most_megabytes
from worker.config.settings import CamundaSettings
from worker.engine import client as engine_module
from worker.engine.client import Engine
from worker.engine.errors import AnswerTooLong, EngineUnreachable

SECONDS = 0.6
PATIENCE = 5.0
"""Far beyond `SECONDS` on a busy machine, far below what the dribbling takes."""
LONG_PATIENCE = 30.0
"""Where 20 MB are sent: a busy machine takes seconds only to encrypt them. The peer itself waits for longer."""
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
Talk = Callable[[socket.socket], object]


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_certificate(tmp_path_factory.mktemp("tls"))


@pytest.fixture(params=["http", "https"])
def scheme(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@contextmanager
def portal(talk: Talk, scheme: str, certificate: Path, **changes: Any) -> Iterator[BitrixClient]:
    """A client of a portal that talks like this once the request is there."""

    def over_tls(raw: socket.socket) -> None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        with secured(context, raw.dup()) as tls:
            talk(tls)

    with serving(over_tls if scheme == "https" else talk) as port:
        webhook = WebhookUrl.parse(f"{scheme}://localhost:{port}/rest/1/k3yofthep0rtal99/")
        given: dict[str, Any] = {"request_timeout": SECONDS, "route": Route(str(certificate))} | changes
        client = BitrixClient(webhook, **given)
        yield client
        client.close()


@contextmanager
def engine(talk: Talk) -> Iterator[Engine]:
    with serving(talk) as port:
        made = Engine(CamundaSettings(base_url=f"http://127.0.0.1:{port}/engine-rest"), "w", {"t": 9.0}, connections=1)
        yield made
        made.close()


def dribbling(*pieces: bytes, tail: bytes = b"") -> Talk:
    """The pieces at once, then the tail byte by byte, each long before a time-out of its own."""

    def talk(connection: socket.socket) -> None:
        connection.recv(100_000)
        connection.sendall(b"".join(pieces))
        for byte in tail or repeat(b" "[0]):
            connection.sendall(bytes([byte]))
            time.sleep(SECONDS / 6)

    return talk


def pouring(head: bytes, piece: bytes, most: int = 1_000) -> Talk:
    def talk(connection: socket.socket) -> None:
        connection.recv(100_000)
        connection.sendall(head)
        for _ in range(most):
            connection.sendall(piece)

    return talk


# --- a call ends ---

DRIBBLED: dict[str, Talk] = {
    "status line": dribbling(tail=HEAD * 10),
    "headers": dribbling(HEAD, tail=b"X: " + b"y" * 500),
    "many answers before the answer": dribbling(tail=b"HTTP/1.1 100 Continue\r\n\r\n" * 30),
    "body": dribbling(HEAD, b"Content-Length: 1000\r\n\r\n"),
    "body without a length": dribbling(HEAD, b"\r\n"),
    "chunks": dribbling(HEAD, b"Transfer-Encoding: chunked\r\n\r\n", tail=b"1\r\n \r\n" * 100),
    "length of a chunk": dribbling(HEAD, b"Transfer-Encoding: chunked\r\n\r\n", tail=b"0" * 500),
    "trailers": dribbling(HEAD, b"Transfer-Encoding: chunked\r\n\r\n0\r\n", tail=b"X: y\r\n" * 100),
}


@pytest.mark.parametrize("talk", DRIBBLED.values(), ids=DRIBBLED.keys())
def test_no_peer_holds_a_call_by_a_byte_now_and_then(talk: Talk, scheme: str, certificate: Path) -> None:
    with portal(talk, scheme, certificate) as client:
        began = time.monotonic()
        with pytest.raises(Doubtful) as caught:
            client.call("tasks.task.add")
        assert caught.value.code == "no_answer"
        assert SECONDS <= time.monotonic() - began < PATIENCE


def test_an_engine_does_not_hold_a_call_either() -> None:
    with engine(dribbling(HEAD, b"Content-Length: 1000\r\n\r\n")) as made:
        began = time.monotonic()
        with pytest.raises(EngineUnreachable) as caught:
            made.extend_lock("task", 9.0, timeout=SECONDS)
        assert caught.value.doubtful
        assert time.monotonic() - began < PATIENCE


def test_a_peer_that_does_not_read_does_not_hold_a_call(scheme: str, certificate: Path) -> None:
    done = threading.Event()
    with portal(
        lambda _: done.wait(60) and None, scheme, certificate, request_timeout=60, delivery_seconds=SECONDS
    ) as client:
        began = time.monotonic()
        with pytest.raises(Doubtful):
            client.call("tasks.task.add", {"DESCRIPTION": "x" * 20_000_000})
        done.set()
        assert time.monotonic() - began < LONG_PATIENCE


def test_a_peer_that_reads_now_and_then_does_not_hold_a_call(scheme: str, certificate: Path) -> None:
    """It acknowledges something again and again, so that neither a time-out of the socket nor the kernel ends it."""
    done = threading.Event()

    def read_a_little(connection: socket.socket) -> None:
        for _ in range(1200):
            if done.wait(0.05):
                break
            connection.recv(20_000)

    with portal(read_a_little, scheme, certificate, request_timeout=60, delivery_seconds=SECONDS) as client:
        began = time.monotonic()
        with pytest.raises(Doubtful):
            client.call("tasks.task.add", {"DESCRIPTION": "x" * 20_000_000})
        done.set()
        assert time.monotonic() - began < LONG_PATIENCE


def test_a_request_that_arrives_too_slowly_is_given_up() -> None:
    """The kernel has all of it, and the other machine takes a little now and then: no silence that it could notice."""
    done = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listener, socket.socket() as sock:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        sock.connect(listener.getsockname())
        wire.harden(sock, LONG_PATIENCE)  # on a busy machine the other takes nothing for longer than `SECONDS`
        other, _ = listener.accept()

        def read_a_little() -> None:
            while not done.wait(0.05):
                other.recv(500)

        reading = threading.Thread(target=read_a_little)
        reading.start()
        wire.send(sock, b"x" * 60_000, wire.now() + SECONDS)
        incoming = wire.Incoming(sock, end=wire.now() + 20, delivered_by=wire.now() + SECONDS, most_bytes=1000)
        with incoming, other:
            with pytest.raises(TimeoutError, match="not delivered in time"):
                incoming.read(1)
            done.set()
            reading.join()


def test_an_answer_that_takes_its_time_is_waited_for(scheme: str, certificate: Path) -> None:
    """Longer than the delivery may take: the request has arrived long ago."""

    def talk(connection: socket.socket) -> None:
        connection.recv(100_000)
        time.sleep(0.5)
        connection.sendall(HEAD + b"Content-Length: 15\r\n\r\n" + b'{"result":true}')

    with portal(talk, scheme, certificate, request_timeout=20, delivery_seconds=0.2) as client:
        assert client.call("profile").result is True


# --- a body ends ---

MEBI = b" " * 1_000_000
ENDLESS: dict[str, Talk] = {
    "blanks": pouring(HEAD + b"\r\n", MEBI),
    "blanks of a known length": pouring(HEAD + b"Content-Length: 1000000000\r\n\r\n", MEBI),
    "chunks": pouring(HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"f4240\r\n" + MEBI + b"\r\n"),
    "one length of a chunk": pouring(HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"0" * 1_000_000),
    "trailers": pouring(HEAD + b"Transfer-Encoding: chunked\r\n\r\n0\r\n", b"X: y\r\n" * 100_000),
    "answers before the answer": pouring(b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 40_000),
}


@pytest.mark.parametrize("talk", ENDLESS.values(), ids=ENDLESS.keys())
def test_an_answer_without_end_costs_no_memory(talk: Talk, scheme: str, certificate: Path) -> None:
    with portal(talk, scheme, certificate, request_timeout=30) as client:
        before = most_megabytes(os.getpid())
        with pytest.raises(Doubtful) as caught:
            client.call("tasks.task.add")
        assert caught.value.cause in (Cause.ANSWER_TOO_LONG, Cause.CLOSED)
        assert most_megabytes(os.getpid()) - before < 40


def test_a_list_may_be_longer_than_one_task(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client_module, "ONE_BYTES", 1000)
    monkeypatch.setattr(client_module, "LIST_BYTES", 3000)
    body = b'{"result":"%b"}' % (b"x" * 2000)
    with portal(pouring(HEAD + b"Content-Length: %d\r\n\r\n" % len(body), body, 1), "http", certificate) as client:
        assert len(client.call("tasks.task.list").result) == 2000
        with pytest.raises(Doubtful, match="answer_too_long"):
            client.call("tasks.task.get")


def test_an_engine_is_read_up_to_a_limit_by_kind(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine_module, "FETCH_BYTES", 100_000)
    with engine(pouring(HEAD + b"\r\n", MEBI, 20)) as made:
        with pytest.raises(AnswerTooLong, match="answer_too_long") as caught:
            made.fetch(["t"], 1)
        assert caught.value.doubtful
        with pytest.raises(AnswerTooLong, match="answer_too_long"):
            made.extend_lock("task", 9.0)


@cache
def squeezed(encoding: str) -> bytes:
    """A hundred megabytes as half of one. Held here as a whole, they would hide that somebody reads them."""
    squeezing = zlib.compressobj(1, wbits=zlib.MAX_WBITS + (0 if encoding == "deflate" else 16))
    return b"".join([*map(squeezing.compress, repeat(MEBI, 100)), squeezing.flush()])


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "x-gzip", "br", "GZIP", "identity, gzip"])
def test_a_compressed_answer_is_not_read(encoding: str, certificate: Path) -> None:
    body = squeezed("deflate" if encoding == "deflate" else "gzip")
    head = HEAD + b"Content-Encoding: %b\r\nContent-Length: %d\r\n\r\n" % (encoding.encode(), len(body))
    with portal(pouring(head, body, 1), "http", certificate, request_timeout=30) as client:
        before = most_megabytes(os.getpid())
        with pytest.raises(Doubtful, match="answer_encoded"):
            client.call("tasks.task.add")
        assert most_megabytes(os.getpid()) - before < 40


def test_a_plain_answer_is_asked_for(certificate: Path) -> None:
    received: list[bytes] = []

    def talk(connection: socket.socket) -> None:
        received.append(connection.recv(100_000))
        connection.sendall(HEAD + b"Content-Encoding: identity\r\nContent-Length: 15\r\n\r\n" + b'{"result":true}')

    with portal(talk, "http", certificate) as client:
        client.call("profile")
    assert b"\r\nAccept-Encoding: identity\r\n" in received[0]


# --- what is left behind ---


def ending(connection: socket.socket) -> str:
    """How the other side ends the connection."""
    raw = socket.socket(fileno=os.dup(connection.fileno()))  # TLS takes a reset for an end
    try:
        with raw:
            while raw.recv(100_000):
                pass
    except ConnectionResetError:
        return "reset"
    return "closed"


def test_what_got_no_answer_is_reset(scheme: str, certificate: Path) -> None:
    endings: list[str] = []
    listener = portal(lambda connection: endings.append(ending(connection)), scheme, certificate)
    with listener as client, pytest.raises(Doubtful):
        client.call("tasks.task.add")
    assert endings == ["reset"]


def test_what_was_answered_is_closed_in_order(certificate: Path) -> None:
    endings: list[str] = []

    def talk(connection: socket.socket) -> None:
        connection.recv(100_000)
        connection.sendall(HEAD + b"Content-Length: 15\r\n\r\n" + b'{"result":true}')
        endings.append(ending(connection))

    with portal(talk, "http", certificate) as client:
        client.call("profile")
        client.close()
    assert endings == ["closed"]


def test_a_peer_that_is_gone_before_the_handshake_leaves_no_socket_to_the_next_test(certificate: Path) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        with socket.create_connection(listener.getsockname()) as peer:
            taken, _ = listener.accept()
            peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_ON_CLOSE)
        with warnings.catch_warnings(record=True) as told:
            warnings.simplefilter("always")
            with pytest.raises(ConnectionResetError):
                secured(context, taken)
            gc.collect()
        assert [str(one.message) for one in told] == []
