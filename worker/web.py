"""`/healthz`, `/readyz` and `/metrics` over HTTP: read-only, without secrets, on loopback unless told otherwise."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from socketserver import ThreadingMixIn
from typing import TYPE_CHECKING, Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from prometheus_client import CollectorRegistry, make_wsgi_app

from bitrix.webhook import scrub
from worker.health import Health, Look

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment


class Web:
    """Listens from its making on; raises `OSError` where the address is taken. Port 0 takes a free one."""

    def __init__(self, host: str, port: int, health: Health, registry: CollectorRegistry) -> None:
        self._health = health
        self._metrics = make_wsgi_app(registry)
        self._server = make_server(host, port, self._answer, _Server, _Silent)
        self.port = self._server.server_port

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
        start("404 Not Found", [("Content-Type", "text/plain")])
        return [b"/healthz /readyz /metrics\n"]


def _looks(look: Callable[[], Sequence[Look]], start: StartResponse) -> Iterable[bytes]:
    looks = look()
    good = all(one.good for one in looks)
    start("200 OK" if good else "503 Service Unavailable", [("Content-Type", "application/json; charset=utf-8")])
    told = {one.name: "ok" if one.good else scrub(one.reason) for one in looks}
    return [json.dumps({"good": good, **told}, ensure_ascii=False).encode()]


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class _Silent(WSGIRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the parent's name
        """Who looks is not worth a line."""
