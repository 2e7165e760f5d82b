"""The pooled session under the client: it repeats nothing, follows nothing, and drops idle connections early."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from http.cookiejar import DefaultCookiePolicy
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import ConnectTimeoutError, NewConnectionError
from urllib3.util.retry import Retry

USER_AGENT = "camunda-bitrix-worker"
IDLE_SECONDS = 4.0
"""A connection idle for longer is not used again: the server may be closing it at that very moment, and a create
that meets this would have to be waited out as doubtful."""


_before_send: ContextVar[Callable[[], None] | None] = ContextVar("before_send", default=None)


@contextmanager
def telling(before_send: Callable[[], None] | None) -> Iterator[None]:
    """Run `before_send` when the connection stands and nothing has been sent; what it raises stops the request."""
    token = _before_send.set(before_send)
    try:
        yield
    finally:
        _before_send.reset(token)


class HandshakeError(NewConnectionError):
    """TLS failed before anything was sent; TLS that breaks later is an `SSLError`."""


class _Fresh(HTTPConnection):
    """A connection that is not used again when it has been idle, and that tells when it is about to send.

    Head and body leave in one piece: in two, the server wakes up twice.
    """

    _used_at = 0.0
    _gathered: list[bytes] | None = None

    def request(self, *args: Any, **kwargs: Any) -> None:
        if self.sock is None:
            self.connect()
        before_send = _before_send.get()
        if before_send:
            with telling(None):  # a call that it makes itself is another one
                before_send()
        self._gathered = []
        try:
            super().request(*args, **kwargs)
        finally:
            whole, self._gathered = b"".join(self._gathered), None
        self.send(whole)

    def send(self, data: Any) -> None:
        if self._gathered is None:
            super().send(data)
        else:
            self._gathered.append(data)

    def getresponse(self) -> Any:
        answer = super().getresponse()
        self._used_at = time.monotonic()
        return answer

    @property
    def is_connected(self) -> bool:
        return super().is_connected and time.monotonic() - self._used_at < IDLE_SECONDS


class _FreshTLS(_Fresh, HTTPSConnection):
    def connect(self) -> None:
        try:
            super().connect()
        except OSError as error:
            raise HandshakeError(self, type(error).__name__) from error


class _FreshHTTPPool(HTTPConnectionPool):
    ConnectionCls = _Fresh


class _FreshHTTPSPool(HTTPSConnectionPool):
    ConnectionCls = _FreshTLS


class _Adapter(HTTPAdapter):
    _pool: Any = None

    def get_connection_with_tls_context(self, *args: Any, **kwargs: Any) -> Any:
        """There is one host: its pool is looked for once."""
        self._pool = self._pool or super().get_connection_with_tls_context(*args, **kwargs)
        return self._pool

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {"http": _FreshHTTPPool, "https": _FreshHTTPSPool}


def session(
    *, user_agent: str, max_connections: int, ca_file: str | None = None, connect_again: int = 0
) -> requests.Session:
    """A session for one host, shared by threads. `ca_file`: whom to trust; None: the usual authorities.

    `connect_again`: how often to try once more to connect; nothing that was sent is ever repeated.
    """
    made = requests.Session()
    made.verify = ca_file or True
    made.trust_env = False  # no ~/.netrc in place of our own authorization, no proxy that nobody has configured
    made.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    made.headers.update({"Accept": "application/json", "User-Agent": user_agent})
    retry = Retry(connect=connect_again, read=False, redirect=0, status=0, other=0)
    adapter = _Adapter(pool_connections=1, pool_maxsize=max_connections, max_retries=retry)
    for scheme in ("https://", "http://"):
        made.mount(scheme, adapter)
    return made


class Poster:
    """POSTs JSON through a session, for less CPU than its own `post`: what is the same each time is prepared once.

    `headers`: on every request, besides the session's. Thread-safe; raises what `requests` raises.
    """

    def __init__(self, session: requests.Session, headers: Mapping[str, str]) -> None:
        self._session = session
        self._verify: bool | str = session.verify or True
        own = {"Content-Type": "application/json", **headers}
        self._template = session.prepare_request(requests.Request("POST", "http://template/", headers=own, data=b"{}"))

    def post(self, url: str, body: bytes, timeout: tuple[float, float]) -> requests.Response:
        """One exchange, read to its end; a redirect is an answer like any other. `timeout`: to connect, to read."""
        request = self._template.copy()
        request.url = url
        request.body = body
        request.headers["Content-Length"] = str(len(body))
        return self._session.send(request, timeout=timeout, verify=self._verify, proxies={}, allow_redirects=False)


def never_sent(error: requests.RequestException) -> bool:
    """Whether the request cannot have reached the portal: no connection, no name, no TLS handshake."""
    if isinstance(error, requests.exceptions.ConnectTimeout):
        return True
    reason = getattr(error.args[0], "reason", None) if error.args else None
    return isinstance(reason, NewConnectionError | ConnectTimeoutError)
