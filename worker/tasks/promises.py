"""Decides what a step whose Bitrix24 task exists waits for: what the task was created for counts as much as today."""

from __future__ import annotations

from worker.model import Promise
from worker.tasks.asked_before import AskedBefore


def begun_for(before: AskedBefore) -> Promise | None:
    """What the portal says a task was created for.

    None: it expects no answer, and only the configuration says whether somebody must close it.
    """
    return Promise.ANSWER if before is AskedBefore.YES else None


def promised(begun: Promise | None, today: Promise) -> Promise:
    """The greater of what the task was created for, if that is known, and what the configuration says today."""
    return today if begun is None else max(begun, today)
