"""What `init` and `schema` write: in each language the same settings, never over a file that is there."""

from __future__ import annotations

import errno
import json
import os
import re
import stat
import subprocess
from pathlib import Path

import pytest

from tests.support import settings_schema
from worker.cli import EXIT_CONFIG, EXIT_OK, main
from worker.commands import starter
from worker.config.loading import load
from worker.config.place import NAME
from worker.words.phrase import LANGUAGES, Language

ROOT = Path(__file__).parents[3]
WRITTEN = (".env", "config.schema.json", "config.yaml")
ENVIRON = {"CAMUNDA_BASE_URL": "http://e/engine-rest", "BITRIX_WEBHOOK_URL": "https://portal.example/rest/1/code/"}
Capture = pytest.CaptureFixture[str]
in_each = pytest.mark.parametrize("language", LANGUAGES)


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LOG_LANGUAGE", "en")


@in_each
def test_what_is_written_loads_and_speaks_the_language(language: Language, capsys: Capture) -> None:
    assert main(["init", "new/folder", "--language", language]) == EXIT_OK
    folder = Path("new/folder")
    assert sorted(one.name for one in folder.iterdir()) == sorted(WRITTEN)
    *told, what_next = capsys.readouterr().out.splitlines()
    assert sorted(line.rpartition("/")[2] for line in told) == sorted(WRITTEN)
    assert "camunda-bitrix-worker check" in what_next
    assert load(folder / "config.yaml", ENVIRON).log.language == language
    assert bool(re.search("[а-я]", (folder / ".env").read_text("utf-8"))) is (language == "ru")
    assert stat.S_IMODE((folder / ".env").stat().st_mode) == 0o600
    assert json.loads((folder / "config.schema.json").read_text("utf-8"))["properties"].keys() >= {"camunda", "topics"}
    (named,) = re.findall(
        r"^# yaml-language-server: \$schema=(\S+)$", (folder / "config.yaml").read_text("utf-8"), re.M
    )
    assert (folder / named).exists()


@in_each
def test_the_env_file_says_how_a_value_with_odd_signs_is_written(language: Language) -> None:
    (example,) = re.findall(r"NAME='\S+'", starter.shipped(f"env.{language}"))
    told = subprocess.run(["sh", "-c", f'{example}; printf %s "$NAME"'], capture_output=True, text=True, check=True)
    assert told.stdout == "a$b"


@in_each
def test_the_env_file_says_what_differs_in_a_container(language: Language) -> None:
    text = starter.shipped(f"env.{language}")
    assert "http://host.docker.internal:8080/engine-rest" in text
    compose = (Path(__file__).parents[3] / "compose.yaml").read_text("utf-8")
    assert "host.docker.internal:host-gateway" in compose
    assert "LEDGER_URL" in text.partition("CAMUNDA_BASE_URL=")[0], "it names a folder that no container has"


def test_the_language_is_that_of_the_person_if_none_is_named() -> None:
    assert main(["init"]) == EXIT_OK
    assert Path("config.yaml").read_text("utf-8") == starter.configuration("en")


@pytest.mark.parametrize("name", WRITTEN)
@pytest.mark.parametrize("kind", ["file", "link"])
def test_nothing_is_overwritten_or_begun_beside_a_file_that_is_there(name: str, kind: str, capsys: Capture) -> None:
    if kind == "file":
        Path(name).write_text("mine", encoding="utf-8")
    else:
        Path(name).symlink_to("nowhere")
    assert main(["init"]) == EXIT_CONFIG
    out, err = capsys.readouterr()
    assert (out, err) == ("", f"{name} exists, nothing was written: name another folder, or move it away\n")
    assert [one.name for one in Path().iterdir()] == [name]


def test_a_folder_that_cannot_be_made_is_named(capsys: Capture) -> None:
    Path("file").touch()
    assert main(["init", "file"]) == EXIT_CONFIG
    assert main(["init", "file/inner"]) == EXIT_CONFIG
    assert main(["init", "/proc/new"]) == EXIT_CONFIG
    first, second, third = capsys.readouterr().err.splitlines()
    assert first == "file exists, nothing was written: name another folder, or move it away"
    assert second == "cannot write file/inner: a part of the path is no folder"
    assert third.startswith("cannot write /proc/new: ")


def test_a_disk_that_is_full_half_way_leaves_nothing_that_a_second_try_would_trip_over(
    capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second try said that config.yaml exists."""
    chmod, tried = Path.chmod, list[Path]()

    def full(path: Path, mode: int) -> None:
        tried.append(path)
        if len(tried) == 2:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))
        chmod(path, mode)

    monkeypatch.setattr(Path, "chmod", full)
    assert main(["init"]) == EXIT_CONFIG
    assert capsys.readouterr() == ("", "cannot write config.schema.json: the disk is full\n")
    assert [*Path().iterdir()] == []
    assert main(["init"]) == EXIT_OK


def test_both_environments_name_the_same_variables() -> None:
    english, russian = (
        [line for line in starter.shipped(f"env.{language}").splitlines() if re.match(r"(# )?[A-Z_]+=", line)]
        for language in ("en", "ru")
    )
    assert russian == english
    assert [line.partition("=")[0] for line in english if line[0] != "#"] == list(ENVIRON)


@in_each
def test_the_schema_is_printed(language: Language, capsys: Capture) -> None:
    assert main(["schema", "--language", language]) == EXIT_OK
    assert json.loads(capsys.readouterr().out) == json.loads(starter.schema(language))


@in_each
def test_each_setting_is_described_in_the_language(language: Language) -> None:
    texts = re.findall(r'"description": "(.*)"', starter.schema(language))
    assert len(texts) > 80
    assert all(bool(re.search("[а-я]", one)) is (language == "ru") for one in texts)
    assert not [one for one in texts if "](" in one]


def test_files_that_are_shipped_name_a_schema_that_exists() -> None:
    for path in (ROOT / "config.yaml", *sorted((ROOT / "examples").glob("*.yaml"))):
        named = re.match(r"# yaml-language-server: \$schema=(\S+)\n", path.read_text("utf-8"))
        assert named
        assert (path.parent / named[1]).samefile(settings_schema.path_of("en"))


def test_an_example_that_is_copied_beside_what_init_wrote_finds_its_schema_there(tmp_path: Path) -> None:
    [*starter.begin(tmp_path, "en")]
    for path in sorted((ROOT / "examples").glob("*.yaml")):
        copy = tmp_path / NAME
        copy.write_text(path.read_text("utf-8"), "utf-8")
        named = re.match(r"# yaml-language-server: \$schema=(\S+)\n", copy.read_text("utf-8"))
        assert named
        assert json.loads((copy.parent / named[1]).read_text("utf-8")) == json.loads(starter.schema("en"))
