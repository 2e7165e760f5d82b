"""One call to the engine, bounded in time and size, and the error its failure stands for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from json import dumps
from typing import TYPE_CHECKING, Any, TypeVar

import requests

from bitrix import diagnosis, reading, transport
from bitrix.causes import Cause
from bitrix.retrying import read_series
from bitrix.wire import MEGABYTE
from worker.engine.answers import json_object, said
from worker.engine.errors import AnswerTooLong, EngineError, EngineUnreachable, LoginUnavailable, error_of
from worker.engine.login import AUTHORIZATION
from worker.engine.way_in import login_of

if TYPE_CHECKING:
    from worker.config.settings import CamundaSettings

CALL_SECONDS = 20.0
"""The time-out of every call but the long poll, from its sending to the end of its answer."""
PERSON_SECONDS = 4.0
"""Of a call that a person waits for: tried once."""
LEAST_LEFT_SECONDS = 0.1
PAGE = 500
"""The rows of a list that one call asks for."""
ONE_BYTES = 4 * MEGABYTE
"""The limit of an answer about one task, which may contain the stack trace of a failure in the process."""
LIST_BYTES = 16 * MEGABYTE
"""The limit of a page of tasks, listed without variables."""
FETCH_BYTES = 64 * MEGABYTE
"""The limit of one fetch, with all variables."""
WHOLE_BYTES = 16 * MEGABYTE
"""The limit of one fetch if it asks for variables that no topic needs: these are expected to be small."""
PIECE = 196_608
"""Bytes of a binary answer that are read at once."""
ANY_TYPE = "application/octet-stream"
"""The type of a file without a known type."""
LEAST_SECONDS = 5.0
"""A failed call with less time (at a stop, or for a scrape) says nothing about the engine."""
REFUSED_LOGIN = 401
FETCH = "fetchAndLock"
READS = frozenset({"external-task"})
"""POST calls that change nothing."""
Heard = Callable[[str, EngineError | None], None]


T = TypeVar("T")


def is_file(headers: Mapping[str, str], mime_type: str) -> bool:
    """Whether these are the headers of a file's content.

    The engine answers with the file's own type, or with the general one. It also names the file, but the server drops
    that header if the name has other letters than Latin ones (seen on Camunda 7.24 and Operaton).
    """
    told = headers.get("Content-Type", "").partition(";")[0].strip().lower()
    own = mime_type.partition(";")[0].strip().lower()
    return told in (own, ANY_TYPE) or headers.get("Content-Disposition", "").lower().startswith("attachment")


def _as_it_is(answer: Any) -> Any:
    return answer


def _login_in(answer: requests.Response) -> str:
    return str(answer.request.headers.get(AUTHORIZATION, "")) if answer.request else ""


def _deaf(_call: str, _error: EngineError | None) -> None:
    """Ignore how the call ended."""


def _passing(error: BaseException) -> bool:
    """Whether an immediate retry may succeed. A restarting server answers 404; a redirect will not go away."""
    if not isinstance(error, EngineUnreachable) or isinstance(error, AnswerTooLong | LoginUnavailable):
        return False
    return error.status is None or error.status == 404 or error.status >= 500


READ_SERIES = read_series(_passing)


class EngineLine:
    """Calls to one engine over pooled connections. Thread-safe; raises the families of `EngineError`.

    `comes_by` is called with the name of each call, in the thread that begins it. `on_end` is called with how it ended
    (None: the engine has answered), for a call that only reads once after its series of attempts. Calls with less than
    `LEAST_SECONDS` are not reported to it.
    """

    def __init__(
        self,
        settings: CamundaSettings,
        headers: Mapping[str, str],
        *,
        connections: int,
        comes_by: Callable[[str], object],
        on_end: Heard,
    ) -> None:
        self._comes_by = comes_by
        self._on_end = on_end
        self._base_url = settings.base_url
        self._route = settings.route
        self._place = diagnosis.place_of(settings.base_url)
        # The engine closes each connection after 100 requests: that is normal, and so is connecting a second time.
        self._session = transport.session(
            user_agent=transport.USER_AGENT,
            max_connections=connections,
            route=settings.route,
            connect_again=1,
        )
        self._login = login_of(settings)
        self._poster = transport.Poster(self._session, headers, auth=self._login)

    @property
    def names_engine(self) -> bool:
        """Whether the address names one of several engines."""
        return "/engine/" in self._base_url

    def close(self) -> None:
        """Close the pooled connections."""
        self._session.close()
        self._login.close()

    def json(
        self,
        call: str,
        path: str,
        *,
        body: Any = None,
        read: Callable[[Any], T] = _as_it_is,
        seconds: float = CALL_SECONDS,
        params: Any = None,
        most_bytes: int = ONE_BYTES,
    ) -> T:
        """What `read` makes of the answer to a POST of `body`, or to a GET without one. `seconds`: as in `send`.

        A call that only reads is repeated in a short series. Raises `EngineUnreachable` if the answer is not JSON, or
        if `read` rejects it.
        """
        with self._told(call, seconds):
            answer = self._sent(call, path, body, seconds=seconds, params=params, most_bytes=most_bytes)
            try:
                return read(reading.loads(answer.content))
            except reading.Unreadable:
                error = EngineUnreachable(call, said(answer), doubtful=True, cause=Cause.NO_JSON)
                raise self._answered(error, answer) from None

    def send(self, call: str, path: str, *, seconds: float, body: Any = None) -> requests.Response:
        """One call whose answer is not needed; `seconds`: its time-out, from the sending to the end of the answer."""
        with self._told(call, seconds):
            return self._sent(call, path, body, seconds=seconds, params=None, most_bytes=ONE_BYTES)

    def content(
        self,
        call: str,
        path: str,
        read: Callable[[Iterator[bytes]], T],
        *,
        mime_type: str,
        seconds: float,
        most_bytes: int,
    ) -> T:
        """What `read` makes of the pieces of a file's content; each attempt calls it anew.

        `mime_type`: of the file. Raises `AnswerTooLong` if the answer has more than `most_bytes`, and
        `EngineUnreachable` if something else than the file was answered, such as a proxy's page.
        """

        def once() -> T:
            with self._failing(call):
                answer = self._get(call, path, None, seconds=seconds, most_bytes=most_bytes, stream=True)
                with answer:
                    if not is_file(answer.headers, mime_type):
                        raise EngineUnreachable(call, "", doubtful=True, cause=Cause.NO_FILE).at(
                            self._place, answered=answer.status_code
                        )
                    return read(answer.iter_content(PIECE))

        with self._told(call, seconds):
            return READ_SERIES.copy()(once)

    @contextmanager
    def _told(self, call: str, seconds: float) -> Iterator[None]:
        ear = self._on_end if seconds >= LEAST_SECONDS else _deaf
        try:
            yield
        except EngineError as error:
            ear(call, error)
            raise
        ear(call, None)

    def _sent(self, call: str, path: str, body: Any, *, seconds: float, **rest: Any) -> requests.Response:
        once = partial(self._send, call, path, body, seconds=seconds, **rest)
        repeated = seconds >= LEAST_SECONDS and (body is None or call in READS)
        return READ_SERIES.copy()(once) if repeated else once()

    def _send(
        self, call: str, path: str, body: Any, *, seconds: float, params: Any, most_bytes: int
    ) -> requests.Response:
        with self._failing(call):
            if body is None:
                return self._get(call, path, params, seconds=seconds, most_bytes=most_bytes)
            self._comes_by(call)
            url, timeout = self._base_url + path, (min(5.0, seconds), seconds)
            data = dumps(body).encode()
            return self._good(
                call, self._logged_in(lambda: self._poster.post(url, data, timeout, most_bytes=most_bytes), seconds)
            )

    def _get(self, call: str, path: str, params: Any, *, seconds: float, **rest: Any) -> requests.Response:
        self._comes_by(call)
        url, timeout = self._base_url + path, (min(5.0, seconds), seconds)
        return self._good(call, self._logged_in(lambda: self._poster.get(url, params, timeout, **rest), seconds))

    def _logged_in(self, exchange: Callable[[], requests.Response], seconds: float) -> requests.Response:
        """The answer. If the engine refuses the login and there is a new one, the answer to a second request.

        A request with a refused login was not executed, so every call may be repeated after it.
        """
        self._login.prepare(seconds)
        answer = exchange()
        if answer.status_code == REFUSED_LOGIN and self._login.renewed(_login_in(answer), seconds):
            answer.close()
            answer = exchange()
        return answer

    @contextmanager
    def _failing(self, call: str) -> Iterator[None]:
        """Turn what the transport raises into the error of this call."""
        try:
            yield
        except requests.RequestException as error:
            cause, place, file = diagnosis.diagnosed(error, self._base_url, self._route)
            family = AnswerTooLong if transport.oversized(error) else EngineUnreachable
            raise family(call, file, doubtful=not transport.never_sent(error), cause=cause).at(place) from None
        except ValueError:  # a redirect to an invalid address: `requests` parses it though it follows none
            raise EngineUnreachable(call, "", doubtful=True, cause=Cause.MOVED).at(self._place) from None

    def _good(self, call: str, answer: requests.Response) -> requests.Response:
        if not 200 <= answer.status_code < 300:
            error = error_of(call, answer.status_code, json_object(answer), said(answer), self._login.refusal)
            raise self._answered(error, answer)
        return answer

    def _answered(self, error: EngineError, answer: requests.Response) -> EngineError:
        error.cause, error.reason = diagnosis.of_our_files(error.cause, error.reason, self._route)
        size, sent = len(answer.content), transport.sent_bytes(answer)
        return error.at(self._place, answered=answer.status_code, size=size, sent=sent)
