"""All that the ledger keeps of one step: its row, what is outstanding, its acts, and what persons decided."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from worker.ledger import decisions
from worker.ledger.decisions import Decision
from worker.ledger.leases import UNFINISHED, WorkerLeases
from worker.ledger.schema import acts, settlements, syncs, tasks
from worker.ledger.seen import SeenTask, Strangers, seen_task
from worker.model import ActState

MOST = 50
"""Acts, and synchronisations, of one step that are shown."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """An outcome that the engine has not accepted yet. Times by the ledger's clock, in seconds since the epoch."""

    kind: str
    said: str | None
    """The message of a failure or BPMN error; None for a completion."""
    since: float
    tries: int
    next_at: float
    last_error: str | None
    last_cause: str | None


@dataclass(frozen=True, slots=True)
class SeenAct:
    """An act of the task. `begun_at`: when its newest call began; None: never."""

    kind: str
    state: ActState
    begun_at: float | None
    changed_at: float
    last_error: str | None
    last_cause: str | None


@dataclass(frozen=True, slots=True)
class SeenSync:
    """An outstanding synchronisation of the step's process instance.

    `tried_at`: when its newest series of tries ended, or began if it is being sent; None: not tried yet, or not known.
    `next_at`: when the next one begins; None: it is being sent, or parked.
    """

    id: int
    state: str
    since: float
    tries: int
    tried_at: float | None
    next_at: float | None
    last_error: str | None
    last_cause: str | None


@dataclass(frozen=True, slots=True)
class Life:
    """One step. `first_at`: when its row was made; `changed_at`: when it was changed last. `attempts`: creates begun.

    `retries_left`: after the newest failure that the engine accepted; None: none since it was handed out.
    """

    task: SeenTask
    first_at: float
    changed_at: float
    attempts: int
    worker_id: str
    retries_left: int | None
    outcome: Outcome | None
    acts: Sequence[SeenAct]
    syncs: Sequence[SeenSync]
    decisions: Sequence[Decision]


def life_of(tx: Connection, external_task_id: str, strangers: Strangers, leases: WorkerLeases) -> Life | None:
    """What is known of this external task; None if there is no row."""
    columns = [column for column in tasks.c if column.name != "draft"]
    row = tx.execute(sa.select(*columns).where(tasks.c.external_task_id == external_task_id)).first()
    if row is None:
        return None
    owed = tx.execute(sa.select(settlements).where(settlements.c.external_task_id == external_task_id)).first()
    instance = row.process_instance_id
    synced = _syncs(tx, instance) if instance else []
    state = synced[0].state if synced else None
    absent = leases.absent(tx).get(row.owner) if owed or row.stage in UNFINISHED else None
    return Life(
        task=replace(seen_task(row, owed, state), served=not strangers.has(row, owed), absent=absent),
        first_at=row.created_at,
        changed_at=row.updated_at,
        attempts=row.attempt,
        worker_id=row.worker_id,
        retries_left=row.retries_left,
        outcome=_outcome(owed) if owed else None,
        acts=_acts(tx, external_task_id),
        syncs=synced,
        decisions=decisions.about_step(tx, instance, external_task_id) if instance else [],
    )


def _outcome(row: sa.Row[Any]) -> Outcome:
    said = row.payload.get("message") if isinstance(row.payload, dict) else None
    return Outcome(row.kind, said, row.created_at, row.tries, row.due_at, row.last_error, row.last_cause)


def _acts(tx: Connection, external_task_id: str) -> list[SeenAct]:
    query = sa.select(acts).where(acts.c.external_task_id == external_task_id).order_by(acts.c.position).limit(MOST)
    return [
        SeenAct(row.kind, row.state, row.begun_at, row.updated_at, row.last_error, row.last_cause)
        for row in tx.execute(query)
    ]


def _syncs(tx: Connection, process_instance_id: str) -> list[SeenSync]:
    """Those of the instance, a parked one first: it needs a person."""
    of_instance = sa.select(syncs).where(syncs.c.process_instance_id == process_instance_id)
    parked_first = (syncs.c.state != "parked", syncs.c.created_at)
    return [_sync(row) for row in tx.execute(of_instance.order_by(*parked_first).limit(MOST))]


def _sync(row: sa.Row[Any]) -> SeenSync:
    """`due_at` lies `put_off` seconds after the moment at which it was set."""
    tried = row.tries > 0 or row.begun or row.last_error is not None
    return SeenSync(
        id=row.id,
        state=row.state,
        since=row.created_at,
        tries=row.tries,
        tried_at=row.due_at - row.put_off if tried and row.put_off is not None else None,
        next_at=row.due_at if row.state == "waiting" else None,
        last_error=row.last_error,
        last_cause=row.last_cause,
    )
