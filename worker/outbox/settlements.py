"""The outbox of settlements: what the engine could not be told at once, and what earlier runs have left."""

from __future__ import annotations

from functools import partial

from worker.engine.locks import HeldLock, LockBook
from worker.ledger import Ledger, LedgerUnavailable, OwedSettlement
from worker.outbox.afterthoughts import Afterthoughts
from worker.outbox.settler import Settler
from worker.runtime import clock
from worker.runtime.deadlines import Deadlines
from worker.runtime.gate import Gate
from worker.runtime.threads import Threads

AT_ONCE = 64


class SettlementOutbox:
    """Lets the settler deliver what is due, each in a thread of the pool. `gate`: the engine's."""

    def __init__(
        self,
        *,
        ledger: Ledger,
        locks: LockBook,
        settler: Settler,
        afterthoughts: Afterthoughts,
        gate: Gate,
        deadlines: Deadlines,
        threads: Threads,
    ) -> None:
        self._ledger = ledger
        self._locks = locks
        self._settler = settler
        self._afterthoughts = afterthoughts
        self._gate = gate
        self._deadlines = deadlines
        self._threads = threads

    def deliver_due(self) -> None:
        """One round."""
        if not self._gate.is_open:
            return
        try:
            owed = self._ledger.settlements.due(AT_ONCE, failures=clock.boottime() >= self._deadlines.failures_from)
        except LedgerUnavailable:
            return  # the ledger's gate tells about it
        for settlement in owed:
            self._deliver(settlement)

    def _deliver(self, owed: OwedSettlement) -> None:
        if owed.inherited:  # nobody tells us again, should the task be in hand now
            self._settler.unanswered(owed)
        lock = self._locks.reserve(owed.external_task_id)
        if lock is not None:
            self._threads.submit(partial(self._settle, lock, owed))

    def _settle(self, lock: HeldLock, owed: OwedSettlement) -> None:
        if self._afterthoughts.hold_back(owed):
            self._locks.finish(lock)
        else:
            self._settler.settle(lock, owed if owed.inherited else None)
