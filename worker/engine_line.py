"""The line to the engine: one call, bounded in time and size, and what its failure means."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from json import dumps
from typing import TYPE_CHECKING, Any

import requests

from bitrix import reading, transport
from bitrix.wire import MEGABYTE
from worker.engine_answers import json_object, said
from worker.engine_errors import AnswerTooLong, EngineUnreachable, error_of

if TYPE_CHECKING:
    from worker.config import CamundaSettings

CALL_SECONDS = 20.0
"""From the send of a call to the end of its answer; of every call but the long poll."""
ONE_BYTES = 4 * MEGABYTE
"""Of an answer about one task; with it comes the trace of whatever failed in the process."""
LIST_BYTES = 16 * MEGABYTE
"""Of a page of tasks, which have no variables there."""
FETCH_BYTES = 64 * MEGABYTE
"""Of the tasks fetched at once, with their variables."""


class EngineLine:
    """Calls to one engine over pooled connections. Thread-safe; raises `EngineError` families.

    `comes_by` hears the name of each call from the thread that begins it.
    """

    def __init__(
        self,
        settings: CamundaSettings,
        headers: Mapping[str, str],
        *,
        connections: int,
        comes_by: Callable[[str], object],
    ) -> None:
        self._comes_by = comes_by
        self._base_url = settings.base_url
        # A connection that the engine closed after its 100 requests is normal, and so is a second try to connect.
        self._session = transport.session(
            user_agent=transport.USER_AGENT, max_connections=connections, ca_file=settings.ca_file, connect_again=1
        )
        self._poster = transport.Poster(self._session, headers)

    def close(self) -> None:
        """Close the pooled connections."""
        self._session.close()

    def json(
        self,
        call: str,
        method: str,
        path: str,
        body: Any = None,
        *,
        seconds: float = CALL_SECONDS,
        params: Any = None,
        most_bytes: int = ONE_BYTES,
    ) -> Any:
        """What the engine answers, decoded; no JSON is an outage."""
        answer = self.send(call, method, path, body, seconds=seconds, params=params, most_bytes=most_bytes)
        try:
            return reading.loads(answer.content)
        except reading.Unreadable as error:
            raise EngineUnreachable(call, f"{error}: {said(answer)!r}", doubtful=True) from None

    def send(
        self,
        call: str,
        method: str,
        path: str,
        body: Any = None,
        *,
        seconds: float,
        params: Any = None,
        most_bytes: int = ONE_BYTES,
    ) -> requests.Response:
        """One call; `seconds` from the send to the end of the answer, `call` names it in errors."""
        url, timeout = self._base_url + path, (min(5.0, seconds), seconds)
        self._comes_by(call)
        try:
            if method == "POST":
                answer = self._poster.post(url, dumps(body).encode(), timeout, most_bytes=most_bytes)
            else:
                answer = self._poster.get(url, params, timeout, most_bytes=most_bytes)
        except requests.ConnectTimeout:
            raise EngineUnreachable(call, "no connection: time-out", doubtful=False) from None
        except requests.RequestException as error:
            family = AnswerTooLong if transport.oversized(error) else EngineUnreachable
            raise family(call, transport.words(error), doubtful=not transport.never_sent(error)) from None
        except ValueError as error:  # a redirect to what is no address: `requests` reads it though it follows none
            raise EngineUnreachable(call, type(error).__name__, doubtful=True) from None
        if not 200 <= answer.status_code < 300:
            raise error_of(call, answer.status_code, json_object(answer), said(answer))
        return answer
