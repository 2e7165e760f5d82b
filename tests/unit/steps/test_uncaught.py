"""BPMN errors that nothing catches are told once, and never where it cannot be known."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.builders import fetched
from tests.support.fakes import Events
from worker.config.settings import TopicSettings, WaitSettings
from worker.engine.errors import EngineDenied
from worker.model import FetchedTask
from worker.steps.definitions import Definitions
from worker.steps.uncaught import UncaughtErrors

BOUNDARY = '<boundaryEvent id="b" attachedToRef="{at}"><errorEventDefinition {ref}/></boundaryEvent>'
MODEL = """<definitions><error id="e" errorCode="DECLINED"/><process id="p">
<subProcess id="around"><serviceTask id="Task_Create"/></subProcess>{event}</process></definitions>"""
TOPIC = TopicSettings(wait=WaitSettings(declined="error:DECLINED", answers={"ДА": "ok", "НЕТ": "error:NO"}))


class Source:
    def __init__(self, event: str = "", error: Exception | None = None) -> None:
        self.event = event
        self.error = error

    def definition_xml(self, _: str, *, timeout: float) -> str:
        if self.error:
            raise self.error
        return MODEL.format(event=self.event)


def told(source: Source, *, asks: bool = False) -> list[dict[str, object]]:
    events = Events()
    errors = UncaughtErrors({"bitrix_create_task": TOPIC}, Definitions(source, events), events)
    for id_ in ("one", "two"):
        errors.look(a_task(id_), asks=asks)
    return [facts for name, facts in events.seen if name == "model.error_uncaught"]


def a_task(id_: str, **changes: Any) -> FetchedTask:
    return fetched(id_, process_definition_id="p:1:x", **changes)


def test_a_code_that_nothing_catches_is_told_once() -> None:
    [facts] = told(Source())
    assert facts == {"definition": "p:1:x", "activity": "Task_Create", "codes": "DECLINED"}


def test_those_of_the_answers_count_where_somebody_is_asked() -> None:
    [facts] = told(Source(), asks=True)
    assert facts["codes"] == "DECLINED, NO"


@pytest.mark.parametrize(
    "event",
    [BOUNDARY.format(at="around", ref='errorRef="e"'), BOUNDARY.format(at="around", ref="")],
    ids=["by its code", "any code"],
)
def test_what_is_caught_around_the_step_is_no_news(event: str) -> None:
    assert told(Source(event)) == []


def test_a_model_that_cannot_be_read_proves_nothing() -> None:
    assert told(Source(error=EngineDenied("xml", "HTTP 403"))) == []
