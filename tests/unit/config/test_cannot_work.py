"""Values that no run could work with are faults or warnings, each with its place and its cure."""

from __future__ import annotations

from pathlib import Path

import pytest

from worker.config.loading import load
from worker.words.config_faults import ConfigError

NEEDED = {"CAMUNDA_BASE_URL": "http://engine/engine-rest", "BITRIX_WEBHOOK_URL": "https://portal/rest/1/secretsecret/"}


def told(folder: Path, text: str, environ: dict[str, str]) -> tuple[list[str], list[str]]:
    """The lines of the faults, and those of the warnings."""
    (file := folder / "config.yaml").write_text(text, encoding="utf-8")
    file.chmod(0o600)
    try:
        return [], [one.line("en") for one in load(file, NEEDED | environ, language="en").warnings]
    except ConfigError as error:
        return [one.line("en") for one in error.problems], [one.line("en") for one in error.warnings]


@pytest.mark.parametrize(
    ("text", "environ", "fault"),
    [
        ("", {"CAMUNDA_WORKER_ID": "x" * 256}, "has 256 characters, and the engine stores 255 at most"),
        ("sync: {method: ''}", {}, "sync.method (config.yaml, line 1): must be a method"),
        ("", {"SYNC_METHOD": "imena camunda/sync"}, "sync.method (variable SYNC_METHOD): must be a method"),
        ("http: {host: 'http://0.0.0.0'}", {}, "http.host (config.yaml, line 1): must be a name or address"),
        ("", {"HTTP_HOST": "0.0.0.0:8090"}, "http.host (variable HTTP_HOST): must be a name or address"),
        ("http: {host: ''}", {}, "http.host (config.yaml, line 1): must be a name or address"),
        ("\nlog: json", {"LOG_LANGUAGE": "en"}, "log (config.yaml, line 2): must be a group of settings"),
        ("\nlog:", {"LOG_LANGUAGE": "en"}, "log (config.yaml, line 2): must be a group of settings"),
        ("camunda: http://engine", {}, "camunda (config.yaml, line 1): must be a group of settings"),
        ("bitrix: https://portal", {"BITRIX_LIMITS": "cloud"}, "bitrix (config.yaml, line 1): must be a group"),
        (
            "topics:\n  t:\n    wait:\n      answers: {yes: ok, no: 'no'}",
            {},
            "topics.t.wait.answers (config.yaml, line 4): YAML reads one of the names as yes or no",
        ),
        ("topics: {1: {}}", {}, "topics (config.yaml, line 1): YAML reads one of the names"),
        ("topics: {t: {wait: {returned: reopen}}}", {}, "must be wait, incident, complete or error:CODE"),
        ("topics: {t: {wait: {declined: wait}}}", {}, "must be incident, complete or error:CODE"),
    ],
)
def test_what_cannot_work_is_a_fault(text: str, environ: dict[str, str], fault: str, tmp_path: Path) -> None:
    faults, _ = told(tmp_path, text, environ)
    assert len(faults) == 1, faults
    assert fault in faults[0]


@pytest.mark.parametrize(
    ("environ", "warning"),
    [
        ({"SYNC_SLOTS": "100"}, "sync.slots (variable SYNC_SLOTS): exceeds the synchronisations that ever run at once"),
        (
            {"BITRIX_LIMITS_OPERATING_SECONDS": "700"},
            "bitrix.limits.operating_seconds (variable BITRIX_LIMITS_OPERATING_SECONDS): exceeds bitrix.limits.window",
        ),
        ({"TZ": "UTC+3"}, "TZ (environment variable): UTC+3 is 3 h behind UTC by POSIX"),
        ({"TZ": "Etc/GMT+3"}, "TZ (environment variable): Etc/GMT+3 is 3 h behind UTC by POSIX"),
        ({"CAMUNDA_TOPICS": "a"}, "CAMUNDA_TOPICS (environment variable): nothing reads it: topics are set in"),
    ],
)
def test_what_has_no_effect_is_a_warning(environ: dict[str, str], warning: str, tmp_path: Path) -> None:
    faults, warnings = told(tmp_path, "", environ)
    assert not faults
    assert [one for one in warnings if one.startswith(warning)], warnings


@pytest.mark.parametrize(
    "environ",
    [
        {"CAMUNDA_WORKER_ID": "x" * 255, "SYNC_METHOD": "vendor.sync_1", "HTTP_HOST": "::"},
        {"HTTP_HOST": "worker.example", "TZ": "MSK-3", "SYNC_SLOTS": "4"},
        {"BITRIX_LIMITS": "cloud", "TZ": "EST+5"},
        {"TZ": "UTC-3", "BITRIX_LIMITS_OPERATING_SECONDS": "600"},
    ],
)
def test_what_works_passes_without_a_word(environ: dict[str, str], tmp_path: Path) -> None:
    assert told(tmp_path, "", environ) == ([], [])
