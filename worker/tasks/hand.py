"""A task in hand."""

from __future__ import annotations

from dataclasses import dataclass

from worker.engine.locks import HeldLock
from worker.model import FetchedTask


@dataclass(frozen=True, slots=True, eq=False)
class InHand:
    """A task that we work on: what the engine handed out, and the lock under which we may act.

    `surely_first`: nobody, not even an earlier run of ours, can have had it before (P1).
    """

    task: FetchedTask
    lock: HeldLock
    surely_first: bool = False
