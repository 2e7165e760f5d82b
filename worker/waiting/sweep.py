"""Checks at intervals whether waiting steps and their tasks still exist, and cleans up after steps that do not."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from worker.ledger import LedgerUnavailable
from worker.runtime import clock
from worker.runtime.gate import Gates
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
        seconds: float,
    ) -> None:
        self.steps = steps
        self.tasks = tasks
        self._orphans = orphans
        self._kept = kept
        self._gates = gates
        self._seconds = seconds
        self.swept_at: float | None = None
        """Boot time of the end of the last complete round; None before the first."""

    def one_round(self) -> float:
        """Check all waiting steps, the tasks whose turn it is, and the orphans. Returns seconds until the next round.

        The check of the tasks takes most of that time, as it spreads its calls. The first round, at the start, only
        reads what an earlier run has found missing.
        """
        if not self._kept.is_read:
            return self._seconds if _recorded(self._kept.restore) else SOON_SECONDS
        began = clock.boottime()
        steps = self._gates.engine.is_open and self.steps.sights.complete(self.steps.look)
        known = self.steps.known if steps else None
        tasks = self._gates.portal.is_open and self.tasks.sights.complete(partial(self.tasks.look, known))
        _recorded(self._kept.keep)
        if steps and tasks and self._orphans.sights.complete(self._orphans.clear):
            self.swept_at = clock.boottime()
        return max(began + self._seconds - clock.boottime(), 0.0)


def _recorded(write: Callable[[], None]) -> bool:
    """Whether the ledger took part; its gate reports it if not."""
    try:
        write()
    except LedgerUnavailable:
        return False
    return True
