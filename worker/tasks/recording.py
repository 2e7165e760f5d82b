"""Records what has happened on the portal: repeated until the ledger takes it, and logged."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import TypeVar

from worker.ledger import Ledger, LedgerUnavailable, OwedSettlement, SyncOwed
from worker.ledger.acts import Begun
from worker.runtime.telemetry import Telemetry
from worker.runtime.threads import Threads
from worker.tasks.outcomes import Fail, Perform, Settle, Wait

LEDGER_RETRY_SECONDS = 0.5
T = TypeVar("T")


class Recording:
    """Thread-safe. Every method may raise `StaleRow`, and `LedgerUnavailable` at a stop.

    The row then stays as it was, and the next run decides by it: it looks up what was begun.
    `wake_syncs` is called when a synchronisation is outstanding, to wake its outbox.
    """

    def __init__(
        self, ledger: Ledger, threads: Threads, telemetry: Telemetry, *, wake_syncs: Callable[[], None]
    ) -> None:
        self._ledger = ledger
        self._threads = threads
        self._telemetry = telemetry
        self._wake_syncs = wake_syncs
        self._unrecorded: dict[str, int] = {}

    def unrecorded(self) -> Mapping[str, int]:
        """The Bitrix24 tasks that the ledger has not taken yet, by external task."""
        return dict(self._unrecorded)

    def until_taken(self, write: Callable[[], T]) -> T:
        """What `write` returns once the ledger has taken it."""
        while True:
            try:
                return write()
            except LedgerUnavailable:
                if self._threads.stopping(LEDGER_RETRY_SECONDS):
                    raise

    def failed(self, fail: Fail) -> None:
        """Record that the create was refused. One try: without a record, the lock expires and it is fetched again."""
        self._ledger.rejected(fail.hand.task, fail.hand.row, fail.failure)

    def begun(self, perform: Perform) -> Begun:
        """Record that the Bitrix24 task exists and that its acts come first."""
        hand = perform.hand
        write = partial(self._ledger.acts.begin, hand.task, hand.row, perform.portal_task_id, origin=perform.origin)
        begun = self._record(perform, partial(write, promise=perform.promise, drafted=perform.drafted))
        self._tell_existence(perform)
        if begun.sync is SyncOwed.OWED:
            self._wake_syncs()
        return begun

    def waits(self, wait: Wait, admit: Callable[[Wait, Callable[[], None]], None]) -> None:
        """Record by `admit` that the step waits for people; it logs the task before others hear of it."""
        self._record(wait, partial(admit, wait, partial(self._tell_existence, wait)))

    def settled(self, done: Settle) -> OwedSettlement:
        """Record that the Bitrix24 task exists, and the outcome of its step, which is to be delivered now."""
        hand, row, settlement = done.hand, done.hand.row, done.settlement
        if done.origin == "known" and row is not None:
            self._record(done, partial(self._ledger.arm, hand.task, row, settlement))
        else:
            created = partial(self._ledger.created, hand.task, row, done.portal_task_id, settlement)
            self._record(done, partial(created, adopted=done.origin == "adopted", undrafted=done.undrafted))
        self._tell_existence(done)
        owner = self._ledger.owner
        ours = done.origin == "created" or (row is not None and row.owner == owner and not hand.inherited)
        return OwedSettlement(hand.task.id, owner, hand.task.worker_id, settlement, tries=0, inherited=not ours)

    def _record(self, one: Settle | Wait | Perform, write: Callable[[], T]) -> T:
        id_ = one.hand.task.id
        self._unrecorded[id_] = one.portal_task_id
        try:
            return self.until_taken(write)
        finally:
            self._unrecorded.pop(id_, None)

    def _tell_existence(self, one: Settle | Wait | Perform) -> None:
        """Log that a Bitrix24 task was created or adopted; nothing if the row had it already."""
        if one.origin != "known":
            self._telemetry.emit(
                "task.adopted" if one.origin == "adopted" else "task.created",
                task=one.hand.task.id,
                portal_task=one.portal_task_id,
                process_instance_id=one.hand.task.process_instance_id,
            )
