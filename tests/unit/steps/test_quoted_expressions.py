"""An expression within the quotes of a JSON text, which a quote in its value would break."""

from __future__ import annotations

from pathlib import Path
from xml.sax.saxutils import escape

import pytest

from tests.unit.steps.test_model_findings import TITLED, found, model, param

JSON = '[{"title": "Docs ${client}", "items": ["a #{order.number}"]}]'
BY_TEMPLATE = 'topics: {bitrix_create_task: {task: {comment: "{{ (said | fromjson).text }}"}}}'


@pytest.mark.parametrize(
    ("name", "text", "shown"),
    [
        ("checklists", JSON, "${client}, #{order.number}"),
        ("tags", '["${client}", "urgent"]', "${client}"),
        ("checklists", '{"title": "D", "items": ${items}}', ""),
        ("checklists", '[{"title": "D ${S(client)}", "items": ["a"]}]', ""),
        ("checklists", '[{"title": "D ${client == "x" ? 1 : 2}", "items": ["a"]}]', ""),
        ("checklists", "${checklists}", ""),
        ("tags", "${a}, ${b}", ""),
        ("tags", '[${a}] "${b}"', ""),
        ("title", '["${client}"]', ""),
        ("accomplices", '["${boss}", 7]', ""),
        ("unread", '["${client}"]', ""),
    ],
)
def test_it_is_told_of_what_is_read_as_json_alone(name: str, text: str, shown: str, tmp_path: Path) -> None:
    inputs = param(name, escape(text)) + (TITLED if name != "title" else "")
    seen, cure = found(model(inputs=inputs), tmp_path).get("quoted_expression", ("", ""))
    assert bool(seen) is bool(shown)
    assert seen.startswith(f"{name}: {shown} stands within the quotes" if shown else "")
    assert not shown or "camunda:list" in cure


def test_a_parameter_that_a_template_reads_as_json_is_told(tmp_path: Path) -> None:
    inputs = TITLED + param("said", escape('{"text": "for ${client}"}'))
    assert "quoted_expression" in found(model(inputs=inputs), tmp_path, BY_TEMPLATE)
