"""The steps that the ledger's transactions consist of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from worker.ledger.counters import Counted, count
from worker.ledger.prepared import Prepared
from worker.ledger.records import ROW_FIELDS, OwedSync, Row, StaleRow, SyncOwed
from worker.ledger.schema import acts, settlements, syncs, tasks
from worker.model import NO_TENANT, FetchedTask, Stage, SyncRequest
from worker.words.printable import lines, one_line

STARTED_SECONDS = 900.0
"""How long a started synchronisation belongs to its run: longer than any series of attempts."""
KEEP_ROWS_SECONDS = 14 * 86400.0
"""How long a completed step stays in the ledger."""
LONGEST_ERROR = 1000
LONGEST_NAME = 255
"""For what only people see: a longer business key does not exist at the engine, a longer name is cut."""
UNKEPT: dict[str, Any] = {"kept": None, "kept_under": None}
"""Columns to clear once a step waits no longer: they may hold personal data."""
SPENT: dict[str, Any] = {"draft": None, "last_words": None, "last_cause": None, **UNKEPT}
"""Columns to clear once a create has ended: they may hold personal data."""


class Ended(NamedTuple):
    """What the synchronisation of an ended task needs of its row."""

    portal_task_id: int | None
    process_instance_id: str | None
    process_definition_key: str | None


OWED_FOR = settlements.c.external_task_id == sa.bindparam("task")
DROP_SETTLEMENT = Prepared(sa.delete(settlements).where(OWED_FOR))
OF_INSTANCE = syncs.c.process_instance_id == sa.bindparam("process_instance_id", type_=sa.String)
VOID_ACTS = sa.delete(acts).where(acts.c.external_task_id == sa.bindparam("task"), acts.c.payload.is_not(None))
MERGEABLE_SYNC = sa.exists().where(OF_INSTANCE, syncs.c.state == "waiting", ~syncs.c.begun)
SYNC_UNDER_WAY = sa.exists().where(OF_INSTANCE, syncs.c.state != "parked")
NOTHING_OWED = ~sa.exists().where(settlements.c.external_task_id == tasks.c.external_task_id)
SETTLE = Prepared(
    sa.update(tasks)
    .where(tasks.c.external_task_id == sa.bindparam("task"))
    .values(
        stage=sa.bindparam("now_at"),
        gone=sa.bindparam("is_gone", type_=sa.Boolean),
        updated_at=sa.bindparam("at"),
        **SPENT,
    )
    .returning(*(tasks.c[name] for name in Ended._fields))
)
OTHER_OF_NUMBER = Prepared(
    sa.select(tasks.c.external_task_id)
    .where(tasks.c.portal_task_id == sa.bindparam("number"), tasks.c.external_task_id != sa.bindparam("task"))
    .limit(1)
)
"""Made once: building a statement costs more than running it."""


def other_of_number(tx: Connection, portal_task_id: int, external_task_id: str) -> str | None:
    """Another external task whose row has this Bitrix24 task; None if there is none."""
    found = OTHER_OF_NUMBER.first(tx, {"number": portal_task_id, "task": external_task_id})
    return found[0] if found else None


def put(tx: Connection, task: FetchedTask, before: Row | None, values: Mapping[str, Any], now: float) -> Row:
    """Write the row of `task`: a new one if `before` is None, otherwise a change of `before`. Raises `StaleRow`."""
    if before is None:
        return _insert(tx, task, values, now)
    return change(tx, before, _of_hand_out(task) | dict(values), now)


def _of_hand_out(task: FetchedTask) -> dict[str, Any]:
    """The values a row copies from the newest hand-out of its task.

    A migration may have changed the key, a new ledger the worker id. What could not be read this time, such as the
    process instance, stays in the row as it is.
    """
    instance = {"process_instance_id": task.process_instance_id} if task.process_instance_id else {}
    name = task.activity_name if isinstance(task.activity_name, str) else None
    told = {"business_key": task.business_key, "activity_id": task.activity_id, "activity_name": name}
    shown = {column: one_line(text, LONGEST_NAME) for column, text in told.items() if text}
    return {
        "worker_id": task.worker_id,
        "process_definition_key": task.definition_key,
        "tenant_id": task.tenant_id or NO_TENANT,
        "retries_left": None,
        **instance,
        **shown,
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
        _insert_of(tuple(row)).change(tx, row)
    except sa.exc.IntegrityError:
        raise StaleRow(task.id) from None
    known: dict[str, Any] = {name: row.get(name) for name in ROW_FIELDS}
    return Row(**known)


def change(tx: Connection, before: Row, values: Mapping[str, Any], now: float) -> Row:
    """Change the row if it still is what `before` says. Raises `StaleRow`."""
    changed = dict(values) | {"updated_at": now}
    bound = {
        "was_task": before.external_task_id,
        "was_owner": before.owner,
        "was_attempt": before.attempt,
        "was_at": before.stage,
        **{f"new_{name}": value for name, value in changed.items()},
    }
    if _change_of(tuple(changed)).change(tx, bound) != 1:
        raise StaleRow(before.external_task_id)
    return replace(before, **{name: value for name, value in changed.items() if name in ROW_FIELDS})


@lru_cache(maxsize=64)
def _insert_of(names: tuple[str, ...]) -> Prepared:
    return Prepared(sa.insert(tasks).values({name: sa.bindparam(name, type_=tasks.c[name].type) for name in names}))


@lru_cache(maxsize=64)
def _change_of(names: tuple[str, ...]) -> Prepared:
    """An update of these columns, of a row whose stage, owner and attempt have not changed meanwhile.

    A write that changes none of the three is not seen by this: the next writer goes on with what it has read before.
    """
    return Prepared(
        sa.update(tasks)
        .where(
            tasks.c.external_task_id == sa.bindparam("was_task"),
            tasks.c.owner == sa.bindparam("was_owner"),
            tasks.c.attempt == sa.bindparam("was_attempt"),
            tasks.c.stage == sa.bindparam("was_at"),
        )
        .values({name: sa.bindparam(f"new_{name}", type_=tasks.c[name].type) for name in names})
    )


def owe_nothing(tx: Connection, external_task_id: str) -> None:
    """Delete the outcome recorded for this task, if any."""
    DROP_SETTLEMENT.change(tx, {"task": external_task_id})


def void_acts(tx: Connection, external_task_id: str) -> None:
    """Forget the acts that are left: their step no longer exists."""
    tx.execute(VOID_ACTS, {"task": external_task_id})


def put_off(now: float, seconds: float) -> dict[str, float]:
    """When it is due, and the delay itself, which later shows whether the clock was set back meanwhile."""
    return {"due_at": now + seconds, "put_off": seconds}


def _new_sync(request: SyncRequest, now: float, *, owner: str | None, due_in: float) -> dict[str, Any]:
    """The values of a new synchronisation: started by `owner`, or waiting if None. Other columns are empty."""
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
BEGIN_SYNC = Prepared(
    sa.insert(syncs).from_select(NEW_SYNC, NEW_SYNC_VALUES.where(~SYNC_UNDER_WAY)).returning(syncs.c.id)
)


def owe_sync(tx: Connection, request: SyncRequest, now: float) -> None:
    """Record a synchronisation, unless one of the same instance is still waiting for its first start."""
    tx.execute(OWE_SYNC, _new_sync(request, now, owner=None, due_in=0.0))


def words(error: str) -> str:
    """The beginning of an error's text, in a form every database can store and every terminal can print.

    Any peer may have written it: half an emoji, a NUL or a terminal command becomes a code, and secrets are masked.
    """
    return lines(error)[:LONGEST_ERROR]


def owe_sync_of(tx: Connection, row: Ended, now: float, *, enabled: bool) -> SyncOwed:
    """Record the synchronisation of a task's process instance, if the task has a Bitrix24 task."""
    if row.portal_task_id is None or not enabled:
        return SyncOwed.NOTHING
    request = _sync_request_of(row)
    if request is None:
        count(tx, Counted.SYNC_REQUESTS_SKIPPED)
        return SyncOwed.SKIPPED
    owe_sync(tx, request, now)
    return SyncOwed.OWED


def begin_sync_of(tx: Connection, row: Ended, now: float, owner: str) -> OwedSync | None:
    """Record the synchronisation of a task's process instance as started by `owner`, who must send it.

    None if nothing can be sent, or if another one of the same instance is outstanding: the two may go out as one.
    """
    request = _sync_request_of(row)
    if request is None or row.portal_task_id is None:
        return None
    begun = _new_sync(request, now, owner=owner, due_in=STARTED_SECONDS)
    made = BEGIN_SYNC.first(tx, begun)
    return None if made is None else OwedSync(made[0], request, 0, now, due_at=begun["due_at"])


def _sync_request_of(row: Ended) -> SyncRequest | None:
    if not (row.process_instance_id and row.process_definition_key):
        return None
    return SyncRequest(row.process_instance_id, row.process_definition_key)


def mark_settled(tx: Connection, external_task_id: str, stage: Stage, now: float, *, gone: bool = False) -> Ended:
    """Mark a task as finished and clear its personal data; returns what a synchronisation needs.

    `gone`: the engine no longer had the step. Raises `StaleRow` if there is no such row.
    """
    row = SETTLE.first(tx, {"task": external_task_id, "now_at": stage, "is_gone": gone, "at": now})
    if row is None:
        raise StaleRow(external_task_id)
    return Ended(*row)
