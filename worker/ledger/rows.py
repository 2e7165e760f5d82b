"""The single steps that the transactions of the ledger are made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from worker.ledger.counters import Counted, count
from worker.ledger.records import ROW_FIELDS, OwedSync, Row, StaleRow, SyncOwed
from worker.ledger.schema import settlements, syncs, tasks
from worker.model import NO_TENANT, FetchedTask, Stage, SyncRequest
from worker.words.printable import lines

STARTED_SECONDS = 900.0
"""Longer than any series of attempts at one sync."""
LONGEST_ERROR = 1000
SPENT: dict[str, Any] = {"draft": None, "last_words": None, "last_cause": None}
"""What a row need not hold once its create has come to an end: personal data may be in it."""


INSERT_TASK = sa.insert(tasks)
DROP_SETTLEMENT = sa.delete(settlements).where(settlements.c.external_task_id == sa.bindparam("task"))
OF_INSTANCE = syncs.c.process_instance_id == sa.bindparam("process_instance_id", type_=sa.String)
MERGEABLE_SYNC = sa.exists().where(OF_INSTANCE, syncs.c.state == "waiting", ~syncs.c.begun)
SYNC_UNDER_WAY = sa.exists().where(OF_INSTANCE, syncs.c.state != "parked")
SETTLE = (
    sa.update(tasks)
    .where(tasks.c.external_task_id == sa.bindparam("task"))
    .values(stage=sa.bindparam("now_at"), updated_at=sa.bindparam("at"), **SPENT)
    .returning(tasks.c.portal_task_id, tasks.c.process_instance_id, tasks.c.process_definition_key)
)
OTHER_OF_NUMBER = (
    sa.select(tasks.c.external_task_id)
    .where(tasks.c.portal_task_id == sa.bindparam("number"), tasks.c.external_task_id != sa.bindparam("task"))
    .limit(1)
)
"""Made once: building a statement costs more than running it."""


def other_of_number(tx: Connection, portal_task_id: int, external_task_id: str) -> str | None:
    """Another external task whose row has this Bitrix24 task."""
    return tx.execute(OTHER_OF_NUMBER, {"number": portal_task_id, "task": external_task_id}).scalar()


def put(tx: Connection, task: FetchedTask, before: Row | None, values: Mapping[str, Any], now: float) -> Row:
    """Write the row of `task`: a new one where `before` is None, else compared with it. Raises `StaleRow`."""
    if before is None:
        return _insert(tx, task, values, now)
    return change(tx, before, _of_hand_out(task) | dict(values), now)


def _of_hand_out(task: FetchedTask) -> dict[str, Any]:
    """What a row repeats of the newest hand-out of its task.

    The key may have changed with a migration, the worker id with a new ledger; an instance that could not be read this
    time does not replace one that was read before.
    """
    instance = {"process_instance_id": task.process_instance_id} if task.process_instance_id else {}
    return {
        "worker_id": task.worker_id,
        "process_definition_key": task.definition_key,
        "tenant_id": task.tenant_id or NO_TENANT,
        **instance,
    }


def _insert(tx: Connection, task: FetchedTask, values: Mapping[str, Any], now: float) -> Row:
    row: dict[str, Any] = {
        "external_task_id": task.id,
        "attempt": 0,
        "spent": 0,
        "topic": task.topic,
        "created_at": now,
        "updated_at": now,
    }
    row |= _of_hand_out(task) | dict(values)
    try:
        tx.execute(INSERT_TASK, row)
    except sa.exc.IntegrityError:
        raise StaleRow(task.id) from None
    known: dict[str, Any] = {name: row.get(name) for name in ROW_FIELDS}
    return Row(**known)


def change(tx: Connection, before: Row, values: Mapping[str, Any], now: float) -> Row:
    """Change the row if it is still what `before` says it is. Raises `StaleRow`."""
    changed = dict(values) | {"updated_at": now}
    bound = {
        "was_task": before.external_task_id,
        "was_owner": before.owner,
        "was_attempt": before.attempt,
        "was_at": before.stage,
        **{f"new_{name}": value for name, value in changed.items()},
    }
    expect_one(tx.execute(_change_of(tuple(changed)), bound), before)
    return replace(before, **{name: value for name, value in changed.items() if name in ROW_FIELDS})


@lru_cache(maxsize=64)
def _change_of(names: tuple[str, ...]) -> sa.Update:
    """A change of these columns, of a row that is still what it was."""
    return (
        sa.update(tasks)
        .where(
            tasks.c.external_task_id == sa.bindparam("was_task"),
            tasks.c.owner == sa.bindparam("was_owner"),
            tasks.c.attempt == sa.bindparam("was_attempt"),
            tasks.c.stage == sa.bindparam("was_at"),
        )
        .values({name: sa.bindparam(f"new_{name}", type_=tasks.c[name].type) for name in names})
    )


def expect_one(result: sa.CursorResult[Any], row: Row) -> None:
    if result.rowcount != 1:
        raise StaleRow(row.external_task_id)


def owe_nothing(tx: Connection, external_task_id: str) -> None:
    """Whatever the engine was owed for this task is void."""
    tx.execute(DROP_SETTLEMENT, {"task": external_task_id})


def put_off(now: float, seconds: float) -> dict[str, float]:
    """When it is due, and how to tell later that the clock was set back meanwhile."""
    return {"due_at": now + seconds, "put_off": seconds}


def _new_sync(request: SyncRequest, now: float, *, owner: str | None, due_in: float) -> dict[str, Any]:
    """The values of a new sync: begun by `owner`, or (None) waiting. Columns that are not named are empty."""
    return {
        "process_instance_id": request.process_instance_id,
        "process_definition_key": request.process_definition_key,
        "state": "started" if owner else "waiting",
        "begun": owner is not None,
        "owner": owner,
        "tries": 0,
        "created_at": now,
        **put_off(now, due_in),
    }


NEW_SYNC = [syncs.c[name] for name in _new_sync(SyncRequest("", ""), 0.0, owner=None, due_in=0.0)]
NEW_SYNC_VALUES = sa.select(*(sa.bindparam(column.name, type_=column.type) for column in NEW_SYNC))
OWE_SYNC = sa.insert(syncs).from_select(NEW_SYNC, NEW_SYNC_VALUES.where(~MERGEABLE_SYNC))
BEGIN_SYNC = sa.insert(syncs).from_select(NEW_SYNC, NEW_SYNC_VALUES.where(~SYNC_UNDER_WAY)).returning(syncs.c.id)


def owe_sync(tx: Connection, request: SyncRequest, now: float) -> None:
    """Owe the portal a sync; merged into one of the same instance that has never been started."""
    tx.execute(OWE_SYNC, _new_sync(request, now, owner=None, due_in=0.0))


def words(error: str) -> str:
    """The beginning of an error's text as every database can keep it, and every reader of the ledger print it.

    It is written by who knows which peer: half an emoji, a NUL or a command to a terminal is a code, a secret hidden.
    """
    return lines(error)[:LONGEST_ERROR]


def owe_sync_of(tx: Connection, row: sa.Row[Any], now: float, *, enabled: bool) -> SyncOwed:
    """Owe the sync of a task's instance, where a Bitrix24 task exists."""
    if row.portal_task_id is None or not enabled:
        return SyncOwed.NOTHING
    request = _sync_request_of(row)
    if request is None:
        count(tx, Counted.SYNC_REQUESTS_SKIPPED)
        return SyncOwed.SKIPPED
    owe_sync(tx, request, now)
    return SyncOwed.OWED


def begin_sync_of(tx: Connection, row: sa.Row[Any], now: float, owner: str) -> OwedSync | None:
    """Owe the sync of a task's instance, already begun by `owner`, who must send it; None where that cannot be.

    It cannot while another of the same instance is owed: then they may go out as one.
    """
    request = _sync_request_of(row)
    if request is None or row.portal_task_id is None:
        return None
    begun = _new_sync(request, now, owner=owner, due_in=STARTED_SECONDS)
    id_ = tx.execute(BEGIN_SYNC, begun).scalar()
    return None if id_ is None else OwedSync(id_, request, 0, now, due_at=begun["due_at"])


def _sync_request_of(row: sa.Row[Any]) -> SyncRequest | None:
    if not (row.process_instance_id and row.process_definition_key):
        return None
    return SyncRequest(row.process_instance_id, row.process_definition_key)


def mark_settled(tx: Connection, external_task_id: str, stage: Stage, now: float) -> sa.Row[Any]:
    """Nothing more is owed to the engine: the draft, personal data, goes too. Returns what a sync needs to know.

    Raises `StaleRow` where there is no such row.
    """
    row = tx.execute(SETTLE, {"task": external_task_id, "now_at": stage, "at": now}).first()
    if row is None:
        raise StaleRow(external_task_id)
    return row
