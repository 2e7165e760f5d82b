"""What the fault tests stand on: the harm is done to the calls that it is meant for, however late they are read."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator

import pytest

from sandbox.httpd import Reply, Request, Server, _Handler
from tests.support.proxy import Proxy

COMPLETE = b"POST /engine-rest/external-task/1/complete HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}"


@pytest.fixture
def proxy() -> Iterator[Proxy]:
    def answer(_: Request) -> Reply:
        return Reply(204)

    engine = Server(answer)
    engine.start()
    with Proxy(f"http://127.0.0.1:{engine.port}") as proxy:
        yield proxy
    engine.stop()


def opened(proxy: Proxy) -> socket.socket:
    return socket.create_connection(("127.0.0.1", int(proxy.url("").rpartition(":")[2])), timeout=60)


def test_a_call_that_is_kept_back_does_not_arrive_however_late_it_is_read(proxy: Proxy) -> None:
    """On a busy machine completions of a killed worker reached the engine in the time of the next one."""
    with opened(proxy) as late, opened(proxy) as idle:
        with proxy.keeping_back("complete"):
            late.sendall(COMPLETE[:20])
        late.sendall(COMPLETE[20:])
        idle.sendall(COMPLETE)
        assert [one.recv(100) for one in (late, idle)] == [b"", b""]
    assert proxy.seen("complete") == []


def test_what_comes_by_a_later_connection_arrives(proxy: Proxy) -> None:
    with proxy.keeping_back("complete"):
        pass
    with opened(proxy) as next_worker:
        next_worker.sendall(COMPLETE)
        assert b"204" in next_worker.recv(100)
    assert [one.status for one in proxy.seen("complete")] == [204]


def test_what_a_killed_client_has_sent_is_answered_before_the_harm_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a busy machine the engine read a completion of a killed worker once it accepted completions again."""
    answered: list[str] = []

    def answer(request: Request) -> Reply:
        answered.append(request.path)
        return Reply(204)

    def late(handler: _Handler) -> None:
        time.sleep(0.3)
        setup(handler)

    setup = _Handler.setup
    monkeypatch.setattr(_Handler, "setup", late)
    engine = Server(answer)
    engine.start()
    address = ("127.0.0.1", engine.port)
    with socket.create_connection(address):  # whose client lives on
        with socket.create_connection(address) as killed:
            killed.sendall(COMPLETE)
        engine.until_answered()
    assert answered == ["/engine-rest/external-task/1/complete"]
    engine.stop()
