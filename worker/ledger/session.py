"""What all parts of the ledger share during one run."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from worker.ledger.leases import WorkerLeases
from worker.ledger.store import Store


@dataclass(frozen=True, slots=True)
class LedgerSession:
    """`owner` identifies the run in the rows it changes; `now` gives the ledger's time in seconds since the epoch.

    `sync_enabled` False: no synchronisation is ever recorded. `number_shared` is called with a Bitrix24 task number and
    two external task ids when a task is recorded for one external task while the row of another already has it.
    """

    store: Store
    leases: WorkerLeases
    owner: str
    now: Callable[[], float]
    sync_enabled: bool
    number_shared: Callable[[int, str, str], object]
