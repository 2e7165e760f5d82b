"""Asks the running worker's status page for its warnings, which only that process knows."""

from __future__ import annotations

import http.client
import json
from typing import Any
from urllib.parse import urlencode

from worker.config.settings import Settings
from worker.monitoring.page_warnings import WARNINGS

SECONDS = 3.0
MOST_BYTES = 4_000_000
EVERYWHERE = {"0.0.0.0": "127.0.0.1", "": "127.0.0.1", "::": "::1"}  # noqa: S104 - asked on this machine


def warnings_of(settings: Settings) -> list[dict[str, Any]] | None:
    """The last warnings, in the log's language; None if no worker answers at its address, or the page is off."""
    host, port = settings.http.host, settings.http.port
    if not port:
        return None
    connection = http.client.HTTPConnection(EVERYWHERE.get(host, host), port, timeout=SECONDS)
    try:
        connection.request("GET", f"{WARNINGS}?{urlencode({'lang': settings.log.language})}")
        answer = connection.getresponse()
        found = json.loads(answer.read(MOST_BYTES)) if answer.status == 200 else None
    except (OSError, http.client.HTTPException, ValueError):
        return None
    finally:
        connection.close()
    return found if isinstance(found, list) and all(map(_is_warning, found)) else None


def _is_warning(one: object) -> bool:
    """Whether it looks like a warning: another program may be listening at the address."""
    return isinstance(one, dict) and {"event", "count", "last", "messages"} <= one.keys() and bool(one["messages"])
