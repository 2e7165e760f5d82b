"""Makes failures for errors in the task itself. Each costs one retry; with none left it is an incident."""

from __future__ import annotations

from collections.abc import Collection

from worker.model import FetchedTask
from worker.outbox.retries import RetryPlan
from worker.runtime.telemetry import Telemetry
from worker.tasks.hand import TaskInHand
from worker.tasks.outcomes import Fail
from worker.words.faults import fault_text

LONGEST_WORDS = 300  # of a quotation: the engine's column for the message holds 666 characters


class Failures:
    """Makes failures in the language of the log.

    `go_on`: the topics whose steps go on without what cannot be added to their tasks.
    """

    def __init__(self, retries: RetryPlan, telemetry: Telemetry, go_on: Collection[str] = ()) -> None:
        self._retries = retries
        self._telemetry = telemetry
        self._go_on = go_on

    def go_on(self, task: FetchedTask) -> bool:
        """Whether the step goes on without what cannot be added to its task; otherwise that is a failure."""
        return task.topic in self._go_on

    def named_text(self, hand: TaskInHand, name: str, **facts: object) -> str:
        """The catalogue's text of this name."""
        return self._telemetry.words(fault_text(name, topic=hand.task.topic, **facts))

    def named_failure(self, hand: TaskInHand, name: str, *, details: str = "", **facts: object) -> Fail:
        """A failure with the catalogue's text of this name."""
        return self.of(hand, self.named_text(hand, name, **facts), details)

    def of(self, hand: TaskInHand, said: object, details: str = "", *, final: bool = False) -> Fail:
        """A failure from an error or a text. `details`: what more is known. `final`: a retry cannot help."""
        task, message = hand.task, self._telemetry.words(said)
        return Fail(hand, self._retries.failure(task.topic, task.retries, message, details, final=final))
