"""What becomes of a task in hand: decided in one place, done by the desk in another."""

from __future__ import annotations

from dataclasses import dataclass

from worker.ledger.waiting import Origin
from worker.model import Failure, Promise, Settlement
from worker.tasks.hand import TaskInHand


@dataclass(frozen=True, slots=True)
class Settle:
    """Its Bitrix24 task exists, and nobody is waited for: the engine is owed this."""

    hand: TaskInHand
    portal_task_id: int
    origin: Origin
    settlement: Settlement


@dataclass(frozen=True, slots=True)
class Wait:
    """Its Bitrix24 task exists, and somebody must close it first."""

    hand: TaskInHand
    portal_task_id: int
    origin: Origin
    promise: Promise


@dataclass(frozen=True, slots=True)
class Fail:
    """It has no Bitrix24 task, by a fault of its own."""

    hand: TaskInHand
    failure: Failure


@dataclass(frozen=True, slots=True)
class Doubt:
    """Whether the create of its row was executed is not known (P5).

    `sent_at`: boot time of the send; None: another hand-out has sent it. `reason` empty: it is not known either.
    """

    hand: TaskInHand
    sent_at: float | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Hold:
    """It stays in hand until the portal is well, and is decided anew then: nothing was sent whose end is unknown."""

    hand: TaskInHand
    reason: object


@dataclass(frozen=True, slots=True)
class GiveBack:
    """Anybody may have it at once: nothing was sent whose end is unknown (P6)."""

    hand: TaskInHand
    reason: object


@dataclass(frozen=True, slots=True)
class LetGo:
    """It is left to its lock, and comes back by fetch: its row decides then."""

    hand: TaskInHand
    reason: object


Outcome = Settle | Wait | Fail | Doubt | Hold | GiveBack | LetGo
