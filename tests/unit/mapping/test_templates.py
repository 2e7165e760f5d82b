from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, strategies as st

from worker.mapping.bbcode import INVISIBLE
from worker.mapping.template_values import LONGEST_OUTPUT, TemplateFault, Values
from worker.mapping.templates import Templates
from worker.model import PortalTask, UnreadableVariable
from worker.words.phrase import unchanged

BROKEN = UnreadableVariable("order", "Json", unchanged("broken JSON"))
plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | st.datetimes(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(plain)
def test_a_single_expression_keeps_its_value(value: Any) -> None:
    assert Templates().value("  {{ x }}\n", {"x": value}) == value


@pytest.mark.parametrize(
    ("template", "value"),
    [
        ("{{- 1 + 1 -}}", 2),
        ("{{ a }}{{ a }}", "55"),
        ("{{ a }} {# why #}", "5 "),
        ("{{ '}}' }}", "}}"),
        ("n{{ a }}", "n5"),
        ("{{ nothing }}/{{ day }}", "/2026-01-02T00:00:00+00:00"),
        ("{{ absent | default([]) }}", []),
        ("{{ [1, 2] | map('string') }}", ["1", "2"]),
        ("{{ range(3) }}", [0, 1, 2]),
        ("{{ {'k': (1, 2)} }}", {"k": [1, 2]}),
        ("{{ variables['odd-name'] }}", 7),
        ("{{ variables }}", {"odd-name": 7}),
        ("{{ task.id }}", 42),
        ("{{ file }}", b"bytes"),
        ("", ""),
        (["{{ a }}", 6, True], [5, 6, True]),
        ({"k": "{{ a }}"}, {"k": 5}),
        (7, 7),
        (None, None),
    ],
)
def test_values(template: object, value: object) -> None:
    context = {
        "a": 5,
        "file": b"bytes",
        "nothing": None,
        "day": datetime(2026, 1, 2, tzinfo=UTC),
        "task": PortalTask(42, "u"),
        "variables": Values({"odd-name": 7}),
        "self": "a variable may have any name",
    }
    assert Templates().value(template, context) == value


@pytest.mark.parametrize(
    "template",
    [
        "{{ absent }}",
        "n{{ absent }}",
        "{{ a.absent }}",
        "{{ [absent] }}",
        "{{ {'k': absent} }}",
        "{{ absent | upper }}",
    ],
)
def test_what_is_not_there_is_no_value(template: str) -> None:
    with pytest.raises(TemplateFault) as caught:
        Templates().value(template, {"a": {}})

    assert caught.value.kind == "undefined"
    assert "absent" in str(caught.value.detail)


@pytest.mark.parametrize(
    "template",
    [
        "{{ order }}",
        "n{{ order }}",
        "{{ order.name }}",
        "{{ order | default('x') }}",
        "{% if order %}{% endif %}",
        "{{ variables.order }}",
        "{{ variables['order'] | string }}",
        "{{ variables }}",
        "{% for name, value in variables.items() %}{% endfor %}",
    ],
)
def test_an_unreadable_variable_fails_whoever_uses_it(template: str) -> None:
    variables = {"order": BROKEN, "fine": 1}
    context = {**variables, "variables": Values(variables)}
    with pytest.raises(TemplateFault) as caught:
        Templates().value(template, context)

    assert (caught.value.kind, str(caught.value.detail)) == ("unreadable", "order (Json): broken JSON")
    assert Templates().value("{{ fine }}", context) == 1


@pytest.mark.parametrize(
    ("template", "kind"),
    [
        ("{{ x", "syntax"),
        ("{{ x | nofilter }}", "syntax"),
        ("{{ 1 / 0 }}", "failed"),
        ("{{ x + 1 }}", "reckoned"),
        ("{{ ''.__class__ }}", "failed"),
        ("{{ items.append(1) }}", "failed"),
        ("{% include 'file' %}", "failed"),
        ("{{ lipsum() }}", "undefined"),
        ("{{ range(10**9) | list }}", "failed"),
        ("{{ 'x' * 10**9 }}", "too_large"),
        ("{{ 10**9 * 'x' }}", "too_large"),
        ("{{ [0] * 100001 }}", "too_large"),
        ("{{ [0] * 10**9 }}", "too_large"),
        ("{{ 10**(10**10) }}", "too_large"),
        ("{{ 10**5000 }}", "too_large"),
        ("{{ [10**5000] }}", "too_large"),
        ("{% for i in range(9999) %}{{ 'x' * 9999 }}{% endfor %}", "too_large"),
    ],
)
def test_what_a_template_may_not_do(template: str, kind: str) -> None:
    with pytest.raises(TemplateFault) as caught:
        Templates().value(template, {"x": "text", "items": []})

    assert caught.value.kind == kind


def test_ordinary_arithmetic_is_allowed() -> None:
    assert Templates().value("{{ 2 ** 10 * 3 + 2.5 * 2 }}", {}) == 3077.0
    assert len(Templates().value("{{ '-' * 40 }}", {})) == 40
    assert len(Templates().value("{{ x }}", {"x": "y" * LONGEST_OUTPUT})) == LONGEST_OUTPUT


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("[B]{{ x }}[/B]", f"[B][{INVISIBLE}URL=http://e]#t[/B]"),
        ("{{ tag }}", f"{INVISIBLE}#urgent"),
        ("{{ tag | bbcode }}", "#urgent"),
        ("{{ ('[USER=%s]' | format(id)) | bbcode }}", "[USER=5]"),
        ("{{ x | replace('URL', 'IMG') }}", f"[{INVISIBLE}IMG=http://e]#t"),
        ("{{ rows }}", f"[{INVISIBLE}B], да"),
        ("{{ nothing }}", ""),
        ("#{{ id }}", "#5"),
    ],
)
def test_prose_makes_values_harmless_and_leaves_the_authors_own_alive(template: str, text: str) -> None:
    context = {"x": "[URL=http://e]#t", "tag": "#urgent", "id": 5, "rows": ["[B]", True], "nothing": None}
    assert Templates("ru").prose(template, context) == text
