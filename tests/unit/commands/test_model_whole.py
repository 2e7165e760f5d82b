"""`check --model`: what of a file the engine or a run would leave out, and what two activities do to each other."""

from __future__ import annotations

from pathlib import Path

import pytest

from worker.commands.check.model import check_model
from worker.config.loading import load

ASKS = '<properties><property name="UF_RESULT_EXPECTED" value="1"/></properties>'
STEP = """<{kind} id="{id}" type="external" topic="bitrix_create_task"><extensionElements>{asks}<inputOutput>
<inputParameter name="responsibleId">1</inputParameter>{inputs}</inputOutput></extensionElements>{loop}</{kind}>"""
MANY = '<multiInstanceLoopCharacteristics collection="people" elementVariable="{}"/>'
FLOW = '<sequenceFlow id="{0}_{1}" sourceRef="{0}" targetRef="{1}">{2}</sequenceFlow>'
READS = "<conditionExpression>${A == 'ok'}</conditionExpression>"


def step(id_: str, *, asks: str = ASKS, inputs: str = "", loop: str = "", kind: str = "serviceTask") -> str:
    return STEP.format(id=id_, asks=asks, inputs=inputs, loop=loop, kind=kind)


def flows(drawn: str) -> str:
    """Such as `f>A A>B`; `A>!B` has a condition about the answer of A."""
    pairs = [flow.split(">") for flow in drawn.split()]
    return "".join(FLOW.format(a, b.strip("!"), READS if b.startswith("!") else "") for a, b in pairs)


def process(*inside: str, key: str = "p", says: str = "") -> str:
    return f'<process id="{key}" {says}><startEvent id="{key}_s"/>{"".join(inside)}</process>'


def found(
    folder: Path, *processes: str, config: str = "topics: {bitrix_create_task: {}}", encoding: str = "utf-8"
) -> str:
    (folder / "config.yaml").write_text(config, encoding="utf-8")
    file = folder / "m.bpmn"
    head = f'<?xml version="1.0" encoding="{encoding}"?>'
    file.write_bytes(f"{head}<definitions>{''.join(processes)}</definitions>".encode(encoding))
    lines = check_model(load(folder / "config.yaml", {}, sides=False), str(file))
    return "\n".join(one.line("en") for one in lines)


TWICE = "the second answer overwrites the first in A"
FORK, WAY = '<parallelGateway id="f"/>', '<exclusiveGateway id="g"/><task id="B"/>'
BOUNDARY = (
    '<boundaryEvent id="t" attachedToRef="X" cancelActivity="{}"><{}EventDefinition>{}</{}EventDefinition>'
    "</boundaryEvent>"
)


def boundary(kind: str, text: str = "", *, cancels: str = "false") -> str:
    return BOUNDARY.format(cancels, kind, text, kind) + '<task id="X"/>'


@pytest.mark.parametrize(
    ("around", "drawn", "told"),
    [
        (FORK, "p_s>f f>X f>Y X>A Y>A A>B B>g g>!e", True),
        (FORK, "p_s>f f>A f>A A>B B>g g>!e", True),
        (FORK, "p_s>f f>A f>B B>A A>C C>g g>!e", True),
        (FORK, "p_s>f f>X f>Y X>j Y>j j>A A>B B>g g>!e", False),
        (FORK, "p_s>f f>A f>Y A>j Y>j j>B B>g g>!e", False),
        (FORK, "p_s>f f>X f>Y X>A Y>A A>B B>g g>e", False),
        (FORK, "p_s>f f>X f>Y X>A Y>A A>g g>!e", False),
        ("", "p_s>g g>X g>Y X>A Y>A A>B B>h h>!e", False),
        (boundary("timer", "<timeCycle>R2/PT10S</timeCycle>"), "p_s>X X>e t>A A>B B>g g>!e", True),
        (boundary("timer", "<timeCycle>R1/PT10S</timeCycle>"), "p_s>X X>e t>A A>B B>g g>!e", False),
        (boundary("timer", "<timeDuration>PT10S</timeDuration>"), "p_s>X X>e t>A A>B B>g g>!e", False),
        (boundary("timer", "<timeDuration>PT10S</timeDuration>"), "p_s>X X>A t>A A>B B>g g>!e", True),
        (boundary("timer", "<timeCycle>R2/PT10S</timeCycle>", cancels="true"), "p_s>X X>e t>A A>B B>g g>!e", False),
        (boundary("message"), "p_s>X X>e t>A A>B B>g g>!e", True),
    ],
)
def test_a_step_that_may_be_active_twice_at_once_is_found_if_its_answer_is_read_later(
    around: str, drawn: str, told: bool, tmp_path: Path
) -> None:
    join = '<parallelGateway id="j"/>' if "j>" in drawn else ""
    xml = process(around, join, WAY, step("A"), flows(drawn))
    assert (TWICE in found(tmp_path, xml)) is told


@pytest.mark.parametrize(("inputs", "told"), [('<inputParameter name="A"/>', False), ("", True)])
def test_a_sub_process_with_the_variable_keeps_the_answers_apart(inputs: str, told: bool, tmp_path: Path) -> None:
    inner = f"{step('A')}{WAY}{flows('A>B B>g g>!e')}"
    own = f"<extensionElements><inputOutput>{inputs}</inputOutput></extensionElements>"
    whole = f'<subProcess id="S">{own}{inner}</subProcess>'
    assert (TWICE in found(tmp_path, process(FORK, whole, flows("p_s>f f>X f>S X>S")))) is told
    again = f'<subProcess id="S">{own}{FORK}{inner}{flows("f>X f>A X>A")}</subProcess>'
    assert TWICE in found(tmp_path, process(again, flows("p_s>S")))


def test_an_event_sub_process_that_may_start_several_times_is_such_a_place(tmp_path: Path) -> None:
    start = '<startEvent id="m" isInterrupting="{}"><messageEventDefinition/></startEvent>'
    for interrupts, told in (("false", True), ("true", False)):
        inner = f"{start.format(interrupts)}{step('A')}{WAY}{flows('m>A A>B B>g g>!e')}"
        assert (TWICE in found(tmp_path, process(f'<subProcess id="S">{inner}</subProcess>'))) is told


@pytest.mark.parametrize(
    ("loop", "other", "told"),
    [(MANY, "A_1", True), (MANY, "A_12", True), (MANY, "A_x", False), (MANY, "A_1_2", False), ("", "A_1", False)],
)
def test_an_element_with_the_name_of_an_instance_fails(loop: str, other: str, told: bool, tmp_path: Path) -> None:
    lines = found(tmp_path, process(step("A", loop=loop.format("person")), f'<task id="{other}"/>'))
    assert (f"would get the name of an element of the model: {other};" in lines) is told
    assert ("FAIL model m.bpmn, step A: an instance" in lines) is told


@pytest.mark.parametrize(
    ("says", "told"),
    [('isExecutable="false"', True), ('isExecutable="true"', False), ("", False), ('isExecutable="TRUE"', False)],
)
def test_a_process_that_is_not_executable_fails(says: str, told: bool, tmp_path: Path) -> None:
    other = process(step("B"), key="other", says='isExecutable="true"')
    for others in ((), (other,)):
        lines = found(tmp_path, process(step("A"), says=says), *others)
        assert ("FAIL model m.bpmn, process p: the process is not executable" in lines) is told
        assert ("these steps never begin: A " in lines) is told
    assert "executable" not in found(tmp_path, process(key="drawn", says='isExecutable="false"'), other)


@pytest.mark.parametrize("kind", ["task", "userTask", "scriptTask", "callActivity", "receiveTask", "manualTask"])
def test_type_and_topic_of_an_element_that_cannot_be_external_are_told(kind: str, tmp_path: Path) -> None:
    assert f"neither camunda:type nor the topic bitrix_create_task at the element {kind}" in found(
        tmp_path, process(step("A", kind=kind))
    )
    plain = step("A", kind=kind).replace('type="external" topic="bitrix_create_task"', "")
    lines = found(tmp_path, process(step("B"), plain))
    assert f" A: the marks UF_RESULT_EXPECTED stand at the element {kind}, which is no external task" in lines
    assert "the marks" not in found(tmp_path, process(step("B"), plain.replace(ASKS, "")))


def test_marks_of_another_worker_s_steps_are_its_own(tmp_path: Path) -> None:
    theirs = step("A").replace("bitrix_create_task", "entirely_different")
    assert "the marks" not in found(tmp_path, process(step("B"), theirs))


@pytest.mark.parametrize(("encoding", "told"), [("utf-16", True), ("windows-1251", True), ("utf-8", False)])
def test_a_file_that_the_run_cannot_read_is_told(encoding: str, told: bool, tmp_path: Path) -> None:
    lines = found(tmp_path, process(step("A"), '<task id="t" name="Да"/>'), encoding=encoding)
    assert ("the file is not in UTF-8" in lines) is told


def test_a_loop_marker_that_the_engine_ignores_is_told(tmp_path: Path) -> None:
    loop = "<standardLoopCharacteristics/>"
    assert "step A: A: the engine ignores the loop marker" in found(tmp_path, process(step("A", loop=loop)))
    around = f'<subProcess id="S">{loop}{step("A")}</subProcess>'
    assert "step A: S: the engine ignores the loop marker" in found(tmp_path, process(around))


COMPLETED = (
    '<multiInstanceLoopCharacteristics isSequential="{}" elementVariable="responsibleId"><completionCondition>{}'
    "</completionCondition></multiInstanceLoopCharacteristics>"
)


@pytest.mark.parametrize(
    ("sequential", "condition", "names"),
    [
        ("false", "${A_0 == 'no'}", "A_0"),
        ("false", "${A == 'no' || A_1 == 'no' &amp;&amp; A_0 == 'ok'}", "A_0, A_1"),
        ("true", "${A_0 == 'no'}", None),
        ("true", "${A_1 == 'no'}", "A_1"),
        ("false", "${A == 'no'}", None),
        ("false", "${execution.getVariable('A_0') == 'no'}", None),
    ],
)
def test_a_numbered_answer_in_the_condition_that_ends_the_loop_is_told(
    sequential: str, condition: str, names: str | None, tmp_path: Path
) -> None:
    lines = found(tmp_path, process(step("A", loop=COMPLETED.format(sequential, condition))))
    assert (f"completionCondition reads {names}, which exists only after that person's answer" in lines) is bool(names)


@pytest.mark.parametrize(
    ("text", "cure"),
    [
        ("${dateTime().plusDays(2)}", "${dateTime().plusDays(2).toDate()}"),
        ("${dateTime()}", "${dateTime().toDate()}"),
        ("${dateTime().withHourOfDay(9).minusMonths(1)}", "${dateTime().withHourOfDay(9).minusMonths(1).toDate()}"),
        ("${dateTime().plusDays(2).toDate()}", None),
        ("${dateTime().plusDays(2).toString('yyyy-MM-dd')}", None),
        ("until ${dateTime().plusDays(2)}", None),
        ("${now()}", None),
    ],
)
def test_a_java_date_that_the_engine_does_not_pass_on_fails(text: str, cure: str | None, tmp_path: Path) -> None:
    lines = found(tmp_path, process(step("A", inputs=f'<inputParameter name="deadline">{text}</inputParameter>')))
    assert (f"append .toDate(): {cure}" in lines) is bool(cure)
    assert not cure or "FAIL model m.bpmn, step A: the input parameter deadline gives a Java date" in lines
    unread = found(tmp_path, process(step("A", inputs=f'<inputParameter name="ours">{text}</inputParameter>')))
    assert "Java date" not in unread


def in_sub_process(*inside: str, element: str = "responsibleId") -> str:
    return process(f'<subProcess id="S">{MANY.format(element)}{"".join(inside)}</subProcess>')


HIDES = "hides the element of the multi-instance"


@pytest.mark.parametrize(
    ("others", "told"),
    [
        ((), True),
        ((step("B", asks=""),), True),
        ((step("B", asks="").replace('<inputParameter name="responsibleId">1</inputParameter>', ""),), False),
        (
            ('<sequenceFlow id="x"><conditionExpression>${responsibleId == 1}</conditionExpression></sequenceFlow>',),
            False,
        ),
        (('<userTask id="B"/>',), False),
        (('<serviceTask id="B" type="external" topic="theirs"/>',), False),
    ],
)
def test_a_parameter_that_hides_the_element_of_a_sub_process_is_told_if_nothing_else_reads_it(
    others: tuple[str, ...], told: bool, tmp_path: Path
) -> None:
    assert (HIDES in found(tmp_path, in_sub_process(step("A"), *others))) is told


def test_a_parameter_made_of_the_element_does_not_hide_it(tmp_path: Path) -> None:
    own = step("A").replace(">1<", ">${responsibleId}<")
    assert HIDES not in found(tmp_path, in_sub_process(own))
    assert HIDES not in found(tmp_path, in_sub_process(step("A"), element="person"))


CALL = """<callActivity id="C"><extensionElements>{}<out variables="all"/></extensionElements>
<multiInstanceLoopCharacteristics/></callActivity>"""
NUMBERED = (
    'topics: {bitrix_create_task: {wait: {answer_variable: "{{ external_task.activity_id }}_{{ loopCounter }}"}}}'
)


@pytest.mark.parametrize(
    ("passed", "config", "told"),
    [
        ('<in variables="all"/>', NUMBERED, False),
        ('<in source="loopCounter" target="loopCounter"/>', NUMBERED, False),
        ('<in source="person" target="person"/>', NUMBERED, True),
        ('<in variables="all"/>', "topics: {bitrix_create_task: {}}", True),
    ],
)
def test_a_call_whose_answers_are_numbered_is_no_longer_told(
    passed: str, config: str, told: bool, tmp_path: Path
) -> None:
    lines = found(tmp_path, process(CALL.format(passed)), config=config)
    assert ("each call overwrites those of the previous one" in lines) is told
    assert found(tmp_path, process(step("A"), flows("p_s>A")), config=config).startswith("ok ")


def test_what_every_engine_refuses_fails_and_what_only_most_refuse_warns(tmp_path: Path) -> None:
    said = found(tmp_path, process(step("A"), says='isExecutable="true"'))
    assert "WARN model m.bpmn, process p: it has no historyTimeToLive" in said
    said = found(tmp_path, process(step("A"), says='isExecutable="true" historyTimeToLive="P1M"'))
    assert "FAIL model m.bpmn, process p: historyTimeToLive “P1M”" in said


def test_a_topic_that_several_steps_misspell_is_told_once_with_all_of_them(tmp_path: Path) -> None:
    wrong = [step(id_).replace("bitrix_create_task", "bitrix_creat_task") for id_ in "AB"]
    told = [line for line in found(tmp_path, process(*wrong, step("C"))).splitlines() if "does not serve" in line]
    words = (
        "WARN model m.bpmn: this worker does not serve the topic bitrix_creat_task (2 steps: A, B) → if this is a typo"
    )
    assert [line.startswith(words) for line in told] == [True]


def test_what_a_sub_process_misspells_for_several_steps_is_told_once(tmp_path: Path) -> None:
    given = '<inputOutput><inputParameter name="deadlin">x</inputParameter></inputOutput>'
    around = f'<subProcess id="Sub"><extensionElements>{given}</extensionElements>{step("A")}{step("B")}</subProcess>'
    told = [line for line in found(tmp_path, process(around)).splitlines() if "deadlin →" in line]
    assert [line.split(" → ")[0] for line in told] == [
        "WARN model m.bpmn, sub-process Sub: the worker does not read these variables of the sub-process: deadlin"
    ]
