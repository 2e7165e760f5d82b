"""What one check of the waiting steps and their tasks can see of both sides."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Self

from bitrix.errors import PortalError
from worker.engine.errors import EngineError
from worker.ledger import LedgerUnavailable
from worker.runtime.sight import Sight
from worker.runtime.telemetry import Telemetry


def of_tasks(telemetry: Telemetry, look: str) -> Sight:
    """Of Bitrix24 tasks. `look`: which part of the worker looks, in the log."""
    return Sight(telemetry, "waiting.not_seen", "waiting.seen", each_time=True, look=look)


@dataclass(frozen=True, slots=True)
class Sights:
    """The steps at the engine and the Bitrix24 tasks, as one part of the sweep sees them."""

    steps: Sight
    tasks: Sight

    @classmethod
    def of(cls, telemetry: Telemetry, look: str) -> Self:
        """`look`: the name of that part in the log."""
        steps = Sight(telemetry, "waiting.steps_not_seen", "waiting.steps_seen", each_time=True, look=look)
        return cls(steps, of_tasks(telemetry, look))

    def complete(self, check: Callable[[], None]) -> bool:
        """Run a check; True if it was complete. An error is told, and stops no other check."""
        before = (self.steps.failures, self.tasks.failures)
        try:
            check()
        except LedgerUnavailable:
            return False  # the ledger's gate reports it
        except EngineError as error:
            self.steps.fails(error)
            return False
        except PortalError as error:
            self.tasks.fails(error)
            return False
        for sight, failures in zip((self.steps, self.tasks), before, strict=True):
            if sight.failures == failures:
                sight.works()
        return True
