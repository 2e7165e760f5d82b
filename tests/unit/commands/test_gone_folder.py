"""In a folder that was deleted under a shell, each command says just that."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.bare_environment import without_settings
from worker.cli import COMMANDS, EXIT_CONFIG, EXIT_OK, main

NEEDED = {
    "CAMUNDA_BASE_URL": "http://engine/engine-rest",
    "BITRIX_WEBHOOK_URL": "https://portal.example/rest/1/verysecretcode/",
}
MORE = {
    "config": ["show"],
    "explain": ["1"],
    "takeover": ["--from-worker", "a"],
    "replay": ["--all"],
    "forget": ["1", "--reason", "x"],
    "init": ["folder"],
}
Capture = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def _gone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    (folder := tmp_path / "gone").mkdir()
    monkeypatch.chdir(folder)
    folder.rmdir()
    without_settings(monkeypatch)
    for name, value in NEEDED.items():
        monkeypatch.setenv(name, value)
    root = logging.getLogger()
    handlers, level = root.handlers, root.level
    yield
    root.handlers = handlers
    root.setLevel(level)


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("language", ["ru", "en"])
def test_each_command_says_so_in_one_line(
    command: str, language: str, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOG_LANGUAGE", language)
    monkeypatch.setenv("LOG_FORMAT_FILE", "format")
    assert main([command, *MORE.get(command, [])]) == EXIT_CONFIG
    out, err = capsys.readouterr()
    assert out == ""
    (line,) = err.splitlines()
    assert ("больше нет" if language == "ru" else "is gone") in line
    assert line.endswith("cd")


def test_a_run_that_logs_json_says_so_in_its_log(capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOG_LANGUAGE", "en")
    monkeypatch.setenv("LOG_FORMAT", "json")
    assert main(["run"]) == EXIT_CONFIG
    (line,) = capsys.readouterr().err.splitlines()
    said = json.loads(line)
    assert said["event"] == "worker.not_started"
    assert "is gone" in said["reason"]


def test_a_folder_that_is_there_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["validate"]) == EXIT_OK
