"""When an external task was created: relative deadlines count from then, so that a retry gives the same date."""

from __future__ import annotations

from datetime import UTC, datetime

from worker.ledger import Ledger
from worker.model import FetchedTask


class Ages:
    """The creation times of external tasks."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def born(self, task: FetchedTask) -> datetime:
        """The creation time by the engine's clock. If the engine sends none: that of the ledger's row, or now.

        Without a row nothing has been sent, so a later "now" contradicts nothing. Raises `LedgerUnavailable`.
        """
        if task.create_time is not None:
            return task.create_time
        row = self._ledger.known([task.id]).get(task.id)
        return datetime.fromtimestamp(row.created_at if row else self._ledger.now(), UTC)
