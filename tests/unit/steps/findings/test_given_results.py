"""What `result` makes of each answer is tried with the conditions too: it holds the answer's text, not its value."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.steps.findings.test_last_answers import flows, gate, loop, process, step
from tests.unit.steps.findings.test_model import found

CONFIG = 'topics: {{bitrix_create_task: {{result: {{decision: "{}"}}, wait: {{{}}}}}}}'
DOCUMENTED = "{{ task.answer | default('') }}"
NEVER, BARE, SEVERAL = "never_of_result", "not_boolean", "last_of_several"


def judged(condition: str, folder: Path, template: str = DOCUMENTED, wait: str = "", own: str = "") -> set[str]:
    xml = process(step(own), gate(condition), flows("s", "Task_Create", "g"))
    return {*found(xml, folder, CONFIG.format(template, wait))}


@pytest.mark.parametrize(
    ("condition", "template", "wait", "kinds"),
    [
        ("${decision == 'ok'}", DOCUMENTED, "", {NEVER}),
        ("${decision == 'ДА'}", DOCUMENTED, "", set()),
        ("${decision == 'Да'}", DOCUMENTED, "", set()),
        ("${decision != ''}", DOCUMENTED, "declined: complete", set()),
        ("${decision == 'ok'}", "{{ 'ok' if task.answer == 'ДА' else 'nein' }}", "", set()),
        ("${decision == 'no'}", "{{ 'ok' if task.answer == 'ДА' else 'nein' }}", "", {NEVER}),
        ("${decision}", DOCUMENTED, "", {BARE}),
        ("${decision}", "{{ task.answer == 'ДА' }}", "", set()),
        ("${decision == 'ok'}", "{{ task.answer == 'ДА' }}", "", {"yes_as_text"}),
        ("${decision == 'done'}", "{{ task.status }}", "", {NEVER}),
        ("${decision == 'COMPLETED'}", "{{ task.status }}", "", {NEVER}),
        ("${decision == 'completed'}", "{{ task.status }}", "", set()),
        ("${decision == 'declined'}", "{{ task.status }}", "", {NEVER}),
        ("${decision == 'declined'}", "{{ task.status }}", "declined: complete", set()),
        ("${decision == 'ok'}", "{{ task.result }}", "", set()),
        ("${decision == 'ok'}", "{{ task.answer ~ amount }}", "", set()),
        ("${decision == 'ok'}", DOCUMENTED, "answer_variable: decision", set()),
    ],
)
def test_a_condition_is_tried_with_what_the_template_gives(
    condition: str, template: str, wait: str, kinds: set[str], tmp_path: Path
) -> None:
    assert judged(condition, tmp_path, template, wait) == kinds


def test_the_cure_names_what_it_gives_and_where_the_value_is(tmp_path: Path) -> None:
    xml = process(step(), gate("${decision == 'ok'}"), flows("s", "Task_Create", "g"))
    seen, cure = found(xml, tmp_path, CONFIG.format(DOCUMENTED, ""))[NEVER]
    assert "decision == 'ok'" in seen
    assert "ДА, НЕТ" in cure
    assert "Task_Create" in cure


def test_a_step_that_leaves_the_same_result_counts_and_so_does_an_element_that_sets_it(tmp_path: Path) -> None:
    other = step().replace("Task_Create", "Other").replace('"bitrix_create_task"', '"other"')
    config = (
        CONFIG.format(DOCUMENTED, "")[:-1] + ", other: {result: {decision: \"{{ 'ok' if task.answer else '' }}\"}}}"
    )
    xml = process(step(), other, gate("${decision == 'ok'}"), flows("s", "Task_Create", "g"))
    assert NEVER not in found(xml, tmp_path, config)
    sets = '<scriptTask id="T" resultVariable="decision"/>'
    xml = process(step(), sets, gate("${decision == 'ok'}"), flows("s", "Task_Create", "T", "g"))
    assert NEVER not in found(xml, tmp_path, CONFIG.format(DOCUMENTED, ""))


@pytest.mark.parametrize(
    ("until", "told"), [("", True), ("${decision == 'НЕТ'}", False), ("${Task_Create == 'no'}", False)]
)
def test_of_several_results_the_last_one_counts_too(until: str, told: bool, tmp_path: Path) -> None:
    assert (SEVERAL in judged("${decision == 'ДА'}", tmp_path, own=loop(until))) is told
