"""docs/settings.md and docs/settings.ru.md show every setting as the code has it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from tests.support.settings_page import PAGES, ROW, rows, written
from worker.config.loading import OLD_NAMES, load
from worker.config.settings import GROUPS
from worker.words.phrase import Language

ALL = [row for group in (*GROUPS, "topics") for row in rows(group)]
NEEDED = {"CAMUNDA_BASE_URL": "http://e/engine-rest", "BITRIX_WEBHOOK_URL": "https://portal.example/rest/1/code/"}
OURS = re.compile(rf"(?:{'|'.join(GROUPS)})_".upper())
of_each_page = pytest.mark.parametrize(("language", "page"), PAGES.items(), ids=PAGES)


class Asked(Mapping[str, str]):
    """The environment with the two required variables; keeps which names were asked for."""

    def __init__(self) -> None:
        self.names: set[str] = set()

    def __getitem__(self, name: str) -> str:
        self.names.add(name)
        return NEEDED[name]

    def __iter__(self) -> Iterator[str]:
        return iter(NEEDED)

    def __len__(self) -> int:
        return len(NEEDED)


@of_each_page
def test_the_tables_are_those_of_the_code(language: Language, page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert re.findall(r"<!-- settings:(\w+) -->", text) == [*GROUPS, "topics"]
    assert written(text, language) == text, "python -m tests.support.settings_page writes them anew"


@of_each_page
def test_every_setting_says_what_it_is_for(language: Language, page: Path) -> None:
    purposes = dict(ROW.findall(page.read_text(encoding="utf-8")))
    assert list(purposes) == [row.path for row in ALL]
    assert not [path for path, purpose in purposes.items() if not purpose]
    assert all(bool(re.search("[а-я]", purpose)) is (language == "ru") for purpose in purposes.values())


def test_the_variables_are_those_that_the_settings_are_read_from() -> None:
    asked = Asked()
    load(None, asked)
    variables = {row.variable for row in ALL if row.variable} | set(OLD_NAMES.values())
    read = {name for name in asked.names if OURS.match(name)} - {"HTTP_PROXY"}
    assert read == variables | {f"{one}_FILE" for one in variables}


def test_a_setting_without_a_sentence_stays_without() -> None:
    page = "<!-- settings:log -->\n| `log.level` | a | b | c | the level |\n\nthe rest\n"
    made = written(page, "en")
    assert "| `info` | the level |\n" in made
    assert "| `console` |  |\n\nthe rest" in made
