"""Looks now and then whether waiting steps and their tasks are still there, and at what is left of others."""

from __future__ import annotations

from collections.abc import Callable

from bitrix.errors import PortalError
from worker.engine.errors import EngineError
from worker.ledger import LedgerUnavailable
from worker.runtime import clock
from worker.runtime.gate import Gates
from worker.runtime.telemetry import Telemetry
from worker.waiting.gone_steps import GoneSteps
from worker.waiting.gone_tasks import GoneTasks
from worker.waiting.remnants import Remnants


class Sweep:
    """Goes round: a side that is not well is left out."""

    def __init__(
        self, steps: GoneSteps, tasks: GoneTasks, remnants: Remnants, gates: Gates, telemetry: Telemetry
    ) -> None:
        self.steps = steps
        self.tasks = tasks
        self._remnants = remnants
        self._gates = gates
        self._telemetry = telemetry
        self.swept_at: float | None = None
        """Boot time of the last round that was gone through to its end; None before the first."""

    def one_round(self) -> None:
        """Look at all steps, at all tasks, and at what is left of others."""
        steps = self._gates.engine.is_open and self._went_through(self.steps.look)
        tasks = self._gates.portal.is_open and self._went_through(self.tasks.look)
        if steps and tasks and self._went_through(self._remnants.clear):
            self.swept_at = clock.boottime()

    def _went_through(self, look: Callable[[], None]) -> bool:
        """One part of a round; what keeps it from its end keeps no other from it, and is told."""
        try:
            look()
        except LedgerUnavailable:
            return False  # the ledger's gate tells about it
        except EngineError as error:
            self._telemetry.emit("waiting.steps_not_seen", reason=self._telemetry.words(error))
            return False
        except PortalError as error:
            self._telemetry.emit("waiting.not_seen", reason=self._telemetry.words(error))
            return False
        return True
