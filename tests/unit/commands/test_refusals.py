"""Why `run` has not started, as lines of a log that is JSON: what collects it reads nothing else."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bitrix import wire
from tests.support.bare_environment import without_settings
from tests.support.builders import open_ledger
from tests.support.two_languages import russian_in
from worker.cli import EXIT_CONFIG, EXIT_OK, EXIT_UNABLE, main

CODE = "verysecretcode"
SIDES = {
    "CAMUNDA_BASE_URL": "http://engine/engine-rest",
    "BITRIX_WEBHOOK_URL": f"https://portal.example/rest/1/{CODE}/",
}
Capture = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def _bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.chdir(tmp_path)
    without_settings(monkeypatch)
    for name, value in (SIDES | {"LOG_LANGUAGE": "en", "LOG_FORMAT": "json", "HTTP_PORT": "0"}).items():
        monkeypatch.setenv(name, value)
    root = logging.getLogger()
    handlers, level = root.handlers, root.level
    yield
    root.handlers = handlers
    root.setLevel(level)


def logged(capsys: Capture, code: int, *arguments: str) -> list[dict[str, Any]]:
    """The lines of the log, of which each is JSON and says what every refusal says."""
    assert main(["run", *arguments]) == code
    out, err = capsys.readouterr()
    assert out == ""
    assert CODE not in err
    assert russian_in(err) == []
    lines = [json.loads(line) for line in err.splitlines()]
    for line in lines:
        assert list(line)[:4] == ["time", "level", "event", "message"]
        if line["event"] == "worker.not_started":
            assert line["level"] == "error"
            assert line["message"] == f"The worker has not started: {line['reason']}"
            assert line["cause"]
            assert line["cure"]
            assert "place" in line
    return lines


def test_each_fault_of_the_configuration_is_a_line_with_its_place(capsys: Capture, tmp_path: Path) -> None:
    text = "camunda:\n  max_in_flight: many\nlog: {level: loud}\nbitrix: {request_timeout: 30}\n"
    (tmp_path / "config.yaml").write_text(text, encoding="utf-8")
    first, second, *doubtful = logged(capsys, EXIT_CONFIG)
    assert (first["cause"], first["path"], first["place"]) == (
        "configuration",
        "camunda.max_in_flight",
        "config.yaml, line 2",
    )
    assert first["reason"] == "camunda.max_in_flight (config.yaml, line 2): must be a whole number (given: “many”)"
    assert first["cure"].endswith("camunda-bitrix-worker validate")
    assert (second["path"], second["place"]) == ("log.level", "config.yaml, line 3")
    assert [(one["event"], one["level"], one["source"]) for one in doubtful] == [
        ("config.warning", "warning", "config.yaml, line 4")
    ]


@pytest.mark.parametrize(
    ("file", "environ", "arguments", "words"),
    [
        ("config.yaml", {}, [], "is not YAML"),
        ("config.yml", {}, [], "rename it, or name the file by --config"),
        ("config.yaml", {}, ["-c", "nowhere.yaml"], "nowhere.yaml cannot be read"),
        ("good.yaml", {"BITRIX_WEBHOOK_URL": "", "BITRIX_WEBHOOK_URL_FILE": "/nowhere"}, [], "nowhere) cannot be read"),
        ("good.yaml", {"BITRIX_WEBHOOK_URL": ""}, [], "bitrix.webhook_url: is missing"),
        ("good.yaml", {"TZ": "Europe/Moskow"}, [], "TZ (environment variable): names no time zone"),
        ("good.yaml", {}, ["--log-level", "loud"], "log.level (flag --log-level): must be"),
    ],
)
def test_whatever_is_wrong_with_it(
    file: str,
    environ: dict[str, str],
    arguments: list[str],
    words: str,
    capsys: Capture,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (tmp_path / file).write_text("a: 'b", encoding="utf-8")
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    [line] = logged(capsys, EXIT_CONFIG, *arguments)
    assert words in line["reason"]


@pytest.mark.parametrize("arguments", [["--log-levl", "debug"], ["--log-level"], ["now"]])
def test_a_slip_on_the_command_line_is_a_line_too(arguments: list[str], capsys: Capture) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["run", *arguments])
    assert caught.value.code == EXIT_CONFIG
    out, err = capsys.readouterr()
    assert out == ""
    assert russian_in(err) == []
    (line,) = map(json.loads, err.splitlines())
    assert (line["event"], line["cause"], line["place"]) == ("worker.not_started", "command_line", "command line")
    assert arguments[0] in line["reason"]
    assert "run --help" in line["cure"]


@pytest.mark.parametrize("broken", ["", "a: 'b"])
def test_the_file_alone_may_ask_for_json(
    broken: str, capsys: Capture, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("LOG_FORMAT")
    (tmp_path / "config.yaml").write_text(f"log:\n  format: json\n  level: loud\n{broken}", encoding="utf-8")
    assert logged(capsys, EXIT_CONFIG)
    monkeypatch.setenv("LOG_FORMAT", "console")
    assert main(["run"]) == EXIT_CONFIG
    assert capsys.readouterr().err.startswith("Configuration: ")


@pytest.mark.parametrize(
    ("environ", "cause", "place"),
    [
        ({"LEDGER_URL": "sqlite:////nowhere/x.db"}, "ledger_without_folder", "variable LEDGER_URL): /nowhere/x.db"),
        ({"LEDGER_URL": "sqlite:///damaged.db"}, "ledger_damaged", "damaged.db"),
        ({"LEDGER_URL": "sqlite:///other.db"}, "ledger_of_another", "other.db"),
        ({"LEDGER_URL": "postgresql+psycopg://u:p@127.0.0.1:1/x"}, "database_unreachable", "***@127.0.0.1:1/x"),
    ],
)
def test_a_ledger_that_is_refused_is_a_line(
    environ: dict[str, str], cause: str, place: str, capsys: Capture, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "damaged.db").write_bytes(b"nothing like a database" * 100)
    open_ledger(tmp_path, portal="https://other.example/").close()
    (tmp_path / "worker.db").rename(tmp_path / "other.db")
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    [line] = logged(capsys, EXIT_UNABLE)
    assert line["cause"] == cause
    assert line["place"].startswith("ledger.url (variable LEDGER_URL): ")
    assert line["place"].endswith(place)
    assert line["cure"] not in line["reason"]
    assert line["reason"] not in line["cure"]


def test_an_unfit_system_is_a_line(capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wire, "_USER_TIMEOUT", None)
    [line] = logged(capsys, EXIT_UNABLE)
    assert (line["cause"], "TCP_USER_TIMEOUT" in line["reason"]) == ("system_unfit", True)


def test_other_commands_speak_to_people(capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PORT", "many")
    assert main(["validate"]) == EXIT_CONFIG
    assert capsys.readouterr().err.startswith("Configuration: ")
    monkeypatch.setenv("HTTP_PORT", "0")
    assert main(["validate"]) == EXIT_OK
