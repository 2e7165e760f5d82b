from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from tests.support.builders import fetched
from worker.engine.errors import ContinuationFailed, EngineBusy, EngineDenied, EngineError, EngineUnreachable, TaskGone
from worker.engine.variables import decode
from worker.model import SerialisedObject, UnreadableVariable
from worker.steps.java_objects import MOST, JavaObjects

JAVA = "application/x-java-serialized-object"
OURS, OTHERS = "rO0ABours", "rO0ABothers"


class Source:
    """Two scopes have a variable of this name; each has its own value."""

    def __init__(self, shown: Any = ("a", "b"), error: EngineError | None = None) -> None:
        self.rows: list[Mapping[str, Any]] = [{"id": "v1", "value": OTHERS}, {"id": "v2", "value": OURS}]
        self.shown = list(shown) if isinstance(shown, tuple) else shown
        self.error = error
        self.calls: list[str] = []

    def variables_named(self, process_instance_id: str, name: str) -> list[Mapping[str, Any]]:
        self.calls.append(f"{process_instance_id} {name}")
        return self.rows

    def variable_as_json(self, variable_id: str) -> Any:
        self.calls.append(variable_id)
        if self.error:
            raise self.error
        return self.shown


def java(class_: str = "java.util.ArrayList", value: Any = OURS) -> dict[str, Any]:
    about = {"objectTypeName": class_, "serializationDataFormat": JAVA}
    return {"type": "Object", "value": value, "valueInfo": about}


def read(source: Source, **raw: Any) -> Mapping[str, Any]:
    return JavaObjects(source).read(fetched(process_instance_id="i", variables=decode(raw))).variables


@pytest.mark.parametrize("class_", ["java.util.ArrayList", "java.util.Arrays$ArrayList", "java.util.TreeMap"])
def test_it_is_read_as_the_engine_shows_the_one_of_this_steps_scope(class_: str) -> None:
    source = Source()
    assert read(source, tags=java(class_), title={"type": "String", "value": "x"}) == {"tags": ["a", "b"], "title": "x"}
    assert source.calls == ["i tags", "v2"]


def test_a_null_object_is_null_and_costs_no_call() -> None:
    source = Source()
    assert read(source, tags=java(value=None)) == {"tags": None}
    assert source.calls == []


def test_a_step_without_such_variables_costs_no_call() -> None:
    source = Source()
    task = fetched(variables={"title": "x"})
    assert JavaObjects(source).read(task) is task


@pytest.mark.parametrize(
    "class_", ["java.util.Date", "java.util.UUID", "com.example.ToDoList", "java.util.Optional", "?"]
)
def test_an_object_whose_json_would_not_be_its_value_stays_unreadable(class_: str) -> None:
    source = Source()
    [value] = read(source, it=java(class_)).values()
    assert isinstance(value, SerialisedObject)
    assert class_ in value.reason.en
    assert source.calls == []


@pytest.mark.parametrize(
    "error", [EngineDenied("x", "HTTP 403"), ContinuationFailed("x", "no class Foo"), TaskGone("x", "does not exist")]
)
def test_what_the_engine_cannot_show_is_a_fault_of_its_user_with_the_engines_words(error: EngineError) -> None:
    [value] = read(Source(error=error), tags=java()).values()
    assert isinstance(value, UnreadableVariable)
    assert error.reason in value.reason.en
    assert "java.util.ArrayList" in value.reason.en
    assert "choose the type Json" in value.reason.en


@pytest.mark.parametrize("shown", ["text", 7, None])
def test_an_answer_that_is_no_collection_is_not_believed(shown: Any) -> None:
    assert isinstance(read(Source(shown), tags=java())["tags"], UnreadableVariable)


def test_one_that_the_engine_hides_or_that_was_changed_meanwhile_is_told_so() -> None:
    source = Source()
    source.rows = [{"id": "v1", "value": OTHERS}]
    assert "READ" in read(source, tags=java())["tags"].reason.en
    assert source.calls == ["i tags"]


@pytest.mark.parametrize("error", [EngineUnreachable("x", "refused", doubtful=False), EngineBusy("x", "locked")])
def test_an_engine_that_is_away_is_no_fault_of_the_task(error: EngineError) -> None:
    with pytest.raises(type(error)):
        read(Source(error=error), tags=java())


def test_of_very_many_some_stay_unreadable() -> None:
    source = Source()
    values = read(source, **{f"v{number:03}": java() for number in range(MOST + 5)})
    assert sum(isinstance(value, SerialisedObject) for value in values.values()) == 5
    assert len(source.calls) == 2 * MOST
