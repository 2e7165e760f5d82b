from __future__ import annotations

import pytest

from worker.config.settings import TopicSettings
from worker.steps.wanted import Wanted, wanted

NOTHING = Wanted(frozenset(), answer=False, result=False, checklist=False)
ALL = Wanted(frozenset(), answer=True, result=True, checklist=True)


@pytest.mark.parametrize(
    ("template", "asked"),
    [
        ("{{ task.id }} {{ order.task.answer }}", NOTHING),
        ("{{ task.answer.upper() }}", Wanted(frozenset(), answer=True, result=False, checklist=False)),
        ("{{ task['result'] }}", Wanted(frozenset(), answer=False, result=True, checklist=False)),
        ("{{ task.fields.UF_SUM | int }}", Wanted(frozenset({"UF_SUM"}), answer=False, result=False, checklist=False)),
        ("{% for x in task.checklist %}{% endfor %}", Wanted(frozenset(), answer=False, result=False, checklist=True)),
        ("{% set t = task %}{{ t.answer }}", ALL),
        ("{{ task | attr('answer') }}", ALL),
        ("{{ task[name] }}", ALL),
    ],
)
def test_what_is_taken_of_a_task_is_asked_for(template: str, asked: Wanted) -> None:
    """Under another name, too: what was not asked for looked like an answer that nobody gave."""
    assert wanted(TopicSettings(result={"a": template})) == asked
