"""With all rules: no second task and no dead end. Without any one of them: a way to harm."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.model.__main__ import story
from tests.model.russian import in_russian
from tests.model.search import search
from tests.model.world import Rules, World

HARM = {name: "attempts without end" if name == "p8_crash_limit" else "two tasks" for name in Rules._fields}


def test_with_all_rules_there_is_one_task_and_always_an_end() -> None:
    outcome = search(Rules(), World(faults=1))
    assert outcome.story is None, "\n".join((outcome.wrong, *outcome.story))
    assert outcome.worlds > 50_000  # a search that looked at nothing proves nothing


@pytest.mark.parametrize("name", Rules._fields)
def test_without_a_rule_there_is_harm(name: str) -> None:
    outcome = search(Rules().without(name), World(faults=2))
    assert outcome.wrong == HARM[name]
    assert outcome.story


@pytest.mark.parametrize("name", Rules._fields)
def test_the_guarantees_quote_the_story(name: str) -> None:
    told = story(name)
    assert told in _page("guarantees.md"), "python -m tests.model prints it anew"
    assert in_russian(told) in _page("guarantees.ru.md"), "python -m tests.model ru prints it anew"


def _page(name: str) -> str:
    return (Path(__file__).parents[2] / "docs" / name).read_text(encoding="utf-8")
