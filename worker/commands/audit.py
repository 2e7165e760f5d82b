"""Reads the tasks of the portal to find duplicates, and to restore synchronisations after a lost ledger."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from bitrix.tasks import CreatedTask, Tasks
from worker.engine.client import Engine
from worker.ledger import Ledger, Person
from worker.model import SyncRequest

INSTANCE_ID = re.compile(r"[\w:-]{1,64}", re.ASCII)
AT_ONCE = 200
"""Synchronisations in one transaction: few, so that a running worker never waits long for the ledger."""


@dataclass(frozen=True, slots=True)
class Duplicate:
    """One marker on several Bitrix24 tasks."""

    marker: str
    task_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Resync:
    """`queued`: how many synchronisations were recorded; `unknown`: the instances the engine no longer knows."""

    queued: int
    unknown: tuple[str, ...]


def tasks_since(
    tasks: Tasks, since: datetime, looked_at: Callable[[int, int | None], object], *, marked: bool
) -> list[CreatedTask]:
    """Every task created since then, or the `marked` ones only. Raises `PortalError`.

    `looked_at` gets their number so far, and of all; None: the portal did not tell that.
    """
    found: list[CreatedTask] = []
    all_ = tasks.count_created_since(since, marked=marked)
    for task in tasks.created_since(since, marked=marked):
        found.append(task)
        looked_at(len(found), None if all_ is None else max(all_, len(found)))  # more may have been created since
    return found


def duplicates(marked: Iterable[CreatedTask], engine: Engine) -> list[Duplicate]:
    """The markers of more than one task. A copy that a person made on the portal looks the same.

    Markers that certainly belong to a tenant of another worker are left out. Raises `EngineError`.
    """
    by_marker: dict[str, list[CreatedTask]] = {}
    for task in marked:
        by_marker.setdefault(task.marker, []).append(task)
    return [
        Duplicate(marker, tuple(task.id for task in same))
        for marker, same in by_marker.items()
        if len(same) > 1 and not _is_of_others(engine, same[0].process_instance_id or "")
    ]


def _is_of_others(engine: Engine, instance: str) -> bool:
    return bool(INSTANCE_ID.fullmatch(instance)) and engine.is_of_others(instance)


def resync(
    created: Iterable[CreatedTask],
    engine: Engine,
    ledger: Ledger,
    by: Person,
    looked_at: Callable[[int], object] = lambda _: None,
) -> Resync:
    """Record a synchronisation for the process instance of each task, in place of those in a lost ledger.

    `created`: also unmarked ones, for those that were taken over from the old installation have no marker.
    `by`: who wants that, which is recorded too.

    Safe to repeat, also beside a running worker, which sends them. `looked_at` gets the number of instances so far.
    Instances of other tenants are left out. Raises `EngineError`, `LedgerUnavailable`; what was recorded until then
    remains.
    """
    instances = list(dict.fromkeys(task.process_instance_id for task in created if task.process_instance_id))
    queued, unknown = 0, []
    for first in range(0, len(instances), AT_ONCE):
        some = instances[first : first + AT_ONCE]
        keys = {instance: _key(engine, instance) for instance in some if not _is_of_others(engine, instance)}
        queued += ledger.syncs.queue((SyncRequest(instance, key) for instance, key in keys.items() if key), by)
        unknown += [instance for instance, key in keys.items() if not key]
        looked_at(first + len(some))
    return Resync(queued, tuple(unknown))


def _key(engine: Engine, instance: str) -> str | None:
    """The process key of an instance. Anybody can edit the field on the portal, so only a valid id is sent."""
    return engine.definition_key(instance) if INSTANCE_ID.fullmatch(instance) else None
