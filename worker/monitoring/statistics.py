"""The ledger's counters as `status`, the log and the metrics show them."""

from __future__ import annotations

from collections.abc import Mapping

from worker.ledger import Counted, Ledger, LedgerUnavailable
from worker.monitoring.rates import Rates
from worker.runtime.telemetry import Telemetry

RATE = "sync_success_rate"


def with_rate(counters: Mapping[str, int]) -> dict[str, int | float]:
    """All counters by their names, 0 if nothing was counted, and the success rate of synchronisations.

    The rate is the percentage of sent among sent and failed ones; 0 if there were none.
    """
    known = {name.value: counters.get(name, 0) for name in Counted}
    sent, failed = known[Counted.SYNC_REQUESTS_SENT], known[Counted.SYNC_REQUESTS_FAILED]
    return known | {RATE: round(100.0 * sent / (sent + failed), 2) if sent + failed else 0.0}


class Statistics:
    """Reads the counters now and at each `tell`, logs them if they have changed, and samples them for `rates`."""

    def __init__(self, ledger: Ledger, telemetry: Telemetry) -> None:
        self._ledger = ledger
        self._telemetry = telemetry
        self._told: dict[str, int | float] = {}
        self.rates = Rates()
        self._sample()

    def tell(self) -> None:
        """Log the counters if they have changed since they were last logged."""
        now = self._sample()
        if now and now != self._told:
            self._told = now
            self._telemetry.emit("statistics", **now)

    def _sample(self) -> dict[str, int | float] | None:
        try:
            now = with_rate(self._ledger.counters())
        except LedgerUnavailable:
            return None  # the ledger's gate reports it
        self.rates.sample(now)
        return now
