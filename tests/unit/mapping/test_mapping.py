from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import example, given, strategies as st

from tests.support.builders import fetched
from worker.config.settings import TopicSettings
from worker.mapping.bbcode import INVISIBLE
from worker.mapping.expectations import QUESTION_CHARACTERS
from worker.mapping.faults import MappingFault
from worker.mapping.fields import DESCRIPTION_BYTES, TAG_CHARACTERS
from worker.mapping.mapper import Mapper
from worker.mapping.named import GroupNamed, PersonNamed
from worker.mapping.task_fields import shown_name
from worker.mapping.unfit import MOST_ENTRIES
from worker.model import FileVariable, PortalTask, Promise, UnreadableVariable
from worker.words.phrase import Language, unchanged

TOPIC = "bitrix_create_task"
TIES = {
    "XML_ID": "camunda:task-1",
    "UF_CAMUNDA_ID_EXTERNAL_TASK": "task-1",
    "UF_PROCESS_INSTANCE_ID": "instance-of-task-1",
    "UF_ELEMENT_ID": "Task_Create",
}
ALWAYS = {"TITLE": "order: Task_Create", "RESPONSIBLE_ID": 1, "PRIORITY": 1} | TIES


@dataclass
class Bitrix:
    default_responsible_id: int | None = 1
    default_priority: int = 1
    max_description_length: int = 1000


def a_mapper(
    templates: Mapping[str, Any] | None = None,
    result: Mapping[str, Any] | None = None,
    *,
    bitrix: Bitrix | None = None,
    language: Language = "en",
    **topic: Any,
) -> Mapper:
    return Mapper(
        {TOPIC: TopicSettings(task=templates or {}, result=result or {}, **topic)},
        bitrix or Bitrix(),
        portal_task_url=lambda id_, _: f"https://portal.example/task/{id_}/",
        language=language,
        timezone=UTC,
    )


def drafted(templates: Mapping[str, Any] | None = None, **variables: Any) -> Mapping[str, Any]:
    return a_mapper(templates).draft(fetched(variables=variables)).fields


def fault_of(templates: Mapping[str, Any] | None = None, **variables: Any) -> MappingFault:
    with pytest.raises(MappingFault) as caught:
        drafted(templates, **variables)
    return caught.value


def test_without_templates_and_variables_the_task_is_useful_and_tied() -> None:
    draft = a_mapper().draft(fetched())

    assert (draft.marker, draft.fields) == ("camunda:task-1", ALWAYS)


def test_without_templates_the_same_named_variables_are_taken() -> None:
    fields = drafted(
        title="Approve",
        description="Contract",
        responsibleId=106,
        created_by="42",
        DEADLINE="30.09.2026 18:00",
        priority="high",
        groupId=None,
        auditors="7, 8",
        accomplices=[9],
        tags="camunda",
        PARENT_ID="",
        unrelated=1,
    )

    assert fields == TIES | {
        "TITLE": "Approve",
        "DESCRIPTION": "Contract",
        "RESPONSIBLE_ID": 106,
        "CREATED_BY": 42,
        "DEADLINE": "2026-09-30T18:00:00+00:00",
        "PRIORITY": 2,
        "AUDITORS": [7, 8],
        "ACCOMPLICES": [9],
        "TAGS": ["camunda"],
    }


def test_a_template_wins_over_the_variable_of_the_same_name() -> None:
    templates = {"title": "Order {{ number }}", "deadline": "{{ due }}", "group_id": "{{ none }}"}
    due = datetime(2026, 1, 2, tzinfo=UTC)

    fields = drafted(templates, number=7, title="no", due=due, deadline="no", none=None, groupId=5)

    assert fields == ALWAYS | {"TITLE": "Order 7", "DEADLINE": "2026-01-02T00:00:00+00:00"}


def test_templates_keep_types_and_see_the_task_its_properties_and_odd_names() -> None:
    task = fetched(
        variables={"ids": [7, 8], "odd-name": True}, extension_properties={"group": "12"}, business_key="A-1"
    )
    templates = {
        "title": "{{ external_task.business_key }}: {{ external_task.activity_id }}",
        "auditors": "{{ ids }}",
        "accomplices": ["{{ ids[0] }}", 9],
        "group_id": "{{ properties.group }}",
        "tags": ["camunda", "{{ external_task.process_definition_key }}"],
        "UF_ODD": "{{ variables['odd-name'] }}",
        "uf_count": 5,
        "priority": 2,
    }

    assert a_mapper(templates).draft(task).fields == ALWAYS | {
        "TITLE": "A-1: Task_Create",
        "AUDITORS": [7, 8],
        "ACCOMPLICES": [7, 9],
        "GROUP_ID": 12,
        "TAGS": ["camunda", "order"],
        "UF_ODD": "1",
        "UF_COUNT": 5,
        "PRIORITY": 2,
    }


@pytest.mark.parametrize("title", ["", " \n", None])
def test_a_blank_title_falls_back_to_the_default(title: str | None) -> None:
    assert drafted(title=title)["TITLE"] == "order: Task_Create"
    assert drafted({"title": "{{ name }}"}, name=title)["TITLE"] == "order: Task_Create"


@pytest.mark.parametrize("nothing", ["\x00", "\0\0 \x7f", "\x1b"])
@pytest.mark.parametrize("template", [None, "{{ title }}", "Contract {{ title }}"])
def test_what_has_no_visible_character_is_not_taken_for_empty(nothing: str, template: str | None) -> None:
    with pytest.raises(MappingFault, match="the value has no visible character"):
        drafted({"title": template} if template else {}, title=nothing)


@pytest.mark.parametrize(
    ("configured", "variables"),
    [
        ({}, {"description": "\0"}),
        ({}, {"tags": "\0"}),
        ({}, {"tags": ["a", "\0"]}),
        ({"tags": ["{{ x }}"]}, {"x": "\0"}),
        ({}, {"UF_RESULT_EXPECTED": True, "UF_RESULT_QUESTION": "\0"}),
        ({"UF_CONTRACT": "{{ x }}"}, {"x": "\0"}),
        ({"UF_CONTRACT": "{{ x }}"}, {"x": ["\0"]}),
    ],
)
def test_nor_is_it_dropped_from_any_other_field(configured: dict[str, Any], variables: dict[str, Any]) -> None:
    with pytest.raises(MappingFault, match="the value has no visible character"):
        drafted(configured, **variables)


def test_a_process_without_key_is_named_by_its_topic() -> None:
    task = fetched(process_definition_key=None)

    assert a_mapper().draft(task).fields["TITLE"] == "bitrix_create_task: Task_Create"


def test_a_tie_that_is_not_known_is_left_out() -> None:
    assert "UF_PROCESS_INSTANCE_ID" not in a_mapper().draft(fetched(process_instance_id=None)).fields


def test_untrusted_text_is_harmless_and_the_templates_own_stays_alive() -> None:
    evil = '[USER=5]x[/USER] #tag & "😀"'

    for fields in (
        drafted(title=evil, description=evil),
        drafted({"title": "{{ e }}", "description": "{{ e }}"}, e=evil),
    ):
        for name in ("TITLE", "DESCRIPTION"):
            assert fields[name] == f'[{INVISIBLE}USER=5]x[{INVISIBLE}/USER] {INVISIBLE}#tag & "😀"'
    own = drafted({"description": "[B]{{ e }}[/B] {{ '[HR]' | bbcode }}"}, e="[I]")
    assert own["DESCRIPTION"] == f"[B][{INVISIBLE}I][/B] [HR]"


def test_a_huge_description_is_cut_visibly() -> None:
    for fields in (drafted(description="я" * 1_000_000), drafted({"description": "{{ d }}"}, d="я" * 1_000_000)):
        assert fields["DESCRIPTION"] == "я" * 999 + "…"


@pytest.mark.parametrize(
    ("templates", "variables", "field_", "says"),
    [
        ({"responsible_id": "{{ responsibleId }}"}, {}, "responsible_id", "'responsibleId' is undefined"),
        ({"responsible_id": "{{ r }}"}, {"r": [1]}, "responsible_id", "a user's number (106)"),
        ({}, {"responsibleId": "abc"}, "responsibleId", "does not show logins"),
        ({}, {"deadline": "завтра"}, "deadline", "30.09.2026"),
        ({"deadline": "{{ d }}"}, {"d": "завтра"}, "deadline", "30.09.2026"),
        ({"auditors": "a, b"}, {}, "auditors", "106, john@example.com"),
        ({"title": ["a"]}, {}, "title", "expected text"),
        ({}, {"description": {"a": 1}}, "description", "expected text"),
        ({"title": "{{ x"}, {}, "title", "not valid Jinja2"),
        ({"title": "{{ 1 / 0 }}"}, {}, "title", "division by zero"),
        ({"title": "{{ 'x' * 10**9 }}"}, {}, "title", "too large"),
        ({"XML_ID": "mine"}, {}, "XML_ID", "Remove it"),
        ({"uf_element_id": "mine"}, {}, "uf_element_id", "Remove it"),
        ({"titel": "x"}, {}, "titel", "no such task field"),
        ({"start_date_plan": "2026-01-01"}, {}, "start_date_plan, end_date_plan", "both dates or neither"),
        ({"UF_X": "{{ {'a': 1} }}"}, {}, "UF_X", "a boolean"),
        (
            {"tags": "{{ order }}"},
            {"order": UnreadableVariable("order", "Json", unchanged("broken"))},
            "tags",
            "order (Json): broken",
        ),
        ({}, {"tags": UnreadableVariable("tags", "Json", unchanged("broken"))}, "tags", "tags (Json): broken"),
    ],
)
def test_a_fault_names_topic_field_and_cure(
    templates: dict[str, Any], variables: dict[str, Any], field_: str, says: str
) -> None:
    fault = fault_of(templates, **variables)

    assert (fault.topic, fault.field) == (TOPIC, field_)
    assert str(fault).startswith(f"Topic {TOPIC}, field {shown_name(field_)}")
    assert says in str(fault)
    assert len(str(fault)) < 600


def test_a_fault_shows_the_value_shortened() -> None:
    fault = fault_of({}, responsibleId="9" * 1000)

    assert fault.value == "9" * 99 + "…"
    assert f'= "{fault.value}"' in str(fault)


@pytest.mark.parametrize("spelling", ["groupId", "group_id", "GROUP_ID"])
def test_a_field_has_one_name_in_messages_whatever_fills_it(spelling: str) -> None:
    assert fault_of(None, **{spelling: -1}).place == "groupId = -1"
    assert fault_of({"group_id": "{{ g }}"}, g=-1).place == "groupId = -1"


def test_a_field_that_only_the_configuration_fills_has_its_name_there() -> None:
    assert fault_of({"flow_id": "x"}).place == 'flow_id = "x"'


def test_a_fault_speaks_both_languages() -> None:
    mapper = a_mapper({"responsible_id": "{{ r }}"})

    with pytest.raises(MappingFault) as caught:
        mapper.draft(fetched(variables={"r": "abc"}))
    start = 'Топик bitrix_create_task, поле responsibleId = "abc": ожидается номер'
    assert caught.value.phrase.ru.startswith(start)
    with pytest.raises(MappingFault) as caught:
        mapper.draft(fetched())
    assert "напишите {{ имя | default('') }}" in caught.value.phrase.ru
    assert "write {{ name | default('') }}" in str(caught.value)


def test_a_template_with_a_default_leaves_the_field_to_the_general_default() -> None:
    assert drafted({"responsible_id": "{{ responsibleId | default('') }}"})["RESPONSIBLE_ID"] == 1


def test_somebody_must_be_responsible() -> None:
    with pytest.raises(MappingFault, match="BITRIX_DEFAULT_RESPONSIBLE_ID"):
        a_mapper(bitrix=Bitrix(default_responsible_id=None)).draft(fetched())


def test_plan_dates_go_as_a_pair() -> None:
    fields = drafted({"start_date_plan": "2026-01-01", "end_date_plan": "{{ end }}"}, end="02.01.2026")

    assert (fields["START_DATE_PLAN"], fields["END_DATE_PLAN"]) == (
        "2026-01-01T00:00:00+00:00",
        "2026-01-02T00:00:00+00:00",
    )


def test_the_default_result_is_id_and_address() -> None:
    created = PortalTask(42, "https://portal.example/42")

    nothing: list[dict[str, Any] | None] = [None, {}]
    for result in nothing:
        assert a_mapper(result=result).result(fetched(), created) == {
            "bitrixTaskId": 42,
            "bitrixTaskUrl": "https://portal.example/42",
        }


def test_a_task_of_unknown_address_gets_the_portals() -> None:
    assert a_mapper().result(fetched(), PortalTask(42, ""))["bitrixTaskUrl"] == "https://portal.example/task/42/"


def test_a_configured_result_is_exactly_that_with_its_types() -> None:
    mapper = a_mapper(
        result={"id": "{{ task.id }}", "text": "{{ task.id }}: {{ n }}", "none": "{{ n2 }}", "flag": True}
    )

    result = mapper.result(fetched(variables={"n": 1, "n2": None, "task": "shadowed"}), PortalTask(42, "u"))

    assert result == {"id": 42, "text": "42: 1", "none": None, "flag": True}
    assert isinstance(result["id"], int)


def test_a_fault_in_the_result_names_it() -> None:
    with pytest.raises(MappingFault, match="field result\\.x"):
        a_mapper(result={"x": "{{ absent }}"}).result(fetched(), PortalTask(42, "u"))


@pytest.mark.parametrize("name", ["UF_RESULT_EXPECTED", "ufResultExpected"])
@pytest.mark.parametrize(
    ("value", "expects"), [("true", True), (" Да ", True), ("1", True), ("Y", True), ("false", False)]
)
def test_a_step_may_expect_an_answer(name: str, value: str, expects: bool) -> None:
    for task in (fetched(extension_properties={name: value}), fetched(variables={name: value})):
        assert (a_mapper().promise(task) is Promise.ANSWER) is expects
        assert (a_mapper().promise(task) is not Promise.NOTHING) is expects


@pytest.mark.parametrize("name", ["waitForCompletion", "WAITFORCOMPLETION", "wait_for_completion"])
@pytest.mark.parametrize("topic_waits", [True, False])
@pytest.mark.parametrize(("value", "waits"), [("true", True), ("false", False)])
def test_a_steps_own_word_wins_over_the_topics(name: str, topic_waits: bool, value: str, waits: bool) -> None:
    mapper = a_mapper(wait_for_close=topic_waits)

    assert (mapper.promise(fetched(extension_properties={name: value})) is not Promise.NOTHING) is waits
    assert mapper.promise(fetched(extension_properties={name: value})) is not Promise.ANSWER
    assert (mapper.promise(fetched()) is not Promise.NOTHING) is topic_waits


def test_a_step_that_expects_an_answer_waits_whatever_else_is_said() -> None:
    said = {"UF_RESULT_EXPECTED": "1", "waitForCompletion": "false"}
    assert a_mapper().promise(fetched(extension_properties=said)) is Promise.ANSWER


def test_one_yes_outweighs_any_no() -> None:
    task = fetched(extension_properties={"UF_RESULT_EXPECTED": "true"}, variables={"ufResultExpected": False})
    assert a_mapper().promise(task) is Promise.ANSWER


def test_a_step_that_expects_an_answer_asks_its_question_on_the_portal() -> None:
    properties = {"UF_RESULT_EXPECTED": "true", "UF_RESULT_QUESTION": "Sign it?"}

    fields = a_mapper().draft(fetched(extension_properties=properties)).fields

    assert (fields["UF_RESULT_EXPECTED"], fields["UF_RESULT_QUESTION"]) == ("1", "Sign it?")
    assert "UF_RESULT_EXPECTED" not in a_mapper().draft(fetched()).fields


def test_a_misspelt_mark_is_the_steps_fault_and_names_the_right_one() -> None:
    properties = {"UF_RESULT_EXPECED": "true", "UF_RESULT_QUESTION": "Sign it?"}
    with pytest.raises(
        MappingFault, match=r"properties\.UF_RESULT_EXPECED = \"true\": .* meant to be UF_RESULT_EXPECTED"
    ):
        a_mapper().draft(fetched(extension_properties=properties))
    with pytest.raises(MappingFault, match="meant to be waitForCompletion"):
        a_mapper().draft(fetched(extension_properties={"waitForCompletoin": "true"}))


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("UF_RESULT_ANSWER", "people fill in this field in the task"),
        ("ufResultAnser", "To ask a question, set UF_RESULT_EXPECTED to true"),
        ("UF_RESULT_REQUIRED", "UF_RESULT_EXPECTED"),
        ("UF_RESULT_QUESTION_TEXT", "UF_RESULT_QUESTION"),
    ],
)
def test_a_property_that_looks_like_ours_and_is_read_by_nobody_is_the_steps_fault(name: str, words: str) -> None:
    for more in ({}, {"UF_RESULT_EXPECTED": "true"}):
        with pytest.raises(MappingFault, match=rf"properties\.{name} = \"x\": .*{words}"):
            a_mapper().draft(fetched(extension_properties={name: "x"} | more))


def test_a_question_without_an_expectation_is_the_steps_fault() -> None:
    with pytest.raises(MappingFault, match=r"expects an answer\. Add the extension property UF_RESULT_EXPECTED"):
        a_mapper().draft(fetched(extension_properties={"UF_RESULT_QUESTION": "Sign it?"}))


@pytest.mark.parametrize(
    ("properties", "variables", "configured"),
    [
        ({"UF_RESULT_QUESTION": "Sign it?", "UF_RESULT_EXPECTED": "false"}, {}, {}),
        ({"UF_RESULT_QUESTION": "Sign it?"}, {"ufResultExpected": True}, {}),
        ({"UF_RESULT_QUESTION": "Sign it?"}, {}, {"UF_RESULT_EXPECTED": "{{ true }}"}),
        ({"UF_RESULT_QUESTION": " "}, {}, {}),
        ({}, {"UF_RESULT_QUESTION": "of another step", "UF_RESULT_EXPECED": "the process's own"}, {}),
        ({"UF_RESULT_ANSWER": "", "waitFor": "x", "assigneeId": "7"}, {}, {}),
        ({"UF_RESULT_NOTE": "x"}, {}, {"description": "{{ properties.UF_RESULT_NOTE }}"}),
        ({"UF_QUESTION": "x"}, {}, {"description": "{{ properties.UF_QUESTION }}"}),
        ({"UF_QUESTION": "x"}, {}, {"UF_QUESTION": "the portal's own field"}),
        ({"waitForSignal": "x", "expectedResult": "y"}, {}, {}),
        ({}, {"UF_RESULT_ANSWER": "of another step"}, {}),
    ],
)
def test_what_is_said_or_foreign_is_no_fault(
    properties: dict[str, str], variables: dict[str, Any], configured: dict[str, Any]
) -> None:
    assert a_mapper(configured).draft(fetched(extension_properties=properties, variables=variables))


def test_a_configured_question_wins() -> None:
    task = fetched(extension_properties={"UF_RESULT_EXPECTED": "1", "UF_RESULT_QUESTION": "Sign it?"})

    assert a_mapper({"UF_RESULT_QUESTION": "Really?"}).draft(task).fields["UF_RESULT_QUESTION"] == "Really?"


@pytest.mark.parametrize("template", ["{{ gone.answer }}", "{{ 1 / 0 }}", "{{ broken }}"])
def test_a_configured_mark_that_cannot_be_worked_out_is_a_yes(template: str) -> None:
    """Of a task that exists already no draft is made that would tell: the step would be completed unasked."""
    task = fetched(variables={"broken": UnreadableVariable("broken", "Object", unchanged("a Java object"))})
    mapper = a_mapper({"UF_RESULT_EXPECTED": template})
    assert mapper.promise(task) is Promise.ANSWER
    assert mapper.promise(task) is not Promise.NOTHING
    with pytest.raises(MappingFault, match="UF_RESULT_EXPECTED"):
        mapper.draft(task)


def test_a_waiting_step_keeps_the_variables_that_its_result_needs() -> None:
    task = fetched(variables={"a": 1, "b": 2, "c": 3})
    mapper = a_mapper(result={"x": "{{ a }}{{ task.answer }}"}, wait={"answer_variable": "{{ c }}"})

    assert mapper.kept(task).variables == {"a": 1, "c": 3}
    assert a_mapper(result={"x": "{{ variables['b'] }}"}).kept(task).variables == task.variables
    assert mapper.kept(task) == replace(task, variables={"a": 1, "c": 3}, create_time=None, lock_expiration=None)
    assert a_mapper().kept(task).variables == {}


@pytest.mark.parametrize(
    ("value", "expects"),
    [
        (True, True),
        (1, True),
        (1.0, True),
        (False, False),
        (0, False),
        (None, False),
        ("", False),
        ([1], True),
        ("on", True),
    ],
)
def test_a_variable_asks_for_an_answer_by_its_value(value: object, expects: bool) -> None:
    assert (a_mapper().promise(fetched(variables={"ufResultExpected": value})) is Promise.ANSWER) is expects


def test_a_mark_that_cannot_be_read_asks_for_an_answer() -> None:
    mark = UnreadableVariable("UF_RESULT_EXPECTED", "Object", unchanged("serialised"))

    assert a_mapper().promise(fetched(variables={"UF_RESULT_EXPECTED": mark})) is Promise.ANSWER


def test_a_template_of_the_mark_is_evaluated() -> None:
    mapper = a_mapper({"UF_RESULT_EXPECTED": "{{ ask }}"})

    assert mapper.promise(fetched(variables={"ask": True})) is Promise.ANSWER
    assert mapper.promise(fetched(variables={"ask": False})) is not Promise.ANSWER
    assert mapper.promise(fetched()) is Promise.ANSWER, "to wait is better than to pass an approval unasked"


def test_a_topic_without_configuration_is_mapped_by_defaults() -> None:
    assert a_mapper({"title": "x"}).draft(fetched(topic="other")).fields["TITLE"] == "order: Task_Create"


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(exclude_categories=())),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)
names = st.sampled_from(["title", "description", "responsibleId", "deadline", "priority", "tags", "auditors"])


def number_of(named: Any) -> int:
    """What `worker.content` puts in place of a person or a group that a variable names."""
    assert isinstance(named, PersonNamed | GroupNamed), named
    return 1


@given(st.dictionaries(names | st.text(), values, max_size=5))
@example({"responsibleId": "0@0", "auditors": ["0@0", 5]})
def test_any_variables_give_a_draft_that_can_be_sent_or_a_fault(variables: dict[str, Any]) -> None:
    mapper = a_mapper({"UF_TITLE": "{{ title | default(none) }}", "UF_ALL": "{{ variables | length }}"})
    try:
        draft = mapper.draft(fetched(variables=variables))
    except MappingFault:
        return
    json.dumps(draft.fields, allow_nan=False, ensure_ascii=False, default=number_of).encode()
    assert draft.fields.items() >= TIES.items()
    assert draft == mapper.draft(fetched(variables=variables))


LIVE = "[USER=1]x[/USER] #now"


@pytest.mark.parametrize(
    "template", ["{{ words }}", "note: {{ words }}", ["{{ words }}"], "{{ [words] }}", "{{ {'a': words}.a }}"]
)
@pytest.mark.parametrize("field", ["title", "description", "tags", "uf_note", "UF_RESULT_QUESTION"])
def test_nothing_from_a_variable_comes_alive_in_any_text_that_people_read(field: str, template: Any) -> None:
    if field in ("title", "description") and (isinstance(template, list) or template == "{{ [words] }}"):
        return  # a list is no text there
    sent = json.dumps(drafted({field: template}, words=LIVE)[field.upper()], ensure_ascii=False)

    assert "[" + INVISIBLE + "USER" in sent
    assert "[" + INVISIBLE + "/USER" in sent
    assert " #now" not in sent


def test_neither_does_it_in_a_variable_of_the_fields_name_or_in_the_steps_question() -> None:
    task = fetched(
        variables={"tags": [LIVE], "title": LIVE, "ufResultQuestion": LIVE, "UF_RESULT_EXPECTED": "1"},
    )
    fields = a_mapper().draft(task).fields

    for name in ("TAGS", "TITLE", "UF_RESULT_QUESTION"):
        assert "[USER" not in str(fields[name])
        assert " #now" not in str(fields[name])


def test_what_the_templates_author_wrote_stays_alive_in_the_portals_own_fields() -> None:
    own = drafted({"uf_note": "[B]{{ e }}[/B]", "uf_other": "{{ e | bbcode }}", "tags": ["[B]"]}, e="[I]")

    assert own["UF_NOTE"] == f"[B][{INVISIBLE}I][/B]"
    assert (own["UF_OTHER"], own["TAGS"]) == ("[I]", ["[B]"])


def test_a_field_of_the_portal_keeps_the_type_of_its_value() -> None:
    own = drafted({"uf_a": "{{ a }}", "uf_b": "{{ b }}", "uf_c": "{{ c }}"}, a=5, b=True, c=["x", 2])

    assert (own["UF_A"], own["UF_B"], own["UF_C"]) == (5, "1", ["x", 2])


@pytest.mark.parametrize("field", ["tags", "auditors", "accomplices", "uf_list"])
def test_a_list_without_end_is_refused_by_its_length_and_never_cut(field: str) -> None:
    several = [str(number) for number in range(1, MOST_ENTRIES + 1)]
    assert len(drafted({field: "{{ many }}"}, many=several)[field.upper()]) == MOST_ENTRIES

    fault = fault_of({field: "{{ many }}"}, many=[*several, "501"])
    assert f"at most {MOST_ENTRIES} entries" in str(fault)


def test_texts_without_end_are_cut_where_people_see_it() -> None:
    task = fetched(variables={"UF_RESULT_EXPECTED": "1", "UF_RESULT_QUESTION": "?" * 100_000, "tags": ["t" * 1000]})
    fields = a_mapper({"uf_note": "{{ tags[0] * 1000 }}"}).draft(task).fields

    assert len(fields["UF_RESULT_QUESTION"]) == QUESTION_CHARACTERS
    assert len(fields["TAGS"][0]) == TAG_CHARACTERS
    assert len(fields["UF_NOTE"].encode()) <= DESCRIPTION_BYTES
    assert all(text.endswith("…") for text in (fields["UF_RESULT_QUESTION"], fields["TAGS"][0], fields["UF_NOTE"]))


@pytest.mark.parametrize("nothing", [0, "0", " 0 ", 0.0, "", None])
@pytest.mark.parametrize("name", ["groupId", "parentId"])
def test_no_group_and_no_parent_may_be_written_as_the_portal_writes_it(nothing: Any, name: str) -> None:
    assert drafted(None, **{name: nothing}) == ALWAYS
    assert drafted({"group_id": "{{ group }}", "parent_id": "{{ group }}"}, group=nothing) == ALWAYS
    assert "responsibleId" in str(fault_of(responsibleId=0))  # a person is no matter of "none"


@pytest.mark.parametrize(
    ("value", "sent"),
    [
        ("n10", ["n10"]),
        ("n10; n5", ["n10", "n5"]),
        ('["n10", "n5"]', ["n10", "n5"]),
        (["n10"], ["n10"]),
    ],
)
@pytest.mark.parametrize("field", ["UF_TASK_WEBDAV_FILES", "uf_task_webdav_files"])
def test_what_the_portal_takes_as_a_list_only_is_one(value: object, sent: list[str], field: str) -> None:
    assert drafted({field: "{{ x }}"}, x=value)[field.upper()] == sent
    assert field.upper() not in drafted({field: "{{ x }}"}, x="")


def test_texts_are_written_in_the_language_of_the_log() -> None:
    variables = {"title": True, "description": FileVariable("договор.pdf"), "flag": False}
    fields = (
        a_mapper({"uf_note": "[{{ flag }}]", "uf_flag": "{{ flag }}"}, language="ru")
        .draft(fetched(variables=variables))
        .fields
    )
    assert (fields["TITLE"], fields["DESCRIPTION"]) == ("да", "договор.pdf")
    assert (fields["UF_NOTE"], fields["UF_FLAG"]) == ("[нет]", "0")


@pytest.mark.parametrize("field", ["deadline", "priority", "groupId", "responsibleId"])
def test_a_file_that_a_field_does_not_take_is_called_a_file(field: str) -> None:
    fault = fault_of(None, **{"responsibleId": 7, field: FileVariable("contract.pdf")})
    assert fault.place == f"{field} = File contract.pdf"


@pytest.mark.parametrize(
    "template", ["{{ order.title }}", "{{ scan }}", "x{{ order.title ~ '' }}", "{{ note | fromjson }}"]
)
@pytest.mark.parametrize("field", ["title", "description", "tags", "uf_note", "auditors"])
def test_what_is_no_value_is_a_fault_that_names_the_field(template: str, field: str) -> None:
    fault = fault_of({field: template}, order="A-7", scan=b"%PDF", note="no JSON")
    assert fault.field == field


@pytest.mark.parametrize("name", ["UF_RESULT_ANSWER", "uf_result_answer"])
def test_a_task_is_never_made_with_its_answer(name: str) -> None:
    assert "created with an answer" in fault_of({name: "ДА"}).reason.en


@pytest.mark.parametrize("name", ["STATUS", "REAL_STATUS", "CLOSED_DATE", "status"])
def test_a_task_is_never_made_closed(name: str) -> None:
    assert "no such task field" in fault_of({name: 5}).reason.en


@pytest.mark.parametrize("said", ["false", "нет", False, "0", ""])
def test_an_expectation_that_is_a_no_is_a_no_on_the_portal_too(said: object) -> None:
    assert drafted({"UF_RESULT_EXPECTED": "{{ asks }}"}, asks=said).get("UF_RESULT_EXPECTED") in ("0", None)
    assert drafted({"UF_RESULT_EXPECTED": "{{ asks }}"}, asks="да")["UF_RESULT_EXPECTED"] == "1"


@pytest.mark.parametrize(
    ("given", "sent"), [("false", "0"), (" True ", "1"), (["true", "x"], ["1", "x"]), ("no", "no")]
)
def test_a_boolean_in_a_text_is_one_in_the_portals_own_fields(given: object, sent: object) -> None:
    assert drafted({"UF_URGENT": "{{ urgent }}"}, urgent=given)["UF_URGENT"] == sent


@pytest.mark.parametrize("value", ["Pay ${amount}?", "#{amount}", "Pay {{ amount }}?"])
@pytest.mark.parametrize("name", ["UF_RESULT_QUESTION", "ufResultExpected", "waitForCompletion", "note"])
def test_an_expression_in_an_extension_property_is_never_used_as_it_is_written(name: str, value: str) -> None:
    properties = {"UF_RESULT_EXPECTED": "true", name: value}
    mapper = a_mapper({"description": "{{ properties.note | default('') }}"})
    with pytest.raises(MappingFault, match=rf"properties\.{name} .* Make it an input parameter"):
        mapper.draft(fetched(extension_properties=properties))


def test_an_expression_in_a_property_that_nobody_reads_is_none_of_our_business() -> None:
    properties = {"theirs": "${amount}", "UF_RESULT_QUESTION": "Pay $5 {net}?", "UF_RESULT_EXPECTED": "true"}
    assert a_mapper().draft(fetched(extension_properties=properties))


@pytest.mark.parametrize(("given", "asked"), [(2026, "2026"), (None, None), (" ", None), (True, "yes")])
def test_a_question_of_another_type_than_text_is_asked_too(given: object, asked: str | None) -> None:
    fields = drafted(UF_RESULT_EXPECTED=True, UF_RESULT_QUESTION=given)
    assert fields.get("UF_RESULT_QUESTION") == asked


@pytest.mark.parametrize("given", [UnreadableVariable("q", "Object", unchanged("Java")), {"a": 1}, ["a"]])
def test_a_question_that_cannot_be_read_is_a_fault(given: object) -> None:
    assert fault_of(UF_RESULT_EXPECTED=True, UF_RESULT_QUESTION=given).field == "UF_RESULT_QUESTION"


@pytest.mark.parametrize("given", ["[договор, срочно]", "['a', 'b']"])
def test_a_list_as_java_or_python_prints_it_gives_no_tags(given: str) -> None:
    assert fault_of(tags=given).field == "tags"
    assert drafted(tags="[срочно], a")["TAGS"] == ["[срочно]", "a"]
    assert drafted(tags='["a", "b"]')["TAGS"] == ["a", "b"]


@pytest.mark.parametrize("name", ["", " ", "decision ", " decision", "de cision", "1st", "a\nb", "${decision}", "-"])
def test_an_answer_that_would_go_into_a_variable_that_no_gateway_reads_is_asked_of_nobody(name: str) -> None:
    wait = {"answer_variable": "{{ where }}"}
    mapper = a_mapper({"UF_RESULT_EXPECTED": "true"}, wait=wait)
    with pytest.raises(MappingFault, match="is not a valid variable name"):
        mapper.draft(fetched(variables={"where": name}))
    assert mapper.draft(fetched(variables={"where": "Решение_1.a-b"})).fields["UF_RESULT_EXPECTED"] == "1"


def test_the_name_of_a_group_is_taken_as_it_is() -> None:
    """It is compared, not shown: what makes BBCode harmless would make it another name."""
    assert drafted({}, groupId="[B]Проект #1[/B]")["GROUP_ID"] == GroupNamed("[B]Проект #1[/B]")
    assert drafted({"group_id": "{{ g }}"}, g="Проект #1")["GROUP_ID"] == GroupNamed("Проект #1")


@pytest.mark.parametrize(
    ("letters", "loops", "fits"), [(255, (), True), (256, (), False), (126, (3,), True), (127, (3,), False)]
)
def test_an_answer_is_not_asked_for_whose_variable_the_engine_cannot_store(
    letters: int, loops: tuple[int, ...], *, fits: bool
) -> None:
    """In a multi-instance the name of its own is step, name and number: 126 + 1 + 126 + 1 + 1."""
    step = fetched(activity_id="a" * letters, loops=loops)
    mapper = a_mapper()
    if fits:
        assert mapper.answer_variable(step) == "a" * letters
        return
    with pytest.raises(MappingFault, match="more than 255 characters"):
        mapper.answer_variable(step)
