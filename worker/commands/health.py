"""Asks the running worker whether it is well.

A container asks every half minute: nothing is imported for it that it does not need, such as the ledger.
"""

from __future__ import annotations

import http.client
import json
from typing import Any

from worker.commands.page_asked import asked, host_of
from worker.config.settings import HttpSettings, Settings
from worker.words.health import ANOTHER, NO_ANSWER, NO_PAGE, UNWELL, WELL, why_silent
from worker.words.phrase import Phrase


def health_of(settings: Settings) -> tuple[bool, Phrase]:
    """Whether a worker at its address says that it is well (`/healthz`), and what it says. Only `http` is read.

    False also if nobody answers, if another program does, or if the page is off and the worker cannot be asked.
    """
    address = settings.http
    if not address.port:
        return False, NO_PAGE
    where = _place(address)
    try:
        status, body = asked(address, "/healthz")
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


def _place(address: HttpSettings) -> str:
    host = host_of(address)
    return f"[{host}]:{address.port}" if ":" in host else f"{host}:{address.port}"


def _checks(body: bytes) -> dict[str, Any] | None:
    """What `/healthz` of a worker answers; None if it is not that."""
    try:
        found = json.loads(body)
    except ValueError:
        return None
    return found if isinstance(found, dict) and "good" in found else None
