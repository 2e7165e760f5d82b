"""What was intended, what came of it and what is still owed, on disk before it counts as true."""

from __future__ import annotations

from worker.ledger.counters import Counted
from worker.ledger.errors import LedgerError, LedgerUnavailable, NotStorable
from worker.ledger.ledger import Ledger
from worker.ledger.records import OwedSettlement, OwedSync, Row, StaleRow, SyncOwed

__all__ = [
    "Counted",
    "Ledger",
    "LedgerError",
    "LedgerUnavailable",
    "NotStorable",
    "OwedSettlement",
    "OwedSync",
    "Row",
    "StaleRow",
    "SyncOwed",
]
