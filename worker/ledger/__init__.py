"""The ledger: intents, results and outstanding requests, all on disk before anything relies on them."""

from __future__ import annotations

from worker.ledger.counters import Counted
from worker.ledger.decisions import Person
from worker.ledger.errors import LedgerError, LedgerUnavailable, LedgerUnusable, NotStorable
from worker.ledger.ledger import Ledger
from worker.ledger.records import Kept, OwedAct, OwedSettlement, OwedSync, Row, StaleRow, SyncOwed
from worker.ledger.reports import Reports

__all__ = [
    "Counted",
    "Kept",
    "Ledger",
    "LedgerError",
    "LedgerUnavailable",
    "LedgerUnusable",
    "NotStorable",
    "OwedAct",
    "OwedSettlement",
    "OwedSync",
    "Person",
    "Reports",
    "Row",
    "StaleRow",
    "SyncOwed",
]
