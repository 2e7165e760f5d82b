"""Who is told of what the ledger cannot answer its caller."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from worker.ledger.errors import LedgerUnavailable
from worker.ledger.preparation import Tell, TellUpgraded


@dataclass(frozen=True, slots=True)
class Reports:
    """What is called; by default nobody is told."""

    unavailable: Callable[[LedgerUnavailable], object] = bool
    """With the error, each time before `LedgerUnavailable` is raised."""
    number_shared: Callable[[int, str, str], object] = lambda *_: None
    """With a Bitrix24 task's number and both ids, when it is recorded for a second external task."""
    preparing: Tell = lambda *_: None
    """While the opening takes long."""
    upgraded: TellUpgraded = lambda *_: None
    """After an upgrade: there is no way back but a copy."""
    created: Callable[[], object] = lambda: None
    """After a new ledger was made."""
