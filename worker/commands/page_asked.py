"""Asks the HTTP port of the running worker, on this machine."""

from __future__ import annotations

import http.client
from dataclasses import dataclass
from urllib.parse import unquote

from worker.config.ledger_mark import HEADER, PLACE, mark_of
from worker.config.settings import HttpSettings, Settings
from worker.words.printable import printable

SECONDS = 3.0
MOST_BYTES = 4_000_000
EVERYWHERE = {"0.0.0.0": "127.0.0.1", "": "127.0.0.1", "::": "::1"}  # noqa: S104 - asked on this machine


@dataclass(frozen=True, slots=True)
class Answer:
    """`another`: where the other ledger is on which the worker that answers works; None: it is not known to be another.

    Empty: it is another, but the worker does not say which.
    """

    status: int
    body: bytes
    another: str | None = None

    @property
    def of_another(self) -> bool:
        """Whether the worker that answers is known to work on another ledger than that of the settings."""
        return self.another is not None


def asked(settings: Settings, path: str) -> Answer:
    """What the port answers. Raises `OSError` or `HTTPException`. No proxy is asked: it is this machine."""
    address, ours = settings.http, mark_of(settings.ledger.url)
    connection = http.client.HTTPConnection(host_of(address), address.port, timeout=SECONDS)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        theirs = answer.headers.get(HEADER)
        differs = None not in (ours, theirs) and ours != theirs
        place = unquote(answer.headers.get(PLACE, ""))
        return Answer(answer.status, answer.read(MOST_BYTES), printable(place) if differs else None)
    finally:
        connection.close()


def host_of(address: HttpSettings) -> str:
    return EVERYWHERE.get(address.host, address.host)


def place_of(address: HttpSettings) -> str:
    """Host and port, for people."""
    host = host_of(address)
    return f"[{host}]:{address.port}" if ":" in host else f"{host}:{address.port}"
