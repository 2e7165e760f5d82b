"""A file of settings or with a secret that gives nothing is named with the reason, never with a traceback."""

from __future__ import annotations

import json
import os
import re
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.bare_environment import without_settings
from tests.support.two_languages import russian_in
from worker.cli import EXIT_CONFIG, EXIT_OK, main
from worker.config import text_file
from worker.config.loading import load
from worker.config.settings import GROUPS, parts_of
from worker.engine.errors import LoginUnavailable
from worker.engine.login import FileToken
from worker.words.causes import with_cure
from worker.words.config_faults import ConfigError

NEEDED = {"CAMUNDA_BASE_URL": "http://engine/engine-rest", "BITRIX_WEBHOOK_URL": "https://portal/rest/1/secretsecret/"}
SECRET_VARIABLES = {
    "_".join((group, *path)).upper()
    for group, model in GROUPS.items()
    for path, field in parts_of(model)
    if re.search("SecretStr|WebhookUrl|Proxy", str(field.annotation)) or (group, *path) == ("ledger", "url")
} - {"CAMUNDA_AUTH_TOKEN"}
"""Of `CAMUNDA_AUTH_TOKEN_FILE` the file is a setting of its own."""
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


NAME_A_FILE = ": name a regular file, or hand over what it says by /dev/stdin or <(command)"
UNREAD: dict[str, tuple[Callable[[Path], object], str]] = {
    "folder": (Path.mkdir, "it is a folder"),
    "socket": (_socket, f"it is a socket, not a file{NAME_A_FILE}"),
    "pipe": (os.mkfifo, f"it is a pipe, not a file{NAME_A_FILE}"),
    "device": (lambda path: path.symlink_to("/dev/zero"), f"it is a device, not a file{NAME_A_FILE}"),
    "link": (_to_itself, "the link leads back to itself"),
    "broken link": (lambda path: path.symlink_to("moved.yaml"), "it is a link, and there is no file where it leads ("),
    "large": (lambda path: path.write_text("#" * 1001), "it is too large"),
    "binary": (lambda path: path.write_bytes(b"\xff\xfe\x00"), "it is not UTF-8: save it as UTF-8"),
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


def test_what_is_handed_over_is_read_to_its_end() -> None:
    """`-c <(envsubst < template)`, and the same for a file with a secret."""
    ends = [_handed_over(text) for text in ("topics: {others: {}}\n", "http://elsewhere/engine-rest\n")]
    environ = {"BITRIX_WEBHOOK_URL": NEEDED["BITRIX_WEBHOOK_URL"], "CAMUNDA_BASE_URL_FILE": f"/proc/self/fd/{ends[1]}"}
    try:
        settings = load(Path(f"/dev/fd/{ends[0]}"), environ)
    finally:
        for end in ends:
            os.close(end)
    assert ([*settings.topics], settings.camunda.base_url) == (["others"], "http://elsewhere/engine-rest")


def _handed_over(text: str) -> int:
    reader, writer = os.pipe()
    os.write(writer, text.encode())
    os.close(writer)
    return reader


def test_the_empty_device_stands_for_no_file() -> None:
    Path("config.yaml").write_text("no: such setting", encoding="utf-8")
    assert main(["validate", "-c", "/dev/null"]) == EXIT_OK
    assert main(["validate"]) == EXIT_CONFIG


def test_secrets_of_kubernetes_are_links_to_files(tmp_path: Path) -> None:
    (tmp_path / "..2026").mkdir()
    (tmp_path / "..2026/url").write_text(NEEDED["BITRIX_WEBHOOK_URL"], encoding="utf-8")
    (tmp_path / "..data").symlink_to("..2026")
    (tmp_path / "url").symlink_to("..data/url")
    environ = {"CAMUNDA_BASE_URL": NEEDED["CAMUNDA_BASE_URL"], "BITRIX_WEBHOOK_URL_FILE": f"{tmp_path}/url"}
    assert load(None, environ).bitrix.webhook_url.owner_id == 1


@pytest.mark.parametrize("name", [".env", "config.yaml"])
def test_a_pipe_beside_the_settings_is_not_waited_for(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    os.mkfifo(name)
    monkeypatch.delenv("CAMUNDA_BASE_URL")
    assert main(["validate"]) == EXIT_CONFIG


@pytest.mark.parametrize("name", ["camunda.ca_file", "bitrix.client_cert", "camunda.auth.token_file"])
def test_a_pipe_in_place_of_a_certificate_or_a_token_is_a_fault(name: str) -> None:
    os.mkfifo("pipe")
    with pytest.raises(ConfigError) as caught:
        load(None, NEEDED | {name.replace(".", "_").upper(): "pipe"})
    (fault,) = caught.value.problems
    assert (fault.path, "is a folder, a pipe or a device: name a file" in fault.phrase.en) == (name, True)


@pytest.mark.parametrize("name", ["sslrootcert", "sslcrl", "sslcert"])
def test_a_pipe_that_the_database_library_would_read_is_a_fault(name: str) -> None:
    os.mkfifo("pipe")
    url = f"postgresql+psycopg://worker@database/worker?{name}=pipe"
    with pytest.raises(ConfigError) as caught:
        load(None, NEEDED | {"LEDGER_URL": url})
    (fault,) = caught.value.problems
    assert fault.phrase.en == f"{name}: pipe is a folder, a pipe or a device: name a file"
    load(None, NEEDED | {"LEDGER_URL": f"{url}&sslmode=disable"})


def test_a_token_that_becomes_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "token")
    with pytest.raises(LoginUnavailable):
        FileToken(str(tmp_path / "token")).prepare(1)


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
    assert f"BITRIX_WEBHOOK_URL_FILE ({tmp_path}/secret) cannot be read: {why}" in line


PLAIN_NAMES = ["engine-token", "token.txt", "password", "webhook_url", "tok", "t1", "gw-k8s.tok", "Zq7_x.pem"]
OF_SECRETS = {
    "BITRIX_WEBHOOK_URL_FILE": {"BITRIX_WEBHOOK_URL": ""},
    "CAMUNDA_AUTH_PASSWORD_FILE": {},
    "CAMUNDA_AUTH_TOKEN_FILE": {},
    "CAMUNDA_AUTH_OAUTH2_CLIENT_SECRET_FILE": {},
    "CAMUNDA_PROXY_FILE": {},
    "BITRIX_PROXY_FILE": {},
    "LEDGER_URL_FILE": {},
    "WAITING_APPLICATION_TOKEN_FILE": {},
}


def test_every_file_of_a_secret_is_among_them() -> None:
    assert {f"{name}_FILE" for name in SECRET_VARIABLES} | {"CAMUNDA_AUTH_TOKEN_FILE"} == {*OF_SECRETS}


@pytest.mark.parametrize("name", PLAIN_NAMES)
@pytest.mark.parametrize("variable", OF_SECRETS)
def test_the_path_of_a_file_is_no_secret(variable: str, name: str, tmp_path: Path) -> None:
    """It was hidden though it is the one thing that the message has to tell."""
    environ = {**NEEDED, **OF_SECRETS[variable], variable: name}
    try:
        lines = [one.line("en") for one in load(None, environ, language="en").warnings]
    except ConfigError as error:
        lines = [one.line("en") for one in error.problems]
    assert any(variable in one and f"{tmp_path}/{name}" in one for one in lines)


@pytest.mark.parametrize("name", PLAIN_NAMES)
def test_the_path_of_a_token_file_is_shown_by_every_command(
    name: str, capsys: Capture, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("CAMUNDA_AUTH_TOKEN_FILE", name)
    for command in (["validate"], ["config", "show"], ["config", "show", "--json"]):
        assert main(command) == EXIT_OK
        assert name in "".join(capsys.readouterr())
    with pytest.raises(LoginUnavailable, match=re.escape(f"{tmp_path}/{name}")):
        FileToken(name).prepare(1)


@pytest.mark.parametrize(
    "secret",
    [
        "Pa55w0rd-of-the-engine",
        "correct-hxrse-battery",
        "zlkqwtgfdsvb",
        "c2VjcmV0/c2VjcmV0",
        "https://portal/rest/1/c0de/",
        "x" * 300,
    ],
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
    with pytest.raises(LoginUnavailable) as caught:
        FileToken(secret).prepare(1)
    assert secret not in with_cure(caught.value).en


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
