"""The ports of what is started later, or stopped and started again: no outgoing connection may sit there meanwhile."""

from __future__ import annotations

import socket
import threading
from pathlib import Path

import pytest

from sandbox import ports
from sandbox.httpd import Reply, Server
from sandbox.ports import QUIET, free_port
from tests.support.worker_page import shown_at

OUTGOING = Path("/proc/sys/net/ipv4/ip_local_port_range")


def test_no_outgoing_connection_gets_such_a_port() -> None:
    first = int(OUTGOING.read_text().split()[0])
    assert QUIET[-1] < first


def test_a_taken_port_is_not_given(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", free_port())) as other:
        taken = other.getsockname()[1]
        offered = iter([taken, taken, free := free_port()])
        monkeypatch.setattr(ports, "_any", lambda: next(offered))
        assert free_port() == free
        assert free_port(free) == free


def test_a_server_that_may_be_started_again_keeps_such_a_port() -> None:
    server = Server(lambda _: Reply())
    server.start()
    port = server.port
    server.stop()
    server.start()
    server.stop()
    assert port == server.port
    assert port in QUIET


def test_who_looks_at_a_page_waits_until_somebody_listens() -> None:
    server = Server(lambda _: Reply(503, text="not ready"), free_port())
    later = threading.Timer(0.3, server.start)
    later.start()
    assert (answer := shown_at(server.port)).status_code == 503
    assert answer.text == "not ready"
    later.join()
    server.stop()
