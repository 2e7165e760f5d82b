"""Numbers, dates and lists in texts: a template never goes by their letters without a word."""

from __future__ import annotations

from typing import Any

import pytest

from worker.mapping.faults import reason_of
from worker.mapping.template_values import TemplateFault
from worker.mapping.templates import Templates
from worker.words.phrase import LANGUAGES

CONTEXT: dict[str, Any] = {
    "net": "100",
    "vat": "20",
    "price": "1 500,50",
    "amounts": ["9", "10"],
    "mixed": ["9", 10],
    "n": 5,
    "five": "5",
    "ids": "106, 107",
    "json": '["106", 107]',
    "lines": "106\n107",
    "codes": "manager,boss",
    "number": "106",
    "first_day": "30.09.2026",
    "last_day": "01.10.2026 18:00",
    "rows": [{"ok": "false", "n": "9"}, {"ok": "true", "n": "10"}],
    "by_id": {"10": "a", "9": "b"},
    "name": "Иванов, Пётр",
    "title": "[СРОЧНО] Договор [1]",
    "iso": "2026-09-30",
    "day": "30",
    "month": "09",
    "phone": "9161234567",
    "words": ["б", "а"],
}


def value(expression: str) -> Any:
    return Templates("en").value(f"{{{{ {expression} }}}}", CONTEXT)


@pytest.mark.parametrize(
    ("expression", "kind", "detail"),
    [
        ("net + vat", "reckoned", "100 + 20"),
        ("net + vat + ' руб.'", "reckoned", "100 + 20"),
        ("net + n", "reckoned", "100 + 5"),
        ("'№' + n", "reckoned", "№ + 5"),
        ("five * 2", "reckoned", "5 * 2"),
        ("2 * five", "reckoned", "2 * 5"),
        ("price + vat", "reckoned", "1 500,50 + 20"),
        ("net - vat", "reckoned", "100 - 20"),
        ("net / n", "reckoned", "100 / 5"),
        ("net // n", "reckoned", "100 // 5"),
        ("net ** 2", "reckoned", "100 ** 2"),
        ("net % n", "reckoned", "100 % 5"),
        ("n % five", "reckoned", "5 % 5"),
        ("-five", "reckoned", "5"),
        ("five is even", "reckoned", "5"),
        ("five is divisibleby 5", "reckoned", "5 % 5"),
        ("amounts | sum", "reckoned", "0 + 9"),
        ("rows | sum(attribute='n')", "reckoned", "0 + 9"),
        ("five | round", "reckoned", "5"),
        ("five | abs", "reckoned", "5"),
        ("amounts | max", "number_in_text", "9, 10"),
        ("amounts | min", "number_in_text", "9, 10"),
        ("amounts | sort", "number_in_text", "9, 10"),
        ("mixed | sort", "number_in_text", "9, 10"),
        ("rows | sort(attribute='n')", "number_in_text", "9, 10"),
        ("rows | sort(attribute='ok,n')", "number_in_text", "9, 10"),
        ("rows | max(attribute='n')", "number_in_text", "9, 10"),
        ("rows | map(attribute='n') | max", "number_in_text", "9, 10"),
        ("rows | groupby('n')", "number_in_text", "9, 10"),
        ("by_id | dictsort", "number_in_text", "10, 9"),
        ("price > '1000'", "number_in_text", "1 500,50 > 1000"),
        ("price == 1500.5", "number_in_text", "1 500,50 == 1500.5"),
        ("'1' < five < '10'", "number_in_text", "1 < 5"),
        ("n in [five]", "number_in_text", "5 == 5"),
        ("five not in [5]", "number_in_text", "5 == 5"),
        ("five in ids", "no_list", "106, 107"),
        ("n is in [five]", "number_in_text", "5 == 5"),
        *(
            (f"net is {test} five", "number_in_text", f"100 {sign} 5")
            for test, sign in (
                ("lt", "<"),
                ("le", "<="),
                ("gt", ">"),
                ("ge", ">="),
                ("lessthan", "<"),
                ("greaterthan", ">"),
            )
        ),
        *(
            (f"five is {test} n", "number_in_text", f"5 {sign} 5")
            for test, sign in (("eq", "=="), ("equalto", "=="), ("ne", "!="))
        ),
        ("rows | selectattr('n', 'gt', 9) | list", "number_in_text", "9 > 9"),
        ("['5'] | reject('eq', 5) | list", "number_in_text", "5 == 5"),
        ("first_day > last_day", "date_in_text", "30.09.2026 > 01.10.2026 18:00"),
        ("[first_day, last_day] | max", "date_in_text", "30.09.2026, 01.10.2026 18:00"),
        *(
            (f"{text}{part}", "letter", CONTEXT[text])
            for text in ("ids", "json", "lines", "codes", "number")
            for part in ("[0]", "[-1]", ".0", " | first", " | last", " | reverse")
        ),
        ("[ids] | map(attribute=0) | list", "letter", "106, 107"),
        *(
            (f"{text}{part}", "no_list", CONTEXT[text])
            for text in ("ids", "json", "lines")
            for part in ("[:2]", "[1:]", " | length", " | count")
        ),
        *(
            (f"name | {through}", "no_list", CONTEXT["name"])
            for through in (
                "list",
                "sort",
                "unique | list",
                "max",
                "min",
                "batch(2) | list",
                "slice(2) | list",
                "map('upper') | list",
                "select | list",
                "reject | list",
                "groupby(0)",
                "sum",
            )
        ),
    ],
)
def test_a_number_or_list_in_a_text_is_never_read_by_its_letters(expression: str, kind: str, detail: str) -> None:
    with pytest.raises(TemplateFault) as caught:
        value(expression)
    assert (caught.value.kind, caught.value.detail) == (kind, detail)
    for language in LANGUAGES:
        assert "|" in (words := reason_of(kind, detail).in_(language)) or "split" in words or "Date" in words


@pytest.mark.parametrize(
    ("expression", "gives"),
    [
        ("net ~ vat", "10020"),
        ("net | int + vat | int", 120),
        ("name[0] ~ '.'", "И."),
        ("name | first", "И"),
        ("iso[:4] | int", 2026),
        ("number[:2]", "10"),
        ("number[0:1]", "1"),
        ("five[0]", "5"),
        ("number | length", 3),
        ("title | length", 20),
        ("title[:8]", "[СРОЧНО]"),
        ("ids[:100]", "106, 107"),
        ("day + '.' + month", "30.09"),
        ("day + ' ' + month", "30 09"),
        ("'+7' + phone", "+79161234567"),
        ("name + net", "Иванов, Пётр100"),
        ("'-' * 3", "---"),
        ("'%05d' % n", "00005"),
        ("[1] + [2]", [1, 2]),
        ("amounts | map('float') | max", 10.0),
        ("words | sort", ["а", "б"]),
        ("words | max", "б"),
        ("['9'] | max", "9"),
        ("iso < '2026-10-01'", True),
        ("'5' in [five]", True),
        ("5 in [five, 5]", True),
        ("6 in [5]", False),
        ("'Иван' in name", True),
        ("'x' in by_id", False),
        ("1 < n < 9", True),
        ("1 < n in [5]", True),
        ("n is eq 5", True),
        ("ids.split(',') | map('int') | list", [106, 107]),
        ("json | fromjson | first", "106"),
        ("rows | selectattr('ok') | list | length", 1),
        ("rows | rejectattr('ok') | map(attribute='n') | list", ["9"]),
        ("rows | selectattr('ok', 'equalto', true) | map(attribute='n') | list", ["10"]),
        ("['false', 'true', ''] | select | list", ["true"]),
        ("['false', 'true'] | reject | list", ["false"]),
        ("'false' is sameas false", True),
        ("[3, 1] | sort", [1, 3]),
        ("[1, 2] | sum", 3),
        ("-n", -5),
    ],
)
def test_what_is_only_a_text_or_only_a_number_stays_as_it_is(expression: str, gives: object) -> None:
    assert value(expression) == gives


@pytest.mark.parametrize(
    "template",
    [
        "{% set a, b = number %}{{ a }}",
        "{% set a, b, c = number %}{{ a }}",
        "{% for a, b, c in amounts + ['106'] %}{{ a }}{% endfor %}",
        "{% for a, b in [day] %}{{ a }}{% endfor %}",
        "{% for a, b in day %}{{ a }}{% endfor %}",
    ],
)
def test_a_text_is_never_split_into_letters_by_several_names(template: str) -> None:
    with pytest.raises(TemplateFault) as caught:
        Templates("en").value(template, CONTEXT)
    assert caught.value.kind == "no_list"


@pytest.mark.parametrize(
    ("template", "told"),
    [
        ("{% set a, b = number, day %}{{ a }} {{ b }}", "106 30"),
        ("{% set a, b = amounts %}{{ a }} {{ b }}", "9 10"),
        ("{% set a, b = codes.split(',') %}{{ a }} {{ b }}", "manager boss"),
        ("{% for key, row in by_id.items() %}{{ key }}{{ row }} {% endfor %}", "10a 9b "),
        ("{% for key, row in by_id | items %}{{ loop.index }}{{ row }} {% endfor %}", "1a 2b "),
        ("{% for a, b in [amounts] if a == '9' %}{{ b }}{% else %}none{% endfor %}", "10"),
    ],
)
def test_what_has_parts_is_unpacked_as_ever(template: str, told: str) -> None:
    assert Templates("en").value(template, CONTEXT) == told
