"""One exchange on its socket: it ends in time and within its size, and what was given up is dead in the kernel too.

A closed socket otherwise goes on sending what is not acknowledged for a minute and more (RFC 9293, 3.10.4): a create
that nobody waits for any more would reach the portal when its look-up has long said that there is none.
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
"""Of an exchange for which nobody has said how long it may take."""
OVER = "the time for the whole exchange is over"
_RESET = struct.pack("ii", 1, 0)
_ORDERLY = struct.pack("ii", 0, 0)
_USER_TIMEOUT = getattr(socket, "TCP_USER_TIMEOUT", None)


@dataclass(frozen=True, slots=True)
class Terms:
    """What holds for one exchange.

    `delivery`: seconds within which the other machine must have acknowledged the whole request; a request that it has
    not is dropped by the kernel, whatever this process does meanwhile. `most_bytes`: of the answer, its head included.
    `before_send`: runs when the connection stands and nothing has been sent; what it raises stops the request.
    """

    delivery: float = 8.0
    most_bytes: int = 4 * MEGABYTE
    before_send: Callable[[], None] | None = None


_terms: ContextVar[Terms] = ContextVar("terms", default=Terms())  # noqa: B039 - frozen


def terms() -> Terms:
    """Those of the exchange that is under way in this thread."""
    return _terms.get()


@contextmanager
def under(what_holds: Terms) -> Iterator[None]:
    """Exchanges within the block are made on these terms."""
    token = _terms.set(what_holds)
    try:
        yield
    finally:
        _terms.reset(token)


class Oversized(ProtocolError):
    """The answer goes on beyond its limit; it was not read further."""


class Encoded(ProtocolError):
    """The answer is compressed, though the request has ruled that out: a megabyte of it may hold four thousand."""


def kills_in_time() -> bool:
    """Whether this system's kernel can be told to give up a request; without that a dead network makes two tasks."""
    return _USER_TIMEOUT is not None


def harden(sock: socket.socket, delivery: float) -> None:
    """A new connection: what is not acknowledged within `delivery` seconds is dropped, also when the process dies."""
    if _USER_TIMEOUT is not None:
        sock.setsockopt(socket.IPPROTO_TCP, _USER_TIMEOUT, max(int(delivery * 1000), 1))
    awaiting(sock)


def awaiting(sock: socket.socket) -> None:
    """From here to `answered`, closing resets the connection, and so does the kernel when the process is killed."""
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)


def answered(sock: socket.socket) -> None:
    """Nothing is under way: closing is the usual orderly one."""
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _ORDERLY)


def now() -> float:
    """The clock of everything that ends here."""
    return time.monotonic()


def ends_at(began: float, seconds: object) -> float:
    """The moment so many seconds after `began`; what is no number, a long time."""
    return began + (seconds if isinstance(seconds, int | float) else LONGEST_SECONDS)


def send(sock: socket.socket, data: bytes, end: float) -> None:
    """Hand everything to the kernel by `end`, or raise TimeoutError: `sendall` counts anew with each TLS record."""
    left = memoryview(data)
    while left:
        if (seconds := end - now()) <= 0:
            raise TimeoutError(OVER)
        sock.settimeout(seconds)
        left = left[sock.send(left) :]


class Incoming(io.RawIOBase):
    """What a socket receives: until `end`, at most `most_bytes`, and only if the request has arrived by `delivered_by`.

    Time-outs of a socket count for each `recv` anew, so that a byte a second would hold a call for ever.
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
                if error.errno is not None:  # the kernel's own: the connection is dead
                    raise
        raise TimeoutError(OVER)

    def close(self) -> None:
        self._keeps_it_open.close()
        super().close()


def _unacknowledged(sock: socket.socket) -> int:
    """Bytes that were handed to the kernel and that the other machine has not acknowledged (SIOCOUTQ, tcp(7))."""
    count = array.array("i", [0])
    fcntl.ioctl(sock.fileno(), termios.TIOCOUTQ, count)
    return count[0]
