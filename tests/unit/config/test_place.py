"""The configuration under another name, and a time zone that is none."""

from __future__ import annotations

from pathlib import Path

import pytest

from worker.config.loading import load
from worker.config.place import default_file
from worker.words.config_faults import ConfigError

NEEDED = {"CAMUNDA_BASE_URL": "http://engine/engine-rest", "BITRIX_WEBHOOK_URL": "https://portal/rest/1/secretsecret/"}


@pytest.mark.parametrize("name", ["config.yml", "Config.yaml", "CONFIG.YML", "config.yaml.txt", "config.yaml.yaml"])
def test_a_configuration_under_another_name_is_a_fault(tmp_path: Path, name: str) -> None:
    (tmp_path / name).touch()
    with pytest.raises(ConfigError, match=name):
        default_file(tmp_path, "en")
    (tmp_path / "config.yaml").touch()
    assert default_file(tmp_path, "en") == tmp_path / "config.yaml"


def told_of(file: Path) -> list[str]:
    return [one.line("en") for one in load(file, NEEDED, language="en").warnings]


def test_a_similar_name_beside_the_configuration_is_told_as_unread(tmp_path: Path) -> None:
    for name in ("config.yaml", "config.yml", "Config.yaml", "config.yaml.bak", "compose.yaml", "mine.yaml"):
        (tmp_path / name).write_text("log: {level: info}", encoding="utf-8")
    (tmp_path / "CONFIG.YML").mkdir()
    [told] = told_of(tmp_path / "config.yaml")
    assert told == (
        "config.yaml (configuration file): Config.yaml, config.yml lies beside it, and the worker does not read that: "
        "keep one file of settings"
    )
    assert told_of(tmp_path / "mine.yaml") == []


def test_a_configuration_without_a_single_character_is_told(tmp_path: Path) -> None:
    """What a full disk leaves of a file. One that holds only comments was meant so."""
    (file := tmp_path / "config.yaml").touch()
    [told] = told_of(file)
    assert told.startswith("config.yaml (configuration file): is empty, so only environment and defaults apply: ")
    file.write_text("# all by the environment\n", encoding="utf-8")
    assert told_of(file) == told_of(Path("/dev/null")) == []


def test_it_is_told_in_the_language_of_the_log(tmp_path: Path) -> None:
    (tmp_path / "config.yml").touch()
    with pytest.raises(ConfigError, match="переименуйте"):
        default_file(tmp_path, "ru")


def test_a_folder_that_nobody_may_list_is_no_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def denied(_: Path) -> list[Path]:
        raise PermissionError

    monkeypatch.setattr(Path, "iterdir", denied)
    assert default_file(tmp_path, "en") is None
    (tmp_path / "config.yaml").touch()
    assert default_file(tmp_path, "en") == tmp_path / "config.yaml"


def test_other_files_are_none_of_our_business(tmp_path: Path) -> None:
    for name in ("config.json", "my-config.yml", "compose.yaml", "config.yaml.bak"):
        (tmp_path / name).touch()
    assert default_file(tmp_path, "en") is None


@pytest.mark.parametrize(
    ("zone", "meant"),
    [("Europe/Moskow", "Europe/Moscow"), ("MSK", "Europe/Moscow"), (":Asia/Almati", "Asia/Almaty"), ("Nowhere", "")],
)
def test_a_zone_that_is_none_is_a_fault(zone: str, meant: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load(None, NEEDED | {"TZ": zone})
    [problem] = caught.value.problems
    assert problem.path == "TZ"
    assert f" {meant}?" in problem.phrase.en if meant else "→" not in problem.phrase.en


@pytest.mark.parametrize("zone", ["", "UTC", "MSK-3", "<+03>-3", "EST5EDT,M3.2.0,M11.1.0"])
def test_a_zone_that_is_one_passes(zone: str) -> None:
    load(None, NEEDED | {"TZ": zone})


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("CAMUNDA_BASE_URL=http://engine/engine-rest", True),
        ("export CAMUNDA_BASE_URL='http://engine/engine-rest'", True),
        ("CAMUNDA_BASE_URL=", False),
        ("# CAMUNDA_BASE_URL=http://engine/engine-rest", False),
        ("OLD_CAMUNDA_BASE_URL=http://engine/engine-rest", False),
    ],
)
def test_an_address_that_only_the_file_for_the_shell_has_is_missing_and_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, line: str, *, told: bool
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".env").write_text(f"# of init\n{line}\n", encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        load(None, NEEDED | {"CAMUNDA_BASE_URL": ""})
    [problem] = caught.value.problems
    for said in (problem.phrase.en, problem.phrase.ru):
        assert ("set -a; . ./.env; set +a" in said) is told
        assert "CAMUNDA_BASE_URL" in said
    assert ("has it without a value" in problem.phrase.en) is (line == "CAMUNDA_BASE_URL=")


def test_a_file_for_the_shell_that_begins_with_a_mark_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The shell takes the mark for a part of the first name."""
    monkeypatch.chdir(tmp_path)
    lines = (f"{name}={value}\n" for name, value in NEEDED.items())
    (tmp_path / ".env").write_text("\ufeff" + "".join(lines), encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        load(None, {})
    first, second = (one.phrase for one in caught.value.problems)
    for said in (first.en, first.ru):
        assert "BOM" in said
        assert "set -a" not in said
    assert "set -a; . ./.env; set +a" in second.en
