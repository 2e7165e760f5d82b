"""What listeners and service calls write over an answer before a condition reads it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.unit.steps.findings.test_model import ASKS, found
from worker.steps.bpmn.definition import steps_in
from worker.steps.parameters import Loss, losses

MODEL = """<definitions><process id="p"><startEvent id="s"/>
<serviceTask id="A" type="external" topic="bitrix_create_task"><extensionElements>
<properties>{asks}</properties><inputOutput><inputParameter name="title">x</inputParameter></inputOutput>{step}
</extensionElements></serviceTask><userTask id="between"><extensionElements>{between}</extensionElements></userTask>
<userTask id="beside"><extensionElements>{beside}</extensionElements></userTask>
<exclusiveGateway id="g"><extensionElements>{gateway}</extensionElements></exclusiveGateway>
<userTask id="after"><extensionElements>{after}</extensionElements></userTask>
<sequenceFlow id="f0" sourceRef="s" targetRef="A"/>
<sequenceFlow id="f1" sourceRef="A" targetRef="between"><extensionElements>{flow}</extensionElements></sequenceFlow>
<sequenceFlow id="f2" sourceRef="between" targetRef="g"/><sequenceFlow id="f3" sourceRef="between" targetRef="beside"/>
<sequenceFlow id="f4" sourceRef="beside" targetRef="g"/><sequenceFlow id="f5" sourceRef="after" targetRef="A"/>
<sequenceFlow id="f6" sourceRef="g" targetRef="after"><conditionExpression>${{A == 'ok'}}</conditionExpression>
</sequenceFlow></process></definitions>"""
PLACES = dict.fromkeys(("step", "between", "beside", "gateway", "after", "flow"), "")


def listener(event: str, written: str = "setVariable('A', 'no')") -> str:
    return f"""<executionListener event="{event}" expression="${{execution.{written}}}"/>"""


def model(**places: str) -> str:
    return re.sub(r"\bA(?=\b|_\d)", "Task_Create", MODEL.format(asks=ASKS, **PLACES | places))


@pytest.mark.parametrize(
    ("place", "event", "told"),
    [
        ("flow", "take", "f1"),
        ("between", "start", "between"),
        ("between", "end", "between"),
        ("gateway", "start", "g"),
        ("gateway", "end", None),
        ("beside", "start", None),
        ("after", "start", None),
        ("step", "start", None),
    ],
)
def test_it_is_found_where_every_way_to_the_condition_passes_it(
    place: str, event: str, told: str | None, tmp_path: Path
) -> None:
    seen, _ = found(model(**{place: listener(event)}), tmp_path).get("written_over", ("", ""))
    assert seen.startswith(f"{told}: overwrites or removes Task_Create") if told else not seen


@pytest.mark.parametrize(
    ("written", "lost"),
    [
        ("setVariable('A', 'no')", True),
        ("removeVariable('A')", True),
        ("setVariable('A', x)", True),
        ("setVariable('A', A.toLowerCase())", False),
        ("setVariable('B', A)", False),
        ("setVariable(x, 'no')", False),
        ("getVariable('A')", False),
    ],
)
def test_a_step_whose_end_listener_overwrites_its_answer_is_refused(written: str, lost: bool, tmp_path: Path) -> None:
    step = steps_in(model(step=listener("end", written)))["Task_Create"]
    assert [*losses(step, ["Task_Create"])] == (
        [Loss("executionListener.Task_Create", "written", "Task_Create")] if lost else []
    )
    assert ("written_over" in found(model(between=listener("end", written)), tmp_path)) is lost


@pytest.mark.parametrize(
    ("written", "sets"),
    [("setVariable('A_0', 1)", True), ("removeVariable('A_0')", False), ("setVariable('A_0', null)", False)],
)
def test_whoever_clears_the_answers_of_a_round_does_not_take_their_names(written: str, sets: bool) -> None:
    """The docs advise it, and an instance whose name the model sets is refused."""
    step = steps_in(model(after=listener("end", written)))["Task_Create"]
    assert ("Task_Create_0" in step.model.sets) is sets


SETS = "<inputOutput><outputParameter name='A'>{}</outputParameter></inputOutput>"


@pytest.mark.parametrize(
    ("place", "value", "told"),
    [
        ("between", "no", "between"),
        ("between", "${x}", "between"),
        ("between", "${A.trim()}", None),
        ("beside", "no", None),
        ("after", "no", None),
    ],
)
def test_an_output_parameter_of_another_element_is_found_too(
    place: str, value: str, told: str | None, tmp_path: Path
) -> None:
    seen, _ = found(model(**{place: SETS.format(value)}), tmp_path).get("written_over", ("", ""))
    assert seen.startswith(f"{told}: overwrites or removes Task_Create") if told else not seen


def test_what_is_made_of_the_answer_is_found_as_the_answer(tmp_path: Path) -> None:
    own = "<inputOutput><outputParameter name='said'>${A}</outputParameter></inputOutput>"
    for place, told in (("between", True), ("after", False)):
        xml = model(step=own, **{place: SETS.replace("'A'", "'said'").format("x")}).replace("Task_Create ==", "said ==")
        seen, _ = found(xml, tmp_path).get("written_over", ("", ""))
        assert seen.startswith("between: overwrites or removes said") is told
