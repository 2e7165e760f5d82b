"""Tells an outage of the portal from an error in one task: calls that send nothing refusable must work."""

from __future__ import annotations

from contextlib import suppress

from bitrix.errors import PortalError
from bitrix.tasks import Tasks

NEUTRAL_CALLS = 3


def portal_is_well(tasks: Tasks) -> bool:
    """Whether neutral calls work right now. If not, a bad answer is an outage, not an error in the task.

    All of `NEUTRAL_CALLS` must succeed at the first try: if one call in three fails, the portal as a whole has a
    problem.
    """
    if all(tasks.answers() for _ in range(NEUTRAL_CALLS)):
        return True
    with suppress(PortalError):
        tasks.profile()  # the client reports how it ends, so that an outage closes the gate
    return False
