"""The outbox of settlements: delivers outcomes again that failed at first, and those left by earlier runs."""

from __future__ import annotations

from functools import partial

from worker.engine.locks import HeldLock, LockBook
from worker.ledger import Ledger, LedgerUnavailable, OwedSettlement
from worker.outbox.afterthoughts import Afterthoughts
from worker.outbox.settler import Settler
from worker.runtime.deadlines import Deadlines
from worker.runtime.gate import Gate
from worker.runtime.threads import Threads

AT_ONCE = 64


class SettlementOutbox:
    """Has the settler deliver each due settlement in a thread of the pool. `gate`: the engine's."""

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
        """One round: deliver what is due, except for tasks in hand. Does nothing while the engine's gate is closed."""
        if not self._gate.is_open:
            return
        try:
            owed = self._ledger.settlements.due(AT_ONCE, failures_in=self._deadlines.failures_in)
        except LedgerUnavailable:
            return  # the ledger's gate reports it
        for settlement in owed:
            self._deliver(settlement)

    def _deliver(self, owed: OwedSettlement) -> None:
        if owed.inherited:  # only this query reports it, so note it even if the task is in hand
            self._settler.sends.unanswered(owed)
        lock = self._locks.reserve(owed.external_task_id)
        if lock is not None:
            self._threads.submit(partial(self._settle, lock, owed))

    def _settle(self, lock: HeldLock, owed: OwedSettlement) -> None:
        if not self._settler.sends.was_accepted(owed) and self._afterthoughts.hold_back(owed):
            self._locks.finish(lock)
        else:
            self._settler.settle(lock, owed if owed.inherited else None)
