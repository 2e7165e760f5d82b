"""One webhook: its calls, and what each answer means for the caller."""

from __future__ import annotations

import html
import json
import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import requests

from bitrix import transport
from bitrix.errors import AccessDenied, ChannelFault, Doubtful, MethodMissing, NotExecuted, PortalError, Rejected
from bitrix.limits import Limiter
from bitrix.webhook import WebhookUrl

USER_AGENT = "camunda-bitrix-worker"
LONGEST_DETAIL = 500
TAG = re.compile(r"<[^>]*>")

# The portal's `error` codes (docs: system errors; source: rest module). Codes come before statuses, because
# documentation, source and SDK disagree on the statuses.
PASSING = frozenset({"QUERY_LIMIT_EXCEEDED", "OPERATION_TIME_LIMIT"})
MISSING = frozenset({"ERROR_METHOD_NOT_FOUND"})
CHANNEL = frozenset(
    {
        "NO_AUTH_FOUND",
        "EXPIRED_TOKEN",
        "INVALID_TOKEN",
        "INVALID_CREDENTIALS",
        "INSUFFICIENT_SCOPE",
        "AUTHORIZATION_ERROR",
        "USER_ACCESS_ERROR",
        "INVALID_REQUEST",
        "PORTAL_DELETED",
        "PAYMENT_REQUIRED",
        "OVERLOAD_LIMIT",
    }
)
DENIED = frozenset({"ACCESS_DENIED"})
REFUSED = frozenset({"0", "100", "ERROR_CORE", "ERROR_ARGUMENT", "ERROR_TASK_CREATE_ACCESS_DENIED"})


@dataclass(frozen=True, slots=True)
class Answer:
    """What a method returned. `operating`: seconds that this method has cost in ten minutes; None where unlimited."""

    result: Any
    operating: float | None = None
    operating_reset_at: float | None = None
    body: Mapping[str, Any] = field(default_factory=dict)


class BitrixClient:
    """Calls REST methods through one webhook. Thread-safe; times in seconds.

    `request_timeout` must exceed the longest execution on the portal, or every slow call becomes a doubtful one.
    """

    def __init__(
        self,
        webhook: WebhookUrl,
        *,
        request_timeout: float = 75.0,
        connect_timeout: float = 5.0,
        max_connections: int = 36,
        limiter: Limiter | None = None,
        ca_file: str | None = None,
    ) -> None:
        self.webhook = webhook
        self._limiter = limiter or Limiter(None)
        self._timeout = (connect_timeout, request_timeout)
        self._session = transport.session(user_agent=USER_AGENT, max_connections=max_connections, ca_file=ca_file)

    def close(self) -> None:
        """Close the pooled connections."""
        self._session.close()

    def call(
        self,
        method: str,
        params: Mapping[str, Any] | Sequence[Any] | None = None,
        *,
        before_send: Callable[[], None] | None = None,
        has_token: bool = False,
    ) -> Answer:
        """Call `method` once. Raises `PortalError`: its families say what may be done next.

        `before_send` runs when the connection stands, right before the first byte leaves; what it raises stops the
        call unsent. `has_token`: the caller has been to the limiter already. Old methods take their parameters by
        position: a list.
        """
        if not has_token:
            self._limiter.acquire()
        given = dict(params or {}) if isinstance(params, Mapping | None) else list(params)
        body = json.dumps(given, allow_nan=False).encode()
        try:
            with transport.telling(before_send):
                answer = self._session.post(
                    self.webhook.method_url(method),
                    data=body,
                    headers={"Content-Type": "application/json"},
                    timeout=self._timeout,
                    allow_redirects=False,
                )
        except requests.RequestException as error:
            # The exception quotes the address, and the address is the password: only its kind goes on.
            if transport.never_sent(error):
                raise NotExecuted(method, "unreachable", _kind(error)) from None
            raise Doubtful(method, "no_answer", _kind(error)) from None
        return _read(method, answer, self.webhook.hide)


def _kind(error: requests.RequestException) -> str:
    reason = getattr(error.args[0], "reason", None) if error.args else None
    return type(reason or error).__name__


def _read(method: str, answer: requests.Response, hide: Callable[[str], str]) -> Answer:
    try:
        body = answer.json()
    except ValueError:
        body = None
    if not isinstance(body, dict):
        words = _plain(answer.text[:2000], hide) or "empty answer"
        raise _by_status(method, answer, f"not JSON: {words[:200]}")
    if body.get("error"):
        raise _error(method, answer, body, hide)
    if answer.status_code != 200:
        result = body.get("result")
        words = str(result.get("error") or "") if isinstance(result, dict) else ""
        raise _by_status(method, answer, _plain(words, hide) or "the answer carries no error code")
    time = body.get("time")
    time = time if isinstance(time, dict) else {}
    return Answer(body.get("result"), time.get("operating"), time.get("operating_reset_at"), body)


def _by_status(method: str, answer: requests.Response, words: str) -> PortalError:
    status = answer.status_code
    if 300 <= status < 400:
        return ChannelFault(method, "moved", "the portal's address has changed", status=status)
    if status == 401:
        return ChannelFault(method, "unauthorized", words, status=status)
    if status == 429:
        return NotExecuted(method, "too_many_requests", words, status=status, retry_after=_retry_after(answer))
    return Doubtful(method, f"http_{status}", words, status=status)


def _error(method: str, answer: requests.Response, body: Mapping[str, Any], hide: Callable[[str], str]) -> PortalError:
    code, words = (_plain(text, hide) for text in _code(body))
    status = answer.status_code
    known = code.upper()
    if known in PASSING:
        return NotExecuted(method, code, words, status=status, retry_after=_retry_after(answer))
    if known in MISSING:
        return MethodMissing(method, code, words, status=status)
    if known in DENIED:
        return AccessDenied(method, code, words, status=status)
    if known in CHANNEL:
        return ChannelFault(method, code, words, status=status)
    if known in REFUSED and status < 500:
        return Rejected(method, code, words, status=status)
    return Doubtful(method, code, words, status=status)


def _code(body: Mapping[str, Any]) -> tuple[str, str]:
    error = body["error"]
    if isinstance(error, dict):  # REST v3
        return str(error.get("code") or "unknown"), str(error.get("message") or "")
    return str(error), str(body.get("error_description") or "")


def _retry_after(answer: requests.Response) -> float | None:
    try:
        seconds = float(answer.headers["Retry-After"])
    except (KeyError, ValueError):
        return None
    return max(seconds, 0.0) if math.isfinite(seconds) else None


def _plain(text: str, hide: Callable[[str], str]) -> str:
    """The portal's words for people: no HTML, no secret, on one line, of bounded length."""
    words = " ".join(html.unescape(TAG.sub(" ", text)).split())
    return hide(words)[:LONGEST_DETAIL]
