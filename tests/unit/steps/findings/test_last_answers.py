"""Behind a multi-instance the plain variable has the last of several answers: what goes by it is found."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from xml.sax.saxutils import escape

import pytest

from tests.unit.steps.findings.test_model import ASKS, found

MANY = '<multiInstanceLoopCharacteristics isSequential="{}" elementVariable="responsibleId">{}</{}>'
STEP = """<serviceTask id="Task_Create" type="external" topic="bitrix_create_task"><extensionElements>
<properties>{asks}</properties></extensionElements>{loop}</serviceTask>"""
GATE = """<exclusiveGateway id="{0}"/><sequenceFlow id="f{0}" sourceRef="{0}" targetRef="e{0}"><conditionExpression>
{1}</conditionExpression></sequenceFlow><endEvent id="e{0}"/>"""
FLOW = '<sequenceFlow id="{0}_{1}" sourceRef="{0}" targetRef="{1}"/>'
THREE = "topics: {bitrix_create_task: {wait: {answers: {ДА: ok, НЕТ: 'no', ДОРАБОТАТЬ: back}}}}"
OK = "${A == 'ok'}"
DECLINED = "topics: {bitrix_create_task: {wait: {declined: complete}}}"


def loop(until: str = "", sequential: str = "false") -> str:
    ends = f"<completionCondition>{escape(until)}</completionCondition>" if until else ""
    return MANY.format(sequential, ends, "multiInstanceLoopCharacteristics")


def step(own: str = "") -> str:
    return STEP.format(asks=ASKS, loop=own)


def gate(condition: str, id_: str = "g") -> str:
    return GATE.format(id_, escape(condition.replace("A", "Task_Create")))


def flows(*ids: str) -> str:
    return "".join(FLOW.format(*pair) for pair in pairwise(ids))


def process(*parts: str) -> str:
    return f'<definitions><process id="p"><startEvent id="s"/>{"".join(parts)}</process></definitions>'


def judged(xml: str, folder: Path, config: str = "") -> str | None:
    seen, cure = found(xml, folder, config).get("last_of_several", (None, ""))
    assert seen is None or "Task_Create_0" in cure
    return seen


@pytest.mark.parametrize("sequential", ["true", "false"])
@pytest.mark.parametrize(
    ("until", "condition", "config", "told"),
    [
        ("", "${A == 'ok'}", "", True),
        ("", "${A != 'no'}", "", True),
        ("", "${execution.getVariable('A') == 'ok'}", "", True),
        ("", "${A.equals('ok') && amount > 1}", "", True),
        ("", "${A_0 == 'ok' && A_1 == 'ok'}", "", False),
        ("", "${A != null}", "", False),
        ("", "${A == 'ok' || A == 'no'}", "", False),
        ("", "${amount > 1}", "", False),
        ("${A == 'no'}", "${A == 'no'}", "", False),
        ("${A == 'no'}", "${A == 'ok'}", "", False),
        ("${A == 'ok'}", "${A == 'ok'}", "", False),
        ("${A == 'ok' || nrOfCompletedInstances == nrOfInstances}", "${A == 'ok'}", "", False),
        ("${A == 'no'}", "${A == 'ok'}", THREE, True),
        ("${A == 'no'}", "${A == 'no'}", THREE, False),
        ("${A != 'ok'}", "${A == 'back'}", THREE, False),
        ("${A == 'no'}", "${A == 'ok'}", DECLINED, True),
        ("${A != 'ok'}", "${A == 'ok'}", DECLINED, False),
        ("${nrOfCompletedInstances/nrOfInstances >= 1}", "${A != 'no'}", "", True),
        ("${nrOfCompletedInstances == 2}", "${A == 'ok'}", "", True),
        ("${nrOfCompletedInstances == 1 && A == 'no'}", "${A == 'ok'}", "", True),
        ("${nrOfCompletedInstances >= 1}", "${A == 'ok'}", "", False),
        ("${decided}", "${A == 'ok'}", "", False),
    ],
)
def test_what_goes_by_the_last_answer_is_found_unless_the_loop_ends_with_it(
    until: str, condition: str, config: str, told: bool, sequential: str, tmp_path: Path
) -> None:
    xml = process(
        step(loop(until.replace("A", "Task_Create"), sequential)), gate(condition), flows("s", "Task_Create", "g")
    )
    assert (judged(xml, tmp_path, config) is not None) is told


SUB = """<subProcess id="sub"><extensionElements>{}</extensionElements><startEvent id="b"/>{}{}</subProcess>"""


def subprocess(inner: str, own: str = "", inputs: str = "") -> str:
    return SUB.format(inputs, inner, own)


ENDS = loop("${Task_Create == 'no'}")
INPUT = '<inputOutput><inputParameter name="Task_Create">x</inputParameter></inputOutput>'


@pytest.mark.parametrize(
    ("inner", "outer", "told"),
    [
        (loop(), "", True),
        ("", loop(), True),
        (loop(), loop(), True),
        (ENDS, loop(), True),
        (loop(), ENDS, True),
        (ENDS, ENDS, False),
        ("", ENDS, False),
        ("", "", False),
    ],
)
def test_each_loop_that_has_ended_counts(inner: str, outer: str, told: bool, tmp_path: Path) -> None:
    inside = step(inner) + flows("b", "Task_Create")
    behind = gate(OK) + flows("s", "sub", "g")
    assert (judged(process(subprocess(inside, outer), behind), tmp_path) is not None) is told
    later = f'<subProcess id="z"><startEvent id="zs"/>{gate(OK)}{flows("zs", "g")}</subProcess>'
    assert (judged(process(subprocess(inside, outer), later, flows("s", "sub", "z")), tmp_path) is not None) is told


def test_a_gateway_inside_the_loop_reads_its_own_answer(tmp_path: Path) -> None:
    inside = step() + gate(OK) + flows("b", "Task_Create", "g")
    assert judged(process(subprocess(inside, loop()), flows("s", "sub")), tmp_path) is None
    own_loop = step(loop()) + gate(OK) + flows("b", "Task_Create", "g")
    assert judged(process(subprocess(own_loop), flows("s", "sub")), tmp_path) is not None


def test_the_completion_condition_of_the_outer_loop_goes_by_the_last_of_the_inner_one(tmp_path: Path) -> None:
    inside = step(loop()) + flows("b", "Task_Create")
    assert judged(process(subprocess(inside, ENDS), flows("s", "sub")), tmp_path) is not None


def test_what_comes_before_the_loop_or_sees_no_answer_of_it_is_not_told(tmp_path: Path) -> None:
    asks = step(loop())
    assert judged(process(asks, gate(OK), flows("s", "g"), flows("s", "Task_Create")), tmp_path) is None
    one = subprocess(step() + flows("b", "Task_Create"), loop(), INPUT)
    assert judged(process(one, gate(OK), flows("s", "sub", "g")), tmp_path) is None


def test_another_step_that_asks_under_the_same_name_behind_the_loop_counts(tmp_path: Path) -> None:
    named = "topics: {bitrix_create_task: {wait: {answer_variable: decision}}}"
    again = step().replace("Task_Create", "Again")
    xml = process(step(loop()), gate("${decision == 'ok'}"), flows("s", "Task_Create", "g"))
    assert "last_of_several" in found(xml, tmp_path, named)
    xml = process(step(loop()), again, gate("${decision == 'ok'}"), flows("s", "Task_Create", "Again", "g"))
    assert "last_of_several" not in found(xml, tmp_path, named)


def test_a_parameter_behind_the_loop_that_decides_by_the_answer_is_found_but_not_one_that_shows_it(
    tmp_path: Path,
) -> None:
    inputs = '<inputOutput><inputParameter name="x">{}</inputParameter></inputOutput>'
    task = f'<serviceTask id="T"><extensionElements>{inputs}</extensionElements></serviceTask>'
    for text, told in (("${Task_Create == 'ok' ? 'yes' : 'nein'}", True), ("said: ${Task_Create}", False)):
        xml = process(step(loop()), task.format(text), flows("s", "Task_Create", "T"))
        assert (judged(xml, tmp_path) is not None) is told


def test_an_element_or_a_script_that_may_sum_up_the_answers_is_believed(tmp_path: Path) -> None:
    script = '<scriptTask id="T"><script>execution.setVariable("Task_Create", all)</script></scriptTask>'
    xml = process(step(loop()), script, gate(OK), flows("s", "Task_Create", "T", "g"))
    assert judged(xml, tmp_path) is None


@pytest.mark.parametrize(
    ("sequential", "until", "condition", "names"),
    [
        ("false", "${nrOfCompletedInstances == 2}", "${A_0 == 'ok' && A_1 == 'ok' && A_2 == 'ok'}", "A_0, A_1, A_2"),
        ("true", "${nrOfCompletedInstances == 2}", "${A_0 == 'ok' && A_1 == 'ok' && A_2 == 'ok'}", "A_2"),
        ("true", "${nrOfCompletedInstances == 2}", "${A_0 == 'ok' && A_1 == 'ok'}", None),
        ("false", "${nrOfCompletedInstances >= 2}", "${A_0 == 'ok' && A_1 == 'ok'}", "A_0, A_1"),
        ("false", "${A == 'no'}", "${A_0 == 'ok' && A_1 == 'ok'}", "A_0, A_1"),
        ("true", "${A == 'no'}", "${A_0 == 'ok' && A_1 == 'ok'}", None),
        ("false", "${A == 'no'}", "${A_0 == 'ok'}", None),
        ("false", "${A == 'no'}", "${A_1 == 'ok'}", "A_1"),
        ("true", "${A == 'no'}", "${A_2 == 'ok'}", "A_2"),
        ("true", "${A == 'no'}", "${A_0 == 'no' || A_1 == 'ok'}", None),
        ("true", "${A == 'no'}", "${A_0 == 'ok' && A_1 == 'no' && A_2 == 'ok'}", "A_2"),
        ("false", "${A == 'no'}", "${A == 'ok' && A_1 == 'ok'}", None),
        ("false", "${A == 'no'}", "${execution.hasVariable('A_1') && A_1 == 'ok'}", None),
        ("false", "${A == 'no'}", "${execution.getVariable('A_0') == 'ok' && A == 'ok'}", None),
        ("false", "${nrOfCompletedInstances == nrOfInstances}", "${A_0 == 'ok' && A_1 == 'ok'}", None),
        ("false", "", "${A_0 == 'ok' && A_1 == 'ok'}", None),
    ],
)
def test_a_numbered_answer_before_which_the_loop_may_end_is_found(
    sequential: str, until: str, condition: str, names: str | None, tmp_path: Path
) -> None:
    own = loop(until.replace("A ", "Task_Create "), sequential)
    xml = process(step(own), gate(condition), flows("s", "Task_Create", "g"))
    seen, _ = found(xml, tmp_path).get("may_be_missing", (None, ""))
    assert seen is None if names is None else seen and f"read {names.replace('A', 'Task_Create')}, but" in seen
