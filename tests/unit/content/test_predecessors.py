"""The tasks of a step's predecessors: asked for once in a draft, and a failure is not "none"."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from bitrix.camunda_module import DiagramStep
from bitrix.errors import Doubtful, LookupUnproven, PortalError
from bitrix.step_tasks import StepTask
from tests.support.builders import fetched
from tests.support.fakes import Events
from worker.content.given import PortalContent
from worker.content.predecessors import Arrows, Predecessors
from worker.model import Act, FetchedTask, TaskDraft


class Finder:
    """Tasks of the portal by step; `error` is raised instead."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, Sequence[str]]] = []
        self.error: PortalError | None = None

    def newest(self, instance: str, steps: Sequence[str]) -> tuple[StepTask, ...]:
        self.asked.append((instance, steps))
        if self.error:
            raise self.error
        return tuple(StepTask(step, 100 + number, closed=True) for number, step in enumerate(steps) if step != "none")


def content(*predecessors: str) -> PortalContent:
    return PortalContent(DiagramStep("Task_Create", predecessors=predecessors))


def arrows(finder: Finder, of: PortalContent, task: FetchedTask | None = None) -> tuple[Act, ...]:
    draft = TaskDraft("m", {}, acts=(Act("checklist", {}),))
    return Arrows(Predecessors(finder), Events()).complete(task or fetched(), draft, of).acts


def test_the_task_depends_on_those_of_its_predecessors() -> None:
    finder = Finder()
    made = arrows(finder, content("a", "none", "Task_Create", "b"))
    assert [(act.kind, dict(act.payload)) for act in made] == [
        ("checklist", {}),
        ("module_dependency", {"on": 100}),
        ("module_dependency", {"on": 102}),
    ]
    assert finder.asked == [("instance-of-task-1", ["a", "none", "b"])]


@pytest.mark.parametrize("of", [content(), content("Task_Create"), PortalContent()])
def test_without_predecessors_nobody_is_asked(of: PortalContent) -> None:
    finder = Finder()
    assert len(arrows(finder, of)) == 1
    assert finder.asked == []


def test_without_an_instance_no_other_instances_task_is_found() -> None:
    finder = Finder()
    assert len(arrows(finder, content("a"), fetched(process_instance_id=None))) == 1
    assert finder.asked == []


def test_two_parts_of_a_draft_share_one_call_and_a_failure_is_no_answer() -> None:
    finder = Finder()
    found = Predecessors(finder)
    finder.error = LookupUnproven("tasks.task.list", "filter_ignored")
    with pytest.raises(LookupUnproven):
        found.of(fetched(), content("a"))
    finder.error = None
    assert [found.of(fetched(), content("a"))[0].id for _ in range(2)] == [100, 100]
    assert len(finder.asked) == 2


def test_an_arrow_is_no_reason_for_an_incident_and_a_portal_that_is_down_is_waited_for() -> None:
    finder, events = Finder(), Events()
    part, draft = Arrows(Predecessors(finder), events), TaskDraft("m", {})
    finder.error = LookupUnproven("tasks.task.list", "filter_ignored")
    for _ in range(2):
        assert part.complete(fetched(), draft, content("a")) is draft
    assert events.names() == ["template.no_arrows"]
    finder.error = Doubtful("tasks.task.list", "http_502")
    with pytest.raises(Doubtful):
        part.complete(fetched(), draft, content("a"))
