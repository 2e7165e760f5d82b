"""Where each answer leads, as `check --model` shows it: what is certain, what else decides, what decides nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.steps.findings.test_last_answers import loop
from tests.unit.steps.findings.test_missing_variables import AT_ASK, OURS, model
from tests.unit.steps.findings.test_model import ASKS
from worker.commands.check.answer_tables import COLUMNS, Block
from worker.config.loading import load
from worker.mapping.mapper import Mapper
from worker.steps.bpmn.definition import steps_in
from worker.steps.findings.answer_table import tables_of
from worker.steps.findings.served import Served, as_served
from worker.words.phrase import Language

BOSS = OURS.format(id="Boss", asks=ASKS, more="")
DECIDES = ("xg yes ? A == 'ok'", "xg no *")
NAMED = '<endEvent id="e" name="All&#10; done"/>'
OWN = "topics: {bitrix_create_task: {wait: %s}}"
INCIDENT = "(otherwise) → incident, no way on: the task is closed without an answer, declined or deleted"
JOINED = " (only once the other branches have come to gateway pj)"
MANY = "or several of these at once"
STUCK = "incident, no way on: gateway xg"
NEITHER = "incident, no way on: ${A == 'ok'} at gateway xg gives neither yes nor no"


def blocks(xml: str, folder: Path, config: str = "", language: Language = "en") -> dict[str, list[str]]:
    """The lines of each step that waits for an answer, by its id; `A` is the step."""
    (folder / "config.yaml").write_text(config or "topics: {bitrix_create_task: {}}", encoding="utf-8")
    settings = load(folder / "config.yaml", {}, sides=False)
    mapper = Mapper(settings.topics, settings.bitrix, portal_task_url=lambda *_: "")
    served = Served(as_served(steps_in(xml), settings.topics), settings.topics, mapper)
    found = {one.at.id: [*Block(one, "m.bpmn", served.steps).lines(language)] for one in tables_of(served)}
    assert all(len(line) <= COLUMNS for several in found.values() for line in several)
    return {id_: [" ".join(line.replace("Task_Create", "A").split()) for line in lines] for id_, lines in found.items()}


def told(xml: str, folder: Path, config: str = "", *, of: str = "Task_Create") -> list[str]:
    """The rows of one step, without the last one, which says what is an incident."""
    *rows, last = blocks(xml, folder, config)[of][2:]
    assert last.startswith("(otherwise) → incident, no way on: the task is closed without an answer")
    return rows


def test_what_a_script_decides_is_not_told_as_decided_by_nothing(tmp_path: Path) -> None:
    """It was said that no condition reads the answer."""
    xml = model("s A", "A xg", *DECIDES).replace("<conditionExpression>${", '<conditionExpression language="groovy">')
    row, *why = told(xml.replace("'ok'}", "'ok'"), tmp_path)
    assert " ".join([row, *why]) == (
        "any answer → step yes, "
        "if a script says so → step no, otherwise "
        "whether the answer decides cannot be seen: the conditions at gateway xg are scripts"
    )


@pytest.mark.parametrize(
    ("xml", "ok", "no"),
    [
        (model("s A", "A xg", *DECIDES), "step yes", "step no"),
        (model("s A", "A xg", "xg yes ? A == 'ok'", "xg no"), "step yes", "step no"),
        (model("s A", "A yes ? A == 'ok'", "A no"), "step yes and step no", "step no"),
        (model("s A", "A ig", "ig yes ? A == 'ok'", "ig no"), "step yes and step no", "step no"),
        (model("s A", "A ig", "ig yes ? A == 'ok'", "ig no *"), "step yes", "step no"),
        (model("s A", "A pf", "pf b", "pf xg", *DECIDES), "step b and step yes", "step b and step no"),
        (model("s A", "A xg", "xg A ? A == 'no'", "xg e *"), "end of the process (e)", "step A"),
        (
            model("s A", "A xg", "xg yes ? A == 'ok'", "xg e *", more=NAMED),
            "step yes",
            "end of the process “All done” (e)",
        ),
        (model("s A", "A xg", "xg yes ? A == 'ok'"), "step yes", "incident, no way on: gateway xg"),
        (
            model("s A", "A xg", "xg xh ? A == 'ok'", "xg no *", "xh xi", "xi xh"),
            "gateway xh again, and so without end",
            "step no",
        ),
        (
            model("s A", "A xg", "xg yes ? x > 1 and A == 'ok'", "xg no *"),
            "step yes, if ${x > 1 and A == 'ok'} → step no, otherwise",
            "step no",
        ),
        (
            model("s A", "A xg", "xg b ? x > 1", *DECIDES),
            "step b, if ${x > 1} → step yes, otherwise",
            "step b, if ${x > 1} → step no, otherwise",
        ),
        (
            model("s A", "A ig", "ig b1 ? x > 1", "ig b2 ? y > 1", "ig yes ? A == 'ok'", "ig no *"),
            f"step yes and step b1, if ${{x > 1}} → step yes and step b2, if ${{y > 1}} → step yes, otherwise {MANY}",
            "step b1, if ${x > 1} → step b2, if ${y > 1} → step no, otherwise or several of these at once",
        ),
        (
            model("s A", "A xg", "xg yes ? A == 'ok'", "xg no ? A == 'no' && x > 1"),
            "step yes",
            f"step no, if ${{A == 'no' && x > 1}} → {STUCK}, otherwise",
        ),
        (
            model("s A", "A xg", "xg yes ? A == 'ok'", "xg no ? x > 1", "xg b ? x < 1"),
            "step yes",
            f"step no, if ${{x > 1}} → step b, if ${{x < 1}} → {STUCK}, otherwise",
        ),
        (
            model("s A", "A xg", "xg yes ? A == 'ok'", "xg no ? x > 1", "xg b ? x <= 1"),
            "step yes",
            "step no, if ${x > 1} → step b, if ${x <= 1}",
        ),
        (
            model("s A", "A xg", "xg yes ? A == 'ok'", "xg no ? urgent", "xg b ? !urgent"),
            "step yes",
            "step no, if ${urgent} → step b, if ${!urgent}",
        ),
        (
            model("s A", "A xg", "xg yes ? A == 'ok'", "xg no ? kind == 'a'", "xg b ? kind != 'a'"),
            "step yes",
            "step no, if ${kind == 'a'} → step b, if ${kind != 'a'}",
        ),
        (
            model("s pf", "pf A", "pf b", "A pj", "b pj", "pj xg", *DECIDES),
            f"step yes{JOINED}",
            f"step no{JOINED}",
        ),
    ],
)
def test_each_answer_is_shown_with_where_it_leads(xml: str, ok: str, no: str, tmp_path: Path) -> None:
    assert " ".join(told(xml, tmp_path)) == f"ok (ДА) → {ok} no (НЕТ) → {no}"


SKIPS = "execution.getVariable('{0}') == 'ok'"


def _approvers(*names: str, skips: str = SKIPS) -> str:
    """A loop that asks each of these only if they have not agreed yet."""
    each = [
        flow.format(one, skips.format(one))
        for one in names
        for flow in ("ps x{0}", "x{0} xm{0} ? {1}", "x{0} {0} *", "{0} xm{0}", "xm{0} pj")
    ]
    agreed = " && ".join(f"{one} == 'ok'" for one in names)
    more = "".join(OURS.format(id=one, asks=ASKS, more="") for one in (*names, "Fix") if one != "A")
    return model("s xa", "xa ps", *each, "pj xg", f"xg yes ? {agreed}", "xg Fix *", "Fix xa", more=more)


def _unless(name: str) -> str:
    return f"step {name} (unless ${{{SKIPS.format(name)}}})"


@pytest.mark.parametrize("names", [("A", "Boss"), ("A", "Boss", "Chief", "Deputy")])
def test_who_has_agreed_and_is_not_asked_again_is_shown_in_one_way(names: tuple[str, ...], tmp_path: Path) -> None:
    """There was a way for each combination, also for some that cannot be, and the last one was left out."""
    whole = " ".join(told(_approvers(*names), tmp_path, of="Fix"))
    nothing = "the answer decides nothing in this model: no condition reads Fix"
    assert whole == f"any answer → {' and '.join(map(_unless, names))} {nothing}"


def test_an_answer_that_must_be_there_by_then_is_not_told_as_missing(tmp_path: Path) -> None:
    """The engine comes behind the gateway that reads it only if it is there."""
    xml = _approvers("A", "Boss").replace("execution.getVariable('Task_Create')", "Task_Create")
    rows = blocks(xml, tmp_path)
    assert "not there yet" not in " ".join(line for several in rows.values() for line in several)
    assert " ".join(rows["Boss"][2:5]) == (
        "ok (ДА) → step yes, if ${A == 'ok' && Boss == 'ok'} → step Fix, otherwise "
        "only once the other branches have come to gateway pj"
    )


def test_what_is_made_of_an_answer_is_made_anew_in_each_round(tmp_path: Path) -> None:
    decision = "<outputParameter name='decision'>${A == 'ok'}</outputParameter>"
    xml = model("s A", "A yes ? decision", "A b ? !decision", "b A", outputs=decision)
    assert told(xml, tmp_path) == ["ok (ДА) → step yes", "no (НЕТ) → step b"]


@pytest.mark.parametrize(
    ("flows", "said"),
    [
        (
            ("xl xm ? x > 1", "xl b *", "xb xn ? y > 1", "xb c *"),
            "step yes, if ${x > 1} and ${y > 1} → step b (unless ${x > 1}) and step c (unless ${y > 1}), otherwise",
        ),
        (
            ("xl b ? x", "xl xm *", "xb c ? y", "xb xn *"),
            "step b and step c, if ${x} and ${y} → step b, if ${x} → step c, if ${y} → step yes, otherwise",
        ),
        (("xl b ? x > 1", "xl xm *", "xb c"), "step b and step c, if ${x > 1} → step c, otherwise"),
        (
            ("pf d", "d pj", "xl b ? x > 1", "xl xm *", "xb xn ? y > 1", "xb c *"),
            "step d and step b (if ${x > 1}) and step c (unless ${y > 1})",
        ),
    ],
)
def test_branches_that_come_straight_to_their_join_wait_there_for_the_others(
    flows: tuple[str, ...], said: str, tmp_path: Path
) -> None:
    xml = model("s A", "A pf", "pf xl", "pf xb", *flows, "b xm", "xm pj", "c xn", "xn pj", "pj yes")
    row, *rest = told(xml, tmp_path)
    assert " ".join([row, *rest]).startswith(f"any answer → {said} the answer decides nothing")


def test_of_many_ways_the_last_one_is_not_left_out(tmp_path: Path) -> None:
    flows = [f"xg b{number} ? x == {number}" for number in range(10)]
    rows = " ".join(told(model("s A", "A xg", *flows, "xg no *"), tmp_path))
    assert "→ step b6, if ${x == 6} → … → step no, otherwise" in rows


LONG = "A == 'ok' && (execution.getVariable('Boss') == null || Boss == 'ok' || sum > 1000{} && kind == '{}')"


@pytest.mark.parametrize("length", [0, 300])
def test_conditions_are_shown_to_their_end(length: int, tmp_path: Path) -> None:
    """Two that begin alike could not be told apart."""
    one, other = (LONG.format(" || sum > 2000" * (length // 14), kind) for kind in "xy")
    rows = told(model("s A", "A xg", f"xg yes ? {one}", f"xg b ? {other}", "xg no *"), tmp_path)
    said = " ".join(rows)
    assert said.index("kind == 'x')}") < said.index("step b") < said.index("kind == 'y')}") < said.index("step no")


def test_no_line_breaks_within_a_condition_that_fits_into_one(tmp_path: Path) -> None:
    condition = "A == 'ok' && amount > 1000 && amount < 20000 && kind == 'x'"
    rows = told(model("s A", "A xg", f"xg yes ? {condition}", "xg no *"), tmp_path)
    assert any(f"${{{condition}}}" in one for one in rows)


NOTHING = "the answer decides nothing in this model: no condition reads Boss"


@pytest.mark.parametrize(
    ("xml", "of", "said"),
    [
        (
            model("s A", "A xg", "xg no", "xg yes ? A == 'ok'"),
            "Task_Create",
            "step no the answer decides nothing here, although it is read by ${A == 'ok'}",
        ),
        (
            model("s A", "A xg", "xg yes ? execution.hasVariable('A')", "xg no *"),
            "Task_Create",
            "step yes the answer decides nothing here, although it is read by ${execution.hasVariable('A')}",
        ),
        (
            model("s A", "A xg", "xg yes ? A != 'No'", "xg no *"),
            "Task_Create",
            "step yes the answer decides nothing here, although it is read by ${A != 'No'}",
        ),
        (
            model("s A", "A xg", "xg yes ? A", "xg no *"),
            "Task_Create",
            NEITHER.replace("A == 'ok'", "A") + " the answer decides nothing here, although it is read by ${A}",
        ),
        (
            model(
                "s A", "A xg", "xg Boss ? A == 'ok'", "xg no *", "Boss xh", "xh yes ? A == 'ok'", "xh e *", more=BOSS
            ),
            "Boss",
            "step yes " + NOTHING,
        ),
        (
            model("s A", "A Boss", "Boss xg", "xg yes ? A == Boss", "xg no *", more=BOSS),
            "Task_Create",
            "step Boss the answer decides nothing here yet, gateway xg is the first to ask for it: ${A == Boss}",
        ),
    ],
)
def test_an_answer_that_decides_nothing_is_told_as_one(xml: str, of: str, said: str, tmp_path: Path) -> None:
    assert " ".join(told(xml, tmp_path, of=of)) == f"any answer → {said}"


def test_two_answers_that_are_compared_with_each_other_lead_to_the_same(tmp_path: Path) -> None:
    xml = model("s A", "A Boss", "Boss xg", "xg yes ? A == Boss", "xg no *", more=BOSS)
    assert told(xml, tmp_path, of="Boss") == ["ok (ДА), no (НЕТ) → step yes, if ${A == Boss}", "→ step no, otherwise"]


def test_ends_without_an_answer_are_shown_as_the_settings_have_them(tmp_path: Path) -> None:
    xml = model("s A", "A xg", *DECIDES)
    for wait, last in (
        ("{}", [INCIDENT]),
        (
            "{declined: complete, deleted: 'error:GONE'}",
            [
                "(declined) → step no",
                "(deleted) → BPMN error GONE, which nothing in this process catches: the branch ends",
                "(otherwise) → incident, no way on: the task is closed without an answer",
            ],
        ),
    ):
        assert blocks(xml, tmp_path, OWN % wait)["Task_Create"][4:] == last


def test_an_answer_that_is_a_bpmn_error_leads_to_what_catches_it(tmp_path: Path) -> None:
    config = OWN % "{answers: {ДА: ok, НЕТ: 'error:NO', СТОП: 'error:STOP'}}"
    caught = (
        '<boundaryEvent id="c" attachedToRef="A"><errorEventDefinition errorRef="NO"/></boundaryEvent>'
        '<boundaryEvent id="any" attachedToRef="A"><errorEventDefinition/></boundaryEvent>'
    )
    xml = model("s A", "A yes", "c no", "any stop", more=caught)
    assert told(xml, tmp_path, config) == [
        "ok (ДА) → step yes",
        "error:NO (НЕТ) → step no",
        "error:STOP (СТОП) → step stop",
    ]


def test_results_made_of_the_answer_are_followed_as_it_is(tmp_path: Path) -> None:
    config = "topics: {bitrix_create_task: {result: {said: '{{ task.answer }}'}}}"
    xml = model("s A", "A xg", "xg yes ? said == 'ДА'", "xg no *")
    assert told(xml, tmp_path, config) == ["ok (ДА) → step yes", "no (НЕТ) → step no"]


MADE = "<outputParameter name=\"agreed\">${A == 'ok'}</outputParameter>"
HIDES = '<inputParameter name="A">x</inputParameter>'


def test_what_the_step_makes_of_its_answer_is_followed_and_what_it_hides_is_not(tmp_path: Path) -> None:
    agreed = model("s A", "A xg", "xg yes ? agreed", "xg no *", outputs=MADE)
    assert told(agreed, tmp_path) == ["ok (ДА) → step yes", "no (НЕТ) → step no"]
    hidden = model("s A", "A xg", *DECIDES, outputs=HIDES)
    assert told(hidden, tmp_path)[0] == f"any answer → {NEITHER}"
    listens = '<exclusiveGateway id="xg" default="f3"><extensionElements><executionListener class="a.B"/>'
    by_code = model("s A", "A xg", *DECIDES, more=f"{listens}</extensionElements></exclusiveGateway>")
    assert told(by_code, tmp_path) == ["ok (ДА), no (НЕТ) → step yes, if ${A == 'ok'}", "→ step no, otherwise"]


def in_sub_process(inside: str, behind: str, marks: str = "") -> str:
    step = OURS.format(id="A", asks=ASKS, more="")
    whole = (
        f'<subProcess id="sub">{marks}<startEvent id="t"/>{step}{inside}<sequenceFlow id="f0" sourceRef="t" '
        f'targetRef="A"/></subProcess><sequenceFlow id="f9" sourceRef="sub" targetRef="g"/>{behind}'
    )
    return f'<definitions><process id="q">{whole}</process></definitions>'.replace('"A"', '"Task_Create"')


BEHIND = (
    '<exclusiveGateway id="g" default="n"/><sequenceFlow id="n" sourceRef="g" targetRef="no"/><sequenceFlow id="y" '
    'sourceRef="g" targetRef="yes"><conditionExpression>${Task_Create == \'ok\'}</conditionExpression></sequenceFlow>'
    '<task id="yes" name="Sign"/><endEvent id="no"/>'
)


def test_the_flow_goes_out_of_a_sub_process_and_into_one(tmp_path: Path) -> None:
    both = ["ok (ДА) → “Sign” (yes)", "no (НЕТ) → end of the process (no)"]
    assert told(in_sub_process("", BEHIND), tmp_path) == both
    into = BEHIND.replace('<task id="yes" name="Sign"/>', '<subProcess id="yes"><startEvent id="u"/>{}</subProcess>')
    inner = '<task id="i"/><sequenceFlow id="v" sourceRef="u" targetRef="i"/>'
    assert told(in_sub_process("", into.replace("{}", inner)), tmp_path)[0] == "ok (ДА) → step i"
    assert (
        told(in_sub_process("", into.replace("{}", "")), tmp_path)[0]
        == "ok (ДА) → end of the process right behind sub-process yes"
    )


def test_of_several_answers_each_is_shown_as_the_last_or_as_the_one_that_ends_them(tmp_path: Path) -> None:
    many = in_sub_process("", BEHIND, loop("${Task_Create == 'no'}", "true"))
    assert told(many, tmp_path) == [
        "ok (ДА) → as the last of the answers: “Sign” (yes)",
        "no (НЕТ) → without waiting for further answers: end of the process (no)",
    ]


THROWS = '<endEvent id="bad" name="Refused">{}</endEvent><sequenceFlow id="b" sourceRef="A" targetRef="bad"/>'


ERROR, ESCALATION = '<errorEventDefinition errorRef="NO"/>', '<escalationEventDefinition escalationRef="UP"/>'
CATCHES = '<boundaryEvent id="c" attachedToRef="sub" {}>{}</boundaryEvent><task id="t" name="Tell"/>'
CATCHES += '<sequenceFlow id="ct" sourceRef="c" targetRef="t"/>'
BOTH_WAYS = ["ok (ДА) → “Sign” (yes)", "no (НЕТ) → end of the process (no)"]


@pytest.mark.parametrize(
    ("definition", "caught", "said"),
    [
        (ERROR, "", " (by BPMN error NO “Refused” (bad))"),
        (ESCALATION, "", " (by escalation UP “Refused” (bad))"),
        ("<terminateEventDefinition/>", "", " (by end of the sub-process and all its branches “Refused” (bad))"),
        ("<signalEventDefinition/>", "", ""),
        (ERROR, CATCHES.format("", ERROR), "any answer → “Tell” (t) (by BPMN error NO “Refused” (bad))"),
        (ERROR, CATCHES.format("", ERROR.replace('errorRef="NO"', "")), "any answer → “Tell” (t) (by BPMN error NO"),
        (ESCALATION, CATCHES.format("", ESCALATION), "any answer → “Tell” (t) (by escalation UP “Refused” (bad))"),
        (
            ESCALATION,
            CATCHES.format('cancelActivity="false"', ESCALATION),
            "ok (ДА) → “Tell” (t) and “Sign” (yes) (by escalation UP “Refused” (bad))",
        ),
    ],
)
def test_an_end_that_does_more_than_end_is_followed_to_what_catches_it_or_behind_its_sub_process(
    definition: str, caught: str, said: str, tmp_path: Path
) -> None:
    throws = THROWS.format(definition).replace('"A"', '"Task_Create"')
    rows = told(in_sub_process(throws, BEHIND + caught), tmp_path)
    assert " ".join(rows) == " ".join(row + said for row in BOTH_WAYS) if not caught else rows[0].startswith(said)


AT_END = '<endEvent id="e" name="Refused">{}</endEvent>'
EVENT = (
    '<subProcess id="esp" name="Late" triggeredByEvent="true"><startEvent id="es" isInterrupting="{}">{}</startEvent>'
    '{}<sequenceFlow id="f1" sourceRef="es" targetRef="{}"/>{}</subProcess>'
)
OWN_ENDS = (
    (
        '<exclusiveGateway id="g" default="n"/><sequenceFlow id="ag" sourceRef="A" targetRef="g"/><sequenceFlow id="n" '
        'sourceRef="g" targetRef="no"/><sequenceFlow id="y" sourceRef="g" targetRef="yes"><conditionExpression>'
        '${A == \'ok\'}</conditionExpression></sequenceFlow><endEvent id="no" name="Closed"/><task id="yes"/>'
    )
    .replace('"A"', '"Task_Create"')
    .replace("{A ", "{Task_Create ")
)


def test_an_error_of_the_process_leads_to_its_event_sub_process_or_nowhere(tmp_path: Path) -> None:
    flows = ("s A", "A xg", "xg yes ? A == 'ok'", "xg e *")
    error = AT_END.format(ERROR)
    assert told(model(*flows, more=error), tmp_path)[1] == (
        "no (НЕТ) → BPMN error NO “Refused” (e), which nothing in this process catches"
    )
    later = '<task id="later" name="Appeal"/>'
    caught = EVENT.format("true", ERROR, later, "later", "")
    assert told(model(*flows, more=error + caught), tmp_path)[1] == (
        "no (НЕТ) → “Appeal” (later) (by BPMN error NO “Refused” (e))"
    )


@pytest.mark.parametrize(
    ("interrupts", "said"),
    [
        ("true", "end of the process “Closed” (no)"),
        ("false", "end of this branch, the process goes on “Closed” (no)"),
    ],
)
def test_only_an_event_sub_process_that_interrupts_ends_the_process(interrupts: str, said: str, tmp_path: Path) -> None:
    step = OURS.format(id="Task_Create", asks=ASKS, more="")
    timer = "<timerEventDefinition><timeDuration>PT1H</timeDuration></timerEventDefinition>"
    event = EVENT.format(interrupts, timer, step, "Task_Create", OWN_ENDS)
    xml = f'<definitions><process id="q"><startEvent id="s"/>{event}</process></definitions>'
    assert told(xml, tmp_path) == ["ok (ДА) → step yes", f"no (НЕТ) → {said}"]


def test_an_end_beside_another_branch_and_a_join_that_waits_for_ever_are_told_as_what_they_are(tmp_path: Path) -> None:
    beside = model("s pf", "pf A", "pf b", "A xg", "xg pj ? A == 'ok'", "xg e *", "b pj", "pj c")
    assert told(beside, tmp_path)[1] == "no (НЕТ) → end of the process once its other branches have ended (e)"
    never = model("s A", "A xg", "xg pj ? A == 'ok'", "xg b *", "b pj", "pj c")
    assert told(never, tmp_path)[0] == "ok (ДА) → waits for ever at gateway pj"


def test_links_and_events_that_wait_are_followed_and_named(tmp_path: Path) -> None:
    link = '<{0} id="{1}"><linkEventDefinition name="L"/></{0}>'
    links = link.format("intermediateThrowEvent", "go") + link.format("intermediateCatchEvent", "come")
    linked = model("s A", "A go", "come xg", *DECIDES, more=links)
    assert told(linked, tmp_path) == ["ok (ДА) → step yes", "no (НЕТ) → step no"]
    wait = '<intermediateCatchEvent id="w" name="A day"><timerEventDefinition/></intermediateCatchEvent>'
    waits = model("s A", "A xg", "xg w ? A == 'ok'", "xg vg *", "vg w", "vg m", more=wait + EVENTS)
    assert told(waits, tmp_path) == [
        "ok (ДА) → “A day” (w)",
        "no (НЕТ) → “A day” (w), if it comes first",
        "→ event m, if it comes first",
    ]


EVENTS = '<eventBasedGateway id="vg"/><intermediateCatchEvent id="m"><messageEventDefinition/></intermediateCatchEvent>'


CONDITIONAL = (
    '<intermediateCatchEvent id="{}"><conditionalEventDefinition><condition>${{{}}}</condition>'
    "</conditionalEventDefinition></intermediateCatchEvent>"
)


@pytest.mark.parametrize(
    ("ok", "no", "rows"),
    [
        ("A == 'ok'", "A == 'no'", ["ok (ДА) → event i1", "no (НЕТ) → event i2"]),
        (
            "A == 'ok' || A == 'no'",
            "A == 'no'",
            ["ok (ДА) → event i1", "no (НЕТ) → event i1, if it comes first", "→ event i2, if it comes first"],
        ),
        (
            "A == 'ok'",
            "x > 1",
            [
                "ok (ДА) → event i1, if it comes first",
                "→ event i2, if ${x > 1} and it comes first",
                "no (НЕТ) → event i2, if ${x > 1}",
                "→ event i1, if it comes first",
                "→ event i2, if it comes first",
                "→ event m, if it comes first",
            ],
        ),
        ("unset == 1", "A == 'no'", ["ok (ДА) → event i1, if ${unset == 1}"]),
    ],
)
def test_the_event_behind_a_gateway_that_the_answer_lets_come_is_told(
    ok: str, no: str, rows: list[str], tmp_path: Path
) -> None:
    flows = ("s A", "A vg", "vg i1", "vg i2", "vg m", "i1 yes", "i2 no", "m e")
    more = EVENTS + CONDITIONAL.format("i1", ok) + CONDITIONAL.format("i2", no)
    assert told(model(*flows, more=more), tmp_path)[: len(rows)] == rows


TWO = ("s Boss", "Boss xd", "xd A ? Boss == 'ok'", "xd e *", "A xg")


@pytest.mark.parametrize(
    ("flows", "rows"),
    [
        (("xg yes ? Boss == 'ok' && A == 'ok'", "xg no *"), ["ok (ДА) → step yes", "no (НЕТ) → step no"]),
        (("xg yes ? A == 'ok'", "xg no ? Boss == 'no'"), ["ok (ДА) → step yes", f"no (НЕТ) → {STUCK}"]),
        (
            ("xg yes ? Boss == 'ok'", "xg no *"),
            ["any answer → step yes", "the answer decides nothing in this model: no condition reads A"],
        ),
    ],
)
def test_what_was_answered_before_is_known_where_only_some_answers_lead_to_the_step(
    flows: tuple[str, ...], rows: list[str], tmp_path: Path
) -> None:
    assert told(model(*TWO, *flows, more=BOSS), tmp_path) == rows


def test_earlier_answers_that_both_lead_to_the_step_decide_beside_its_own(tmp_path: Path) -> None:
    flows = ("s Boss", "Boss A", "A xg", "xg yes ? Boss == 'ok' && A == 'ok'", "xg no *")
    assert told(model(*flows, more=BOSS), tmp_path) == [
        "ok (ДА) → step yes, if ${Boss == 'ok' && A == 'ok'}",
        "→ step no, otherwise",
        "no (НЕТ) → step no",
    ]
    every = (
        "s Boss",
        "Boss A",
        "A xg",
        "xg yes ? Boss == 'ok' && A == 'ok'",
        "xg b ? Boss == 'no'",
        "xg no ? A == 'no'",
    )
    assert told(model(*every, more=BOSS), tmp_path) == [
        "ok (ДА) → step yes, if ${Boss == 'ok' && A == 'ok'}",
        "→ step b, otherwise",
        "no (НЕТ) → step b, if ${Boss == 'no'}",
        "→ step no, otherwise",
    ]


@pytest.mark.parametrize("condition", ["Aa == 'ok'", "A == ok"])
def test_a_condition_about_what_is_never_set_leads_nowhere(condition: str, tmp_path: Path) -> None:
    name = "Task_Creat" if condition.startswith("Aa") else "A"
    said = condition.replace("Aa", name)
    xml = model("s A", "A xg", f"xg yes ? {said}", "xg no *")
    assert told(xml, tmp_path)[0].startswith(
        f"any answer → incident, no way on: ${{{said}}} at gateway xg gives neither"
    )


def test_a_flow_to_what_is_not_in_the_model_says_so(tmp_path: Path) -> None:
    xml = model("s A", "A xg", *DECIDES).replace('id="yes"', 'id=""')
    assert told(xml, tmp_path)[0] == "ok (ДА) → yes (not in the model)"


def test_a_condition_that_is_no_expression_leads_nowhere(tmp_path: Path) -> None:
    xml = model("s A", "A xg", *DECIDES).replace("${Task_Create == 'ok'}", "Task_Create == 'ok'")
    assert (
        told(xml, tmp_path)[0] == "any answer → incident, no way on: A == 'ok' at gateway xg gives neither yes nor no"
    )


def test_what_is_not_set_on_the_route_of_a_timer_leads_nowhere(tmp_path: Path) -> None:
    flows = ("s A", "A xg", "t Boss", "Boss xg", *DECIDES)
    assert told(model(*flows, more=AT_ASK + BOSS), tmp_path, of="Boss")[0] == f"any answer → {NEITHER}"
    assert told(model(*flows, more=AT_ASK + BOSS), tmp_path) == ["ok (ДА) → step yes", "no (НЕТ) → step no"]


def test_branches_that_come_together_unjoined_may_find_the_other_answer_not_there(tmp_path: Path) -> None:
    flows = ("s pf", "pf A", "pf Boss", "A xg", "Boss xg", "xg yes ? A == 'ok' && Boss == 'ok'", "xg no *")
    assert told(model(*flows, more=BOSS), tmp_path)[:3] == [
        "ok (ДА) → incident, no way on: ${A == 'ok' && Boss == 'ok'} at gateway xg gives",
        "neither yes nor no, if Boss is not there yet",
        "→ step yes, if ${A == 'ok' && Boss == 'ok'}",
    ]


@pytest.mark.parametrize(
    ("reader", "said"),
    [
        (
            OURS.format(id="b", asks="", more='<inputParameter name="description">${A}</inputParameter>'),
            "the answer decides no way: no condition reads A, but step b does (a parameter or template)",
        ),
        (
            '<scriptTask id="b"><script>execution.setVariable("go", A == "ok")</script></scriptTask>',
            "no condition reads A, but step b does; whether that decides the way cannot be seen",
        ),
        (
            '<businessRuleTask id="b" decisionRef="route"/>',
            "no condition reads A; whether the decision table goes by the answer cannot be seen: step b",
        ),
    ],
)
def test_what_reads_an_answer_that_no_condition_reads_is_named(reader: str, said: str, tmp_path: Path) -> None:
    rows = told(model("s A", "A b", "b e", more=reader), tmp_path)
    assert rows[0].startswith("any answer → ")
    assert " ".join(rows[1:]) == said


AGREED = '<outputParameter name="agreed">${%s}</outputParameter>'
ASKING_EVENT = (
    '<subProcess id="es" triggeredByEvent="true"><startEvent id="cs"><conditionalEventDefinition variableName="x">'
    "<condition>${A == 'no'}</condition></conditionalEventDefinition></startEvent></subProcess>"
)


def test_an_answer_is_followed_into_a_variable_that_several_steps_make_of_their_answers(tmp_path: Path) -> None:
    """No condition reads the second answer, it was said, although its step made the decision of it."""
    boss = OURS.format(id="Boss", asks=ASKS, more=AGREED % "agreed &amp;&amp; Boss == 'ok'")
    xml = model("s A", "A Boss", "Boss xg", "xg yes ? agreed", "xg no *", more=boss, outputs=AGREED % "A == 'ok'")
    row, *why = told(xml, tmp_path)
    assert row == "any answer → step Boss"
    assert " ".join(why) == "the answer decides nothing here yet, gateway xg is the first to ask for it: ${agreed}"
    assert told(xml, tmp_path, of="Boss") == ["ok (ДА), no (НЕТ) → step yes, if ${agreed}", "→ step no, otherwise"]


@pytest.mark.parametrize(
    ("flows", "more", "said"),
    [
        (
            ("s A", "A b", "b e"),
            ASKING_EVENT,
            "the answer decides nothing on this way, but event cs asks for it: ${A == 'no'}",
        ),
        (
            ("s A", "A e", *DECIDES),
            "",
            "the answer decides nothing on this way, but gateway xg asks for it: ${A == 'ok'}",
        ),
        (("s A", "A xg", *DECIDES), ASKING_EVENT, "event cs asks for the answer, too: ${A == 'no'}"),
    ],
)
def test_what_asks_for_an_answer_beside_its_way_is_named(
    flows: tuple[str, ...], more: str, said: str, tmp_path: Path
) -> None:
    """It was called a parameter or a template, or not named at all."""
    rows = told(model(*flows, more=more), tmp_path)
    assert " ".join(rows).endswith(said)


def test_a_condition_before_the_step_is_not_the_first_one_behind_it(tmp_path: Path) -> None:
    """Behind the end of the process the flow began anew at its start."""
    _, *why = told(model("s xd", "xd A ? A == 'ok'", "xd b *", "A e"), tmp_path)
    assert " ".join(why) == "the answer decides nothing on this way, but gateway xd asks for it: ${A == 'ok'}"


def test_who_answers_in_place_of_the_step_leaves_what_the_step_has_answered(tmp_path: Path) -> None:
    """Both answers led to both ways: the boss, who answers only if the step does not, sets the same variable."""
    boss = OURS.format(id="Boss", asks=ASKS, more='<outputParameter name="A">${Boss}</outputParameter>')
    xml = model("s A", "A xg", "t Boss", "Boss xg", *DECIDES, more=AT_ASK + boss)
    assert told(xml, tmp_path) == ["ok (ДА) → step yes", "no (НЕТ) → step no"]
    assert told(xml, tmp_path, of="Boss") == ["ok (ДА) → step yes", "no (НЕТ) → step no"]


def test_what_an_event_on_the_way_makes_anew_is_not_what_the_step_has_answered(tmp_path: Path) -> None:
    anew = (
        '<intermediateThrowEvent id="anew"><extensionElements><inputOutput><outputParameter name="A">${x}'
        "</outputParameter></inputOutput></extensionElements></intermediateThrowEvent>"
    )
    rows = told(model("s A", "A anew", "anew xg", *DECIDES, more=anew), tmp_path)
    assert " ".join(rows) == "ok (ДА), no (НЕТ) → step yes, if ${A == 'ok'} → step no, otherwise"


def test_a_cancel_is_followed_to_what_catches_it_at_its_transaction(tmp_path: Path) -> None:
    cancel = "<cancelEventDefinition/>"
    throws = THROWS.format(cancel).replace('"A"', '"Task_Create"')
    for caught, said in (
        (
            CATCHES.format("", cancel),
            "“Tell” (t) (by cancel of the transaction, compensating its steps “Refused” (bad))",
        ),
        ("", "incident, no way on: “Refused” (bad)"),
    ):
        xml = in_sub_process(throws, BEHIND + caught).replace("subProcess", "transaction")
        assert told(xml, tmp_path)[0] == f"any answer → {said}"


def test_a_compensation_on_the_way_is_named(tmp_path: Path) -> None:
    """A no that undid an earlier step led, it was said, to the same as a yes."""
    undone = (
        '<boundaryEvent id="c" attachedToRef="A"><compensateEventDefinition/></boundaryEvent>'
        '<userTask id="u" isForCompensation="true"/><association id="as" sourceRef="c" targetRef="u"/>'
    )
    undo = '<intermediateThrowEvent id="undo"><compensateEventDefinition/></intermediateThrowEvent>'
    flows = ("s A", "A xg", "xg e ? A == 'ok'", "xg undo *", "undo e")
    rows = told(model(*flows, more=undo + undone), tmp_path)
    assert rows == ["ok (ДА) → end of the process (e)", "no (НЕТ) → end of the process (e) (by compensation (undo))"]
    end = '<endEvent id="e1"><compensateEventDefinition/></endEvent>'
    at_end = ("s A", "A xg", "xg e ? A == 'ok'", "xg e1 *")
    rows = told(model(*at_end, more=end + undone), tmp_path)
    assert rows[1] == "no (НЕТ) → compensation, then end of the process (e1)"
    rows = told(model(*at_end, more=end), tmp_path)
    assert rows[1] == "no (НЕТ) → end of the process (e1)", "nothing has a handler"


def test_a_table_stays_short(tmp_path: Path) -> None:
    """However many answers there are, and however many ways."""
    answers = ", ".join(f"'answer {one}': 'v{one}'" for one in range(30))
    few = model("s A", "A xg", "xg yes ? A == 'v3'", "xg no *")
    assert told(few, tmp_path, OWN % f"{{answers: {{{answers}}}}}") == [
        "v0 (answer 0), v1 (answer 1), v2 (answer 2), v4 (answer 4), v5 (answer 5), v6 (answer 6), … (29)",
        "→ step no",
        "v3 (answer 3) → step yes",
    ]
    gates = [
        f"x{one} {aim} ? c{one} > {two}" for one in range(40) for two, aim in enumerate((f"x{one + 1}", f"b{one}"))
    ]
    many = " ".join(told(model("s A", "A x0", *gates, "x40 e"), tmp_path))
    assert many.startswith("any answer → ")
    assert "…" in many
    diamonds = [f"x{one} {way}{one} ? c > 1" for one in range(40) for way in ("xa", "xb")]
    diamonds += [f"{way}{one} x{one + 1}" for one in range(40) for way in ("xa", "xb")]
    assert "…" in " ".join(told(model("s A", "A x0", *diamonds, "x40 e"), tmp_path))


def test_a_name_that_only_a_running_process_knows_is_said(tmp_path: Path) -> None:
    config = OWN % "{answer_variable: '{{ kind }}'}"
    assert blocks(model("s A", "A e"), tmp_path, config)["Task_Create"][2:] == [
        "the name of the answer's variable is known only at run time"
    ]


def test_both_languages_have_the_same_table(tmp_path: Path) -> None:
    assert blocks(model("s A", "A xg", *DECIDES), tmp_path, language="ru")["Task_Create"] == [
        "",
        "куда ведут ответы: шаг A (m.bpmn):",
        "ok (ДА) → шаг yes",
        "no (НЕТ) → шаг no",
        "(иначе) → инцидент, дальше пути нет: задача закрыта без ответа, отклонена или удалена",
    ]
