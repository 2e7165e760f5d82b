from __future__ import annotations

import errno
import io
import json
import logging
import os
import pwd
import socket
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from pathlib import Path
from queue import SimpleQueue
from typing import Any

import pytest
import requests_mock

from bitrix import wire
from bitrix.causes import Cause, Trouble
from tests.support.bare_environment import without_settings
from tests.support.builders import open_ledger
from tests.support.ledger_history import RELEASED, make_ledger_of
from worker import __version__, run as runner
from worker.cli import EXIT_CONFIG, EXIT_FOUND, EXIT_INTERRUPTED, EXIT_OK, EXIT_UNABLE, main
from worker.commands import console, ledger_commands as commands
from worker.commands.check import calls as calls_check, checks
from worker.commands.check.finding import Finding
from worker.config.loading import load
from worker.ledger import Counted, LedgerUnavailable, opening, preparation
from worker.model import SyncRequest
from worker.words.causes import explained
from worker.words.phrase import LANGUAGES, Language, Phrase, unchanged

SECRET = "verysecretcode"
NEEDED = {
    "CAMUNDA_BASE_URL": "http://engine/engine-rest",
    "BITRIX_WEBHOOK_URL": f"https://portal.example/rest/1/{SECRET}",
    "LOG_LANGUAGE": "en",
    "HTTP_PORT": "0",
}
"""Without a page: a worker that runs on this machine beside the tests must not be asked."""
Capture = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def _root_logger() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers, root.level
    yield
    root.handlers = handlers
    root.setLevel(level)


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty current folder, and an environment with what is needed and nothing else of ours."""
    monkeypatch.chdir(tmp_path)
    without_settings(monkeypatch)
    for name, value in NEEDED.items():
        monkeypatch.setenv(name, value)


# --- validate, and the settings of every command ---


def test_a_good_configuration_is_said_to_be_good(capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    assert main(["validate"]) == EXIT_OK
    assert capsys.readouterr().out.endswith("\nThe configuration is good.\n")
    monkeypatch.delenv("LOG_LANGUAGE")
    assert main(["validate"]) == EXIT_OK
    assert capsys.readouterr().out.endswith("\nНастройки в порядке.\n")


@pytest.mark.parametrize("command", [["validate"], ["check"], ["check", "--model", "x.bpmn"]])
def test_warnings_about_settings_are_printed_and_are_no_failure(
    capsys: Capture, monkeypatch: pytest.MonkeyPatch, command: list[str]
) -> None:
    monkeypatch.setattr(checks, "run_checks", lambda _: [])
    monkeypatch.setattr(calls_check, "check_models", lambda *_: calls_check.Checked([], []))
    monkeypatch.setenv("BITRIX_REQUEST_TIMEOUT", "30")
    assert main(command) == EXIT_OK
    said = capsys.readouterr().out
    assert "\nWARN bitrix.request_timeout (variable BITRIX_REQUEST_TIMEOUT): is below " in said
    assert ("Look at what is marked WARN." in said) is (command == ["validate"])
    assert "The configuration is good" not in said


def test_warnings_are_told_from_faults(capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BITRIX_REQUEST_TIMEOUT", "30")
    monkeypatch.setenv("HTTP_PORT", "many")
    assert main(["validate"]) == EXIT_CONFIG
    fault, warning = capsys.readouterr().err.splitlines()[-2:]
    assert fault.startswith("  http.port (variable HTTP_PORT): ")
    assert warning.startswith("WARN bitrix.request_timeout (variable BITRIX_REQUEST_TIMEOUT): is below ")


def test_a_ledger_that_cannot_be_made_here_fails_validate(
    capsys: Capture, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("LEDGER_URL", f"sqlite:///{tmp_path}/none/worker.db")
    assert main(["validate"]) == EXIT_UNABLE
    said = capsys.readouterr().out
    assert f"\nledger.url: {tmp_path}/none/worker.db cannot be made: there is no such folder" in said
    assert said.endswith("but here `run` would not start with this ledger.\n")
    assert "The configuration is good" not in said
    monkeypatch.setenv("LEDGER_URL", f"sqlite:///{tmp_path}/worker.db")
    assert main(["validate"]) == EXIT_OK
    assert "\nledger.url" not in capsys.readouterr().out


def test_a_ledger_on_a_server_is_not_asked_by_validate(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LEDGER_URL", "postgresql+psycopg://nobody@nowhere.invalid/worker")
    assert main(["validate"]) == EXIT_OK


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_help_of_validate_names_its_exit_codes(
    capsys: Capture, monkeypatch: pytest.MonkeyPatch, language: Language
) -> None:
    monkeypatch.setenv("LOG_LANGUAGE", language)
    with pytest.raises(SystemExit):
        main(["validate", "--help"])
    said = " ".join(capsys.readouterr().out.split())
    assert ("код 1:" if language == "ru" else "exit code 1:") in said


def test_a_system_that_cannot_forget_a_request_is_refused(capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wire, "_USER_TIMEOUT", None)
    assert main(["run"]) == EXIT_UNABLE
    assert "TCP_USER_TIMEOUT" in capsys.readouterr().err
    assert main(["validate"]) == EXIT_OK


@pytest.mark.parametrize("command", ["run", "validate", "check", "status"])
def test_every_command_tells_all_faults_of_the_configuration(
    capsys: Capture, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    monkeypatch.setenv("BITRIX_WEBHOOK_URL", f"https://portal.example/{SECRET}")
    monkeypatch.setenv("CAMUNDA_LOCK_SECONDS", "1")
    monkeypatch.setenv("BITRIX_DEFAULT_PRIORITY", "9")
    assert main([command, "--log-level", "loud"]) == EXIT_CONFIG
    out, err = capsys.readouterr()
    assert out == ""
    for place in (
        "bitrix.webhook_url (variable BITRIX_WEBHOOK_URL)",
        "bitrix.default_priority (variable BITRIX_DEFAULT_PRIORITY)",
        "log.level (flag --log-level)",
    ):
        assert f"\n  {place}: " in err
    assert SECRET not in err
    assert list(Path().iterdir()) == [], "nothing was made"


def test_the_file_of_the_current_folder_is_read_unless_another_is_named(capsys: Capture, tmp_path: Path) -> None:
    (tmp_path / "config.yaml").write_text("camunda: {worker: x}\n", encoding="utf-8")
    (tmp_path / "other.yaml").write_text("log: {language: en}\n", encoding="utf-8")
    assert main(["validate"]) == EXIT_CONFIG
    said = capsys.readouterr().err
    assert "camunda.worker (config.yaml, line 1): is not a setting → worker_id?" in said
    assert said.startswith(f"Configuration: {tmp_path / 'config.yaml'}\n")
    assert main(["validate", "-c", "other.yaml"]) == EXIT_OK


def test_a_file_that_is_named_and_not_there_is_a_fault(capsys: Capture) -> None:
    assert main(["validate", "--config", "nowhere.yaml"]) == EXIT_CONFIG
    said = capsys.readouterr().err
    assert "nowhere.yaml cannot be read" in said
    assert "(file)" not in said


def test_a_level_that_is_empty_is_a_fault(capsys: Capture) -> None:
    assert main(["validate", "--log-level", ""]) == EXIT_CONFIG
    assert "log.level (flag --log-level): must be" in capsys.readouterr().err


def test_who_starts_in_a_folder_without_the_file_is_told(capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("BITRIX_WEBHOOK_URL")
    assert main(["run"]) == EXIT_CONFIG
    assert capsys.readouterr().err.startswith("Configuration: none: environment and defaults\n")


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ([], 2),
        (["dance"], 2),
        (["validate", "--json"], 2),
        (["--version"], 0),
        (["--help"], 0),
        (["status", "--help"], 0),
    ],
)
def test_the_usage(capsys: Capture, arguments: list[str], code: int) -> None:
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    assert caught.value.code == code
    out, err = capsys.readouterr()
    told = err if code else out
    assert told.strip() == f"camunda-bitrix-worker {__version__}" or "usage:" in told


# --- check ---


@pytest.mark.parametrize(
    ("findings", "code"),
    [
        ([Finding(Phrase("а", "a"), good=True, seen=unchanged("x"))], EXIT_OK),
        (
            [
                Finding(Phrase("а", "a"), good=True, seen=unchanged("x")),
                Finding(Phrase("б", "b"), good=False, seen=unchanged("y"), essential=False),
            ],
            EXIT_OK,
        ),
        (
            [
                Finding(Phrase("а", "a"), good=False, seen=unchanged("x")),
                Finding(Phrase("б", "b"), good=True, seen=unchanged("y")),
            ],
            EXIT_FOUND,
        ),
    ],
)
def test_only_what_is_essential_makes_a_check_fail(
    capsys: Capture, monkeypatch: pytest.MonkeyPatch, findings: list[Finding], code: int
) -> None:
    monkeypatch.setattr(checks, "run_checks", lambda _: findings)
    assert main(["check"]) == code
    assert capsys.readouterr().out.splitlines()[2:] == [finding.line("en") for finding in findings]


def test_a_check_of_what_cannot_be_reached_fails_without_showing_the_secret(capsys: Capture) -> None:
    with requests_mock.Mocker() as http:
        http.register_uri(requests_mock.ANY, requests_mock.ANY, status_code=503, text="<html>away</html>")
        assert main(["check"]) == EXIT_FOUND
    out, err = capsys.readouterr()
    assert "FAIL engine" in out
    assert SECRET not in out + err


# --- status ---


def binding() -> dict[str, Any]:
    return {"portal": "https://portal.example", "engine": "http://engine/engine-rest"}


def test_status_prints_what_the_ledger_says(capsys: Capture, tmp_path: Path) -> None:
    ledger = open_ledger(tmp_path, **binding())
    ledger.count(Counted.TASKS_CREATED, 3)
    ledger.close()
    assert main(["status"]) == EXIT_OK
    assert "tasks_created                3" in capsys.readouterr().out
    assert main(["status", "--json"]) == EXIT_OK
    told = json.loads(capsys.readouterr().out)
    assert (told["tasks_created"], told["parked"]) == (3, [])


def test_status_can_be_asked_beside_a_running_worker(capsys: Capture, tmp_path: Path) -> None:
    ledger = open_ledger(tmp_path, **binding(), exclusive=True)
    assert main(["status"]) == EXIT_OK
    ledger.close()


@pytest.mark.parametrize(("language", "words"), [("en", "There is no ledger"), ("ru", "пока нет")])
def test_without_a_ledger_none_is_made(
    capsys: Capture, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, language: str, words: str
) -> None:
    monkeypatch.setenv("LOG_LANGUAGE", language)
    monkeypatch.setenv("HTTP_PORT", "1")  # nothing answers there
    assert main(["status"]) == EXIT_UNABLE
    out, err = capsys.readouterr()
    assert "CAMUNDA_BASE_URL" in out, "what can be learnt without it"
    first = out.splitlines()[0]
    assert "docs ledger#when-it-is-lost" in first, "a start would make an empty one"
    assert "nothing is lost" not in first
    assert "ничего не потеряется" not in first
    assert words in err
    assert str(tmp_path / "worker.db") in err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_status_says_once_what_is_the_matter_with_the_ledger(
    capsys: Capture, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, language: Language
) -> None:
    """The headline had it, and the last line once more."""
    monkeypatch.setenv("LOG_LANGUAGE", language)
    cure = explained(Trouble("ledger", Cause.LEDGER_DAMAGED)).cure.in_(language)
    (tmp_path / "worker.db").write_bytes(b"no ledger" * 1000)
    for port in ("0", "1"):  # without a page the headline does not say it; at the other port nothing answers
        monkeypatch.setenv("HTTP_PORT", port)
        assert main(["status"]) == EXIT_UNABLE
        assert "".join(capsys.readouterr()).count(cure) == 1
    assert main(["status", "--json"]) == EXIT_UNABLE
    out, err = capsys.readouterr()
    assert cure in json.loads(out)["headline"]
    assert cure in err, "for the person who calls a program that reads the rest"


@pytest.mark.parametrize("command", [["status"], ["replay", "--all"], ["forget", "1", "--reason", "x"]])
def test_an_empty_file_is_made_no_ledger(capsys: Capture, tmp_path: Path, command: list[str]) -> None:
    (tmp_path / "worker.db").touch()
    assert main(command) == EXIT_UNABLE
    assert f"The file {tmp_path}/worker.db is there and empty: it holds no ledger" in capsys.readouterr().err
    with sqlite3.connect(tmp_path / "worker.db") as file:
        assert file.execute("SELECT name FROM sqlite_master").fetchall() == []


def test_the_ledger_of_another_pair_is_refused(capsys: Capture, tmp_path: Path) -> None:
    open_ledger(tmp_path, **binding() | {"portal": "https://other.example"}).close()
    assert main(["status"]) == EXIT_UNABLE
    told = capsys.readouterr().err
    assert "belongs to https://other.example, not to https://portal.example" in told
    assert "Check BITRIX_WEBHOOK_URL first" in told, "a mistyped host is likelier than another portal"


def test_all_that_a_ledger_does_not_belong_to_is_named_at_once(capsys: Capture, tmp_path: Path) -> None:
    open_ledger(tmp_path, portal="https://other.example", engine="http://other/engine-rest").close()
    assert main(["status"]) == EXIT_UNABLE
    told = capsys.readouterr().err
    assert "belongs to https://other.example and http://other/engine-rest, not to https://portal.example and " in told
    assert "Check BITRIX_WEBHOOK_URL and CAMUNDA_BASE_URL first" in told


def test_a_ledger_belongs_to_its_engine_however_its_address_is_written(
    capsys: Capture, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_ledger(tmp_path, **binding() | {"portal": "https://portal.example:443"}).close()
    monkeypatch.setenv("CAMUNDA_BASE_URL", "HTTP://ENGINE:80/engine-rest/")
    assert main(["status"]) == EXIT_OK
    assert "tasks_created" in capsys.readouterr().out


def test_a_file_that_is_no_ledger_is_told(capsys: Capture, tmp_path: Path) -> None:
    (tmp_path / "worker.db").write_text("something else, and long enough " * 100, encoding="utf-8")
    assert main(["status"]) == EXIT_UNABLE
    assert f"is not a ledger ({tmp_path / 'worker.db'})" in capsys.readouterr().err


def test_a_ledger_that_fails_while_it_is_read_is_told(
    capsys: Capture, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unavailable(*_: object) -> None:
        raise LedgerUnavailable("disk I/O error")

    open_ledger(tmp_path, **binding()).close()
    monkeypatch.setattr(commands, "status_of", unavailable)
    assert main(["status"]) == EXIT_UNABLE
    assert "disk I/O error" in capsys.readouterr().err


def test_a_file_that_is_locked_is_told_with_its_name_and_a_cure(
    capsys: Capture, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def locked(*_: object) -> None:
        place = str(tmp_path / "worker.db")
        raise LedgerUnavailable("", Trouble("ledger", Cause.LEDGER_LOCKED, place=place, said="database is locked"))

    open_ledger(tmp_path, **binding()).close()
    monkeypatch.setattr(commands, "status_of", locked)
    assert main(["status"]) == EXIT_UNABLE
    told = capsys.readouterr().err
    assert f"locked ({tmp_path / 'worker.db'}): database is locked" in told
    assert "End the program that keeps the file open" in told


# --- replay, forget ---


def park(folder: Path, *names: str) -> None:
    ledger = open_ledger(folder, **binding())
    for name in names:
        ledger.syncs.queue([SyncRequest(name, "order")])
        [sync] = ledger.syncs.take(1)
        ledger.syncs.failed(sync, "the module is busy", retry_in=None)
    ledger.close()


def test_replay_names_what_is_not_parked(capsys: Capture, tmp_path: Path) -> None:
    park(tmp_path, "a", "b")
    assert main(["replay", "1", "7", "1", str(10**30)]) == EXIT_FOUND
    told = capsys.readouterr().out.splitlines()
    assert told[0] == "Queued again: 1"
    assert [line.split(";")[0] for line in told[1:]] == [f"There is no parked sync {id_}" for id_ in (7, 10**30)]
    assert main(["replay", "--all"]) == EXIT_OK
    assert capsys.readouterr().out == "Queued again: 1\n"


@pytest.mark.parametrize(("language", "words"), [("en", "sync.enabled is off"), ("ru", "sync.enabled выключен")])
def test_replay_tells_that_nobody_will_send(
    capsys: Capture, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, language: str, words: str
) -> None:
    park(tmp_path, "a")
    monkeypatch.setenv("SYNC_ENABLED", "false")
    monkeypatch.setenv("LOG_LANGUAGE", language)
    assert main(["replay", "1"]) == EXIT_OK
    assert words in capsys.readouterr().out


def test_what_is_forgotten_is_logged_whatever_the_level(capsys: Capture, tmp_path: Path) -> None:
    park(tmp_path, "a")
    assert main(["forget", "1", "--reason", "instance was a test", "--log-level", "error"]) == EXIT_OK
    out, err = capsys.readouterr()
    assert out == "Deleted sync 1\n"
    assert "instance was a test" in err
    assert main(["forget", str(10**30), "--reason", "x"]) == EXIT_FOUND
    assert "There is no parked sync" in capsys.readouterr().out


def test_who_decided_when_and_why_stays_in_the_ledger(
    capsys: Capture, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    park(tmp_path, "a", "b", "c")
    monkeypatch.delenv("SUDO_USER", raising=False)
    assert main(["replay", "1", "--reason", "the module is repaired"]) == EXIT_OK
    monkeypatch.setenv("SUDO_USER", "anna")
    assert main(["replay", "2"]) == EXIT_OK
    assert main(["forget", "3", "--reason", "instance was a test"]) == EXIT_OK
    capsys.readouterr()
    assert main(["status", "--json"]) == EXIT_OK
    third, second, first = json.loads(capsys.readouterr().out)["decisions"]
    me = f"{pwd.getpwuid(os.geteuid()).pw_name}@{socket.gethostname()}"
    assert (first["decided"], first["sync"], first["who"], first["reason"]) == (
        "replay",
        1,
        me,
        "the module is repaired",
    )
    assert (second["processInstanceId"], second["who"], second["reason"]) == ("b", f"{me} (sudo: anna)", None)
    assert (third["decided"], third["error"], third["reason"]) == (
        "forget",
        "the module is busy",
        "instance was a test",
    )
    assert all(
        datetime.fromisoformat(one["at"]) >= datetime.fromisoformat(one["since"]) for one in (first, second, third)
    )


def test_a_user_without_a_name_is_told_by_number(
    capsys: Capture, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    park(tmp_path, "a")
    monkeypatch.setattr(os, "geteuid", lambda: 987_654)
    assert main(["replay", "1"]) == EXIT_OK
    assert main(["status", "--json"]) == EXIT_OK
    told = capsys.readouterr().out
    assert f'"who": "987654@{socket.gethostname()}' in told


def test_to_forget_takes_a_reason(capsys: Capture, tmp_path: Path) -> None:
    park(tmp_path, "a")
    with pytest.raises(SystemExit) as caught:
        main(["forget", "1", "--reason", " "])
    assert caught.value.code == EXIT_CONFIG
    assert "say why" in capsys.readouterr().err


# --- audit ---


@pytest.mark.parametrize("since", ["99999999d", "9999999999999d", "0001-01-01", "2h ago"])
def test_a_moment_that_is_none_is_told(capsys: Capture, since: str) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["audit", "--since", since])
    assert caught.value.code == EXIT_CONFIG
    assert "2h, 7d, 2026-03-01T10:00+03:00" in capsys.readouterr().err


@pytest.mark.parametrize("option", ["--since", "--resync"])
def test_a_moment_that_has_not_come_is_told(capsys: Capture, option: str) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["audit", option, "2999-01-01"])
    assert caught.value.code == EXIT_CONFIG
    assert "“2999-01-01” is in the future" in capsys.readouterr().err


ROWS = [{"id": str(id_), "xmlId": f"camunda:{marker}"} for id_, marker in ((1, "a"), (2, "a"), (3, "b"))]


@pytest.mark.parametrize(("rows", "code"), [([], EXIT_OK), (ROWS[1:], EXIT_OK), (ROWS, EXIT_FOUND)])
def test_an_audit_tells_by_its_code_whether_markers_are_doubled(
    capsys: Capture, rows: list[dict[str, str]], code: int
) -> None:
    with requests_mock.Mocker() as http:
        http.post(requests_mock.ANY, json={"result": {"tasks": rows}})
        assert main(["audit"]) == code
    assert ("camunda:a: 1, 2" in capsys.readouterr().out) is (code == EXIT_FOUND)


@pytest.mark.parametrize(("total", "line"), [({"total": 3}, "Looked at: 2 of 3"), ({}, "Looked at: 2")])
def test_an_audit_shows_how_far_it_is(
    capsys: Capture, monkeypatch: pytest.MonkeyPatch, total: dict[str, int], line: str
) -> None:
    monkeypatch.setattr(console, "is_watched", lambda: True)
    with requests_mock.Mocker() as http:
        http.post(requests_mock.ANY, json={"result": {"tasks": ROWS}, **total})
        assert main(["audit"]) == EXIT_FOUND
    assert line in capsys.readouterr().out.split(console.NEW_LINE)


def test_an_audit_that_could_not_look_has_found_nothing(capsys: Capture) -> None:
    with requests_mock.Mocker() as http:
        http.register_uri(requests_mock.ANY, requests_mock.ANY, status_code=503, text="<html>away</html>")
        assert main(["audit"]) == EXIT_UNABLE
    out, err = capsys.readouterr()
    assert (out, SECRET in err) == ("", False)
    assert err.startswith("the portal is temporarily unavailable, ")
    assert "(call tasks.task.list)" in err
    assert err.endswith("camunda-bitrix-worker check\n")


def test_a_command_that_is_interrupted_ends_without_a_traceback(
    capsys: Capture, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    open_ledger(tmp_path, **binding()).close()
    monkeypatch.setattr(commands, "status_of", interrupted)
    assert main(["status"]) == EXIT_INTERRUPTED
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("command", "busy"),
    [
        *((command, "worker.cli.load") for command in ("validate", "check", "run")),
        ("health", "worker.cli.settings_of_page"),
        ("docs", "worker.commands.docs.show"),
    ],
)
def test_an_interrupt_while_a_command_begins_ends_it_without_a_traceback(
    command: str, busy: str, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a slow machine the settings take seconds, and Ctrl+C there ended in a traceback."""

    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(busy, interrupted)
    assert main([command]) == EXIT_INTERRUPTED
    assert capsys.readouterr() == ("", "")


class Full(io.StringIO):
    """Standard output into a file on a full disk."""

    def write(self, _: str) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


@pytest.mark.parametrize("command", [["validate"], ["schema"], ["docs"], ["config", "show"]])
def test_a_command_whose_output_could_not_be_written_has_not_succeeded(
    command: list[str], capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`schema > config.schema.json` on a full disk left half a file, and ended with 0."""
    with monkeypatch.context() as patched:
        patched.setattr(sys, "stdout", Full())
        assert main(command) == EXIT_UNABLE
    assert capsys.readouterr().err.startswith("stdout: No space left on device\n")
    assert main(command) == EXIT_OK, "it is forgotten"


def test_an_engine_that_could_not_be_asked_is_no_finding_of_an_audit(capsys: Capture, tmp_path: Path) -> None:
    open_ledger(tmp_path, **binding()).close()
    row = {"id": "1", "xmlId": "camunda:a", "ufProcessInstanceId": "instance-1"}
    with requests_mock.Mocker() as http:
        http.post(requests_mock.ANY, json={"result": {"tasks": [row]}})
        http.get(requests_mock.ANY, status_code=503, text="away")
        assert main(["audit", "--resync", "2h"]) == EXIT_UNABLE
    assert capsys.readouterr().err.startswith("the engine is temporarily unavailable, ")


def test_a_resync_without_a_ledger_is_refused_before_the_long_look(capsys: Capture) -> None:
    with requests_mock.Mocker() as http:
        assert main(["audit", "--resync", "2h"]) == EXIT_UNABLE
        assert http.call_count == 0
    assert "There is no ledger" in capsys.readouterr().err


# --- run ---


class Left(Exception):
    """Stands for the end of the process."""


def leave(code: int) -> None:
    raise Left(code)


@pytest.mark.parametrize("code", [0, 70])
def test_run_ends_the_process_with_the_runs_own_code(monkeypatch: pytest.MonkeyPatch, code: int) -> None:
    class Run:
        def __init__(self, settings: Any, telemetry: Any) -> None:
            assert settings.log.level == "error"

        def serve(self) -> int:
            return code

    monkeypatch.setattr(runner, "Run", Run)
    monkeypatch.setattr(os, "_exit", leave)
    with pytest.raises(Left) as caught:
        main(["run", "--log-level", "error"])
    assert caught.value.args == (code,)


def test_a_ledger_that_is_in_use_is_told_and_nothing_runs(
    capsys: Capture, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "_exit", leave)
    ledger = open_ledger(tmp_path, **binding(), exclusive=True)
    assert main(["run"]) == EXIT_UNABLE
    assert "in use by another `run`" in capsys.readouterr().err
    ledger.close()


def test_the_codes_are_those_of_the_documentation() -> None:
    assert (EXIT_OK, EXIT_UNABLE, EXIT_CONFIG, EXIT_FOUND, runner.EXIT_FAULT) == (0, 1, 2, 3, 70)


@pytest.fixture
def older_ledger(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A ledger that an earlier version made."""
    path = tmp_path / "worker.db"
    with closing(sqlite3.connect(path)) as old, old:
        make_ledger_of(1, old.execute, **binding(), serial="INTEGER")
    monkeypatch.setenv("LEDGER_URL", f"sqlite:///{path}")
    return path


@pytest.mark.parametrize(
    "command",
    ["status", "replay --all", "forget 1 --reason no", "audit --resync 1d"],
)
def test_only_run_and_takeover_upgrade_a_ledger(command: str, capsys: Capture, older_ledger: Path) -> None:
    before = older_ledger.read_bytes()
    assert main(command.split()) == EXIT_UNABLE
    assert older_ledger.read_bytes() == before
    assert f"needed: {RELEASED[-1]}" in capsys.readouterr().err


def test_a_command_that_upgrades_a_large_ledger_says_what_it_waits_for(
    monkeypatch: pytest.MonkeyPatch, older_ledger: Path
) -> None:
    upgrade, said = opening._upgrade, SimpleQueue[str]()

    def slow(*facts: Any) -> None:
        while "its tables are being upgraded" not in said.get(timeout=60):  # before, it waits for others
            pass
        upgrade(*facts)

    for name in ("FIRST_SECONDS", "AGAIN_SECONDS"):
        monkeypatch.setattr(preparation, name, 0.01)
    monkeypatch.setattr(opening, "_upgrade", slow)
    monkeypatch.setattr(commands, "complain", said.put)
    with commands.open_ledger(load(None, os.environ, language="en")):
        pass
    *_, last = [said.get() for _ in range(said.qsize())]
    assert last.startswith("The ledger is upgraded from version 1 to version ")
