"""Tells an outage of the portal from an error in one task: calls that send nothing refusable must work."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace

from bitrix.errors import Doubtful, NotExecuted, PortalError
from bitrix.tasks import Tasks
from worker.tasks.hand import TaskInHand
from worker.tasks.outcomes import Hold

NEUTRAL_CALLS = 3
UNANSWERED_READS = 3
"""So often a task is read for without an answer, the portal being well after each, until that is the task's own fault.

Each is a whole series of calls: a portal that is slow for a moment answers the neutral calls of the next one.
"""


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


def held_unread(hand: TaskInHand, error: Exception, tasks: Tasks) -> Hold | None:
    """Hold a task for which something could not be read, to read it again. None: that is the task's own fault."""
    if isinstance(error, NotExecuted) or not portal_is_well(tasks):
        return Hold(hand, error)
    if isinstance(error, Doubtful) and hand.unanswered + 1 < UNANSWERED_READS:
        return Hold(replace(hand, unanswered=hand.unanswered + 1), error)
    return None
