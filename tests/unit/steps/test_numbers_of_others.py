"""A parameter that reads the number of the last task, where the model means the task of another step."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import pytest

from tests.unit.steps.test_model_findings import found

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
        process([*FORK, step("A"), step("SubA", READS), step("B")], "s>fork>A>join>SubA>e", "fork>B>join"),
        process([*EDGES, step("A"), step("B"), step("SubA", READS)], "s>A>B>SubA>e"),
    ],
)
def test_a_number_that_no_open_branch_can_change_is_not_told(xml: str, tmp_path: Path) -> None:
    assert "number_of_branch" not in found(xml, tmp_path, of="SubA")


@pytest.mark.parametrize("interrupts", ["true", "false"])
def test_a_number_of_a_step_that_is_still_open_is_told(interrupts: str, tmp_path: Path) -> None:
    seen, cure = found(reminder(interrupts=interrupts), tmp_path, of="R")["number_of_open"]
    assert "a timer at the boundary of A leads here" in seen
    assert "the process has no number for A until it ends" in cure


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
