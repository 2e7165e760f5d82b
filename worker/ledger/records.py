"""The rows of the ledger as frozen records. A field is read from the column of the same name."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, fields
from enum import Enum, auto
from sys import intern
from typing import Any

import sqlalchemy as sa

from worker.ledger.schema import acts, settlements, syncs, tasks
from worker.model import ActState, BpmnError, Complete, Failure, Promise, Settlement, Stage, SyncRequest

KINDS: Mapping[str, type[Complete] | type[Failure] | type[BpmnError]] = {
    "complete": Complete,
    "failure": Failure,
    "bpmn_error": BpmnError,
}

IDS_AT_ONCE = 1000
"""How many ids one statement names."""


class SyncOwed(Enum):
    """Whether a change of a task has recorded a synchronisation."""

    NOTHING = auto()
    OWED = auto()
    SKIPPED = auto()
    """The process instance or its key is unknown: there is nothing to send."""


class StaleRow(Exception):
    """Another caller changed the row since it was read. Let the task go; the next hand-out reads the row anew."""


UNDRAFTED = 0
"""In `Row.acts`: the task was found, and its step failed before anybody knew what else the task needs."""


@dataclass(frozen=True, slots=True)
class Row:
    """What the ledger knows about one external task. Times are of the ledger's clock, in seconds since the epoch."""

    external_task_id: str
    stage: Stage
    owner: str
    attempt: int
    spent: int
    """Attempts since the last failure that count towards the limit: crashes, and unclear answers to this task alone."""
    portal_task_id: int | None
    created_at: float
    updated_at: float
    topic: str
    worker_id: str
    """The worker id that held the external task's lock when the row was written."""
    last_words: str | None
    """The portal's answer to the newest create without a clear outcome; None without such a create or answer."""
    tenant_id: str | None
    """Empty if the step has no tenant; None if an earlier version did not record it."""
    promise: Promise | None
    """What its task was created for; None if unknown: another program or an older version created it."""
    acts: int | None = None
    """How many acts its task needs after its create; None: none, or they are over. `UNDRAFTED`: unknown as yet."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What the end of a wait needs of its step: `text`, chosen by the settings that `under` stands for."""

    text: str
    under: str


@dataclass(frozen=True, slots=True)
class OwedAct:
    """An act of a task. `payload` None: it is over. `begun`: sends since the last progress that count."""

    external_task_id: str
    position: int
    kind: str
    payload: Mapping[str, Any] | None
    state: ActState
    begun: int
    owner: str | None
    """The run that began it last; None: it was never begun."""
    progress: Mapping[str, Any] | None
    """How far the answers say it is, in the words of its kind; None: nothing of it is known to be done."""
    last_error: str | None
    last_cause: str | None

    @property
    def is_left(self) -> bool:
        return self.state in (ActState.DUE, ActState.BEGUN)


@dataclass(frozen=True, slots=True)
class OwedSettlement:
    """An outcome that the engine has not accepted yet. `tries`: deliveries so far."""

    external_task_id: str
    owner: str
    worker_id: str
    settlement: Settlement
    tries: int
    inherited: bool = False
    """True if a call of an earlier run for it may still be under way."""
    seen: str | None = None
    """The portal's state it was read from; None if it depends on nothing that people can change."""


@dataclass(frozen=True, slots=True)
class OwedSync:
    """A synchronisation that the portal has not accepted yet. `tries`: series of attempts so far."""

    id: int
    request: SyncRequest
    tries: int
    created_at: float
    last_error: str | None = None
    due_at: float = 0.0
    """When the start of the row expires; with the id it identifies this start, so that a later one is left alone."""
    last_cause: str | None = None
    """The name of the cause of `last_error`; None if unknown."""


def carried(record: type[Any], table: sa.Table, *, made: Collection[str] = ()) -> frozenset[str]:
    """The fields of a record that are read from columns of the same names: all but those `made` from other columns.

    Raises `KeyError` (at import) if a field has no column.
    """
    return frozenset(table.c[field.name].name for field in fields(record) if field.name not in made)


ROW_FIELDS = carried(Row, tasks)
SETTLEMENT_FIELDS = carried(OwedSettlement, settlements, made=("settlement", "inherited"))
ACT_FIELDS = carried(OwedAct, acts)
SYNC_FIELDS = carried(OwedSync, syncs, made=("request",))


def read_row(row: sa.Row[Any]) -> Row:
    """Texts of which there are few are one object for all rows: a hundred thousand of them may wait."""
    told = _named(row, ROW_FIELDS)
    return Row(**told | {name: intern(told[name]) for name in ("owner", "topic", "worker_id")})


def read_settlement(row: sa.Row[Any]) -> OwedSettlement:
    return OwedSettlement(**_named(row, SETTLEMENT_FIELDS), settlement=KINDS[row.kind](**row.payload))


def read_act(row: sa.Row[Any]) -> OwedAct:
    return OwedAct(**_named(row, ACT_FIELDS))


def read_sync(row: sa.Row[Any]) -> OwedSync:
    request = SyncRequest(row.process_instance_id, row.process_definition_key)
    return OwedSync(**_named(row, SYNC_FIELDS), request=request)


def _named(row: sa.Row[Any], names: Collection[str]) -> dict[str, Any]:
    return {name: getattr(row, name) for name in names}
