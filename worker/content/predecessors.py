"""The tasks of a step's predecessors, as the portal's diagram names them: what came before, with its results."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol

from bitrix.kept import Kept
from bitrix.step_tasks import StepTask
from worker.content.given import PortalContent
from worker.model import Act, FetchedTask, TaskDraft

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
    """The part that lets a task depend on those of its predecessors, as arrows in the Gantt chart."""

    def __init__(self, predecessors: Predecessors) -> None:
        self._predecessors = predecessors

    def complete(self, task: FetchedTask, draft: TaskDraft, content: PortalContent) -> TaskDraft:
        """The draft with one act for each predecessor that has a task. Raises `PortalError`."""
        acts = [Act("module_dependency", {"on": one.id}) for one in self._predecessors.of(task, content)]
        return replace(draft, acts=(*draft.acts, *acts)) if acts else draft
