"""The rows of the ledger as frozen records. A field that bears a column's name is read from that column."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, fields
from enum import Enum, auto
from typing import Any

import sqlalchemy as sa

from worker.ledger.schema import settlements, syncs, tasks
from worker.model import BpmnError, Complete, Failure, Promise, Settlement, Stage, SyncRequest

KINDS: Mapping[str, type[Complete] | type[Failure] | type[BpmnError]] = {
    "complete": Complete,
    "failure": Failure,
    "bpmn_error": BpmnError,
}


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
    last_words: str | None
    """What the portal has answered to the newest create without a clear answer; None: nothing, or there was none."""
    tenant_id: str | None
    """Empty: the step belongs to none; None: an earlier version has not noted whose it is."""
    promise: Promise | None
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
    last_cause: str | None = None
    """The name of the cause of `last_error`, where it is known."""


def carried(record: type[Any], table: sa.Table, *, made: Collection[str] = ()) -> frozenset[str]:
    """The fields of a record that are read from columns of their names: all but those that are `made` of others.

    Raises `KeyError` at import where a field has no column.
    """
    return frozenset(table.c[field.name].name for field in fields(record) if field.name not in made)


ROW_FIELDS = carried(Row, tasks)
SETTLEMENT_FIELDS = carried(OwedSettlement, settlements, made=("settlement", "inherited"))
SYNC_FIELDS = carried(OwedSync, syncs, made=("request",))


def read_row(row: sa.Row[Any]) -> Row:
    return Row(**_named(row, ROW_FIELDS))


def read_settlement(row: sa.Row[Any]) -> OwedSettlement:
    return OwedSettlement(**_named(row, SETTLEMENT_FIELDS), settlement=KINDS[row.kind](**row.payload))


def read_sync(row: sa.Row[Any]) -> OwedSync:
    request = SyncRequest(row.process_instance_id, row.process_definition_key)
    return OwedSync(**_named(row, SYNC_FIELDS), request=request)


def _named(row: sa.Row[Any], names: Collection[str]) -> dict[str, Any]:
    return {name: getattr(row, name) for name in names}
