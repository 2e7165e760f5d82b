"""Makes failures for errors in the task itself. Each costs one retry; with none left it is an incident."""

from __future__ import annotations

from worker.outbox.retries import RetryPlan
from worker.runtime.telemetry import Telemetry
from worker.tasks.hand import TaskInHand
from worker.tasks.outcomes import Fail
from worker.words.faults import fault_text

LONGEST_WORDS = 300  # of a quotation: the engine's column for the message holds 666 characters


class Failures:
    """Makes failures in the language of the log."""

    def __init__(self, retries: RetryPlan, telemetry: Telemetry) -> None:
        self._retries = retries
        self._telemetry = telemetry

    def named_text(self, hand: TaskInHand, name: str, **facts: object) -> str:
        """The catalogue's text of this name."""
        return self._telemetry.words(fault_text(name, topic=hand.task.topic, **facts))

    def named_failure(self, hand: TaskInHand, name: str, *, details: str = "", **facts: object) -> Fail:
        """A failure with the catalogue's text of this name."""
        return self.of(hand, self.named_text(hand, name, **facts), details)

    def of(self, hand: TaskInHand, said: object, details: str = "", *, final: bool = False) -> Fail:
        """A failure from an error or a text. `details` empty: the message again. `final`: a retry cannot help."""
        task, message = hand.task, self._telemetry.words(said)
        return Fail(hand, self._retries.failure(task.topic, task.retries, message, details or message, final=final))
