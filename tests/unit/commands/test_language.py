"""Every command, `run` too, speaks the language of `LOG_LANGUAGE`, otherwise of the locale, and no other."""

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

from tests.support.two_languages import russian_in
from worker import run as runner
from worker.cli import COMMANDS, main
from worker.config.place import LOCALE

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
    for name in list(os.environ):
        if name.startswith(("CAMUNDA_", "BITRIX_", "SYNC_", "LEDGER_", "LOG_", "HTTP_", *LOCALE)):
            monkeypatch.delenv(name)
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
