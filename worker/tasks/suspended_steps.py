"""The waiting steps whose process instances are suspended: the engine accepts no outcome, whatever people answer."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from worker.engine.incidents import Stuck
from worker.ledger import Ledger
from worker.model import FetchedTask
from worker.runtime.telemetry import Telemetry
from worker.tasks.met_step import MetSteps

KIND = "suspended"
OPEN = "open"
"""The reason of one whose task is open; of one whose task is closed it is None."""


class SuspendedSteps:
    """Each is logged once, and once more when its task is closed; kept until it goes on or is over. Thread-safe."""

    def __init__(self, ledger: Ledger, telemetry: Telemetry) -> None:
        self._met = MetSteps(ledger, KIND)
        self._telemetry = telemetry
        self._steps: dict[str, Stuck] = {}

    def meet(self, task: FetchedTask, portal_task_id: int) -> None:
        """Keep one whose task is closed."""
        if (known := self._steps.get(task.id)) and known.reason is None:
            return
        self._steps[task.id] = Stuck(
            id=task.id,
            root_id=task.id,
            kind=KIND,
            activity_id=task.activity_id,
            process_instance_id=task.process_instance_id,
            process_definition_id=task.process_definition_id,
            reason=None,
            since=self._met.since(task.id),
            step_name=task.activity_name if isinstance(task.activity_name, str) else None,
            process_definition_key=task.definition_key,
            business_key=task.business_key,
            portal_task_id=portal_task_id,
        )
        self._telemetry.emit("waiting.suspended", task=task.id, portal_task=portal_task_id)

    def meet_open(self, external_task_id: str, portal_task_id: int | None) -> None:
        """Keep one whose task is not known to be closed."""
        if external_task_id in self._steps:
            return
        met = self._steps[external_task_id] = self._met.met(external_task_id, portal_task_id, OPEN)
        key = met.business_key or "-"
        self._telemetry.emit(
            "waiting.step_suspended", task=external_task_id, portal_task=portal_task_id, business_key=key
        )

    def activated(self, external_task_id: str) -> None:
        """The instance goes on: one whose task is open waits as any other. What is closed tells its next look."""
        if (known := self._steps.get(external_task_id)) and known.reason == OPEN:
            self.left(external_task_id)
            self._telemetry.emit("waiting.step_activated", task=external_task_id, portal_task=known.portal_task_id)

    def keep_open(self, external_task_ids: Collection[str]) -> None:
        """Forget those with open tasks that are not among these: they are over, or another worker's."""
        for one in self.all():
            if one.reason == OPEN and one.id not in external_task_ids:
                self.left(one.id)
        self._met.keep({*external_task_ids, *(one.id for one in self.all())})

    def left(self, external_task_id: str) -> None:
        """Forget one, if it is kept."""
        if self._steps.pop(external_task_id, None):
            self._met.over(external_task_id)

    def all(self) -> Sequence[Stuck]:
        """The newest first."""
        return list(self._steps.values())[::-1]
