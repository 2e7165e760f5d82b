"""The status page, `/healthz`, `/readyz`, `/metrics`, `/warnings`, `/incidents`, `/docs`, the portal's events.

It listens on loopback by default. No request changes any state: an event of the portal is only a hint to look.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from ipaddress import ip_address
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

from prometheus_client import CollectorRegistry, make_wsgi_app

from bitrix.secrecy import hide
from worker.monitoring.health import Health, HealthCheck
from worker.monitoring.http_port import LOOK_SECONDS, PLAIN, HttpPort, one_answer
from worker.monitoring.page import Page
from worker.monitoring.page_incidents import INCIDENTS
from worker.monitoring.page_warnings import WARNINGS
from worker.monitoring.pauses import Pauses
from worker.runtime.telemetry import Telemetry
from worker.words.documents import NoSuchPage, document
from worker.words.page import chosen
from worker.words.phrase import Language

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment


DOCS = "/docs"
MOST_PARAMETERS = 20


class Web:
    """Listens from its construction on; raises `OSError` if the address is taken. Port 0 takes a free one.

    `on_event`: takes the body of an event of the portal, returns whether it is genuine; None: events are not accepted.
    `marks`: headers that tell the ledger, sent with each answer.
    """

    def __init__(
        self,
        host: str,
        port: int,
        *,
        page: Page,
        health: Health,
        pauses: Pauses,
        registry: CollectorRegistry,
        on_event: Callable[[bytes], bool] | None,
        telemetry: Telemetry,
        marks: Callable[[], Sequence[tuple[str, str]]] = tuple,
    ) -> None:
        self._page = page
        self._health = health
        self._pauses = pauses
        self._on_event = on_event
        self._marks = marks
        self._metrics = make_wsgi_app(registry)
        self._server = HttpPort((host, port), one_answer(self._marked), telemetry)
        self.port = self._server.server_port
        self._on_loopback = _is_loopback(host)

    def loop(self) -> None:
        """Serve until `close`."""
        self._server.serve_forever(LOOK_SECONDS)

    def close(self) -> None:
        """Stop listening."""
        self._server.shutdown()
        self._server.server_close()

    def refused(self) -> int:
        """Connections closed at once because there were too many."""
        return self._server.refused

    def _marked(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        return self._answer(environ, lambda status, headers, *_: start(status, [*headers, *self._marks()]))

    def _answer(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        path = environ["PATH_INFO"].rstrip("/") or "/"
        if path == "/bitrix24/events" and self._on_event and environ["REQUEST_METHOD"] == "POST":
            return _received(self._on_event(environ["wsgi.input"].read()), start)
        show = {
            "/": self._show,
            "/metrics": self._measure,
            "/healthz": self._live,
            "/readyz": self._be_ready,
            WARNINGS: self._warn,
            INCIDENTS: self._list_incidents,
        }.get(path, self._document if f"{path}/".startswith(f"{DOCS}/") else None)
        if show is None:
            return _plain("404 Not Found", "/ /healthz /readyz /metrics /warnings /incidents /docs", start)
        if environ["REQUEST_METHOD"] not in ("GET", "HEAD"):
            return _plain("405 Method Not Allowed", "read-only", start, ("Allow", "GET, HEAD"))
        if self._on_loopback and "HTTP_HOST" in environ and not _is_loopback(_host(environ)):
            # DNS rebinding: a foreign page whose name resolves to this address must not read what we serve.
            return _plain("403 Forbidden", "on loopback this has no other name than localhost", start)
        return show(environ, start)

    def _live(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        return _checked(self._health.alive(), self._pauses.language(_asked(environ)), start)

    def _be_ready(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        checks, asked = self._health.ready(), _asked(environ)
        not_yet = [check.name for check in checks if check.not_yet]
        pauses, lately = self._pauses.as_data(checks, asked), self._pauses.lately_as_data(checks, asked)
        language = self._pauses.language(asked)
        return _checked(checks, language, start, notYet=not_yet, pauses=pauses, pausedLately=lately)

    def _measure(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        # Uncompressed, so that `hide` finds the secrets.
        plain = environ | {"HTTP_ACCEPT_ENCODING": "", "REQUEST_METHOD": "GET"}
        return [hide(part.decode()).encode() for part in self._metrics(plain, start)]

    def _warn(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        return _data(self._page.warnings(_asked(environ)), start)

    def _list_incidents(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        return _data(self._page.incidents(_asked(environ)), start)

    def _document(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        accepted, default = environ.get("HTTP_ACCEPT_LANGUAGE", ""), self._pauses.language("")
        language = chosen(_asked(environ), accepted, default)
        asked = environ["PATH_INFO"].removeprefix(DOCS).strip("/").encode("latin-1").decode(errors="replace")
        try:
            return _plain("200 OK", document(asked, language), start, ("Content-Language", language))
        except NoSuchPage as error:
            return _plain("404 Not Found", error.phrase.in_(language), start)

    def _show(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        text, headers = self._page.show(_query(environ), environ.get("HTTP_ACCEPT_LANGUAGE", ""))
        start("200 OK", headers)
        return [text]


def _data(text: bytes, start: StartResponse) -> Iterable[bytes]:
    start("200 OK", [("Content-Type", "application/json; charset=utf-8"), ("Cache-Control", "no-store")])
    return [text]


def _checked(
    checks: Sequence[HealthCheck], language: Language, start: StartResponse, **more: object
) -> Iterable[bytes]:
    good = all(one.good for one in checks)
    start("200 OK" if good else "503 Service Unavailable", [("Content-Type", "application/json; charset=utf-8")])
    states = {one.name: "ok" if one.good and not one.pause else hide(one.reason.in_(language)) for one in checks}
    return [json.dumps({"good": good, **states, **more}, ensure_ascii=False).encode()]


def _plain(status: str, text: str, start: StartResponse, *headers: tuple[str, str]) -> Iterable[bytes]:
    start(status, [*PLAIN, *headers])
    return [f"{text}\n".encode()]


def _query(environ: WSGIEnvironment) -> dict[str, str]:
    """The parameters in the address that the page knows, each once."""
    try:
        asked = parse_qs(environ.get("QUERY_STRING", ""), max_num_fields=MOST_PARAMETERS)
    except ValueError:
        return {}
    return {name: values[0] for name, values in asked.items() if name in ("lang", "q", "before")}


def _asked(environ: WSGIEnvironment) -> str:
    """The language that is asked for; empty: none."""
    return _query(environ).get("lang", "")


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


def _received(believed: bool, start: StartResponse) -> Iterable[bytes]:  # noqa: FBT001 - reads as what it is
    start("200 OK" if believed else "403 Forbidden", [("Content-Type", "text/plain")])
    return [b""]
