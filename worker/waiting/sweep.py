"""Checks at intervals whether waiting steps and their tasks still exist, and cleans up after steps that do not."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from bitrix.errors import PortalError
from worker.engine.errors import EngineError
from worker.ledger import LedgerUnavailable
from worker.runtime import clock
from worker.runtime.gate import Gates
from worker.runtime.telemetry import Telemetry
from worker.waiting.gone_steps import GoneSteps
from worker.waiting.gone_tasks import GoneTasks
from worker.waiting.kept_pauses import KeptPauses
from worker.waiting.orphans import Orphans

SOON_SECONDS = 1.0
"""Until the ledger is read again, if it could not be read at the start."""


class Sweep:
    """Runs the checks one after another, every so many `seconds`. Skips a side whose gate is closed."""

    def __init__(
        self,
        steps: GoneSteps,
        tasks: GoneTasks,
        orphans: Orphans,
        kept: KeptPauses,
        *,
        gates: Gates,
        telemetry: Telemetry,
        seconds: float,
    ) -> None:
        self.steps = steps
        self.tasks = tasks
        self._orphans = orphans
        self._kept = kept
        self._gates = gates
        self._telemetry = telemetry
        self._seconds = seconds
        self.swept_at: float | None = None
        """Boot time of the end of the last complete round; None before the first."""

    def one_round(self) -> float:
        """Check all waiting steps, the tasks whose turn it is, and the orphans. Returns seconds until the next round.

        The check of the tasks takes most of that time, as it spreads its calls. The first round, at the start, only
        reads what an earlier run has found missing.
        """
        if not self._kept.is_read:
            return self._seconds if self._went_through(self._kept.restore) else SOON_SECONDS
        began = clock.boottime()
        steps = self._gates.engine.is_open and self._went_through(self.steps.look)
        known = self.steps.known if steps else None
        tasks = self._gates.portal.is_open and self._went_through(partial(self.tasks.look, known))
        self._went_through(self._kept.keep)
        if steps and tasks and self._went_through(self._orphans.clear):
            self.swept_at = clock.boottime()
        return max(began + self._seconds - clock.boottime(), 0.0)

    def _went_through(self, look: Callable[[], None]) -> bool:
        """Run one check; True if it was complete. An error is reported, and does not stop the other checks."""
        try:
            look()
        except LedgerUnavailable:
            return False  # the ledger's gate reports it
        except EngineError as error:
            self._telemetry.emit("waiting.steps_not_seen", reason=error)
            return False
        except PortalError as error:
            self._telemetry.emit("waiting.not_seen", reason=error)
            return False
        return True
