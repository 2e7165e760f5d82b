"""Which instance of a multi-instance a task is: trees as Camunda 7.24 gives them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from bitrix.causes import Cause
from tests.support.builders import fetched
from tests.support.fakes import Events
from worker.engine.errors import EngineDenied, TaskGone
from worker.mapping.faults import MappingFault
from worker.model import FetchedTask
from worker.steps.definitions import Definitions
from worker.steps.loops import Loops, LoopsUnknown, outer_counters

MODEL = """<definitions><process id="p"><serviceTask id="once"/>
<serviceTask id="A"><multiInstanceLoopCharacteristics/></serviceTask><serviceTask id="A_7"/>
<subProcess id="S"><multiInstanceLoopCharacteristics {outer}/>
<serviceTask id="B"><multiInstanceLoopCharacteristics {inner}/></serviceTask><serviceTask id="C"/></subProcess>
</process></definitions>"""


def node(activity: str, id_: str, *children: Mapping[str, Any], kind: str = "serviceTask") -> dict[str, Any]:
    many = activity.endswith("#multiInstanceBody")
    return {
        "activityId": activity,
        "activityType": "multiInstanceBody" if many else kind,
        "id": id_,
        "childActivityInstances": list(children),
    }


def body(activity: str, id_: str, *children: Mapping[str, Any]) -> dict[str, Any]:
    return node(f"{activity}#multiInstanceBody", id_, *children)


TREE = node(
    "p",
    "p1",
    body(
        "S",
        "S#1",
        node("S", "S:a", body("B", "B#a", node("B", "B:1"), node("B", "B:2"))),
        node("S", "S:b", body("B", "B#b", node("B", "B:3"), node("B", "B:4"))),
    ),
)


def counter(value: int, activity_instance_id: str) -> dict[str, Any]:
    return {"name": "loopCounter", "value": value, "activityInstanceId": activity_instance_id}


PARALLEL = [
    counter(1, "S:b"),
    counter(0, "S:a"),
    *(counter(value, id_) for id_ in ("B#a", "B#b") for value in (0, 1)),
]


class Source:
    def __init__(self, counters: Sequence[Mapping[str, Any]] = (), error: Exception | None = None) -> None:
        self.counters = counters
        self.error = error
        self.asked = 0

    def definition_xml(self, _: str, *, timeout: float) -> str:
        return MODEL.format(outer="", inner="")

    def activity_tree(self, _: str) -> Mapping[str, Any]:
        self.asked += 1
        if self.error:
            raise self.error
        return TREE

    def variables_named(self, _: str, name: str) -> Sequence[Mapping[str, Any]]:
        assert name == "loopCounter"
        return self.counters


def loops(source: Source) -> Loops:
    return Loops(source, Definitions(source, Events()))


def task(activity: str, counter: Any = None, instance: str = "") -> FetchedTask:
    variables = {} if counter is None else {"loopCounter": counter}
    return fetched(
        activity_id=activity, variables=variables, process_definition_id="p:1:x", activity_instance_id=instance
    )


def test_a_step_in_one_loop_is_placed_without_a_call() -> None:
    source = Source()
    assert loops(source).placed(task("A", 2)).instance == "2"
    assert loops(source).placed(task("C", 1)).instance == "1"
    assert source.asked == 0


@pytest.mark.parametrize(("activity", "value"), [("once", 3), ("A", None), ("A", "3"), ("A", True)])
def test_a_variable_of_that_name_alone_makes_no_loop(activity: str, value: Any) -> None:
    assert loops(Source()).placed(task(activity, value)).loops == ()


@pytest.mark.parametrize(
    ("instance", "counter", "place"), [("B:1", 0, "0_0"), ("B:2", 1, "0_1"), ("B:3", 0, "1_0"), ("B:4", 1, "1_1")]
)
def test_in_nested_loops_each_instance_has_a_place_of_its_own(instance: str, counter: int, place: str) -> None:
    assert loops(Source(PARALLEL)).placed(task("B", counter, instance)).instance == place


def test_a_sequential_loop_around_is_told_by_its_body() -> None:
    assert loops(Source([counter(4, "S#1"), counter(0, "B#a")])).placed(task("B", 0, "B:1")).instance == "4_0"


@pytest.mark.parametrize(("counters", "instance"), [([], "B:1"), ([counter(0, "S#1")] * 2, "B:1"), (PARALLEL, "B:9")])
def test_a_place_that_cannot_be_told_is_never_guessed(counters: Sequence[Mapping[str, Any]], instance: str) -> None:
    with pytest.raises(LoopsUnknown):
        loops(Source(counters)).placed(task("B", 0, instance))


@pytest.mark.parametrize("children", [None, "x", [None, 1, "x", {}], {"a": 1}])
def test_an_odd_tree_tells_nothing(children: Any) -> None:
    with pytest.raises(LoopsUnknown):
        outer_counters({"id": "p1", "childActivityInstances": children}, PARALLEL, "B:1")


def test_want_of_rights_is_the_steps_fault_and_an_end_is_none() -> None:
    with pytest.raises(LoopsUnknown, match="READ"):
        loops(Source(error=EngineDenied("activity-instances", "HTTP 403"))).placed(task("B", 0, "B:1"))
    with pytest.raises(EngineDenied):
        loops(Source(error=EngineDenied("tree", "HTTP 401", cause=Cause.ENGINE_TOKEN))).placed(task("B", 0, "B:1"))
    with pytest.raises(TaskGone):
        loops(Source(error=TaskGone("activity-instances", "does not exist"))).placed(task("B", 0, "B:1"))


def test_the_name_of_another_step_is_not_taken() -> None:
    with pytest.raises(MappingFault, match=r"A_7, .* Rename one of the two steps\. Raising the retries alone"):
        loops(Source()).placed(task("A", 7))
