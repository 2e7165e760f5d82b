"""A file of settings or with a secret that gives nothing is named with the reason, never with a traceback."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.bare_environment import without_settings
from tests.support.two_languages import russian_in
from worker.cli import EXIT_CONFIG, EXIT_OK, main
from worker.config import text_file
from worker.config.loading import load
from worker.words.config_faults import ConfigError

NEEDED = {"CAMUNDA_BASE_URL": "http://engine/engine-rest", "BITRIX_WEBHOOK_URL": "https://portal/rest/1/secretsecret/"}
Capture = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def _bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    without_settings(monkeypatch)
    for name, value in (NEEDED | {"LOG_LANGUAGE": "en"}).items():
        monkeypatch.setenv(name, value)


def _socket(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as one:
        one.bind(path.name)


def _to_itself(path: Path) -> None:
    path.symlink_to(path)


UNREAD: dict[str, tuple[Callable[[Path], object], str]] = {
    "folder": (Path.mkdir, "it is a folder"),
    "socket": (_socket, "it is a socket, not a file"),
    "link": (_to_itself, "the link leads back to itself"),
    "endless": (lambda path: path.symlink_to("/dev/zero"), "it is too large"),
    "binary": (lambda path: path.write_bytes(b"\xff\xfe\x00"), "it is not UTF-8"),
}
every_kind = pytest.mark.parametrize(("make", "why"), UNREAD.values(), ids=UNREAD)


@every_kind
@pytest.mark.parametrize("command", ["run", "validate", "check", "health", "status"])
def test_a_configuration_that_cannot_be_read_is_a_fault(
    make: Callable[[Path], object], why: str, command: str, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(text_file, "LONGEST", 1000)
    make(Path("config.yaml"))
    assert main([command]) == EXIT_CONFIG
    assert f"config.yaml cannot be read: {why}" in capsys.readouterr().err


@every_kind
def test_a_run_that_logs_json_says_so_in_its_log(
    make: Callable[[Path], object], why: str, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(text_file, "LONGEST", 1000)
    monkeypatch.setenv("LOG_FORMAT", "json")
    make(Path("other"))
    assert main(["run", "-c", "other"]) == EXIT_CONFIG
    (line,) = map(json.loads, capsys.readouterr().err.splitlines())
    assert (line["event"], line["cause"]) == ("worker.not_started", "configuration")
    assert why in line["reason"]
    assert line["place"].endswith("/other")


def test_a_folder_in_the_place_of_the_file_is_told_with_its_usual_cause(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        load(tmp_path, NEEDED)
    assert "Docker makes such a folder" in caught.value.problems[0].phrase.en
    assert "Docker создаёт такую папку" in caught.value.problems[0].phrase.ru


def test_what_may_not_even_be_looked_at_is_a_fault(capsys: Capture) -> None:
    """As under a folder of another user: asking whether it is a file is refused too."""
    assert main(["run", "-c", "x" * 300]) == EXIT_CONFIG
    assert "cannot be read: the name is too long" in capsys.readouterr().err


# --- files with a secret ---


def told(**environ: str) -> list[str]:
    """The faults."""
    with pytest.raises(ConfigError) as caught:
        load(None, {"CAMUNDA_BASE_URL": NEEDED["CAMUNDA_BASE_URL"]} | environ, language="en")
    assert russian_in("\n".join(one.text("en") for one in caught.value.problems)) == []
    return [one.line("en") for one in caught.value.problems]


@every_kind
def test_a_secret_that_cannot_be_read_names_the_file(
    make: Callable[[Path], object], why: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(text_file, "LONGEST", 1000)
    make(Path("secret"))
    (line,) = told(BITRIX_WEBHOOK_URL_FILE="secret")
    assert line.endswith(f"BITRIX_WEBHOOK_URL_FILE ({tmp_path}/secret) cannot be read: {why}")


@pytest.mark.parametrize(
    "secret", ["Pa55w0rd-of-the-engine", "c2VjcmV0/c2VjcmV0", "https://portal/rest/1/c0de/", "x" * 300]
)
def test_a_secret_in_place_of_its_file_is_not_repeated(
    secret: str, capsys: Capture, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in ("CAMUNDA_AUTH_PASSWORD", "BITRIX_WEBHOOK_URL"):
        (line,) = (one for one in told(**{f"{name}_FILE": secret}) if f"{name}_FILE" in one)
        assert secret not in line
        assert f"{tmp_path}/***) cannot be read: " in line
        assert line.endswith(f"; it takes the name of a file, and {name} the value itself")
    monkeypatch.setenv("CAMUNDA_AUTH_TOKEN_FILE", secret)
    for command in (["validate"], ["config", "show"], ["config", "show", "--json"]):
        assert main(command) == EXIT_OK
        out, err = capsys.readouterr()
        assert secret not in out + err


def test_a_file_that_may_come_is_named(tmp_path: Path) -> None:
    Path("secrets").mkdir()
    for said in ("secrets/of-the-portal", f"{tmp_path}/of-the-portal"):
        (line,) = told(BITRIX_WEBHOOK_URL_FILE=said)
        assert line.endswith("of-the-portal) cannot be read: there is no such file")


@pytest.mark.parametrize("text", ["", " \n\t\n", "\ufeff\n"])
def test_an_empty_secret_is_told_with_its_file_and_not_as_missing(text: str, tmp_path: Path) -> None:
    Path("secret").write_text(text, encoding="utf-8")
    (line,) = told(BITRIX_WEBHOOK_URL_FILE="secret")
    assert line == (
        f"bitrix.webhook_url (variable BITRIX_WEBHOOK_URL_FILE): BITRIX_WEBHOOK_URL_FILE ({tmp_path}/secret) is empty: "
        "write the value into it"
    )


def test_more_lines_than_one_are_told(tmp_path: Path) -> None:
    Path("secret").write_text(f"\n{NEEDED['BITRIX_WEBHOOK_URL']}\n# of the portal\n", encoding="utf-8")
    (line,) = told(BITRIX_WEBHOOK_URL_FILE="secret")
    assert line.endswith(f"({tmp_path}/secret) has 2 lines: keep the one with the value")


def test_a_value_that_is_given_twice_is_told_with_the_fault_of_its_file(tmp_path: Path) -> None:
    both, missing = told(BITRIX_WEBHOOK_URL=NEEDED["BITRIX_WEBHOOK_URL"], BITRIX_WEBHOOK_URL_FILE=f"{tmp_path}/none")
    assert "both BITRIX_WEBHOOK_URL and BITRIX_WEBHOOK_URL_FILE are set" in both
    assert missing.endswith("/none) cannot be read: there is no such file")


def test_two_logins_are_told_though_the_token_of_one_cannot_be_read() -> None:
    Path("token").mkdir()
    one, other = told(
        BITRIX_WEBHOOK_URL=NEEDED["BITRIX_WEBHOOK_URL"], CAMUNDA_AUTH_TOKEN="abc", CAMUNDA_AUTH_TOKEN_FILE="token"
    )
    assert "camunda.auth.token exclude each other" in one
    assert "/token: it is a folder" in other
    assert all(line.startswith("camunda.auth.token_file (variable CAMUNDA_AUTH_TOKEN_FILE): ") for line in (one, other))
