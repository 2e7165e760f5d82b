"""One step that asks twice at once in one process instance, into one variable: the log says so when it happens."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from tests.support.builders import fetched
from tests.support.fakes import Events
from tests.unit.steps.test_overwritten_answers import Source, asking
from worker.engine.errors import EngineUnreachable
from worker.model import FetchedTask
from worker.steps.asked_twice import AskedTwice
from worker.steps.definitions import Definitions

INPUT = "<extensionElements><inputOutput><inputParameter name='A'/></inputOutput></extensionElements>"


class Sides:
    """The ledger with what it has beside the task, and the engine with what of that is still open."""

    def __init__(self, beside: Sequence[str], still: Sequence[str] | None = None) -> None:
        self.beside, self.still = beside, beside if still is None else still

    def asked_beside(self, _: FetchedTask) -> Sequence[str]:
        return self.beside

    def existing(self, task_ids: Sequence[str]) -> Mapping[str, object]:
        return {id_: object() for id_ in task_ids if id_ in self.still}


class Away(Sides):
    def existing(self, task_ids: Sequence[str]) -> Mapping[str, object]:
        raise EngineUnreachable("external-task", "away", doubtful=False)


def told(sides: Sides, *, around: str = "", **task: Any) -> list[Any]:
    events = Events()
    inner = f"<subProcess id='S'>{around}{asking('A')}</subProcess>" if around else asking("A")
    definitions = Definitions(Source(f"<definitions><process id='p'>{inner}</process></definitions>"), events)
    about = {"activity_id": "A", "process_definition_id": "p:1:x"} | task
    AskedTwice(sides, sides, definitions, events).look(fetched(**about), "A")
    return [(name, facts["others"], facts["variable"]) for name, facts in events.seen]


def test_a_second_task_of_one_step_that_answers_into_the_same_variable_is_told() -> None:
    assert told(Sides(["first", "gone"], ["first"])) == [("step.asked_twice", "first", "A")]


@pytest.mark.parametrize(
    ("sides", "more"),
    [
        (Sides([]), {}),
        (Sides(["first"], []), {}),
        (Away(["first"]), {}),
        (Sides(["first"]), {"loops": (0,)}),
        (Sides(["first"]), {"process_instance_id": None}),
        (Sides(["first"]), {"around": INPUT}),
    ],
)
def test_what_is_over_numbered_kept_apart_or_cannot_be_asked_is_not(sides: Sides, more: dict[str, Any]) -> None:
    assert told(sides, **more) == []
