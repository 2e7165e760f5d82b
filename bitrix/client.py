"""Calls REST methods through one webhook, and turns each answer into a result or a `PortalError`."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import requests
from tenacity import Retrying

from bitrix import diagnosis, reading, secrecy, transport, wording
from bitrix.causes import OVERLOADED, Cause, of_status
from bitrix.errors import (
    UNREACHABLE,
    AccessDenied,
    ChannelFault,
    Doubtful,
    MethodMissing,
    NotExecuted,
    PortalError,
    RefusedInFront,
    Rejected,
)
from bitrix.limits.limiter import Cost, Kind, Limiter, Ticket
from bitrix.methods import READ_SERIES, READS
from bitrix.proxy import DIRECT, Route
from bitrix.retry_after import retry_after
from bitrix.streamed import Streamed
from bitrix.webhook import WebhookUrl
from bitrix.wire import MEGABYTE

ONE_BYTES = 4 * MEGABYTE
"""The largest answer about one task, user or field table."""
FEW_AT_ONCE = 2
"""Connections of a client for uploads or glances."""
LIST_BYTES = 32 * MEGABYTE
"""The largest list: fifty tasks, comments or files, each with a description of 60,000 characters as `\\u0434`."""

# The portal's `error` codes (docs: system errors; source: rest module). A known code overrides the HTTP status,
# because documentation, source and SDK disagree on the statuses.
CODES: Mapping[str, tuple[type[PortalError], Cause]] = {
    "QUERY_LIMIT_EXCEEDED": (NotExecuted, Cause.LIMIT),
    "OPERATION_TIME_LIMIT": (NotExecuted, Cause.OPERATION_LIMIT),
    "ERROR_METHOD_NOT_FOUND": (MethodMissing, Cause.METHOD_MISSING),
    "ACCESS_DENIED": (AccessDenied, Cause.DENIED),
    "NO_AUTH_FOUND": (ChannelFault, Cause.WEBHOOK_UNKNOWN),
    "INVALID_TOKEN": (ChannelFault, Cause.WEBHOOK_UNKNOWN),
    "INVALID_CREDENTIALS": (ChannelFault, Cause.WEBHOOK_UNKNOWN),
    "AUTHORIZATION_ERROR": (ChannelFault, Cause.WEBHOOK_UNKNOWN),
    "EXPIRED_TOKEN": (ChannelFault, Cause.WEBHOOK_EXPIRED),
    "INSUFFICIENT_SCOPE": (ChannelFault, Cause.SCOPE_MISSING),
    "USER_ACCESS_ERROR": (ChannelFault, Cause.USER_BLOCKED),
    "INVALID_REQUEST": (ChannelFault, Cause.HTTPS_REQUIRED),
    "PORTAL_DELETED": (ChannelFault, Cause.PORTAL_CLOSED),
    "PAYMENT_REQUIRED": (ChannelFault, Cause.PORTAL_CLOSED),
    "OVERLOAD_LIMIT": (ChannelFault, Cause.OVERLOAD),
}
REFUSED = frozenset(
    {
        *("0", "100", "ERROR_CORE", "ERROR_ARGUMENT", "ERROR_TASK_CREATE_ACCESS_DENIED"),
        *("ILLEGAL_NEW_LINK", "ACTION_NOT_ALLOWED"),
        *("ERROR_NOT_FOUND", "DISK_OBJ_22000", "DISK_BASE_SERVICE_22001", "ERROR_COULD_NOT_SAVE_FILE"),
    }
)
"""Codes that refuse the content of one call."""
OnEnd = Callable[[str, PortalError | None], None]
Params = Mapping[str, Any] | Sequence[Any] | Streamed | None


@dataclass(frozen=True, slots=True)
class Answer:
    """What a method returned. `cost`: the execution time that the portal reports; None if it reports none."""

    result: Any
    cost: Cost | None = None
    body: Mapping[str, Any] = field(default_factory=dict)


class Caller(Protocol):
    """The part of `BitrixClient` that most of this package calls: tests answer in its place."""

    def call(self, method: str, params: Any = None, *, kind: Kind) -> Answer:
        """Call `method`. Raises `PortalError`."""


class BitrixClient:
    """Calls REST methods through one webhook. Thread-safe; times in seconds.

    `request_timeout` must exceed the longest execution on the portal, or every slow call becomes a doubtful one.
    It counts from the send to the end of the answer. `delivery_seconds`: a request that the portal's machine has not
    acknowledged by then can no longer reach it (`bitrix.wire`); it must be less than the margin that a look-up waits
    beyond the longest execution.
    `on_call` is called after each try that was sent, answered or not, with the method and the duration. `on_end` is
    called once per call, after its last try, with the method and the error; None: success.
    """

    def __init__(
        self,
        webhook: WebhookUrl,
        *,
        request_timeout: float = 75.0,
        connect_timeout: float = 5.0,
        max_connections: int = 36,
        limiter: Limiter | None = None,
        route: Route = DIRECT,
        delivery_seconds: float = transport.DELIVERY,
        on_call: Callable[[str, float], None] = lambda method, seconds: None,  # noqa: ARG005 - named for its callers
        on_end: OnEnd = lambda method, error: None,  # noqa: ARG005 - likewise
        series: Retrying = READ_SERIES,
    ) -> None:
        self.webhook = webhook
        self._on_call = on_call
        self._on_end = on_end
        self._series = series
        self._limiter = limiter or Limiter()
        self._timeout, self._delivery = (connect_timeout, request_timeout), delivery_seconds
        self._route = route
        self._place = diagnosis.place_of(webhook.portal)
        self._session = transport.session(user_agent=transport.USER_AGENT, max_connections=max_connections, route=route)
        self._poster = transport.Poster(self._session, {}, delivery=delivery_seconds)

    def for_uploads(self) -> BitrixClient:
        """A client for requests of many megabytes, which may take as long to be delivered as to be answered.

        It has connections of its own: on one of these, a create that was given up could still reach the portal.
        """
        return self._beside(self._timeout[1], self._timeout[1], self._on_end)

    def for_glances(self, seconds: float, on_end: OnEnd) -> BitrixClient:
        """A client that waits for an answer no longer than `seconds`: only for calls that a portal answers at once."""
        return self._beside(min(seconds, self._timeout[1]), self._delivery, on_end)

    def _beside(self, request_timeout: float, delivery_seconds: float, on_end: OnEnd) -> BitrixClient:
        return BitrixClient(
            self.webhook,
            request_timeout=request_timeout,
            connect_timeout=self._timeout[0],
            max_connections=FEW_AT_ONCE,
            limiter=self._limiter,
            route=self._route,
            delivery_seconds=delivery_seconds,
            on_call=self._on_call,
            on_end=on_end,
            series=self._series,
        )

    def close(self) -> None:
        """Close the pooled connections."""
        self._session.close()

    def call(
        self,
        method: str,
        params: Params = None,
        *,
        before_send: Callable[[], None] | None = None,
        kind: Kind = Kind.URGENT,
        turn: Ticket | None = None,
    ) -> Answer:
        """Call `method`. A method that only reads is tried up to four times, unless `turn` is given.

        Raises `PortalError`: its subclass says what the caller may do next. An answer that is too long, or does not
        end in time, raises `Doubtful`.

        `before_send` is called on an open connection, right before the first byte is sent; if it raises, nothing is
        sent. `turn`: the ticket of a caller that has passed the limiter; without one the call waits there as `kind`.
        Old methods take their parameters by position, as a list; a streamed body is JSON already.
        """
        try:
            if turn is not None:
                answer = self._call(method, params, before_send, turn)
            elif method.lower() in READS:
                answer = self._series.copy()(self._in_turn, method, params, before_send, kind)
            else:
                answer = self._in_turn(method, params, before_send, kind)
        except PortalError as error:
            self._on_end(method, error)
            raise
        self._on_end(method, None)
        return answer

    def works(self, method: str) -> bool:
        """Whether a method that only reads succeeds at its first try. Not reported to `on_end`: the caller judges."""
        try:
            self._in_turn(method, None, None, Kind.URGENT)
        except PortalError:
            return False
        return True

    def _in_turn(self, method: str, params: Params, before_send: Callable[[], None] | None, kind: Kind) -> Answer:
        with self._limiter.turn(method, kind) as own:
            return self._call(method, params, before_send, own)

    def _call(self, method: str, params: Params, before_send: Callable[[], None] | None, turn: Ticket) -> Answer:
        began = time.monotonic()
        try:
            response = self._post(method, _body(params), before_send)
            answer = self._read(method, response)
            # Before it leaves: whoever is granted next counts what this call has cost.
            self._limiter.answered(turn, time.monotonic() - began, answer.cost)
        except PortalError as error:
            self._learn(turn, error)
            if error.code != UNREACHABLE:
                self._on_call(method, time.monotonic() - began)
            raise
        finally:
            self._limiter.leave(turn)
        self._on_call(method, time.monotonic() - began)
        return answer

    def _post(self, method: str, body: bytes | Streamed, before_send: Callable[[], None] | None) -> requests.Response:
        url, most = self.webhook.method_url(method), LIST_BYTES if "list" in method else ONE_BYTES
        try:
            return self._poster.post(url, body, self._timeout, most_bytes=most, before_send=before_send)
        except requests.RequestException as error:
            # The exception quotes the address, which is the password: pass on only its cause.
            cause, place, file = diagnosis.diagnosed(error, self.webhook.portal, self._route)
            if transport.never_sent(error):
                raise NotExecuted(method, UNREACHABLE, file, cause=cause).at(place) from None
            raise Doubtful(method, "no_answer", file, cause=cause).at(place) from None
        except ValueError:  # `requests` parses the target of a redirect even though it follows none
            raise Doubtful(method, "unreadable", cause=Cause.MOVED).at(self._place) from None

    def _read(self, method: str, response: requests.Response) -> Answer:
        try:
            return _read(method, response, self.webhook.hide)
        except PortalError as error:
            error.cause, error.detail = diagnosis.of_our_files(error.cause, error.detail, self._route)
            raise error.at(self._place, size=len(response.content), sent=transport.sent_bytes(response)) from None

    def _learn(self, turn: Ticket, error: PortalError) -> None:
        """Report to the limiter a limit that was hit, or a sign of overload."""
        code = error.code.upper()
        if code == "QUERY_LIMIT_EXCEEDED":
            self._limiter.too_fast()
        elif code == "OPERATION_TIME_LIMIT":
            self._limiter.method_refused(error.method, error.retry_after)
        elif isinstance(error, Doubtful) and (error.status in OVERLOADED or error.code == "no_answer"):
            self._limiter.overloaded(turn)


def _body(params: Params) -> bytes | Streamed:
    if isinstance(params, Streamed):
        return params
    given = dict(params or {}) if isinstance(params, Mapping | None) else list(params)
    return json.dumps(given, allow_nan=False).encode()


def _read(method: str, answer: requests.Response, hide: Callable[[str], str]) -> Answer:
    try:
        body = reading.loads(answer.content)
    except reading.Unreadable:
        raise _by_status(method, answer, wording.of_answer(answer.content, answer.encoding, hide)) from None
    if not isinstance(body, dict):
        raise _by_status(method, answer, wording.of_answer(answer.content, answer.encoding, hide))
    if body.get("error"):
        raise error_in(body, method, hide, status=answer.status_code, wait=retry_after(answer.headers))
    if answer.status_code != 200:
        result = body.get("result")
        words = (reading.written(result.get("error")) or "") if isinstance(result, dict) else ""
        raise _by_status(method, answer, wording.plain(words, hide))
    return Answer(body.get("result"), _cost(body.get("time")), body)


def _cost(time: Any) -> Cost | None:
    """The cost from `time` of an answer. `operating_reset_at` and `finish` are both by the portal's clock."""
    if not isinstance(time, dict):
        return None
    names = ("operating", "operating_reset_at", "finish", "duration")
    operating, reset_at, finish, duration = (reading.figure(time.get(name)) for name in names)
    if operating is None:
        return None
    reset_in = None if reset_at is None or finish is None else max(reset_at - finish, 0.0)
    return Cost(operating, duration, reset_in, finish)


def _by_status(method: str, answer: requests.Response, words: str) -> PortalError:
    status = answer.status_code
    cause = of_status(status, words)
    if cause is Cause.MOVED:
        return RefusedInFront(method, "moved", diagnosis.redirected_to(answer), status=status, cause=cause)
    if status == 401:
        return RefusedInFront(method, "unauthorized", words, status=status, cause=Cause.FORBIDDEN)
    if status == 404:
        cause = Cause.NO_REST
    wait, family = retry_after(answer.headers), NotExecuted if cause is Cause.TOO_MANY else Doubtful
    code = "too_many_requests" if cause is Cause.TOO_MANY else f"http_{status}"
    return family(method, code, words, status=status, retry_after=wait, cause=cause)


def error_in(
    body: Mapping[str, Any],
    method: str,
    hide: Callable[[str], str] = secrecy.hide,
    *,
    status: int | None = None,
    wait: float | None = None,
) -> PortalError:
    """The error that an answer's `error` and `error_description` name. `hide` masks secrets in the portal's words.

    `status`, `wait`: the answer's HTTP status and `Retry-After` in seconds; None for a command of a batch, which has
    neither.
    """
    error: Any = body.get("error")
    v3 = isinstance(error, dict)
    code, said = (error.get("code"), error.get("message")) if v3 else (error, body.get("error_description"))
    code = wording.plain(reading.written(code) or "unknown", hide)
    words = wording.plain(reading.written(said) or "", hide)
    if known := CODES.get(code.upper()):
        family, cause = known
        named = wait if family is NotExecuted else None
        return family(method, code, words, status=status, retry_after=named, cause=cause)
    if code.upper() in REFUSED and (status or 0) < 500:
        return Rejected(method, code, words, status=status)
    return Doubtful(method, code, words, status=status, retry_after=wait)
