"""Templates see values and never Python: what is printed reads as a person writes it, and what is no value fails."""

from __future__ import annotations

import json
import math
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from bitrix.questionnaires import Question, Questionnaire
from bitrix.task_states import ChecklistItem
from worker.engine.variables import encode
from worker.mapping.template_values import TemplateFault, Values, attributes_of
from worker.mapping.templates import Templates
from worker.model import ClosedTask, Ending, FileVariable, PortalTask

FILE = FileVariable("договор.pdf", "application/pdf")
CONTEXT: dict[str, Any] = {
    "order": {"items": ["бумага", "перо"], "values": 3, "get": None, "title": "Заказ", "paid": True},
    "bare": {"sum": 5},
    "name": "Анна",
    "flag": True,
    "off": False,
    "nothing": None,
    "flags": [True, None, "текст", 2.5, [1, False]],
    "rows": [{"items": "a", "n": 1}, {"items": "b", "n": 2}],
    "contract": FILE,
    "scan": b"%PDF",
    "day": datetime(2026, 1, 2, tzinfo=UTC),
    "task": PortalTask(42, "https://portal/42"),
    "variables": Values({"items": ["одна"], "x": 1}),
}


def shown(template: str, language: Any = "ru") -> Any:
    """What a template gives amid a text: never the value itself."""
    return Templates(language).value(f">{template}<", CONTEXT)[1:-1]


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("{{ order.items }}", "бумага, перо"),
        ("{{ order.values }}{{ order.get }}{{ order.title }}", "3Заказ"),
        ("{{ order['items'] | join('; ') }}", "бумага; перо"),
        ("{{ rows | map(attribute='items') }}", "a, b"),
        ("{{ rows | map(attribute='items') | join('/') }}", "a/b"),
        ("{{ rows | join(', ', 'items') }}", "a, b"),
        ("{{ rows | selectattr('items', 'equalto', 'b') | map(attribute='n') }}", "2"),
        ("{% for key, value in bare.items() %}{{ key }}={{ value }}{% endfor %}", "sum=5"),
        ("{% for key, value in order.items() %}{{ key }} {% endfor %}", "items values get title paid "),
        ("{% for key in variables.keys() %}{{ key }} {% endfor %}", "items x "),
        ("{{ variables.items }}", "одна"),
        ("{{ bare.keys() }}", "sum"),
        ("{{ name.upper() }} {{ 'a,b'.split(',') }}", "АННА a, b"),
        ("{{ 'Это {}: {}'.format(name, flag) }}", "Это Анна: да"),
        ("{{ '{0[sum]:03d}'.format(bare) }}", "005"),
        ("{{ '{x}{y!r}'.format_map({'x': flag, 'y': 'n'}) }}", "даn"),
        ("{{ range(3) }}", "0, 1, 2"),
    ],
)
def test_a_key_goes_before_a_method_and_a_call_means_the_method(template: str, text: str) -> None:
    assert shown(template) == text


@pytest.mark.parametrize(
    "template",
    [
        "{{ bare.items }}",
        "{{ bare['items'] }}",
        "{{ name.title }}",
        "{{ name.title ~ '!' }}",
        "{{ name.upper | string }}",
        "{{ '%s' % name.upper }}",
        "{{ '%s' | format(name.upper) }}",
        "{{ '{}'.format(name.upper) }}",
        "{{ [name.upper] }}",
        "{{ [name.upper] | join }}",
        "{{ {'k': name.upper} | tojson }}",
        "{{ name.title | default('x') }}",
        "{% if name.title %}{% endif %}",
        "{% if name.title == 'x' %}{% endif %}",
        "{% if name.title is defined %}{% endif %}",
        "{{ name.title | length }}",
        "{{ flags.index }}",
        "{% for x in bare.items %}{% endfor %}",
    ],
)
def test_a_method_that_is_not_called_is_no_value(template: str) -> None:
    for source in (template, f">{template}<"):
        with pytest.raises(TemplateFault) as caught:
            Templates().value(source, CONTEXT)
        assert caught.value.kind == "method"
        assert str(caught.value.detail) in template


@pytest.mark.parametrize(
    ("template", "kind"),
    [
        ("{{ scan }}", "bytes"),
        ("{{ 'n' ~ scan }}", "bytes"),
        ("{{ [scan] }}", "bytes"),
        ("{{ {'k': scan} }}", "bytes"),
        ("{{ scan | upper }}", "bytes"),
        ("{{ task }}", "no_value"),
        ("{{ range }}", "no_value"),
        ("{{ 'n' ~ dict }}", "no_value"),
        ("{{ namespace(a=1) }}", "no_value"),
        ("{% for x in flags %}{{ loop }}{% endfor %}", "no_value"),
    ],
)
def test_what_is_no_value_cannot_be_printed(template: str, kind: str) -> None:
    with pytest.raises(TemplateFault) as caught:
        shown(template)
    assert caught.value.kind == kind


@pytest.mark.parametrize(
    ("template", "ru", "en"),
    [
        ("{{ flag }} {{ off }} {{ nothing }}", "да нет ", "yes no "),
        ("{{ flags }}", "да, , текст, 2.5, 1, нет", "yes, , текст, 2.5, 1, no"),
        ("{{ flags | join(';') }}", "да;;текст;2.5;1, нет", "yes;;текст;2.5;1, no"),
        ("{{ 'x' ~ flag ~ nothing ~ 1 ~ day }}", "xда12026-01-02T00:00:00+00:00", "xyes12026-01-02T00:00:00+00:00"),
        ("{{ flag | upper }}{{ nothing | title }}", "ДА", "YES"),
        ("{{ '%s %d' % (flag, 7) }}", "да 7", "yes 7"),
        ("{{ '%(a)s' % {'a': off} }}", "нет", "no"),
        ("{{ '%s' | format(flag) }}", "да", "yes"),
        ("{{ 'x' | replace('x', flag) }}", "да", "yes"),
        ("{{ flags | map('string') | join(';') }}", "да;;текст;2.5;1, нет", "yes;;текст;2.5;1, no"),
        ("{{ contract }}/{{ contract ~ '' }}/{{ contract.mimetype }}", "договор.pdf/договор.pdf/application/pdf", None),
        ("{{ bare }}", '{"sum": 5}', None),
        ("{{ ({'b': 1, 'a': 2}.keys() | list) }}", "b, a", None),
        ("{{ true ~ '' }}", "да", "yes"),
    ],
)
def test_values_read_as_a_person_writes_them(template: str, ru: str, en: str | None) -> None:
    assert shown(template) == ru
    assert shown(template, "en") == (ru if en is None else en)


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (1000000.0, "1000000"),
        (-2.0, "-2"),
        (-0.0, "0"),
        (0.1 + 0.2, "0.3"),
        (2.5, "2.5"),
        (1234567.89, "1234567.89"),
        (1e16, "10000000000000000"),
        (9007199254740994.0, "9007199254740994"),
        (0.00001, "0.00001"),
        (1.5e-7, "0.00000015"),
        (1e300, "1E+300"),
        (1e-300, "1E-300"),
        (Decimal("1E+6"), "1000000"),
        (Decimal("10.10"), "10.10"),
        (12345678901234567890, "12345678901234567890"),
    ],
)
def test_a_number_reads_as_a_person_writes_it(number: object, text: str) -> None:
    for template in (
        "{{ x }} €",
        "{{ x ~ ' €' }}",
        "{{ '%s €' | format(x) }}",
        "{{ '%s €' % x }}",
        "{{ '{} €'.format(x) }}",
    ):
        assert Templates("ru").value(template, {"x": number}) == f"{text} €"
    assert Templates("ru").value("{{ [x] }} €", {"x": number}) == f"{text} €"


@pytest.mark.parametrize("number", [1000000.0, 0.1 + 0.2, 1e300])
def test_json_keeps_a_number_exactly(number: float) -> None:
    told = Templates().value("Sum: {{ x | tojson }}", {"x": number})
    assert json.loads(told.removeprefix("Sum: ")) == number
    assert told == f"Sum: {json.dumps(number)}"


@pytest.mark.parametrize("number", [Decimal("NaN"), Decimal("Infinity"), math.nan, -math.inf])
def test_no_number_is_printed_for_one(number: object) -> None:
    for template in ("{{ x }} €", "{{ '%s' % x }}"):
        with pytest.raises(TemplateFault) as caught:
            Templates().value(template, {"x": number})
        assert caught.value.kind == "no_value"


def test_a_form_that_is_asked_for_is_kept() -> None:
    assert Templates().value("{{ '%.2f %d %5.1f|' % (x, x, x) }}", {"x": 1000000.0}) == "1000000.00 1000000 1000000.0|"
    assert Templates().value("{{ '{:.3f}'.format(x) }}", {"x": 0.1 + 0.2}) == "0.300"


@pytest.mark.parametrize("value", [True, None, [True, None], {"a": False}, b"%PDF", FILE, 2.5])
def test_what_a_value_prints_changes_nothing_about_the_value_itself(value: object) -> None:
    assert Templates("ru").value("{{ x }}", {"x": value}) == value


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("{{ {'имя': 'Анна & <Co>', 'd': day, 'f': contract} | tojson }}",
         '{"d": "2026-01-02T00:00:00+00:00", "f": "договор.pdf", "имя": "Анна & <Co>"}'),
        ("{{ flags | tojson }}", '[true, null, "текст", 2.5, [1, false]]'),
        ("{{ rows | map(attribute='n') | tojson }}", "[1, 2]"),
        ("{{ variables | tojson }}", '{"items": ["одна"], "x": 1}'),
        ("{{ ('{\"a\": [1, true]}' | fromjson).a }}", "1, да"),
        ("{{ (order | fromjson).title }}", "Заказ"),
    ],
)  # fmt: skip
def test_json_is_written_as_people_read_it_and_can_be_read(template: str, text: str) -> None:
    assert shown(template) == text


@pytest.mark.parametrize("text", ["", "{", "nothing", "NaN", "[" * 100_000])
def test_what_is_no_json_is_a_fault_that_says_so(text: str) -> None:
    with pytest.raises(TemplateFault) as caught:
        Templates().value("{{ text | fromjson }}", {"text": text})
    assert caught.value.kind == "not_json"
    assert Templates().value("{{ '[1]' | fromjson }}", {}) == [1]


def test_a_fault_about_the_task_names_what_there_is() -> None:
    closed = ClosedTask(42, "u", Ending.COMPLETED)
    for task, known in ((closed, "answer"), (PortalTask(42, "u"), "wait_for_close")):
        for template in ("{{ task.answr }}", "{{ task['answr'] }}"):
            with pytest.raises(TemplateFault) as caught:
                Templates().value(template, {"task": task})
            assert caught.value.kind == "undefined"
            assert "answr" in str(caught.value.detail)
            assert known in str(caught.value.detail)
            assert "object" not in str(caught.value.detail)
    assert Templates().value("{{ task.answer | default('-', true) }}", {"task": closed}) == "-"
    assert Templates().value("{{ task.answer | default('-') }}", {"task": PortalTask(42, "u")}) == "-"


ENDED = ClosedTask(
    42,
    "u",
    Ending.COMPLETED,
    7,
    "2026-01-02T00:00:00+00:00",
    ("ДА",),
    "paid",
    (ChecklistItem("signed", done=True), ChecklistItem("sent", done=False)),
    {"ACCOMPLICES": ["3"], "UF_CONTRACT": {"id": 5}},
    (Questionnaire("Q", "Vote", (Question("A", "Agree?", "boolean", "Y"),), {}),),
)


@pytest.mark.parametrize("name", attributes_of(ClosedTask))
def test_whatever_is_known_of_a_closed_task_can_be_given_out_as_a_result(name: str) -> None:
    template = f"{{{{ task.{name} | default('') }}}}"
    encode({"result": Templates().value(template, {"task": ENDED})})
    json.loads(Templates().value(f"{{{{ task.{name} | tojson }}}}", {"task": ENDED}))
    assert Templates().value(f"{{{{ task.{name} }}}}!", {"task": ENDED}).endswith("!")


def test_the_items_of_a_checklist_are_mappings_that_loops_and_filters_read_as_before() -> None:
    context = {"task": ENDED}
    items = [{"title": "signed", "done": True}, {"title": "sent", "done": False}]
    assert Templates().value("{{ task.checklist | default('') }}", context) == items
    done = "{{ task.checklist | selectattr('done') | map(attribute='title') | join(', ') }}"
    assert Templates().value(done, context) == "signed"
    assert Templates().value("{% for it in task.checklist %}{{ it.title }}{% endfor %}", context) == "signedsent"
    assert Templates().value("{{ task.checklist[0].done }}", context) is True


def test_nothing_by_chance_so_that_the_same_task_gives_the_same_draft() -> None:
    with pytest.raises(TemplateFault) as caught:
        Templates().compile("{{ [1, 2] | random }}")
    assert caught.value.kind == "syntax"
