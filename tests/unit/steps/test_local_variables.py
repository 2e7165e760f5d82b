"""Local variables set at run time that would take an answer: rows and trees as Camunda 7.24 gives them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

import pytest

from bitrix.causes import Cause
from tests.support.builders import fetched
from tests.support.fakes import Events
from worker.engine.errors import EngineDenied, EngineError, EngineUnreachable
from worker.model import FetchedTask
from worker.steps.definitions import Definitions
from worker.steps.local_variables import LocalVariables

MODEL = """<definitions xmlns:camunda="http://camunda.org/schema/1.0/bpmn"><process id="p">
<subProcess id="S">{loop}
<serviceTask id="A">
<extensionElements><camunda:inputOutput>{output}</camunda:inputOutput></extensionElements></serviceTask>
<serviceTask id="B"/>{reader}</subProcess></process></definitions>"""
READER = "<scriptTask id='r'><script>decision</script></scriptTask>"
OUTPUT = '<camunda:outputParameter name="decision">${decision}</camunda:outputParameter>'
LOOP = "<multiInstanceLoopCharacteristics/>"


def node(activity: str, id_: str, *children: Any) -> dict[str, Any]:
    return {"activityId": activity, "id": id_, "childActivityInstances": list(children)}


TREE = node(
    "p:1:x",
    "p1",
    node("S#multiInstanceBody", "S#1", node("S", "S:1", node("A", "A:1"), node("B", "B:1")), node("S", "S:2")),
)


class Source:
    """An engine. `at`: the activity instances that have a variable of the name; the process itself is `p1`."""

    def __init__(
        self,
        *at: str,
        error: EngineError | None = None,
        unreadable: bool = False,
        model: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        self.at = at
        self.error = error
        self.unreadable = unreadable
        self.model = MODEL.format(**{"loop": "", "output": "", "reader": "", **model})
        self.calls: list[str] = []

    def definition_xml(self, _: str, *, timeout: float) -> str:
        if self.unreadable:
            raise EngineDenied("process-definition/xml", "HTTP 403")
        return self.model

    def activity_tree(self, _: str) -> Mapping[str, Any]:
        self.calls.append("tree")
        if self.error:
            raise self.error
        return TREE

    def variables_named(self, _: str, name: str) -> Sequence[Mapping[str, Any]]:
        self.calls.append(name)
        return [{"name": name, "activityInstanceId": one} for one in self.at]

    def variables_at(self, _: str, activity_instance_ids: Sequence[str]) -> Sequence[Mapping[str, Any]]:
        self.calls.append("at")
        there = [one for one in self.at if one in activity_instance_ids]
        return [{"name": name, "activityInstanceId": one} for one in there for name in ("other", "decision")]


def task() -> FetchedTask:
    return fetched(activity_id="A", activity_instance_id="A:1", process_instance_id="p1", process_definition_id="p:1:x")


def hiding(source: Source, events: Events | None = None) -> str | None:
    events = events or Events()
    return LocalVariables(source, Definitions(source, events), events).hiding(task(), "decision")


@pytest.mark.parametrize(
    ("at", "place"),
    [
        (["A:1"], "A"),
        (["p1", "A:1"], "A"),
        (["S:1"], "S"),
        (["S#1"], "S"),
        (["p1"], None),
        ([], None),
        (["B:1"], None),
        (["S:2"], None),
        (["p1", "B:1", "S:2"], None),
    ],
)
def test_the_nearest_variable_around_the_step_takes_the_answer(at: list[str], place: str | None) -> None:
    assert hiding(Source(*at)) == place


@pytest.mark.parametrize(
    ("at", "model"),
    [
        ("A:1", {"output": OUTPUT}),
        ("S:1", {"reader": READER}),
        ("S:1", {"reader": READER, "loop": LOOP}),
    ],
)
def test_what_is_handed_on_or_read_in_there_is_on_purpose(at: str, model: dict[str, str]) -> None:
    assert hiding(Source(at, model=model)) is None


@pytest.mark.parametrize(
    ("at", "model", "place"),
    [
        ("A:1", {}, "A"),
        ("S:1", {}, "S"),
        ("S#1", {}, "S"),
        ("p1", {}, None),
        ("B:1", {}, None),
        ("A:1", {"output": OUTPUT}, None),
    ],
)
def test_many_variables_are_looked_for_in_two_calls(at: str, model: dict[str, str], place: str | None) -> None:
    source, events = Source(at, model=model), Events()
    names = ["decision", *(f"question{number}" for number in range(40))]
    found = LocalVariables(source, Definitions(source, events), events).first_hidden(task(), names)
    assert found == (place and ("decision", place))
    assert source.calls[:2] == ["tree", "at"]
    assert "question1" not in source.calls


def test_missing_rights_are_told_for_many_variables_too() -> None:
    source, events = Source(error=EngineDenied("activity-instances", "HTTP 403")), Events()
    local = LocalVariables(source, Definitions(source, events), events)
    assert [local.first_hidden(task(), ["decision"]) for _ in range(2)] == [None, None]
    assert events.names() == ["answer.scopes_not_seen"]


def test_a_refused_login_is_no_missing_right() -> None:
    """An expired token was told as a missing READ, and nobody looked for the variable."""
    source, events = Source(error=EngineDenied("tree", "HTTP 401", cause=Cause.ENGINE_FILE_TOKEN)), Events()
    local = LocalVariables(source, Definitions(source, events), events)
    with pytest.raises(EngineDenied):
        local.first_hidden(task(), ["decision"])
    with pytest.raises(EngineDenied):
        local.hiding(task(), "decision")
    assert events.names() == []


def test_it_costs_one_call_for_each_answer() -> None:
    source, events = Source("p1"), Events()
    local = LocalVariables(source, Definitions(source, events), events)
    for _ in range(3):
        assert local.hiding(task(), "decision") is None
    assert source.calls == ["decision"] * 3


def test_rights_that_hide_variables_are_told_once_for_each_definition() -> None:
    """The engine leaves out what a user may not read: an empty list looks like no variable."""
    source, events = Source(error=EngineDenied("activity-instances", "HTTP 403")), Events()
    local = LocalVariables(source, Definitions(source, events), events)
    for _ in range(3):
        assert local.hiding(task(), "decision") is None
    assert events.names() == ["answer.scopes_not_seen"]
    assert events.facts("answer.scopes_not_seen")["definition"] == "p:1:x"


def test_an_engine_that_does_not_answer_is_no_no() -> None:
    with pytest.raises(EngineUnreachable):
        hiding(Source("S:1", error=EngineUnreachable("activity-instances", "away", doubtful=False)))


def test_without_the_model_the_answer_goes_on_and_somebody_is_told() -> None:
    events = Events()
    assert hiding(Source("S:1", unreadable=True), events) is None
    assert events.facts("answer.kept_local") == {"task": task().id, "variable": "decision", "activity": "S"}
