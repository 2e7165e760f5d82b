"""Logs rows of the portal's lists that could not be read: once each, until the row is readable or differs."""

from __future__ import annotations

from collections.abc import Iterable

from bitrix.task_states import OddRow
from worker.runtime.telemetry import Telemetry
from worker.words.reasons import Reason


class OddRows:
    """For one thread, which checks the same tasks round after round."""

    def __init__(self, telemetry: Telemetry) -> None:
        self._telemetry = telemetry
        self._told: frozenset[OddRow] = frozenset()
        self._met: set[OddRow] = set()
        self.count = 0
        """How many rows the last complete round could not read."""

    def meet(self, rows: Iterable[OddRow]) -> None:
        """Log those that are new."""
        for row in rows:
            if row not in self._told and row not in self._met:
                self._telemetry.emit("waiting.odd_row", portal_task=row.id or "-", reason=Reason(row.why))
            self._met.add(row)

    def end_round(self) -> None:
        """All tasks were checked. A row that was not met again will be logged again when it returns."""
        self.count = len(self._met)
        self._told, self._met = frozenset(self._met), set()
