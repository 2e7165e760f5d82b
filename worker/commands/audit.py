"""Looks over all marked tasks of the portal: markers with more than one task, and syncs that nobody owes any more."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from bitrix.tasks import MarkedTask, Tasks
from worker.engine.client import Engine
from worker.ledger import Ledger
from worker.model import SyncRequest

INSTANCE_ID = re.compile(r"[\w:-]{1,64}", re.ASCII)
AT_ONCE = 200
"""Syncs in one transaction: a worker that runs beside must not wait for the file until it gives up."""


@dataclass(frozen=True, slots=True)
class Duplicate:
    """One external task with several Bitrix24 tasks."""

    marker: str
    task_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Resync:
    """`queued`: instances for which a sync is owed now; `unknown`: those that the engine does not know any more."""

    queued: int
    unknown: tuple[str, ...]


def marked_tasks(tasks: Tasks, since: datetime, looked_at: Callable[[int], object]) -> list[MarkedTask]:
    """Every marked task made since then; `looked_at` is told how many there are so far. Raises `PortalError`."""
    found: list[MarkedTask] = []
    for task in tasks.marked_since(since):
        found.append(task)
        looked_at(len(found))
    return found


def duplicates(marked: Iterable[MarkedTask], engine: Engine) -> list[Duplicate]:
    """The markers that more than one task carries. A copy made by a person on the portal looks the same.

    Left out: those of which the engine says that they belong to a tenant of another worker. Raises `EngineError`.
    """
    by_marker: dict[str, list[MarkedTask]] = {}
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
    marked: Iterable[MarkedTask], engine: Engine, ledger: Ledger, looked_at: Callable[[int], object] = lambda _: None
) -> Resync:
    """Owe a sync for the instance of each task: makes good what a ledger that is lost for good has owed.

    Safe to repeat, and beside a running worker, which sends them; `looked_at` is told how many instances so far.
    Instances of tenants that are not ours are passed over.
    Raises `EngineError`, `LedgerUnavailable`: what was owed until then stays so.
    """
    instances = list(dict.fromkeys(task.process_instance_id for task in marked if task.process_instance_id))
    queued, unknown = 0, []
    for first in range(0, len(instances), AT_ONCE):
        some = instances[first : first + AT_ONCE]
        keys = {instance: _key(engine, instance) for instance in some if not _is_of_others(engine, instance)}
        queued += ledger.syncs.queue(SyncRequest(instance, key) for instance, key in keys.items() if key)
        unknown += [instance for instance, key in keys.items() if not key]
        looked_at(first + len(some))
    return Resync(queued, tuple(unknown))


def _key(engine: Engine, instance: str) -> str | None:
    """The field is anybody's to edit on the portal: what can be no id is not asked for, or one `/` would end it all."""
    return engine.definition_key(instance) if INSTANCE_ID.fullmatch(instance) else None
