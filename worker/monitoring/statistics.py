"""The counters as people and other programs see them."""

from __future__ import annotations

from collections.abc import Mapping

from worker.ledger import Ledger, LedgerUnavailable
from worker.monitoring.rates import Rates
from worker.runtime.telemetry import Telemetry

NAMES = (
    "tasks_fetched",
    "tasks_created",
    "tasks_adopted",
    "tasks_completed",
    "tasks_failed",
    "tasks_gone",
    "markers_dropped",
    "sync_requests_sent",
    "sync_requests_failed",
    "sync_requests_skipped",
)


def figures(counters: Mapping[str, int]) -> dict[str, int | float]:
    """All statistics by their fixed names; those never counted are 0."""
    sent, failed = counters.get("sync_requests_sent", 0), counters.get("sync_requests_failed", 0)
    rate = round(100.0 * sent / (sent + failed), 2) if sent + failed else 0.0
    return {name: counters.get(name, 0) for name in NAMES} | {"sync_success_rate": rate}


class Statistics:
    """Reads the counters now, and whenever they are told: to the log where something changed, and to `rates`."""

    def __init__(self, ledger: Ledger, telemetry: Telemetry) -> None:
        self._ledger = ledger
        self._telemetry = telemetry
        self._told: dict[str, int | float] = {}
        self.rates = Rates()
        self._sample()

    def tell(self) -> None:
        """Log the counters if they have changed since they were last told."""
        now = self._sample()
        if now and now != self._told:
            self._told = now
            self._telemetry.emit("statistics", **now)

    def _sample(self) -> dict[str, int | float] | None:
        try:
            now = figures(self._ledger.counters())
        except LedgerUnavailable:
            return None  # the ledger's gate tells about it
        self.rates.sample(now)
        return now
