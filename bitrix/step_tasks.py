"""Finds the tasks of other steps of the same process instance, by the fields that link a task to its step."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bitrix import reading, shapes
from bitrix.causes import Cause
from bitrix.client import BitrixClient
from bitrix.errors import LookupUnproven
from bitrix.limits.limiter import Kind
from bitrix.methods import LIST
from bitrix.task_states import CLOSED
from bitrix.tasks import INSTANCE_FIELD, PAGE

STEP_FIELD = "UF_ELEMENT_ID"
MOST_STEPS = 40


@dataclass(frozen=True, slots=True)
class StepTask:
    """The task of a step. `closed`: completed, awaiting control, or declined."""

    step: str
    id: int
    closed: bool


class StepTasks:
    """Tasks by process instance and step, tasks of the old installation included. Thread-safe; safe to repeat."""

    def __init__(self, client: BitrixClient) -> None:
        self._client = client

    def newest(self, instance: str, steps: Sequence[str]) -> tuple[StepTask, ...]:
        """The task of each step, in the order of `steps`, without the steps that have no task.

        A loop makes several tasks for one step: the newest closed task counts, or the newest one if none is closed.
        Raises `PortalError`: `LookupUnproven` if the answer does not prove which tasks exist.
        """
        found: dict[str, StepTask] = {}
        for first in range(0, len(steps), MOST_STEPS):
            some = list(steps[first : first + MOST_STEPS])
            shown = self._shown(instance, some)
            found |= _newest(shown)
            if len(shown) >= PAGE and len(some) > 1:  # rounds of a loop may have filled the page
                for step in some:
                    found |= _newest(self._shown(instance, [step]))
        return tuple(found[step] for step in steps if step in found)

    def _shown(self, instance: str, steps: list[str]) -> list[StepTask]:
        params = {
            "filter": {INSTANCE_FIELD: instance, STEP_FIELD: steps},
            "select": ["ID", "STATUS", INSTANCE_FIELD, STEP_FIELD],
            "order": {"ID": "desc"},
            "start": -1,
        }
        result = self._client.call(LIST, params, kind=Kind.URGENT).result
        return [_step_task(row, instance, steps) for row in shapes.tasks(result)]


def _step_task(row: Mapping[str, Any], instance: str, steps: Sequence[str]) -> StepTask:
    id_ = reading.whole(row.get("id")) if isinstance(row, dict) else None
    status = reading.whole(row.get("status"), least=0) if id_ else None
    if id_ is None or status is None:
        raise LookupUnproven(LIST, Cause.MALFORMED, "a task without number or status")
    step = reading.written(row.get("ufElementId")) or ""
    if row.get("ufProcessInstanceId") != instance or step not in steps:
        raise LookupUnproven(LIST, Cause.FILTER_IGNORED, "the answer has tasks that were not asked for")
    return StepTask(step, id_, status in CLOSED)


def _newest(shown: Iterable[StepTask]) -> dict[str, StepTask]:
    best: dict[str, StepTask] = {}
    for one in shown:
        if one.step not in best or (one.closed, one.id) > (best[one.step].closed, best[one.step].id):
            best[one.step] = one
    return best
