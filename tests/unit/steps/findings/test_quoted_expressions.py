"""An expression within the quotes of a JSON text, which a quote in its value would break."""

from __future__ import annotations

from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

import pytest

from tests.support.builders import fetched
from tests.unit.steps.findings.test_model import TITLED, found, model, param
from worker.config.loading import load
from worker.steps.bpmn.definition import steps_in
from worker.steps.findings.model import findings_of_task

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


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (r'["C:\new"]', r"C:\new"),
        (r'[{"title": "Docs", "items": ["a", "see C:\temp\\x"]}]', r"see C:\temp\\x"),
        (r'["\\server\new"]', r"\\server\new"),
        (r'["\bin"]', r"\bin"),
        (r'["C:\\new"]', ""),
        (r'["\\\\server\\new"]', ""),
        (r'["first\nsecond"]', ""),
        (r'["\nsecond"]', ""),
        (r'["C:\\new\nsecond"]', ""),
        (r'["C:\xyz"]', ""),
        ('["${path}"]', ""),
        (r"C:\new", ""),
    ],
)
def test_a_path_in_json_that_loses_a_backslash_is_told(text: str, shown: str, tmp_path: Path) -> None:
    name = "checklists" if "items" in text else "tags"
    seen, cure = found(model(inputs=TITLED + param(name, escape(text))), tmp_path).get("lost_backslash", ("", ""))
    assert seen.endswith(f"which changes the path: {shown}" if shown else "")
    assert not shown or cure == r"double each backslash (C:\\new), or write slashes (C:/new)"
    properties = f'<property name="checklists" value={quoteattr(text)}/>'
    in_property = "lost_backslash" in found(model(inputs=TITLED, properties=properties), tmp_path)
    assert in_property is bool(shown)


@pytest.mark.parametrize(("constant", "told"), [(False, 1), (True, 0)])
def test_the_run_tells_what_a_variable_brings_once(constant: bool, told: int, tmp_path: Path) -> None:
    (step,) = (one for one in steps_in(model(inputs=param("tags", "a" if constant else "${a}"))).values() if one.topic)
    settings = load(None, {}, sides=False)
    task = fetched(variables={"tags": r'["C:\new"]', "title": r'["C:\new"]', "n": 1})
    kinds = [one.kind for one in findings_of_task(task, step, settings.topics["bitrix_create_task"])]
    assert kinds == ["lost_backslash"] * told
