"""Where the engines go after each answer, as the table of `check --model` has it."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple
from xml.sax.saxutils import escape

import pytest

from sandbox.demo.examples import EXAMPLES
from sandbox.engine.start import RunningEngine
from tests.acceptance.test_condition_contract import fetched
from tests.acceptance.test_example_models import Hand
from tests.support.engine_admin import Admin, wait_until
from tests.support.engines import CHOSEN
from tests.support.models import definitions
from worker.config.loading import load
from worker.mapping.mapper import Mapper
from worker.mapping.outcomes import ERROR_OUTCOME
from worker.steps.bpmn.definition import steps_in
from worker.steps.findings.answer_leads import Lead
from worker.steps.findings.answer_places import How
from worker.steps.findings.answer_rows import Said, Table
from worker.steps.findings.answer_table import tables_of
from worker.steps.findings.merges import merges
from worker.steps.findings.served import Served

REAL = [kind for kind in CHOSEN if kind != "builtin"]  # the stand-in knows no conditions
pytestmark = pytest.mark.parametrize("engine", REAL, indirect=True)
ANSWERS = "answers: {ДА: ok, НЕТ: 'no', СТОП: 'error:STOP'}, declined: complete"
KINDS = {"x": "exclusiveGateway", "i": "inclusiveGateway", "p": "parallelGateway", "e": "endEvent"}
ASKS = (
    '<bpmn:extensionElements><camunda:properties><camunda:property name="UF_RESULT_EXPECTED" value="true"/>'
    "</camunda:properties>{}</bpmn:extensionElements>"
)
TASK = '<bpmn:serviceTask id="{}" camunda:type="external" camunda:topic="{}">{}</bpmn:serviceTask>'
CONDITION = '<bpmn:conditionExpression xsi:type="bpmn:tFormalExpression">{}</bpmn:conditionExpression>'
FLOW = '<bpmn:sequenceFlow id="{}" sourceRef="{}" targetRef="{}">{}</bpmn:sequenceFlow>'
ERROR = '<bpmn:boundaryEvent id="caught" attachedToRef="A"><bpmn:errorEventDefinition errorRef="STOP"/>'
CAUGHT = f"{ERROR}</bpmn:boundaryEvent>"
MADE = (
    "<camunda:inputOutput><camunda:outputParameter name=\"agreed\">${A == 'ok'}</camunda:outputParameter>"
    "</camunda:inputOutput>"
)
LINK = '<bpmn:{0} id="{1}"><bpmn:linkEventDefinition id="{1}_d" name="L"/></bpmn:{0}>'
LINKS = LINK.format("intermediateThrowEvent", "go") + LINK.format("intermediateCatchEvent", "come")
SUB = (
    '<bpmn:subProcess id="sub"><bpmn:startEvent id="t"/><bpmn:sequenceFlow id="tb" sourceRef="t" targetRef="b"/>'
    '{}<bpmn:endEvent id="over"/><bpmn:sequenceFlow id="bo" sourceRef="b" targetRef="over"/></bpmn:subProcess>'
)


FLOWS_INSIDE = FLOW.format("ta", "t", "A", "") + FLOW.format("ax", "A", "xi", "") + FLOW.format("xr", "xi", "r", "")
FLOWS_INSIDE += FLOW.format("xz", "xi", "inner", CONDITION.format("${A == 'ok'}"))
INSIDE = (
    '<bpmn:subProcess id="sub"><bpmn:startEvent id="t"/>@A@<bpmn:exclusiveGateway id="xi" default="xr"/>'
    f'<bpmn:endEvent id="inner"/><bpmn:endEvent id="r">@R@</bpmn:endEvent>{FLOWS_INSIDE}</bpmn:subProcess>'
)
EVENT = FLOWS_INSIDE.replace('"t"', '"es"').replace('"r"', '"late"')
EVENT = (
    f'<bpmn:subProcess id="esp" triggeredByEvent="true"><bpmn:startEvent id="es" isInterrupting="@I@">@R@'
    '</bpmn:startEvent>@A@<bpmn:exclusiveGateway id="xi" default="xr"/><bpmn:endEvent id="inner"/>'
    f'<bpmn:endEvent id="late"/>{EVENT}</bpmn:subProcess>'
)
STOP, UP = '<bpmn:errorEventDefinition errorRef="STOP"/>', '<bpmn:escalationEventDefinition escalationRef="UP"/>'
ALL = "<bpmn:terminateEventDefinition/>"
AT_SUB = '<bpmn:boundaryEvent id="c" attachedToRef="sub" {}>{}</bpmn:boundaryEvent>'
RAISES = '<bpmn:endEvent id="e">@R@</bpmn:endEvent>'
APPEALS = (
    '<bpmn:subProcess id="esp" triggeredByEvent="true"><bpmn:startEvent id="es">@R@</bpmn:startEvent>{}'
    f"{FLOW.format('esb', 'es', 'b', '')}</bpmn:subProcess>"
)
THROWS_UP = f'<bpmn:intermediateThrowEvent id="up">{UP}</bpmn:intermediateThrowEvent>'


AT_STEP = (
    '<bpmn:boundaryEvent id="cb" attachedToRef="A" cancelActivity="{}"><bpmn:conditionalEventDefinition>'
    "<bpmn:condition xsi:type=\"bpmn:tFormalExpression\">${{A == 'no'}}</bpmn:condition>"
    "</bpmn:conditionalEventDefinition></bpmn:boundaryEvent>"
)


class Case(NamedTuple):
    """A model by its flows, `SOURCE TARGET ? CONDITION`, or `*` for the default; `A` and `Ab` ask, the rest waits.

    `given`: variables of the process, one start with each. `others`: what is completed before. `made`: of its own.
    `before`: what `Ab` is answered first. `besides`: what is reached without a look at the answer, or within a
    sub-process.
    """

    flows: tuple[str, ...]
    more: str = ""
    given: tuple[dict[str, Any], ...] = ({},)
    others: tuple[str, ...] = ()
    made: str = ""
    before: str | None = None
    besides: tuple[str, ...] = ()

    def xml(self, key: str) -> str:
        """The model, with the key as topic of what asks."""
        lines, defaults, ids = list[str](), dict[str, str](), dict[str, None]()
        for number, flow in enumerate(self.flows):
            way, _, condition = flow.removesuffix(" *").partition(" ? ")
            source, target = way.split()
            ids |= dict.fromkeys((source, target))
            defaults |= {source: f' default="f{number}"'} if flow.endswith(" *") else {}
            asked = CONDITION.format(escape(f"${{{condition}}}")) if condition else ""
            lines.append(FLOW.format(f"f{number}", source, target, asked))
        more = self.more.replace("{}", TASK.format("b", f"{key}_theirs", "")).replace(
            "@A@", self._element("A", key, "")
        )
        parts = [more, *(self._element(id_, key, defaults.get(id_, "")) for id_ in ids if f'id="{id_}"' not in more)]
        inside = '<bpmn:startEvent id="s"/>' + "".join(parts + lines)
        head = f'<bpmn:process id="{key}" isExecutable="true" camunda:historyTimeToLive="P1D">'
        whole = f'{head}{inside}</bpmn:process><bpmn:escalation id="UP" escalationCode="UP"/>'
        return definitions(whole.replace("{", "{{").replace("}", "}}")).replace("{{", "{").replace("}}", "}")

    def _element(self, id_: str, key: str, default: str) -> str:
        if id_ == "s":
            return ""
        if id_[0] == "A":
            return TASK.format(id_, key, ASKS.format(self.made))
        kind = KINDS.get(id_[0])
        return f'<bpmn:{kind} id="{id_}"{default}/>' if kind else TASK.format(id_, f"{key}_theirs", "")


def raising(xml: str, definition: str) -> str:
    return xml.replace("@R@", definition)


PLAIN = FLOW.format("plain", "xg", "yes", CONDITION.format("A == 'ok'"))
EARLIER = ("s Ab", "Ab xd", "xd A ? Ab == 'ok'", "xd e1 *", "A xg")
BIG, SMALL = {"amount": 9}, {"amount": 1}
CASES = {
    "two flows": Case(("s A", "A xg", "xg yes ? A == 'ok'", "xg no *")),
    "otherwise without a condition": Case(("s A", "A xg", "xg yes ? A == 'ok'", "xg no")),
    "never tried": Case(("s A", "A xg", "xg no", "xg yes ? A == 'ok'")),
    "both at the step": Case(("s A", "A yes ? A == 'ok'", "A no")),
    "both at an inclusive gateway": Case(("s A", "A ig", "ig yes ? A == 'ok'", "ig no")),
    "inclusive with a default": Case(("s A", "A ig", "ig yes ? A == 'ok'", "ig no *")),
    "whether there is one": Case(("s A", "A xg", "xg yes ? execution.hasVariable('A')", "xg no *")),
    "another case": Case(("s A", "A xg", "xg yes ? A != 'No'", "xg no *")),
    "nothing but the answer": Case(("s A", "A xg", "xg yes ? A", "xg no *")),
    "no flow": Case(("s A", "A xg", "xg yes ? A == 'ok'", "xg e ? A == 'back'")),
    "also by an amount": Case(("s A", "A xg", "xg yes ? A == 'ok' && amount > 3", "xg no *"), given=(BIG, SMALL)),
    "first by an amount": Case(
        ("s A", "A xg", "xg b ? amount > 3", "xg yes ? A == 'ok'", "xg e *"), given=(BIG, SMALL)
    ),
    "inclusive by an amount": Case(
        ("s A", "A ig", "ig b ? amount > 3", "ig yes ? A == 'ok'", "ig e *"), given=(BIG, SMALL)
    ),
    "another's answer": Case(
        ("s A", "A xg", "xg yes ? Lawyer == A", "xg no *"), given=({"Lawyer": "ok"}, {"Lawyer": "no"})
    ),
    "by execution": Case(("s A", "A xg", "xg yes ? execution.getVariable('A') == 'ok'", "xg e *")),
    "several gateways": Case(
        ("s A", "A xg", "xg xh ? A == 'ok'", "xg no *", "xh b ? amount > 3", "xh e *"), given=(BIG, SMALL)
    ),
    "at the same time": Case(("s A", "A pf", "pf b", "pf xg", "xg yes ? A == 'ok'", "xg no *")),
    "joined": Case(("s pf", "pf A", "pf b", "A pj", "b pj", "pj xg", "xg yes ? A == 'ok'", "xg no *"), others=("b",)),
    "made of it": Case(("s A", "A xg", "xg yes ? agreed", "xg no *"), made=MADE),
    "again": Case(("s A", "A xg", "xg A ? A == 'no'", "xg e *")),
    "links": Case(("s A", "A go", "come xg", "xg yes ? A == 'ok'", "xg no *"), LINKS),
    "into a sub-process": Case(("s A", "A xg", "xg sub ? A == 'ok'", "xg no *", "sub e"), SUB),
    "errors": Case(("s A", "A yes", "caught no"), CAUGHT),
    "another's earlier answer": Case((*EARLIER, "xg yes ? Ab == 'ok' && A == 'ok'", "xg no *"), before="ok"),
    "no flow after an earlier answer": Case((*EARLIER, "xg yes ? A == 'ok'", "xg no ? Ab == 'no'"), before="ok"),
    "never set": Case(("s A", "A xg", "xg yes ? A_0 == 'ok'", "xg no *")),
    "without quotes": Case(("s A", "A xg", "xg yes ? A == ok", "xg no *")),
    "no expression": Case(("s A", "A xg", "xg no *", "yes e"), PLAIN),
    "an error within": Case(("s sub", "sub yes", "c no"), raising(INSIDE, STOP) + AT_SUB.format("", STOP)),
    "an error that nothing catches": Case(("s sub", "sub yes"), raising(INSIDE, STOP)),
    "an escalation within": Case(("s sub", "sub yes", "c no"), raising(INSIDE, UP) + AT_SUB.format("", UP)),
    "an escalation beside": Case(
        ("s sub", "sub yes", "c no"), raising(INSIDE, UP) + AT_SUB.format('cancelActivity="false"', UP)
    ),
    "an escalation that nothing catches": Case(("s sub", "sub yes"), raising(INSIDE, UP)),
    "an end of all within": Case(("s sub", "sub yes"), raising(INSIDE, ALL)),
    "an error of the process": Case(("s A", "A xg", "xg yes ? A == 'ok'", "xg e *"), raising(RAISES + APPEALS, STOP)),
    "asked in an event sub-process": Case(
        ("s up", "up b"), raising(EVENT.replace("@I@", "false"), UP) + THROWS_UP, besides=("b",)
    ),
    "a condition at the step": Case(("s A", "A yes", "cb no"), AT_STEP.format("true")),
    "a condition beside the step": Case(("s A", "A yes", "cb no"), AT_STEP.format("false")),
    "asked in one that interrupts": Case(("s up", "up b"), raising(EVENT.replace("@I@", "true"), UP) + THROWS_UP),
}


def served(xml: str, topic: str, folder: Path) -> Served:
    (folder / "config.yaml").write_text(f"topics: {{{topic}: {{wait: {{{ANSWERS}}}}}}}", encoding="utf-8")
    settings = load(folder / "config.yaml", {}, sides=False)
    mapper = Mapper(settings.topics, settings.bitrix, portal_task_url=lambda *_: "")
    return Served(steps_in(xml), settings.topics, mapper)


def table(xml: str, of: str, topic: str, folder: Path) -> Table:
    [found] = [one for one in tables_of(served(xml, topic, folder)) if one.at.id == of]
    return found


def ways(of: Table, case: str | None) -> set[frozenset[str]]:
    """The places, by id, to one set of which an answer leads. None: the task is declined. Nowhere: an empty set."""
    said = {value.value if isinstance(value, Said) else None: row.to for row in of.rows for value in row.cases}
    to = said[case]
    if not isinstance(to, Lead):
        return {frozenset()}
    assert not to.more
    places = [[one.id for one in way.places if one.how not in (How.STUCK, How.OVER)] for way in to.ways]
    return {frozenset(way) for way in places}


def completed(admin: Admin, key: str, case: str | None, variable: str = "A") -> bool:
    """Complete the step as the worker does after this answer; whether the engine takes it."""
    [task] = fetched(admin, key)
    error = ERROR_OUTCOME.fullmatch(case or "")
    value = {"type": "Null", "value": None} if case is None or error else {"value": case}
    body: dict[str, Any] = {"workerId": key, "variables": {variable: value}}
    body |= {"errorCode": error["code"]} if error else {}
    act = "bpmnError" if error else "complete"
    return admin.call("POST", f"/external-task/{task['id']}/{act}", body).ok


def answered(admin: Admin, key: str, answer: str) -> list[tuple[str, bool]]:
    """Complete all steps that ask, each with the answer in its own variable; whether the engine takes it."""
    found = list[tuple[str, bool]]()
    for task in fetched(admin, key):
        body = {"workerId": key, "variables": {task["activityId"]: {"value": answer}}}
        found.append((task["activityId"], admin.call("POST", f"/external-task/{task['id']}/complete", body).ok))
    assert found
    return found


def complete_others(admin: Admin, key: str) -> None:
    topic = {"topicName": f"{key}_theirs", "lockDuration": 60_000}
    body = {"workerId": key, "maxTasks": 10, "topics": [topic]}
    for one in admin.call("POST", "/external-task/fetchAndLock", body).json():
        assert admin.call("POST", f"/external-task/{one['id']}/complete", {"workerId": key}).ok


def reached(admin: Admin, instance: str) -> frozenset[str]:
    ends = admin.get("/history/activity-instance", processInstanceId=instance, activityType="noneEndEvent")
    return frozenset(one["activityId"] for one in (*admin.tasks(instance), *ends))


@pytest.mark.parametrize("name", CASES)
def test_the_engine_goes_where_the_table_says(
    engine: RunningEngine, admin: Admin, key: str, name: str, tmp_path: Path
) -> None:
    assert engine.base_url
    case = CASES[name]
    xml = case.xml(key)
    of = table(xml, "A", key, tmp_path)
    admin.deploy(xml)
    for answer in ("ok", "no", None, *(["error:STOP"] if "caught" in xml else [])):
        said, seen = ways(of, answer), set[frozenset[str]]()
        for given in case.given:
            instance = admin.start(key, given)
            if case.others:
                complete_others(admin, key)
            if case.before:
                assert completed(admin, key, case.before, "Ab")
            taken = completed(admin, key, answer)
            there = reached(admin, instance) - {*case.besides} - ({"inner"} if "sub yes" in case.flows else set())
            seen.add(there if taken else frozenset())
            admin.call("DELETE", f"/process-instance/{instance}")
        assert seen == said or (answer is None and seen < said), answer


WAITS = (
    '<bpmn:intermediateCatchEvent id="{}"><bpmn:conditionalEventDefinition>'
    '<bpmn:condition xsi:type="bpmn:tFormalExpression">${{{}}}</bpmn:condition>'
    "</bpmn:conditionalEventDefinition></bpmn:intermediateCatchEvent>"
)
BEHIND = ("s A", "A vg", "vg i1", "vg i2", "i1 yes", "i2 no")


@pytest.mark.parametrize(
    ("first", "second", "leads"),
    [
        ("A == 'ok'", "A == 'no'", {"ok": {"i1"}, "no": {"i2"}}),
        ("A == 'ok' || A == 'no'", "A == 'no'", {"ok": {"i1"}, "no": {"i1", "i2"}}),
        ("unset == 1", "A == 'no'", {"no": {"i2"}}),
    ],
)
def test_the_event_comes_that_the_table_names_behind_an_event_based_gateway(
    engine: RunningEngine, admin: Admin, key: str, first: str, second: str, leads: dict[str, set[str]], tmp_path: Path
) -> None:
    """One with a condition that is true then, any of several; one that cannot be evaluated is none."""
    assert engine.base_url
    waiting = WAITS.format("i1", first) + WAITS.format("i2", second)
    xml = Case(BEHIND, '<bpmn:eventBasedGateway id="vg"/>' + waiting).xml(key)
    admin.deploy(xml)
    of, behind = table(xml, "A", key, tmp_path), {"yes": "i1", "no": "i2"}
    for answer, events in leads.items():
        instance = admin.start(key)
        assert completed(admin, key, answer)
        [step] = reached(admin, instance)
        assert behind[step] in events, answer
        said = {event for way in ways(of, answer) for event in way}
        assert said == events | ({"i1"} if "unset" in first else set()), answer
        admin.call("DELETE", f"/process-instance/{instance}")


def test_branches_that_come_together_unjoined_are_found_as_the_engine_has_them(
    engine: RunningEngine, admin: Admin, key: str, tmp_path: Path
) -> None:
    assert engine.base_url
    forked = ("s pf", "pf A", "pf Ab")
    merged = Case((*forked, "A xg", "Ab xg", "xg yes ? A == 'ok' && Ab == 'ok'", "xg no *")).xml(key)
    [both] = merges(key, served(merged, key, tmp_path))
    assert (both.at, both.twice, {one.variables for one in both.early}) == ("xg", (), {("A",), ("Ab",)})
    admin.deploy(merged)
    instance = admin.start(key)
    assert not any(taken for _, taken in answered(admin, key, "ok")), "the first one fails, whichever it is"
    admin.call("DELETE", f"/process-instance/{instance}")
    twice = Case((*forked, "A Ac", "Ab Ac", "Ac e")).xml(key)
    [once_each] = merges(key, served(twice, key, tmp_path))
    assert (once_each.at, once_each.twice, once_each.early) == ("Ac", ("Ac",), ())
    admin.deploy(twice)
    instance = admin.start(key)
    assert all(taken for _, taken in answered(admin, key, "ok"))
    assert [one["activityId"] for one in admin.tasks(instance)] == ["Ac", "Ac"]


@pytest.mark.parametrize(
    ("example", "given", "ways_of"),
    [
        ("approval", [[("approve", "ok")], [("approve", "no")]], "approve"),
        ("escalation", [[("approve", "ok")], [("approve", "no")]], "approve"),
        ("multi_instance", [[("approve", "ok"), ("approve", "ok")], [("approve", "no")]], "approve"),
        (
            "parallel_approvals",
            [[("approve_finance", one), ("approve_legal", other)] for one in ("ok", "no") for other in ("ok", "no")],
            "approve_legal",
        ),
    ],
)
def test_the_examples_go_where_their_tables_say(
    engine: RunningEngine,
    admin: Admin,
    example: str,
    given: list[list[tuple[str, str]]],
    ways_of: str,
    tmp_path: Path,
) -> None:
    assert engine.base_url
    xml = EXAMPLES[example].path.read_text("utf-8")
    admin.deploy(xml)
    of, seen = table(xml, ways_of, "bitrix_create_task", tmp_path), dict[str, set[frozenset[str]]]()
    for answers in given:
        hand = Hand(admin, EXAMPLES[example])
        asked = {activity for activity, _ in answers}
        tasks = hand.take(*asked)
        for activity, answer in answers:
            task = tasks.pop(activity, None) or hand.take(activity)[activity]
            assert hand.complete(task, **{activity: answer}) == 204

        def behind(instance: str = hand.instance, asked: set[str] = asked) -> set[str]:
            return {one["activityId"] for one in admin.tasks(instance)} - asked

        there = wait_until(behind, "the next step")
        seen.setdefault(answers[-1][1], set()).add(frozenset(there))
    assert seen == {answer: ways(of, answer) for answer in ("ok", "no")}
