"""Every answer is tried with every condition: the comparisons that none meets, and the names that nobody sets."""

from __future__ import annotations

import re
from pathlib import Path
from xml.sax.saxutils import escape

import pytest

from tests.unit.steps.findings.test_model import ASKS, found

ANSWERED = """<definitions><process id="p"><startEvent id="s"/>
<sequenceFlow id="i" sourceRef="s" targetRef="Task_Create"/>
<serviceTask id="Task_Create" type="external" topic="bitrix_create_task"><extensionElements>
<properties>{asks}</properties><inputOutput><inputParameter name="title">x</inputParameter>{outputs}</inputOutput>
</extensionElements></serviceTask>
<sequenceFlow id="o" sourceRef="Task_Create" targetRef="g"/>{more}<exclusiveGateway id="g" default="d"/>
<sequenceFlow id="d" sourceRef="g"/>
<sequenceFlow id="f" sourceRef="g"><conditionExpression>${{{condition}}}</conditionExpression></sequenceFlow>
</process></definitions>"""
PARAMETER = '<inputParameter name="{}">{}</inputParameter>'
MAP = '<inputParameter name="m"><map><entry key="a">{}</entry></map></inputParameter>'
SCRIPT = '<inputParameter name="m"><script scriptFormat="groovy">{}</script></inputParameter>'
SET = """<executionListener event="end" expression="${{execution.setVariable('{}', {})}}"/>"""
SAID = '<outputParameter name="said">{}</outputParameter>'


def judged(condition: str, folder: Path, config: str = "", outputs: str = "", more: str = "") -> dict[str, str]:
    """The findings about a condition behind the step, each with what was seen."""
    said = escape(re.sub(r"\bA(?=\b|_\d)", "Task_Create", condition))
    xml = ANSWERED.format(asks=ASKS, outputs=outputs, more=more, condition=said)
    return {kind: seen for kind, (seen, _) in found(xml, folder, config).items()}


NEVER = (
    *("execution.getVariable('A') == 'ДА'", "'ДА' == A", "A.equals('ДА')", "A.toString() == 'да'", "A eq true"),
    *("A.toLowerCase() == 'да'", "x && !(A == 'ДА')", "x || (A != 'ДА')", "x ? A == 'НЕТ' : y", "A == 1"),
    *("A == 'OK'", "A.equals(null)", "execution.getVariableLocal('A') == 'ДА'", "execution.variables.A == 'yes'"),
    *("is(A == 'ДА')", "A_0 == 'ДА'", "(A == 'ДА') == true", "A.contains('ДА')", "'yes'.equals(A)", "A == 'ok '"),
    *("A.trim() == 'ДА'", "A == (x ? 'ok' : 'ДА') || A == 'ДА'"),
)
MEETS = (
    *("A == 'ok'", "'no' != A", "A.equals('ok')", "execution.getVariable('A') == 'ok'", "A.toUpperCase() == 'OK'"),
    *("A.equalsIgnoreCase('Ok')", "A == x", "A.length() == x", "A == 'ДА'.concat(x)", "A.contains('k')"),
    *("A == 'ok' || A == 'no'", "A == null", "A != null && A == 'ok'", "x.A == 'ДА'", "A < 'nz'", "check(A)"),
    *("execution.hasVariable('A')", "execution.getVariable('A') == null || A == 'ok'", "A == (x ? 'ok' : 'ДА')"),
    *("A.matches('ok.*')", "'A' == x", "!empty x && A == 'ok'", "x == 'ДА'"),
)


@pytest.mark.parametrize("condition", NEVER)
def test_a_comparison_that_no_answer_meets_is_found_in_any_form(condition: str, tmp_path: Path) -> None:
    assert "never_given" in judged(condition, tmp_path)


DECLINED = "topics: {bitrix_create_task: {wait: {declined: complete}}}"


@pytest.mark.parametrize("condition", MEETS)
def test_a_condition_that_tells_answers_apart_or_that_others_decide_is_not(condition: str, tmp_path: Path) -> None:
    assert judged(condition, tmp_path, DECLINED) == {}


@pytest.mark.parametrize(
    ("answers", "condition", "told"),
    [
        ("{Ознакомлен: seen}", "A == 'seen'", False),
        ("{Ознакомлен: seen}", "A != 'seen'", False),
        ("{Ознакомлен: seen}", "A == 'ok'", True),
        ("{ДА: ok, НЕТ: 'error:NO'}", "A == 'ok'", False),
        ("{ДА: 1, НЕТ: 0}", "A == 1", False),
        ("{ДА: 1, НЕТ: 0}", "A == '1'", False),
        ("{ДА: 1, НЕТ: 0}", "A == 'ДА'", True),
        ("{ДА: 1, НЕТ: -1}", "A == -1", False),
        ("{ДА: 1, НЕТ: 2}", "A == 3", True),
        ("{ДА: 'true', НЕТ: 'false'}", "A == true", False),
    ],
)
def test_the_answers_of_the_topic_are_tried(answers: str, condition: str, told: bool, tmp_path: Path) -> None:
    config = f"topics: {{bitrix_create_task: {{wait: {{answers: {answers}}}}}}}"
    assert ("never_given" in judged(condition, tmp_path, config)) is told


MIXED = "topics: {bitrix_create_task: {wait: {answers: {ДА: ok, НЕТ: 'no', ДОРАБОТАТЬ: 3}}}}"


@pytest.mark.parametrize(
    ("condition", "failing"),
    [
        ("A > 2", "'ok', 'no'"),
        ("A == 3", "'ok', 'no'"),
        ("A != 'no'", "3"),
        ("'a' le A", "3"),
        ("x && A != 'no'", "3"),
        ("A.toString() == 'no'", None),
        ("x > 2", None),
        ("A == y", None),
    ],
)
def test_answers_of_which_some_cannot_be_compared_are_found(
    condition: str, failing: str | None, tmp_path: Path
) -> None:
    seen = judged(condition, tmp_path, MIXED).get("fails_after")
    assert seen is None if failing is None else seen and f"Task_Create is {failing}:" in seen
    assert "fails_after" not in judged(condition, tmp_path)


@pytest.mark.parametrize(
    ("output", "condition", "kinds"),
    [
        ("${Task_Create}", "said == 'ДА'", {"never_given"}),
        ("${Task_Create}", "said == 'ok'", set()),
        ("${Task_Create}", "said", {"not_boolean"}),
        ("${Task_Create == 'ok'}", "said", set()),
        ("${Task_Create == 'ok'}", "!said and x", set()),
        ("${Task_Create == 'ok'}", "said == true", set()),
        ("${Task_Create == 'ok' ? 'yes' : 'nein'}", "said == 'nein'", set()),
        ("${Task_Create == x}", "said == 'ДА'", set()),
        ("x", "said == 'ДА'", set()),
        ("${Task_Create == 'ok'}", "said == 'ok'", {"yes_as_text"}),
        ("${Task_Create == 'ok'}", "said != 'ДА'", {"yes_as_text"}),
        ("${Task_Create == 'ok'}", "'True' == said", set()),
        ("${Task_Create == 'ok'}", "said.equals('ok')", {"never_made"}),
        ("${Task_Create == 'ok' ? 'yes' : 'nein'}", "said == 'ok'", {"never_made"}),
        ("${Task_Create == 'ok' ? 1 : 2}", "said == 3", {"never_made"}),
        ("${Task_Create == 'ok'}", "said.toString() == 'true'", set()),
        ("${Task_Create == 'ok'}", "execution.getVariable('said') == null", set()),
        ("${Task_Create == 'ДА'}", "said", {"never_given"}),
        ("${Task_Create ? 'yes' : 'nein'}", "x", {"taken_for_boolean"}),
    ],
)
def test_an_answer_is_followed_through_an_output_parameter(
    output: str, condition: str, kinds: set[str], tmp_path: Path
) -> None:
    assert {*judged(condition, tmp_path, outputs=SAID.format(output))} == kinds
    twice = '<serviceTask id="B" expression="${x}" resultVariable="said"/>'
    own = {*judged("x", tmp_path, outputs=SAID.format(output))}
    assert {*judged(condition, tmp_path, outputs=SAID.format(output), more=twice)} == own


def test_the_cure_names_the_values_of_the_variable_that_is_compared(tmp_path: Path) -> None:
    """It named those of the answer, of which a comparison with the variable is never true either."""
    said = SAID.format("${Task_Create == 'ok' ? 'yes' : 'nein'}")
    xml = ANSWERED.format(asks=ASKS, outputs=said, more="", condition="said == 'ok' || Task_Create == 'yes'")
    told = found(xml, tmp_path)
    assert told["never_made"][1] == "compare said with one of these: nein, yes"
    assert told["never_given"][1] == "compare it with one of these values: no, ok"


OF_OTHERS = """<{0} id="B" {1}><extensionElements>{2}<inputOutput>{3}</inputOutput></extensionElements></{0}>"""


@pytest.mark.parametrize(
    ("parts", "condition", "kinds"),
    [
        (("userTask", "", "", PARAMETER.format("title", "${Task_Create == 'да' ? 1 : 2}")), "x", {"never_given"}),
        (("serviceTask", "expression=\"${Task_Create == 'НЕТ'}\" resultVariable='said'"), "said", {"never_given"}),
        (
            ("serviceTask", "expression=\"${Task_Create == 'no'}\" resultVariable='said'"),
            "said == 'ok'",
            {"yes_as_text"},
        ),
        (("userTask", "", SET.format("said", "Task_Create")), "said == 'ДА'", {"never_given"}),
        (("userTask", "", SET.format("said", "Task_Create == 'ok'")), "said == 'ok'", {"yes_as_text"}),
        (("userTask", "", SET.format("said", "Task_Create == 'ok'")), "said", set()),
        (("userTask", "", SET.format("said", "x")), "said == 'ДА'", set()),
        (("subProcess", "", "", PARAMETER.format("said", "${Task_Create == 'ok'}")), "said == 'ok'", {"yes_as_text"}),
        (("userTask", "assignee=\"${Task_Create == 'да' ? 'a' : 'b'}\""), "x", {"never_given"}),
        (("userTask", "", "", MAP.format("${Task_Create == 'да'}")), "x", {"never_given"}),
        (("userTask", "name=\"${Task_Create == 'да'}\""), "x", set()),
        (("userTask", "", "", SCRIPT.format("${Task_Create == 'да'}")), "x", set()),
    ],
)
def test_every_expression_that_reads_an_answer_is_judged(
    parts: tuple[str, ...], condition: str, kinds: set[str], tmp_path: Path
) -> None:
    element = OF_OTHERS.format(*parts, *[""] * (4 - len(parts)))
    assert {*judged(condition, tmp_path, more=element)} == kinds


def test_what_one_variable_makes_of_another_is_followed_in_any_order(tmp_path: Path) -> None:
    outputs = '<outputParameter name="second">${said}</outputParameter>' + SAID.format("${Task_Create == 'ok'}")
    assert {*judged("second == 'ok'", tmp_path, outputs=outputs)} == {"yes_as_text"}


def test_a_variable_that_two_steps_leave_may_have_the_answers_of_both(tmp_path: Path) -> None:
    other = f'<serviceTask id="B" type="external" topic="b"><extensionElements><properties>{ASKS}</properties>'
    wait = "answer_variable: said, answers: {ДА: %s, НЕТ: 'no'}"
    config = f"topics: {{bitrix_create_task: {{wait: {{{wait % 'ok'}}}}}, b: {{wait: {{{wait % 'fine'}}}}}}}"
    more = f"{other}</extensionElements></serviceTask>"
    assert judged("said == 'fine'", tmp_path, config, more=more) == {}
    assert {*judged("said == 'good'", tmp_path, config, more=more)} == {"never_given"}


AROUND = '<sequenceFlow id="a" sourceRef="s" targetRef="g"/>'
BOUNDARY = '<boundaryEvent id="b" attachedToRef="Task_Create"/><sequenceFlow id="a" sourceRef="b" targetRef="g"/>'


@pytest.mark.parametrize(
    ("condition", "config", "more", "told"),
    [
        ("empty A", "", "", "it gives “no”"),
        ("!empty A", "", "", "it gives “yes”"),
        ("not empty A and x", "", "", "the condition not empty Task_Create only asks"),
        ("not (x || A == null)", "", "", "the condition Task_Create == null only asks"),
        ("is(empty A)", "", "", "the condition empty Task_Create only asks"),
        ("not empty A and A ne 'no'", "", "", None),
        ("not empty A and x and A ne 'no'", "", "", None),
        ("A == null || A == 'no'", "", "", None),
        ("empty A ? false : A == 'ok'", "", "", None),
        ("A != null", "", "", "it gives “yes”"),
        ("execution.getVariable('A') == null", "", "", "it gives “no”"),
        ("execution.hasVariable('A')", "", "", "the condition execution.hasVariable('Task_Create') only asks"),
        ("!execution.hasVariableLocal('A') && x", "", "", "it gives “no”"),
        ("execution.getVariables().containsKey('A')", "", "", "it gives “yes”"),
        ("execution.variables.containsKey('A')", "", "", "it gives “yes”"),
        ("execution.getVariableNames().contains('A')", "", "", "it gives “yes”"),
        ("execution.hasVariable('A') && A == 'ok'", "", "", None),
        ("execution.hasVariable(A) && A == 'ok'", "", "", None),
        ("execution.hasVariable('A')", "", AROUND, None),
        ("other.hasVariable('A')", "", "", None),
        ("empty A", DECLINED, "", None),
        ("empty A", "", AROUND, None),
        ("empty A", "", BOUNDARY, None),
    ],
)
def test_a_question_whether_there_is_an_answer_is_found_where_there_always_is(
    condition: str, config: str, more: str, told: str | None, tmp_path: Path
) -> None:
    seen = judged(condition, tmp_path, config, more=more)
    assert {*seen} - {"missing_on_route", "unquoted_name"} == ({"only_whether"} if told else set())
    assert told is None or told in seen["only_whether"]


@pytest.mark.parametrize(
    ("condition", "answers", "always"),
    [
        ("A.length() == 2", "{ДА: ok, НЕТ: 'no'}", "yes"),
        ("x and !A.contains('o')", "{ДА: ok, НЕТ: 'no'}", "no"),
        ("A > 5", "{ДА: 7, НЕТ: 8}", "yes"),
        ("A > 7", "{ДА: 7, НЕТ: 8}", None),
        ("A >= 'no'", "{ДА: ok, НЕТ: 'no'}", "yes"),
        ("A > 'no'", "{ДА: ok, НЕТ: 'no'}", None),
        ("A.compareTo('no') >= 0", "{ДА: ok, НЕТ: 'no'}", "yes"),
        ("A.compareTo('no') > 0", "{ДА: ok, НЕТ: 'no'}", None),
        ("A.compareToIgnoreCase('OKAY') < 0", "{ДА: ok, НЕТ: 'no'}", "yes"),
        ("A.length() > 0", "{ДА: ok, НЕТ: 'no'}", "yes"),
        ("A.isEmpty()", "{ДА: ok, НЕТ: 'no'}", "no"),
        ("A.length() > 0 and A == 'ok'", "{ДА: ok, НЕТ: 'no'}", None),
        ("A.length() == 2 and A != 'no'", "{ДА: ok, НЕТ: 'no'}", None),
        ("A == 'ok' || A == 'no'", "{ДА: ok, НЕТ: 'no'}", "yes"),
        ("A != 'ok' && A != 'no'", "{ДА: ok, НЕТ: 'no'}", "no"),
        ("!(A == 'ok' || A == 'no')", "{ДА: ok, НЕТ: 'no'}", "no"),
        ("A == 'ok' || A == 'no'", "{ДА: ok, НЕТ: 'no', ПОЗЖЕ: later}", None),
        ("A == 'ok' || A == 'no' || x > 3", "{ДА: ok, НЕТ: 'no'}", None),
        ("A.length() == 2", "{ДА: ok, НЕТ: 'stop'}", None),
        ("A.length() == 2", "{ДА: ok, НЕТ: 'error:NO'}", None),
    ],
)
def test_a_comparison_with_one_outcome_after_all_answers_is_found(
    condition: str, answers: str, always: str | None, tmp_path: Path
) -> None:
    seen = judged(condition, tmp_path, f"topics: {{bitrix_create_task: {{wait: {{answers: {answers}}}}}}}")
    assert {*seen} == ({"same_after_all"} if always else set())
    assert always is None or f"gives “{always}” after every answer" in seen["same_after_all"]


@pytest.mark.parametrize(
    ("condition", "told"),
    [
        ("A == '\u043ek'", "no, ok (the condition has letters of another alphabet that look alike: \u043e)"),
        (
            "A.equals('\u041e\u041a')",
            "ok (the condition has letters of another alphabet that look alike: \u043e, \u043a)",
        ),
        ("A == 'ДА'", "no, ok"),
        ("A == 'OK'", "no, ok"),
    ],
)
def test_letters_that_only_look_like_those_of_an_answer_are_named(condition: str, told: str, tmp_path: Path) -> None:
    said = condition.replace("A", "Task_Create", 1)
    xml = ANSWERED.format(asks=ASKS, outputs="", more="", condition=said)
    seen, cure = found(xml, tmp_path)["never_given"]
    assert cure.endswith(told)
    assert "alphabet" not in seen  # once in a line is enough
    latin = xml.replace(said, "decision == 'ДA'")
    config = """topics: {bitrix_create_task: {result: {decision: "{{ task.answer | default('') }}"}}}"""
    assert "look alike: a" in found(latin, tmp_path, config)["never_of_result"][1]
