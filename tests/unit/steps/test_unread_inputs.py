from __future__ import annotations

from typing import Any

import pytest

from bitrix.webhook import WebhookUrl
from tests.support.builders import fetched
from tests.support.fakes import Events
from worker.config.portal_settings import BitrixSettings
from worker.config.settings import TopicSettings
from worker.engine.errors import EngineDenied
from worker.mapping.mapper import Mapper
from worker.steps.definitions import Definitions
from worker.steps.findings.model_looks import ModelLooks

TOPIC = fetched().topic
WEBHOOK = WebhookUrl.parse("https://portal.example/rest/1/secretsecret/")
PARAMETER = '<inputParameter name="{}">{}</inputParameter>'
STEP = """<definitions><process id="order"><serviceTask id="Task_Create"><extensionElements><inputOutput>{}
<outputParameter name="out">${{total}}</outputParameter></inputOutput>
<executionListener event="end"><script>log(noted)</script></executionListener></extensionElements></serviceTask>
<serviceTask id="Other"/></process></definitions>"""


class Source:
    def __init__(self, *names: str, fails: bool = False, **values: str) -> None:
        self.asked: list[str] = []
        self.properties = ""
        self._fails = fails
        self._parameters = "".join(PARAMETER.format(name, values.get(name, "x")) for name in (*names, *values))

    def definition_xml(self, definition_id: str, *, timeout: float) -> str:
        self.asked.append(definition_id)
        if self._fails:
            raise EngineDenied("xml", "HTTP 403")
        return STEP.format(self._parameters).replace("<inputOutput>", f"{self.properties}<inputOutput>", 1)


def told(
    source: Source,
    *tasks: Any,
    event: str = "step.unread_inputs",
    fact: str = "names",
    all_read: bool = False,
    **topic: Any,
) -> list[Any]:
    events, topics = Events(), {TOPIC: TopicSettings(**topic)}
    mapper = Mapper(topics, BitrixSettings(webhook_url=WEBHOOK), portal_task_url=lambda *_: "")
    read = topics if all_read else frozenset()
    unread = ModelLooks(Definitions(source, events), topics, mapper, events, lambda job: job(), all_read=read)
    for task in tasks or (fetched(process_definition_id="order:1:a"),):
        unread.look_at([task])
    return [str(facts.get(fact)) for name, facts in events.seen if name == event]


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("paragraph", "paragraph"),
        ("UF_CONTRACT", "UF_CONTRACT"),
        ("responsibleID", "responsibleID → responsibleId?"),
        ("responsibleIds", "responsibleIds → responsibleId?"),
        ("titel", "titel → title?"),
        ("auditor", "auditor → auditors?"),
        ("UF_RESULT_EXPECED", "UF_RESULT_EXPECED → UF_RESULT_EXPECTED?"),
        ("UF_ReSULT_EXPECTED", "UF_ReSULT_EXPECTED → UF_RESULT_EXPECTED?"),
        ("wait__For_Completion", "wait__For_Completion → waitForCompletion?"),
        ("dеadline", "dеadline → deadline (in Latin letters, the name has Cyrillic ones: е)?"),
        ("responsibleId ", '"responsibleId " → responsibleId (without what is invisible: a space at the end)?'),
        ("\u200bdeadline", '"\u200bdeadline" → deadline (without what is invisible: a zero-width space at the begin'),
        ("group\u00a0Id", '"group\u00a0Id" → groupId (without what is invisible: a no-break space within)?'),
        ("files", "files"),
        ("task", "task"),
        ("properties", "properties"),
        ("coment", "coment → comment?"),
    ],
)
def test_an_input_parameter_that_nothing_reads_is_told_with_the_nearest_name(name: str, shown: str) -> None:
    [line] = told(Source(name), result={"x": "{{ task.id }} {{ properties.y }}"})
    assert line.startswith(shown)


@pytest.mark.parametrize(
    ("name", "task", "cure"),
    [
        ("titel", {}, "correct the name, or use the parameter in a template of the topic"),
        ("files", {}, "make it an extension property of the step"),
        ("comment", {}, "write in config.yaml: topics: {}: task: comment: \"{{{{ comment | default('') }}}}\""),
        (
            "startDatePlan",
            {},
            (
                "write in config.yaml: topics: {}: task: start_date_plan: \"{{{{ startDatePlan | default('') }}}}\", "
                "and the other date too: the portal accepts start_date_plan and end_date_plan only together"
            ),
        ),
        *(
            (
                name,
                {field: "x"},
                (
                    f"config.yaml fills this field (topics: {{}}: task: {field}); remove it there, or write there "
                    f"\"{{{{{{{{ {name} | default('') }}}}}}}}\""
                ),
            )
            for name, field in (("comment", "comment"), ("tags", "tags"), ("groupID", "group_id"))
        ),
    ],
)
def test_each_has_its_own_cure(name: str, task: dict[str, str], cure: str) -> None:
    cure = cure.format(TOPIC)
    assert told(Source(name), task=task, fact="cure") == [cure]


def test_several_cures_each_name_what_they_are_for() -> None:
    [said] = told(Source("files", "titel", "office"), fact="cure")
    correct = "correct the name, or use the parameter in a template of the topic"
    assert said == f"files: make it an extension property of the step; titel → title?, office: {correct}"


@pytest.mark.parametrize("name", ["title", "comment"])
def test_the_line_is_one_that_works(name: str) -> None:
    assert told(Source(name), task={"comment": "{{ comment | default('') }}"}) == []


@pytest.mark.parametrize(
    "name", ["title", "responsibleId", "RESPONSIBLE_ID", "UF_RESULT_EXPECTED", "waitForCompletion", "total", "noted"]
)
def test_what_is_read_is_not_told(name: str) -> None:
    assert told(Source(name)) == []


def test_where_the_portals_templates_may_read_it_only_what_resembles_a_known_name_is_told() -> None:
    assert told(Source("office_id", "titel"), all_read=True) == ["titel → title?"]
    assert told(Source("office_id"), all_read=True) == []


def test_a_mark_in_an_odd_spelling_is_told_even_where_the_engine_reads_it_and_not_where_all_is_fetched() -> None:
    source = Source(UF_ReSULT_EXPECTED="true", title="${UF_ReSULT_EXPECTED}")
    assert told(source) == ["UF_ReSULT_EXPECTED → UF_RESULT_EXPECTED?"]
    assert told(source, variables="all") == []


@pytest.mark.parametrize(
    ("name", "uses", "warned"),
    [
        ("deadline", "", ["deadline"]),
        ("groupId", "", ["groupId"]),
        ("RESPONSIBLE_ID", "", ["RESPONSIBLE_ID"]),
        ("comment", "", ["comment"]),
        ("checklist", "", ["checklist → checklists?"]),
        ("checklist ", "", ['"checklist " → checklists (without what is invisible: a space at the end)?']),
        ("Files", "", ["Files → files?"]),
        ("file", "", ["file → files?"]),
        ("dedline", "", ["dedline → deadline?"]),
        ("Deadlines", "", ["Deadlines → deadline?"]),
        ("auditor", "", ["auditor → auditors?"]),
        ("dedline", "{{ properties.dedline }}", []),
        ("UF_RESULT_EXPECTED", "", []),
        ("deadline", "{{ properties.deadline }}", []),
        ("files", "", []),
        ("checklists", "", []),
        ("office", "", []),
    ],
)
def test_a_field_as_an_extension_property_is_told_unless_a_template_reads_it(
    name: str, uses: str, warned: list[str]
) -> None:
    topics, events = {TOPIC: TopicSettings(task={"description": uses or "x"})}, Events()
    mapper = Mapper(topics, BitrixSettings(webhook_url=WEBHOOK), portal_task_url=lambda *_: "")
    source = Source()
    source.properties = f'<properties><property name="{name}" value="x"/></properties>'
    unread = ModelLooks(Definitions(source, events), topics, mapper, events, lambda job: job())
    unread.look_at([fetched(process_definition_id="order:1:a")])
    assert [str(facts["names"]) for event, facts in events.seen if event == "step.unread_properties"] == warned


def test_templates_read_what_they_name_and_take_the_place_of_the_same_named_variable() -> None:
    source = Source("sum", "who", "how", "title", "answer")
    topic: dict[str, Any] = {
        "task": {"title": "{{ sum }}", "auditors": ["{{ who }}"]},
        "result": {"a": "{{ how }}"},
        "wait": {"answer_variable": "{{ answer }}"},
    }
    assert told(source, **topic) == ["title"]
    assert told(source, **topic | {"result": {"a": "{{ variables['title'] }}"}}) == []


def test_a_parameter_that_others_are_made_of_is_read_and_one_made_of_itself_is_not() -> None:
    assert told(Source(first="x", title="${first} and more")) == []
    assert told(Source(first="${first}")) == ["first"]


def test_each_step_of_each_definition_is_told_once() -> None:
    def of(definition: str, **changes: Any) -> Any:
        return fetched(process_definition_id=definition, **changes)

    tasks = [of("order:1:a"), of("order:1:a", id_="2"), of("order:1:a", activity_id="Other"), of("order:2:b")]
    source = Source("paragraph")
    assert told(source, *tasks) == ["paragraph", "paragraph"]
    assert source.asked == ["order:1:a", "order:2:b"]


def test_where_the_definition_cannot_be_read_nothing_is_said_of_its_steps() -> None:
    assert told(Source("paragraph", fails=True)) == []
    assert told(Source("paragraph"), fetched(variables={"paragraph": 1}, process_definition_id=None)) == []
    assert fetched().topic == TOPIC


@pytest.mark.parametrize("name", ["Task_Create", "bitrixTaskId", "bitrixTaskUrl"])
def test_an_input_parameter_in_the_way_of_a_result_is_told_and_is_no_unread_one(name: str) -> None:
    assert told(Source(name), event="step.hidden_results") == [name]
    assert told(Source(name)) == []


def test_which_results_a_step_leaves_is_said_by_its_topic() -> None:
    topic: dict[str, Any] = {"result": {"number": "{{ task.id }}"}, "wait": {"answer_variable": "decision"}}
    source = Source("number", "decision", "bitrixTaskId", "Task_Create")
    assert told(source, event="step.hidden_results", **topic) == ["number, decision"]
    everything = topic | {"result": {"number": "{{ variables.number }}"}}
    assert told(source, event="step.hidden_results", **everything) == ["number, decision"]


def test_a_result_that_an_output_parameter_hands_on_is_not_hidden() -> None:
    assert told(Source("total"), event="step.hidden_results", result={"total": "{{ task.id }}"}) == []
