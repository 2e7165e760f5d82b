"""Commands that need neither engine nor portal work while the files of these cannot be read, and say why not asked."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.support.bare_environment import without_settings
from worker.cli import EXIT_CONFIG, EXIT_OK, EXIT_UNABLE, main
from worker.commands.ledger_commands import open_ledger
from worker.config.loading import load

NEEDED = {
    "CAMUNDA_BASE_URL": "http://127.0.0.1:9/engine-rest",
    "BITRIX_WEBHOOK_URL": "http://127.0.0.1:9/rest/1/secretsecret/",
}
FILES = {
    "CAMUNDA_AUTH_TOKEN_FILE": "camunda.auth.token_file",
    "CAMUNDA_AUTH_PASSWORD_FILE": "camunda.auth_password",
    "CAMUNDA_PROXY_FILE": "camunda.proxy",
    "CAMUNDA_CA_FILE": "camunda.ca_file",
    "CAMUNDA_CLIENT_CERT": "camunda.client_cert",
    "BITRIX_WEBHOOK_URL_FILE": "bitrix.webhook_url",
    "BITRIX_CA_FILE": "bitrix.ca_file",
    "BITRIX_CLIENT_CERT": "bitrix.client_cert",
}
MORE = {
    "CAMUNDA_AUTH_PASSWORD_FILE": {"CAMUNDA_AUTH_ENABLED": "true", "CAMUNDA_AUTH_USERNAME": "anna"},
    "BITRIX_WEBHOOK_URL_FILE": {"BITRIX_WEBHOOK_URL": ""},
}
UNASKED = ("CAMUNDA_AUTH_PASSWORD_FILE", "CAMUNDA_PROXY_FILE", "BITRIX_WEBHOOK_URL_FILE")
"""Without these nothing is sent: a login without its password could lock the account."""
Capture = pytest.CaptureFixture[str]
every_file = pytest.mark.parametrize("variable", FILES)
missing_or_wrong = pytest.mark.parametrize("text", [None, "", "two\nwords here\n"], ids=["missing", "empty", "wrong"])


@pytest.fixture(autouse=True)
def _bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    without_settings(monkeypatch)
    for name, value in (NEEDED | {"LOG_LANGUAGE": "en", "HTTP_PORT": "0"}).items():
        monkeypatch.setenv(name, value)
    with open_ledger(load(None, NEEDED)):
        pass


def with_file(variable: str, text: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (MORE.get(variable, {}) | {variable: "file"}).items():
        monkeypatch.setenv(name, value)
    if text is not None:
        Path("file").write_text(text, encoding="utf-8")


@every_file
@missing_or_wrong
def test_what_reads_only_the_ledger_works_without_the_files_of_the_sides(
    variable: str, text: str | None, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    with_file(variable, text, monkeypatch)
    assert main(["replay", "--all"]) == EXIT_OK
    assert main(["config", "show"]) == EXIT_OK
    assert f"{FILES[variable]}: " in capsys.readouterr().out


@every_file
@missing_or_wrong
def test_status_names_the_file_where_the_engine_cannot_be_asked(
    variable: str, text: str | None, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    with_file(variable, text, monkeypatch)
    assert main(["status", "--json"]) == EXIT_OK
    incidents = json.loads(capsys.readouterr().out)["incidents"]
    assert incidents["count"] is None
    if variable in (*UNASKED, "CAMUNDA_AUTH_TOKEN_FILE") and variable.startswith("CAMUNDA"):
        assert "file" in incidents["reason"]
        assert "127.0.0.1:9" not in incidents["reason"]


@every_file
@missing_or_wrong
def test_explain_says_of_whom_it_could_not_ask_and_why(
    variable: str, text: str | None, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    with_file(variable, text, monkeypatch)
    assert main(["explain", "17"]) == EXIT_UNABLE
    told = capsys.readouterr().out
    assert "not known" in told
    if variable in UNASKED:
        assert f"{FILES[variable]} (variable {variable}): " in told


def test_explain_misses_the_portal_only_for_the_number_of_a_task(
    monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    with_file("BITRIX_WEBHOOK_URL_FILE", None, monkeypatch)
    main(["explain", "ORDER-7"])
    assert "BITRIX_WEBHOOK_URL_FILE" not in capsys.readouterr().out
    main(["explain", "7"])
    assert "BITRIX_WEBHOOK_URL_FILE" in capsys.readouterr().out


def test_a_secret_that_cannot_be_read_is_not_replaced_by_that_of_the_file_of_settings(
    monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    Path("config.yaml").write_text("camunda: {auth: {oauth2: {client_secret: another-secret}}}\n", encoding="utf-8")
    monkeypatch.setenv("CAMUNDA_AUTH_OAUTH2_CLIENT_SECRET_FILE", "none")
    assert main(["config", "show", "--json"]) == EXIT_OK
    shown = {one["path"]: one["value"] for one in json.loads(capsys.readouterr().out)["settings"]}
    assert shown["camunda.auth.oauth2.client_secret"] is None


@pytest.mark.parametrize("variable", ["LEDGER_URL_FILE", "HTTP_HOST_FILE", "CAMUNDA_TENANT_IDS_FILE"])
def test_what_these_commands_need_themselves_is_still_a_fault(
    variable: str, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    monkeypatch.setenv(variable, "none")
    assert main(["status"]) == EXIT_CONFIG
    assert "there is no such file" in capsys.readouterr().err
