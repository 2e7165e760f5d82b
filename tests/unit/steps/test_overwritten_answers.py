"""Answers that overwrite each other, or outlive their round: told once, when such a step asks for the first time."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.support.builders import fetched
from tests.support.fakes import Events
from worker.config.settings import TopicSettings, WaitSettings
from worker.engine.errors import EngineDenied
from worker.mapping.mapper import Mapper
from worker.model import FetchedTask
from worker.steps.bpmn.definition import Step
from worker.steps.definitions import Definitions
from worker.steps.overwritten_answers import OverwrittenAnswers

TOPIC = fetched().topic
ASKS = '<extensionElements><properties><property name="UF_RESULT_EXPECTED" value="1"/></properties></extensionElements>'
MANY = "<multiInstanceLoopCharacteristics/>"


class Bitrix:
    default_responsible_id = 1
    default_priority = 1
    max_description_length = 1000


def asking(id_: str, *, more: str = "", inside: str = "", topic: str = TOPIC) -> str:
    return f'<serviceTask id="{id_}" topic="{topic}" {more}>{ASKS}{inside}</serviceTask>'


def model(elements: str, flows: str) -> str:
    drawn = "".join(
        f'<sequenceFlow id="{a}_{b}" sourceRef="{a}" targetRef="{b}"/>'
        for a, b in (flow.split(">") for flow in flows.split())
    )
    return f'<definitions><process id="p"><parallelGateway id="f"/>{elements}{drawn}</process></definitions>'


class Source:
    def __init__(self, xml: str | None) -> None:
        self.xml = xml

    def definition_xml(self, _: str, *, timeout: float) -> str:
        if self.xml is None:
            raise EngineDenied("process-definition/xml", "HTTP 403")
        return self.xml


def told(xml: str | None, *ids: str, variable: str = "{{ external_task.activity_id }}") -> list[tuple[str, str]]:
    """Events and whom they name, after a task of each of these steps was handed out, twice."""
    events = Events()
    topics = {TOPIC: TopicSettings(wait=WaitSettings(answer_variable=variable))}
    mapper = Mapper(topics, Bitrix(), portal_task_url=lambda *_: "", language="en")
    answers = OverwrittenAnswers(topics, mapper, Definitions(Source(xml), events), events)
    for id_ in (*ids, *ids):
        task = fetched(activity_id=id_, process_definition_id="p:1:x", variables={"stage": "legal"})
        answers.look(task, mapper.answer_variable(task))
    return [(name, str(facts.get("others", ""))) for name, facts in events.seen]


PAIR = model(asking("A") + asking("B"), "f>A f>B A>j B>j")


@pytest.mark.parametrize(
    ("variable", "expected"),
    [
        ("decision", [("step.rival_answers", "B"), ("step.rival_answers", "A")]),
        ("{{ external_task.activity_id }}", []),
        ("{{ stage }}_decision", [("step.rivals_unknown", "B"), ("step.rivals_unknown", "A")]),
    ],
)
def test_parallel_branches_with_one_answer_variable_are_told_once(
    variable: str, expected: list[tuple[str, str]]
) -> None:
    assert told(PAIR, "A", "B", variable=variable) == expected


@pytest.mark.parametrize(
    "xml",
    [
        model(asking("A") + asking("B"), "f>A A>B"),
        model(asking("A") + asking("B", topic="theirs"), "f>A f>B A>j B>j"),
        model(asking("A") + f'<serviceTask id="B" topic="{TOPIC}"/>', "f>A f>B A>j B>j"),
    ],
)
def test_one_after_the_other_of_others_or_without_a_question_is_no_rival(xml: str) -> None:
    assert told(xml, "A", variable="decision") == []


def test_a_compensation_handler_in_a_multi_instance_is_told() -> None:
    undo = asking("A", more='isForCompensation="true"')
    assert told(model(f'<subProcess id="S">{MANY}{undo}</subProcess>', ""), "A") == [("step.undone_together", "")]
    assert told(model(f'<subProcess id="S">{undo}</subProcess>', ""), "A") == []
    assert told(model(f'<subProcess id="S">{MANY}{asking("A")}</subProcess>', ""), "A") == []


@pytest.mark.parametrize(
    ("inside", "flows", "expected"),
    [
        (MANY, "f>A A>x x>A", [("step.outlived_answers", "")]),
        (MANY, "f>A A>x", []),
        ("", "f>A A>x x>A", []),
    ],
)
def test_a_multi_instance_in_a_drawn_loop_is_told(inside: str, flows: str, expected: list[Any]) -> None:
    assert told(model(asking("A", inside=inside), flows), "A") == expected


def test_a_drawn_loop_around_the_multi_instance_is_told_but_not_one_inside_it() -> None:
    again = "".join(f'<sequenceFlow id="{a}{b}" sourceRef="{a}" targetRef="{b}"/>' for a, b in ("Ax", "xA"))
    whole = f'<subProcess id="S">{MANY}{asking("A")}{again}</subProcess>'
    assert told(model(whole, "f>S"), "A") == []
    assert told(model(whole, "f>S S>y y>S"), "A") == [("step.outlived_answers", "")]
    inner = f'<subProcess id="S">{asking("A", inside=MANY)}{again}</subProcess>'
    assert told(model(inner, "f>S"), "A") == [("step.outlived_answers", "")]


def test_a_model_that_cannot_be_read_is_told_as_such_and_nothing_more() -> None:
    assert told(None, "A") == [("definition.unread", "")]


def test_tasks_that_ask_in_the_same_moment_are_told_of_once() -> None:
    """Definitions are read between the question whether it was told and the note that it was."""
    events, both = Events(), threading.Barrier(2, timeout=30)

    class Together(Source):
        def definition_xml(self, _: str, *, timeout: float) -> str:
            return PAIR

    class Slow(Definitions):
        def steps(self, task: FetchedTask) -> Mapping[str, Step]:
            both.wait()
            return super().steps(task)

    topics = {TOPIC: TopicSettings(wait=WaitSettings(answer_variable="decision"))}
    mapper = Mapper(topics, Bitrix(), portal_task_url=lambda *_: "", language="en")
    answers = OverwrittenAnswers(topics, mapper, Slow(Together(None), events), events)
    tasks = [fetched(id_, activity_id="A", process_definition_id="p:1:x") for id_ in "12"]
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda task: answers.look(task, "decision"), tasks))
    assert events.names() == ["step.rival_answers"]
