"""Logs in with tokens of a token server (OAuth 2 client credentials: RFC 6749, 4.4), which are renewed in time."""

from __future__ import annotations

import threading
from base64 import b64encode
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NoReturn
from urllib.parse import quote_plus, urlencode

import requests

from bitrix import diagnosis, reading, secrecy, transport
from bitrix.causes import Cause, of_status
from worker.config.engine_auth import is_token
from worker.engine import web_token
from worker.engine.answers import json_object, said
from worker.engine.errors import LoginUnavailable
from worker.engine.login import Bearer
from worker.runtime import clock
from worker.words.codes import TokenFault

if TYPE_CHECKING:
    from bitrix.proxy import Route
    from worker.config.engine_auth import OAuth2Settings

CALL = "token"
ANSWER_SECONDS = 10.0
"""For the answer of the token server, connecting included."""
MOST_BYTES = 65_536
LONGEST_LIFE = 10 * 365 * 86400
EARLY_SHARE, EARLY_SECONDS = 0.2, 60.0
"""How long before its end a token is renewed: a share of its life, but not longer than so many seconds."""
AGAIN_SECONDS = 5.0
"""Until the next try, where a token that still holds could not be renewed."""


@dataclass(frozen=True, slots=True)
class Token:
    """A token and the boot time at which it was asked for. `lasts`: seconds; None: nobody said."""

    text: str
    asked_at: float
    lasts: float | None

    def seconds_left(self) -> float | None:
        return None if self.lasts is None else self.asked_at + self.lasts - clock.boottime()

    def holds(self) -> bool:
        left = self.seconds_left()
        return left is None or left > 0

    def is_due(self) -> bool:
        """Whether to renew it now, though it may still hold."""
        left = self.seconds_left()
        return left is not None and left <= min(EARLY_SECONDS, EARLY_SHARE * (self.lasts or 0.0))


class TokenServer:
    """Asks one token server for tokens, by the engine's way: the same authorities, client certificate and proxy."""

    def __init__(self, oauth2: OAuth2Settings, route: Route) -> None:
        self._url = oauth2.token_url or ""
        self._route = route
        self._place = diagnosis.place_of(self._url)
        secret = oauth2.client_secret.get_secret_value() if oauth2.client_secret else ""
        asked = {"grant_type": "client_credentials", "scope": oauth2.scope, "audience": oauth2.audience}
        self._form = urlencode({name: value for name, value in asked.items() if value}).encode()
        pair = f"{quote_plus(oauth2.client_id or '')}:{quote_plus(secret)}"
        self._session = transport.session(
            user_agent=transport.USER_AGENT, max_connections=1, route=route, connect_again=1
        )
        headers = {
            "Authorization": "Basic " + b64encode(pair.encode()).decode(),
            "Content-Type": "application/x-www-form-urlencoded",
        }
        self._poster = transport.Poster(self._session, headers)

    def ask(self, seconds: float) -> Token:
        """A new token. Raises `LoginUnavailable` with side `token`."""
        timeout = min(seconds, ANSWER_SECONDS)
        asked_at = clock.boottime()
        try:
            answer = self._poster.post(self._url, self._form, (min(5.0, timeout), timeout), most_bytes=MOST_BYTES)
        except requests.RequestException as error:
            cause, place, file = diagnosis.diagnosed(error, self._url, self._route)
            raise LoginUnavailable(CALL, file, cause=cause, side="token").at(place) from None
        except ValueError:  # a redirect to an invalid address: `requests` parses it though it follows none
            self._fail(Cause.MOVED)
        body = json_object(answer)
        if answer.status_code != 200:
            self._fail(_cause(answer, body), answer, _words(body) or said(answer))
        if body is None:
            self._fail(Cause.TOKEN_ODD, answer, TokenFault.NO_JSON)
        return self._token_in(body, asked_at, answer)

    def close(self) -> None:
        """Close the pooled connection."""
        self._session.close()

    def _token_in(self, body: Mapping[str, Any], asked_at: float, answer: requests.Response) -> Token:
        """The answer is not quoted, whatever is wrong with it: it may hold a token in another place."""
        text, lasts = body.get("access_token"), body.get("expires_in")
        seconds = _seconds(lasts)
        if text is None:
            self._fail(Cause.TOKEN_ODD, answer, TokenFault.ABSENT)
        if not isinstance(text, str) or not is_token(text):
            self._fail(Cause.TOKEN_ODD, answer, TokenFault.UNSENDABLE)
        if str(body.get("token_type", "Bearer")).lower() != "bearer":
            self._fail(Cause.TOKEN_ODD, answer, TokenFault.OTHER_TYPE)
        if lasts is not None and seconds is None:
            self._fail(Cause.TOKEN_ODD, answer, TokenFault.ODD_LIFE)
        secrecy.keep_too(text)
        return Token(text, asked_at, seconds or web_token.life(text))

    def _fail(self, cause: Cause, answer: requests.Response | None = None, words: str = "") -> NoReturn:
        cause, words = diagnosis.of_our_files(cause, words, self._route)
        error = LoginUnavailable(CALL, words, cause=cause, side="token")
        if answer is None:
            raise error.at(self._place) from None
        raise error.at(self._place, answered=answer.status_code, size=len(answer.content))


def _seconds(lasts: object) -> float | None:
    """How long a token lasts, given as a number, or as decimal digits; None: not told, or not usable."""
    told = reading.figure(reading.whole(lasts, most=LONGEST_LIFE) if isinstance(lasts, str) else lasts)
    return told if told is not None and 1 <= told <= LONGEST_LIFE else None


def _cause(answer: requests.Response, body: Mapping[str, Any] | None) -> Cause:
    """401 and 403 refuse the client; 400 does so as JSON (RFC 6749, 5.2), while a proxy writes a page."""
    status = answer.status_code
    if status in (401, 403) or (status == 400 and body is not None):
        return Cause.TOKEN_REFUSED
    cause = of_status(status, said(answer))
    if cause is not Cause.NO_JSON:
        return cause
    return Cause.TOKEN_FAILED if status >= 500 else Cause.TOKEN_ODD


def _words(body: Mapping[str, Any] | None) -> str:
    told = [body.get(name) for name in ("error", "error_description")] if body else []
    return ": ".join(one for one in told if isinstance(one, str) and one)


class ClientCredentials(Bearer):
    """Bears a token of a token server. One thread at a time renews it; a failure counts for all who waited for it."""

    def __init__(self, server: TokenServer) -> None:
        super().__init__()
        self._server = server
        self._now: Token | None = None
        self._guard = threading.Lock()
        self._asked = 0
        self._failure: LoginUnavailable | None = None
        self._early_after = 0.0

    def close(self) -> None:
        self._server.close()

    @property
    def _header(self) -> str:
        return f"Bearer {self._now.text}" if self._now else ""

    def prepare(self, seconds: float) -> None:
        token = self._now
        if token is None or not token.holds():
            self._renew(token, seconds)
        elif token.is_due() and clock.boottime() >= self._early_after and self._guard.acquire(blocking=False):
            try:
                with suppress(LoginUnavailable):  # the token still holds: it is an outage only when it has ended
                    self._get(seconds)
            finally:
                self._guard.release()

    def renewed(self, refused: str, seconds: float) -> bool:
        token = self._now
        if token and self._header == refused:
            self._renew(token, seconds)
        return True

    def _renew(self, old: Token | None, seconds: float) -> None:
        """Replace this token, unless another thread has meanwhile replaced it, or failed to."""
        asked = self._asked
        with self._guard:
            if self._now is not old:
                return
            if self._failure and self._asked != asked:
                raise self._failure.anew()
            self._get(seconds)

    def _get(self, seconds: float) -> None:
        try:
            self._now, self._failure = self._server.ask(seconds), None
        except LoginUnavailable as error:
            self._failure = error
            self._early_after = clock.boottime() + AGAIN_SECONDS
            raise
        finally:
            self._asked += 1
