"""Every command, `run` too, speaks the language of `log.language`, otherwise of the locale, and no other."""

from __future__ import annotations

import contextlib
import logging
import os
import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.bare_environment import without_settings
from tests.support.two_languages import russian_in
from worker import run as runner
from worker.cli import COMMANDS, main
from worker.config.place import LOCALE, language_of_people

Capture = pytest.CaptureFixture[str]
CALLS = [
    "run",
    "init new",
    "validate",
    "config show",
    "check",
    "status",
    "explain 1",
    "health",
    "audit",
    "takeover --from-worker old",
    "replay --all",
    "forget 1 --reason x",
    "schema",
    "docs",
]
NAMES_IN_OUTPUT = re.compile(r"^  - .*|ДА|НЕТ", re.MULTILINE)
"""What a list of settings and a schema quote in either language: answers of the portal."""
CLOSED = "http://127.0.0.1:1"


@pytest.fixture(autouse=True)
def _bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No settings but addresses where nothing answers, and no `run` that lasts."""

    class Run:
        def __init__(self, settings: Any, telemetry: Any) -> None:
            self._telemetry = telemetry
            telemetry.emit("worker.ready")

        def serve(self) -> int:
            self._telemetry.close()
            return 0

    def leave(code: int) -> None:
        raise SystemExit(code)

    monkeypatch.chdir(tmp_path)
    without_settings(monkeypatch, *LOCALE)
    monkeypatch.setenv("CAMUNDA_BASE_URL", f"{CLOSED}/engine-rest")
    monkeypatch.setenv("BITRIX_WEBHOOK_URL", f"{CLOSED}/rest/1/secret")
    monkeypatch.setenv("HTTP_PORT", "1")  # a worker of somebody else may serve the usual port
    monkeypatch.setattr(runner, "Run", Run)
    monkeypatch.setattr(os, "_exit", leave)
    root = logging.getLogger()
    handlers, level = root.handlers, root.level
    yield
    root.handlers = handlers
    root.setLevel(level)


def said(call: str, capsys: Capture) -> str:
    with contextlib.suppress(SystemExit):
        main(shlex.split(call))
    return NAMES_IN_OUTPUT.sub("", "".join(capsys.readouterr()))


def test_every_command_is_called() -> None:
    assert {call.split()[0] for call in CALLS} == set(COMMANDS)


@pytest.mark.parametrize("call", CALLS)
def test_an_english_locale_means_english(call: str, capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANG", "en_US.UTF-8")
    assert russian_in(said(call, capsys)) == []


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("environ", [{}, {"LANG": "C.UTF-8"}, {"LANG": "en_US.UTF-8", "LC_ALL": "ru_RU.UTF-8"}])
def test_any_other_locale_means_russian(
    call: str, environ: dict[str, str], capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    assert re.search("[А-Яа-я]", said(call, capsys))


RULE = [
    ({}, "", "ru"),
    ({"LANG": "en_US.UTF-8"}, "", "en"),
    ({"LANG": "en_US.UTF-8"}, "ru", "ru"),
    ({"LANG": "ru_RU.UTF-8"}, "en", "en"),
    ({}, "en", "en"),
    ({"LOG_LANGUAGE": "EN "}, "ru", "en"),
    ({"LOG_LANGUAGE": "ru", "LANG": "en_US.UTF-8"}, "en", "ru"),
    ({"LOG_LANGUAGE": "de", "LANG": "en_US.UTF-8"}, "ru", "en"),
    ({"LANG": "en_US.UTF-8"}, "de", "en"),
    ({"LOG_LANGUAGE_FILE": "language"}, "ru", "en"),
]
"""Environment, `log.language` in the file (empty: not set), and what follows for all that is said."""
SHORT = ["--help", "status --help", "nonsense", "validate", "config show", "health", "run"]


@pytest.mark.parametrize(("environ", "of_file", "language"), RULE)
@pytest.mark.parametrize("call", SHORT)
def test_one_rule_chooses_the_language_of_all_that_is_said(
    environ: dict[str, str],
    of_file: str,
    language: str,
    call: str,
    capsys: Capture,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    (tmp_path / "language").write_text("en\n", encoding="utf-8")
    log = f"log: {{language: {of_file}}}" if of_file else "log: {level: info}"
    (tmp_path / "config.yaml").write_text(log, encoding="utf-8")
    assert bool(re.search("[А-Яа-я]", said(call, capsys))) is (language == "ru")


@pytest.mark.parametrize("option", ["-c there.yaml", "-cthere.yaml", "--config there.yaml", "--config=there.yaml"])
@pytest.mark.parametrize("call", ["status --help", "status", "status --nonsense"])
def test_the_file_that_is_named_chooses_its_language(option: str, call: str, capsys: Capture, tmp_path: Path) -> None:
    (tmp_path / "there.yaml").write_text("log: {language: en}", encoding="utf-8")
    name, *rest = call.split()
    assert russian_in(said(shlex.join([name, *option.split(), *rest]), capsys)) == []


def test_a_pipe_is_left_to_the_command_itself(tmp_path: Path) -> None:
    """`-c <(envsubst < template)` can be read once: whoever reads it again runs without any setting of it."""
    os.mkfifo(pipe := tmp_path / "pipe")
    assert language_of_people({"LANG": "en_US.UTF-8"}, pipe) == "en"
