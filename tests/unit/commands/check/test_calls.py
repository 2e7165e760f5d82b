"""`check --model` of a caller with what it calls: an answer that the caller gets as null, or never gets."""

from __future__ import annotations

from collections.abc import Iterator
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
UNCHANGED = "camunda:out takes {}, which nothing in the called process kid sets: {} gets the value from before the call"
BACK_AS = "conditions read KAsk, an answer in the called process kid, which this call hands back as {}"
NOT_BACK = "conditions read KAsk, an answer in the called process kid, which this call does not hand back"
NEVER = (
    "the condition {} has one outcome whatever the answer is: the process gets only the values of wait.answers (no, "
    "ok), and this compares the answer with something else → compare it with one of these values: no, ok"
)
THEIRS = '<userTask id="U"/>'
LISTENS = '<endEvent id="L"><extensionElements><executionListener class="a.B"/></extensionElements></endEvent>'
SCRIPT = '<scriptTask id="L" scriptFormat="groovy"><script>{}</script></scriptTask>'
READS_AMOUNT = (
    '<sequenceFlow id="r" sourceRef="s" targetRef="KAsk"><conditionExpression>${amount > 1}</conditionExpression>'
    "</sequenceFlow>"
)
SETS = '<serviceTask id="X" expression="${x}" resultVariable="KAks"/>'


pytestmark = pytest.mark.usefixtures("nothing_set")


def of_the_call(said: str) -> list[str]:
    return [line for line in said.splitlines() if ", call activity Call: " in line]


def only(told: str | None, said: str) -> None:
    """The call has this warning, or none."""
    lines = of_the_call(said)
    assert len(lines) == bool(told)
    assert all(line.startswith(f"WARN model top.bpmn, call activity Call: {told}") for line in lines)


def together(folder: Path, given: str, condition: str, called: str) -> list[str]:
    """A caller and what it calls: the arguments of `check` with both models."""
    top, kid = folder / "top.bpmn", folder / "kid.bpmn"
    top.write_text(CALLER.format(given=given, condition=condition, more=""), encoding="utf-8")
    kid.write_text(CALLED.format(asks=ASKS, more=called), encoding="utf-8")
    return ["check", "--model", str(top), str(kid)]


@pytest.mark.parametrize(
    ("given", "condition", "called", "told"),
    [
        (ALL + OUT.format("KAks", "decision"), "decision == 'ok'", "", NOTHING.format("KAks", "decision")),
        (OUT.format("KAks", "KAks"), "KAks == 'ok'", "", NOTHING.format("KAks", "KAks")),
        (OUT.format("KAsk1", "decision"), "decision == 'ok'", THEIRS, NOTHING.format("KAsk1", "decision")),
        (OUT.format("theirs", "decision"), "decision == 'ok'", THEIRS, None),
        (OUT.format("KAks", "decision"), "decision == 'ok'", SETS, None),
        ('<in source="x" target="KAks"/>' + OUT.format("KAks", "decision"), "decision == 'ok'", "", None),
        (ALL + OUT.format("said", "said"), "said != 'rejected'", "", UNCHANGED.format("said", "said")),
        (OUT.format("said", "said"), "said != 'rejected'", "", NOTHING.format("said", "said")),
        (ALL + OUT.format("said", "said"), "said != 'rejected'", THEIRS, None),
        (ALL + OUT.format("said", "said"), "said != 'rejected'", LISTENS, None),
        (ALL + OUT.format("said", "said"), "said != 'rejected'", SCRIPT.format("said = 1"), None),
        (
            ALL + OUT.format("said", "said"),
            "said != 'rejected'",
            SCRIPT.format("x = 1"),
            UNCHANGED.format("said", "said"),
        ),
        (ALL + OUT.format("amount", "amount"), "amount > 3", READS_AMOUNT, None),
        (OUT.format("KAsk", "decision"), "decision == 'ok'", "", None),
        (OUT.format("bitrixTaskId", "number"), "number > 1", "", None),
        (OUT.format("KAsk_0", "first"), "first == 'ok'", "", None),
        (OUT.format("KAsk_bitrixTaskId_1", "second"), "second > 1", "", None),
        ("", "KAsk == 'ok'", "", NOT_BACK),
        (OUT.format("KAsk", "decision"), "x || KAsk == 'ok'", "", BACK_AS.format("decision")),
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
    both = together(tmp_path, given, condition, called)
    assert main(both) == 0
    only(told, capsys.readouterr().out)
    assert main(both[:-1]) == 0
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


def test_what_the_caller_has_before_the_call_may_come_back_unchanged(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    both = together(tmp_path, ALL + OUT.format("amount", "amount"), "amount > 3", "")
    assert main(both) == 0
    only(UNCHANGED.format("amount", "amount"), capsys.readouterr().out)
    top = tmp_path / "top.bpmn"
    reads = (
        '<sequenceFlow id="f" sourceRef="s" targetRef="Call"><conditionExpression>${amount > 0}</conditionExpression>'
    )
    top.write_text(
        top.read_text("utf-8").replace(
            '<sequenceFlow id="f" sourceRef="s" targetRef="Call"/>', f"{reads}</sequenceFlow>"
        )
    )
    assert main(both) == 0
    only(None, capsys.readouterr().out)


@pytest.mark.parametrize(
    ("given", "condition", "told"),
    [
        (ALL + OUT.format("said", "said"), "said != 'rejected'", UNCHANGED.format("said", "said")),
        (OUT.format("KAsk", "decision"), "KAsk == 'ok'", BACK_AS.format("decision")),
        (ALL, "KAsk == 'ok'", NOT_BACK),
        (OUT.format("KAsk", "decision"), "decision == 'ok'", None),
        (BY.format("KAsk == 'ДА'", "agreed"), "agreed", NEVER.format("KAsk == 'ДА'")),
    ],
)
def test_a_caller_in_one_file_with_what_it_calls_is_as_one_in_two(
    given: str, condition: str, told: str | None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    together(tmp_path, given, condition, '<sequenceFlow id="k" sourceRef="s" targetRef="KAsk"/>')
    top, kid = (tmp_path / f"{one}.bpmn" for one in ("top", "kid"))
    called = kid.read_text("utf-8").removeprefix("<definitions>").replace('"s"', '"ks"')
    whole = top.read_text("utf-8").replace("</definitions>", called)
    top.write_text(whole, encoding="utf-8")
    assert main(["check", "--model", str(top)]) == 0
    said = [line for line in capsys.readouterr().out.splitlines() if line.startswith("WARN")]
    assert len(said) == bool(told), "and what the model by itself shows is not told twice"
    assert all(str(told) in line for line in said)


MID = """<definitions><process id="{id}" isExecutable="true" historyTimeToLive="P1D"><startEvent id="s"/>
<callActivity id="Call" calledElement="{called}"><extensionElements>{given}</extensionElements></callActivity>
<sequenceFlow id="f" sourceRef="s" targetRef="Call"/></process></definitions>"""


@pytest.mark.parametrize(
    ("given", "out", "condition", "told"),
    [
        (OUT.format("KAsk", "said"), OUT.format("said", "decision"), "decision == 'ok'", None),
        (OUT.format("KAsk", "said"), OUT.format("said", "decision"), "decision == 'ДА'", "decision == 'ДА'"),
        (OUT.format("KAsk", "said"), '<out variables="all"/>', "said == 'ДА'", "said == 'ДА'"),
        ('<out variables="all"/>', OUT.format("KAsk", "decision"), "decision == 'ДА'", "decision == 'ДА'"),
        ('<out variables="all"/>', "", "KAsk == 'ok'", NOT_BACK.replace("process kid", "process mid")),
        ("", "", "KAsk == 'ok'", None),
        (
            OUT.format("KAsk", "decision"),
            OUT.format("desision", "x"),
            "x == 1",
            NOTHING.format("desision", "x").replace("kid", "mid"),
        ),
    ],
)
def test_an_answer_comes_back_through_every_call_on_its_way(
    given: str, out: str, condition: str, told: str | None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    models = {
        "top": CALLER.format(given=out, condition=condition, more="").replace('"kid"', '"mid"'),
        "mid": MID.format(id="mid", called="kid", given=given),
        "kid": CALLED.format(asks=ASKS, more=""),
    }
    for name, xml in models.items():
        (tmp_path / f"{name}.bpmn").write_text(xml, encoding="utf-8")
    assert main(["check", "--model", *(str(tmp_path / f"{name}.bpmn") for name in models)]) == 0
    lines = of_the_call(capsys.readouterr().out)
    assert len(lines) == bool(told)
    assert all(line.startswith("WARN model top.bpmn, call activity Call: ") for line in lines)
    assert all(str(told) in line for line in lines)


GONE = {"type": "RestException", "message": "No matching process definition with key: kid and no tenant-id"}


class Deployed:
    """Processes in an engine, each for a tenant or for none."""

    def __init__(self, http: requests_mock.Mocker) -> None:
        self._http = http
        http.register_uri(requests_mock.ANY, requests_mock.ANY, status_code=404, json=GONE)
        http.get("http://engine:8080/engine-rest/process-definition", json=[])

    def has(self, key: str, models: dict[str | None, str]) -> None:
        url = "http://engine:8080/engine-rest/process-definition"
        ids = {tenant: f"{key}-{tenant}-1" for tenant in models}
        rows = [{"id": id_, "key": key, "tenantId": tenant} for tenant, id_ in ids.items()]
        self._http.get(f"{url}?key={key}", json=rows)
        for tenant, xml in models.items():
            self._http.get(f"{url}/{ids[tenant]}/xml", json={"id": ids[tenant], "bpmn20Xml": xml})


@pytest.fixture
def deployed(monkeypatch: pytest.MonkeyPatch) -> Iterator[Deployed]:
    monkeypatch.setenv("CAMUNDA_BASE_URL", "http://engine:8080/engine-rest")
    monkeypatch.setenv("BITRIX_WEBHOOK_URL", "https://portal.example/rest/1/secretsecret/")
    with requests_mock.Mocker() as http:
        yield Deployed(http)


CALLS_KID = CALLER.format(given=OUT.format("KAks", "decision"), condition="decision == 'ok'", more="")
KID = CALLED.format(asks=ASKS, more="")


def test_of_a_deployed_caller_the_engine_gives_what_it_calls(
    deployed: Deployed, capsys: pytest.CaptureFixture[str]
) -> None:
    deployed.has("top", {None: CALLS_KID})
    main(["check", "--model", "top"])
    [line] = of_the_call(capsys.readouterr().out)
    assert "calls the process kid, and the engine shows no process with this key" in line
    deployed.has("kid", {None: KID})
    main(["check", "--model", "top"])
    [line] = of_the_call(capsys.readouterr().out)
    assert line.endswith(f"{NOTHING.format('KAks', 'decision')} → name what that process leaves: KAsk")


def test_calls_are_followed_to_the_end_and_round_a_circle_once(
    deployed: Deployed, capsys: pytest.CaptureFixture[str]
) -> None:
    deployed.has("first", {None: MID.format(id="first", called="second", given="")})
    deployed.has("second", {None: MID.format(id="second", called="top", given="")})
    back = '<callActivity id="Again" calledElement="first"/>'
    deployed.has("top", {None: CALLS_KID.replace("<exclusiveGateway", f"{back}<exclusiveGateway")})
    deployed.has("kid", {None: KID})
    main(["check", "--model", "first"])
    [line] = of_the_call(capsys.readouterr().out)
    assert line.startswith("WARN model top, call activity Call: ")


def test_a_call_stays_with_its_tenant(deployed: Deployed, capsys: pytest.CaptureFixture[str]) -> None:
    deployed.has("top", {"east": CALLS_KID, "west": CALLS_KID, None: CALLS_KID})
    deployed.has("kid", {"east": KID, "west": KID.replace("KAsk", "KAks")})
    main(["check", "--model", "top"])
    [line] = of_the_call(capsys.readouterr().out)
    assert line.startswith("WARN model top (east), call activity Call: ")


OWN = (
    '<serviceTask id="said" type="external" topic="bitrix_create_task"><extensionElements><properties>'
    f"{ASKS}</properties></extensionElements></serviceTask>"
)


@pytest.mark.parametrize(
    ("sets", "given", "own", "first"),
    [
        ("kid", OUT.format("KAsk", "said"), "", 1),
        ("kid", OUT.format("KAsk", "said"), OWN, 0),
        ("mid", '<out variables="all"/>', "", 1),
    ],
)
def test_an_answer_that_something_else_on_its_way_may_replace_is_not_compared(
    sets: str, given: str, own: str, first: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    field = (
        '<userTask id="U"><extensionElements><formData><formField id="KAsk"/></formData></extensionElements></userTask>'
    )
    source = "said" if sets == "kid" else "KAsk"
    top = CALLER.format(given=OUT.format(source, "decision"), condition="decision == 'ДА'", more="")
    models = {
        "top": top.replace('"kid"', '"mid"'),
        "mid": MID.format(id="mid", called="kid", given=given).replace("</process>", f"{own}</process>"),
        "kid": CALLED.format(asks=ASKS, more=""),
    }
    for expected in (first, 0):
        for name, xml in models.items():
            (tmp_path / f"{name}.bpmn").write_text(xml, encoding="utf-8")
        main(["check", "--model", str(tmp_path)])
        assert len(of_the_call(capsys.readouterr().out)) == expected
        models[sets] = models[sets].replace("</process>", f"{field}</process>")


SETS_NO = "<serviceTask id=\"X\" expression=\"${execution.setVariable('KAsk', 'no')}\"/>"
GIVES_NO = (
    '<serviceTask id="X" expression="${x}"><extensionElements><inputOutput>'
    '<outputParameter name="KAsk">later</outputParameter></inputOutput></extensionElements></serviceTask>'
)
SETS_ANY = '<serviceTask id="X" expression="${execution.setVariable(\'KAsk\', x)}"/>'
BY_SCRIPT = '<scriptTask id="X" scriptFormat="js"><script>execution.setVariable("KAsk", "yes")</script></scriptTask>'


@pytest.mark.parametrize(
    ("called", "condition", "told"),
    [
        (SETS_NO, "KAsk == 'yes'", NEVER.format("KAsk == 'yes'")),
        (SETS_NO, "KAsk == 'no'", None),
        (GIVES_NO, "KAsk == 'yes'", NEVER.format("KAsk == 'yes'").replace("no, ok", "later, no, ok")),
        (GIVES_NO, "KAsk == 'later'", None),
        (SETS_NO + SETS_ANY.replace('"X"', '"Y"'), "KAsk == 'yes'", None),
        (SETS_NO + BY_SCRIPT.replace('"X"', '"Y"'), "KAsk == 'yes'", None),
        (SETS_ANY, "KAsk == 'yes'", None),
    ],
)
def test_an_answer_that_the_called_process_also_sets_to_a_fixed_value_has_only_known_values(
    called: str, condition: str, told: str | None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(together(tmp_path, OUT.format("KAsk", "KAsk"), condition, called)) == 0
    only(told, capsys.readouterr().out)


READS = """<definitions><message id="m" name="m"/>
<process id="{id}" isExecutable="true" historyTimeToLive="P1D"><startEvent id="s"/>
<sequenceFlow id="f1" sourceRef="s" targetRef="{first}"/>{before}
<serviceTask id="Two" type="external" topic="bitrix_create_task"><extensionElements><inputOutput>
<inputParameter name="responsibleId">1</inputParameter><inputParameter name="title">{title}</inputParameter>
</inputOutput></extensionElements></serviceTask></process></definitions>"""
BEFORE = '{}<sequenceFlow id="f2" sourceRef="One" targetRef="Two"/>'
AFTER = '<sequenceFlow id="f2" sourceRef="Two" targetRef="One"/>{}'
BY_HAND, IN_JAVA, THEIR_STEP, CATCHES = (
    '<userTask id="One"/>',
    '<serviceTask id="One" class="x.Y"/>',
    '<serviceTask id="One" type="external" topic="other"/>',
    '<intermediateCatchEvent id="One"><messageEventDefinition messageRef="m"/></intermediateCatchEvent>',
)
IN = '<in source="{0}" target="{0}"/>'
NOT_IN = (
    "the called process kid reads chief ({}), which nothing in it sets and this call does not pass to it → add "
    "camunda:in with this name as source and target; otherwise the engine cannot evaluate the expression"
)


@pytest.mark.parametrize(
    ("given", "title", "before", "told"),
    [
        (IN.format("name"), "${name}: ${chief}", "", "chief"),
        ("", "${chief}", AFTER.format(BY_HAND), "chief"),
        ("", "${JSON(chief).elements()}", "", "JSON(chief).elements()"),
        (IN.format("chief"), "${chief}", "", None),
        ('<in source="boss" target="chief"/>', "${chief}", "", None),
        (ALL, "${chief}", "", None),
        ("", "${execution.getVariable('chief')}", "", None),
        ("", "${execution.hasVariable('chief') ? chief : 'nobody'}", "", None),
        ("", "${execution.processBusinessKey} ${loopCounter}", "", None),
        ("", "${chief}", BEFORE.format('<serviceTask id="One" expression="${x.y()}" resultVariable="chief"/>'), None),
        ("", "${chief}", BEFORE.format(BY_HAND), None),
        ("", "${chief}", BEFORE.format(IN_JAVA), None),
        ("", "${chief}", BEFORE.format(THEIR_STEP), None),
        ("", "${chief}", BEFORE.format(CATCHES), None),
        ("", "${chief}", BEFORE.format(f'<subProcess id="One"><startEvent id="i"/>{THEIRS}</subProcess>'), None),
        ("", "${Two} ${Two_0} ${bitrixTaskId}", "", None),
    ],
)
def test_what_a_called_process_reads_and_no_call_passes_to_it_is_found(
    given: str, title: str, before: str, told: str | None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    top, kid = tmp_path / "top.bpmn", tmp_path / "kid.bpmn"
    top.write_text(MID.format(id="top", called="kid", given=given), encoding="utf-8")
    first = "One" if before.startswith("<") and 'targetRef="Two"' in before else "Two"
    kid.write_text(READS.format(id="kid", first=first, before=before, title=title), encoding="utf-8")
    assert main(["check", "--model", str(top), str(kid)]) == 0
    expected = [f"WARN model top.bpmn, call activity Call: {NOT_IN.format(told)}"] if told else []
    assert of_the_call(capsys.readouterr().out) == expected
    assert main(["check", "--model", str(kid)]) == 0
    assert of_the_call(capsys.readouterr().out) == [], "whoever starts it may hand it in"


@pytest.mark.parametrize(("given", "of_top"), [("", True), (IN.format("chief"), False), (ALL, False)])
def test_what_is_passed_on_whole_must_come_from_further_up(
    given: str, of_top: bool, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    models = {
        "top": MID.format(id="top", called="mid", given=given),
        "mid": MID.format(id="mid", called="kid", given=ALL),
        "kid": READS.format(id="kid", first="Two", before="", title="${chief}"),
    }
    for name, xml in models.items():
        (tmp_path / f"{name}.bpmn").write_text(xml, encoding="utf-8")
    assert main(["check", "--model", *(str(tmp_path / f"{name}.bpmn") for name in models)]) == 0
    lines = of_the_call(capsys.readouterr().out)
    assert len(lines) == of_top
    assert all("model top.bpmn, call activity Call: the called process mid reads chief" in line for line in lines)


UNSET = "incident, no way on: ${KAsk == 'ok'} at gateway g gives neither yes nor no"


@pytest.mark.parametrize(
    ("given", "head", "row"),
    [
        (
            OUT.format("KAsk", "decision"),
            "hands back as decision (top.bpmn):",
            f"any answer → {UNSET} the answer decides nothing in this model: no condition reads decision",
        ),
        (
            "",
            "does not hand back (top.bpmn):",
            f"any answer → {UNSET} the answer decides nothing in this model: it does not come back",
        ),
        (OUT.format("KAsk", "KAsk"), "hands back as KAsk (top.bpmn):", "ok → step yes no → end of the process (e)"),
        ('<out variables="all"/>', "hands back as KAsk (top.bpmn):", "ok → step yes no → end of the process (e)"),
    ],
)
def test_where_the_answers_lead_that_a_call_hands_back_is_shown_behind_all_findings(
    given: str, head: str, row: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    both = together(tmp_path, given, "KAsk == 'ok'", "")
    top = tmp_path / "top.bpmn"
    if "step yes" in row:
        apart = top.read_text("utf-8").replace(
            'id="y" sourceRef="g" targetRef="e"', 'id="y" sourceRef="g" targetRef="yes"'
        )
        top.write_text(apart.replace("</process>", '<task id="yes"/></process>'), encoding="utf-8")
    assert main(both) == 0
    findings, of_call, of_step = capsys.readouterr().out.split("\n\n")
    assert "model top.bpmn" in findings
    shown = f"where answers KAsk of the process kid lead, which call activity Call {head} {row}"
    assert " ".join(of_call.split()) == shown
    assert of_step.startswith("where answers lead: step KAsk (kid.bpmn):\n  any answer  → end of the process\n")


CATCHES = (
    '<boundaryEvent id="c" attachedToRef="Call"><errorEventDefinition errorRef="NO"/></boundaryEvent>'
    '<task id="cancel" name="Cancel"/><sequenceFlow id="cc" sourceRef="c" targetRef="cancel"/>'
)
REFUSES = (
    '<sequenceFlow id="ag" sourceRef="KAsk" targetRef="x"/><exclusiveGateway id="x" default="d"/><endEvent id="e"/>'
    '<sequenceFlow id="xy" sourceRef="x" targetRef="e"><conditionExpression>${KAsk == \'ok\'}</conditionExpression>'
    '</sequenceFlow><sequenceFlow id="d" sourceRef="x" targetRef="refused"/><endEvent id="refused">'
    '<errorEventDefinition errorRef="NO"/></endEvent>'
)
CAUGHT = "“Cancel” (cancel), if the called process raises the BPMN error NO"
ENDS, ESCALATES = CATCHES.replace("error", "escalation"), REFUSES.replace("error", "escalation")
NOTES = ENDS.replace("<boundaryEvent", '<boundaryEvent cancelActivity="false"')
ON_THE_WAY = (
    ESCALATES.replace('<endEvent id="refused">', '<intermediateThrowEvent id="refused">').removesuffix("</endEvent>")
    + '</intermediateThrowEvent><sequenceFlow id="re" sourceRef="refused" targetRef="e"/>'
)
LAST = "end of the process once its other branches have ended (e)"
BOTH = f"ok → {LAST} no → “Cancel” (cancel) and {LAST}, if the called process raises the escalation NO"


@pytest.mark.parametrize(
    ("called", "catches", "rows"),
    [
        (REFUSES, CATCHES, f"ok → end of the process (e) no → {CAUGHT}"),
        (REFUSES.replace('id="refused"', 'id="other"'), CATCHES, "any answer → end of the process (e)"),
        (REFUSES, "", "any answer → end of the process (e)"),
        (
            REFUSES.replace("== 'ok'", "== 'ok' and x > 1"),
            CATCHES,
            f"ok → {CAUGHT} → end of the process (e), otherwise no → {CAUGHT}",
        ),
        (ESCALATES, NOTES, BOTH),
        (ON_THE_WAY, NOTES, BOTH),
        (ON_THE_WAY, ENDS, f"ok → end of the process (e) no → {CAUGHT.replace('BPMN error', 'escalation')}"),
        (ESCALATES, CATCHES, "any answer → end of the process (e)"),
    ],
)
def test_an_answer_after_which_the_called_process_raises_something_leads_to_what_catches_it(
    called: str, catches: str, rows: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A no came back as an error or an escalation, and the table said that every answer leads to the same."""
    both, top = together(tmp_path, "", "x == 1", called), tmp_path / "top.bpmn"
    top.write_text(top.read_text("utf-8").replace("</process>", f"{catches}</process>"), encoding="utf-8")
    main(both)
    [block] = [one for one in capsys.readouterr().out.split("\n\n") if "of the process kid lead" in one]
    assert f"does not hand back (top.bpmn): {rows}" in " ".join(block.split())


@pytest.mark.parametrize(("called", "catches"), [(REFUSES, CATCHES), (ESCALATES, ENDS), (ESCALATES, NOTES)])
def test_behind_what_is_raised_the_caller_has_the_answer(
    called: str, catches: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A no was shown to lead also to where only a yes leads."""
    both, top = together(tmp_path, OUT.format("KAsk", "said"), "x == 1", called), tmp_path / "top.bpmn"
    asks = '<exclusiveGateway id="cg" default="cd"/><sequenceFlow id="cc" sourceRef="c" targetRef="cg"/>'
    yes = '<task id="yes"/><sequenceFlow id="cy" sourceRef="cg" targetRef="yes"><conditionExpression>${said == \'ok\'}'
    no = '</conditionExpression></sequenceFlow><sequenceFlow id="cd" sourceRef="cg" targetRef="cancel"/>'
    caught = catches.partition("<sequenceFlow")[0] + asks + yes + no
    top.write_text(top.read_text("utf-8").replace("</process>", f"{caught}</process>"), encoding="utf-8")
    main(both)
    [block] = [one for one in capsys.readouterr().out.split("\n\n") if "of the process kid lead" in one]
    assert "“Cancel” (cancel)" in block
    assert "yes" not in block


@pytest.mark.parametrize(("called", "told"), [("aproval", True), ("approval", False), ("billing", False)])
def test_a_call_of_a_process_whose_key_resembles_a_named_one_is_told(
    called: str, told: bool, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    process = '<definitions><process id="{}" isExecutable="true">{}</process></definitions>'
    call = f'<callActivity id="call" calledElement="{called}"/>'
    (tmp_path / "order.bpmn").write_text(process.format("order", call), encoding="utf-8")
    (tmp_path / "approval.bpmn").write_text(process.format("approval", "<task id='t'/>"), encoding="utf-8")
    main(["check", "--model", str(tmp_path)])
    words = "WARN model order.bpmn, call activity call: calls the process aproval, which none of the models named is;"
    said = capsys.readouterr().out
    assert (words in said) is told
    assert ("if this is a typo: approval?" in said) is told


PARALLEL = """<definitions><process id="top" isExecutable="true" historyTimeToLive="P1D"><startEvent id="s"/>
<{fork} id="p"/><{join} id="j"/><endEvent id="e"/>
<callActivity id="C1" calledElement="kid"><extensionElements>{first}</extensionElements></callActivity>
<callActivity id="C2" calledElement="kid"><extensionElements>{second}</extensionElements></callActivity>
<sequenceFlow id="f" sourceRef="s" targetRef="p"/><sequenceFlow id="f1" sourceRef="p" targetRef="C1"/>
<sequenceFlow id="f2" sourceRef="p" targetRef="C2"/><sequenceFlow id="f3" sourceRef="C1" targetRef="j"/>
<sequenceFlow id="f4" sourceRef="C2" targetRef="j"/><sequenceFlow id="f5" sourceRef="j" targetRef="g"/>
<exclusiveGateway id="g" default="n"/><sequenceFlow id="n" sourceRef="g" targetRef="e"/>
<sequenceFlow id="y" sourceRef="g" targetRef="e"><conditionExpression>${{{condition}}}</conditionExpression>
</sequenceFlow></process></definitions>"""
ALL_BACK = '<out variables="all"/>'


@pytest.mark.parametrize(
    ("first", "second", "condition", "told"),
    [
        (ALL_BACK, ALL_BACK, "KAsk == 'ok'", "KAsk"),
        (OUT.format("KAsk", "d"), OUT.format("KAsk", "d"), "d == 'ok'", "d"),
        (BY.format("KAsk == 'ok'", "d"), OUT.format("KAsk", "d"), "d", "d"),
        (OUT.format("KAsk", "KAsk"), ALL_BACK, "KAsk == 'ok'", "KAsk"),
        (OUT.format("KAsk", "d"), OUT.format("KAsk", "other"), "d == 'ok' and other == 'ok'", None),
        (ALL_BACK, ALL_BACK, "x > 1", None),
        (OUT.format("KAsk", "d"), OUT.format("bitrixTaskId", "d"), "d == 'ok'", None),
    ],
)
def test_parallel_calls_that_hand_the_same_answer_back_are_told(
    first: str, second: str, condition: str, told: str | None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A no was lost: the other call ended after it and handed its yes back into the same variable."""
    both, top = together(tmp_path, "", "x == 1", ""), tmp_path / "top.bpmn"
    gateways = {"fork": "parallelGateway", "join": "parallelGateway"}
    for kinds, seen in ((gateways, told), ({"fork": "exclusiveGateway", "join": "exclusiveGateway"}, None)):
        xml = PARALLEL.format(first=first, second=second, condition=condition, **kinds)
        top.write_text(xml, encoding="utf-8")
        main(both)
        words = f"call activity C2: hands {seen} back, where C1 leaves its answer in parallel: whichever ends last"
        said = capsys.readouterr().out
        assert (words in said) is (seen is not None)
        assert ("in parallel: whichever" in said) is (seen is not None)


def test_a_call_beside_a_step_that_leaves_the_same_answer_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    both, top = together(tmp_path, "", "x == 1", ""), tmp_path / "top.bpmn"
    gateways = {"fork": "parallelGateway", "join": "parallelGateway"}
    call = '<callActivity id="C1" calledElement="kid"><extensionElements></extensionElements></callActivity>'
    own = f'<serviceTask id="C1" type="external" topic="bitrix_create_task"><extensionElements><properties>{ASKS}'
    own += '</properties><inputOutput><inputParameter name="responsibleId">1</inputParameter></inputOutput>'
    own += "</extensionElements></serviceTask>"
    for target, told in (("C1", True), ("other", False)):
        xml = PARALLEL.format(first="", second=OUT.format("KAsk", target), condition="C1 == 'ok'", **gateways)
        assert call in xml
        top.write_text(xml.replace(call, own), encoding="utf-8")
        main(both)
        words = "call activity C2: hands C1 back, where C1 leaves its answer in parallel"
        assert (words in capsys.readouterr().out) is told


def test_what_another_call_hands_back_with_all_variables_is_not_missed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    both, top = together(tmp_path, "", "x == 1", ""), tmp_path / "top.bpmn"
    kinds = {"fork": "exclusiveGateway", "join": "exclusiveGateway", "second": OUT.format("KAsk", "d")}
    for first, told in ((ALL_BACK, False), (OUT.format("KAsk", "b"), True)):
        xml = PARALLEL.format(first=first, condition="KAsk == 'ok' and d == 'ok'", **kinds)
        top.write_text(xml, encoding="utf-8")
        main(both)
        words = "call activity C2: conditions read KAsk, an answer in the called process kid"
        assert (words in capsys.readouterr().out) is told


RAISED_IN_VAIN = (
    "call activity Call: the called process kid raises the error {}, which nothing at this call or around it catches"
)
WAITS_IN_VAIN = "event c: the event waits for an error {}, and inside Call only these codes are raised: {};"
AROUND = '<subProcess id="z" triggeredByEvent="true"><startEvent id="c"><errorEventDefinition errorRef="{}"/>{}'
EVENT = AROUND.format("{}", '</startEvent><sequenceFlow id="ze" sourceRef="c" targetRef="z1"/><endEvent id="z1"/>')
BY_EVENT = EVENT + "</subProcess>"
ESCALATES = REFUSES.replace("error", "escalation")


@pytest.mark.parametrize(
    ("called", "catches", "told"),
    [
        (REFUSES, CATCHES.replace("NO", "no"), [WAITS_IN_VAIN.format("no", "NO"), RAISED_IN_VAIN.format("NO")]),
        (REFUSES, "", [RAISED_IN_VAIN.format("NO")]),
        ("", CATCHES, [WAITS_IN_VAIN.format("NO", "none")]),
        (
            REFUSES,
            BY_EVENT.format("no"),
            ["event c: the event waits for an error no", RAISED_IN_VAIN.format("NO")],
        ),
        (ESCALATES, "", ["call activity Call: the called process kid raises the escalation NO, which nothing at this"]),
        (REFUSES, CATCHES, []),
        (REFUSES, CATCHES.replace(' errorRef="NO"', ""), []),
        (REFUSES, BY_EVENT.format("NO"), []),
        (REFUSES + BY_EVENT.format("NO"), "", []),
        (THEIRS, CATCHES, []),
        ('<callActivity id="deeper" calledElement="unknown"/>', CATCHES, []),
        ("", CATCHES + THEIRS.replace("/>", ' name="x"/>'), [WAITS_IN_VAIN.format("NO", "none")]),
    ],
)
def test_what_a_called_process_raises_and_its_caller_catches_must_be_the_same(
    called: str, catches: str, told: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A no that came back as the error `REJ` counted as a yes, because the event at the call waited for `rej`."""
    both, top = together(tmp_path, "", "x == 1", called), tmp_path / "top.bpmn"
    top.write_text(top.read_text("utf-8").replace("</process>", f"{catches}</process>"), encoding="utf-8")
    main(both)
    assert_told(capsys.readouterr().out, told)


def assert_told(said: str, told: list[str]) -> None:
    lines = [line for line in said.splitlines() if " raises the " in line or "the event waits for" in line]
    lines = [line for line in lines if line.startswith("WARN model top.bpmn, ")]
    assert len(lines) == len(told)
    assert all(one in line for one, line in zip(told, lines, strict=True))


@pytest.mark.parametrize("kind", ["error", "escalation"])
@pytest.mark.parametrize(("catches", "of_call"), [(CATCHES, False), ("", True)])
def test_what_a_sub_process_of_a_called_process_throws_is_told_of_the_call_if_at_all(
    catches: str, of_call: bool, kind: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It was told of the called process, too, that nothing around catches it."""
    thrown = f'<subProcess id="sub"><startEvent id="in"/>{REFUSES}</subProcess>'.replace("error", kind)
    both, top = together(tmp_path, "", "x == 1", thrown), tmp_path / "top.bpmn"
    said = top.read_text("utf-8").replace("</process>", f"{catches.replace('error', kind)}</process>")
    top.write_text(said, encoding="utf-8")
    main(both)
    found = capsys.readouterr().out
    assert "nothing around catches" not in found
    assert (f"raises the {kind} NO, which nothing" in found) is of_call
    main(["check", "--model", str(tmp_path / "kid.bpmn")])
    assert f"nothing around catches the {kind} NO" in capsys.readouterr().out


@pytest.mark.parametrize(("caught", "told"), [("NO", []), ("no", [WAITS_IN_VAIN.format("no", "NO"), RAISED_IN_VAIN])])
def test_an_error_of_a_called_process_goes_up_to_the_highest_caller(
    caught: str, told: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    both, top, middle = together(tmp_path, "", "x == 1", REFUSES), tmp_path / "top.bpmn", tmp_path / "middle.bpmn"
    text = top.read_text("utf-8")
    middle.write_text(text.replace('id="top"', 'id="middle"'), encoding="utf-8")
    above = text.replace('calledElement="kid"', 'calledElement="middle"')
    top.write_text(above.replace("</process>", f"{CATCHES.replace('NO', caught)}</process>"), encoding="utf-8")
    main([*both, str(middle)])
    said = capsys.readouterr().out
    assert_told(said, [one.replace("kid", "middle").format("NO") for one in told])
    assert "model middle.bpmn, call activity Call: the called process kid raises" not in said


@pytest.mark.parametrize(
    "code", ['<executionListener class="a.B" event="start"/>', '<in variables="all"/><executionListener class="a.B"/>']
)
def test_code_at_the_call_may_raise_anything(code: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    both, top = together(tmp_path, code, "x == 1", ""), tmp_path / "top.bpmn"
    top.write_text(top.read_text("utf-8").replace("</process>", f"{CATCHES}</process>"), encoding="utf-8")
    main(both)
    assert_told(capsys.readouterr().out, [])
