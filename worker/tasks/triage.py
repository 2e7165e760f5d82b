"""Sorts tasks just fetched: some begin at once, the others are first looked up on the portal."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

from bitrix.errors import PortalError
from worker.engine.locks import LockBook
from worker.ledger import LedgerUnavailable
from worker.model import FetchedTask, Stage
from worker.runtime.threads import Threads
from worker.tasks.desk import Desk
from worker.tasks.hand import TaskInHand
from worker.tasks.lookup import Lookup, batches
from worker.tasks.patience import Patience
from worker.words.phrase import Phrase


class Triage:
    """Passes each task to the desk in a thread of the pool. One look-up serves as many as fit into one call."""

    def __init__(
        self,
        lookup: Lookup,
        desk: Desk,
        locks: LockBook,
        patience: Patience,
        threads: Threads,
        *,
        look_at: Callable[[Sequence[FetchedTask]], None] = lambda _: None,
    ) -> None:
        self._lookup = lookup
        self._desk = desk
        self._locks = locks
        self._patience = patience
        self._threads = threads
        self._look_at = look_at

    def dispatch(self, hands: Sequence[TaskInHand]) -> None:
        """Return at once. Their steps are also given to `look_at`, which must not block either."""
        self._look_at([hand.task for hand in hands])
        unclear = []
        for hand in hands:
            if _needs_look_up(hand):
                unclear.append(hand)
            else:
                self._threads.submit(partial(self._desk.begin, hand))
        for batch in batches(unclear):
            self._threads.submit(partial(self._look_up, batch))

    def refuse(self, hand: TaskInHand, what: Phrase) -> None:
        """Pass on a task whose fetch answer could not be read, to be failed."""
        self._threads.submit(partial(self._desk.refuse, hand, what))

    def _look_up(self, hands: Sequence[TaskInHand], since: float | None = None) -> None:
        """`since`: the ledger's time of the first try; None: now. A repeat keeps it (`Lookup.find`)."""
        since = self._lookup.now() if since is None else since
        try:
            found = self._lookup.find([hand.task for hand in hands], since=since)
        except PortalError as error:
            self._patience.hold(hands, partial(self._look_up, since=since), error)
        except LedgerUnavailable as error:
            for hand in hands:
                self._locks.give_back(hand.lock, error)
        else:
            for hand in hands:
                self._threads.submit(partial(self._desk.begin, replace(hand, found=found.get(hand.task.id))))


def _needs_look_up(hand: TaskInHand) -> bool:
    """Whether only the portal knows if a Bitrix24 task exists."""
    row = hand.row
    if row is None:
        return not hand.surely_first
    return row.stage is not Stage.CREATING and row.portal_task_id is None
