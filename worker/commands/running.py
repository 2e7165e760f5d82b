"""Asks the running worker, over HTTP, for what only that process knows: warnings, incidents, whether it is well."""

from __future__ import annotations

import http.client
import json
from typing import Any
from urllib.parse import urlencode

from worker.config.settings import HttpSettings, Settings
from worker.monitoring.page_incidents import AS_DATA, INCIDENTS
from worker.monitoring.page_warnings import WARNINGS
from worker.words.health import ANOTHER, NO_ANSWER, NO_PAGE, UNWELL, WELL, why_silent
from worker.words.phrase import Phrase

SECONDS = 3.0
MOST_BYTES = 4_000_000
EVERYWHERE = {"0.0.0.0": "127.0.0.1", "": "127.0.0.1", "::": "::1"}  # noqa: S104 - asked on this machine


def warnings_of(settings: Settings) -> list[dict[str, Any]] | None:
    """The last warnings, in the log's language; None if no worker answers at its address, or the page is off."""
    found = _told(settings.http, f"{WARNINGS}?{urlencode({'lang': settings.log.language})}")
    return found if isinstance(found, list) and all(map(_is_warning, found)) else None


def incidents_of(settings: Settings) -> dict[str, Any] | None:
    """The steps that need a person's decision, as the running worker knows them; None as for warnings."""
    found = _told(settings.http, INCIDENTS)
    return found if isinstance(found, dict) and found.keys() >= AS_DATA else None


def _told(address: HttpSettings, path: str) -> Any:
    """The JSON at this path; None if no worker answers with any, or the page is off."""
    if not address.port:
        return None
    try:
        status, body = _asked(address, path)
        return json.loads(body) if status == 200 else None
    except (OSError, http.client.HTTPException, ValueError):
        return None


def health_of(settings: Settings) -> tuple[bool, Phrase]:
    """Whether a worker at its address says that it is well (`/healthz`), and what it says. Only `http` is read.

    False also if nobody answers, if another program does, or if the page is off and the worker cannot be asked.
    """
    address = settings.http
    if not address.port:
        return False, NO_PAGE
    where = _place(address)
    try:
        status, body = _asked(address, "/healthz")
    except OSError as error:
        return False, NO_ANSWER.format(where=where, why=why_silent(error))
    except http.client.HTTPException:
        return False, ANOTHER.format(where=where)
    said = _checks(body)
    if said is None or status not in (200, 503):
        return False, ANOTHER.format(where=where)
    if status == 200:
        return True, WELL.format(where=where)
    wrong = "; ".join(str(reason) for name, reason in said.items() if name != "good" and reason != "ok")
    return False, UNWELL.format(where=where, why=wrong)


def _asked(address: HttpSettings, path: str) -> tuple[int, bytes]:
    """Status and body. Raises `OSError` or `HTTPException`. No proxy is asked: it is this machine."""
    connection = http.client.HTTPConnection(_host(address), address.port, timeout=SECONDS)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, answer.read(MOST_BYTES)
    finally:
        connection.close()


def _host(address: HttpSettings) -> str:
    return EVERYWHERE.get(address.host, address.host)


def _place(address: HttpSettings) -> str:
    host = _host(address)
    return f"[{host}]:{address.port}" if ":" in host else f"{host}:{address.port}"


def _checks(body: bytes) -> dict[str, Any] | None:
    """What `/healthz` of a worker answers; None if it is not that."""
    try:
        found = json.loads(body)
    except ValueError:
        return None
    return found if isinstance(found, dict) and "good" in found else None


def _is_warning(one: object) -> bool:
    """Whether it looks like a warning: another program may be listening at the address."""
    return isinstance(one, dict) and {"event", "count", "last", "messages"} <= one.keys() and bool(one["messages"])
