"""The two READMEs say the same, and name what exists."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from worker.config import GROUPS

ROOT = Path(__file__).parents[2]
READMES = {name: (ROOT / name).read_text(encoding="utf-8") for name in ("README.md", "README.ru.md")}
FIELDS = {f"{group}.{field}" for group, model in GROUPS.items() for field in model.model_fields}


@pytest.mark.parametrize("name", READMES)
def test_links_lead_to_files(name: str) -> None:
    links = re.findall(r"\]\((?!http)([^)#]+)\)", READMES[name])
    assert links
    assert all((ROOT / link).exists() for link in links), links


@pytest.mark.parametrize("name", READMES)
def test_the_settings_of_the_table_exist(name: str) -> None:
    section = re.split(r"^## (?:Settings|Настройки)$", READMES[name], flags=re.MULTILINE)[1]
    table = section.partition("\n## ")[0]
    named = set(re.findall(r"^\| `([a-z]+\.[a-z_]+)`", table, re.MULTILINE))
    assert named
    assert named <= FIELDS


def test_both_have_the_same_settings_code_and_sections() -> None:
    def shape(text: str) -> tuple[int, list[str], list[str]]:
        variables = re.findall(r"^\| `[^|]+\| (`[A-Z_…]+`)", text, re.MULTILINE)
        return len(re.findall(r"^## ", text, re.MULTILINE)), variables, re.findall(r"^```.*$", text, re.MULTILINE)

    assert shape(READMES["README.md"]) == shape(READMES["README.ru.md"])


@pytest.mark.parametrize("name", ["guarantees", "migration"])
def test_each_document_has_the_same_shape_in_both_languages(name: str) -> None:
    def shape(path: Path) -> list[str]:
        lines = path.read_text(encoding="utf-8").splitlines()
        kinds = (re.match(r"#+|\d+\.|-(?= )|\||```|\*\*(?=[^*]+\.\*\*)", line) for line in lines)
        return [kind[0] for kind in kinds if kind]

    english, russian = (shape(ROOT / "docs" / f"{name}{ending}.md") for ending in ("", ".ru"))
    if name == "guarantees":  # the stories of the rules are told in English only
        english, russian = ([kind for kind in one if kind != "```"] for one in (english, russian))
    assert english == russian


@pytest.mark.parametrize("name", READMES)
def test_the_contracts_section_is_there(name: str) -> None:
    _, _, section = READMES[name].partition("## Синхронизация процессов Camunda")
    words = ("imena.camunda.sync", "sync_requests_sent", "sync_requests_failed", "sync_success_rate", "result")
    assert all(word in section for word in words)
