"""Each fault of a configuration names what set the setting: the line of the file, the variable, or the flag."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from worker.config.loading import load
from worker.config.page_address import settings_of_page
from worker.words.config_faults import ConfigError

NEEDED = {"CAMUNDA_BASE_URL": "http://engine/engine-rest", "BITRIX_WEBHOOK_URL": "https://portal/rest/1/secretsecret/"}


def told(text: str, folder: Path, environ: dict[str, str] | None = None, **flags: str) -> list[str]:
    """The lines of the faults and warnings, without their indentation."""
    (file := folder / "config.yaml").write_text(f"{text}\n", encoding="utf-8")
    file.chmod(0o600)
    with pytest.raises(ConfigError) as caught:
        load(file, NEEDED | (environ or {}), {name.replace("_", ".", 1): said for name, said in flags.items()}, "en")
    assert caught.value.text("ru").count("\n") == caught.value.text("en").count("\n")
    return [line.strip() for line in caught.value.text("en").splitlines()[1:] if line.startswith(("  ", "WARN "))]


@pytest.mark.parametrize(
    ("text", "begin"),
    [
        ("camunda:\n  max_in_flight: many\n", "camunda.max_in_flight (config.yaml, line 2): must be a whole number"),
        ("\n# why\ncamund: {}\n", "camund (config.yaml, line 3): is not a setting → camunda?"),
        ("camunda:\n  worker: x\n", "camunda.worker (config.yaml, line 2): is not a setting → worker_id?"),
        ("camunda:\n  webhook_url: x\n", "camunda.webhook_url (config.yaml, line 2): is not a setting → bitrix.web"),
        ("slots: 4\n", "slots (config.yaml, line 1): is not a setting → sync.slots?"),
        (
            "camunda:\n  topics: {a: {}}\n",
            "camunda.topics (config.yaml, line 2): is not a setting: the group topics stands at the top",
        ),
        ("log: loud\n", "log (config.yaml, line 1): must be a group of settings"),
        ("topics:\n  a: 1\n  b: {}\n", "topics.a (config.yaml, line 2): must be a group of settings"),
        ("topics:\n  a:\n    task:\n      ttle: x\n", "topics.a.task.ttle (config.yaml, line 4): is no task field"),
        (
            "topics:\n  a:\n    wait:\n      declned: x\n",
            "topics.a.wait.declned (config.yaml, line 4): is not a setting",
        ),
        ("camunda:\n  tenant_ids:\n    - a\n    - ''\n", "camunda.tenant_ids (config.yaml, line 2): "),
        ("bitrix:\n  limits: clod\n", "bitrix.limits.preset (config.yaml, line 2): must be "),
        ("camunda: {lock_seconds: 20}\n", "camunda.lock_seconds (config.yaml, line 1): 20 must exceed "),
        ("sync:\n\n  method: ${NONE}\n", "sync.method (config.yaml, line 3): uses ${NONE}, and NONE is not set"),
    ],
)
def test_a_fault_in_the_file_names_its_line(text: str, begin: str, tmp_path: Path) -> None:
    [line] = told(text, tmp_path)
    assert line.startswith(begin)


def test_what_wins_is_named_and_not_what_it_replaces(tmp_path: Path) -> None:
    text = "log: {level: loud}\ncamunda: {max_in_flight: many}\nhttp: {port: many}\n"
    (tmp_path / "secret").write_text("x", encoding="utf-8")
    environ = {"CAMUNDA_MAX_IN_FLIGHT": "more", "HTTP_PORT_FILE": str(tmp_path / "secret"), "LOG_LEVEL": "noisy"}
    assert [line.partition(": ")[0] for line in told(text, tmp_path, environ, log_level="quiet")] == [
        "camunda.max_in_flight (variable CAMUNDA_MAX_IN_FLIGHT)",
        "log.level (flag --log-level)",
        "http.port (variable HTTP_PORT_FILE)",
    ]


@pytest.mark.parametrize(
    ("text", "environ", "begin"),
    [
        ("http: 8090\n", {"HTTP_PORT": "8090"}, "http (config.yaml, line 1): must be a group of settings"),
        ("log:\n- info\n", {"LOG_LEVEL": "info"}, "log (config.yaml, line 1): must be a group of settings"),
        ("", {"CAMUNDA_AUTH_ENABLED": "true", "CAMUNDA_AUTH_USERNAME": "anna"}, "camunda.auth_password: is missing, "),
        (
            "camunda:\n  auth_enabled: true\n  auth_password: x\n",
            {},
            "camunda.auth_username: is missing, and camunda.auth_enabled is on: set CAMUNDA_AUTH_USERNAME",
        ),
    ],
)
def test_no_innocent_variable_is_named(text: str, environ: dict[str, str], begin: str, tmp_path: Path) -> None:
    line, *_ = told(text, tmp_path, environ)
    assert line.startswith(begin)


def test_a_setting_that_nobody_set_has_no_place(tmp_path: Path) -> None:
    lines = told("log: {level: info}\n", tmp_path, {"CAMUNDA_BASE_URL": ""})
    assert lines == ["camunda.base_url: is missing: set CAMUNDA_BASE_URL"]


def test_a_variable_that_is_no_setting_is_called_one(tmp_path: Path) -> None:
    lines = told("", tmp_path, {"TZ": "Europe/Moskow", "CAMUNDA_WORKERID": "x"})
    assert [line.partition(": ")[0] for line in lines] == [
        "TZ (environment variable)",
        "WARN CAMUNDA_WORKERID (environment variable)",
    ]


@pytest.mark.parametrize("text", ["a: 'b", "camunda: {}\ncamunda: {}\n", "[a]", "a: \x07"])
def test_what_a_broken_file_may_set_is_not_called_missing(text: str, tmp_path: Path) -> None:
    lines = told(text, tmp_path, {"CAMUNDA_BASE_URL": "", "BITRIX_WEBHOOK_URL": "", "HTTP_PORT": "many"})
    file, port = lines
    assert file.startswith(str(tmp_path / "config.yaml"))
    assert port.startswith("http.port (variable HTTP_PORT): ")


def test_all_that_yaml_would_read_otherwise_is_told_at_once(tmp_path: Path) -> None:
    """Who mends one and starts again meets the next."""
    text = """<<: {a: b}
topics:
  2026-01-01: {wait: {declined: 2026-02-30}}
  true: 12:30
  t: {answers: {{ no }}, list: [010, !x 1]}
  t: {a: 1, a: 2}
  "\\ud800": 1
  r: &x [*x, *x]
  b: 1
\u00a0b: 2"""
    lines = told(text, tmp_path)
    places = [re.search(r"line (\d+), column (\d+)", line) for line in lines]
    assert [(int(found[1]), int(found[2])) for found in places if found] == [
        *((1, 1), (3, 3), (3, 33), (4, 3), (4, 9), (5, 17), (5, 33), (5, 38), (6, 3), (6, 13), (7, 3), (8, 6)),
        (10, 1),
    ], lines


def test_a_key_that_is_said_twice_names_both_lines(tmp_path: Path) -> None:
    [line] = told("log:\n  level: info\n  format: json\n  level: error\n", tmp_path)
    assert line.endswith("config.yaml, line 4, column 3: “level” is said twice, first in line 2: keep one")


def test_warnings_of_good_settings_name_their_place_too(tmp_path: Path) -> None:
    (file := tmp_path / "config.yaml").write_text("bitrix:\n  request_timeout: 30\n", encoding="utf-8")
    [warning] = load(file, NEEDED).warnings
    assert warning.line("en").startswith("bitrix.request_timeout (config.yaml, line 2): is below ")
    assert warning.line("ru").startswith("bitrix.request_timeout (config.yaml, строка 2): ")


def test_a_command_that_only_asks_the_page_names_the_place_too(tmp_path: Path) -> None:
    (file := tmp_path / "config.yaml").write_text("http:\n  port: many\n", encoding="utf-8")
    with pytest.raises(ConfigError, match=r"http\.port \(config\.yaml, line 2\): must be"):
        settings_of_page(file, {}, "en")
    with pytest.raises(ConfigError, match=r"http\.port \(variable HTTP_PORT\): must be"):
        settings_of_page(file, {"HTTP_PORT": "more"}, "en")
