"""Conditions of templates: a boolean is often a text, because forms and constant parameters give one."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from worker.mapping.template_values import TemplateFault
from worker.mapping.templates import Templates

NO = ("false", "False", " FALSE ", False, None, "", 0)
YES = ("true", " True", True, "нет", "0", "no", 1, "falsehood")
CONDITIONS = (
    "{% if urgent %}1{% endif %}",
    "{% if a %}1{% elif urgent %}1{% endif %}",
    "{{ 1 if urgent else '' }} ",
    "{% if not urgent %}{% else %}1{% endif %}",
    "{% if urgent and b %}1{% endif %}",
    "{% if b and urgent %}1{% endif %}",
    "{% if a or urgent %}1{% endif %}",
    "{% if urgent or a %}1{% endif %}",
    "{% for x in [1] if urgent %}1{% endfor %}",
    "{% for x in [urgent] if x %}1{% endfor %}",
    "{% macro m(x) %}{% if x %}1{% endif %}{% endmacro %}{{ m(urgent) }}",
    "{% set x = urgent %}{% if (x) %}1{% endif %}",
)


def shown(template: str, urgent: Any) -> str:
    return str(Templates("en").value(f">{template}<", {"urgent": urgent, "a": False, "b": True}))[1:-1].strip()


@pytest.mark.parametrize("template", CONDITIONS)
def test_a_text_false_is_false_in_every_condition(template: str) -> None:
    assert {value: shown(template, value) for value in NO} == dict.fromkeys(NO, "")
    assert {value: shown(template, value) for value in YES} == dict.fromkeys(YES, "1")


@pytest.mark.parametrize(
    ("expression", "of_true", "of_false"),
    [
        ("urgent == true", "yes", "no"),
        ("true == urgent", "yes", "no"),
        ("urgent != true", "no", "yes"),
        ("urgent is true", "yes", "no"),
        ("urgent is false", "no", "yes"),
        ("urgent == 'false'", "no", "yes"),
        ("urgent", "true", "false"),
        ("urgent ~ 1", "true1", "false1"),
    ],
)
def test_compared_with_a_boolean_a_text_is_one_and_elsewhere_it_stays_a_text(
    expression: str, of_true: str, of_false: str
) -> None:
    template = f"{{{{ {expression} }}}} "
    assert (shown(template, "true"), shown(template, "false")) == (of_true, of_false)


def test_a_lone_condition_keeps_the_type_of_what_it_chooses() -> None:
    assert Templates().value("{{ 2 if urgent else 1 }}", {"urgent": "false"}) == 1


@pytest.mark.parametrize(("word", "says"), [("нет", False), ("0", False), ("N", False), ("да", True), ("Y", True)])
def test_the_filter_yes_reads_every_word_for_yes_and_no(word: str, says: bool) -> None:
    assert Templates().value("{{ urgent | yes }}", {"urgent": word}) is says
    assert shown("{% if urgent | yes %}1{% endif %}", word) == ("1" if says else "")


@pytest.mark.parametrize("word", ["срочно", [1]])
def test_the_filter_yes_refuses_what_is_neither(word: object) -> None:
    with pytest.raises(TemplateFault) as caught:
        shown("{{ urgent | yes }}", word)
    assert caught.value.kind == "no_yes"
    with pytest.raises(TemplateFault):
        Templates().value("{{ absent | yes }}", {})


def test_what_is_no_value_fails_in_a_condition_too() -> None:
    for template in ("{% if order.items %}1{% endif %}", "{% if absent %}1{% endif %}"):
        with pytest.raises(TemplateFault):
            Templates().value(template, {"order": {}})


@pytest.mark.parametrize(
    ("expression", "given"),
    [
        ("urgent == 5", "5"),
        ("5 != urgent", " 5.0 "),
        ("urgent > '100'", "99"),
        ("urgent <= '1e3'", "-7"),
        ("1 if urgent == 5 else 0", "5"),
    ],
)
def test_a_number_in_a_text_is_never_compared_by_its_letters(expression: str, given: str) -> None:
    with pytest.raises(TemplateFault) as caught:
        Templates().value(f"{{{{ {expression} }}}}", {"urgent": given})
    assert caught.value.kind == "number_in_text"


@pytest.mark.parametrize(
    ("expression", "given", "says"),
    [
        ("urgent == '5'", "5", True),
        ("urgent == 5", 5.0, True),
        ("urgent == 5", "five", False),
        ("urgent == 5", None, False),
        ("urgent | float > 100", "99", False),
        ("1 < urgent < 9", 5, True),
        ("urgent > 'a'", "b", True),
        ("'5' in urgent", ["5"], True),
        ("urgent == flag", "true", True),
    ],
)
def test_what_is_compared_as_meant_is_no_fault(expression: str, given: object, *, says: bool) -> None:
    assert Templates().value(f"{{{{ {expression} }}}}", {"urgent": given, "flag": True}) is says


@pytest.mark.parametrize(
    "template",
    [
        "{% for n in names %}{{ n }}{% endfor %}",
        "{% for n in names if n %}{{ n }}{% endfor %}",
        "{{ names | join(', ') }}",
    ],
)
def test_a_text_is_never_taken_for_a_list_of_letters(template: str) -> None:
    with pytest.raises(TemplateFault) as caught:
        Templates().value(f">{template}", {"names": "Иванов"})
    assert caught.value.kind == "no_list"
    assert Templates().value(f">{template}", {"names": ["Иванов"]}) == ">Иванов"


@pytest.mark.parametrize("name", ["int", "float"])
@pytest.mark.parametrize("given", ["12a", "высокий", None, "", [1]])
def test_what_is_no_number_is_never_taken_for_nought(name: str, given: object) -> None:
    with pytest.raises(TemplateFault) as caught:
        Templates().value(f"{{{{ x | {name} }}}}", {"x": given})
    assert caught.value.kind == "no_number"
    assert Templates().value(f"{{{{ x | {name}(7) }}}}", {"x": given}) == 7
    assert Templates().value(f"{{{{ x | {name} }}}}", {"x": " 12 "}) == 12


def test_a_default_is_taken_for_null_too() -> None:
    for template in ("{{ x | default(5) }}", "{{ x | d(5) }}", "{{ absent | default(5) }}"):
        assert Templates().value(template, {"x": None}) == 5
    assert Templates().value("{{ x | default(5) }}", {"x": 0}) == 0
    assert Templates().value("{{ x | default(5, true) }}", {"x": ""}) == 5


@pytest.mark.parametrize("number", [float("nan"), float("inf")])
def test_what_is_no_finite_number_is_never_printed(number: float) -> None:
    with pytest.raises(TemplateFault):
        Templates().value("> {{ x }}", {"x": number})


@pytest.mark.parametrize(
    "value", ["2026-09-30", "30.09.2026 18:00", "P2D", "2 рабочих дня", datetime(2026, 9, 30, tzinfo=UTC)]
)
def test_the_filter_date_passes_on_what_a_date_field_takes(value: object) -> None:
    for template in ("{{ deadline | date('') }}", "{{ deadline | date }}"):
        assert Templates().value(template, {"deadline": value}) == value


@pytest.mark.parametrize("value", ["soon", "", None, 20260930, True, ["2026-09-30"], "30.13.2026"])
def test_the_filter_date_gives_its_replacement_for_anything_else(value: object) -> None:
    assert Templates().value("{{ deadline | date('') }}", {"deadline": value}) == ""
    assert Templates().value("{{ deadline | date(other) }}", {"deadline": value, "other": "P1D"}) == "P1D"
    with pytest.raises(TemplateFault) as caught:
        Templates().value("{{ deadline | date }}", {"deadline": value})
    assert caught.value.kind == "no_date"


def test_the_filter_date_takes_a_missing_variable_for_no_date() -> None:
    assert Templates().value("{{ deadline | date('') }}", {}) == ""
    with pytest.raises(TemplateFault) as caught:
        Templates().value("{{ deadline | date }}", {})
    assert caught.value.kind == "undefined"
