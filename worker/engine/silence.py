"""How long a thread may send no sign of life before it counts as stuck."""

from __future__ import annotations

from worker.config.settings import Settings
from worker.engine.client import POLL_SLACK_SECONDS
from worker.engine.line import CALL_SECONDS

STEP_SLACK_SECONDS = 60.0
"""For the work between two calls, such as ledger transactions and templates."""


def step_seconds(settings: Settings) -> float:
    """The limit in seconds: twice the longest call (its own time, and a call it may wait for), plus some slack."""
    portal = settings.bitrix.request_timeout
    engine = max(CALL_SECONDS, settings.camunda.long_poll_seconds + POLL_SLACK_SECONDS)
    return 2 * max(portal, engine) + STEP_SLACK_SECONDS
