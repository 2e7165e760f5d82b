"""The HTTP server of the status page, with limits on connections, time and size whatever its clients do.

It is Python's own server with limits added. Waitress stops accepting beyond its limit of connections instead of closing
them, and its time-out counts only silence: a client that sends a byte every few seconds keeps a connection for ever.
"""

from __future__ import annotations

import io
import resource
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from http import HTTPStatus
from socketserver import ThreadingMixIn
from typing import TYPE_CHECKING, Any, cast
from wsgiref.simple_server import ServerHandler, WSGIRequestHandler, WSGIServer

from worker.runtime.telemetry import Telemetry

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

NAME = "camunda-bitrix-worker"
MOST_CONNECTIONS = 32
DESCRIPTORS_SHARE = 8
"""Connections may use one in so many of the file descriptors that the process may open; the work needs the others."""
VISIT_SECONDS = 10.0
"""Limit from the connection to the last byte of the request, and from the first byte of the answer to its last."""
ANSWER_SECONDS = 60.0
"""Limit for making an answer. It takes so long only on a machine that gives the worker no time, and is no client's
fault: whoever waits gets it.
"""
LONGEST_HEAD = 16384
LONGEST_BODY = 65536
LONGEST_REST = 1_000_000
"""How many bytes of a refused request are still read."""
LOOK_SECONDS = 0.2
TELL_SECONDS = 60.0
PLAIN = (("Content-Type", "text/plain; charset=utf-8"), ("X-Content-Type-Options", "nosniff"))


@dataclass(slots=True)
class _Stay:
    """One connection. `until`: its deadline (monotonic clock)."""

    until: float
    has_arrived: bool = False
    """Its whole request has arrived."""
    is_cut: bool = False
    """It was shut down, and its thread is about to end."""


class HttpPort(ThreadingMixIn, WSGIServer):
    """Listens from its construction on; raises `OSError` if the address is taken. Each connection has a thread.

    At the limit, the oldest connection whose request is incomplete is closed; if there is none, the new one is. A probe
    sends its request at once, so that a flood of slow clients cannot make the process look dead.
    """

    daemon_threads = True
    request_queue_size = 64

    def __init__(self, address: tuple[str, int], application: WSGIApplication, telemetry: Telemetry) -> None:
        self._telemetry = telemetry
        self._guard = threading.Lock()
        self._stays: dict[socket.socket, _Stay] = {}
        self._most = max(min(MOST_CONNECTIONS, resource.getrlimit(resource.RLIMIT_NOFILE)[0] // DESCRIPTORS_SHARE), 4)
        self._told = 0
        self._tell_at = 0.0
        self.refused = 0
        """Connections closed for lack of room, since the start."""
        super().__init__(address, _Visit)
        self.set_app(application)

    def get_request(self) -> tuple[socket.socket, Any]:
        """Accept a connection; if that fails, for example for lack of descriptors, pause before the next try."""
        try:
            return super().get_request()
        except OSError:
            time.sleep(LOOK_SECONDS)
            raise

    def process_request(self, request: Any, client_address: Any) -> None:
        """Serve the connection if there is room, otherwise close it."""
        with self._guard:
            has_room = self._has_room()
            if has_room:
                self._stays[request] = _Stay(time.monotonic() + VISIT_SECONDS)
        if has_room:
            super().process_request(request, client_address)
        else:
            self.refused += 1
            self.shutdown_request(request)

    def _has_room(self) -> bool:
        if sum(not stay.is_cut for stay in self._stays.values()) < self._most:
            return True
        slow = [one for one, stay in self._stays.items() if not stay.has_arrived and not stay.is_cut]
        if not slow or len(self._stays) >= 2 * self._most:
            return False
        self.refused += 1
        self._cut(slow[0])
        return True

    def _cut(self, request: socket.socket) -> None:
        self._stays[request].is_cut = True
        with suppress(OSError):
            request.shutdown(socket.SHUT_RDWR)

    def has_arrived(self, request: socket.socket) -> None:
        """Note that the whole request has arrived: from now on no newer connection can push this one out."""
        with self._guard:
            if stay := self._stays.get(request):
                stay.has_arrived = True
                stay.until = time.monotonic() + ANSWER_SECONDS

    def is_answered(self, request: socket.socket) -> None:
        """Note that the answer is made: from now on only the client can be slow."""
        with self._guard:
            if stay := self._stays.get(request):
                stay.until = time.monotonic() + VISIT_SECONDS

    def shutdown_request(self, request: Any) -> None:
        """Close a connection, however it was served."""
        with self._guard:
            self._stays.pop(request, None)
        super().shutdown_request(request)

    def service_actions(self) -> None:
        """Shut down late connections, and log how many were refused. The server calls this in each turn of its loop."""
        now = time.monotonic()
        with self._guard:
            for late in [request for request, stay in self._stays.items() if stay.until < now]:
                self._cut(late)
        if self.refused > self._told and now >= self._tell_at:
            self._telemetry.emit("http.crowded", count=self.refused - self._told, most=self._most)
            self._told, self._tell_at = self.refused, now + TELL_SECONDS

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ARG002 - the parent's names
        """Log an error of a connection's thread, unless the client merely went away."""
        error = sys.exc_info()[1]
        if error and not isinstance(error, OSError):
            self.tell_fault(error)

    def tell_fault(self, error: BaseException) -> None:
        """Log that we failed to serve a request."""
        self._telemetry.emit("http.failed", error=f"{type(error).__name__}: {error}")


class _Visit(WSGIRequestHandler):
    """One request. Head and body are read before anything is done."""

    command = ""
    requestline = ""
    request_version = "HTTP/1.0"
    server: HttpPort
    _is_head = False
    """Whether the answer must have no body. The parent class knows the method only of a request that it can read."""

    def handle(self) -> None:
        head, is_whole = _head(self.rfile)
        self._is_head = head.startswith(b"HEAD ")
        if not is_whole:
            self._turn_away(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)
            return
        stream: Any = self.rfile
        self.rfile = io.BytesIO(head)
        self.raw_requestline = self.rfile.readline()
        if not self.raw_requestline.strip() or not self.parse_request():
            return
        try:
            body = _body(stream, self.headers.get("Transfer-Encoding", ""), self.headers.get("Content-Length") or "0")
        except ValueError:
            self._turn_away(HTTPStatus.BAD_REQUEST)
            return
        if body is None:
            self._turn_away(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
            return
        self.server.has_arrived(self.connection)
        environ = self.get_environ() | {"CONTENT_LENGTH": str(len(body))}
        answer = _Answer(io.BytesIO(body), cast(Any, self.wfile), self.get_stderr(), environ, multithread=True)
        answer.request_handler = self  # type: ignore[attr-defined]
        answer.run(cast(Any, self.server.get_app()))

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:  # noqa: ARG002
        """Answer in our own words: the parent class would echo what the client sent."""
        self.request_version = self.protocol_version  # HTTP/0.9 would get no headers
        body = f"{HTTPStatus(code).phrase}\n".encode()
        self.send_response(code)
        for name, value in (*PLAIN, ("Content-Length", str(len(body)))):
            self.send_header(name, value)
        self.end_headers()
        if not self._is_head:
            self.wfile.write(body)

    def _turn_away(self, code: int) -> None:
        """Refuse a request that has not been read to its end.

        Closing the connection while input is unread would lose the answer.
        """
        self.send_error(code)
        self.connection.shutdown(socket.SHUT_WR)
        left = LONGEST_REST
        while left > 0 and (rest := self.connection.recv(65536)):
            left -= len(rest)

    def version_string(self) -> str:
        return NAME

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the parent's name
        """Do nothing: requests are not logged."""


class _Answer(ServerHandler):
    server_software = NAME
    error_headers = list(PLAIN)  # noqa: RUF012 - the parent's

    def finish_response(self) -> None:
        visit: Any = self.request_handler  # type: ignore[attr-defined]
        visit.server.is_answered(visit.connection)
        super().finish_response()

    def error_output(self, environ: Any, start_response: Any) -> list[bytes]:
        body = super().error_output(environ, start_response)
        return [] if environ["REQUEST_METHOD"] == "HEAD" else body

    def log_exception(self, exc_info: Any) -> None:
        self.request_handler.server.tell_fault(exc_info[1])  # type: ignore[attr-defined]


def _head(stream: Any) -> tuple[bytes, bool]:
    """Request line and headers, and whether they are complete. Reading stops at `LONGEST_HEAD`."""
    lines, left = [], LONGEST_HEAD
    while left > 0:
        line = stream.readline(left)
        lines.append(line)
        left -= len(line)
        if not line.strip():  # the blank line after the headers, or the end of the input
            return b"".join(lines), True
    return b"".join(lines), False


def _body(stream: Any, encoding: str, length: str) -> bytes | None:
    """The request's body; None if too long or of unknown encoding. Raises ValueError if its length is invalid."""
    if encoding.strip().lower() not in ("", "identity"):
        return _chunks(stream) if encoding.strip().lower() == "chunked" else None
    size = int(length[:10])
    if size < 0:
        raise ValueError("a negative length")
    return stream.read(size) if size <= LONGEST_BODY else None


def _chunks(stream: Any) -> bytes | None:
    body = b""
    while size := int(stream.readline(100).partition(b";")[0], 16):
        if size < 0:
            raise ValueError("a negative length")
        if len(body) + size > LONGEST_BODY:
            return None
        body += stream.read(size)
        stream.readline(100)
    return body


def prove_free(host: str, port: int) -> None:
    """Raise `OSError` if `HttpPort` could not listen there. Does not listen."""
    with socket.socket(HttpPort.address_family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind((host, port))


def one_answer(application: WSGIApplication) -> WSGIApplication:
    """Wrap `application`: each answer gets a length and `nosniff`, and an answer to HEAD no body."""

    def answer(environ: dict[str, Any], start: Any) -> Iterable[bytes]:
        said: list[Any] = []

        def keep(status: str, headers: list[tuple[str, str]], *_: Any) -> Callable[[bytes], object]:
            said[:] = [status, headers]
            return lambda data: None  # noqa: ARG005 - none of our pages writes this way

        body = b"".join(application(environ, keep))
        status, headers = said
        ours = {"x-content-type-options": "nosniff", "content-length": str(len(body))}
        kept = [(name, value) for name, value in headers if name.lower() not in ours]
        start(status, [*kept, ("X-Content-Type-Options", "nosniff"), ("Content-Length", str(len(body)))])
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [body]

    return answer
