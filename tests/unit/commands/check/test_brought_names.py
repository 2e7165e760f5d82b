"""`check --model` of callers with what they call: a name that one of them brings is no slip of another name."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.commands.check.test_calls import Deployed, deployed  # noqa: F401 - the fixture
from worker.cli import main
from worker.steps.bpmn.definition import steps_in

MODEL = """<definitions><process id="{id}" isExecutable="true" historyTimeToLive="P1D"><startEvent id="s">
<extensionElements><formData><formField id="{field}"/></formData></extensionElements></startEvent>
<sequenceFlow id="f" sourceRef="s" targetRef="{first}"/>{more}</process></definitions>"""
OURS = """<serviceTask id="Task" type="external" topic="bitrix_create_task"><extensionElements>{given}<inputOutput>
<inputParameter name="title">{title}</inputParameter><inputParameter name="responsibleId">1</inputParameter>
</inputOutput></extensionElements></serviceTask>"""
CALL = '<callActivity id="Call{}" calledElement="{}"><extensionElements>{}</extensionElements></callActivity>'
ASKS = """<properties><property name="UF_RESULT_EXPECTED" value="true"/><property name="UF_RESULT_QUESTION" value="?"/>
</properties>"""
ALL, ALL_BACK = '<in variables="all"/>', '<out variables="all"/>'
SLIP = "reads the variable ordr, which nothing in the model sets; a similar one is set: order (s) → "

pytestmark = pytest.mark.usefixtures("nothing_set")


def reading(id_: str, *, field: str = "order", more: str = "") -> str:
    """A process whose step reads `ordr`, while its form has another name."""
    return MODEL.format(id=id_, field=field, first="Task", more=OURS.format(given="", title="${ordr}") + more)


def calling(id_: str, *calls: tuple[str, str], field: str = "x", more: str = "") -> str:
    shown = "".join(CALL.format(number, called, given) for number, (called, given) in enumerate(calls))
    return MODEL.format(id=id_, field=field, first="Call0", more=shown + more)


def warned(folder: Path, capsys: pytest.CaptureFixture[str], *models: str) -> list[str]:
    """The warnings of all models together, or of the first one alone where it is the only one."""
    files = []
    for model in models:
        file = folder / f"{steps_in(model)['s'].process}.bpmn"
        file.write_text(model, encoding="utf-8")
        files.append(str(file))
    main(["check", "--model", *files])
    return [line for line in capsys.readouterr().out.splitlines() if line.startswith("WARN")]


KID = reading("kid")


@pytest.mark.parametrize(
    ("others", "brought"),
    [
        ([calling("top", ("kid", '<in source="x" target="ordr"/>'))], True),
        ([calling("top", ("kid", '<in sourceExpression="${x}" target="ordr"/>'))], True),
        ([calling("top", ("kid", ALL), field="ordr")], True),
        ([calling("top", ("mid", ALL), field="ordr"), calling("mid", ("kid", ALL))], True),
        ([calling("top", ("mid", '<in source="x" target="ordr"/>')), calling("mid", ("kid", ALL))], True),
        ([calling("top", ("kid", '<in source="x" target="order"/>'), field="ordr")], False),
        ([calling("top", ("mid", ALL), field="ordr"), calling("mid", ("kid", ""))], False),
        ([calling("top", ("kid", ALL))], False),
        ([calling("top", ("other", '<in source="x" target="ordr"/>'))], False),
    ],
)
def test_a_name_that_callers_pass_is_known_in_the_called_process(
    others: list[str], *, brought: bool, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    [alone] = warned(tmp_path, capsys, KID)
    assert alone.startswith(f"WARN model kid.bpmn, step Task: {SLIP}")
    told = [line for line in warned(tmp_path, capsys, KID, *others) if "ordr" in line]
    assert told == ([] if brought else [alone])


@pytest.mark.parametrize(
    ("back", "field", "below", "brought"),
    [
        (ALL_BACK, "ordr", "", True),
        (ALL_BACK, "x", CALL.format("", "low", ALL_BACK), True),
        ("", "ordr", "", False),
        (ALL_BACK, "x", CALL.format("", "low", ""), False),
        (ALL_BACK, "x", "", False),
    ],
)
def test_a_name_that_called_processes_hand_back_is_known_in_the_caller(
    back: str, field: str, below: str, *, brought: bool, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    top = reading("top", more=CALL.format("", "kid", back))
    kid = MODEL.format(id="kid", field=field, first="e", more='<endEvent id="e"/>' + below)
    low = MODEL.format(id="low", field="ordr", first="e", more='<endEvent id="e"/>')
    told = [line for line in warned(tmp_path, capsys, top, kid, low) if SLIP in line]
    assert len(told) == (not brought)


def test_an_answer_that_a_call_does_not_hand_back_is_told_of_the_call_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    flow = '<sequenceFlow id="c" sourceRef="Call0" targetRef="g"><conditionExpression>${ordr == 1}'
    flow += '</conditionExpression></sequenceFlow><exclusiveGateway id="g"/>'
    top = calling("top", ("kid", ""), field="order", more=flow)
    kid = MODEL.format(id="kid", field="x", first="ordr", more=OURS.format(given=ASKS, title="x"))
    kid = kid.replace('"Task"', '"ordr"')
    assert any(SLIP in line for line in warned(tmp_path, capsys, top))
    told = [line for line in warned(tmp_path, capsys, top, kid) if "ordr" in line]
    assert ["conditions read ordr, an answer in the called process kid" in line for line in told] == [True]


def test_a_slip_in_a_called_process_is_told_there_and_not_of_its_call_too(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    top = calling("top", ("kid", '<in source="x" target="order"/>'))
    told = [line for line in warned(tmp_path, capsys, top, KID) if "ordr" in line]
    assert [SLIP in line for line in told] == [True]
    other = reading("kid", field="y")
    [told_of_call] = [line for line in warned(tmp_path, capsys, top, other) if "ordr" in line]
    assert "the called process kid reads ordr (ordr), which nothing in it sets" in told_of_call


def test_a_called_process_that_is_not_checked_itself_has_its_slip_told_of_the_call(
    deployed: Deployed,  # noqa: F811 - the fixture
    capsys: pytest.CaptureFixture[str],
) -> None:
    deployed.has("top", {None: calling("top", ("kid", '<in source="x" target="order"/>'))})
    deployed.has("kid", {None: KID})
    main(["check", "--model", "top"])
    [line] = [line for line in capsys.readouterr().out.splitlines() if "ordr" in line]
    assert "the called process kid reads ordr" in line


def test_a_caller_without_steps_of_its_own_is_looked_at_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    top = calling("top", ("kid", '<in source="ordr" target="order"/>'), field="order")
    kid = MODEL.format(id="kid", field="y", first="Task", more=OURS.format(given="", title="${order}"))
    [line] = warned(tmp_path, capsys, top, kid)
    assert line.startswith(f"WARN model top.bpmn, call activity Call0: {SLIP}")


def test_a_process_that_is_no_concern_of_this_worker_is_not(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    foreign = MODEL.format(id="p", field="order", first="U", more='<userTask id="U" assignee="${ordr}"/>')
    [line] = warned(tmp_path, capsys, foreign)
    assert "no step has a topic of this worker" in line
