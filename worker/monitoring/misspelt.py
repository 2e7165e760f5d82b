"""The steps that wait under topics that are probably misspelt: nobody takes them until a person corrects the topic."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from worker.engine.incidents import Stuck
from worker.engine.step_life import TaskNow


@dataclass(frozen=True, slots=True)
class Waiting:
    """The steps that wait in one such topic: how many, and at most a page of them. `meant`: the topic of ours."""

    topic: str
    meant: str
    count: int
    steps: Sequence[TaskNow]


@dataclass(frozen=True, slots=True)
class Misspelt:
    """All of them: `count`, and `shown` a page of each topic, the newest first.

    The `reason` of each is its topic and the one that was meant.
    """

    shown: Sequence[Stuck] = ()
    count: int = 0

    @property
    def unread(self) -> int:
        """How many were not read."""
        return self.count - len(self.shown)

    @classmethod
    def of(cls, topics: Sequence[Waiting]) -> Misspelt:
        """Those of these topics."""
        steps = [_stuck(step, f"{one.topic} → {one.meant}") for one in topics for step in one.steps]
        return cls(sorted(steps, key=lambda step: -(step.since or 0.0)), sum(one.count for one in topics))


def _stuck(step: TaskNow, topics: str) -> Stuck:
    return Stuck(
        id=step.external_task_id,
        root_id=step.external_task_id,
        kind="misspelt",
        activity_id=step.activity_id,
        process_instance_id=step.process_instance_id,
        process_definition_id=step.process_definition_id,
        reason=topics,
        since=step.created,
        process_definition_key=step.process_definition_key,
        business_key=step.business_key,
    )
