"""Failures of tasks by a fault of their own: one try less, at none an incident."""

from __future__ import annotations

from worker.outbox.retries import RetryPlan
from worker.runtime.telemetry import Telemetry
from worker.tasks.hand import TaskInHand
from worker.tasks.outcomes import Fail
from worker.words.faults import fault_text

LONGEST_WORDS = 300  # in an incident's message, which the engine cuts at 666 letters


class Failures:
    """Makes them, in the language of the log."""

    def __init__(self, retries: RetryPlan, telemetry: Telemetry) -> None:
        self._retries = retries
        self._telemetry = telemetry

    def named_text(self, hand: TaskInHand, name: str, **facts: object) -> str:
        """A text of the catalogue."""
        return self._telemetry.words(fault_text(name, topic=hand.task.topic, **facts))

    def named_failure(self, hand: TaskInHand, name: str, *, details: str = "", **facts: object) -> Fail:
        """One of the catalogue."""
        return self.of(hand, self.named_text(hand, name, **facts), details)

    def of(self, hand: TaskInHand, said: object, details: str = "", *, final: bool = False) -> Fail:
        """One of an error or a text; `details` empty: the same. `final`: trying again cannot help."""
        task, message = hand.task, self._telemetry.words(said)
        return Fail(hand, self._retries.failure(task.topic, task.retries, message, details or message, final=final))
