"""Routes to a condition on which nobody has set what it reads: another branch was taken, or a timer came first."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from xml.sax.saxutils import escape

import pytest

from tests.support.builders import fetched
from tests.support.fakes import Events
from tests.unit.steps.findings.test_model import ASKS, all_found, found
from tests.unit.steps.test_faults import Source
from worker.config.loading import load
from worker.mapping.mapper import Mapper
from worker.steps.bpmn.definition import steps_in
from worker.steps.definitions import Definitions
from worker.steps.findings.missing_variables import missing_variables
from worker.steps.findings.model import findings_of_process
from worker.steps.findings.model_looks import ModelLooks
from worker.steps.findings.served import Served

TITLE = '<inputParameter name="title">x</inputParameter>'
OURS = (
    '<serviceTask id="{id}" type="external" topic="bitrix_create_task"><extensionElements>'
    f"<properties>{{asks}}</properties><inputOutput>{TITLE}{{more}}</inputOutput></extensionElements></serviceTask>"
)
KINDS = {"x": "exclusiveGateway", "i": "inclusiveGateway", "p": "parallelGateway", "u": "userTask", "e": "endEvent"}
"""Of an element, by the first letter of its id."""
TIMER = '<boundaryEvent id="t" attachedToRef="{}" {}><timerEventDefinition><timeDuration>PT1H</timeDuration>{}'
ENDS = "</timerEventDefinition></boundaryEvent>"
AT_ASK = TIMER.format("A", "", ENDS)
REMINDER = TIMER.format("A", 'cancelActivity="false"', ENDS)
PARENT = OURS.format(id="xx", asks="", more='<inputParameter name="parentId">${bitrixTaskId}</inputParameter>')
READS_A = '<inputParameter name="description">${A}</inputParameter>'
READING = OURS.format(id="b", asks="", more=READS_A)
DECIDES = ("xg yes ? A == 'ok'", "xg no *")
SKIP = ("s xd", "xd A ? x > 1", "xd xg *", "A xg", *DECIDES)
ROUND = ("s A", "A xg", *DECIDES)
THROWN = '<intermediateThrowEvent id="thrown"><signalEventDefinition/></intermediateThrowEvent>'
THEIRS = '<serviceTask id="theirs" type="external" topic="theirs"/>'


def model(*flows: str, more: str = "", asks: str = ASKS, outputs: str = "", start: str = "") -> str:
    """A process of these flows, `SOURCE TARGET`, with `? CONDITION`, or `*` for the default; `A` is the step."""
    lines, defaults, ids = list[str](), dict[str, str](), dict[str, None]()
    for number, flow in enumerate(flows):
        way, _, condition = flow.removesuffix(" *").partition(" ? ")
        source, target = way.split()
        ids |= dict.fromkeys((source, target))
        if flow.endswith(" *"):
            defaults[source] = f"f{number}"
        inside = f"<conditionExpression>${{{escape(condition)}}}</conditionExpression>" if condition else ""
        lines.append(f'<sequenceFlow id="f{number}" sourceRef="{source}" targetRef="{target}">{inside}</sequenceFlow>')
    there = [id_ for id_ in ids if f'id="{id_}"' not in more and id_ not in ("s", "A")]
    elements = "".join(
        f'<{KINDS[id_[0]]} id="{id_}" default="{defaults.get(id_, "")}"/>'
        if id_[0] in KINDS
        else OURS.format(id=id_, asks="", more="")
        for id_ in there
    )
    step = OURS.format(id="A", asks=asks, more=outputs)
    inside = f'<startEvent id="s">{start}</startEvent>{step}{elements}{more}{"".join(lines)}'
    whole = f'<definitions><process id="q">{inside}</process></definitions>'
    return re.sub(r"\bA\b", "Task_Create", whole)


def told(xml: str, folder: Path, config: str = "") -> str | None:
    seen = found(xml, folder, config).get("missing_on_route", (None, ""))[0]
    return seen and seen.replace("Task_Create", "A")


@pytest.mark.parametrize(
    ("xml", "routes"),
    [
        (model(*SKIP), "xd → xg"),
        (model("s xd", "xd A ? x > 1", "xd b *", "b xg", "A xg", *DECIDES), "xd → b → xg"),
        (model(*ROUND, "t xg", more=AT_ASK), "t → xg"),
        (model(*ROUND, "t b", "b xg", "no A", more=AT_ASK), "t → b → xg"),
        (model(*SKIP, "t xg", more=AT_ASK), "xd → xg; t → xg"),
        (model(*ROUND, "t xg", more=REMINDER), "t → xg"),
        (model("s xm", "xm xd", *SKIP[1:], "no xm"), "xd → xg"),
        (model("s b", "b xd", *SKIP[1:], "no b"), "xd → xg"),
        (
            model("s id", "id A ? x > 1", "id b ? x > 2", "id ij *", "A ij", "b ij", "ij xg", *DECIDES),
            "id → b → ij → xg; id → ij → xg",
        ),
        (
            model("s pf", "pf xd", "pf b", "xd A ? x > 1", "xd pj *", "A pj", "b pj", "pj xg", *DECIDES),
            "xd → pj → xg",
        ),
        (model("s xd", "xd A ? x > 1", "xd xg *", "A xg", "xg yes ? A == 'ok'", "xg u1 *"), "xd → xg"),
        (model("s xd", "xd A ? x > 1", "xd xj *", "A xj", "xj xg", *DECIDES), "xd → xj → xg"),
        (model("s xd", "xd A ? x > 1", "xd pf *", "pf xg ? x > 5", "A xg", *DECIDES), "xd → pf → xg"),
        (model("s thrown", "thrown xd", *SKIP[1:], more=THROWN), "xd → xg"),
        (model(*ROUND, "t ig", "ig yes ? x > 1", "ig no ? A == 'ok'", more=AT_ASK), None),
    ],
)
def test_the_gateway_the_condition_and_the_route_are_named(xml: str, routes: str | None, tmp_path: Path) -> None:
    condition = f"the expression A == 'ok' reads A, which the model does not set on the route {routes}: unless"
    seen = told(xml, tmp_path)
    assert seen
    assert seen.startswith(f"xg: {condition}" if routes else "ig: the expression A == 'ok' reads A")


def test_the_cure_is_a_condition_that_is_not_told(tmp_path: Path) -> None:
    _, cure = found(model(*SKIP), tmp_path)["missing_on_route"]
    null = "read ${execution.getVariable('Task_Create')}, which is null there, and the gateway then leads to no"
    assert f"{null}; or set Task_Create before" in cure
    cured = [one.replace("A == 'ok'", "execution.getVariable('A') == 'ok'") for one in SKIP]
    assert told(model(*cured), tmp_path) is None


@pytest.mark.parametrize(
    "condition",
    [
        "x > 1 and A == 'ok'",
        "execution.hasVariable('A') and A == 'ok'",
        "execution.getVariable('A') != null && A == 'ok'",
        "x > 1 ? A == 'ok' : false",
        "x == 'A'",
    ],
)
def test_a_condition_that_asks_first_is_none(condition: str, tmp_path: Path) -> None:
    flows = [one.replace("A == 'ok'", condition) for one in SKIP]
    assert told(model(*flows), tmp_path) is None


@pytest.mark.parametrize("condition", ["A eq 'ok' and x > 1", "empty A", "!A.equals('no')", "A == null || x > 1"])
def test_one_that_reads_it_first_is(condition: str, tmp_path: Path) -> None:
    flows = [one.replace("A == 'ok'", condition) for one in SKIP]
    assert told(model(*flows), tmp_path)


BOUNDARY = '<boundaryEvent id="m" attachedToRef="A"><messageEventDefinition/></boundaryEvent>'
SETS = "<extensionElements><executionListener event=\"start\" expression=\"${execution.setVariable('A', 'no')}\"/>"
FIELD = '<extensionElements><formData><formField id="A"/></formData></extensionElements>'
JAVA = '<extensionElements><executionListener class="x.Y"/></extensionElements>'
CALL = '<callActivity id="call"><extensionElements><out variables="all"/></extensionElements></callActivity>'
CODE = '<scriptTask id="code"><script>execution.setVariable("A", 1)</script></scriptTask>'
SCRIPT = '<conditionExpression language="groovy">x'
EVENT = (
    '<subProcess id="event" triggeredByEvent="true"><startEvent id="es"><messageEventDefinition/></startEvent>'
    "</subProcess>"
)


@pytest.mark.parametrize(
    "xml",
    [
        model(*ROUND),
        model("s xd", "xd A ? x > 1", "xd e1 *", "A xg", *DECIDES),
        model(*ROUND, "t e1", more=AT_ASK),
        model(*ROUND, "t e1", more=REMINDER),
        model(*ROUND, "t c", "c A", more=AT_ASK),
        model(*ROUND, "t u1", "u1 xd", "xd A ? x > 1", "xd e1 *", more=AT_ASK),
        model("s b", "b A", "A e1", "t c", more=REMINDER + PARENT.replace("xx", "c")),
        model("s xd", "xd A ? bitrixTaskId > 1", "A xd", "xd xg *", *DECIDES),
        model("s b", "b A", "m xd", "xd c ? x > 1", "xd xg *", "c xg", "xg e1 ? bitrixTaskId > 1", more=BOUNDARY),
        model("s b", "b A", "t xg", "xg e1 ? bitrixTaskId > 1", more=AT_ASK),
        model(*ROUND, "m xg", more=BOUNDARY),
        model("s pf", "pf A", "pf b", "A pj", "b pj", "pj xg", *DECIDES),
        model("s id", "id A", "id b ? x > 2", "A ij", "b ij", "ij xg", *DECIDES),
        model("s xd", "xd A ? x > 1", "xd xh *", "xh xg ? x > 3", "xh e1 *", "A xg", *DECIDES),
        model("s xd", "xd A ? A == null", "xd xg *", "A xg", *DECIDES),
        model("s xd", "xd A ? !execution.hasVariable('A')", "xd xg *", "A xg", *DECIDES),
        model("s xm", "xm xd", "xd A ? execution.getVariable('r') == null", "xd xg *", "A xg", *DECIDES, "no xm"),
        model("s xd", "xd A ? r == null", "A xd", "xd xg *", *DECIDES),
        model("s u1", "u1 xd", *SKIP[1:]),
        model("s u1", "u1 A ? x > 1", "u1 xg *", "A xg", *DECIDES),
        model("s xd", "xd A ? x > 1", "xd xg *", "A xg", "xg yes ? 'x' > 1", "xg no *"),
        model(*SKIP).replace('<process id="q">', f'<process id="q">{JAVA}'),
        model(*SKIP).replace('targetRef="xd">', f'targetRef="xd">{JAVA}'),
        model(*SKIP[:-2], "xg no ? x", *DECIDES[:1]).replace("<conditionExpression>${x}", SCRIPT),
        model("s xd", "xd A ? x > 1", "xd u1 *", "u1 xg", "A xg", *DECIDES),
        model("s theirs", "theirs xd", *SKIP[1:], more=THEIRS),
        model("s call", "call xd", *SKIP[1:], more=CALL),
        model("s code", "code xd", *SKIP[1:], more=CODE),
        model("s pf", "pf xd", "pf u1", "xd A ? x > 1", "xd pj *", "A pj", "u1 pj", "pj xg", *DECIDES),
        model(*SKIP, more=EVENT),
        model(*SKIP, start=f"{SETS}</extensionElements>"),
        model(*SKIP, start=FIELD),
        model(*SKIP, start=JAVA),
        model(*SKIP, asks=""),
        model("s xd", "xd A ? x > 1", "xd xg *", "A xg", "xg yes ? x > 3", "xg no ? A == 'ok'"),
        model("s xd", "xd A ? x > 1", "xd pg *", "A pg", "pg yes ? A == 'ok'", "pg no"),
    ],
)
def test_in_doubt_nothing_is_told(xml: str, tmp_path: Path) -> None:
    assert told(xml, tmp_path) is None


SAID = OURS.format(id="said", asks=ASKS, more="")
LATER = OURS.format(id="later", asks=ASKS, more="")
TWICE = ("s said", "said xd", "xd A ? said == 'ok'", "xd xh *", "A xh", "xh e1 ? said == 'no'")
OF_SAID = ("xm xh", "xh e1 ? said == 'ok'")
FIRST, BEHIND = ("s said", "said xd", "xd A ? x > 1", "A xm", "xd xm *"), ("xh xg *", *DECIDES)


@pytest.mark.parametrize(
    ("xml", "route"),
    [
        (model(*FIRST, *OF_SAID, *BEHIND, more=SAID), "xd → xm → xh → xg"),
        (model(*FIRST, "xm later", "later xh", "xh e1 ? later == 'ok'", *BEHIND, more=SAID + LATER), "xd → xm → later"),
        (model(*FIRST, "xm xh", "xh e1 ? x == 5", *BEHIND, more=SAID), None),
        (model(*FIRST, "xm xh", "xh e1 ? y == 5", *BEHIND, more=SAID), None),
        (model(*FIRST, "xm xh", "xh e1 ? said == null", *BEHIND, more=SAID), None),
        (model(*FIRST, "xm xh", "xh A ? said == 'ok'", *BEHIND, more=SAID), None),
        (model(*TWICE, *BEHIND, more=SAID), None),
        (model("s xk", "xk said ? y > 1", "xk xd *", *FIRST[1:], *OF_SAID, *BEHIND, more=SAID), None),
    ],
)
def test_a_further_decision_on_the_route_counts_only_if_people_answer_it_freely(
    xml: str, route: str | None, tmp_path: Path
) -> None:
    seen = told(xml, tmp_path)
    assert (f"on the route {route}" in str(seen)) if route else seen is None


def test_a_step_that_leaves_the_same_answer_on_the_route_sets_it(tmp_path: Path) -> None:
    other = OURS.format(id="b", asks=ASKS, more="")
    flows = ("s xd", "xd A ? x > 1", "xd b *", "b xg", "A xg", "xg yes ? said == 'ok'", "xg no *")
    config = "topics: {bitrix_create_task: {wait: {answer_variable: said}}}"
    assert told(model(*flows, more=other), tmp_path, config) is None
    seen = told(model("s xd", "xd xg *", "xd A ? x > 1", *flows[3:], more=other), tmp_path, config)
    assert seen is None, "what no flow leads to begins a way of its own"
    aside = model(
        "s xd", "xd A ? x > 1", "xd xg *", "A xh", "xh b ? x > 5", "xh xg *", *flows[3:4], *flows[5:], more=other
    )
    assert "on the route xd → xg:" in str(told(aside, tmp_path, config))


def test_what_a_step_around_sets_is_missing_too_when_a_timer_ends_the_sub_process(tmp_path: Path) -> None:
    inside = "".join(('<subProcess id="around"><startEvent id="is"/>', OURS.format(id="A", asks=ASKS, more="")))
    inside += '<sequenceFlow id="if" sourceRef="is" targetRef="A"/></subProcess>'
    timer = TIMER.format("around", "", ENDS)
    xml = model("s around", "around xg", *DECIDES, "t xg", more=inside + timer, asks="")
    outer = OURS.format(id="Task_Create", asks="", more="")
    assert outer in xml
    assert "on the route t → xg:" in str(told(xml.replace(outer, ""), tmp_path))


@pytest.mark.parametrize(
    ("name", "outputs"),
    [("agreed", "<outputParameter name=\"agreed\">${A == 'ok'}</outputParameter>"), ("bitrixTaskId", "")],
)
def test_results_and_output_parameters_are_missing_with_the_step(name: str, outputs: str, tmp_path: Path) -> None:
    flows = [one.replace("A == 'ok'", f"{name} == 7") for one in SKIP]
    xml = model(*flows, outputs=outputs)
    assert f"reads {name}, which the model does not set on the route xd → xg:" in str(told(xml, tmp_path))


FORKED = ("s pf", "pf A", "pf b", "A pj", "b pj", "pj e1")
NUMBER = '<outputParameter name="agreed">${bitrixTaskId}</outputParameter>'
READS_NUMBER = '<inputParameter name="description">${bitrixTaskId}</inputParameter>'
HOLDING = '<subProcess id="held"><extensionElements><inputOutput>{}</inputOutput></extensionElements>'


@pytest.mark.parametrize(
    ("xml", "route"),
    [
        (model(*FORKED, outputs=NUMBER), None),
        (model("s pf", "pf A", "pf b", "A yes ? A == 'ok'", "A no *", "b e1"), None),
        (
            model(
                "s pf",
                "pf held",
                "pf A",
                more=HOLDING.format(NUMBER) + OURS.format(id="c", asks="", more="") + "</subProcess>",
            ),
            None,
        ),
        (model(*FORKED, outputs=NUMBER + READS_NUMBER), "pf → A"),
    ],
)
def test_what_a_step_evaluates_at_its_end_finds_what_the_step_has_set(
    xml: str, route: str | None, tmp_path: Path
) -> None:
    seen = told(xml, tmp_path)
    assert f"on the route {route}:" in str(seen) if route else seen is None


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ("${A}", True),
        ("said: ${A == 'ok' ? 1 : 2}", True),
        ("${x ? A : 1}", False),
        ("${execution.getVariable('A')}", False),
        ("A", False),
    ],
)
def test_a_parameter_behind_the_question_is_read_as_well(value: str, *, told: bool, tmp_path: Path) -> None:
    step = OURS.format(id="b", asks="", more=f'<inputParameter name="description">{value}</inputParameter>')
    xml = model("s xd", "xd A ? x > 1", "xd b *", "A b", more=step)
    seen = found(xml, tmp_path).get("missing_on_route", ("", ""))[0]
    assert seen.startswith("b: the expression ") is told
    assert ("on the route xd → b: unless" in seen) is told


def test_a_parameter_of_the_same_name_is_read_where_there_is_one(tmp_path: Path) -> None:
    own = '<inputParameter name="A">1</inputParameter><inputParameter name="description">${A}</inputParameter>'
    xml = model("s xd", "xd A ? x > 1", "xd b *", "A b", more=OURS.format(id="b", asks="", more=own))
    assert told(xml, tmp_path) is None


def test_a_step_whose_answer_only_a_run_names_may_give_any(tmp_path: Path) -> None:
    config = 'topics: {bitrix_create_task: {}, other: {wait: {answer_variable: "{{ where }}"}}}'
    other = OURS.format(id="o", asks=ASKS, more="").replace('"bitrix_create_task"', '"other"')
    xml = model("s o", "o xd", *SKIP[1:], more=other)
    assert told(xml, tmp_path, config) is None
    assert told(xml, tmp_path, config.replace("{{ where }}", "elsewhere"))


def test_of_several_steps_that_set_it_none_is_on_the_route(tmp_path: Path) -> None:
    other = OURS.format(id="b", asks=ASKS, more="")
    flows = ("s xd", "xd xh ? x > 1", "xh A ? x > 2", "xh b *", "xd xg *", "A xg", "b xg", "xg yes ? said == 'ok'")
    (tmp_path / "config.yaml").write_text("topics: {bitrix_create_task: {wait: {answer_variable: said}}}")
    settings = load(tmp_path / "config.yaml", {}, sides=False)
    mapper = Mapper(settings.topics, settings.bitrix, portal_task_url=lambda *_: "")
    served = Served(steps_in(model(*flows, "xg no *", more=other)), settings.topics, mapper)
    assert [(one.at, one.variable) for one in missing_variables("q", served)] == [("xg", "said")]


def test_code_on_a_flow_counts_for_what_the_flow_leads_to(tmp_path: Path) -> None:
    assert told(model(*SKIP).replace('targetRef="Task_Create">', f'targetRef="Task_Create">{JAVA}'), tmp_path)


OUTPUT = '<outputParameter name="agreed">${{{}}}</outputParameter>'


@pytest.mark.parametrize(
    ("xml", "timer"),
    [
        (model(*ROUND, "t e1", more=AT_ASK, outputs=OUTPUT.format("A == 'ok'")), "t"),
        (model(*ROUND, "t e1", more=AT_ASK, outputs=OUTPUT.format("A"), asks=""), None),
        (model(*ROUND, "t e1", more=AT_ASK, outputs=OUTPUT.format("bitrixTaskId")), "t"),
        (model("s b", "b A", "A e2", "t e1", more=AT_ASK, outputs=OUTPUT.format("bitrixTaskId")), None),
        (model("s u1", "u1 A", "A e2", "t e1", more=AT_ASK, outputs=OUTPUT.format("A")), None),
        (model(*ROUND, "t e1", more=AT_ASK, outputs=OUTPUT.format("execution.getVariable('A') == 'ok'")), None),
        (
            model(*ROUND, "t e1", more=TIMER.format("A", 'cancelActivity="false"', ENDS), outputs=OUTPUT.format("A")),
            None,
        ),
        (model(*ROUND, "t e1", more=AT_ASK, outputs=OUTPUT.format("A"), start=FIELD), None),
        (model(*ROUND, outputs=OUTPUT.format("A")), None),
    ],
)
def test_a_timer_fails_on_an_output_parameter_that_reads_the_answer(
    xml: str, timer: str | None, tmp_path: Path
) -> None:
    seen = found(xml, tmp_path).get("missing_at_timer", ("", ""))[0]
    assert seen.startswith(f"{timer}: when this timer ends the step") if timer else not seen


@pytest.mark.parametrize(
    ("flows", "timer"),
    [(("s A", "A e1", "t b"), REMINDER), (("s A", "A e1", "t b"), AT_ASK), (("s A", "A c", "c A", "t b"), REMINDER)],
)
def test_a_reminder_reads_the_number_of_a_task_that_is_still_open(
    flows: tuple[str, ...], timer: str, tmp_path: Path
) -> None:
    seen = str(told(model(*flows, more=timer + PARENT.replace("xx", "b")), tmp_path))
    assert "reads bitrixTaskId, which the model does not set on the route t → b" in seen


@pytest.mark.parametrize(
    ("condition", "free"),
    [
        ("said == 'ok'", True),
        ("x > 1", True),
        ("x == null", False),
        ("execution.getVariable('x') == 1", False),
        ("bitrixTaskId > 1", False),
        ("later == 'ok'", False),
    ],
)
def test_in_a_loop_only_what_is_decided_freely_at_first_counts(condition: str, *, free: bool, tmp_path: Path) -> None:
    ask = "".join(OURS.format(id=id_, asks=ASKS, more="") for id_ in ("said", "later"))
    flows = ("s said", "said xd", f"xd A ? {condition}", "xd xg *", "A xg", *DECIDES, "no later", "later said")
    assert (told(model(*flows, more=ask), tmp_path) is not None) is free


AROUND = (
    '<subProcess id="around"><extensionElements><inputOutput>{}</inputOutput></extensionElements><startEvent id="i"/>'
    f'{OURS.format(id="said", asks=ASKS, more="")}<sequenceFlow id="is" sourceRef="i" targetRef="said"/></subProcess>'
)


@pytest.mark.parametrize(
    ("xml", "at"),
    [
        (model("s A", "A e1", outputs=READS_A), "A"),
        (model("s b", "b A", "A e1", more=READING), "b"),
        (model("s xm", "xm b", "b A", "A xm", more=READING), "b"),
        (model("s xg", "xg A ? A == 'ok'", "xg no *"), "xg"),
        (model("s A", "A e1", outputs=READS_A.replace("${A}", "${execution.getVariable('A')}")), None),
        (model("s A", "A b", "b e1", more=READING), None),
        (model("s pf", "pf A", "pf b", more=READING), None),
        (model("s u1", "u1 A", "A e1", outputs=READS_A), None),
        (model("s A", "A e1", outputs=READS_A, start=FIELD), None),
        (model("s A", "A e1", outputs=READS_A, more=EVENT), None),
        (model("s A", "A e1", outputs=READS_A.replace("${A}", "${bitrixTaskId}")), None),
        (model("s A", "A xg", *DECIDES, outputs=OUTPUT.format("A == 'ok'")), None),
    ],
)
def test_what_is_read_before_anything_has_set_it_is_told(xml: str, at: str | None, tmp_path: Path) -> None:
    seen = found(xml, tmp_path).get("missing_at_first", ("", ""))[0].replace("Task_Create", "A")
    assert seen.startswith(f"{at}: the expression A") if at else not seen


OWN = READS_A.replace("${A}", "Задача ${bitrixTaskId}")


@pytest.mark.parametrize(
    ("xml", "at"),
    [
        (model("s A", "A e1", outputs=OWN), "A"),
        (model("s A", "A e1", outputs=OWN.replace("TaskId", "TaskUrl")), "A"),
        (model("s b", "b A", more=OURS.format(id="b", asks="", more=OWN)), "b"),
        (model("s A", "A b", more=OURS.format(id="b", asks="", more=OWN)), None),
        (model("s xg", "xg A ? bitrixTaskId > 1", "xg no *"), None),
        (model("s u1", "u1 A", "A e1", outputs=OWN), None),
        (model("s A", "A e1", outputs=OUTPUT.format("bitrixTaskId")), None),
    ],
)
def test_a_first_step_that_reads_the_number_of_its_own_task_is_told(xml: str, at: str | None, tmp_path: Path) -> None:
    seen = found(xml, tmp_path).get("own_number", ("", ""))[0].replace("Task_Create", "A")
    assert seen.startswith(f"{at}: the input parameter description reads bitrixTask") if at else not seen


def test_a_step_that_has_begun_has_what_its_input_parameters_read(tmp_path: Path) -> None:
    xml = model("s A", "A e1", outputs=READS_A + OWN.replace("description", "parentId"))
    settings = load(None, {}, sides=False)
    served = Served(
        steps_in(xml), settings.topics, Mapper(settings.topics, settings.bitrix, portal_task_url=lambda *_: "")
    )
    both = {"missing_at_first", "own_number"}
    kinds = [{one.kind for one in findings_of_process("q", served, begun=begun)} for begun in ("", "Task_Create")]
    assert kinds == [both, set()]


@pytest.mark.parametrize(("parameter", "told"), [(OUTPUT.format("said == 'ok'"), False), (READS_A, True)])
def test_an_output_parameter_of_a_sub_process_reads_what_is_set_in_it(
    parameter: str, *, told: bool, tmp_path: Path
) -> None:
    xml = model("s around", "around e1", more=AROUND.format(parameter.replace("${A}", "${said}")))
    asked = xml.replace("Task_Create", "aside").replace("said", "Task_Create")
    assert ("missing_at_first" in found(asked, tmp_path)) is told


TIMED = (
    '<subProcess id="late" triggeredByEvent="true"><startEvent id="ts" isInterrupting="false"><timerEventDefinition/>'
    f'</startEvent>{READING}<sequenceFlow id="tb" sourceRef="ts" targetRef="b"/></subProcess>'
)
ASKS_WHEN_LATE = TIMED.replace("${A}", "${Stop}").replace(
    '<sequenceFlow id="tb" sourceRef="ts" targetRef="b"/>',
    f'{OURS.format(id="Stop", asks=ASKS, more="")}<sequenceFlow id="tS" sourceRef="ts" targetRef="Stop"/>'
    '<sequenceFlow id="Sb" sourceRef="Stop" targetRef="b"/>',
)


@pytest.mark.parametrize(
    ("xml", "route"),
    [
        (model("s A", "A e1", more=TIMED), "ts → b"),
        (model("s A", "A e1", more=TIMED.replace(' isInterrupting="false"', "")), "ts → b"),
        (model("s A", "A e1", more=ASKS_WHEN_LATE), None),
        (model("s A", "A e1", more=TIMED.replace("timer", "conditional")), None),
        (model("s A", "A e1", more=TIMED.replace("${A}", "${execution.getVariable('A')}")), None),
        (model("s A", "A e1", more=TIMED, start=FIELD), None),
        (model("s A", "A e1", more=TIMED.replace(' triggeredByEvent="true"', "")), None),
        (model("s pf", "pf A", "pf b", more=READING), "pf → b"),
        (model("s A", "A e1", "s b", more=READING), "s → b"),
        (model("s pf", "pf A", "pf xm", "xm b", more=READING), "pf → xm → b"),
        (model("s pf", "pf A", "pf u1", "u1 b", more=READING), None),
        (model("s pf", "pf A", "pf pj", "A pj", "pj b", more=READING), None),
        (model("s A", "A pf", "pf c", "pf b", more=READING), None),
        (model("s pf", "pf A", "pf b", "pf theirs", more=READING + THEIRS), None),
        (model("s xm", "xm pf", "pf A", "pf b", "b xm", more=READING), "pf → b"),
        (model("s A", "A xm", "xm pf", "pf A", "pf b", more=READING), None),
    ],
)
def test_what_waits_beside_has_not_set_it_yet(xml: str, route: str | None, tmp_path: Path) -> None:
    seen = told(xml, tmp_path)
    assert (f"b: the expression A reads A, which the model does not set on the route {route}: " in str(seen)) is bool(
        route
    )
    assert route or seen is None


ENDED = (
    '<subProcess id="around">{loop}<startEvent id="is"/><sequenceFlow id="if" sourceRef="is" targetRef="A"/>'
    '<subProcess id="late" triggeredByEvent="true"><startEvent id="ts" isInterrupting="{ends}"><timerEventDefinition/>'
    '</startEvent>{inside}<endEvent id="te">{end}</endEvent><sequenceFlow id="f_te" sourceRef="{last}" targetRef="te"/>'
    "</subProcess>{A}</subProcess>"
)
INNER = OURS.format(id="A", asks=ASKS, more="")
TOLD_LATE = OURS.format(id="W", asks="", more="") + '<sequenceFlow id="f_W" sourceRef="ts" targetRef="W"/>'
SAID_LATE = TOLD_LATE.replace("<inputOutput>", '<inputOutput><outputParameter name="A">no</outputParameter>')
REFUSED = '<errorEventDefinition errorRef="NO"/>'
LOOP = '<multiInstanceLoopCharacteristics collection="x"/>'


@pytest.mark.parametrize(
    ("drawn", "flows", "route"),
    [
        ({}, ("around xg", *DECIDES), "ts → te → xg"),
        ({"inside": TOLD_LATE, "last": "W"}, ("around xg", *DECIDES), "ts → W → te → xg"),
        ({}, ("around b", "b xg", *DECIDES), "ts → te → b → xg"),
        ({"ends": "false"}, ("around xg", *DECIDES), None),
        ({"inside": SAID_LATE, "last": "W"}, ("around xg", *DECIDES), None),
        ({"end": REFUSED}, ("around xg", *DECIDES), None),
        ({"loop": LOOP}, ("around xg", *DECIDES), None),
        ({}, ("around theirs", "theirs xg", *DECIDES), None),
        ({}, ("around xg", "xg yes ? execution.getVariable('A') == 'ok'", "xg no *"), None),
    ],
    ids=["ended", "by a step", "on the way", "goes on", "set", "error", "instances", "others", "null"],
)
def test_behind_a_sub_process_that_its_own_timer_has_ended_it_is_missing(
    drawn: dict[str, str], flows: tuple[str, ...], route: str | None, tmp_path: Path
) -> None:
    parts = {"ends": "true", "inside": "", "end": "", "last": "ts", "loop": "", "A": INNER, **drawn}
    drawn_all = ENDED.format(**parts) + (THEIRS if "around theirs" in flows else "")
    xml = model("s around", *flows, more=drawn_all)
    outer = OURS.format(id="Task_Create", asks=ASKS, more="")
    seen = told(xml.replace(outer, "", 1), tmp_path)
    assert (f"on the route {route}:" in str(seen)) if route else seen is None


ASKS_TOO = "".join(OURS.format(id=id_, asks=ASKS, more="") for id_ in ("boss", "fin"))
BY_AMOUNT = ("s ig", "ig boss *", "ig fin ? x > 1", "ig A ? x > 2", "boss ij", "fin ij", "A ij", "ij xg")
TIMED_OUT = ("s boss", "boss A", "t xg", "A xg")


@pytest.mark.parametrize(
    ("flows", "told_of"),
    [
        ((*BY_AMOUNT, "xg no ? boss == 'no' || fin == 'no' || A == 'no'", "xg yes *"), "boss fin A"),
        ((*BY_AMOUNT, "xg no ? execution.getVariable('boss') == 'no' || A == 'no'", "xg yes *"), "A"),
        ((*BY_AMOUNT, "xg no ? x > 2 && A == 'no'", "xg yes *"), ""),
        ((*TIMED_OUT, "xg no ? boss == 'no' || A == 'no'", "xg yes *"), "A"),
        ((*TIMED_OUT, "xg no ? boss == 'no'", "xg e1 ? A == 'no'", "xg yes *"), "A"),
        ((*TIMED_OUT, "xg no ? boss != null || A == 'no'", "xg yes *"), ""),
        ((*TIMED_OUT, "xg no ? late || A == 'no'", "xg yes *"), ""),
        ((*TIMED_OUT, "xg no ? boss > 1 || A == 'no'", "xg yes *"), ""),
        (("s boss", "boss xd", "xd A ? boss == 'ok'", "xd xg *", "A xg", "xg no ? boss == 'no' || A == 'no'"), ""),
    ],
)
def test_a_variable_behind_others_is_told_as_well(flows: tuple[str, ...], told_of: str, tmp_path: Path) -> None:
    """What of them is asked on that route leads to it; what the route was chosen by may be a guard."""
    (tmp_path / "config.yaml").write_text("topics: {bitrix_create_task: {}}", encoding="utf-8")
    settings = load(tmp_path / "config.yaml", {}, sides=False)
    mapper = Mapper(settings.topics, settings.bitrix, portal_task_url=lambda *_: "")
    timer = AT_ASK if "t xg" in flows else ""
    served = Served(steps_in(model(*flows, more=timer + ASKS_TOO)), settings.topics, mapper)
    found = {one.variable for one in missing_variables("q", served) if one.at == "xg"}
    assert found == {one.replace("A", "Task_Create") for one in told_of.split()}


@pytest.mark.parametrize(
    ("decides", "leads"),
    [
        (("xg no ? A == 'no'", "xg yes *"), "yes"),
        (("xg yes ? A != 'no'", "xg no *"), "yes"),
        (("xg yes ? A == 'ok'", "xg no *"), "no"),
        (("xg yes ? A == 'ok'", "xg e1 ? x > 1", "xg no *"), None),
        (("xg yes ? A == 'ok'", "xg no ? A == 'no'"), None),
    ],
)
def test_the_cure_says_where_null_leads(decides: tuple[str, ...], leads: str | None, tmp_path: Path) -> None:
    _, cure = found(model(*ROUND[:2], "t xg", *decides, more=AT_ASK), tmp_path)["missing_on_route"]
    assert (", and the gateway then leads to" in cure) is bool(leads)
    assert f"null there, and the gateway then leads to {leads}; or set" in cure or not leads


def test_the_log_tells_it_when_a_step_of_the_route_comes_that_does_not_set_it() -> None:
    settings, events = load(None, {}, sides=False), Events()
    mapper = Mapper(settings.topics, settings.bitrix, portal_task_url=lambda *_: "")
    xml = model("s xd", "xd A ? x > 1", "xd b *", "b xg", "A xg", *DECIDES)
    looks = ModelLooks(Definitions(Source(xml), events), settings.topics, mapper, events, lambda job: job())
    for id_, at in (("1", "b"), ("2", "Task_Create")):
        looks.look_at([replace(fetched(id_, process_definition_id="order:1"), activity_id=at)])
    told = [facts["activity"] for _, facts in events.seen if facts.get("finding") == "missing_on_route"]
    assert told == ["b"]


def test_a_branch_whose_condition_is_always_true_leaves_nothing_out(tmp_path: Path) -> None:
    boss = OURS.format(id="B", asks=ASKS, more="")
    split = ("s if", "if A ? {}", "if B ? x > 1", "if e1 *", "A ij", "B ij", "ij xg", *DECIDES)
    for condition, left_out in (("true", False), ("y > 1", True)):
        flows = [one.format(condition) for one in split]
        assert (told(model(*flows, more=boss), tmp_path) is not None) is left_out


UNTIL = (
    "<multiInstanceLoopCharacteristics><loopCardinality>2</loopCardinality><completionCondition>${%s}"
    "</completionCondition></multiInstanceLoopCharacteristics></serviceTask>"
)


@pytest.mark.parametrize(
    ("until", "told_"),
    [
        ("B == 'no'", True),
        ("A == 'ok' || B == 'no'", False),
        ("execution.getVariable('B') == 'no'", False),
        ("A == 'no'", False),
        ("nrOfCompletedInstances == 1", False),
    ],
)
def test_what_ends_a_loop_may_read_what_only_a_later_step_sets(until: str, told_: bool, tmp_path: Path) -> None:
    """The engine evaluates it after each instance."""
    later = OURS.format(id="B", asks=ASKS, more="")
    xml = model("s A", "A B", "B xg", "xg yes ? B == 'ok'", "xg no *", more=later)
    looped = xml.replace("</serviceTask>", UNTIL % re.sub(r"\bA\b", "Task_Create", until), 1)
    assert ("missing_at_first" in found(looped, tmp_path)) is told_
    skipped = model("s xd", "xd B ? x > 1", "xd A *", "B A", "A xg", *DECIDES, more=later)
    looped = skipped.replace("</serviceTask>", UNTIL % re.sub(r"\bA\b", "Task_Create", until), 1)
    assert (told(looped, tmp_path) is not None) is (told_ or " || " in until)


def test_what_ends_a_loop_of_a_sub_process_reads_what_the_steps_inside_have_set(tmp_path: Path) -> None:
    inside = f'<startEvent id="in"/>{OURS.format(id="B", asks=ASKS, more="")}'
    inside += '<sequenceFlow id="i" sourceRef="in" targetRef="B"/>'
    loop = (UNTIL % "B == 'no'").replace("</serviceTask>", "")
    sub = f'<subProcess id="sub">{inside}{loop}</subProcess>'
    xml = model("s A", "A sub", "sub xg", "xg yes ? B == 'ok'", "xg no *", more=sub)
    assert not {"missing_at_first", "missing_on_route"} & found(xml, tmp_path).keys()


def test_what_a_compensation_handler_asks_is_there_behind_the_compensation(tmp_path: Path) -> None:
    """Its step comes by no flow."""
    undo = OURS.format(id="B", asks=ASKS, more="").replace("<serviceTask ", '<serviceTask isForCompensation="true" ')
    more = (
        '<boundaryEvent id="undone" attachedToRef="A"><compensateEventDefinition/></boundaryEvent>'
        '<association id="a" sourceRef="undone" targetRef="B" associationDirection="One"/>'
        f'<intermediateThrowEvent id="undoing"><compensateEventDefinition/></intermediateThrowEvent>{undo}'
    )
    flows = ("s A", "A undoing", "undoing xg", "xg e1 ? B == 'ok'", "xg e2 *")
    told = {one.kind for one in all_found(model(*flows, more=more), tmp_path)}
    assert told.isdisjoint({"missing_on_route", "unset_after", "never_given", "missing_at_first"})
