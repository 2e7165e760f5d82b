"""Parallel gateways at which a process waits for ever are found, and no others."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.builders import fetched
from tests.support.fakes import Events
from tests.unit.steps.test_faults import Source
from worker.commands.check.model import check_model
from worker.config.loading import load
from worker.mapping.mapper import Mapper
from worker.steps.bpmn.joins import LeftOtherwise, left_otherwise
from worker.steps.bpmn.refused import refused_in
from worker.steps.bpmn.tree import tree_of
from worker.steps.definitions import Definitions
from worker.steps.findings.model_looks import ModelLooks
from worker.words.findings.joins import BEGIN_ALL_ANEW, LET_EACH_PASS, MEET_BEFORE
from worker.words.phrase import Phrase

GATEWAYS = {"X": "exclusiveGateway", "P": "parallelGateway", "I": "inclusiveGateway", "E": "eventBasedGateway"}
EVENTS = {"s": "startEvent", "e": "endEvent", "c1": "intermediateCatchEvent", "c2": "intermediateCatchEvent"}
KINDS = GATEWAYS | EVENTS | {"l": "intermediateThrowEvent", "z": "subProcess", "T": "task"}
STEP = '<serviceTask id="{}" type="external" topic="bitrix_create_task"/>'
SPLIT = "s>P1 P1>a P1>b a>X X>c?q X>{other} c>P b>P P>e"
CHOICE = "s>a a>X X>b?q X>c b>P c>P P>e"


def drawn(flows: str, *more: str, around: str = "{}") -> str:
    """A process with such flows: `a>b?q` has a condition about q; `a>b!` is the default flow of a."""
    ids, lines, defaults = dict[str, None](), list[str](), dict[str, str]()
    for flow in flows.split():
        source, _, rest = flow.partition(">")
        to, _, name = rest.rstrip("!").partition("?")
        ids |= {source: None, to: None}
        defaults |= {source: f"{source}_{to}"} if flow.endswith("!") else {}
        asked = f"<conditionExpression>${{{name}}}</conditionExpression>" if name else ""
        lines.append(f'<sequenceFlow id="{source}_{to}" sourceRef="{source}" targetRef="{to}">{asked}</sequenceFlow>')
    nodes = [_node(id_, defaults.get(id_, "")) for id_ in ids if f'id="{id_}"' not in "".join(more)]
    inside = "".join((*nodes, *lines, *more))
    return f'<definitions><process id="p">{around.format(inside)}</process></definitions>'


def _node(id_: str, default: str) -> str:
    kind = KINDS.get(id_) or KINDS.get(id_[0])
    return f'<{kind} id="{id_}" default="{default}"/>' if kind else STEP.format(id_)


def boundary(
    at: str, *, cancels: str = "true", kind: str = "timer", text: str = "<timeDuration>P1D</timeDuration>"
) -> str:
    return (
        f'<boundaryEvent id="t" attachedToRef="{at}" cancelActivity="{cancels}"><{kind}EventDefinition>{text}'
        f"</{kind}EventDefinition></boundaryEvent>"
    )


def told(xml: str) -> dict[str, str]:
    joins = [one for one in refused_in(xml) if one.kind.startswith("join_")]
    said = {one.of: " ".join(str(value) for name, value in one.facts.items() if name != "cure") for one in joins}
    return {one.of: f"{one.kind}: {said[one.of]}".replace(" ;", ";").strip() for one in joins}


NEVER = "join_never: 2 1; of the ways behind {} only one is taken"


@pytest.mark.parametrize(
    ("xml", "expected"),
    [
        (drawn(CHOICE), NEVER.format("X")),
        (drawn(CHOICE.replace("X", "E")), NEVER.format("E")),
        (drawn("s>X X>P?q X>P P>e"), NEVER.format("X")),
        (
            drawn("s>X X>b?q X>X2 X2>c?r X2>d b>P c>P d>P P>e"),
            "join_never: 3 1; of the ways behind X, X2 only one is taken",
        ),
        (drawn("s>a a>P t>P P>e", boundary("a")), NEVER.format("a")),
        (drawn(SPLIT.format(other="P")), "join_never: 3 2; of the ways behind X only one is taken"),
        (drawn("s>a a>P d>P P>e"), "join_never: 2 1; nothing comes by d_P"),
        (drawn("s>T T>b?q T>c! b>P c>P P>e"), "join_never: 2 1"),
        (drawn("s>P1 P1>a P1>b a>P2 b>P2 P2>X X>c?q X>d c>P d>P P>e"), NEVER.format("X")),
        (drawn(CHOICE, around='<startEvent id="s0"/><subProcess id="z">{}</subProcess>'), NEVER.format("X")),
        (drawn(CHOICE + " P>X3 X3>a?q X3>e2"), NEVER.format("X")),
    ],
)
def test_a_gateway_to_which_too_few_branches_ever_come(xml: str, expected: str) -> None:
    assert told(xml) == {"P": expected}


LINK = '<{} id="{}"><linkEventDefinition name="on"/></{}>'
THROW, CATCH = "intermediateThrowEvent", "intermediateCatchEvent"


@pytest.mark.parametrize(
    "xml",
    [
        drawn("s>P1 P1>a P1>b a>P b>P P>e"),
        drawn(CHOICE.replace("P", "I")),
        drawn(CHOICE.replace("P", "X9")),
        drawn("s>P1 P1>a P1>b P1>d a>P b>P d>P P>e"),
        drawn("s>a a>b a>c b>P c>P P>e"),
        drawn(SPLIT.format(other="d") + " d>X2 c>X2").replace(
            'sourceRef="c" targetRef="P"', 'sourceRef="X2" targetRef="P"'
        ),
        drawn("s>a a>P t>P P>e", boundary("a", cancels="false")),
        drawn("s>a a>P t>P P>e", boundary("a", cancels="false", kind="message", text="")),
        drawn("s>X1 X1>P1 P1>a P1>b a>P b>P P>X X>X1?q X>e"),
        drawn("s>P1 P1>a P1>b a>l c1>P b>P P>e", LINK.format(THROW, "l", THROW), LINK.format(CATCH, "c1", CATCH)),
        drawn("a>X X>b?q X>c b>P c>P P>e"),
        drawn("s>a b>P c>P P>e"),
        drawn(CHOICE, '<sequenceFlow id="nowhere" sourceRef="b"/>'),
        drawn("s>X0 X0>P1 P1>a P1>b a>X0 b>P a>P P>e"),
    ],
)
def test_a_gateway_to_which_all_branches_may_come_is_not_told(xml: str) -> None:
    assert told(xml) == {}


REWORK = "s>P1 P1>a P1>b a>P b>P P>X X>e?q X>r r>{to}"
BEFORE = REWORK.format(to="X1").replace("s>P1", "s>X1 X1>P1")


@pytest.mark.parametrize(
    ("flows", "more", "gateway", "cure", "cured"),
    [
        (CHOICE, (), "P", LET_EACH_PASS, CHOICE.replace("P", "X2")),
        ("s>X X>a?q X>P a>P P>b P>c", (), "P", MEET_BEFORE, "s>X X>a?q X>X2 a>X2 X2>P P>b P>c"),
        (REWORK.format(to="P1"), (), "P1", MEET_BEFORE, BEFORE),
        (REWORK.format(to="P"), (), "P", BEGIN_ALL_ANEW, BEFORE),
        (
            "s>P1 P1>a P1>b a>P t>r r>P b>P P>e",
            (boundary("a"),),
            "P",
            MEET_BEFORE,
            "s>P1 P1>a P1>b a>X2 t>r r>X2 X2>P b>P P>e",
        ),
    ],
)
def test_the_cure_lets_all_branches_come(
    flows: str, more: tuple[str, ...], gateway: str, cure: Phrase, cured: str
) -> None:
    [found] = [one for one in refused_in(drawn(flows, *more)) if one.kind.startswith("join_")]
    assert (found.of, found.kind, found.facts["cure"]) == (gateway, "join_never", cure)
    assert told(drawn(cured, *more)) == {}


def test_a_gateway_behind_one_that_waits_for_ever_is_told_only_if_the_flow_comes_there_otherwise_too() -> None:
    both = "s>X X>P1?q X>a b>P1 P1>a P1>c a>X2 X2>b?r X2>P c>P P>e"
    assert told(drawn(REWORK.format(to="P1"))).keys() == {"P1"}
    assert told(drawn(both)).keys() == {"P1", "P"}


@pytest.mark.parametrize(
    ("xml", "ways"),
    [
        (drawn(SPLIT.format(other="e2")), "X_e2"),
        (drawn(SPLIT.format(other="d") + " d>e2"), "X_d"),
        (drawn("s>P1 P1>a P1>b a>P b>P P>e t>e2", boundary("a")), "t"),
        (drawn("s>P1 P1>a P1>b a>E E>c?q E>c2 c>P c2>e2 b>P P>e"), "E_c2"),
        (drawn("s>P1 P1>a P1>b a>X X>P?q X>e2 b>X2 X2>P?r X2>b P>e"), "X_e2"),
        (drawn("s>P1 P1>a P1>I I>b?q I>d?r a>P b>P P>e d>e2"), "I_d"),
        (drawn("s>P1 P1>a P1>I I>b! I>d?r a>P b>P P>e d>e2"), "I_d"),
    ],
)
def test_a_way_past_the_gateway_while_another_branch_waits_there(xml: str, ways: str) -> None:
    assert told(xml) == {"P": f"join_on_route: {ways}"}


@pytest.mark.parametrize(
    ("xml", "ways"),
    [
        (drawn("s>a a>I I>b?q I>c?r b>P c>P P>e"), "I_b, I_c"),
        (drawn("s>T T>b?q T>c?r b>P c>P P>e"), "T_b, T_c"),
        (drawn("s>a a>b a>c?q b>P c>P P>e"), "a_c"),
        (drawn("s>I I>b?q I>c?r I>d! b>P c>P P>e d>e"), "I_b, I_c"),
        (drawn("s>I I>b?q I>c?r I>d?q b>P c>P d>P P>e"), "I_b, I_c, I_d"),
        (drawn("s>I I>P?q I>b b>P P>e"), "I_P"),
    ],
)
def test_a_branch_that_only_a_condition_brings_to_the_gateway(xml: str, ways: str) -> None:
    assert told(xml) == {"P": f"join_if_all: {ways}"}


@pytest.mark.parametrize(
    "xml",
    [
        drawn("s>a a>I I>b?q I>c?r b>I2 c>I2 I2>e"),
        drawn("s>a a>I I>b?q I>c?q b>P c>P P>e"),
        drawn("s>a a>I I>b?true I>c?q==q b>P c>P P>e").replace("q==q", "1==1"),
        drawn("s>a a>I I>b?q I>c!  b>P1 P1>x P1>y x>P y>P c>e P>e"),
        drawn(
            "s>a a>I I>b?q I>c?r b>P c>P P>e",
            '<subProcess id="z" triggeredByEvent="true"><startEvent id="s9"/></subProcess>',
        ),
    ],
)
def test_branches_that_come_together_or_not_at_all_are_not_told(xml: str) -> None:
    assert told(xml) == {}


ENDS_ALL = '<endEvent id="e2"><{}EventDefinition/></endEvent>'
IN_SUB = '<startEvent id="s0"/><subProcess id="z">{{}}</subProcess>{}'


@pytest.mark.parametrize(
    "xml",
    [
        drawn(SPLIT.format(other="a")),
        *(
            drawn(SPLIT.format(other="e2"), ENDS_ALL.format(kind))
            for kind in ("terminate", "error", "signal", "message")
        ),
        drawn("s>P1 P1>a P1>b a>X X>P?q X>e1 b>X2 X2>P?r X2>e2 P>e"),
        drawn("s>P1 P1>a P1>b a>X X>P?q X>e1 b>X2 X2>P?q X2>b P>e"),
        drawn("s>P1 P1>a P1>b a>P b>P P>X X>c?q X>e c>e2"),
        drawn("s>P1 P1>a P1>I I>b I>d?r a>P b>P P>e d>e2"),
        drawn("s>P1 P1>a P1>I I>b?q I>d?q a>P b>P P>e d>e2"),
        drawn("s>X1 X1>P1 P1>a P1>b a>X X>P?q X>X1 b>P P>e"),
        drawn(SPLIT.format(other="e2"), around=IN_SUB.format(boundary("z"))),
        drawn(SPLIT.format(other="e2"), around=IN_SUB.format(ENDS_ALL.format("terminate").replace("e2", "e0"))),
        drawn(
            SPLIT.format(other="e2"), '<subProcess id="z" triggeredByEvent="true"><startEvent id="s9"/></subProcess>'
        ),
    ],
)
def test_a_way_past_it_that_may_come_back_or_end_the_wait_is_not_told(xml: str) -> None:
    assert told(xml) == {}


def test_check_names_the_gateway_and_the_log_tells_it_once_for_each_definition(tmp_path: Path) -> None:
    xml, file = drawn(CHOICE), tmp_path / "order.bpmn"
    file.write_text(xml, encoding="utf-8")
    settings, events = load(None, {}, sides=False), Events()
    [line] = [one.line("en") for one in check_model(settings, str(file)) if "gateway P" in one.line("en")]
    assert line.startswith("WARN model order.bpmn, gateway P: the parallel gateway waits for all its branches (2), and")
    mapper = Mapper(settings.topics, settings.bitrix, portal_task_url=lambda *_: "")
    looks = ModelLooks(Definitions(Source(xml), events), settings.topics, mapper, events, lambda job: job())
    for step, definition in (("a", "p:1"), ("b", "p:1"), ("c", "p:2")):
        looks.look_at([fetched(activity_id=step, process_definition_id=definition)])
    facts = [facts for name, facts in events.seen if name == "model.finding" and facts["finding"] == "join_never"]
    assert [(one["definition"], one["activity"]) for one in facts] == [("p:1", "a"), ("p:2", "c")]
    assert line.endswith(str(facts[0]["seen"]).removeprefix("P: ") + f" → {facts[0]['cure']}")


def test_a_model_larger_than_people_draw_holds_nothing_up() -> None:
    steps = range(400)
    forks = " ".join(f"P{one} P{one}>a{one} P{one}>b{one} a{one}>P{one}j b{one}>P{one}j P{one}j>" for one in steps)
    ends = CHOICE.replace("s>a a", "a").replace("P>e", "P>end")
    flows = f"s>{forks}a {ends}".replace("> ", ">")
    assert told(drawn(flows)) == {}


INSIDE = '<subProcess id="z">{}<{} id="X"/></subProcess>'
MANY = "multiInstanceLoopCharacteristics"
ENOUGH = f"<{MANY}><completionCondition>${{done}}</completionCondition></{MANY}>"
EACH = f"<{MANY}/>"
TERMINATES = '<endEvent id="end"><terminateEventDefinition/></endEvent>'


@pytest.mark.parametrize(
    ("flows", "more", "left"),
    [
        ("s>P P>e", (), set[str]()),
        ("s>z z>e", (INSIDE.format("", "parallelGateway"),), set()),
        ("s>z z>e", (INSIDE.format(EACH, "parallelGateway"),), set()),
        ("s>z z>e", (INSIDE.format(ENOUGH, "parallelGateway"),), {"X"}),
        ("s>z z>e", (INSIDE.format("", "inclusiveGateway"), boundary("z")), {"X"}),
        ("s>z z>e", (INSIDE.format("", "parallelGateway"), boundary("z", cancels="false")), set()),
        ("s>z z>e", (INSIDE.format("", "parallelGateway"), TERMINATES), {"X"}),
    ],
)
def test_where_an_event_around_a_gateway_may_end_the_wait_the_process_does_not_wait_for_ever(
    flows: str, more: tuple[str, ...], left: set[str]
) -> None:
    assert left_otherwise(tree_of(drawn(flows, *more))) == LeftOtherwise(frozenset(left))


@pytest.mark.parametrize(
    ("more", "left"),
    [
        (("<callActivity id='C'/>",), False),
        (("<callActivity id='C'/>", boundary("C")), True),
        (("<callActivity id='C'/>", boundary("C", cancels="false")), False),
        (("<callActivity id='C'/>", TERMINATES), True),
        ((f"<callActivity id='C'>{ENOUGH}</callActivity>",), True),
    ],
)
def test_where_an_event_at_a_call_may_end_it_no_wait_in_the_called_process_is_for_ever(
    more: tuple[str, ...], *, left: bool
) -> None:
    assert left_otherwise(tree_of(drawn("s>P P>e", *more))).calls is left
