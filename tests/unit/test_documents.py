"""The documents as a reader uses them: links lead somewhere, commands are accepted, configurations load."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
from collections.abc import Iterator
from pathlib import Path
from textwrap import dedent, indent
from xml.parsers import expat

import pytest
import yaml

from worker.cli import COMMANDS, _parser, main
from worker.config.loading import load
from worker.config.settings import GROUPS, TopicSettings
from worker.words.log.lines import TEXTS
from worker.words.phrase import Language

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGES = sorted(page for folder in (".", "docs", "deploy", "examples") for page in (ROOT / folder).glob("*.md"))
CONFIGURATIONS = {".yaml", ".json", ".cfg", ".toml"}
SOURCES = sorted(
    {path for folder in ("worker", "bitrix", "sandbox", "tests") for path in (ROOT / folder).rglob("*.py")}
    | {
        path
        for folder in (".", "deploy", "examples")
        for path in (ROOT / folder).glob("*.*")
        if path.suffix in CONFIGURATIONS
    }
)
RULES = yaml.safe_load((ROOT / "deploy/alerts.yaml").read_text(encoding="utf-8"))["groups"][0]["rules"]
ALERTS = [rule["alert"] for rule in RULES]
LONGEST = 150
LONGEST_LINE = 500
"""Characters of prose: in a longer line nobody finds a fact again. A row of a table may be longer."""
GENERATED = {"settings", "causes"}
"""Made from the code (`tests/support/settings_page.py`, `causes_table.py`): as long as the code says."""
AUDIENCE: dict[Language, str] = {"en": "For ", "ru": "Для "}
A_NAME = re.compile(r"`[a-z_.]+(?: \(\w+\))?`|BitrixWorker\w+")
PROGRAM = re.compile(r"(?:\S*/)?(?:python3? -m worker|camunda-bitrix-worker)(?: (.*))?")
STANDS_FOR = {"ID": "1", "ID…": "1"}
"""What a reader puts in the place of a word, where only a number is taken."""
NAMESPACES = 'xmlns="x" xmlns:camunda="c" xmlns:bpmn="b" xmlns:zeebe="z"'
NEEDED = {"CAMUNDA_BASE_URL": "http://e/engine-rest", "BITRIX_WEBHOOK_URL": "https://portal.example/rest/1/code/"}


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def language_of(page: Path) -> Language:
    return "ru" if page.name.endswith(".ru.md") else "en"


def base(page: Path) -> str:
    return page.name.partition(".")[0]


def without_code(page: Path) -> str:
    return re.sub(r"^ *```.*?^ *```$", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)


def headings(page: Path) -> list[tuple[str, str]]:
    """The level (`##`) and the text of each."""
    return re.findall(r"^(#+) (.*)$", without_code(page), re.MULTILINE)


def anchors(page: Path) -> set[str]:
    """Of its headings, as GitHub makes them."""
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for _, heading in headings(page)}


def blocks(kind: str) -> list[object]:
    """All code blocks of this language, each as a test case: its page and its text."""
    fence = re.compile(rf"^ *```{kind}\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)
    return [
        pytest.param(dedent(found[1]), id=f"{name_of(page)}:{text[: found.start()].count(chr(10)) + 1}")
        for page in PAGES
        for text in [page.read_text(encoding="utf-8")]
        for found in fence.finditer(text)
    ]


def commands(text: str) -> Iterator[list[str]]:
    """The arguments of each command of ours in a shell script or an inline code, as a shell gives them."""
    for line in text.replace("\\\n", " ").splitlines():
        if found := PROGRAM.match(line.strip()):
            words = shlex.split((found[1] or "").partition(" > ")[0], comments=True)
            yield [STANDS_FOR.get(word, re.sub("^~/", "/home/anna/", word)) for word in words]


def shown_commands() -> list[object]:
    found = {}
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        codes = re.findall(r"^ *```(?:sh|ini)\n(.*?)^ *```$", text, re.MULTILINE | re.DOTALL)
        codes += re.findall(r"`((?:python -m worker|camunda-bitrix-worker) [^`…]+)`", without_code(page))
        codes += re.findall(r"^ExecStart=(.*)$", text, re.MULTILINE)
        for arguments in (one for code in codes for one in commands(dedent(code)) if one):
            found[shlex.join(arguments), language_of(page)] = name_of(page)
    return [pytest.param(shlex.split(line), language, id=f"{line}, {page}") for (line, language), page in found.items()]


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_links_lead_to_files_and_headings(page: Path) -> None:
    for path, anchor in re.findall(r"\]\((?!http)([^)#\s]*)#?([^)\s]*)\)", without_code(page)):
        target = page.parent / path if path else page
        assert target.exists(), path
        assert not anchor or anchor in anchors(target), f"{path}#{anchor}"


def test_pages_that_code_and_deployment_name_exist() -> None:
    named = 0
    for source in SOURCES:
        for path, anchor in re.findall(r"\bdocs/([\w.-]+\.md)(?:#([\w-]+))?", source.read_text("utf-8", "replace")):
            target = DOCS / path
            assert target.exists(), f"{name_of(source)}: docs/{path}"
            assert not anchor or anchor in anchors(target), f"{name_of(source)}: docs/{path}#{anchor}"
            named += 1
    assert named > 5


@pytest.mark.parametrize("page", [page for page in PAGES if language_of(page) == "en"], ids=name_of)
def test_a_page_is_there_in_both_languages_with_the_same_headings_and_code(page: Path) -> None:
    russian = page.with_name(f"{base(page)}.ru.md")
    if base(page) in {"CONTRIBUTING", "CHANGELOG", "THIRD-PARTY"}:
        assert not russian.exists()
        return

    def shape(one: Path) -> tuple[list[str], list[str]]:
        fences = re.findall(r"^ *```.*$", one.read_text(encoding="utf-8"), re.MULTILINE)
        return [level for level, _ in headings(one)], fences

    assert shape(page) == shape(russian)
    english, translated = ([text for _, text in headings(one) if A_NAME.fullmatch(text)] for one in (page, russian))
    assert english == translated, "a heading that is a name is the same in every language"


def test_no_russian_page_is_alone() -> None:
    assert all((page.parent / f"{base(page)}.md").exists() for page in PAGES if language_of(page) == "ru")


@pytest.mark.parametrize("index", ["README.md", "README.ru.md"])
def test_the_index_lists_every_page_of_its_language_once(index: str) -> None:
    page = DOCS / index
    listed = re.findall(r"^\| \[[^\]]+\]\(([^)]+)\)", page.read_text(encoding="utf-8"), re.MULTILINE)
    pages = {one.name for one in DOCS.glob("*.md") if language_of(one) == language_of(page)}
    assert sorted(listed) == sorted(pages - {index})


@pytest.mark.parametrize("page", sorted(DOCS.glob("*.md")), ids=name_of)
def test_a_page_is_short_and_begins_with_whom_it_is_for(page: Path) -> None:
    lines = page.read_text(encoding="utf-8").splitlines()
    assert base(page) in GENERATED or len(lines) <= LONGEST, "split it, or say it shorter"
    begin = [line for line in lines[:8] if line and not line.startswith(("# ", "*["))]
    assert begin[0].startswith(AUDIENCE[language_of(page)])


@pytest.mark.parametrize("page", sorted(DOCS.glob("*.md")), ids=name_of)
def test_no_line_of_prose_is_long(page: Path) -> None:
    prose = [line for line in without_code(page).splitlines() if not line.lstrip().startswith("|")]
    assert not [f"{line[:60]}… ({len(line)})" for line in prose if len(line) > LONGEST_LINE]


@pytest.mark.parametrize(("arguments", "language"), shown_commands())
def test_a_command_that_is_shown_is_accepted(
    arguments: list[str], language: Language, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if "--help" in arguments:
        with pytest.raises(SystemExit) as ended:
            main(arguments)
        assert ended.value.code == 0
        return
    assert _parser(language).parse_args(arguments).command
    if arguments == ["validate"]:
        for name, value in NEEDED.items():
            monkeypatch.setenv(name, value)
        monkeypatch.chdir(tmp_path)
        assert main(arguments) == 0


def test_commands_are_found() -> None:
    script = "venv/bin/camunda-bitrix-worker status --json  # why\ncurl x\npython -m worker \\\n  replay ID > a"
    assert list(commands(script)) == [["status", "--json"], ["replay", "1"]]
    assert len(shown_commands()) > 10


@pytest.mark.parametrize("ending", ["", ".ru"])
def test_the_page_of_operations_has_a_row_for_each_command(ending: str) -> None:
    rows = re.findall(r"^\| `([a-z]+)\b", (DOCS / f"operations{ending}.md").read_text("utf-8"), re.MULTILINE)
    assert sorted(rows) == sorted(COMMANDS)


@pytest.mark.parametrize("block", blocks("yaml"))
def test_a_configuration_that_is_shown_loads(block: str, tmp_path: Path) -> None:
    """What is shown of one topic only is put under a topic."""
    shown = yaml.safe_load(block)
    if shown.keys() <= TopicSettings.model_fields.keys():
        block = "topics:\n  t:\n" + "".join(f"    {line}\n" for line in block.splitlines())
    else:
        assert shown.keys() <= {*GROUPS, "topics"}
    (tmp_path / "config.yaml").write_text(block, encoding="utf-8")
    load(tmp_path / "config.yaml", NEEDED)


@pytest.mark.parametrize("block", blocks("xml"))
def test_a_model_that_is_shown_is_well_formed(block: str) -> None:
    expat.ParserCreate(namespace_separator="}").Parse(f"<root {NAMESPACES}>{block}</root>", True)


@pytest.mark.parametrize("block", blocks("json"))
def test_json_that_is_shown_is_json(block: str) -> None:
    assert json.loads(block)


@pytest.mark.parametrize("block", blocks("sh"))
def test_a_script_that_is_shown_can_be_read_by_a_shell(block: str) -> None:
    done = subprocess.run(["bash", "-n"], input=block, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("block", blocks("sh"))
def test_python_that_a_script_shows_can_be_copied_with_the_indent_of_a_list(block: str) -> None:
    """`docs` and the page's source print it so: the second line of a program would be indented."""
    for program in re.findall(r"python3? -c '(.*?)'", indent(block, "   "), re.DOTALL):
        compile(program, "shown", "exec")


@pytest.mark.parametrize("block", blocks("sh"))
def test_what_a_shown_curl_sends_can_be_sent(block: str) -> None:
    """A body is JSON, a file lies among the examples."""
    for body in re.findall(r"-d '(\{.*?\})'", block, re.DOTALL):
        assert json.loads(body)
    for name in re.findall(r"=@(\S+)", block):
        assert (ROOT / "examples" / name.removeprefix("/path/to/source/examples/")).exists(), name


@pytest.mark.parametrize("ending", ["", ".ru"])
def test_each_alert_has_its_runbook(ending: str) -> None:
    assert [text for level, text in headings(DOCS / f"alerts{ending}.md") if level == "##"] == ALERTS


@pytest.mark.parametrize("ending", ["", ".ru"])
def test_the_runbook_names_events_that_exist(ending: str) -> None:
    found = [text for page in ("runbook", "runbook-tasks") for _, text in headings(DOCS / f"{page}{ending}.md")]
    events = [one for text in found for one in re.findall(r"^`([a-z_]+\.[a-z_]+)", text)]
    assert len(events) > 20
    assert set(events) <= TEXTS.keys()
