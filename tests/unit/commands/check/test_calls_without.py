"""What a call hands back that the called process has not asked for, or that a branch beside it has changed."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.commands.check.test_calls import ALL, ASKS, BY, OUT, PARALLEL, together
from worker.cli import main

pytestmark = pytest.mark.usefixtures("nothing_set")
STEP = (
    '<serviceTask id="{}" type="external" topic="bitrix_create_task"><extensionElements><properties>{}</properties>'
    '<inputOutput><inputParameter name="responsibleId">1</inputParameter>{}</inputOutput></extensionElements>'
    "</serviceTask>"
)
AGAIN = (
    '<sequenceFlow id="k1" sourceRef="s" targetRef="KAsk"/><sequenceFlow id="k2" sourceRef="KAsk" targetRef="kg"/>'
    '<exclusiveGateway id="kg" default="k4"/><sequenceFlow id="k3" sourceRef="kg" targetRef="R"><conditionExpression>'
    '${KAsk == \'ok\'}</conditionExpression></sequenceFlow><sequenceFlow id="k4" sourceRef="kg" targetRef="ke"/>'
    '<endEvent id="ke"/>'
) + STEP.format("R", ASKS, "")
BEFORE = (
    AGAIN.replace('sourceRef="s" targetRef="KAsk"', 'sourceRef="s" targetRef="R"').replace(
        'sourceRef="kg" targetRef="R"', 'sourceRef="kg" targetRef="ke"'
    )
    + '<sequenceFlow id="k5" sourceRef="R" targetRef="KAsk"/>'
)
NO_WAY = (
    "after the answer KAsk = 'no' the called process kid may end without having asked for R: then no flow of g fits"
)
BOTH = '<sequenceFlow id="y2" sourceRef="g" targetRef="e"><conditionExpression>${r == \'no\'}</conditionExpression>'


@pytest.mark.parametrize(
    ("given", "condition", "called", "told"),
    [
        (ALL + OUT.format("R", "r"), "r == 'ok'", AGAIN, True),
        (OUT.format("R", "r"), "r == 'ok'", AGAIN, True),
        (OUT.format("R", "r"), "r == 'ok'", BEFORE, False),
        (OUT.format("R", "r"), "r == 'ok' || r == null", AGAIN, False),
        (OUT.format("R", "r"), "r == 'ok'", AGAIN + '<userTask id="U"/>', False),
        ('<in source="x" target="R"/>' + OUT.format("R", "r"), "r == 'ok'", AGAIN, False),
    ],
)
def test_a_caller_without_a_flow_for_an_answer_that_nobody_was_asked_for_is_told(
    given: str, condition: str, called: str, told: bool, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The process stopped with an incident behind the call, and check said that all is well."""
    both, top = together(tmp_path, given, condition, called), tmp_path / "top.bpmn"
    xml = (
        top.read_text("utf-8")
        .replace(' default="n"', "")
        .replace('<sequenceFlow id="n" sourceRef="g" targetRef="e"/>', "")
    )
    top.write_text(xml.replace("</process>", f"{BOTH}</sequenceFlow></process>"), encoding="utf-8")
    main(both)
    said = capsys.readouterr().out
    assert (f"WARN model top.bpmn, call activity Call: {NO_WAY}" in said) is told
    [block] = [one for one in said.split("\n\n") if "answers KAsk of the process kid" in one]
    assert ("no → incident, no way on: " in " ".join(block.split())) is told


BACK_OLD = (
    "call activity C2: gets and hands back all variables, while C1 sets status in parallel: if the call ends later"
)
FORM = '<extensionElements><formData><formField id="status"/></formData></extensionElements>'
FORM = f'<startEvent id="s">{FORM}</startEvent>'


@pytest.mark.parametrize(
    ("start", "second", "condition", "told"),
    [
        (FORM, ALL + '<out variables="all"/>', "status == 'ok'", True),
        ('<startEvent id="s"/>', ALL + '<out variables="all"/>', "status == 'ok'", False),
        (FORM, '<out variables="all"/>', "status == 'ok'", False),
        (FORM, ALL + OUT.format("KAsk", "k"), "status == 'ok'", False),
        (FORM, ALL + '<out variables="all"/>', "x > 1", False),
    ],
)
def test_a_call_that_hands_back_the_old_value_of_what_a_step_beside_it_sets_is_told(
    start: str, second: str, condition: str, told: bool, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A yes was lost: the call ended after the step, and brought back what the process had been started with."""
    both, top = together(tmp_path, "", "x == 1", ""), tmp_path / "top.bpmn"
    gateways = {"fork": "parallelGateway", "join": "parallelGateway"}
    xml = PARALLEL.format(first="", second=second, condition=condition, **gateways)
    call = '<callActivity id="C1" calledElement="kid"><extensionElements></extensionElements></callActivity>'
    own = STEP.format("C1", ASKS, '<outputParameter name="status">${C1}</outputParameter>')
    assert call in xml
    top.write_text(xml.replace(call, own).replace('<startEvent id="s"/>', start), encoding="utf-8")
    main(both)
    assert (BACK_OLD in capsys.readouterr().out) is told


TIMER = (
    '<sequenceFlow id="k1" sourceRef="s" targetRef="KAsk"/><sequenceFlow id="k2" sourceRef="KAsk" targetRef="ke"/>'
    '<endEvent id="ke"/><boundaryEvent id="kt" attachedToRef="KAsk"{}><timerEventDefinition><timeDuration>P3D'
    '</timeDuration></timerEventDefinition></boundaryEvent><sequenceFlow id="k3" sourceRef="kt" targetRef="ke"/>'
)
ENDS, NOTES = TIMER.format(""), TIMER.format(' cancelActivity="false"')
BESIDE = (
    '<sequenceFlow id="k1" sourceRef="s" targetRef="kp"/><parallelGateway id="kp"/><sequenceFlow id="k2" '
    'sourceRef="kp" targetRef="KAsk"/><sequenceFlow id="k3" sourceRef="kp" targetRef="ke"/><endEvent id="ke">{}'
    "</endEvent>"
)
SILENT = "WARN model top.bpmn, call activity Call: the called process kid may end without an answer KAsk: "
AS_YES = f"{SILENT}the process goes on as after the answer ok → if silence is not consent"
UNREAD = f"{SILENT}then the engine cannot evaluate the condition ${{KAsk == 'no'}} at g, and gets no further"
NO_OUT = f"{SILENT}then the engine cannot evaluate ${{KAsk == 'no'}} of camunda:out, and the called process cannot end"
NO_END = "(no answer) → incident, the called process cannot end: the engine cannot evaluate ${KAsk == 'no'}"
NOT_NO = BY.format("execution.getVariable('KAsk') == 'no'", "k")
NO_FLOW = f"{SILENT}then no flow of g fits, and the engine gets no further"
BACK = OUT.format("KAsk", "k")


@pytest.mark.parametrize(
    ("given", "condition", "called", "told", "row"),
    [
        (BACK, "k == 'no'", ENDS, AS_YES, "(no answer) → end of the process (e)"),
        (ALL + OUT.format("KAsk", "KAsk"), "KAsk == 'no'", ENDS, AS_YES, "(no answer) → end of the process (e)"),
        (BACK, "k == 'no'", NOTES, None, None),
        (BACK, "k == 'no'", BESIDE.format(""), None, None),
        (BACK, "k == 'no'", BESIDE.format("<terminateEventDefinition/>"), AS_YES, "(no answer) → end of the process"),
        (BACK, "k == 'no'", ENDS + '<userTask id="U"/>', None, None),
        ('<in source="x" target="KAsk"/>' + BACK, "k == 'no'", ENDS, None, None),
        (BACK, "k == 'ok'", ENDS, None, "(no answer) → end of the process (e)"),
        (BACK, "k == 'ok' || k == 'no'", ENDS, None, "(no answer) → end of the process (e)"),
        ('<out variables="all"/>', "KAsk == 'no'", ENDS, UNREAD, "(no answer) → incident, no way on: ${KAsk == 'no'}"),
        ('<out variables="all"/>', "x == 1", ENDS, None, None),
        (BY.format("KAsk == 'no'", "k"), "k", ENDS, NO_OUT, NO_END),
        (BY.format("KAsk == 'no'", "k"), "k", NOTES, None, None),
        (NOT_NO, "k", ENDS, AS_YES, "(no answer) → end of the process (e)"),
        (NOT_NO, "k", NOTES, None, None),
        (BACK, "empty k || k == 'ok'", ENDS, None, "(no answer) → “Other” (y1)"),
        (BACK, "k == null || k == 'ok'", ENDS, None, "(no answer) → “Other” (y1)"),
        (
            BY.format("empty execution.getVariable('KAsk') ? 'ok' : KAsk", "k"),
            "k == 'ok'",
            ENDS,
            None,
            "(no answer) → “O",
        ),
    ],
)
def test_what_a_caller_does_without_an_answer_is_shown_and_told_where_it_does_as_after_a_yes(
    given: str,
    condition: str,
    called: str,
    told: str | None,
    row: str | None,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A timer ended the called process, and the caller took the silence for a yes without a word."""
    both, top = together(tmp_path, given, condition, called), tmp_path / "top.bpmn"
    apart = top.read_text("utf-8").replace('id="y" sourceRef="g" targetRef="e"', 'id="y" sourceRef="g" targetRef="y1"')
    top.write_text(apart.replace("</process>", '<task id="y1" name="Other"/></process>'), encoding="utf-8")
    main(both)
    said = capsys.readouterr().out
    assert SILENT in said if told else SILENT not in said
    assert (told or "") in said
    [block] = [" ".join(one.split()) for one in said.split("\n\n") if "answers KAsk of the process kid" in one]
    assert row in block if row else "(no answer)" not in block


R_TIMES_OUT = (
    '<boundaryEvent id="rt" attachedToRef="R"><timerEventDefinition><timeDuration>P3D</timeDuration>'
    '</timerEventDefinition></boundaryEvent><sequenceFlow id="r1" sourceRef="rt" targetRef="ke"/>'
)
AFTER_NO = AGAIN.replace("KAsk == 'ok'", "KAsk == 'no'")


@pytest.mark.parametrize(
    ("called", "told"),
    [
        (AGAIN, True),
        (AFTER_NO, False),
        (AFTER_NO + R_TIMES_OUT, True),
        (AGAIN.replace("KAsk == 'ok'", "x == 1"), True),
    ],
)
def test_an_answer_that_is_not_asked_for_because_another_one_was_a_yes_is_no_silence(
    called: str, told: bool, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The lawyer's yes was enough, and check warned that the director had not been asked."""
    both, top = together(tmp_path, OUT.format("R", "r"), "r != 'no'", called), tmp_path / "top.bpmn"
    apart = top.read_text("utf-8").replace('id="y" sourceRef="g" targetRef="e"', 'id="y" sourceRef="g" targetRef="y1"')
    top.write_text(apart.replace("</process>", '<task id="y1" name="Other"/></process>'), encoding="utf-8")
    main(both)
    said = capsys.readouterr().out
    as_yes = "the called process kid may end without an answer R: the process goes on as after the answer ok"
    assert (as_yes in said) is told
    assert "(no answer) → “Other” (y1)" in " ".join(said.split())


@pytest.mark.parametrize(("condition", "told"), [("k != 'no'", True), ("k == 'ok'", False)])
def test_silence_behind_a_call_is_told_where_a_step_that_asks_nobody_comes_before_the_decision(
    condition: str, told: bool, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A note to somebody between the call and its gateway was enough for check to say that all is well."""
    both, top = together(tmp_path, BACK, condition, ENDS), tmp_path / "top.bpmn"
    xml = top.read_text("utf-8").replace('sourceRef="Call" targetRef="g"', 'sourceRef="Call" targetRef="Note"')
    xml = xml.replace('id="y" sourceRef="g" targetRef="e"', 'id="y" sourceRef="g" targetRef="y1"')
    more = '<sequenceFlow id="o2" sourceRef="Note" targetRef="g"/><task id="y1"/></process>'
    top.write_text(xml.replace("</process>", STEP.format("Note", "", "") + more), encoding="utf-8")
    main(both)
    assert (AS_YES in capsys.readouterr().out) is told


def test_a_caller_without_a_flow_for_an_answer_that_never_came_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    both, top = together(tmp_path, BACK, "k == 'ok' || k == 'no'", ENDS), tmp_path / "top.bpmn"
    xml = top.read_text("utf-8").replace(' default="n"', "")
    top.write_text(xml.replace('<sequenceFlow id="n" sourceRef="g" targetRef="e"/>', ""), encoding="utf-8")
    main(both)
    assert NO_FLOW in capsys.readouterr().out


@pytest.mark.parametrize(
    ("given", "called", "told"),
    [('<out variables="all"/>', ENDS, True), ('<out variables="all"/>', NOTES, False), (BACK, ENDS, False)],
)
def test_a_call_in_a_loop_that_keeps_the_answer_of_the_round_before_is_told(
    given: str, called: str, told: bool, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A timer ended the second round, and the answer of the first one decided again."""
    both, top = together(tmp_path, given, "KAsk == 'ok'", called), tmp_path / "top.bpmn"
    loop = top.read_text("utf-8").replace('id="n" sourceRef="g" targetRef="e"', 'id="n" sourceRef="g" targetRef="Call"')
    top.write_text(loop, encoding="utf-8")
    main(both)
    kept = f"{SILENT}the call stands in a loop and hands back all variables, so that KAsk keeps the answer"
    assert (kept in capsys.readouterr().out) is told


def test_a_condition_that_cannot_be_evaluated_is_no_lack_of_a_flow(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It was advised to add a default flow where there was one."""
    main(together(tmp_path, '<out variables="all"/>', "R == 'ok'", AGAIN))
    said = capsys.readouterr().out
    assert (
        "after the answer KAsk = 'no' the called process kid may end without having asked for R: then the engine "
        "cannot evaluate the condition ${R == 'ok'} at g, and gets no further → hand each answer back by its name"
    ) in said
    assert "default flow" not in said


@pytest.mark.parametrize(("called", "told"), [(AGAIN, True), (BEFORE, False)])
def test_what_a_call_hands_back_by_an_expression_that_no_answer_lets_the_engine_evaluate_is_told(
    called: str, told: bool, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The last step of the called process could not be completed, and check said that all is well."""
    main(together(tmp_path, BY.format("R == 'ok'", "r"), "r", called))
    said = capsys.readouterr().out
    after = "after the answer KAsk = 'no' the called process kid may end without having asked for R: then the engine "
    assert (f"{after}cannot evaluate ${{R == 'ok'}} of camunda:out, and the called process cannot end" in said) is told


TWICE = """<definitions><process id="top" isExecutable="true" historyTimeToLive="P1D"><startEvent id="s"/>{first}
<callActivity id="Call" calledElement="kid"><extensionElements>{given}</extensionElements></callActivity>
<sequenceFlow id="f0" sourceRef="s" targetRef="First"/><sequenceFlow id="f1" sourceRef="First" targetRef="h"/>
<exclusiveGateway id="h" default="z"/><sequenceFlow id="z" sourceRef="h" targetRef="no"/><task id="no" name="no"/>
<sequenceFlow id="w" sourceRef="h" targetRef="Call"><conditionExpression>${{{passed}}}</conditionExpression>
</sequenceFlow><sequenceFlow id="f2" sourceRef="Call" targetRef="g"/><exclusiveGateway id="g" default="n"/>
<sequenceFlow id="n" sourceRef="g" targetRef="no"/><sequenceFlow id="y" sourceRef="g" targetRef="yes">
<conditionExpression>${{{condition}}}</conditionExpression></sequenceFlow><task id="yes" name="yes"/></process>
</definitions>"""
FIRST = '<callActivity id="First" calledElement="kid"><extensionElements>{}</extensionElements></callActivity>'
OWN = STEP.format("KAsk", ASKS, "")
SAME, EVERY = OUT.format("KAsk", "KAsk"), '<out variables="all"/>'
SETS = (
    '<serviceTask id="Z" expression="${1}" resultVariable="KAsk"/><sequenceFlow id="z1" sourceRef="Z" targetRef="h"/>'
)
OLD = (
    f"{SILENT}the call passes an earlier answer in and gets it back, as if it had been given now: 'ok' ({{}}) → pass "
    "in and hand back only what is needed"
)
BY_VARIABLE = "execution.getVariable('KAsk') == 'ok'"


@pytest.mark.parametrize(
    ("first", "given", "passed", "condition", "of", "row"),
    [
        (FIRST.format(ALL + SAME), ALL + SAME, "KAsk == 'ok'", "KAsk == 'ok'", "First", "(no answer, ok before) → yes"),
        (
            FIRST.format(ALL + EVERY),
            ALL + EVERY,
            BY_VARIABLE,
            "KAsk == 'ok'",
            "First",
            "(no answer, ok before) → yes",
        ),
        (OWN, ALL + OUT.format("KAsk", "k"), "KAsk == 'ok'", "k == 'ok'", "KAsk", "(no answer, ok before) → yes"),
        (
            FIRST.format(OUT.format("KAsk", "k")),
            '<in source="k" target="KAsk"/>' + BACK,
            "k == 'ok'",
            "k == 'ok'",
            "First",
            "(no answer, ok before) → yes",
        ),
        (FIRST.format(ALL + SAME), ALL + SAME, "KAsk == 'no'", "KAsk == 'ok'", None, "(no answer) → no"),
        (FIRST.format(ALL + SAME), SAME, "KAsk == 'ok'", "KAsk == 'ok'", None, "(no answer) → no"),
        (FIRST.format(SAME), ALL + SAME, "x == 1", "KAsk == 'ok'", "First", "(no answer) → no"),
        (FIRST.format(SAME), ALL + SAME, "x == 1", "KAsk == 'ok'", "First", "(no answer, ok before) → yes"),
        (FIRST.format(SAME) + SETS, ALL + SAME, "KAsk == 'ok'", "KAsk == 'ok'", None, None),
    ],
)
def test_an_earlier_answer_that_goes_in_and_comes_back_as_a_new_one_is_told(
    first: str,
    given: str,
    passed: str,
    condition: str,
    of: str | None,
    row: str | None,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Nobody answered the second time, and the yes of the first one counted."""
    both, top = together(tmp_path, "", "x == 1", ENDS), tmp_path / "top.bpmn"
    xml = TWICE.format(first=first, given=given, passed=passed, condition=condition)
    top.write_text(xml if first != OWN else xml.replace('"First"', '"KAsk"'), encoding="utf-8")
    main(both)
    said = capsys.readouterr().out
    assert (OLD.format(of) in said) is (of is not None)
    assert of or SILENT not in said
    blocks = [" ".join(one.split()) for one in said.split("\n\n")]
    [block] = [one for one in blocks if "which call activity Call hands back" in one]
    assert f"{row.replace('→ ', '→ “')}” " in block if row else "(no answer" not in block, block
