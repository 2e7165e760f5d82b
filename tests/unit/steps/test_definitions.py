from __future__ import annotations

from typing import Any

import pytest
import requests_mock

from tests.support.builders import fetched
from tests.support.fakes import Events, answer
from worker.config.settings import CamundaSettings
from worker.engine.client import Engine
from worker.engine.errors import EngineDenied, EngineUnreachable, TaskGone
from worker.runtime import clock
from worker.steps.definitions import AGAIN_SECONDS, KEPT, Definitions, DefinitionUnread

BASE = "http://engine/engine-rest"
XML = '<definitions><process id="order"><serviceTask id="Task_Create" name="Call"/></process></definitions>'
DENIED = EngineDenied("process-definition/xml", "HTTP 403")


class Source:
    def __init__(self, *script: Any) -> None:
        self.script = list(script)
        self.asked: list[str] = []

    def definition_xml(self, definition_id: str, *, timeout: float) -> str:
        self.asked.append(definition_id)
        assert timeout < 20
        return str(answer(self.script, XML))


def of(definition: str | None, **changes: Any) -> Any:
    return fetched(process_definition_id=definition, **changes)


def test_a_definition_is_read_once_and_each_version_by_itself() -> None:
    source = Source()
    definitions = Definitions(source, Events())
    assert {definitions.step(of(one)).name for one in ("order:1:a", "order:1:a", "order:2:b", "order:1:a")} == {"Call"}
    assert source.asked == ["order:1:a", "order:2:b"]


def test_only_so_many_definitions_are_kept() -> None:
    source = Source()
    definitions = Definitions(source, Events())
    for number in range(KEPT + 1):
        definitions.step(of(f"order:{number}:a"))
        definitions.step(of("order:0:a"))  # what is used stays
    assert source.asked.count("order:0:a") == 1
    definitions.step(of("order:1:a"))
    assert source.asked.count("order:1:a") == 2


@pytest.mark.parametrize("failure", [DENIED, EngineUnreachable("xml", "gone", doubtful=False), "<no-xml"])
def test_a_failure_to_read_is_told_once_and_tried_again_later(failure: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    now = [1000.0]
    monkeypatch.setattr(clock, "boottime", lambda: now[0])
    source, events = Source(failure, failure), Events()
    definitions = Definitions(source, events)
    for _ in range(3):
        with pytest.raises(DefinitionUnread):
            definitions.step(of("order:1:a"))
    assert len(source.asked) == 1
    now[0] += AGAIN_SECONDS
    with pytest.raises(DefinitionUnread):
        definitions.step(of("order:1:a"))
    assert events.names() == ["definition.unread"]
    now[0] += AGAIN_SECONDS
    assert definitions.step(of("order:1:a")).name == "Call"
    assert events.names() == ["definition.unread", "definition.read"]


def test_a_step_that_cannot_be_known_is_no_step_without_anything() -> None:
    events = Events()
    definitions = Definitions(Source(), events)
    for task in (of(None), of("order:1:a", activity_id="Other")) * 2:
        with pytest.raises(DefinitionUnread):
            definitions.step(task)
    assert events.names() == ["step.unknown"] * 2, "each once: whoever asks takes it for told"


def test_the_engine_gives_the_model_by_its_id() -> None:
    with requests_mock.Mocker() as http:
        engine = Engine(CamundaSettings(base_url=BASE), "w", {}, connections=1)
        url = f"{BASE}/process-definition/order%3A1%3Aa/xml"
        http.get(url, json={"id": "order:1:a", "bpmn20Xml": XML})
        assert engine.definition_xml("order:1:a") == XML
        http.get(url, json=["something else"])
        with pytest.raises(EngineUnreachable):
            engine.definition_xml("order:1:a")
        http.get(url, status_code=404, json={"type": "InvalidRequestException", "message": "No matching definition"})
        with pytest.raises(TaskGone):
            engine.definition_xml("order:1:a")
