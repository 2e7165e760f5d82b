"""With all rules: no second task and no dead end. Without any one of them: a way to harm."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.model.__main__ import NAMES, harm, story
from tests.model.acts import ActRules, Scene
from tests.model.russian import WRONG, in_russian
from tests.model.search import search
from tests.model.world import Rules, World

HARM = {name: "attempts without end" if name == "p8_crash_limit" else "two tasks" for name in Rules._fields}
HARM |= dict.fromkeys(ActRules._fields, "a part twice")

WRONG_IN = {"en": {harm: harm for harm in WRONG}, "ru": WRONG}
DOCS = Path(__file__).parents[2] / "docs"
STORIES = Path(__file__).with_name("stories.txt")
"""The shortest way to harm without each rule, as `python -m tests.model en` prints it."""


of_each_rule = pytest.mark.parametrize(
    "name", [pytest.param(name, marks=pytest.mark.xdist_group(f"model-{name}")) for name in NAMES]
)
"""The tests of one rule are made by one process: it searches once for all of them."""


def test_with_all_rules_there_is_one_task_and_always_an_end() -> None:
    outcome = search(Rules(), World(faults=1))
    assert outcome.story is None, "\n".join((outcome.wrong, *outcome.story))
    assert outcome.worlds > 50_000  # a search that looked at nothing proves nothing


@pytest.mark.parametrize("blind", [False, True])
def test_with_all_rules_each_part_is_made_once_and_there_is_always_an_end(blind: bool) -> None:
    outcome = search(ActRules(), Scene(blind=blind))
    assert outcome.story is None, "\n".join((outcome.wrong, *outcome.story))
    assert outcome.worlds > 4_000  # a search that looked at nothing proves nothing


@of_each_rule
def test_without_a_rule_there_is_harm(name: str) -> None:
    outcome = harm(name)
    assert outcome.wrong == HARM[name]
    assert outcome.story


@pytest.mark.parametrize("language", WRONG_IN)
def test_the_page_of_rules_names_every_rule_and_its_harm(language: str) -> None:
    page = (DOCS / {"en": "rules.md", "ru": "rules.ru.md"}[language]).read_text(encoding="utf-8")
    table = page.partition("<!-- rules:begin -->")[2].partition("<!-- rules:end -->")[0]
    rows = re.findall(r"^\| `(\w+)` \| .+ \| (.+) \|$", table, re.MULTILINE)
    assert rows == [(name, WRONG_IN[language][harm]) for name, harm in HARM.items()]


@of_each_rule
def test_the_story_of_a_rule_is_the_one_on_record(name: str) -> None:
    assert story(name) in STORIES.read_text(encoding="utf-8"), "python -m tests.model en prints it anew"


@of_each_rule
def test_every_story_is_told_in_russian(name: str) -> None:
    english, russian = story(name).splitlines(), in_russian(story(name)).splitlines()
    assert len(russian) == len(english)
    assert russian[0] == f"без {name}: {WRONG[HARM[name]]}"
    assert not [line for line in russian[1:] if re.search("[a-z]", line)]
