"""The names of step and process: the default title, and what templates see; also where the engine gives no model."""

from __future__ import annotations

from typing import Any

import pytest

from bitrix.causes import Cause
from tests.support.builders import fetched
from tests.support.fakes import Events, answer
from tests.support.still_clock import still_clock
from tests.unit.mapping.test_mapping import TOPIC, a_mapper
from worker.config.settings import TopicSettings
from worker.engine.errors import AnswerTooLong, EngineDenied, EngineError, EngineUnreachable, TaskGone
from worker.mapping.bbcode import INVISIBLE
from worker.mapping.faults import MappingFault
from worker.model import FetchedTask, PortalTask
from worker.steps.definitions import AGAIN_SECONDS, PATIENCE_SECONDS, SOON_SECONDS, Definitions
from worker.steps.names import Names

Patch = pytest.MonkeyPatch
XML = (
    '<definitions><process id="order" name="{process}"><subProcess id="Inner" name="Not this">'
    '<serviceTask id="Task_Create" name="{step}"/></subProcess></process></definitions>'
)
DENIED = EngineDenied("process-definition/xml", "HTTP 403")
AWAY = EngineUnreachable("process-definition/xml", "gone", doubtful=False)
EXPIRED = EngineDenied("process-definition/xml", "HTTP 401", cause=Cause.ENGINE_FILE_TOKEN)
GONE = TaskGone("process-definition/xml", "No matching process definition")
LONG = AnswerTooLong("process-definition/xml", "too long", doubtful=False)
SAYS_BOTH = {"title": "{{ external_task.process_name }} / {{ external_task.activity_name }}"}


class Source:
    def __init__(self, *script: Any) -> None:
        self.script = list(script)

    def definition_xml(self, _: str, *, timeout: float) -> str:
        assert timeout
        return str(answer(self.script, XML))


def named(said: Any, templates: dict[str, Any] | None = None, events: Events | None = None) -> FetchedTask:
    """The task with its names, where the engine answers with `said`."""
    topics = {TOPIC: TopicSettings(task=templates or {})}
    names = Names(Definitions(Source(said), events or Events()), topics)
    return names.of(fetched(process_definition_id="order:1:a"))


def title(task: FetchedTask, templates: dict[str, Any] | None = None) -> object:
    return a_mapper(templates).draft(task).fields["TITLE"]


def model(step: str, process: str = "Order") -> str:
    return XML.format(step=step, process=process)


@pytest.mark.parametrize(
    ("step", "shown"),
    [
        ("Approve the request", "Approve the request"),
        ("Approve&#10;the  request", "Approve the request"),
        ("[b]Pay[/b] #now", f"[{INVISIBLE}b]Pay[{INVISIBLE}/b] {INVISIBLE}#now"),
        ("x" * 300, "x" * 249 + "…"),
        ("", "order: Task_Create"),
        (" &#10; ", "order: Task_Create"),
    ],
)
def test_the_default_title_is_the_name_of_the_step(step: str, shown: str) -> None:
    assert title(named(model(step))) == shown


def test_a_title_that_is_given_stays() -> None:
    task = named(model("Approve"))
    assert title(task, {"title": "Configured"}) == "Configured"
    assert a_mapper().draft(task, defaults={"TITLE": "Of the module"}).fields["TITLE"] == "Of the module"


def test_templates_see_both_names_and_the_ids_where_there_is_none() -> None:
    assert title(named(model("Approve&#10;it", "Purchase&#10;order")), SAYS_BOTH) == "Purchase order / Approve it"
    assert title(named(model("", "")), SAYS_BOTH) == "order / Task_Create"


def test_the_same_names_are_there_when_the_step_ends() -> None:
    mapper = a_mapper({}, {"step": "{{ external_task.activity_name }}"})
    assert mapper.result(named(model("Approve")), PortalTask(8, "u")) == {"step": "Approve"}


@pytest.mark.parametrize("failure", [DENIED, GONE, LONG, "<no-xml"])
def test_a_model_that_is_not_given_leaves_the_ids_and_is_told_once(failure: Any) -> None:
    events = Events()
    assert title(named(failure, events=events)) == "order: Task_Create"
    assert events.names() == ["definition.unread"]


@pytest.mark.parametrize("failure", [DENIED, "<no-xml"])
@pytest.mark.parametrize("template", ["{{ external_task.activity_name }}", "{{ external_task.process_name == 'x' }}"])
def test_a_template_that_needs_a_name_of_a_refused_model_is_a_fault_with_its_cure(failure: Any, template: str) -> None:
    templates = {"UF_X": template}
    with pytest.raises(MappingFault, match="READ on process definitions") as caught:
        title(named(failure, templates), templates)
    assert caught.value.field == "UF_X"


@pytest.mark.parametrize(
    "template", ["{{ external_task.activity_name }}", "{% set e = external_task %}{{ e.process_name }}"]
)
def test_a_template_that_needs_a_name_waits_for_an_engine_that_does_not_answer(template: str) -> None:
    """No retry is spent, and no task is made under another name than the next try would give it."""
    with pytest.raises(EngineUnreachable):
        named(AWAY, {"title": template})


def test_other_templates_need_no_model() -> None:
    templates = {"title": "{{ external_task.topic }}"}
    assert title(named(DENIED, templates), templates) == TOPIC


@pytest.mark.parametrize("failure", [AWAY, EXPIRED])
def test_a_step_waits_some_minutes_for_a_model_that_may_come(failure: EngineError, monkeypatch: Patch) -> None:
    """One refused token made a task under the ids, whose model nobody had looked at, for good."""
    now, events = still_clock(monkeypatch), Events()
    names = Names(Definitions(Source(failure, failure, failure), events), {TOPIC: TopicSettings()})
    task = fetched(process_definition_id="order:1:a")
    for after in (0.0, SOON_SECONDS, PATIENCE_SECONDS - SOON_SECONDS - 1):
        now[0] += after
        with pytest.raises(EngineError):
            names.of(task)
    now[0] += 1.0
    assert title(names.of(task)) == "order: Task_Create"
    assert events.names() == ["definition.unread"]
    assert "its steps wait for it" in str(events.seen[0][1]["what"])


def test_a_model_that_comes_back_is_read_without_a_new_step(monkeypatch: Patch) -> None:
    """`unread` stood on the page until another step of that model came, though the engine was well."""
    now, events = still_clock(monkeypatch), Events()
    definitions = Definitions(Source(EXPIRED, DENIED), events)
    with pytest.raises(EngineError):
        Names(definitions, {TOPIC: TopicSettings()}).of(fetched(process_definition_id="order:1:a"))
    for after in (SOON_SECONDS - 1, 1.0, AGAIN_SECONDS - 1, 1.0):
        definitions.read_again()
        now[0] += after
    assert events.names() == ["definition.unread"]
    definitions.read_again()
    assert events.names() == ["definition.unread", "definition.read"]
