"""A parameter that reads the number of the last task, where the model means the task of another step."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import pytest

from tests.unit.steps.findings.test_model import found

READS = "<inputParameter name='parentId'>${bitrixTaskId}</inputParameter>"
KEPT = "<outputParameter name='taskA'>${bitrixTaskId}</outputParameter>"
READS_KEPT = "<inputParameter name='parentId'>${taskA}</inputParameter>"
TIMER = "<timerEventDefinition><timeDuration>PT1H</timeDuration></timerEventDefinition>"


def step(id_: str, inside: str = "", topic: str = "bitrix_create_task") -> str:
    said = f"<extensionElements><inputOutput>{inside}</inputOutput></extensionElements>"
    return f'<serviceTask id="{id_}" type="external" topic="{topic}">{said}</serviceTask>'


def process(elements: Sequence[str], *ways: str) -> str:
    flows = (
        f'<sequenceFlow id="f{n}" sourceRef="{one}" targetRef="{other}"/>'
        for n, (one, _, other) in enumerate(pair.partition(">") for way in ways for pair in _pairs(way))
    )
    return f'<definitions><process id="p" isExecutable="true">{"".join((*elements, *flows))}</process></definitions>'


def _pairs(way: str) -> list[str]:
    places = way.split(">")
    return [f"{one}>{other}" for one, other in pairwise(places)]


EDGES = ['<startEvent id="s"/>', '<endEvent id="e"/>']
FORK = [*EDGES, '<parallelGateway id="fork"/>', '<parallelGateway id="join"/>']
BRANCHES = ("s>fork>A>SubA>join>e", "fork>B>SubB>join")


def at_once(a: str = "", sub: str = READS, topic: str = "bitrix_create_task") -> str:
    steps = [step("A", a), step("SubA", sub), step("B", topic=topic), step("SubB", topic=topic)]
    return process([*FORK, *steps], *BRANCHES)


def reminder(*, before: str = "X", interrupts: str = "false", parameter: str = READS, event: str = TIMER) -> str:
    boundary = f'<boundaryEvent id="t" attachedToRef="A" cancelActivity="{interrupts}">{event}</boundaryEvent>'
    steps = [step("X"), step("A"), step("R", parameter)]
    return process([*EDGES, *steps, boundary], "s>X>A>e" if before else "s>A>X>e", "t>R>e")


def test_a_number_that_another_branch_sets_too_is_told_with_the_cure(tmp_path: Path) -> None:
    seen, cure = found(at_once(), tmp_path, of="SubA")["number_of_branch"]
    assert seen.startswith("parentId reads bitrixTaskId, which B, SubB in a parallel branch sets too")
    assert "taskA = ${bitrixTaskId}" in cure


@pytest.mark.parametrize(
    "xml",
    [
        at_once(KEPT, READS_KEPT),
        at_once(topic="of_another"),
        process([*FORK, step("A"), step("SubA", READS), step("B")], "s>A>fork>SubA>join>e", "fork>B>join"),
        process([*EDGES, step("A"), step("B"), step("SubA", READS)], "s>A>B>SubA>e"),
    ],
)
def test_a_number_that_no_open_branch_can_change_is_not_told(xml: str, tmp_path: Path) -> None:
    assert "number_of_branch" not in found(xml, tmp_path, of="SubA")


@pytest.mark.parametrize("interrupts", ["true", "false"])
def test_a_number_of_a_step_that_is_still_open_is_told(interrupts: str, tmp_path: Path) -> None:
    seen, cure = found(reminder(interrupts=interrupts), tmp_path, of="R")["number_of_open"]
    assert "the event t leads here while A has not ended" in seen
    assert "the process has no number for A until it ends" in cure


OUTER = ["messageEventDefinition", "signalEventDefinition", "conditionalEventDefinition"]
ASKS = "<properties><property name='UF_RESULT_EXPECTED' value='true'/></properties>"
ASKING = step("A").replace("<extensionElements>", f"<extensionElements>{ASKS}")


@pytest.mark.parametrize("event", OUTER)
def test_so_it_is_with_each_event_that_comes_from_outside(event: str, tmp_path: Path) -> None:
    assert "number_of_open" in found(reminder(event=f"<{event}/>"), tmp_path, of="R")


def around(event: str, *, inside: str = ASKING, alone: bool = False, boundary: bool = True) -> str:
    """An event at the boundary of a sub-process with the step, or an event sub-process beside it."""
    sub = f'<subProcess id="sub">{inside}</subProcess>'
    before = () if alone else ("s>X>sub>e",)
    if boundary:
        at = f'<boundaryEvent id="t" attachedToRef="sub"><{event}/></boundaryEvent>'
        return process([*EDGES, step("X"), step("R", READS), sub, at], *before, "t>R>e")
    flow = '<sequenceFlow id="in" sourceRef="t" targetRef="R"/>'
    begin = f'<startEvent id="t"><{event}/></startEvent>'
    beside = f'<subProcess id="alarm" triggeredByEvent="true">{begin}{step("R", READS)}{flow}</subProcess>'
    return process([*EDGES, step("X"), inside, beside], *(() if alone else ("s>X>A>e",)))


@pytest.mark.parametrize("boundary", [True, False])
@pytest.mark.parametrize("event", ["timerEventDefinition", *OUTER])
def test_an_event_around_a_step_that_waits_comes_before_its_end_too(event: str, boundary: bool, tmp_path: Path) -> None:
    assert "A has not ended" in found(around(event, boundary=boundary), tmp_path, of="R")["number_of_open"][0]


@pytest.mark.parametrize(
    "xml",
    [
        around("errorEventDefinition"),
        around("escalationEventDefinition", boundary=False),
        around("messageEventDefinition", inside=step("A")),
        around("messageEventDefinition", inside=step("A"), boundary=False),
        around("messageEventDefinition", alone=True, boundary=False).replace(step("X"), ""),
    ],
)
def test_an_event_that_the_end_of_a_step_brings_or_that_meets_none_open_is_not_told(xml: str, tmp_path: Path) -> None:
    assert "number_of_open" not in found(xml, tmp_path, of="R")


JOINED = [*FORK, step("A"), step("B"), step("R", READS)]


@pytest.mark.parametrize("kind", ["parallelGateway", "inclusiveGateway"])
def test_a_number_that_the_branches_before_a_join_have_set_is_told(kind: str, tmp_path: Path) -> None:
    xml = process(JOINED, "s>fork>A>join>R>e", "fork>B>join").replace("parallelGateway", kind)
    seen, cure = found(xml, tmp_path, of="R")["number_at_join"]
    assert seen.startswith("parentId reads bitrixTaskId behind a join of branches in which A, B have set it")
    assert "taskA = ${bitrixTaskId}" in cure


def test_so_it_is_in_a_sub_process_behind_the_join_and_with_branches_that_are_one(tmp_path: Path) -> None:
    subs = [
        f'<subProcess id="sub{id_}">{step(id_, inside)}</subProcess>' for id_, inside in {"A": "", "R": READS}.items()
    ]
    xml = process([*FORK, *subs, step("B")], "s>fork>subA>join>subR>e", "fork>B>join")
    assert "in which A, B have set it" in found(xml, tmp_path, of="R")["number_at_join"][0]


@pytest.mark.parametrize(
    "xml",
    [
        process([*JOINED, step("C")], "s>fork>A>join>C>R>e", "fork>B>join"),
        process(JOINED, "s>fork>A>R>join>e", "fork>join").replace(step("B"), ""),
        process(JOINED, "s>fork>A>join>R>e", "fork>B>join").replace("parallelGateway", "exclusiveGateway"),
        process(JOINED, "s>fork>A>R>e", "fork>B>R"),
        process([*FORK, step("A"), step("R", READS), step("B", topic="other")], "s>fork>A>join>R>e", "fork>B>join"),
    ],
)
def test_the_number_of_the_only_step_that_ended_last_is_not_told(xml: str, tmp_path: Path) -> None:
    assert "number_at_join" not in found(xml, tmp_path, of="R")


MANY = '<multiInstanceLoopCharacteristics isSequential="{}"><loopCardinality>3</loopCardinality></multi{}>'


@pytest.mark.parametrize(("sequential", "told"), [("false", True), ("true", False)])
def test_a_number_that_each_instance_sets_is_told(sequential: str, told: bool, tmp_path: Path) -> None:
    many = step("A").replace(
        "</serviceTask>", MANY.format(sequential, "InstanceLoopCharacteristics") + "</serviceTask>"
    )
    of = found(process([*EDGES, many, step("R", READS)], "s>A>R>e"), tmp_path, of="R").get("number_of_instance")
    assert bool(of) is told
    assert not of or "such as the first one: ${A_bitrixTaskId_0}" in of[1]


def compensation(*others: str, reads: str = READS, way: str = "s>A>B>e", a: str = "") -> str:
    at = '<boundaryEvent id="undo" attachedToRef="A"><compensateEventDefinition/></boundaryEvent>'
    undo = step("C", reads).replace("<serviceTask ", '<serviceTask isForCompensation="true" ')
    return process([*EDGES, step("A", a), at, undo, '<association sourceRef="undo" targetRef="C"/>', *others], way)


@pytest.mark.parametrize(
    "xml",
    [
        compensation(step("B")),
        compensation(f'<subProcess id="B">{step("D")}</subProcess>').replace("A, B", "A, D"),
        compensation(*FORK[2:], step("B"), way="s>fork>A>join>e").replace(
            "</process>", '<sequenceFlow id="x" sourceRef="fork" targetRef="B"/></process>'
        ),
    ],
)
def test_a_compensation_that_reads_the_number_of_a_later_step_is_told(xml: str, tmp_path: Path) -> None:
    seen, cure = found(xml, tmp_path, of="C")["number_undone"]
    assert seen.startswith("parentId reads bitrixTaskId in the compensation of A: before that ")
    assert "taskA = ${bitrixTaskId}" in cure


@pytest.mark.parametrize(
    "xml",
    [
        compensation(way="s>A>e"),
        compensation(step("B"), reads=READS_KEPT, a=KEPT),
        compensation(step("B"), way="s>B>A>e"),
        compensation(step("B", topic="other")),
    ],
)
def test_a_compensation_that_gets_the_number_of_its_own_step_is_not_told(xml: str, tmp_path: Path) -> None:
    assert "number_undone" not in found(xml, tmp_path, of="C")


@pytest.mark.parametrize(
    "xml",
    [
        reminder(before=""),
        reminder(parameter=READS_KEPT),
        reminder(interrupts="true", event="<errorEventDefinition/>"),
        process([*EDGES, step("X"), step("A"), step("R", READS)], "s>X>A>R>e"),
    ],
)
def test_the_number_of_a_step_that_has_ended_is_not_told(xml: str, tmp_path: Path) -> None:
    assert "number_of_open" not in found(xml, tmp_path, of="R")
