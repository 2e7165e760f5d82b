"""What `check --model` says of a step of the process itself that a timer ends before anybody has answered."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.unit.commands.check.test_calls import ASKS
from tests.unit.commands.check.test_calls_without import STEP
from worker.cli import main

pytestmark = pytest.mark.usefixtures("nothing_set")
TIMER = "<timerEventDefinition><timeDuration>P3D</timeDuration></timerEventDefinition>"
MODEL = """<definitions><process id="p" isExecutable="true" historyTimeToLive="P1D"><startEvent id="s"/>{steps}
<boundaryEvent id="t" attachedToRef="{at}"{cancel}>{event}</boundaryEvent><exclusiveGateway id="m"/>
<exclusiveGateway id="g" default="n"/><task id="yes" name="yes"/><task id="no" name="no"/>{flows}
<sequenceFlow id="y" sourceRef="g" targetRef="{to}"><conditionExpression>${{{condition}}}</conditionExpression>
</sequenceFlow><sequenceFlow id="n" sourceRef="g" targetRef="{other}"/></process></definitions>"""
FLOW = '<sequenceFlow id="f{}" sourceRef="{}" targetRef="{}">{}</sequenceFlow>'
READ = "execution.getVariable('A')"
AS_YES = (
    "WARN model p.bpmn, step A: the timer t may end the step without an answer A: the process goes on as after the "
    "answer ok → if silence is not consent, let the condition ask for the answer itself "
    "(${execution.getVariable('A') == 'ok'})"
)
OLD = (
    "WARN model p.bpmn, step A: the timer t may end the step without an answer A: the variable keeps an earlier answer "
    "then, and that decides: 'ok' (A) → lead the timer's flow past this condition, or set the answer to null"
)
ROW = "(no answer: event t) → “{}” ({})"
WITHIN = '<subProcess id="U"><startEvent id="us"/>{}<sequenceFlow id="u" sourceRef="us" targetRef="A"/></subProcess>'
RESETS = (
    '<extensionElements><executionListener event="take" expression="${execution.setVariable(\'A\', null)}"/>'
    "</extensionElements>"
)


def flows(*pairs: str) -> str:
    each = (pair.split() for pair in pairs)
    return "".join(FLOW.format(number, *ends, "") for number, ends in enumerate(each))


def said(xml: str, folder: Path, capsys: pytest.CaptureFixture[str]) -> str:
    (folder / "p.bpmn").write_text(xml, encoding="utf-8")
    main(["check", "--model", str(folder / "p.bpmn")])
    return capsys.readouterr().out


ONCE = {"steps": STEP.format("A", ASKS, ""), "at": "A", "cancel": "", "event": TIMER, "to": "yes", "other": "no"}
ONCE["flows"] = flows("s A", "A g", "t g")

NOTED = ONCE["steps"] + STEP.format("Note", "", "")
VIA = {"flows": flows("s A", "A g", "t Note", "Note g")}
BEHIND_TIMER = {"steps": NOTED, **VIA}
BEHIND_STEP = {"steps": NOTED, "flows": flows("s A", "A Note", "t g", "Note g")}


@pytest.mark.parametrize(
    ("condition", "changed", "told", "row"),
    [
        (f"{READ} != 'no'", {}, True, ROW.format("yes", "yes")),
        (f"{READ} == 'no'", {"to": "no", "other": "yes"}, True, ROW.format("yes", "yes")),
        (f"{READ} == 'ok'", {}, False, ROW.format("no", "no")),
        (f"{READ} != 'no'", {"cancel": ' cancelActivity="false"'}, False, None),
        (f"{READ} != 'no'", {"flows": flows("s A", "A g", "t yes")}, False, None),
        (f"{READ} != 'no'", {"event": '<messageEventDefinition messageRef="x"/>'}, False, None),
        (
            f"{READ} != 'no'",
            {"steps": WITHIN.format(ONCE["steps"]), "at": "U", "flows": flows("s U", "U g", "t m", "m g")},
            True,
            ROW.format("yes", "yes"),
        ),
        (f"{READ} != 'no'", BEHIND_TIMER, True, None),
        (f"{READ} != 'no'", BEHIND_STEP, True, ROW.format("yes", "yes")),
        (f"{READ} == 'ok'", BEHIND_TIMER, False, None),
        (
            f"{READ} != 'no'",
            {"steps": NOTED.replace("<properties></properties>", f"<properties>{ASKS}</properties>")} | VIA,
            False,
            None,
        ),
        (f"{READ} == null || A == 'ok'", BEHIND_TIMER, False, None),
        (f"{READ} == null || A == 'ok'", {}, False, ROW.format("yes", "yes")),
        (f"empty {READ} or A == 'ok'", {}, False, ROW.format("yes", "yes")),
        (f"{READ} == null", {"to": "no", "other": "yes"}, False, ROW.format("no", "no")),
        (f"{READ} != null and A == 'no'", {"to": "no", "other": "yes"}, True, ROW.format("yes", "yes")),
    ],
)
def test_a_step_whose_timer_leads_on_as_a_yes_does_is_told_unless_the_model_means_it(
    condition: str,
    changed: dict[str, str],
    told: bool,
    row: str | None,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Of a called process just this was told, and of a step of the process itself nothing."""
    out = said(MODEL.format(condition=condition, **{**ONCE, **changed}), tmp_path, capsys)
    assert (AS_YES in " ".join(out.split())) is told
    assert (row or "(no answer") in " ".join(out.split()) if row else "(no answer" not in out


AGAIN = FLOW.format(8, "s", "m", "") + FLOW.format(9, "m", "A", "") + FLOW.format(7, "A", "g", "") + "{}"
LOOP = {**ONCE, "steps": STEP.format("A", ASKS, "") + STEP.format("B", ASKS, "")}
LOOP |= {"to": "B", "flows": AGAIN.format(FLOW.format(6, "t", "g", "") + FLOW.format(5, "B", "m", ""))}


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({}, True),
        ({"flows": AGAIN.format(FLOW.format(6, "t", "no", "") + FLOW.format(5, "B", "m", ""))}, False),
        ({"flows": AGAIN.format(FLOW.format(6, "t", "g", RESETS) + FLOW.format(5, "B", "m", ""))}, False),
        ({"flows": AGAIN.format(FLOW.format(6, "t", "g", "") + FLOW.format(5, "no", "m", ""))}, False),
    ],
)
def test_a_timer_that_leaves_the_answer_of_the_round_before_to_decide_is_told(
    changed: dict[str, str], told: bool, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nobody answered in the second round, and the yes of the first one counted."""
    xml = MODEL.format(condition=f"{READ} == 'ok'", **{**LOOP, **changed})
    out = " ".join(said(xml, tmp_path, capsys).split())
    assert (OLD in out) is told
    assert ("(no answer, ok before: event t) → step B" in out) is told


CLOSED = (
    "WARN model p.bpmn, step A: the step is completed without an answer A if the task is {}: the process goes on as "
    "after the answer ok → if silence is not consent, let the condition ask for the answer itself (${{A == 'ok'}})"
)


@pytest.mark.parametrize(
    ("wait", "condition", "flow", "how"),
    [
        ("declined: complete", "A != 'no'", "A g", "declined"),
        ("declined: complete, deleted: complete", "A != 'no'", "A g", "declined, deleted"),
        ("declined: complete", "A != 'no'", "A Note", "declined"),
        ("declined: complete", "A == 'ok'", "A g", None),
        ("declined: complete", "A == null || A == 'ok'", "A g", None),
        ("declined: incident", "A != 'no'", "A g", None),
        ("answers: {ДА: ok}, declined: complete", "A != 'no'", "A g", None),
    ],
)
def test_a_task_that_ends_without_an_answer_and_leads_on_as_a_yes_does_is_told(
    wait: str, condition: str, flow: str, how: str | None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whoever declined the task had agreed."""
    (tmp_path / "config.yaml").write_text(f"topics: {{bitrix_create_task: {{wait: {{{wait}}}}}}}", encoding="utf-8")
    xml = MODEL.format(condition=condition, **{**ONCE, "flows": flows("s A", flow, "Note g")})
    xml = xml.replace(ONCE["steps"], NOTED)
    (tmp_path / "p.bpmn").write_text(re.sub("<boundaryEvent.*</boundaryEvent>", "", xml), encoding="utf-8")
    main(["check", "--config", str(tmp_path / "config.yaml"), "--model", str(tmp_path / "p.bpmn")])
    out = capsys.readouterr().out
    assert (CLOSED.format(how) in out) if how else ("if silence" not in out)
