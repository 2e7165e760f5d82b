"""One run of the program at its ledger: what every part of the ledger writes with, and under which name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from worker.ledger.leases import WorkerLeases
from worker.ledger.store import Store


@dataclass(frozen=True, slots=True)
class LedgerSession:
    """`owner` names the run in the rows that it changes; `now` tells the ledger's time, in seconds since the epoch.

    `sync_enabled` False: nothing is ever owed to the portal's module. `number_shared` hears of a Bitrix24 task that is
    recorded for one external task while another's row has it: its number, then the two.
    """

    store: Store
    leases: WorkerLeases
    owner: str
    now: Callable[[], float]
    sync_enabled: bool
    number_shared: Callable[[int, str, str], None]
