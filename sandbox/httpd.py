"""A small HTTP/1.1 server on loopback for the stand-ins: one thread for each connection, answers as JSON or HTML."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BufferedIOBase
from itertools import count
from typing import Any, Self
from urllib.parse import parse_qsl, unquote, urlsplit

from sandbox.ports import free_port

LONGEST_TRICKLE_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Request:
    """A request. `query` and `body` are decoded; `body` None: no JSON object or list.

    `connection`: the number of its connection, in the order in which the server accepted them; 0: it came by none.
    """

    method: str
    path: str
    query: dict[str, str]
    raw: bytes
    headers: dict[str, str]
    connection: int = 0

    @property
    def body(self) -> Any:
        try:
            return json.loads(self.raw) if self.raw else None
        except ValueError:
            return None

    @property
    def form(self) -> dict[str, str]:
        """The fields of an HTML form; empty if the body is not a form."""
        kind = self.headers.get("content-type", "").partition(";")[0].strip()
        text = self.raw.decode(errors="replace") if kind == "application/x-www-form-urlencoded" else ""
        return dict(parse_qsl(text, keep_blank_values=True))


def foreign(request: Request) -> bool:
    """Whether a browser sends this on behalf of another site."""
    if request.headers.get("sec-fetch-site", "none") not in ("none", "same-origin"):
        return True
    origin = request.headers.get("origin")
    return origin is not None and urlsplit(origin).netloc != request.headers.get("host")


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer. `drop`: the connection is closed instead; `cut`: only that many bytes of the body are sent.

    `trickle`: seconds before each byte of the body, for a minute at most. `sent` is called once it has left.
    """

    status: int = 200
    data: Any = None
    text: str | None = None
    raw: bytes | None = None
    content_type: str = "application/json; charset=utf-8"
    headers: dict[str, str] = field(default_factory=dict)
    drop: bool = False
    cut: int | None = None
    trickle: float = 0.0
    sent: Callable[[], None] | None = None

    def content(self) -> bytes:
        if self.raw is not None:
            return self.raw
        if self.text is not None:
            return self.text.encode()
        return b"" if self.data is None else json.dumps(self.data, ensure_ascii=False).encode()


Answer = Callable[[Request], Reply]


class Server:
    """Serves `answer` on 127.0.0.1; `port` 0 takes a free one. Can be closed and opened again on its port."""

    def __init__(self, answer: Answer, port: int = 0) -> None:
        self._answer = answer
        self.port = port
        self._httpd: _Threads | None = None

    def start(self) -> None:
        """Start listening; returns at once."""
        self.port = self.port or free_port()
        self._httpd = _Threads(("127.0.0.1", self.port), self._answer)
        threading.Thread(target=self._httpd.serve_forever, args=(0.05,), name="sandbox-http", daemon=True).start()

    def stop(self) -> None:
        """Stop listening and cut every connection, like a restarting server."""
        if self._httpd:
            self._httpd.shutdown()
            self._httpd.server_close()
            self._httpd.cut()
            self._httpd = None

    def until_answered(self) -> None:
        """Wait until all that was sent by clients that have gone by now has been read and answered.

        The calls of a killed process lie in the kernel, where a busy machine may read them much later.
        """
        if not self._httpd:
            return
        knock = HTTPConnection("127.0.0.1", self.port)
        knock.request("HEAD", "/")  # which no stand-in serves; connections are accepted in turn
        knock.getresponse().close()
        knock.close()
        for connection in self._httpd.connections():
            while self._httpd.number_of(connection) and not _idle(connection):
                time.sleep(0.005)


class StandIn:
    """What is reached through a `Server`. Its state survives `stop` and `start`; the port stays."""

    _server: Server

    def start(self) -> Self:
        """Listen."""
        self._server.start()
        return self

    def stop(self) -> None:
        """Refuse connections from now on, and cut the open ones."""
        self._server.stop()

    def until_answered(self) -> None:
        """Wait until all that was sent by clients that have gone by now has been read and answered."""
        self._server.until_answered()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()


def until_interrupted() -> None:
    """Wait for Ctrl-C."""
    with suppress(KeyboardInterrupt):
        threading.Event().wait()


class _Threads(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 256

    def __init__(self, address: tuple[str, int], answer: Answer) -> None:
        super().__init__(address, _Handler)
        self.answer = answer
        self._open: dict[socket.socket, int] = {}
        self._numbers = count(1)

    def process_request(self, request: Any, client_address: Any) -> None:
        self._open[request] = next(self._numbers)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        self._open.pop(request, None)
        super().shutdown_request(request)

    def number_of(self, connection: socket.socket) -> int:
        """Which of the accepted connections this is; 0: it has been closed."""
        return self._open.get(connection, 0)

    def connections(self) -> list[socket.socket]:
        """Those that are open."""
        return list(self._open)

    def cut(self) -> None:
        """Close the connections that are open."""
        for connection in self.connections():
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Ignore clients that have disconnected: tests do that on purpose."""


def _idle(connection: socket.socket) -> bool:
    """Whether the client is still there, and all that it has sent has been read."""
    try:
        connection.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False


def _write(out: BufferedIOBase, content: bytes, trickle: float) -> None:
    if not trickle:
        out.write(content)
        return
    for number in range(min(len(content), int(LONGEST_TRICKLE_SECONDS / trickle))):
        time.sleep(trickle)
        out.write(content[number : number + 1])
        out.flush()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    server: _Threads

    def _serve(self) -> None:
        parts = urlsplit(self.path)
        length = int(self.headers.get("Content-Length") or 0)
        request = Request(
            self.command,
            unquote(parts.path),
            dict(parse_qsl(parts.query, keep_blank_values=True)),
            self.rfile.read(length) if length else b"",
            {name.lower(): value for name, value in self.headers.items()},
            self.server.number_of(self.connection),
        )
        reply = self.server.answer(request)
        self._send(reply)
        if reply.sent:
            reply.sent()

    def _send(self, reply: Reply) -> None:
        if reply.drop:
            self.close_connection = True
            return
        content = reply.content()
        self.send_response(reply.status)
        if content or reply.raw is not None:
            self.send_header("Content-Type", reply.content_type)
        self.send_header("Content-Length", str(len(content)))
        for name, value in reply.headers.items():
            self.send_header(name, value)
        self.end_headers()
        _write(self.wfile, content if reply.cut is None else content[: reply.cut], reply.trickle)
        self.close_connection = self.close_connection or reply.cut is not None

    do_GET = do_POST = do_PUT = do_DELETE = _serve  # noqa: N815 - names that http.server looks up

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the parent's name
        """Log nothing: the path contains the webhook's secret."""
