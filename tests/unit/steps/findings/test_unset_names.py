"""Names in conditions that nobody sets are found before somebody has answered."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.steps.findings.test_model import ASKS, TITLED, found, model
from tests.unit.steps.findings.test_never_given import judged

OTHER = '<userTask id="B" assignee="{}"/>'
MULTI = '<multiInstanceLoopCharacteristics collection="people"/>'


@pytest.mark.parametrize(
    ("condition", "more", "names"),
    [
        ("execution.getVariable('Task_Creat') == 'ok'", "", "Task_Creat"),
        ("execution.getVariable('Decision') == 'ok'", "", "Decision"),
        ("Decision.equals('no')", "", "Decision"),
        ("Decision == 'yes'", "", None),
        ("execution.getVariable('Decision') == 'ok'", '<scriptTask id="x"/>', None),
        ("execution.getVariable('Decision') == 'ok' and A == 'ok'", "", None),
        ("Task_Create_answer == 'ok'", "", "Task_Create_answer"),
        (
            "Task_Create_answer == 'ok'",
            '<serviceTask id="B" expression="${x}" resultVariable="Task_Create_answer"/>',
            None,
        ),
        ("Task_Create_answer > 3", "", None),
        ("A_ORDER_APPROVED == 'ok'", "", None),
    ],
)
def test_a_variable_that_nobody_sets_is_found_in_place_of_the_answer(
    condition: str, more: str, names: str | None, tmp_path: Path
) -> None:
    seen = judged(condition, tmp_path, more=more).get("misspelt_answer")
    assert (seen or "").startswith(f"conditions read {names}, which the model does not set") is (names is not None)


@pytest.mark.parametrize(
    ("condition", "more", "names"),
    [
        ("A == ok", "", "ok → 'ok'"),
        ("A.equals(no)", "", "no → 'no'"),
        ("да == A", "", "да → 'ДА'"),
        ("A == ok", '<serviceTask id="B" expression="${x}" resultVariable="ok"/>', None),
        ("x == ok", "", None),
        ("A == y", "", None),
        ("UF_RESULT_ANSWER == 'ДА'", "", "UF_RESULT_ANSWER → Task_Create"),
        ("ufResultAnswer == 'ДА'", "", "ufResultAnswer → Task_Create"),
        ("A_0 == 'ok'", "", "Task_Create_0 → Task_Create"),
        ("execution.getVariable('A_0') == 'ok'", "", "Task_Create_0 → Task_Create"),
        ("A == 'ok' ? true : fasle", "", "fasle → false"),
        ("A == 'ok' ? True : x", "", "True → true"),
        ("A == 'ok' ? rule : x", "", None),
        ("A == 'ok' ? uter : x", "", None),
    ],
)
def test_a_name_that_no_process_has_is_told_with_what_was_meant(
    condition: str, more: str, names: str | None, tmp_path: Path
) -> None:
    seen = judged(condition, tmp_path, more=more).get("never_set", "")
    assert (f"meant): {names};" in seen) if names else not seen


def test_the_numbers_of_instances_are_as_many_as_the_loops_around_the_step(tmp_path: Path) -> None:
    def seen(condition: str) -> dict[str, tuple[str, str]]:
        xml = model(properties=ASKS, inputs=TITLED, loop=MULTI, condition=f"${{{condition}}}")
        return found(xml, tmp_path)

    assert seen("Task_Create_0 == 'ok'") == {}
    assert [*seen("Task_Create_0 == Task_Create_1")] == ["compared_answers"]
    assert "Task_Create_0_1 → Task_Create_0;" in seen("Task_Create_0_1 == 'ok'")["never_set"][0]


NESTED = """<definitions><process id="order"><subProcess id="Sub"><serviceTask id="Vote" type="external"
topic="bitrix_create_task"><extensionElements><properties>{asks}</properties></extensionElements>{loop}</serviceTask>{loop}
</subProcess><serviceTask id="Task_Create" type="external" topic="bitrix_create_task"><extensionElements>
<properties>{asks}</properties></extensionElements></serviceTask>
<sequenceFlow id="f" sourceRef="Sub" targetRef="Task_Create"/><endEvent id="end"/>
<sequenceFlow id="g" sourceRef="Task_Create" targetRef="end">
<conditionExpression>${{Vote_1 == 'ok'}}</conditionExpression></sequenceFlow></process></definitions>"""


def test_too_few_numbers_of_instances_are_told_of_the_step_in_the_loops_alone(tmp_path: Path) -> None:
    xml = NESTED.format(asks=ASKS, loop=MULTI)
    assert "Vote_1 → Vote_1_0; the step's answer is in Vote" in found(xml, tmp_path, of="Vote")["never_set"][0]
    assert "misspelt_answer" not in found(xml, tmp_path)


ANOTHER_NAME = 'topics: {bitrix_create_task: {wait: {answer_variable: "{{ external_task.activity_id }}_said"}}}'


@pytest.mark.parametrize(
    ("condition", "more", "names"),
    [
        ("A == 'ok'", "", "conditions read Task_Create,"),
        ("x and execution.getVariable('A') == 'ok'", "", "conditions read Task_Create,"),
        ("A == x", "", "Task_Create → Task_Create_said"),
        ("A_0 == x", "", "Task_Create_0 → Task_Create_said_0"),
        ("x", OTHER.format("${Task_Create}"), "Task_Create → Task_Create_said"),
        ("Task_Create_said == 'ok'", "", None),
        ("A_bitrixTaskId_0 > 1 and Task_Create_said == 'ok'", "", None),
        ("A == 'ok'", '<userTask id="B"><formData><formField id="Task_Create"/></formData></userTask>', None),
        ("A == 'ok'", '<scriptTask id="B"><script>set("Task_Create")</script></scriptTask>', None),
        ("B == 'ok'", '<serviceTask id="B" type="external" topic="theirs"/>', None),
    ],
)
def test_the_id_of_a_step_whose_answer_has_another_name_is_told_with_that_name(
    condition: str, more: str, names: str | None, tmp_path: Path
) -> None:
    found_ = judged(condition, tmp_path, ANOTHER_NAME, more=more)
    seen = [found_[kind] for kind in ("never_set", "misspelt_answer") if kind in found_]
    assert len(seen) == bool(names)
    assert all(names in one and "answer is in Task_Create_said" in one for one in seen if names)


NOBODY = '<property name="UF_RESULT_EXPECTED" value="false"/><property name="UF_RESULT_QUESTION" value="Pay?"/>'
CLOSED = '<property name="waitForCompletion" value="true"/>'
BOTH = ASKS + '<property name="uf_result_expected" value="false"/>'
EXPECTS = '<inputParameter name="UF_RESULT_EXPECTED">{}</inputParameter>'
RESULT = "topics: {bitrix_create_task: {result: {Task_Create: '{{ task.id }}'}}}"
SET = """<executionListener event="end" expression="${execution.setVariable('Task_Create', 'ok')}"/>"""


@pytest.mark.parametrize(
    ("parts", "config", "told"),
    [
        ({}, "", True),
        ({"properties": NOBODY}, "", True),
        ({"properties": CLOSED}, "", True),
        ({"properties": ASKS}, "", False),
        ({"condition": "${Task_Create_0 == 'ok'}"}, "", True),
        ({"condition": "${x == 'ok'}"}, "", False),
        ({"condition": "${x == 'ok'}", "more": OTHER.format("${Task_Create}")}, "", True),
        ({"condition": "${x == 'ok'}", "more": OTHER.format("${Task_Create}")}, RESULT, False),
        ({}, RESULT, False),
        ({"more": SET}, "", False),
        ({"more": SET.replace("Task_Create", "ufResultExpected")}, "", False),
        ({"inputs": EXPECTS.format("${x}")}, "", False),
        ({"properties": BOTH}, "", False),
        ({"properties": NOBODY, "inputs": EXPECTS.format("true")}, "", False),
    ],
)
def test_an_expression_that_reads_the_answer_of_a_step_that_asks_nobody_is_found(
    parts: dict[str, str], config: str, told: bool, tmp_path: Path
) -> None:
    xml = model(**{"condition": "${Task_Create == 'ok'}", "inputs": TITLED} | parts)
    assert ("asks_nobody" in found(xml, tmp_path, config)) is told


@pytest.mark.parametrize(
    ("variable", "condition", "parts"),
    [
        ("approve-contract", "approve-contract == 'ok'", "approve, contract"),
        ("step.approve", "step.approve == 'ok'", "step"),
        ("a.b-c", "x || a.b-c == 'ok'", "a, c"),
        ("approve-2", "approve-2 == 'ok'", "approve"),
        ("approve-contract", "execution.getVariable('approve-contract') == 'ok'", None),
        ("approve-contract", "approve - contract > 0", None),
        ("approve-contract", "approve == 'ok'", None),
    ],
)
def test_a_name_that_the_engine_takes_for_a_minus_or_a_property_is_told_as_such(
    variable: str, condition: str, parts: str | None, tmp_path: Path
) -> None:
    xml = model(properties=ASKS, inputs=TITLED, condition=f"${{{condition}}}".replace(">", "&gt;"))
    config = f"topics: {{bitrix_create_task: {{wait: {{answer_variable: {variable}}}}}}}"
    told = found(xml, tmp_path, config)
    seen, cure = told.get("torn_name", ("", ""))
    assert (parts is not None) is bool(seen)
    if parts:
        assert seen.endswith(f"the engine looks for the variables {parts}")
        assert f"${{execution.getVariable('{variable}') == …}}" in cure
        assert not {"misspelt_answer", "never_set"} & told.keys()


def test_variables_that_the_model_sets_may_be_subtracted(tmp_path: Path) -> None:
    set_too = '<inputParameter name="approve">1</inputParameter><inputParameter name="contract">1</inputParameter>'
    xml = model(properties=ASKS, inputs=TITLED + set_too, condition="${approve-contract == 1}")
    config = "topics: {bitrix_create_task: {wait: {answer_variable: approve-contract}}}"
    assert "torn_name" not in found(xml, tmp_path, config)


@pytest.mark.parametrize(("until", "told"), [("Boss == 'no'", True), ("Task_Create == 'no'", False), ("n > 1", False)])
def test_a_name_that_nothing_sets_is_told_where_it_ends_a_loop(until: str, told: bool, tmp_path: Path) -> None:
    """A condition behind it reads the answer by its right name."""
    loop = f"<completionCondition>${{{until.replace('>', '&gt;')}}}</completionCondition>"
    loop = f"<multiInstanceLoopCharacteristics><loopCardinality>2</loopCardinality>{loop}"
    loop += "</multiInstanceLoopCharacteristics>"
    xml = model(properties=ASKS, inputs=TITLED, loop=loop, condition="${Task_Create == 'ok'}")
    assert ("misspelt_answer" in found(xml, tmp_path)) is told
