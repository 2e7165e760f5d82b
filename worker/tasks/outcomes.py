"""The possible decisions about a task in hand. The creator makes them, the desk carries them out."""

from __future__ import annotations

from dataclasses import dataclass

from worker.ledger.waiting import Origin
from worker.model import Act, Failure, Promise, Settlement
from worker.tasks.hand import TaskInHand


@dataclass(frozen=True, slots=True)
class Settle:
    """The Bitrix24 task exists and the step waits for nobody: deliver `settlement` to the engine."""

    hand: TaskInHand
    portal_task_id: int
    origin: Origin
    settlement: Settlement
    undrafted: bool = False
    """Nobody knows yet what else the task needs: no row says it, and it could not be drafted."""


@dataclass(frozen=True, slots=True)
class Wait:
    """The Bitrix24 task exists, and somebody must close it before the step is completed."""

    hand: TaskInHand
    portal_task_id: int
    origin: Origin
    promise: Promise
    since: float | None = None
    """When a task was made that the ledger did not know, in seconds since the epoch; None: just now, or not known."""


@dataclass(frozen=True, slots=True)
class Perform:
    """The Bitrix24 task exists, and acts of it are left: they come before the step is completed or waits.

    `drafted`: the acts of a task found without a row that names them.
    """

    hand: TaskInHand
    portal_task_id: int
    origin: Origin
    promise: Promise
    drafted: tuple[Act, ...] = ()


@dataclass(frozen=True, slots=True)
class ActDoubt:
    """It is unknown whether a call of an act was executed. It cannot be running at the boot time `until`."""

    hand: TaskInHand
    until: float


@dataclass(frozen=True, slots=True)
class Fail:
    """No Bitrix24 task exists because of an error in the task itself: report `failure` to the engine."""

    hand: TaskInHand
    failure: Failure


@dataclass(frozen=True, slots=True)
class Doubt:
    """It is unknown whether the create recorded in its row was executed (P5).

    `sent_at`: boot time of the send; None if it was sent under another hand-out. `reason`: why it is unknown; None if
    an earlier hand-out left it so.
    """

    hand: TaskInHand
    sent_at: float | None = None
    reason: object = None


@dataclass(frozen=True, slots=True)
class Hold:
    """Keep it in hand until the portal's gate is open, then decide anew. No send has an unknown outcome."""

    hand: TaskInHand
    reason: object


@dataclass(frozen=True, slots=True)
class GiveBack:
    """Release it for any worker, `after` so many seconds. No send has an unknown outcome (P6)."""

    hand: TaskInHand
    reason: object
    after: float = 0.0


@dataclass(frozen=True, slots=True)
class LetGo:
    """Let its lock expire. The task is then fetched again, and its row decides."""

    hand: TaskInHand
    reason: object


Ending = Settle | Wait | ActDoubt | Fail | Doubt | GiveBack | LetGo
"""Ends the decisions about a task for now."""
Outcome = Ending | Perform | Hold
