"""What a step's checklists may look like, and that each fault names its place."""

from __future__ import annotations

import contextlib
import json
from typing import Any

import pytest

from tests.support.builders import fetched
from tests.unit.mapping.test_mapping import a_mapper
from worker.config.templates import template_faults
from worker.mapping.checklists import ChecklistItem
from worker.mapping.faults import MappingFault
from worker.mapping.unfit import EXPECTED, MOST_ENTRIES
from worker.words.phrase import LANGUAGES

LISTS = [{"title": "Documents", "items": ["passport", {"title": "contract", "important": True, "items": ["scan"]}]}]
READ = [
    ChecklistItem("Documents", (ChecklistItem("passport"), ChecklistItem("contract", (ChecklistItem("scan"),), True)))
]


def lists(template: Any = None, variables: dict[str, Any] | None = None, **properties: str) -> Any:
    task = fetched(variables=variables or {}, extension_properties=properties)
    return a_mapper({} if template is None else {"checklists": template}).draft(task).fields.get("CHECKLISTS")


@pytest.mark.parametrize("value", [LISTS, LISTS[0], json.dumps(LISTS)])
def test_a_checklist_comes_from_configuration_variable_or_property(value: Any) -> None:
    assert lists("{{ x }}", {"x": value}) == READ
    assert lists(value) == READ
    assert lists(None, {"checklists": value}) == READ
    assert lists(None, checklists=json.dumps(LISTS)) == READ


def test_the_form_of_the_old_converter_is_read() -> None:
    old = '[{"name": "Проверка", "items": ["паспорт", "договор"]}]'
    assert lists(None, checklists=old) == [
        ChecklistItem("Проверка", (ChecklistItem("паспорт"), ChecklistItem("договор")))
    ]


def test_the_configuration_goes_before_the_variable_and_the_variable_before_the_property() -> None:
    def titled(title: str) -> str:
        return json.dumps([{"title": title, "items": ["x"]}])

    every: dict[str, Any] = {"variables": {"checklists": titled("variable")}, "checklists": titled("property")}
    assert lists(titled("configuration"), **every)[0].title == "configuration"
    assert lists(None, **every)[0].title == "variable"
    assert lists(None, checklists=titled("property"))[0].title == "property"


def test_templates_fill_titles_at_every_level_and_values_are_harmless() -> None:
    template = [
        {"title": "For {{ who }}", "items": ["{{ item }}", {"title": "x", "items": ["{{ item }}"]}, "{{ none }}"]}
    ]
    [made] = lists(template, {"who": "Ann", "item": "[b]bold[/b] #tag", "none": ""})
    titles = [one.title for one in made.all()]
    assert titles[0] == "For Ann"
    assert len(titles) == 4  # the blank item is none
    assert "[b]" not in titles[1]
    assert " #tag" not in titles[1]
    assert titles[1] == titles[3]


def test_a_title_of_several_lines_or_too_long_fits_the_portal() -> None:
    [made] = lists([{"title": "a\nb", "items": ["x" * 300, 42]}])
    assert made.title == "a b"
    assert len(made.items[0].title) == 255
    assert made.items[1].title == "42"


@pytest.mark.parametrize("nothing", ["", [], None, [{"title": "empty", "items": []}], [None, ""]])
def test_without_items_there_is_no_checklist(nothing: Any) -> None:
    assert not lists("{{ x }}", {"x": nothing})


@pytest.mark.parametrize(
    ("bad", "place", "what"),
    [
        ("passport, contract", "passport, contract", '[{"title": "Documents"'),
        (7, "7", '[{"title": "Documents"'),
        (["passport"], "passport", '[{"title": "Documents"'),
        ([{"title": "A", "items": 7}], "1.items: 7", "items of a checklist: a list, or text"),
        ({}, "1: {}", "the title of an item"),
        ([{"title": "A", "items": ["x"]}, {"items": ["x"]}], '2: {"items": ["x"]}', "the title of an item"),
        ([{"title": "A", "items": ["x", {"title": ["y"]}]}], "1.2:", "the title of an item"),
        ([{"title": "A", "items": [{"titel": "x"}]}], "1.1: titel", "keys of a checklist"),
        ([{"title": "A", "name": "B", "items": ["x"]}], "1: title, name", "keys of a checklist"),
        (
            [{"title": "A", "items": [{"title": "B", "items": [{"title": "C", "items": ["x"]}]}]}],
            "1.1.1",
            "three levels",
        ),
        ([{"title": "A", "items": [{"title": "x", "important": "maybe"}]}], "1.1: maybe", "yes"),
        ([{"title": "A", "items": [{"title": "x", "auditors": "U5"}]}], "1.1: U5", "users' numbers"),
        ([{"title": "A", "items": ["x"] * MOST_ENTRIES}], "501 …", f"at most {MOST_ENTRIES}"),
    ],
)
def test_a_fault_names_the_place_and_what_is_expected(bad: Any, place: str, what: str) -> None:
    with pytest.raises(MappingFault) as caught:
        lists("{{ x }}", {"x": bad})
    assert caught.value.field == "checklists"
    assert place in caught.value.value
    assert what in caught.value.phrase.en


def test_an_item_in_place_of_a_checklist_is_quoted_as_written() -> None:
    with pytest.raises(MappingFault) as caught:
        lists("{{ x }}", {"x": ["passport", "contract"]})
    assert caught.value.value == "passport"


@pytest.mark.parametrize("items", ["passport, contract", "passport; contract", '["passport", "contract"]'])
def test_items_in_a_text_are_read_as_other_lists_are(items: str) -> None:
    [made] = lists([{"title": "A", "items": items}])
    assert [item.title for item in made.items] == ["passport", "contract"]


def test_the_example_in_the_message_is_itself_accepted() -> None:
    for language in LANGUAGES:
        said = EXPECTED["checklists"].in_(language)
        assert lists("{{ x }}", {"x": said[said.index("[") : said.rindex("]") + 1]})


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ('[{"title": "A", "items": ["a", "b"}]', "broken JSON, line 1, column 35: a comma is missing"),
        (
            '{"title": "A", "items": ["x"], "items": ["y"]}',
            'broken JSON: the name "items" stands twice, leave one',
        ),
        ("[{“title”: “A”}]", "broken JSON, line 1, column 3: the name of a field needs straight double quotes"),
    ],
)
def test_a_text_that_is_broken_json_is_told_where(text: str, why: str) -> None:
    for template, variables, properties in (
        (None, {}, {"checklists": text}),
        (None, {"checklists": text}, {}),
        ("{{ x }}", {"x": text}, {}),
    ):
        with pytest.raises(MappingFault) as caught:
            lists(template, variables, **properties)
        assert f"This text is {why}" in caught.value.phrase.en
        assert "Этот текст — JSON с ошибкой" in caught.value.phrase.ru


def test_a_property_that_is_no_json_is_named() -> None:
    with pytest.raises(MappingFault) as caught:
        lists(None, checklists="[{name: x}]")
    assert caught.value.field == "properties.checklists"


@pytest.mark.parametrize("levels", [190, 500, 900, 2000])
@pytest.mark.parametrize(
    ("opens", "closes"), [("[", ""), ("[", "]"), ('{"title":', "1}"), ('[{"title":"A","items":', "")]
)
def test_text_nested_too_deeply_is_an_error_in_the_task(opens: str, closes: str, levels: int) -> None:
    deep = opens * levels + closes * levels
    for template, variables, properties in (
        (None, {}, {"checklists": deep}),
        (None, {"checklists": deep}, {}),
        ("{{ x }}", {"x": deep}, {}),
    ):
        with pytest.raises(MappingFault):
            lists(template, variables, **properties)


@pytest.mark.parametrize("field", ["files", "tags", "accomplices"])
@pytest.mark.parametrize("levels", [190, 500, 900, 2000])
def test_a_list_nested_too_deeply_is_no_list(field: str, levels: int) -> None:
    deep = "[" * levels + "]" * levels
    with contextlib.suppress(MappingFault):
        a_mapper({field: "{{ x }}"}).draft(fetched(variables={"x": deep}))


def test_the_configuration_is_checked_before_any_task_needs_it() -> None:
    def told(checklists: Any) -> list[str]:
        return [problem.path for problem in template_faults({"t": {"task": {"checklists": checklists}}})]

    assert told(LISTS) == []
    assert told([{"title": "{{ a }}", "items": ["{{ b | default('') }}"]}]) == []
    assert told([{"title": "A", "items": ["{{ b"]}]) == ["topics.t.task.checklists"]
    assert told([{"title": "A", "item": ["x"]}]) == ["topics.t.task.checklists"]


@pytest.mark.parametrize(
    ("value", "told"),
    [('ООО "Ромашка"', True), ("a\nb", True), ("a\\d", True), ('ends with "', True), ("Romashka", False)],
)
def test_a_value_that_breaks_the_json_around_it_is_named_as_a_cause(value: str, told: bool) -> None:
    filled = f'[{{"title": "Docs {value}", "items": ["{value}"]}}]'
    with pytest.raises(MappingFault) if told else contextlib.nullcontext() as caught:
        lists(None, {"checklists": filled})
    if told:
        assert caught is not None
        assert "its value was filled in before the JSON is read" in caught.value.phrase.en
        assert "camunda:list" in caught.value.phrase.ru


def test_a_blank_item_keeps_the_places_of_those_behind_it() -> None:
    with pytest.raises(MappingFault, match=r"1\.2"):
        lists("{{ x }}", {"x": [{"title": "A", "items": [None, {"titel": "x"}]}]})


def test_a_list_that_is_cut_short_is_not_blamed_on_a_value() -> None:
    with pytest.raises(MappingFault) as caught:
        lists(None, {"checklists": '[{"title": '})
    assert "filled in" not in caught.value.phrase.en
