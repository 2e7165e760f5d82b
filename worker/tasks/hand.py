"""A task in hand, and one create of it."""

from __future__ import annotations

from dataclasses import dataclass

from worker.engine.locks import HeldLock
from worker.ledger import Row
from worker.model import FetchedTask, TaskDraft


@dataclass(frozen=True, slots=True, eq=False)
class TaskInHand:
    """A task that we work on: what the engine handed out, the lock under which we may act, and what is known of it.

    `row`: the ledger's, as it was read or written last; None: it has none. `found`: the Bitrix24 task that a look-up
    has found; None: proven absent, or the row needs no look-up. `draft`: the newest that was made for its create.
    `cleared`: no create of its row is under way any more, and it was looked up since. `surely_first`: nobody, not even
    an earlier run of ours, can have had it before (P1).
    """

    task: FetchedTask
    lock: HeldLock
    row: Row | None = None
    found: int | None = None
    draft: TaskDraft | None = None
    cleared: bool = False
    surely_first: bool = False


@dataclass(frozen=True, slots=True)
class Attempt:
    """One create of a task in hand, whose `row` is on the disk.

    `sent_at`: boot time of the moment when the send began.
    """

    hand: TaskInHand
    row: Row
    draft: TaskDraft
    sent_at: float = 0.0
