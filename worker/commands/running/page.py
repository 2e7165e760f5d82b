"""Asks the HTTP port of the running worker, on this machine."""

from __future__ import annotations

import http.client
from dataclasses import dataclass
from urllib.parse import unquote

from worker.config.ledger_mark import HEADER, PLACE, is_of_another, place_of_ledger
from worker.config.settings import HttpSettings, Settings
from worker.config.settings_mark import Started, started_in
from worker.words.health import OF_ANOTHER_LEDGER
from worker.words.phrase import NOTHING, Phrase
from worker.words.printable import printable

SECONDS = 3.0
MOST_BYTES = 4_000_000
EVERYWHERE = {"0.0.0.0": "127.0.0.1", "": "127.0.0.1", "::": "::1"}  # noqa: S104 - asked on this machine


@dataclass(frozen=True, slots=True)
class Answer:
    """`of_another`: that the worker that answers works on another ledger than that of the settings, and on which.

    Empty: it is not known to. `started`: with which settings; None: it does not tell, or works on another ledger.
    """

    status: int
    body: bytes
    of_another: Phrase = NOTHING
    started: Started | None = None


def asked(settings: Settings, path: str) -> Answer:
    """What the port answers. Raises `OSError` or `HTTPException`. No proxy is asked: it is this machine."""
    address = settings.http
    connection = http.client.HTTPConnection(host_of(address), address.port, timeout=SECONDS)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        mark, place = answer.headers.get(HEADER), answer.headers.get(PLACE)
        body = answer.read(MOST_BYTES)
        if is_of_another(settings.ledger.url, mark, place):
            return Answer(answer.status, body, _differ(settings, printable(unquote(place or "?"))))
        return Answer(answer.status, body, started=started_in(dict(answer.headers.items())))
    finally:
        connection.close()


def _differ(settings: Settings, theirs: str) -> Phrase:
    ours = place_of_ledger(settings.ledger.url)
    return OF_ANOTHER_LEDGER.format(where=place_of(settings.http), theirs=theirs, ours=ours)


def host_of(address: HttpSettings) -> str:
    return EVERYWHERE.get(address.host, address.host)


def place_of(address: HttpSettings) -> str:
    """Host and port, for people."""
    host = host_of(address)
    return f"[{host}]:{address.port}" if ":" in host else f"{host}:{address.port}"
