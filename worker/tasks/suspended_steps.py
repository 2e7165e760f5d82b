"""The steps whose tasks are closed while their process instances are suspended: the engine accepts no outcome."""

from __future__ import annotations

from collections.abc import Sequence

from worker.engine.incidents import Stuck
from worker.model import FetchedTask
from worker.runtime import clock
from worker.runtime.telemetry import Telemetry

KIND = "suspended"


class SuspendedSteps:
    """Each is logged once, and kept until it goes on or is over. Thread-safe."""

    def __init__(self, telemetry: Telemetry) -> None:
        self._telemetry = telemetry
        self._steps: dict[str, Stuck] = {}

    def meet(self, task: FetchedTask, portal_task_id: int) -> None:
        """Keep one."""
        if task.id in self._steps:
            return
        self._steps[task.id] = Stuck(
            id=task.id,
            root_id=task.id,
            kind=KIND,
            activity_id=task.activity_id,
            process_instance_id=task.process_instance_id,
            process_definition_id=task.process_definition_id,
            reason=None,
            since=clock.wall(),
            step_name=task.activity_name if isinstance(task.activity_name, str) else None,
            process_definition_key=task.definition_key,
            business_key=task.business_key,
            portal_task_id=portal_task_id,
        )
        self._telemetry.emit("waiting.suspended", task=task.id, portal_task=portal_task_id)

    def left(self, external_task_id: str) -> None:
        """Forget one, if it is kept."""
        self._steps.pop(external_task_id, None)

    def all(self) -> Sequence[Stuck]:
        """The newest first."""
        return list(self._steps.values())[::-1]
