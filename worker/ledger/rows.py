"""The rows of the ledger as frozen records, and the single steps that its transactions are made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from enum import Enum, auto
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from worker.ledger.counters import count
from worker.ledger.schema import settlements, syncs, tasks
from worker.model import NO_TENANT, BpmnError, Complete, Failure, FetchedTask, Promise, Settlement, Stage, SyncRequest
from worker.words.printable import lines

KINDS: Mapping[str, type[Complete] | type[Failure] | type[BpmnError]] = {
    "complete": Complete,
    "failure": Failure,
    "bpmn_error": BpmnError,
}
STARTED_SECONDS = 900.0
"""Longer than any series of attempts at one sync."""
LONGEST_ERROR = 1000
SPENT: dict[str, Any] = {"draft": None, "last_words": None, "last_cause": None}
"""What a row need not hold once its create has come to an end: personal data may be in it."""


class SyncOwed(Enum):
    """What a change of a task has left to be synchronised."""

    NOTHING = auto()
    OWED = auto()
    SKIPPED = auto()
    """No process instance or no key is known: there is nothing to send."""


class StaleRow(Exception):
    """The row was changed by somebody else since it was read: let go, the row decides anew."""


@dataclass(frozen=True, slots=True)
class Row:
    """What the ledger knows of one external task."""

    external_task_id: str
    stage: Stage
    owner: str
    attempt: int
    spent: int
    """Attempts since the last failure that count towards the limit: crashes, and doubts of the task's own."""
    portal_task_id: int | None
    created_at: float
    updated_at: float
    topic: str
    worker_id: str
    """Under which the external task was locked when the row was written."""
    last_words: str | None = None
    """What the portal has answered to the newest create without a clear answer; None: nothing, or there was none."""
    tenant_id: str | None = None
    """Empty: the step belongs to none; None: an earlier version has not noted whose it is."""
    promise: Promise | None = None
    """What its task was made for; None: not known, it is another program's or an older version's."""


@dataclass(frozen=True, slots=True)
class OwedSettlement:
    """An outcome that the engine has not accepted yet."""

    external_task_id: str
    owner: str
    worker_id: str
    settlement: Settlement
    tries: int
    inherited: bool = False
    """Another run may have made a call for it that is still under way; nobody remembers."""
    seen: str | None = None
    """What it was read from; None: it depends on nothing that people may change."""


@dataclass(frozen=True, slots=True)
class OwedSync:
    """A synchronisation that the portal has not accepted yet."""

    id: int
    request: SyncRequest
    tries: int
    created_at: float
    last_error: str | None = None
    due_at: float = 0.0
    """With its number, it names one start: whatever has happened to the row since is another's."""
    cause: str | None = None
    """The name of the cause of `last_error`, where it is known."""


ROW_FIELDS = frozenset(field.name for field in fields(Row))
INSERT_TASK = sa.insert(tasks)
DROP_SETTLEMENT = sa.delete(settlements).where(settlements.c.external_task_id == sa.bindparam("task"))
OF_INSTANCE = syncs.c.process_instance_id == sa.bindparam("process_instance_id", type_=sa.String)
MERGEABLE_SYNC = sa.exists().where(OF_INSTANCE, syncs.c.state == "waiting", ~syncs.c.begun)
SYNC_UNDER_WAY = sa.exists().where(OF_INSTANCE, syncs.c.state != "parked")
SYNC_COLUMNS = [column for column in syncs.c if column.name not in ("id", "last_error", "last_cause")]
SYNC_VALUES = sa.select(*(sa.bindparam(column.name, type_=column.type) for column in SYNC_COLUMNS))
OWE_SYNC = sa.insert(syncs).from_select(SYNC_COLUMNS, SYNC_VALUES.where(~MERGEABLE_SYNC))
BEGIN_SYNC = sa.insert(syncs).from_select(SYNC_COLUMNS, SYNC_VALUES.where(~SYNC_UNDER_WAY)).returning(syncs.c.id)
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


def read_row(row: sa.Row[Any]) -> Row:
    return Row(
        external_task_id=row.external_task_id,
        stage=Stage(row.stage),
        owner=row.owner,
        attempt=row.attempt,
        spent=row.spent,
        portal_task_id=row.portal_task_id,
        created_at=row.created_at,
        updated_at=row.updated_at,
        topic=row.topic,
        worker_id=row.worker_id,
        last_words=row.last_words,
        tenant_id=row.tenant_id,
        promise=None if row.promise is None else Promise(row.promise),
    )


def read_settlement(row: sa.Row[Any]) -> OwedSettlement:
    return OwedSettlement(
        row.external_task_id, row.owner, row.worker_id, KINDS[row.kind](**row.payload), row.tries, seen=row.seen
    )


def read_sync(row: sa.Row[Any]) -> OwedSync:
    request = SyncRequest(row.process_instance_id, row.process_definition_key)
    return OwedSync(row.id, request, row.tries, row.created_at, row.last_error, row.due_at, row.last_cause)


def put(tx: Connection, task: FetchedTask, before: Row | None, values: Mapping[str, Any], now: float) -> Row:
    """Write the row of `task`: a new one where `before` is None, else compared with it. Raises `StaleRow`."""
    if before is None:
        return _insert(tx, task, values, now)
    # The key may have changed with a migration, the worker id with a new ledger.
    current = {"worker_id": task.worker_id, "process_definition_key": task.definition_key}
    current["tenant_id"] = task.tenant_id or NO_TENANT
    if task.process_instance_id:  # one that could not be read before
        current["process_instance_id"] = task.process_instance_id
    return change(tx, before, current | dict(values), now)


def _insert(tx: Connection, task: FetchedTask, values: Mapping[str, Any], now: float) -> Row:
    row: dict[str, Any] = {
        "external_task_id": task.id,
        "attempt": 0,
        "spent": 0,
        "topic": task.topic,
        "worker_id": task.worker_id,
        "process_instance_id": task.process_instance_id,
        "process_definition_key": task.definition_key,
        "tenant_id": task.tenant_id or NO_TENANT,
        "created_at": now,
        "updated_at": now,
    }
    row |= values
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


def owe_sync(tx: Connection, request: SyncRequest, now: float) -> None:
    """Owe the portal a sync; merged into one of the same instance that has never been started."""
    fresh = {"state": "waiting", "begun": False, "owner": None, "tries": 0, "created_at": now}
    tx.execute(OWE_SYNC, _columns(request) | fresh | put_off(now, 0.0))


def _columns(request: SyncRequest) -> dict[str, Any]:
    return {
        "process_instance_id": request.process_instance_id,
        "process_definition_key": request.process_definition_key,
    }


def words(error: str) -> str:
    """The beginning of an error's text as every database can keep it, and every reader of the ledger print it.

    It is written by who knows which peer: half an emoji, a NUL or a command to a terminal is a code, a secret hidden.
    """
    return lines(error)[:LONGEST_ERROR]


def put_off(now: float, seconds: float) -> dict[str, float]:
    """When it is due, and how to tell later that the clock was set back meanwhile."""
    return {"due_at": now + seconds, "put_off": seconds}


def owe_sync_of(tx: Connection, row: sa.Row[Any], now: float, *, enabled: bool) -> SyncOwed:
    """Owe the sync of a task's instance, where a Bitrix24 task exists."""
    if row.portal_task_id is None or not enabled:
        return SyncOwed.NOTHING
    request = _sync_request_of(row)
    if request is None:
        count(tx, "sync_requests_skipped")
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
    begun = {"state": "started", "begun": True, "owner": owner, "tries": 0, "created_at": now}
    due = put_off(now, STARTED_SECONDS)
    id_ = tx.execute(BEGIN_SYNC, _columns(request) | begun | due).scalar()
    return None if id_ is None else OwedSync(id_, request, 0, now, due_at=due["due_at"])


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
