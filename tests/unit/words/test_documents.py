"""The documentation inside the program: its pages and sections in both languages, and every text that names one."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from tests.support.sources import ROOT, calls, nodes
from worker.words.documents import COMMAND, NoSuchPage, document, see
from worker.words.phrase import LANGUAGES, Language

PAGES = sorted({path.name.partition(".")[0] for path in (ROOT / "docs").glob("*.md")} - {"README"})
TEXTS = {".py", ".yaml", ".env", ".service", ".timer", ".conf", ".md", ".json"}


def named_by_code() -> set[str]:
    """What each call of `see` asks for; all its arguments are constants."""
    found = set()
    for _, call in calls("worker"):
        if isinstance(call.func, ast.Name) and call.func.id == "see":
            found.add(see(*(ast.literal_eval(one) for one in call.args)))
    return found


def named_by_files() -> set[str]:
    """Commands that are written out: in what is deployed, in the pages themselves, in the examples of the help."""
    folders = (ROOT / "deploy", ROOT / "docs", ROOT / "examples", ROOT / "worker" / "config" / "shipped")
    paths = [path for folder in folders for path in folder.rglob("*") if path.suffix in TEXTS]
    return {
        one[0] for path in [*paths, *ROOT.glob("*.*")] if path.suffix in TEXTS for one in COMMAND.finditer(_of(path))
    }


def _of(path: Path) -> str:
    return path.read_text(encoding="utf-8")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_and_section_that_a_text_names_is_there(language: Language) -> None:
    by_code, by_files = named_by_code(), named_by_files()
    assert len(by_code) >= 4
    assert by_files
    for command in by_code | by_files:
        assert (found := COMMAND.fullmatch(command)), command
        assert document(command.split()[-1], language).startswith("##" if found["section"] else "# "), command


def test_no_text_names_a_file_that_only_the_source_code_has() -> None:
    for path in (ROOT / "worker").rglob("*.py"):
        documents = {ast.get_docstring(node, clean=False) for node in nodes(path) if isinstance(node, _DOCUMENTED)}
        for node in nodes(path):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value not in documents:
                assert not re.search(r"\bdocs/[\w-]+\.|\.md\b.*\w{3}", node.value), f"{path.name}: {node.value}"


_DOCUMENTED = (ast.Module, ast.ClassDef, ast.FunctionDef)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_list_has_every_page_and_each_can_be_read(language: Language) -> None:
    first, *rows = document("", language).splitlines()
    assert first.endswith(":")
    assert sorted(row.split()[0] for row in rows) == PAGES
    for page in PAGES:
        text = document(page, language)
        assert text.startswith("# ")
        assert not re.search(r"\]\((?!http)", text), "a link that a terminal cannot follow"
        assert document(f"docs/{page}.ru.md", language) == text, "as older incidents name it"


def test_a_link_out_of_the_documentation_names_the_file_in_the_source_code() -> None:
    assert "`make run` (README (README.md in the source code))" in document("quick-start", "en").replace("\n", " ")


def test_a_section_ends_where_the_next_of_its_level_begins_and_has_its_parts() -> None:
    section = document("model-faults#begin-the-step-anew", "en")
    assert section.startswith("## Begin the step anew\n")
    assert section.endswith("```"), "the last line before the next heading"
    assert "## Restart" not in section
    page = document("architecture", "en")
    assert document("architecture#architecture", "en") == page


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    "section", ["raise-the-retries", "Raise the retries", "увеличить-число-попыток", "Увеличить число попыток"]
)
def test_a_section_is_found_by_heading_and_anchor_of_either_language(section: str, language: Language) -> None:
    heading = {"en": "## Raise the retries\n", "ru": "## Увеличить число попыток\n"}[language]
    assert document(f"model-faults#{section}", language).startswith(heading)


def test_a_page_or_section_that_is_not_there_is_named_with_what_is() -> None:
    with pytest.raises(NoSuchPage, match=r"no page “model-fauts” \(model-faults\?\)\. All pages: "):
        document("model-fauts", "en")
    with pytest.raises(NoSuchPage, match=r"no section “retries”. It has: raise-the-retries, set-the-steps"):
        document("model-faults#retries", "en")
    with pytest.raises(NoSuchPage):
        document("../config.yaml", "en")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        *((one, "") for one in (" ", "README", "readme.md", "README.ru.md", "docs/README.md", "docs", "index")),
        *(
            (one, "settings")
            for one in ("settings.md", "ru/settings", "./docs/settings.ru.md", "Settings/", "настройки")
        ),
        ("quick start", "quick-start"),
        ("the ledger", "ledger"),
        ("журнал", "ledger"),
        ("ledger # backup", "ledger#backup"),
        ("ledger#", "ledger"),
    ],
)
def test_a_page_is_found_by_what_people_type(typed: str, meant: str, language: Language) -> None:
    assert document(typed, language) == document(meant, language)


@pytest.mark.parametrize("typed", ["backup", "#backup", "ledgr#backup", "резервная-копия"])
def test_a_section_without_its_page_is_named_with_it(typed: str) -> None:
    with pytest.raises(NoSuchPage, match=r" \(ledger#[\w-]+\?\)"):
        document(typed, "en")


@pytest.mark.parametrize("typed", ["{}", "ledger#{}", "{}#backup", "docs/{}"])
def test_an_address_is_not_repeated(typed: str) -> None:
    with pytest.raises(NoSuchPage) as caught:
        document(typed.format("https://portal.example/rest/1/verysecretcode/"), "en")
    assert "verysecret" not in str(caught.value)
