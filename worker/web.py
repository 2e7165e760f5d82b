"""The status page, `/healthz`, `/readyz`, `/metrics` and the portal's outgoing webhook; on loopback unless told else.

Nothing here changes anything: what the portal tells is a hint to look.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from ipaddress import ip_address
from socketserver import ThreadingMixIn
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from prometheus_client import CollectorRegistry, make_wsgi_app

from bitrix.secrecy import hide
from worker.health import Health, Look
from worker.page import Page

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment


LONGEST_EVENT = 65536


class Web:
    """Listens from its making on; raises `OSError` where the address is taken. Port 0 takes a free one.

    `hears`: takes the body of an event and tells whether it may be believed; None: events are not listened to.
    """

    def __init__(
        self,
        host: str,
        port: int,
        *,
        page: Page,
        health: Health,
        registry: CollectorRegistry,
        hears: Callable[[bytes], bool] | None,
    ) -> None:
        self._page = page
        self._health = health
        self._hears = hears
        self._metrics = make_wsgi_app(registry)
        self._server = make_server(host, port, self._answer, _Server, _Silent)
        self.port = self._server.server_port
        self._on_loopback = _is_loopback(host)

    def loop(self) -> None:
        """The thread's work, until `close`."""
        self._server.serve_forever(0.2)

    def close(self) -> None:
        """Stop listening."""
        self._server.shutdown()
        self._server.server_close()

    def _answer(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        match environ["PATH_INFO"]:
            case "/metrics":
                return self._metrics(environ, start)  # type: ignore[no-any-return]
            case "/healthz":
                return _looks(self._health.alive, start)
            case "/readyz":
                return _looks(self._health.ready, start)
            case "/bitrix24/events" if self._hears and environ["REQUEST_METHOD"] == "POST":
                return _heard(self._hears(_body(environ)), start)
            case "/":
                return self._show(environ, start)
        return _plain("404 Not Found", "/ /healthz /readyz /metrics", start)

    def _show(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        if environ["REQUEST_METHOD"] not in ("GET", "HEAD"):
            return _plain("405 Method Not Allowed", "read-only", start)
        if self._on_loopback and not _is_loopback(_host(environ)):
            # A page from elsewhere whose name was made to lead here: it must not read what is on this one.
            return _plain("403 Forbidden", "on loopback this page has no other name than localhost", start)
        asked = parse_qs(environ.get("QUERY_STRING", "")).get("lang", [""])[0]
        text, headers = self._page.show(asked, environ.get("HTTP_ACCEPT_LANGUAGE", ""))
        start("200 OK", [*headers, ("Content-Length", str(len(text)))])
        return [text] if environ["REQUEST_METHOD"] == "GET" else []


def _looks(look: Callable[[], Sequence[Look]], start: StartResponse) -> Iterable[bytes]:
    looks = look()
    good = all(one.good for one in looks)
    start("200 OK" if good else "503 Service Unavailable", [("Content-Type", "application/json; charset=utf-8")])
    told = {one.name: "ok" if one.good else hide(one.reason) for one in looks}
    return [json.dumps({"good": good, **told}, ensure_ascii=False).encode()]


def _plain(status: str, text: str, start: StartResponse) -> Iterable[bytes]:
    start(status, [("Content-Type", "text/plain")])
    return [f"{text}\n".encode()]


def _host(environ: WSGIEnvironment) -> str:
    try:
        return urlsplit(f"//{environ.get('HTTP_HOST', '')}").hostname or ""
    except ValueError:
        return ""


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def _heard(believed: bool, start: StartResponse) -> Iterable[bytes]:  # noqa: FBT001 - reads as what it is
    start("200 OK" if believed else "403 Forbidden", [("Content-Type", "text/plain")])
    return [b""]


def _body(environ: WSGIEnvironment) -> bytes:
    length = str(environ.get("CONTENT_LENGTH") or "0")
    size = int(length) if length.isdecimal() else 0
    return environ["wsgi.input"].read(size) if size <= LONGEST_EVENT else b""


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class _Silent(WSGIRequestHandler):
    timeout = 10.0  # who sends nothing for so long keeps no thread

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the parent's name
        """Who looks is not worth a line."""
