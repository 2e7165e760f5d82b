"""`check --model` of a caller with what it calls: an answer that the caller gets as null, or never gets."""

from __future__ import annotations

from pathlib import Path

import pytest
import requests_mock

from worker.cli import main

ASKS = '<property name="UF_RESULT_EXPECTED" value="true"/><property name="UF_RESULT_QUESTION" value="Agree?"/>'
CALLED = """<definitions><process id="kid" isExecutable="true" historyTimeToLive="P1D"><startEvent id="s"/>
<serviceTask id="KAsk" type="external" topic="bitrix_create_task"><extensionElements><properties>{asks}</properties>
<inputOutput><inputParameter name="responsibleId">1</inputParameter></inputOutput></extensionElements></serviceTask>
{more}</process></definitions>"""
CALLER = """<definitions><process id="top" isExecutable="true" historyTimeToLive="P1D"><startEvent id="s"/>
<callActivity id="Call" calledElement="kid"><extensionElements>{given}</extensionElements></callActivity>{more}
<sequenceFlow id="f" sourceRef="s" targetRef="Call"/><sequenceFlow id="o" sourceRef="Call" targetRef="g"/>
<exclusiveGateway id="g" default="n"/><endEvent id="e"/><sequenceFlow id="n" sourceRef="g" targetRef="e"/>
<sequenceFlow id="y" sourceRef="g" targetRef="e"><conditionExpression>${{{condition}}}</conditionExpression>
</sequenceFlow></process></definitions>"""
ALL = '<in variables="all"/>'
OUT = '<out source="{}" target="{}"/>'
BY = '<out sourceExpression="${{{}}}" target="{}"/>'
NOTHING = "camunda:out takes {}, which nothing in the called process kid sets: {} becomes null"
NOT_BACK = "conditions read KAsk, an answer in the called process kid, which this call does not hand back"
NEVER = (
    "the condition {} compares the answer with what no answer gives → compare it with a value of wait.answers: no, ok"
)
THEIRS = '<userTask id="U"/>'
SETS = '<serviceTask id="X" expression="${x}" resultVariable="KAks"/>'


pytestmark = pytest.mark.usefixtures("nothing_set")


def of_the_call(said: str) -> list[str]:
    return [line for line in said.splitlines() if ", call activity Call: " in line]


@pytest.mark.parametrize(
    ("given", "condition", "called", "told"),
    [
        (ALL + OUT.format("KAks", "decision"), "decision == 'ok'", "", NOTHING.format("KAks", "decision")),
        (OUT.format("KAks", "KAks"), "KAks == 'ok'", "", NOTHING.format("KAks", "KAks")),
        (OUT.format("KAsk1", "decision"), "decision == 'ok'", THEIRS, NOTHING.format("KAsk1", "decision")),
        (OUT.format("theirs", "decision"), "decision == 'ok'", THEIRS, None),
        (OUT.format("KAks", "decision"), "decision == 'ok'", SETS, None),
        ('<in source="x" target="KAks"/>' + OUT.format("KAks", "decision"), "decision == 'ok'", "", None),
        (ALL + OUT.format("amount", "amount"), "amount > 3", "", None),
        (OUT.format("KAsk", "decision"), "decision == 'ok'", "", None),
        (OUT.format("bitrixTaskId", "number"), "number > 1", "", None),
        (OUT.format("KAsk_0", "first"), "first == 'ok'", "", None),
        (OUT.format("KAsk_bitrixTaskId_1", "second"), "second > 1", "", None),
        ("", "KAsk == 'ok'", "", NOT_BACK),
        (OUT.format("KAsk", "decision"), "x || KAsk == 'ok'", "", NOT_BACK),
        ('<out variables="all" local="true"/>', "KAsk == 'ok'", "", NOT_BACK),
        ('<out source="KAsk" target="KAsk" local="true"/>', "KAsk == 'ok'", "", NOT_BACK),
        ('<out variables="all"/>', "KAsk == 'ok'", "", None),
        ("", "other == 'ok'", "", None),
        (OUT.format("KAsk", "decision"), "decision == 'ДА'", "", NEVER.format("decision == 'ДА'")),
        (OUT.format("KAsk", "KAsk"), "KAsk == 'ДА'", "", NEVER.format("KAsk == 'ДА'")),
        ('<out variables="all"/>', "KAsk == 'ДА'", "", NEVER.format("KAsk == 'ДА'")),
        (BY.format("KAsk == 'ДА'", "agreed"), "agreed", "", NEVER.format("KAsk == 'ДА'")),
        (BY.format("KAsk == 'ok' ? 'yes' : 'nein'", "said"), "said == 'ok'", "", NEVER.format("said == 'ok'")),
        (BY.format("KAsk == 'ok'", "agreed"), "agreed", "", None),
        (BY.format("KAsk.toUpperCase()", "KAsk"), "KAsk == 'ok'", "", NEVER.format("KAsk == 'ok'")),
        (BY.format("KAsk.toUpperCase()", "KAsk"), "KAsk == 'OK'", "", None),
    ],
)
def test_what_a_call_does_not_hand_back_is_found(
    given: str,
    condition: str,
    called: str,
    told: str | None,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    top, kid = tmp_path / "top.bpmn", tmp_path / "kid.bpmn"
    top.write_text(CALLER.format(given=given, condition=condition, more=""), encoding="utf-8")
    kid.write_text(CALLED.format(asks=ASKS, more=called), encoding="utf-8")
    assert main(["check", "--model", str(top), str(kid)]) == 0
    lines = of_the_call(capsys.readouterr().out)
    assert len(lines) == bool(told)
    assert all(line.startswith(f"WARN model top.bpmn, call activity Call: {told}") for line in lines)
    assert main(["check", "--model", str(top)]) == 0
    assert of_the_call(capsys.readouterr().out) == [], "nothing is known of a process that is not named"


def test_a_variable_that_the_caller_has_besides_is_none_of_the_called_answers(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    own = '<userTask id="U"><extensionElements><formData><formField id="{}"/></formData></extensionElements></userTask>'
    for name, condition, given in (
        ("KAsk", "KAsk == 'ДА'", ""),
        ("decision", "decision == 'ДА'", OUT.format("KAsk", "decision")),
    ):
        top, kid = tmp_path / "top.bpmn", tmp_path / "kid.bpmn"
        more = own.format(name)
        top.write_text(CALLER.format(given=given, condition=condition, more=more), encoding="utf-8")
        kid.write_text(CALLED.format(asks=ASKS, more=""), encoding="utf-8")
        assert main(["check", "--model", str(kid), str(top)]) == 0
        assert of_the_call(capsys.readouterr().out) == []


def test_of_a_deployed_caller_the_engine_gives_what_it_calls(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CAMUNDA_BASE_URL", "http://engine:8080/engine-rest")
    monkeypatch.setenv("BITRIX_WEBHOOK_URL", "https://portal.example/rest/1/secretsecret/")
    top = CALLER.format(given=OUT.format("KAks", "decision"), condition="decision == 'ok'", more="")
    models = {"top": top, "kid": CALLED.format(asks=ASKS, more="")}
    with requests_mock.Mocker() as http:
        http.register_uri(requests_mock.ANY, requests_mock.ANY, status_code=404, json={"type": "x", "message": "none"})
        for key, xml in models.items():
            url = f"http://engine:8080/engine-rest/process-definition/key/{key}/xml"
            http.get(url, json={"id": f"{key}:1", "bpmn20Xml": xml})
        main(["check", "--model", "top"])
        [line] = of_the_call(capsys.readouterr().out)
        assert line.endswith(f"{NOTHING.format('KAks', 'decision')} → name what that process leaves: KAsk")
        http.get("http://engine:8080/engine-rest/process-definition/key/kid/xml", status_code=503)
        main(["check", "--model", "top"])
        assert of_the_call(capsys.readouterr().out) == []
