"""The tasks of a step's predecessors, as the portal's diagram names them: what came before, with its results."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol

from bitrix.errors import LookupUnproven
from bitrix.kept import Kept
from bitrix.step_tasks import StepTask
from worker.content.given import PortalContent
from worker.model import Act, FetchedTask, TaskDraft
from worker.runtime.telemetry import Telemetry
from worker.steps.once import Once

ONE_DRAFT_SECONDS = 5.0
"""Several parts of one draft need the same tasks."""


class Finder(Protocol):
    """The portal's tasks by step. Raises `PortalError`."""

    def newest(self, instance: str, steps: Sequence[str]) -> tuple[StepTask, ...]: ...


class Predecessors:
    """Finds them once for all parts of a draft. Thread-safe."""

    def __init__(self, finder: Finder) -> None:
        self._finder = finder
        self._kept: Kept[str, tuple[StepTask, ...]] = Kept(most=1000)

    def of(self, task: FetchedTask, content: PortalContent) -> tuple[StepTask, ...]:
        """The tasks of the predecessors, in the diagram's order; empty if there are none. Raises `PortalError`."""
        steps = [one for one in content.step.predecessors if one != task.activity_id] if content.step else []
        instance = task.process_instance_id
        if not steps or instance is None:
            return ()
        return self._kept.get(task.id, lambda: self._finder.newest(instance, steps), lambda _: ONE_DRAFT_SECONDS)


class Arrows:
    """The part that lets a task depend on those of its predecessors, as arrows in the Gantt chart.

    An arrow is never worth an incident: if the portal's list proves nothing, that is logged once for the process.
    """

    def __init__(self, predecessors: Predecessors, telemetry: Telemetry) -> None:
        self._predecessors = predecessors
        self._telemetry = telemetry
        self._logged = Once()

    def complete(self, task: FetchedTask, draft: TaskDraft, content: PortalContent) -> TaskDraft:
        """The draft with one act for each predecessor that has a task. Raises `PortalError` if the portal is down."""
        try:
            found = self._predecessors.of(task, content)
        except LookupUnproven as error:
            if self._logged.first(task.definition_key):
                self._telemetry.emit("template.no_arrows", process=task.definition_key, reason=error)
            return draft
        acts = [Act("module_dependency", {"on": one.id}) for one in found]
        return replace(draft, acts=(*draft.acts, *acts)) if acts else draft
