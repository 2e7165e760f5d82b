"""A template or a variable that cannot be used says why in one language, whatever the library behind it says."""

from __future__ import annotations

import pytest

from tests.support.two_languages import english_in, russian_in
from worker.engine.variables import EncodeError, decode, encode
from worker.mapping.faults import reason_of
from worker.mapping.template_values import TemplateFault
from worker.mapping.templates import Templates
from worker.model import ClosedTask, Ending, UnreadableVariable
from worker.words.phrase import Phrase

KNOWN = {
    "Jinja2",
    "Base64",
    "NaN",
    "JSON",
    "Java",
    "null",
    "true",
    "false",
    "and",
    "if",
    "for",
    "with",
    "raw",
    "in",
    "is",
}
NAMED = KNOWN | {
    "endif",
    "include",
    "import",
    "extends",
    "range",
    "loop",
    "call",
    "default",
    "fromjson",
    "String",
    "Json",
    "missing",
}
CONTEXT = {"x": "X", "d": {"a": 1}, "n": None, "l": [1, "a"], "task": ClosedTask(42, "u", Ending.COMPLETED)}
BROKEN = [
    ("{{ x", "нет }}"),
    ("a {{ x", "нет }}"),
    ("a\n{{ x", "строка 2: "),
    ("{% if x", "нет %}"),
    ("{{ x }", "скобка"),
    ("{{ }}", "не закончено"),
    ("a {{ x + }}", "не закончено"),
    ("{% if x %}a", "{% endif %}"),
    ("{% for a in l %}{% endif %}", "открыт блок «for»"),
    ("{% endif %}", "«endif»"),
    ("{% foo %}", "«foo»"),
    ("{{ x | uper }}", "возможно, «upper»"),
    ("{{ x | nofilter }}", "фильтра «nofilter» нет"),
    ("{{ x is nope_at_all }}", "проверки «nope_at_all» нет"),
    ("{{ l | map('uper') | list }}", "возможно, «upper»"),
    ("{{ 'a }}", "кавычка не закрыта"),
    ("{{ x ! }}", "«!»"),
    ("{{ a b }}", "лишнее"),
    ("b {{ a b }}", "лишнее"),
    ("{# x", "#}"),
    ("{% set 1 = 2 %}", "имени"),
    ("{% include 'x' %}", "не поддерживаются"),
    ("{{ x. }}", "после точки"),
    ("{{ f(a=1, 2) }}", "с именем"),
    ("{{ 'a\\x' }}", "удвойте"),
    ("{% for a b in l %}{% endfor %}", "нужно: in"),
    ("a {{ x | }}", "имя"),
    ("{{ absent }}", "«absent» не задана"),
    ("{{ d.absent }}", "«absent» нет, значение — объект JSON"),
    ("{{ n.x }}", "null"),
    ("{{ l[9] }}", "элемента 9 нет"),
    ("{{ [] | first }}", "список пуст"),
    ("{{ task.answr }}", "«answr»"),
    ("{{ 1 / 0 }}", "деление на ноль"),
    ("{{ 1 + none }}", "слева число, справа null"),
    ("{{ 'a' < 1 }}", "слева текст, справа число"),
    ("{{ x() }}", "скобки"),
    ("{{ 1 | length }}", "нужен список"),
    ("{% for a in 1 %}{% endfor %}", "нужен список"),
    ("{{ x | replace('a') }}", "аргументы"),
    ("{{ '%d' % 'a' }}", "строка формата"),
    ("{{ '{1}'.format(1) }}", "строка формата"),
    ("{{ range(1000000000) }}", "range"),
    ("{{ x.__class__ }}", "«__class__»"),
    ("{{ 9 ** 9999 }}", "бит"),
    ("{{ 'a' * 9999999999 }}", "результат операции *"),
    ("{{ '{' | fromjson }}", "столбец 2"),
    ("{{ '1 2' | fromjson }}", "лишний текст"),
    ("{{ 'NaN' | fromjson }}", "NaN"),
    ("{{ 1 | fromjson }}", "число"),
]
UNREADABLE = [
    ({"type": "String", "value": 1}, "текст, а пришло: число"),
    ({"type": "Long", "value": "x"}, "целое число"),
    ({"type": "Double", "value": "x"}, "нужно число"),
    ({"type": "Double", "value": {}}, "объект JSON"),
    ({"type": "Date", "value": "yesterday"}, "не дата"),
    ({"type": "Date", "value": "2026-13-01T00:00:00.000+0000"}, "не дата"),
    ({"type": "Date", "value": "2026-01-01T00:00:00"}, "смещения"),
    ({"type": "Date", "value": []}, "список"),
    ({"type": "Bytes", "value": "%%%"}, "Base64"),
    ({"type": "Bytes", "value": 1}, "текст"),
    ({"type": "Json", "value": "{"}, "в прямых двойных кавычках"),
    ({"type": "Json", "value": "[" * 300 + "]" * 300}, "уровней"),
    ({"type": "Json", "value": '["a'}, "кавычка не закрыта"),
    ({"type": "Json", "value": '{"a" 1}'}, "двоеточия"),
    ({"type": "Json", "value": "[1 2]"}, "запятой"),
    ({"type": "Json", "value": '"\t"'}, "табуляция"),
    ({"type": "Json", "value": '"\\q"'}, "недопустим"),
    ({"type": "Object", "value": "x"}, "сериализованный"),
    ({"type": "File", "value": None}, "без имени"),
    ({"type": "Shape", "value": 1}, "тип неизвестен"),
    ({"type": "String"}, "«value»"),
    ({"type": "Null", "value": 1}, "null"),
    ({"type": "Boolean", "value": "x"}, "true или false"),
]


def in_one_language(phrase: Phrase, words: str) -> None:
    assert words in phrase.ru
    assert english_in(phrase.ru, NAMED) == []
    assert russian_in(phrase.en) == []


@pytest.mark.parametrize(("template", "words"), BROKEN)
def test_a_template_says_why_in_one_language(template: str, words: str) -> None:
    with pytest.raises(TemplateFault) as caught:
        Templates().value(template, CONTEXT)
    assert isinstance(caught.value.detail, Phrase)
    in_one_language(caught.value.detail, words)
    assert caught.value.detail.ru in reason_of(caught.value.kind, caught.value.detail).ru


@pytest.mark.parametrize(("raw", "words"), UNREADABLE)
def test_a_variable_says_why_in_one_language(raw: dict[str, object], words: str) -> None:
    variable = decode({"v": raw})["v"]
    assert isinstance(variable, UnreadableVariable)
    in_one_language(variable.reason, words)


@pytest.mark.parametrize(
    "value", [2**70, float("nan"), [float("inf")], [object()], {(1, 2): 3}, object()], ids=lambda value: str(value)[:8]
)
def test_a_value_that_cannot_be_sent_says_why_in_one_language(value: object) -> None:
    with pytest.raises(EncodeError) as caught:
        encode({"v": value})
    in_one_language(caught.value.phrase, "переменную «v» нельзя передать движку")
