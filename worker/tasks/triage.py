"""What was just handed out: some may begin at once, of the others only the portal knows whether they have a task."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial

from bitrix.errors import PortalError
from worker.engine.locks import LockBook
from worker.ledger import LedgerUnavailable, Row
from worker.model import Stage
from worker.tasks.hand import InHand
from worker.tasks.handler import Handler
from worker.tasks.lookup import Lookup
from worker.tasks.patience import Patience

Rows = Mapping[str, Row]


class Triage:
    """Sends each task on its way, on a thread of the pool. One look-up serves all that need one."""

    def __init__(
        self,
        lookup: Lookup,
        handler: Handler,
        locks: LockBook,
        patience: Patience,
        submit: Callable[[Callable[[], None]], object],
    ) -> None:
        self._lookup = lookup
        self._handler = handler
        self._locks = locks
        self._patience = patience
        self._submit = submit

    def dispatch(self, hands: Sequence[InHand], rows: Rows) -> None:
        """`rows`: what the ledger knows of them, by external task id."""
        unclear = []
        for hand in hands:
            row = rows.get(hand.task.id)
            if (row is None and hand.surely_first) or not _needs_look_up(row):
                self._submit(partial(self._handler.begin, hand, row, None))
            else:
                unclear.append(hand)
        if unclear:
            self._submit(partial(self._look_up, unclear, rows))

    def refuse(self, hand: InHand, row: Row | None, what: str) -> None:
        """One that cannot be read is an incident."""
        self._submit(partial(self._handler.refuse, hand, row, what))

    def _look_up(self, hands: Sequence[InHand], rows: Rows, since: float | None = None) -> None:
        """`since`: the ledger's time of the first look: a list that is behind must come to what was made after it."""
        since = self._lookup.now() if since is None else since
        try:
            found = self._lookup.find([hand.task for hand in hands], since=since)
        except PortalError as error:
            self._patience.hold(hands, lambda left: self._look_up(left, rows, since), error)
        except LedgerUnavailable as error:
            for hand in hands:
                self._locks.give_back(hand.lock, error)
        else:
            for hand in hands:
                id_ = hand.task.id
                self._submit(partial(self._handler.begin, hand, rows.get(id_), found.get(id_)))


def _needs_look_up(row: Row | None) -> bool:
    """Whether only the portal can tell if a Bitrix24 task exists."""
    return row is None or (row.stage is not Stage.CREATING and row.portal_task_id is None)
