"""Rows of the portal's list that could not be read, each told once until it is read again, or is odd in another way."""

from __future__ import annotations

from collections.abc import Iterable

from bitrix.lifecycle import OddRow
from worker.runtime.telemetry import Telemetry
from worker.words.reasons import Reason


class OddRows:
    """Of one thread's looks, which go round and round over the same tasks."""

    def __init__(self, telemetry: Telemetry) -> None:
        self._telemetry = telemetry
        self._told: frozenset[OddRow] = frozenset()
        self._met: set[OddRow] = set()
        self.count = 0
        """Of the last whole round."""

    def meet(self, rows: Iterable[OddRow]) -> None:
        """Tell of those that are new."""
        for row in rows:
            if row not in self._told and row not in self._met:
                self._telemetry.emit("waiting.odd_row", portal_task=row.id or "-", reason=Reason(row.why))
            self._met.add(row)

    def end_round(self) -> None:
        """All tasks were looked at: what was not met again is told anew when it comes back."""
        self.count = len(self._met)
        self._told, self._met = frozenset(self._met), set()
