"""One HTTP exchange on its socket: bounded in time and size, and the kernel drops a request that the worker gave up.

Otherwise the kernel retransmits unacknowledged data of a closed socket for more than a minute (RFC 9293, 3.10.4): a
create that the worker has given up would reach the portal after the look-up that found no task.
"""

from __future__ import annotations

import array
import fcntl
import io
import socket
import struct
import termios
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from urllib3.exceptions import ProtocolError

MEGABYTE = 1_000_000
LONGEST_SECONDS = 600.0
"""The limit of an exchange whose caller set no time-out."""
OVER = "the time for the whole exchange is over"
_RESET = struct.pack("ii", 1, 0)
_ORDERLY = struct.pack("ii", 0, 0)
_USER_TIMEOUT = getattr(socket, "TCP_USER_TIMEOUT", None)


@dataclass(frozen=True, slots=True)
class Terms:
    """The limits of one exchange.

    `delivery`: seconds within which the other machine must acknowledge the whole request; otherwise the kernel drops
    the request, whatever this process does meanwhile. `most_bytes`: the largest answer, its head included.
    `before_send`: called on an open connection before the first byte is sent; if it raises, nothing is sent.
    `on_certificate`: called with the certificate (DER) that the server of a new TLS connection shows.
    """

    delivery: float = 8.0
    most_bytes: int = 4 * MEGABYTE
    before_send: Callable[[], None] | None = None
    on_certificate: Callable[[bytes], None] | None = None


_terms: ContextVar[Terms] = ContextVar("terms", default=Terms())  # noqa: B039 - frozen


def terms() -> Terms:
    """The terms of the exchange under way in this thread."""
    return _terms.get()


@contextmanager
def under(what_holds: Terms) -> Iterator[None]:
    """Apply these terms to the exchanges of this thread within the block."""
    token = _terms.set(what_holds)
    try:
        yield
    finally:
        _terms.reset(token)


class Oversized(ProtocolError):
    """The answer is longer than `most_bytes`; the rest was not read."""


class Encoded(ProtocolError):
    """The answer is compressed although the request ruled that out: one megabyte may unpack to thousands."""


def kills_in_time() -> bool:
    """Whether this kernel supports `TCP_USER_TIMEOUT`; without it, a dead network can lead to two tasks."""
    return _USER_TIMEOUT is not None


def harden(sock: socket.socket, delivery: float) -> None:
    """Set up a new connection: the kernel drops data not acknowledged within `delivery` seconds, even after a kill."""
    if _USER_TIMEOUT is not None:
        sock.setsockopt(socket.IPPROTO_TCP, _USER_TIMEOUT, max(int(delivery * 1000), 1))
    awaiting(sock)


def awaiting(sock: socket.socket) -> None:
    """Until `answered`, closing the socket resets the connection, also when the kernel closes it after a kill."""
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)


def answered(sock: socket.socket) -> None:
    """No request is under way: closing the socket is orderly again."""
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _ORDERLY)


def now() -> float:
    """The clock of all deadlines in this module, in seconds."""
    return time.monotonic()


def ends_at(began: float, seconds: object) -> float:
    """The moment `seconds` after `began`; `LONGEST_SECONDS` after it if `seconds` is not a number."""
    return began + (seconds if isinstance(seconds, int | float) else LONGEST_SECONDS)


def send(sock: socket.socket, data: bytes, end: float) -> None:
    """Hand all data to the kernel by `end`, or raise `TimeoutError`: `sendall` restarts its time-out per TLS record."""
    left = memoryview(data)
    while left:
        if (seconds := end - now()) <= 0:
            raise TimeoutError(OVER)
        sock.settimeout(seconds)
        left = left[sock.send(left) :]


class Incoming(io.RawIOBase):
    """The answer on a socket: read until `end`, at most `most_bytes`.

    Raises `TimeoutError` at `end`, or if the request is not acknowledged by `delivered_by`; raises `Oversized`. A
    socket's own time-out restarts with each `recv`, so a peer sending one byte a second would hold the call for ever.
    """

    def __init__(self, sock: socket.socket, *, end: float, delivered_by: float, most_bytes: int) -> None:
        super().__init__()
        self._sock = sock
        self._keeps_it_open = sock.makefile("rb", buffering=0)
        self._end = end
        self._delivered_by = delivered_by
        self._most_bytes = self._room = most_bytes

    def makefile(self, mode: str) -> io.BufferedReader:  # noqa: ARG002 - what `http.client` asks a socket for
        return io.BufferedReader(self)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        count = self._receive(buffer)
        self._room -= count
        if self._room < 0:
            raise Oversized(f"an answer of more than {self._most_bytes / MEGABYTE:g} MB")
        return count

    def _receive(self, buffer: Any) -> int:
        while (at := now()) < self._end:
            on_its_way = at < self._delivered_by
            if not on_its_way and _unacknowledged(self._sock):
                raise TimeoutError("the request was not delivered in time")
            self._sock.settimeout((min(self._end, self._delivered_by) if on_its_way else self._end) - at)
            try:
                return self._sock.recv_into(buffer)
            except TimeoutError as error:
                if error.errno is not None:  # ETIMEDOUT from the kernel: the connection is dead
                    raise
        raise TimeoutError(OVER)

    def close(self) -> None:
        self._keeps_it_open.close()
        super().close()


def _unacknowledged(sock: socket.socket) -> int:
    """Bytes handed to the kernel that the other machine has not acknowledged yet (SIOCOUTQ, tcp(7))."""
    count = array.array("i", [0])
    fcntl.ioctl(sock.fileno(), termios.TIOCOUTQ, count)
    return count[0]
