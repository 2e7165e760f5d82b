"""Blocks below a description: answers of earlier steps and process variables, written for people."""

from __future__ import annotations

import time
from datetime import UTC, date, datetime
from typing import Any

import pytest

from bitrix.camunda_module import DiagramProperty, DiagramStep
from bitrix.errors import Doubtful, MethodMissing, PortalError
from bitrix.questionnaires import Question, Questionnaire
from bitrix.task_template import TaskTemplate
from tests.support.builders import fetched
from tests.support.fakes import Events
from worker.content.description_blocks import DescriptionBlocks
from worker.content.given import PortalContent
from worker.content.shown_values import ShownValues
from worker.mapping.bbcode import INVISIBLE
from worker.mapping.fields import DESCRIPTION_BYTES
from worker.model import FetchedTask, TaskDraft, UnreadableVariable
from worker.words.phrase import unchanged

STEP = DiagramStep("Task_Create", "Approve", 5, ("Activity_0", "Activity_9"))


class Module:
    def __init__(self, *properties: DiagramProperty, error: PortalError | None = None) -> None:
        self._properties = properties
        self.error = error
        self.asked = 0

    def properties(self, process_key: str) -> tuple[DiagramProperty, ...]:
        assert process_key == "order"
        self.asked += 1
        if self.error:
            raise self.error
        return self._properties


class Names:
    error: PortalError | None = None

    def person(self, user_id: int) -> str | None:
        if self.error:
            raise self.error
        return {107: "Петрова Анна"}.get(user_id)

    def element(self, iblock_id: int, element_id: int) -> str | None:
        return {(16, 3): "Москва #офис"}.get((iblock_id, element_id))


def described(*told: tuple[str, str], code: str = "ORDER", title: str = "Заказ") -> TaskTemplate:
    questions = tuple(Question(name, f"Вопрос {name}", kind, iblock_id=16) for name, kind in told)
    return TaskTemplate(5, described=(Questionnaire(code, title, questions, {}),))


def block(
    variables: dict[str, Any],
    template: TaskTemplate | None = None,
    *properties: DiagramProperty,
    before: str = "",
    module: Module | None = None,
    events: Events | None = None,
    task: FetchedTask | None = None,
) -> str | None:
    part = DescriptionBlocks(module or Module(*properties), ShownValues(Names()), events or Events(), 30_000)
    task = task or fetched(variables=variables)
    fields = {"DESCRIPTION": before} if before else {}
    done = part.complete(task, TaskDraft("m", fields), PortalContent(STEP, template))
    found = done.fields.get("DESCRIPTION")
    return None if found is None else str(found)


def value(kind: str, given: Any) -> str:
    told = block({"v": given}, None, DiagramProperty("v", "Имя", kind, 16))
    assert told
    return told.removeprefix("Имя: ").removesuffix(";")


def test_answers_of_an_earlier_step_and_variables_of_the_process_follow_the_description() -> None:
    variables = {"Activity_0_ORDER_SUM": 5, "Activity_0_ORDER_OK": True, "town": "3", "none": None}
    properties = (DiagramProperty("town", "Город", "universal_list", 16), DiagramProperty("none", "Пусто", "string"))
    told = block(
        variables, described(("SUM", "integer"), ("OK", "boolean"), ("NOT", "string")), *properties, before="Что"
    )
    assert told == (
        f"Что\n\n---\n[B]Заказ[/B]\n• Вопрос SUM: 5\n• Вопрос OK: Да\n\n---\nГород: Москва {INVISIBLE}#офис;\nПусто: ;"
    )


def test_without_a_description_the_block_stands_alone_and_without_values_there_is_none() -> None:
    one = DiagramProperty("sum", "Сумма", "integer")
    assert block({"sum": 1}, None, one) == "Сумма: 1;"
    assert block({}, described(("SUM", "integer")), one) is None
    assert block({}, described(("SUM", "integer")), one, before="Что") == "Что"


@pytest.mark.parametrize(
    ("kind", "given", "told"),
    [
        ("boolean", True, "Да"),
        ("boolean", "yes", "Да"),
        ("boolean", "ИСТИНА", "Да"),
        ("boolean", 0, "Нет"),
        ("boolean", "perhaps", "perhaps"),
        ("date", "2025-12-15", "15.12.2025"),
        ("date", datetime(2025, 12, 15, 12, tzinfo=UTC), "15.12.2025"),
        ("date", date(2025, 12, 15), "15.12.2025"),
        ("date", "скоро", "скоро"),
        ("date", "", ""),
        ("user", "107", "Петрова Анна"),
        ("user", 108, "108"),
        ("user", "nobody", "nobody"),
        ("user", ["107", 108], "Петрова Анна, 108"),
        ("universal_list", 4, "4"),
        ("string", ["a", 1, True], "a, 1, да"),
        ("string", {"a": 1}, '{"a": 1}'),
        ("something_new", 1.5, "1.5"),
        ("string", "[b]x[/b] #tag", f"[{INVISIBLE}b]x[{INVISIBLE}/b] {INVISIBLE}#tag"),
        ("string", ["#a", "#b"], f"{INVISIBLE}#a, {INVISIBLE}#b"),
    ],
)
def test_values_are_written_by_their_types(kind: str, given: Any, told: str) -> None:
    assert value(kind, given) == told


def test_an_answer_that_is_null_is_a_dash() -> None:
    assert block({"Activity_0_ORDER_SUM": None}, described(("SUM", "integer"))) == "[B]Заказ[/B]\n• Вопрос SUM: -"


@pytest.mark.parametrize(
    ("names", "told"),
    [
        (("Task_Create_Q_A", "Activity_9_Q_A", "Activity_0_Q_A", "Other_Q_A"), "1"),
        (("Other_Q_A", "Activity_9_Q_A", "Activity_0_Q_A"), "3"),
        (("Other_Q_A", "Activity_9_Q_A"), "2"),
        (("Other_Q_A", "Another_Q_A"), "1; 2"),
        (("Other_Q_A",), "1"),
    ],
)
def test_of_several_steps_with_the_same_codes_the_nearest_counts(names: tuple[str, ...], told: str) -> None:
    variables = {name: number for number, name in enumerate(names, 1)}
    assert block(variables, described(("A", "integer"), code="Q")) == f"[B]Заказ[/B]\n• Вопрос A: {told}"


def test_an_instance_of_a_multi_instance_shows_its_own_answer() -> None:
    variables = {"Task_Create_Q_A": 1, "Task_Create_Q_A_0": 5, "Task_Create_Q_A_1": 6}
    task = fetched(variables=variables, loops=(1,))
    assert block({}, described(("A", "integer"), code="Q"), task=task) == "[B]Заказ[/B]\n• Вопрос A: 6"


def test_names_on_the_portal_switch_nothing_on() -> None:
    told = block({"x": 1}, None, DiagramProperty("x", "[url=evil]#a\nb", "integer"))
    assert told == f"[{INVISIBLE}url=evil]#a b: 1;"


def test_what_cannot_be_written_is_left_out_and_logged_once() -> None:
    events = Events()
    module = Module(DiagramProperty("x", "X", "string"), DiagramProperty("y", "Y", "string"))
    variables = {"x": UnreadableVariable("x", "Object", unchanged("?")), "y": 1}
    part = DescriptionBlocks(module, ShownValues(Names()), events, 30_000)
    for _ in range(2):
        done = part.complete(fetched(variables=variables), TaskDraft("m", {}), PortalContent(STEP))
        assert done.fields["DESCRIPTION"] == "Y: 1;"
    assert events.names() == ["description.unwritten"]
    assert module.asked == 1, "kept for minutes"


def test_a_module_without_properties_is_told_once_and_any_other_failure_makes_no_task() -> None:
    events = Events()
    module = Module(error=MethodMissing("m", "ERROR_METHOD_NOT_FOUND"))
    assert block({"x": 1}, module=module, events=events) is None
    assert events.names() == ["description.no_properties"]
    with pytest.raises(Doubtful):
        block({"x": 1}, module=Module(error=Doubtful("m", "read_timeout")))
    names = Names()
    names.error = Doubtful("user.get", "read_timeout")
    part = DescriptionBlocks(Module(DiagramProperty("x", "X", "user")), ShownValues(names), events, 30_000)
    with pytest.raises(Doubtful):
        part.complete(fetched(variables={"x": 107}), TaskDraft("m", {}), PortalContent(STEP))


def test_a_step_that_is_in_no_diagram_has_no_block() -> None:
    module = Module(DiagramProperty("x", "X", "string"))
    part = DescriptionBlocks(module, ShownValues(Names()), Events(), 30_000)
    draft = TaskDraft("m", {})
    assert part.complete(fetched(variables={"x": 1}), draft, PortalContent()) is draft
    assert module.asked == 0


def test_the_whole_stays_within_the_column() -> None:
    long = "я" * 40_000
    told = block({"x": long, "y": long}, None, DiagramProperty("x", "X", "string"), DiagramProperty("y", "Y", "string"))
    assert told
    assert told.endswith("…")
    assert len(told) <= 30_000
    assert len(told.encode()) <= DESCRIPTION_BYTES


@pytest.mark.parametrize("zone", ["America/New_York", "Europe/Moscow"])
@pytest.mark.parametrize(
    "moment", ["9999-12-31T23:59:59-05:00", "9999-12-31T23:59:59+00:00", "0001-01-01T00:00:00+05:00"]
)
def test_a_moment_at_the_end_of_all_calendars_is_shown(monkeypatch: pytest.MonkeyPatch, zone: str, moment: str) -> None:
    """As it is written, where this machine's time zone has no such day."""
    monkeypatch.setenv("TZ", zone)
    time.tzset()
    try:
        for value in (moment, datetime.fromisoformat(moment)):
            assert ShownValues(Names()).of(value, "date")
    finally:
        monkeypatch.undo()
        time.tzset()
