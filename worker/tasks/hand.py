"""Records of a task in hand and of one attempt to create its Bitrix24 task."""

from __future__ import annotations

from dataclasses import dataclass

from worker.engine.locks import HeldLock
from worker.ledger import Row
from worker.model import FetchedTask, TaskDraft
from worker.runtime.telemetry import Telemetry


@dataclass(frozen=True, slots=True)
class Held:
    """How often a task was held in a row though the portal's gate was open; `since`: the boot time of the first."""

    since: float
    times: int = 0
    told: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class TaskInHand:
    """An external task this worker is working on: what the engine handed out, its lock, and what is known about it.

    `row`: the ledger's row as last read or written; None if there is none. `found`: the id of the Bitrix24 task that a
    look-up found; None if it is proven absent, or if no look-up was needed. `draft`: the newest draft for its create.
    `cleared`: the create recorded in `row` can no longer be running, and the task was looked up after that; nor can an
    act that the ledger has as begun. `fresh`: its create was answered under this hand-out, so nobody can have begun an
    act. `absent`: one look after the wait has not found the act in doubt. `inherited`: an earlier run had the row, and
    may have told the engine an outcome.
    `unanswered`: how often the portal, while well, has not answered when something was read for this task.
    `surely_first`: no worker, not even an earlier run of this one, can have had the task before (P1).
    """

    task: FetchedTask
    lock: HeldLock
    row: Row | None = None
    found: int | None = None
    draft: TaskDraft | None = None
    cleared: bool = False
    fresh: bool = False
    absent: bool = False
    inherited: bool = False
    unanswered: int = 0
    surely_first: bool = False
    held: Held | None = None


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt to create the Bitrix24 task; `row` is on disk already.

    `sent_at`: the boot time when the send began; 0.0 before.
    """

    hand: TaskInHand
    row: Row
    draft: TaskDraft
    sent_at: float = 0.0


def note_names(telemetry: Telemetry, task: FetchedTask) -> None:
    """From now on the log names this task by its step, its process and the process's business key too."""
    telemetry.task_names.note(
        task.id,
        activity=task.activity_id,
        process_definition_key=task.definition_key,
        business_key=task.business_key,
    )
    if task.process_instance_id:
        telemetry.instance_names.note(task.process_instance_id, business_key=task.business_key)
