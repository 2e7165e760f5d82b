"""Each file with a secret that every user may read is warned of, and none that a container was given."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.support.authority import Authority
from worker.config import open_files
from worker.config.loading import load

SECRET = "k3yofthep0rtal99"
WEBHOOK = f"https://portal.example/rest/1/{SECRET}/"
NEEDED = {"CAMUNDA_BASE_URL": "https://engine.example/engine-rest", "BITRIX_WEBHOOK_URL": WEBHOOK}
CLIENT = {"CAMUNDA_AUTH_OAUTH2_TOKEN_URL": "https://sso.example/token", "CAMUNDA_AUTH_OAUTH2_CLIENT_ID": "worker"}
FILES: dict[str, tuple[str, dict[str, str]]] = {
    "BITRIX_WEBHOOK_URL_FILE": (WEBHOOK, {"BITRIX_WEBHOOK_URL": ""}),
    "CAMUNDA_AUTH_PASSWORD_FILE": (SECRET, {"CAMUNDA_AUTH_ENABLED": "true", "CAMUNDA_AUTH_USERNAME": "worker"}),
    "CAMUNDA_AUTH_TOKEN_FILE": (SECRET, {}),
    "CAMUNDA_AUTH_OAUTH2_CLIENT_SECRET_FILE": (SECRET, CLIENT),
    "CAMUNDA_PROXY_FILE": (f"http://me:{SECRET}@proxy.example:3128", {}),
    "LEDGER_URL_FILE": (f"postgresql+psycopg://me:{SECRET}@db.example/worker", {}),
    "WAITING_APPLICATION_TOKEN_FILE": (SECRET, {}),
}
Warned = Callable[..., list[str]]


@pytest.fixture
def warned(tmp_path: Path) -> Warned:
    def warned_of(name: str, mode: int) -> list[str]:
        text, others = FILES[name]
        file = tmp_path / "secret"
        file.write_text(text)
        file.chmod(mode)
        found = load(None, NEEDED | others | {name: str(file)}, language="en").warnings
        return [one.line("en") for one in found]

    return warned_of


@pytest.mark.parametrize("name", list(FILES))
def test_a_secret_that_every_user_may_read_is_warned_of(warned: Warned, tmp_path: Path, name: str) -> None:
    for mode in (0o600, 0o400, 0o440):  # Kubernetes gives secrets to the group of a pod
        assert warned(name, mode) == []
    [said] = warned(name, 0o644)
    assert f"(variable {name}): every user of this machine can read the secret in {tmp_path}/secret" in said
    assert said.endswith(f"(mode 0644): chmod 600 {tmp_path}/secret")
    assert SECRET not in said


def test_what_is_no_secret_may_lie_open(tmp_path: Path) -> None:
    file = tmp_path / "address"
    file.write_text("https://engine.example/engine-rest")
    file.chmod(0o644)
    authority = Authority(tmp_path / "authority")
    others = {"BITRIX_WEBHOOK_URL": WEBHOOK, "CAMUNDA_CA_FILE": str(authority.certificate)}
    assert load(None, {"CAMUNDA_BASE_URL_FILE": str(file), **others}).warnings == ()


def test_a_secret_in_the_configuration_is_warned_of_too(tmp_path: Path) -> None:
    file = tmp_path / "config.yaml"
    file.write_text("waiting: {application_token: a-token-of-events}")
    file.chmod(0o644)
    [warning] = load(file, NEEDED).warnings
    assert (warning.path, "a-token" in warning.phrase.en) == ("waiting.application_token", False)
    file.chmod(0o600)
    assert load(file, NEEDED).warnings == ()


EXAMPLE = "https://portal.example/rest/1/secret/"


@pytest.mark.parametrize(
    ("text", "environ", "is_told"),
    [
        (f"# the webhook: {WEBHOOK}", {}, True),
        (f"bitrix: {{webhook_url: '{WEBHOOK}'}}", {"BITRIX_WEBHOOK_URL": ""}, True),
        ("# the secret of the portal is not here", {"BITRIX_WEBHOOK_URL": EXAMPLE}, False),
        ("camunda: {worker_id: secret-worker}", {"BITRIX_WEBHOOK_URL": EXAMPLE}, False),
        (f"bitrix: {{webhook_url: '{EXAMPLE}'}}", {"BITRIX_WEBHOOK_URL": ""}, True),
        ("bitrix: {webhook_url: '${secret}'}", {"BITRIX_WEBHOOK_URL": "", "secret": EXAMPLE}, False),
        (f"bitrix: {{webhook_url: '${{NONE:-{EXAMPLE}}}'}}", {"BITRIX_WEBHOOK_URL": ""}, True),
        ("# events\nwaiting: {application_token: '${events}'}", {"events": "events"}, False),
        ("log: {level: info}", {"WAITING_APPLICATION_TOKEN": "info"}, False),
        ("waiting: {application_token: info}", {}, True),
    ],
)
def test_a_secret_that_is_a_plain_word_counts_only_as_its_setting(
    text: str, environ: dict[str, str], *, is_told: bool, tmp_path: Path
) -> None:
    """Another one is a leak also in a comment."""
    (file := tmp_path / "config.yaml").write_text(text, encoding="utf-8")
    file.chmod(0o644)
    told = [one.line("en") for one in load(file, NEEDED | environ, language="en").warnings]
    assert any("is a secret in" in one for one in told) is is_told


def test_who_does_not_own_the_file_is_told_to_take_it(
    warned: Warned, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`chmod 600` alone would shut the worker out."""
    monkeypatch.setattr(os, "geteuid", lambda: 4711)
    [said] = warned("BITRIX_WEBHOOK_URL_FILE", 0o644)
    assert said.endswith(f"chown 4711 {tmp_path}/secret && chmod 600 {tmp_path}/secret")


def test_what_a_container_was_given_is_nobodys_to_close(
    warned: Warned, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Kubernetes mounts a secret with mode 0644 on a file system that can only be read, Docker below /run/secrets."""
    asked = os.statvfs

    class ReadOnly:
        f_flag = os.ST_RDONLY

    def of_a_mount(path: Any) -> Any:
        return ReadOnly if Path(path).name == "secret" else asked(path)

    with monkeypatch.context() as there:
        there.setattr(os, "statvfs", of_a_mount)
        there.setattr(open_files, "ROOT", Path("/proc"))
        assert warned("BITRIX_WEBHOOK_URL_FILE", 0o644) == []
        there.setattr(open_files, "ROOT", tmp_path)  # a service for which systemd has made the whole system read-only
        assert len(warned("BITRIX_WEBHOOK_URL_FILE", 0o644)) == 1
    with monkeypatch.context() as there:
        there.setattr(open_files, "MOUNTED", Path("/"))
        assert warned("BITRIX_WEBHOOK_URL_FILE", 0o444) == []
    assert len(warned("BITRIX_WEBHOOK_URL_FILE", 0o444)) == 1
