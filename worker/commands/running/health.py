"""Asks the running worker whether it is well.

A container asks every half minute: nothing is imported for it that it does not need, such as the ledger.
"""

from __future__ import annotations

import http.client
import json
from typing import Any

from worker.commands.running.page import Answer, asked, place_of
from worker.config.settings import Settings
from worker.words.health import ANOTHER, NO_ANSWER, NO_PAGE, SHARED, UNWELL, WELL, not_heard, why_silent
from worker.words.phrase import Phrase


def health_of(settings: Settings) -> tuple[bool, Phrase]:
    """Whether a worker at its address says that it is well (`/healthz`), and what it says.

    Only `http` and `ledger.url` are read. False also if nobody answers, if another program or the worker of another
    ledger does, or if the page is off and the worker cannot be asked.
    """
    if not settings.http.port:
        return False, NO_PAGE
    where = place_of(settings.http)
    try:
        answer = asked(settings, "/healthz")
    except OSError as error:
        silence = NO_ANSWER.format(where=where, why=why_silent(error))
        return False, SHARED.format(said=silence) if settings.ledger.url.startswith("postgresql") else silence
    except http.client.HTTPException:
        return False, ANOTHER.format(where=where)
    said = checks_in(answer)
    if said is None:
        return False, ANOTHER.format(where=where)
    if answer.of_another:
        return False, not_heard(answer.of_another)
    if answer.status == 200:
        return True, WELL.format(where=where)
    wrong = "; ".join(str(reason) for name, reason in said.items() if name != "good" and reason != "ok")
    return False, UNWELL.format(where=where, why=wrong)


def checks_in(answer: Answer) -> dict[str, Any] | None:
    """What `/healthz` of a worker answers; None if it is not that."""
    try:
        found = json.loads(answer.body)
    except ValueError:
        return None
    return found if answer.status in (200, 503) and isinstance(found, dict) and "good" in found else None
