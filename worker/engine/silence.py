"""How long a thread may be silent before it counts as one that hangs."""

from __future__ import annotations

from worker.config.settings import Settings
from worker.engine.client import POLL_SLACK_SECONDS
from worker.engine.line import CALL_SECONDS

STEP_SLACK_SECONDS = 60.0
"""For the steps between two calls: the ledger's, and a template's."""


def step_seconds(settings: Settings) -> float:
    """Longer than any thread may be silent: the longest call, once more for what it may wait for, and some slack."""
    portal = settings.bitrix.request_timeout
    engine = max(CALL_SECONDS, settings.camunda.long_poll_seconds + POLL_SLACK_SECONDS)
    return 2 * max(portal, engine) + STEP_SLACK_SECONDS
