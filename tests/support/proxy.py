"""A proxy between the worker and one side: sees every exchange, and does harm where it is told to."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from urllib3 import PoolManager
from urllib3.exceptions import HTTPError

from sandbox.httpd import Reply, Request, Server

FORWARD_SECONDS = 100
POLL = "fetchAndLock"
ACCEPTED = "/accepted-by-the-proxy"
PASSED_ON = ("content-type", "authorization")
HTML = "<html><body><h1>502 Bad Gateway</h1></body></html>"


@dataclass(frozen=True, slots=True)
class Harm:
    """What is done to one exchange, in this order; what is None is not done.

    `before`: run while the request has left the worker and reached nobody. `forward` False: it never does.
    `after`: run while the other side has executed it and the worker knows nothing. `reply`: what the worker gets
    instead of the truth. `change`: what it makes of the truth. `seconds`: how long the answer is kept back.
    `delivered`: run once the answer has left.
    """

    before: Callable[[], None] | None = None
    forward: bool = True
    after: Callable[[], None] | None = None
    reply: Reply | None = None
    change: Callable[[Reply], Reply] | None = None
    seconds: float = 0.0
    delivered: Callable[[], None] | None = None


NEVER: Mapping[str, Harm] = {
    "never_dropped": Harm(forward=False, reply=Reply(drop=True)),
    "never_502": Harm(forward=False, reply=Reply(502, text=HTML, content_type="text/html")),
}
"""The other side never hears of it."""
AFTER: Mapping[str, Harm] = {
    "dropped": Harm(reply=Reply(drop=True)),
    "502": Harm(reply=Reply(502, text=HTML, content_type="text/html")),
    "200_html": Harm(reply=Reply(200, text=HTML, content_type="text/html")),
    "truncated": Harm(reply=Reply(200, text='{"result": {"task": {"id": "1", "ti', content_type="application/json")),
}
"""It is executed, and the worker gets no clear answer."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request that was forwarded, and the status that the other side gave. Times by the monotonic clock."""

    call: str
    path: str
    body: Any
    status: int
    started: float
    executed: float


Meddler = Callable[[str, Request], Harm | None]


@dataclass(slots=True)
class Proxy:
    """Stands before `upstream` (scheme, host, port). `meddle` gets the last word of each path, and the request."""

    upstream: str
    meddle: Meddler = lambda call, request: None
    longest_poll: float | None = None
    """How long, in seconds, the other side may hold a poll, however long the worker would wait: it stops soon."""
    exchanges: list[Exchange] = field(default_factory=list)
    news: threading.Event = field(init=False, default_factory=threading.Event)
    """Set by each exchange but the polls."""
    _server: Server = field(init=False)
    _own: threading.local = field(init=False, default_factory=threading.local)

    def __post_init__(self) -> None:
        parts = urlsplit(self.upstream)
        self.upstream = f"{parts.scheme}://{parts.netloc}"
        self._server = Server(self._answer)

    def __enter__(self) -> Proxy:
        self._server.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.stop()

    def until_answered(self) -> None:
        """Wait until all that was sent by clients that have gone by now has been read, passed on and answered."""
        self._server.until_answered()

    def url(self, address: str) -> str:
        """The same address, by way of the proxy."""
        return f"http://127.0.0.1:{self._server.port}" + address.removeprefix(self.upstream)

    def seen(self, call: str) -> list[Exchange]:
        """The exchanges of one call that reached the other side, in order of their execution."""
        return sorted((one for one in list(self.exchanges) if one.call == call), key=lambda one: one.executed)

    @contextmanager
    def keeping_back(self, call: str) -> Iterator[None]:
        """The other side hears nothing of this call, nor later of one on a connection that was opened meanwhile.

        Who is killed meanwhile may have sent a call that is read here much later, on a busy machine. Who lives on gets
        no answer by such a connection, and sends the call again by another.
        """
        self.meddle = lambda last, _: Harm(forward=False) if last == call else None
        yield
        end = self._accepted()
        self.meddle = lambda last, request: (
            NEVER["never_dropped"] if last == call and request.connection <= end else None
        )

    def _accepted(self) -> int:
        """How many connections have been accepted: all that were opened before, for they are accepted in turn."""
        with PoolManager(retries=False) as pool:
            return int(pool.request("GET", f"http://127.0.0.1:{self._server.port}{ACCEPTED}").data)

    def _answer(self, request: Request) -> Reply:
        if request.path == ACCEPTED:
            return Reply(text=str(request.connection))
        call = request.path.rstrip("/").rsplit("/", 1)[-1]
        harm = self.meddle(call, request) or Harm()
        if harm.before:
            harm.before()
        truth = self._forward(call, request) if harm.forward else Reply()
        if harm.after:
            harm.after()
        time.sleep(harm.seconds)
        reply = harm.reply or (harm.change(truth) if harm.change else truth)
        return Reply(
            reply.status,
            raw=reply.content(),
            content_type=reply.content_type,
            headers=reply.headers,
            drop=reply.drop,
            cut=reply.cut,
            trickle=reply.trickle,
            sent=harm.delivered,
        )

    def _forward(self, call: str, request: Request) -> Reply:
        started, raw = time.monotonic(), request.raw
        if call == POLL and self.longest_poll is not None:
            raw = json.dumps(request.body | {"asyncResponseTimeout": int(self.longest_poll * 1000)}).encode()
        try:
            answer = self._connections().request(
                request.method,
                f"{self.upstream}{quote(request.path)}?{urlencode(request.query)}",
                body=raw or None,
                headers={name: text for name, text in request.headers.items() if name in PASSED_ON},
                timeout=FORWARD_SECONDS,
                redirect=False,
            )
        except HTTPError:
            return Reply(drop=True)
        exchange = Exchange(call, request.path, request.body, answer.status, started, time.monotonic())
        self.exchanges.append(exchange)
        if call != POLL:
            self.news.set()
        kind = answer.headers.get("Content-Type", "application/json")
        if "json" in kind:
            return Reply(answer.status, text=answer.data.decode(), content_type=kind)
        kept = {name: text for name, text in answer.headers.items() if name == "Content-Disposition"}
        return Reply(answer.status, raw=answer.data, content_type=kind, headers=kept)

    def _connections(self) -> PoolManager:
        """Those of one connection of the worker: it has its own thread here, and a fresh one is never half-closed."""
        if not hasattr(self._own, "connections"):
            self._own.connections = PoolManager(retries=False)
        return self._own.connections  # type: ignore[no-any-return]
