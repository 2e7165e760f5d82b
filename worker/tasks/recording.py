"""What has happened on the portal gets into the ledger and into the log."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from worker.engine.locks import LockBook
from worker.ledger import LedgerUnavailable, StaleRow
from worker.ledger.waiting import Origin
from worker.model import FetchedTask
from worker.runtime.telemetry import Telemetry
from worker.tasks.hand import TaskInHand
from worker.words.reasons import Reason

LEDGER_RETRY_SECONDS = 0.5


def until_recorded(write: Callable[[], object], stopping: Callable[[float], bool]) -> None:
    """Go on trying while the disk refuses; raises `LedgerUnavailable` at a stop.

    The row still says CREATING then: the next run looks the task up.
    """
    while True:
        try:
            write()
        except LedgerUnavailable:
            if stopping(LEDGER_RETRY_SECONDS):
                raise
        else:
            return


def tell_existence(telemetry: Telemetry, task: FetchedTask, portal_task_id: int, origin: Origin) -> None:
    """That a task was made or found; nothing of one that was known."""
    if origin != "known":
        telemetry.emit(
            "task.adopted" if origin == "adopted" else "task.created",
            task=task.id,
            portal_task=portal_task_id,
            process_instance_id=task.process_instance_id,
        )


@contextmanager
def released_where_impossible(locks: LockBook, hand: TaskInHand) -> Iterator[None]:
    """Whatever the ledger refuses to record is not done: the task comes back by fetch, and its row decides."""
    try:
        yield
    except StaleRow:
        locks.let_go(hand.lock, Reason.ROW_CHANGED)
    except LedgerUnavailable:
        locks.let_go(hand.lock, Reason.LEDGER_UNAVAILABLE)
