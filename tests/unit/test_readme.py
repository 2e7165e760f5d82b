"""What is written for people says the same in both languages, and names what exists."""

from __future__ import annotations

import re
import struct
from pathlib import Path

import pytest

from tests.support.page_picture import HEIGHT, NAMES, WIDTH, note_in
from tests.support.page_seen import digest_of
from tests.support.settings_page import rows
from worker.commands.check.model import check_model
from worker.commands.takeover.words import WORDS
from worker.config.loading import OLD_NAMES as OF_OLD, load
from worker.config.old_environment import OLD_NAMES as ONLY_OLD
from worker.config.settings import GROUPS, TopicSettings, WaitSettings
from worker.steps.bpmn.definition import steps_in
from worker.words.log.lines import TEXTS
from worker.words.phrase import Language, table_in

ROOT = Path(__file__).parents[2]
READMES = {name: (ROOT / name).read_text(encoding="utf-8") for name in ("README.md", "README.ru.md")}
PAGES = sorted(page for folder in (".", "docs", "deploy", "examples") for page in (ROOT / folder).glob("*.md"))
MIGRATION = ("migration", "migration-settings", "migration-steps", "migration-after")
LANGUAGES: tuple[Language, ...] = ("en", "ru")


def of_docs(name: str, language: Language) -> str:
    ending = "" if language == "en" else ".ru"
    return (ROOT / "docs" / f"{name}{ending}.md").read_text(encoding="utf-8")


MIGRATIONS: dict[Language, str] = {
    language: "\n".join(of_docs(name, language) for name in MIGRATION) for language in LANGUAGES
}
"""All its pages, in the order in which they are read."""
FIELDS = {f"{group}.{field}" for group, model in GROUPS.items() for field in model.model_fields}
SETTINGS = {row.path for group in GROUPS for row in rows(group)}
"""Also those that lie in another setting. Found once: it takes longer than to read a page."""
OLD_NAMES = {
    "CAMUNDA_BASE_URL",
    "CAMUNDA_AUTH_ENABLED",
    "CAMUNDA_AUTH_USERNAME",
    "CAMUNDA_AUTH_PASSWORD",
    "BITRIX_WEBHOOK_URL",
    "BITRIX_REQUEST_TIMEOUT",
    "BITRIX_DEFAULT_RESPONSIBLE_ID",
    "BITRIX_DEFAULT_PRIORITY",
    "BITRIX_MAX_DESCRIPTION_LENGTH",
    "LOG_LEVEL",
}
"""Of the installation that this one replaces: those that keep working."""
OF_OTHERS = {"camunda.responses.queue", "ledger.count"}
"""A queue and a method: they begin like a setting."""
NEEDED = {"CAMUNDA_BASE_URL": "http://e/engine-rest", "BITRIX_WEBHOOK_URL": "https://portal.example/rest/1/code/"}


@pytest.mark.parametrize("document", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_settings_and_events_that_are_named_exist(document: Path) -> None:
    known = SETTINGS | TEXTS.keys() | OF_OTHERS
    named = re.findall(rf"`((?:{'|'.join(GROUPS)})\.[a-z_.]+)`", document.read_text(encoding="utf-8"))
    assert set(named) <= known


@pytest.mark.parametrize("document", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_files_and_folders_of_the_repository_that_are_named_exist(document: Path) -> None:
    named = re.findall(
        r"`((?:worker|bitrix|sandbox|tests|deploy|examples)/[\w./]*)`", document.read_text(encoding="utf-8")
    )
    assert not [path for path in named if not (ROOT / path).exists()]


@pytest.mark.parametrize("name", READMES)
def test_a_readme_is_read_in_two_minutes(name: str) -> None:
    assert len(READMES[name].splitlines()) <= 130
    (picture,) = re.findall(r"!\[[^\]]+\]\(([^)]+)\)", READMES[name])
    kind, width, height = struct.unpack("!8s8xii", (ROOT / picture).read_bytes()[:24])
    assert (kind, width, height) == (b"\x89PNG\r\n\x1a\n", WIDTH, HEIGHT), "python -m tests.support.page_picture"


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_pictures_show_the_page_as_it_is_now(language: Language) -> None:
    """They were old three times: they had a headline, columns and words that the page no longer had."""
    taken_of = note_in((ROOT / "docs" / NAMES[language]).read_bytes())
    assert taken_of == digest_of(language), "take them anew and look at them: python -m tests.support.page_picture"


def test_both_have_the_same_commands_code_and_sections() -> None:
    def shape(text: str) -> tuple[list[str], list[str], list[str]]:
        fences = re.findall(r"^```(?:sh|json)\n.*?^```$", text, re.MULTILINE | re.DOTALL)
        commands = [re.sub(r"\s+# .*$", "", fence, flags=re.MULTILINE) for fence in fences]
        return re.findall(r"^#+ ", text, re.MULTILINE), re.findall(r"^```.*$", text, re.MULTILINE), commands

    assert shape(READMES["README.md"]) == shape(READMES["README.ru.md"])


@pytest.mark.parametrize("name", READMES)
def test_the_step_of_a_readme_asks_and_has_no_fault(name: str, tmp_path: Path) -> None:
    (step,) = re.findall(r"^```xml\n(.*?)^```$", READMES[name], re.MULTILINE | re.DOTALL)
    names = 'xmlns:camunda="http://camunda.org/schema/1.0/bpmn"'
    xml = f'<definitions {names}><process id="p">{step}</process></definitions>'
    assert steps_in(xml)["Approve"].properties.keys() == {"UF_RESULT_EXPECTED", "UF_RESULT_QUESTION"}
    (file := tmp_path / "approval.bpmn").write_text(xml, encoding="utf-8")
    said = [one.line("en") for one in check_model(load(None, {}, sides=False), str(file))]
    assert [line[:3] for line in said] == ["ok ", "–  "], said


@pytest.mark.parametrize(
    "name", ["guarantees", "protection", "rules", "performance", "runbook", "runbook-tasks", "alerts", *MIGRATION]
)
def test_each_document_has_the_same_shape_in_both_languages(name: str) -> None:
    def shape(text: str) -> list[str]:
        kinds = (re.match(r"\s*(#+|\d+\.|-(?= )|\||```|\*\*(?=[^*]+[.?]\*\*))", line) for line in text.splitlines())
        return [kind[1] for kind in kinds if kind]

    english, russian = (shape(of_docs(name, language)) for language in LANGUAGES)
    assert english == russian


def test_both_migrations_give_the_same_commands_and_settings() -> None:
    def given(language: Language) -> tuple[list[str], list[list[str]]]:
        text, settings = MIGRATIONS[language], of_docs("migration-settings", language)
        fences = re.findall(r"^ *```(?:sh|yaml)\n.*?^ *```$", text, re.MULTILINE | re.DOTALL)
        rows = [line for line in settings.splitlines() if line.startswith("|")]
        return fences, [re.findall(r"`[^`]+`", row) for row in rows]

    english, russian = (given(language) for language in LANGUAGES)
    assert english == russian
    assert len(english[0]) > 5
    assert any(row[:2] == ["`LOG_LEVEL`", "`log.level`"] for row in english[1])


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_a_migration_names_exists(language: Language) -> None:
    text = MIGRATIONS[language]
    variables = {field.upper().replace(".", "_") for field in FIELDS} | set(OF_OLD.values()) | ONLY_OLD
    named = {one.removesuffix("_FILE") for one in re.findall(r"\b(?:CAMUNDA|BITRIX|LEDGER|HTTP|LOG)_[A-Z_]+\b", text)}
    assert OLD_NAMES <= named <= variables
    groups = "|".join({one.partition(".")[0] for one in (*FIELDS, *TEXTS)})
    assert set(re.findall(rf"`((?:{groups})\.[a-z_]+)`", text)) <= FIELDS | TEXTS.keys() | {"config.yaml"}
    assert set(re.findall(r"`topics\.….([a-z_]+)", text)) <= set(TopicSettings.model_fields)
    assert set(re.findall(r"`(?:topics\.….)?wait\.([a-z_]+)", text)) <= set(WaitSettings.model_fields)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_migration_shows_the_words_of_the_command(language: Language) -> None:
    text, words = MIGRATIONS[language], table_in(language, WORDS)
    rows = re.findall(r"^\| `([^`|]+)` \|.*`(?:pending|completed|declined)`", text, re.MULTILINE)
    assert rows == [words["wait"], words["complete"], words["ask"]]
    counts = ", ".join(f"{words[intent]}: 1" for intent in ("wait", "complete", "create"))
    for line in (
        words["found"].format(worker="camunda-worker", count=3, counts=counts).removeprefix("За "),
        words["working"].format(seconds=load(None, NEEDED).hold_seconds),
        words["done"].format(freed=3, gone=0),
    ):
        assert line in text


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_lines_of_a_migration_are_not_too_long(language: Language) -> None:
    assert not [line for line in MIGRATIONS[language].splitlines() if len(line) > 120 and not line.startswith("|")]


@pytest.mark.parametrize("name", READMES)
def test_the_contracts_section_is_there(name: str) -> None:
    _, _, section = READMES[name].partition("## Синхронизация процессов Camunda")
    words = ("imena.camunda.sync", "sync_requests_sent", "sync_requests_failed", "sync_success_rate", "result")
    assert all(word in section for word in words)
