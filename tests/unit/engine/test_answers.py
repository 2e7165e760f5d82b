"""One odd task among good ones costs the others nothing; an answer of another shape is the engine's side's fault."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.support.fakes import Events
from tests.support.good_answers import ENGINE_TASK, SECOND
from worker.engine import answers, definition_answers
from worker.engine.answers import OddTask
from worker.engine.client import Fetched
from worker.engine.errors import EngineUnreachable
from worker.model import FetchedTask
from worker.tasks.odd_tasks import OddTasks
from worker.tasks.pace import HEAD_START_SECONDS, Pace
from worker.words.phrase import unchanged

TOPIC = ENGINE_TASK["topicName"]


def apart(*rows: Any) -> tuple[tuple[FetchedTask, ...], tuple[OddTask, ...]]:
    return answers.told_apart(answers.tasks_in("fetchAndLock", list(rows)), [TOPIC], "w")


@pytest.mark.parametrize(
    ("changes", "what"),
    [
        ({"id": None}, "id = null"),
        ({"id": 7}, "id = 7"),
        ({"id": "../../x?"}, 'id = "../../x?"'),
        ({"id": "x" * 43}, 'id = "xxx'),
        ({"id": "7c1e\n"}, r'id = "7c1e\n"'),
        ({"topicName": ["x"]}, 'topicName = ["x"]'),
        ({"topicName": "of somebody else"}, 'topicName = "of somebody else", which the worker did not ask for'),
        ({"workerId": None}, "workerId = null"),
        ({"workerId": "another"}, 'workerId = "another", which is not this worker\'s id'),
        ({"activityId": ""}, 'activityId = ""'),
        ({"activityId": {"a": 1}}, 'activityId = {"a": 1}'),
        ({"processInstanceId": "a/b"}, 'processInstanceId = "a/b"'),
        ({"businessKey": 7}, "businessKey = 7"),
        ({"retries": "3"}, 'retries = "3"'),
        ({"retries": -7}, "retries = -7"),
        ({"retries": 2**31}, "retries = 2147483648"),
        ({"priority": float("inf")}, "priority = Infinity"),
        ({"createTime": {"a": 1}}, 'createTime = {"a": 1}'),
        ({"variables": [1]}, "variables = [1]"),
        ({"extensionProperties": [1]}, "extensionProperties = [1]"),
        ({"extensionProperties": {"a": {"b": []}}}, 'extensionProperties = {"a": {"b": []}}'),
    ],
    ids=str,
)
def test_an_odd_task_is_told_of_beside_the_good_one(changes: dict[str, Any], what: str) -> None:
    tasks, odd = apart(ENGINE_TASK | changes, SECOND)
    assert [task.id for task in tasks] == [SECOND["id"]]
    assert [one.what.en[: len(what)] for one in odd] == [what]


@pytest.mark.parametrize("row", [None, 7, "x", [], [[]], {}])
def test_a_row_that_is_no_task_is_told_of_too(row: Any) -> None:
    tasks, [odd] = apart(row, SECOND)
    assert [task.id for task in tasks] == [SECOND["id"]]
    assert odd.task is None


@pytest.mark.parametrize("sizes", [(answers.LARGEST_STEP + 1,), (answers.LARGEST_STEP, 1)], ids=["one", "together"])
def test_a_step_that_is_too_large_is_told_of_beside_the_good_one(sizes: tuple[int, ...]) -> None:
    values = {f"v{number}": {"type": "String", "value": "x" * size} for number, size in enumerate(sizes)}
    tasks, [odd] = apart(ENGINE_TASK | {"variables": values}, SECOND)
    assert [task.id for task in tasks] == [SECOND["id"]]
    assert odd.what.en == "variables takes 8.0 MB, the limit of one step is 8 MB"
    assert odd.what.ru == "variables занимает 8.0 МБ, предел для шага 8 МБ"
    assert odd.task
    assert odd.task.variables == {}
    values["v0"]["value"] = values["v0"]["value"][sum(sizes) - answers.LARGEST_STEP :]
    assert apart(ENGINE_TASK | {"variables": values})[1] == ()


def test_of_two_rows_with_one_id_the_first_is_taken() -> None:
    tasks, [odd] = apart(ENGINE_TASK, ENGINE_TASK | {"activityId": "Other"})
    assert [task.activity_id for task in tasks] == ["Task_Create"]
    assert "twice in one answer" in odd.what.en


@pytest.mark.parametrize("time", ["yesterday", "2026-13-45T00:00:00.000+0000", "2026-03-01", "", None])
def test_a_time_that_cannot_be_read_is_none(time: Any) -> None:
    """Looked up then, never taken for surely first."""
    [task], odd = apart(ENGINE_TASK | {"createTime": time})
    assert (task.create_time, odd) == (None, ())


def test_a_task_with_odd_retries_fails_for_the_last_time() -> None:
    _, [odd] = apart(ENGINE_TASK | {"retries": "many"})
    assert odd.task
    assert odd.task.retries == 1


OTHERS: dict[str, Callable[[Any], Any]] = {
    "tasks": lambda answer: answers.tasks_in("fetchAndLock", answer),
    "existing": lambda answer: answers.existing(answers.tasks_in("external-task", answer), ["7c1e"]),
    "left": answers.left,
    "version": answers.version,
    "tree": answers.activity_tree,
    "variables": lambda answer: answers.variables_named("loopCounter", answer),
    "variables at": lambda answer: answers.variables_at({"A:1"}, answer),
    "count": answers.count,
    "xml": definition_answers.definition_xml,
    "ids": definition_answers.ids_by_tenant,
    "tenants": definition_answers.tenants_of,
    "topics": answers.topic_names,
}


@pytest.mark.parametrize("name", OTHERS)
@pytest.mark.parametrize(
    "answer", [None, 7, "x", True, {"a": 1}, ["x", 7], [None], [{"id": []}], {"count": -1}], ids=str
)
def test_another_shape_of_an_answer_is_an_outage(name: str, answer: Any) -> None:
    with pytest.raises(EngineUnreachable):
        OTHERS[name](answer)


@pytest.mark.parametrize("row", [SECOND, SECOND | {"id": []}, SECOND | {"id": "9" * 5000}])
def test_a_task_that_nobody_has_asked_for_is_a_filter_that_was_dropped(row: Any) -> None:
    with pytest.raises(EngineUnreachable):
        answers.existing([row], ["7c1e"])


def test_who_hands_out_odd_tasks_alone_is_told_of_and_not_asked_at_once() -> None:
    events, pauses = Events(), list[float]()

    def stopping(seconds: float) -> bool:
        pauses.append(seconds)
        return False

    odd_tasks, pace = OddTasks(events), Pace(events, stopping, 8.0)
    odd = Fetched((), 0.0, (OddTask(unchanged("id = None")),))
    for _ in range(3):
        assert odd_tasks.tell(odd) == []
        pace.answered(odd, 0.1)
    assert events.names() == ["task.odd"] * 3
    assert len(pauses) == 3
    assert all(seconds > 0 for seconds in pauses)
    [good], _ = apart(ENGINE_TASK)
    pace.answered(Fetched((good,), 0.0, odd.odd), 0.1)
    assert pauses[3:] == [HEAD_START_SECONDS], "there was work too"
