"""`check --model KEY`: what of a deployed process would go wrong without a word."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import requests_mock

from worker.commands.check.finding import Finding
from worker.commands.check.model import check_model
from worker.config.loading import load

ENGINE = "http://engine:8080/engine-rest"
ENVIRON = {
    "CAMUNDA_BASE_URL": ENGINE,
    "BITRIX_WEBHOOK_URL": "https://portal.example/rest/1/secretsecret/",
    "BITRIX_DEFAULT_RESPONSIBLE_ID": "1",
}
GONE = {"type": "x", "message": "No matching definition"}
CONFIG = 'topics: {t: {wait: {declined: "error:DECLINED"}}}'
STEP = (
    '<serviceTask id="ask" type="external" topic="{topic}"><extensionElements><properties>{given}</properties>'
    "<inputOutput>{inputs}</inputOutput></extensionElements>"
)
MODEL = (
    '<definitions><error id="e" errorCode="DECLINED"/><process id="p">{step}</serviceTask>{event}</process>'
    "</definitions>"
)
CAUGHT = '<boundaryEvent id="b" attachedToRef="ask"><errorEventDefinition errorRef="e"/></boundaryEvent>'


@pytest.fixture
def http() -> Iterator[requests_mock.Mocker]:
    with requests_mock.Mocker() as http:
        http.get(f"{ENGINE}/process-definition?key=p", json=[{"id": "p:1", "key": "p", "tenantId": None}])
        yield http


def found(
    http: requests_mock.Mocker,
    folder: Path,
    properties: dict[str, str],
    event: str = "",
    topic: str = "t",
    inputs: tuple[str, ...] = (),
) -> list[Finding]:
    given = "".join(f'<property name="{name}" value="{value}"/>' for name, value in properties.items())
    parameters = "".join(f'<inputParameter name="{name}">true</inputParameter>' for name in inputs)
    xml = MODEL.format(step=STEP.format(topic=topic, given=given, inputs=parameters), event=event)
    http.get(f"{ENGINE}/process-definition/p%3A1/xml", json={"id": "p:1", "bpmn20Xml": xml})
    config = folder / "config.yaml"
    config.write_text(CONFIG, encoding="utf-8")
    return check_model(load(config, ENVIRON), "p")


def test_an_error_that_nothing_catches_is_a_warning(http: requests_mock.Mocker, tmp_path: Path) -> None:
    [finding] = found(http, tmp_path, {"UF_RESULT_EXPECTED": "true"})
    assert finding.line("en").startswith(
        "WARN model p, step ask: nothing in this model catches the BPMN error DECLINED → add a boundary"
    )


@pytest.mark.parametrize(
    ("condition", "warned"),
    [
        ("ask == 'ДА'", True),
        ("ask == true", True),
        ("ask_0 != 'yes' and ask_1 == 'ok'", True),
        ("ask == 'ok'", False),
        ('ask eq "no"', False),
        ("ask == null", False),
        ("task == 'ДА'", False),
        ("order.ask == 'ДА'", False),
    ],
)
def test_a_condition_that_no_answer_can_meet_is_a_warning(
    http: requests_mock.Mocker, tmp_path: Path, condition: str, warned: bool
) -> None:
    flow = (
        f'{CAUGHT}<sequenceFlow id="f" sourceRef="ask" targetRef="b"><conditionExpression>${{{condition}}}'
        "</conditionExpression></sequenceFlow>"
    )
    lines = [one.line("en") for one in found(http, tmp_path, {"UF_RESULT_EXPECTED": "true"}, event=flow)]
    assert any("with something else → compare it with one of these values: no, ok" in one for one in lines) is warned


@pytest.mark.parametrize(
    ("properties", "inputs", "words"),
    [
        ({}, ("deadlin", "title"), "the worker does not read the input parameters: deadlin → deadline? → correct"),
        ({}, ("files",), "files → make it an extension property of the step"),
        (
            {"deadline": "P2D"},
            (),
            "the worker does not read from extension properties: deadline → make it an input parameter of the step",
        ),
        ({"UF_RЕSULT_EXPECTED": "true"}, (), "meant to be UF_RESULT_EXPECTED (in Latin letters, the name has Cyrillic"),
    ],
)
def test_what_a_step_says_and_nobody_reads_is_named(
    http: requests_mock.Mocker, tmp_path: Path, properties: dict[str, str], inputs: tuple[str, ...], words: str
) -> None:
    [line] = [one.line("en") for one in found(http, tmp_path, properties, inputs=inputs)]
    assert words in line


def test_a_parameter_that_takes_a_result_of_the_step_is_named(http: requests_mock.Mocker, tmp_path: Path) -> None:
    [line] = [one.line("en") for one in found(http, tmp_path, {}, inputs=("bitrixTaskId",))]
    assert line.startswith("WARN model p, step ask: bitrixTaskId: a parameter with the name of a result")


def test_a_misspelt_mark_and_a_lone_question_are_failures(http: requests_mock.Mocker, tmp_path: Path) -> None:
    one, other = found(http, tmp_path, {"UF_RESULT_EXPECED": "true", "UF_RESULT_QUESTION": "?"})
    start = 'FAIL model p, step ask: properties.UF_RESULT_EXPECED = "true" → the worker does not read this extension'
    assert one.line("en").startswith(start)
    assert one.line("ru").startswith(
        'FAIL модель p, шаг ask: properties.UF_RESULT_EXPECED = "true" → воркер не читает это свойство расширения. '
        "Вероятно, имелось в виду UF_RESULT_EXPECTED"
    )
    start = 'FAIL model p, step ask: properties.UF_RESULT_QUESTION = "?" → the step asks a question but does not say'
    assert other.line("en").startswith(start)


def test_an_input_parameter_that_is_a_mark_in_an_unread_spelling_is_a_failure(
    http: requests_mock.Mocker, tmp_path: Path
) -> None:
    finding, unread = found(http, tmp_path, {}, inputs=("UF_ReSULT_EXPECTED", "Uf_Result_Expected", "sum"))
    assert "does not read the input parameters: sum → correct" in unread.line("en")
    start = "FAIL model p, step ask: inputParameters.UF_ReSULT_EXPECTED → the worker does not read this input parameter"
    assert finding.line("en").startswith(start)
    assert "It was probably meant to be UF_RESULT_EXPECTED" in finding.line("en")


@pytest.mark.parametrize(
    ("properties", "event", "topic"),
    [
        ({"UF_RESULT_EXPECTED": "true"}, CAUGHT, "t"),
        ({}, "", "t"),
    ],
)
def test_a_model_as_it_should_be(
    http: requests_mock.Mocker, tmp_path: Path, properties: dict[str, str], event: str, topic: str
) -> None:
    [finding] = found(http, tmp_path, properties, event, topic)
    assert finding.good


def test_a_step_that_an_input_parameter_lets_ask_may_raise_its_errors_too(
    http: requests_mock.Mocker, tmp_path: Path
) -> None:
    lines = [one.line("en") for one in found(http, tmp_path, {}, inputs=("UF_RESULT_EXPECTED",))]
    assert any("nothing in this model catches the BPMN error DECLINED" in line for line in lines)


def test_a_model_that_cannot_be_read_is_a_failure(http: requests_mock.Mocker, tmp_path: Path) -> None:
    found(http, tmp_path, {})
    http.get(
        f"{ENGINE}/process-definition/p%3A1/xml",
        status_code=404,
        json={"type": "x", "message": "No matching definition"},
    )
    config = load(
        None, {"CAMUNDA_BASE_URL": ENGINE, "BITRIX_WEBHOOK_URL": "https://portal.example/rest/1/secretsecret/"}
    )
    [finding] = check_model(config, "p")
    assert finding.line("en").startswith("FAIL model p: ")


def test_an_input_parameter_in_the_way_of_the_answer_is_a_failure(http: requests_mock.Mocker, tmp_path: Path) -> None:
    [finding] = found(http, tmp_path, {"UF_RESULT_EXPECTED": "true"}, CAUGHT, inputs=("ask",))
    assert finding.line("en").startswith("FAIL model p, step ask: inputParameters.ask → the answer or result")


@pytest.mark.parametrize("kind", ["intermediateThrowEvent", "endEvent"])
def test_an_event_that_throws_a_message_of_our_topic_is_a_step_of_ours(
    http: requests_mock.Mocker, tmp_path: Path, kind: str
) -> None:
    event = f'<{kind} id="tell"><messageEventDefinition type="external" topic="t"/></{kind}>'
    [finding] = found(http, tmp_path, {}, event=event, topic="somebody_elses")
    assert finding.line("en").endswith("steps with topics of this worker: 1")


@pytest.mark.parametrize("kind", ["serviceTask", "sendTask", "businessRuleTask"])
def test_a_topic_without_the_type_external_is_a_warning(http: requests_mock.Mocker, tmp_path: Path, kind: str) -> None:
    lines = [one.line("en") for one in found(http, tmp_path, {}, event=f'<{kind} id="x" topic="t"/>')]
    words = "the step has the topic t but no camunda:type=external: the engine creates no external task"
    assert [line.split(" → ")[0] for line in lines] == [f"WARN model p, step x: {words}"]


def test_a_message_without_the_type_external_is_a_warning(http: requests_mock.Mocker, tmp_path: Path) -> None:
    [line] = [
        one.line("en")
        for one in found(http, tmp_path, {}, event='<endEvent id="x"><messageEventDefinition topic="t"/></endEvent>')
    ]
    assert line.startswith("WARN model p, event x: the step has the topic t but no camunda:type=external")


LOOP = (
    '<sequenceFlow id="a" sourceRef="ask" targetRef="way"/><exclusiveGateway id="way"/>'
    '<sequenceFlow id="b" sourceRef="way" targetRef="{back}"/>'
)
MANY = '<multiInstanceLoopCharacteristics collection="people"/>'


@pytest.mark.parametrize(
    ("call", "warned"),
    [
        ('<callActivity id="c"><out variables="all"/>{many}</callActivity>', True),
        ('<callActivity id="c"><out source="a" target="b"/>{many}</callActivity>', True),
        ('<subProcess id="s">{many}<callActivity id="c"><out variables="all"/></callActivity></subProcess>', True),
        ('<callActivity id="c"><in variables="all"/>{many}</callActivity>', False),
        ('<callActivity id="c"><out variables="all"/></callActivity>', False),
    ],
)
def test_calls_that_overwrite_each_others_answers_are_a_warning(
    http: requests_mock.Mocker, tmp_path: Path, call: str, warned: bool
) -> None:
    lines = [one.line("en") for one in found(http, tmp_path, {}, event=call.format(many=MANY))]
    start = "WARN model p, call activity c: this call activity runs several times and hands variables back"
    assert [line.startswith(start) for line in lines] == ([True] if warned else [False])


TIMER = "timerEventDefinition"
BROKEN = (
    '<extensionElements><inputOutput><inputParameter name="a">${a</inputParameter></inputOutput></extensionElements>'
)


@pytest.mark.parametrize(
    ("tag", "inside", "english", "russian"),
    [
        ("sequenceFlow", "<conditionExpression>a == 1</conditionExpression>", "sequence flow", "стрелка"),
        ("boundaryEvent", f"<{TIMER}><timeDuration>2d</timeDuration></{TIMER}>", "event", "событие"),
        ("callActivity", BROKEN, "call activity", "вызов процесса"),
        ("subProcess", BROKEN, "sub-process", "подпроцесс"),
        ("userTask", BROKEN, "step", "шаг"),
    ],
)
def test_what_is_no_step_is_not_called_one(
    http: requests_mock.Mocker, tmp_path: Path, tag: str, inside: str, english: str, russian: str
) -> None:
    """People look for it in the diagram as what it is there."""
    [one] = found(http, tmp_path, {}, event=f'<{tag} id="f">{inside}</{tag}>')
    assert one.line("en").startswith(f"FAIL model p, {english} f: ")
    assert one.line("ru").startswith(f"FAIL модель p, {russian} f: ")


def test_an_extension_property_without_a_name_is_a_failure(http: requests_mock.Mocker, tmp_path: Path) -> None:
    xml = MODEL.format(step=STEP.format(topic="t", given='<property id="Property_1" value="y"/>', inputs=""), event="")
    http.get(f"{ENGINE}/process-definition/p%3A1/xml", json={"id": "p:1", "bpmn20Xml": xml})
    config = tmp_path / "config.yaml"
    config.write_text(CONFIG, encoding="utf-8")
    [finding] = check_model(load(config, ENVIRON), "p")
    assert finding.line("en").startswith("FAIL model p, step ask: properties →")
    assert "has no name (Property_1)" in finding.line("en")


ASKS = '<properties><property name="UF_RESULT_EXPECTED" value="{asks}"/></properties>'
FORK = '<parallelGateway id="f"/>' + "".join(
    f'<sequenceFlow id="to_{id_}" sourceRef="f" targetRef="{id_}"/>' for id_ in ("ask", "other")
)


@pytest.mark.parametrize(
    ("variable", "asks", "warned"),
    [
        ("decision", "true", ["ask", "other"]),
        ("decision", "false", []),
        ("{{ external_task.activity_id }}", "true", []),
        ("{{ decided_in }}", "true", []),
    ],
)
def test_steps_that_ask_side_by_side_and_share_the_answers_variable_are_a_warning(
    http: requests_mock.Mocker, tmp_path: Path, variable: str, asks: str, warned: list[str]
) -> None:
    step = f"<extensionElements>{ASKS.format(asks=asks)}</extensionElements>"
    steps = "".join(
        f'<serviceTask id="{id_}" type="external" topic="t">{step}</serviceTask>' for id_ in ("ask", "other")
    )
    xml = f'<definitions><process id="p">{steps}{FORK}</process></definitions>'
    http.get(f"{ENGINE}/process-definition/p%3A1/xml", json={"id": "p:1", "bpmn20Xml": xml})
    config = tmp_path / "config.yaml"
    config.write_text(f'topics: {{t: {{wait: {{answer_variable: "{variable}"}}}}}}', encoding="utf-8")
    lines = [one.line("en") for one in check_model(load(config, ENVIRON), "p")]
    told = [line for line in lines if "overwrite each other in decision" in line]
    assert [line.split(":")[0] for line in told] == [f"WARN model p, step {id_}" for id_ in warned]


@pytest.mark.parametrize(
    ("step", "around", "words"),
    [
        (
            'isForCompensation="true"',
            "<multiInstanceLoopCharacteristics/>",
            "a compensation handler in a multi-instance",
        ),
        ("", "<multiInstanceLoopCharacteristics/>" + LOOP.format(back="S"), "old answers remain"),
    ],
)
def test_answers_that_a_multi_instance_would_lose_or_keep_too_long_are_a_warning(
    http: requests_mock.Mocker, tmp_path: Path, step: str, around: str, words: str
) -> None:
    around = around.replace('sourceRef="ask"', 'sourceRef="S"')
    asking = f"<extensionElements>{ASKS.format(asks='true')}</extensionElements>"
    inner = f'<serviceTask id="ask" type="external" topic="t" {step}>{asking}</serviceTask>'
    loop, _, flows = around.partition("/>")
    xml = f'<definitions><process id="p"><subProcess id="S">{loop}/>{inner}</subProcess>{flows}</process></definitions>'
    http.get(f"{ENGINE}/process-definition/p%3A1/xml", json={"id": "p:1", "bpmn20Xml": xml})
    config = tmp_path / "config.yaml"
    config.write_text("topics: {t: {}}", encoding="utf-8")
    lines = [one.line("en") for one in check_model(load(config, ENVIRON), "p")]
    assert len([line for line in lines if line.startswith("WARN model p, step ask: ") and words in line]) == 1


def of_tenants(http: requests_mock.Mocker, folder: Path, tenants: str, **environ: str) -> list[str]:
    """`check` of a process that these tenants have, or nobody (`-`)."""
    xml = MODEL.format(step=STEP.format(topic="t", given="", inputs=""), event="")
    named = [None if one == "-" else one for one in tenants.split()]
    rows = [{"id": f"p-{one}", "key": "p", "tenantId": one} for one in named]
    http.get(f"{ENGINE}/process-definition?key=p&latestVersion=true", json=rows)
    for row in rows:
        http.get(f"{ENGINE}/process-definition/{row['id']}/xml", json={"id": row["id"], "bpmn20Xml": xml})
    config = folder / "config.yaml"
    config.write_text(CONFIG, encoding="utf-8")
    return [one.line("en") for one in check_model(load(config, ENVIRON | environ), "p")]


def test_the_model_of_each_tenant_that_has_one_is_checked(http: requests_mock.Mocker, tmp_path: Path) -> None:
    good = "ok   model {}: steps with topics of this worker: 1"
    assert of_tenants(http, tmp_path, "west") == [good.format("p (west)")]
    assert of_tenants(http, tmp_path, "west - east") == [good.format(one) for one in ("p", "p (east)", "p (west)")]


@pytest.mark.parametrize(
    ("environ", "asked"),
    [
        ({}, {}),
        ({"CAMUNDA_TENANT_IDS": "east,west"}, {"tenantidin": ["east,west"]}),
        ({"CAMUNDA_WITHOUT_TENANT": "true"}, {"withouttenantid": ["true"]}),
    ],
)
def test_only_models_of_our_tenants_are_asked_for(
    http: requests_mock.Mocker, tmp_path: Path, environ: dict[str, str], asked: dict[str, list[str]]
) -> None:
    of_tenants(http, tmp_path, "east", **environ)
    query = next(one.qs for one in http.request_history if one.path.endswith("/process-definition"))
    assert query == {"key": ["p"], "latestversion": ["true"], **asked}


def test_a_key_that_no_tenant_has_names_the_setting(http: requests_mock.Mocker, tmp_path: Path) -> None:
    http.get(f"{ENGINE}/process-definition/key/p/tenant-id/east/xml", status_code=404, json=GONE)
    [line] = of_tenants(http, tmp_path, "", CAMUNDA_TENANT_IDS="east,west")
    assert line.startswith("FAIL model p: ")
    assert "Check the process key and camunda.tenant_ids (only the tenants named there are looked at" in line
