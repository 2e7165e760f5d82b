"""The clients' pooled HTTP session: it repeats no sent request, follows no redirects, drops idle connections early."""

from __future__ import annotations

import logging
import socket
import ssl
import time
from collections.abc import Callable, Mapping
from http.client import HTTPException, HTTPResponse
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool, disable_warnings
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import ConnectTimeoutError, InsecureRequestWarning, NewConnectionError, ProxyError
from urllib3.util.retry import Retry

from bitrix import wire
from bitrix.no_cookies import NoCookies
from bitrix.proxy import DIRECT, Proxy, Route
from bitrix.refusals import NO_LOGIN, TUNNEL_REFUSED, HandshakeError, OwnFileGone, ProxyRefused
from bitrix.shown import shown
from bitrix.streamed import Streamed

TOLD_BY_CAUSE = ("Retrying", "Failed to parse headers")
logging.getLogger("urllib3.connectionpool").addFilter(lambda record: not str(record.msg).startswith(TOLD_BY_CAUSE))
"""Warnings of urllib3 that are dropped: they quote addresses and exceptions. The error's cause is reported instead."""
USER_AGENT = "camunda-bitrix-worker"
IDLE_SECONDS = 4.0
"""A connection idle for longer is not used again: the server may be closing it just then, and a create sent on it
would be doubtful."""
GATHERED_BYTES = 1_000_000
"""More than any request but an upload has."""
DELIVERY = wire.Terms().delivery
OWN = (wire.Oversized, wire.Encoded, ProxyRefused, OwnFileGone)
"""Errors of this package, which `urllib3` and `requests` wrap."""


class _Fresh(HTTPConnection):
    """A connection that is not reused after `IDLE_SECONDS` without use; each exchange on it follows its `wire.Terms`.

    Head and body are sent in one piece: two pieces would wake the server twice. Only of a body longer than
    `GATHERED_BYTES` each piece is sent as it comes, so that it is never in memory as a whole.
    """

    _used_at = 0.0
    _gathered: bytearray | None = None
    _began = _end = _delivered_by = 0.0

    def connect(self) -> None:
        self._end = self._delivered_by = wire.ends_at(wire.now(), self.timeout)  # for the CONNECT to a proxy
        super().connect()

    def _new_conn(self) -> socket.socket:
        sock = super()._new_conn()
        wire.harden(sock, wire.terms().delivery)
        return sock

    def request(self, *args: Any, **kwargs: Any) -> None:
        if self.sock is None:
            self.connect()
        terms = wire.terms()
        if terms.before_send:
            with wire.under(wire.Terms()):  # a call made by `before_send` has terms of its own
                terms.before_send()
        self._began = wire.now()
        self._end = self._delivered_by = wire.ends_at(self._began, terms.delivery)
        self._gathered = bytearray()
        wire.awaiting(self.sock)
        try:
            super().request(*args, **kwargs)
        finally:
            rest, self._gathered = bytes(self._gathered), None
        self.send(rest)

    def send(self, data: Any) -> None:
        if self._gathered is None:
            wire.send(self.sock, data, self._end)
            return
        self._gathered += data
        if len(self._gathered) > GATHERED_BYTES:
            whole, self._gathered = bytes(self._gathered), bytearray()
            wire.send(self.sock, whole, self._end)

    def response_class(self, sock: socket.socket, *args: Any, **kwargs: Any) -> HTTPResponse:  # type: ignore[override]
        """The factory with which `http.client` makes its responses."""
        incoming = wire.Incoming(
            sock, end=self._end, delivered_by=self._delivered_by, most_bytes=wire.terms().most_bytes
        )
        return HTTPResponse(incoming, *args, **kwargs)  # type: ignore[arg-type]  # it only calls `makefile`

    def getresponse(self) -> Any:
        self._end = wire.ends_at(self._began, self.timeout)
        answer = super().getresponse()
        self._used_at = time.monotonic()
        encoding = answer.headers.get("Content-Encoding", "identity")
        if encoding.lower() not in ("", "identity"):
            answer.close()
            raise wire.Encoded(f"an answer in {shown(encoding[:40])}, though only a plain one was asked for")
        return answer

    @property
    def is_connected(self) -> bool:
        return super().is_connected and time.monotonic() - self._used_at < IDLE_SECONDS


class _FreshTLS(_Fresh, HTTPSConnection):
    def connect(self) -> None:
        try:
            super().connect()
        except (OSError, HTTPException, wire.Oversized) as error:
            if refused := TUNNEL_REFUSED.match(str(error)):
                raise ProxyRefused(int(refused["status"])) from error
            raise HandshakeError(self, "no handshake") from error
        if (seen := wire.terms().on_certificate) and isinstance(self.sock, ssl.SSLSocket):
            seen(self.sock.getpeercert(binary_form=True) or b"")


class _FreshHTTPPool(HTTPConnectionPool):
    ConnectionCls = _Fresh

    def _put_conn(self, conn: Any) -> None:
        """`urllib3` calls this when the answer has been read to its end, or closed."""
        if conn is not None and conn.sock is not None:
            wire.answered(conn.sock)
        super()._put_conn(conn)


class _FreshHTTPSPool(_FreshHTTPPool, HTTPSConnectionPool):
    ConnectionCls = _FreshTLS


POOLS = {"http": _FreshHTTPPool, "https": _FreshHTTPSPool}


class _Adapter(HTTPAdapter):
    _pool: Any = None
    proxy: Proxy | None = None

    def get_connection_with_tls_context(self, *args: Any, **kwargs: Any) -> Any:
        """The session serves one host, so its pool is looked up once."""
        self._pool = self._pool or super().get_connection_with_tls_context(*args, **kwargs)
        return self._pool

    def close(self) -> None:
        """Close idle connections now, not when the pool is garbage-collected."""
        pool, self._pool = self._pool, None
        if pool:
            pool.close()
        super().close()

    def request_url(self, request: requests.PreparedRequest, proxies: Any) -> str:
        """Without a proxy, the path: `requests` parses the whole address three times to find that out."""
        path = request.path_url
        return super().request_url(request, proxies) if proxies or path.startswith("//") else path

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = POOLS

    def proxy_manager_for(self, *args: Any, **kwargs: Any) -> Any:
        manager = super().proxy_manager_for(*args, **kwargs)
        manager.pool_classes_by_scheme = POOLS
        return manager

    def cert_verify(self, conn: Any, *args: Any, **kwargs: Any) -> None:
        """`requests` looks for the files before each request, and raises an `OSError` that is no `RequestException`."""
        try:
            super().cert_verify(conn, *args, **kwargs)  # type: ignore[no-untyped-call]
        except OSError:
            raise requests.ConnectionError(OwnFileGone(conn, "a file for TLS is gone")) from None

    def proxy_headers(self, _: str) -> dict[str, str]:
        """The login comes from `Proxy`, not from the proxy's address, which messages may quote."""
        return dict(self.proxy.headers) if self.proxy else {}


def session(
    *,
    user_agent: str,
    max_connections: int,
    route: Route = DIRECT,
    connect_again: int = 0,
) -> requests.Session:
    """A session for one host, shared by threads. It ignores the environment's proxies and logins.

    `connect_again`: how many more times to try to connect; a sent request is never repeated.
    """
    made = requests.Session()
    made.verify = (route.ca_file or True) if route.verify_tls else False
    made.cert = (route.client_cert, route.client_key or route.client_cert) if route.client_cert else None
    if not route.verify_tls:
        disable_warnings(InsecureRequestWarning)  # the worker warns itself, once
    made.trust_env = False  # no ~/.netrc instead of the configured login, no proxy from the environment
    made.proxies = {"all": route.proxy.address} if route.proxy else {}
    made.cookies = NoCookies()
    made.headers.update({"Accept": "application/json", "Accept-Encoding": "identity", "User-Agent": user_agent})
    retry = Retry(connect=connect_again, read=False, redirect=0, status=0, other=0)
    adapter = _Adapter(pool_connections=1, pool_maxsize=max_connections, max_retries=retry)
    adapter.proxy = route.proxy
    for scheme in ("https://", "http://"):
        made.mount(scheme, adapter)
    return made


class Poster:
    """Exchanges JSON through a session. Copies a prepared request, which needs less CPU than the session's `post`.

    `headers`: sent with every request, besides the session's. `delivery`: see `wire.Terms`. `auth` adds the login to
    each request. Thread-safe; raises what `requests` raises.
    """

    def __init__(
        self,
        session: requests.Session,
        headers: Mapping[str, str],
        *,
        delivery: float = DELIVERY,
        auth: Callable[[requests.PreparedRequest], requests.PreparedRequest] | None = None,
    ) -> None:
        self._session = session
        self._auth = auth
        self._verify: bool | str = True if session.verify is None else session.verify
        self._delivery = delivery
        own = {"Content-Type": "application/json", **headers}
        self._post = session.prepare_request(requests.Request("POST", "http://template/", headers=own, data=b"{}"))
        self._get = session.prepare_request(requests.Request("GET", "http://template/", headers=headers))
        for template in (self._post, self._get):
            template.prepare_cookies(session.cookies)

    def post(
        self,
        url: str,
        body: bytes | Streamed,
        timeout: tuple[float, float],
        *,
        most_bytes: int,
        before_send: Callable[[], None] | None = None,
    ) -> requests.Response:
        """POST `body` and read the whole answer; a redirect is returned, not followed. Sends a streamed body in pieces.

        `timeout`: seconds to connect, and seconds from the send to the end of the answer. `most_bytes`,
        `before_send`: see `wire.Terms`.
        """
        request = self._post.copy()
        request.url = url
        request.body = body  # type: ignore[assignment]  # `requests` takes whatever can be iterated
        request.headers["Content-Length"] = str(len(body))
        return self._exchange(request, timeout, wire.Terms(self._delivery, most_bytes, before_send))

    def get(
        self,
        url: str,
        params: Mapping[str, str] | None,
        timeout: tuple[float, float],
        *,
        most_bytes: int,
        stream: bool = False,
    ) -> requests.Response:
        """GET `url` in the same way. `params`: the query; None: no query. `stream`: the caller reads the answer."""
        request = self._get.copy()
        request.prepare_url(url, params)
        return self._exchange(request, timeout, wire.Terms(self._delivery, most_bytes), stream=stream)

    def _exchange(
        self,
        request: requests.PreparedRequest,
        timeout: tuple[float, float],
        terms: wire.Terms,
        *,
        stream: bool = False,
    ) -> requests.Response:
        with wire.under(terms):
            answer = self._session.send(
                self._auth(request) if self._auth else request,
                timeout=timeout,
                verify=self._verify,
                proxies=self._session.proxies,
                allow_redirects=False,
                stream=stream,
            )
        if answer.status_code == NO_LOGIN and self._session.proxies and str(request.url).startswith("http:"):
            raise requests.exceptions.ProxyError(ProxyRefused(NO_LOGIN))
        answer.encoding = answer.encoding or "utf-8"  # so that `requests` does not guess it from megabytes
        return answer


def never_sent(error: requests.RequestException) -> bool:
    """Whether the request cannot have been sent: connecting, DNS, the tunnel or the TLS handshake failed.

    A `ProxyError` alone proves nothing: `urllib3` also raises it when the connection breaks after the request.
    """
    return isinstance(error, requests.exceptions.ConnectTimeout) or isinstance(
        _reason(error), NewConnectionError | ConnectTimeoutError | ProxyRefused
    )


def sent_bytes(answer: requests.Response) -> int:
    """Bytes of the body of the answered request."""
    return len((answer.request and answer.request.body) or b"")


def oversized(error: requests.RequestException) -> bool:
    """Whether the answer was longer than `most_bytes`."""
    return isinstance(_reason(error), wire.Oversized)


def _reason(error: requests.RequestException) -> BaseException:
    """The exception that `requests` and `urllib3` wrapped, or `error` itself."""
    first = error.args[0] if error.args else None
    reason = getattr(first, "reason", first if isinstance(first, OWN) else None)
    if isinstance(reason, ProxyError) and not isinstance(reason, ProxyRefused):
        reason = reason.original_error
    return reason if isinstance(reason, BaseException) else error
