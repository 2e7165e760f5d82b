"""A file that the service's user may not use is told with the user, the owner, the mode, and the command that helps."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from bitrix.file_rights import closed_to_us
from tests.support.authority import Authority
from tests.support.other_user import NOBODY, as_nobody
from worker.config.loading import load
from worker.ledger.errors import LedgerError
from worker.ledger.files import prove_usable
from worker.words.config_faults import ConfigError
from worker.words.file_rights import why_closed

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root may become the service's user")
NEEDED = {"CAMUNDA_BASE_URL": "https://engine/engine-rest", "BITRIX_WEBHOOK_URL": "https://portal/rest/1/secretsecret/"}


@pytest.fixture
def folder() -> Iterator[Path]:
    """One that every user may enter, unlike `tmp_path`."""
    made = Path(tempfile.mkdtemp())
    made.chmod(0o755)
    yield made
    shutil.rmtree(made)


def of_root(path: Path, text: str = "secretsecret") -> Path:
    path.write_text(text, encoding="utf-8")
    path.chmod(0o600)
    return path


def told(file: Path | None, environ: Mapping[str, str]) -> str:
    """All that the service's user is told of faults and warnings."""
    with as_nobody():
        try:
            return "\n".join(one.line("en") for one in load(file, environ, language="en").warnings)
        except ConfigError as error:
            return error.text("en")


FILES: dict[str, Callable[[Path], tuple[Path | None, dict[str, str]]]] = {
    "config.yaml": lambda file: (file, {}),
    "CAMUNDA_AUTH_TOKEN_FILE": lambda file: (None, {"CAMUNDA_AUTH_TOKEN_FILE": str(file)}),
    "LEDGER_URL_FILE": lambda file: (None, {"LEDGER_URL_FILE": str(file)}),
    "CAMUNDA_CA_FILE": lambda file: (None, {"CAMUNDA_CA_FILE": str(file)}),
}


@pytest.mark.parametrize("name", FILES)
def test_a_file_of_root_is_told_with_the_command_that_lets_the_service_read_it(folder: Path, name: str) -> None:
    file, environ = FILES[name](of_root(folder / "it"))
    command = f"chgrp nogroup {folder}/it && chmod g+r {folder}/it"
    assert f"nobody may not read {folder}/it (owner root:root, mode 0600); as root: {command}" in told(
        file, NEEDED | environ
    )
    subprocess.run(["sh", "-c", command], check=True)
    with as_nobody():
        assert (folder / "it").read_text("utf-8")
    assert (folder / "it").stat().st_mode & 0o777 == 0o640, "and nobody else may"


def test_a_key_of_root_is_told_as_its_certificate_is(folder: Path) -> None:
    authority = Authority(folder / "authority")
    for one in (folder / "authority", authority.certificate):
        one.chmod(0o755)
    key = of_root(folder / "key.pem")
    names = {"CAMUNDA_CLIENT_CERT": str(authority.certificate), "CAMUNDA_CLIENT_KEY": str(key)}
    assert f"nobody may not read {key} (owner root:root, mode 0600)" in told(None, NEEDED | names)


def test_a_folder_above_is_named_where_it_is_what_is_closed(folder: Path) -> None:
    (folder / "secrets").mkdir(0o700)
    file = of_root(folder / "secrets/webhook")
    said = told(None, NEEDED | {"BITRIX_WEBHOOK_URL": "", "BITRIX_WEBHOOK_URL_FILE": str(file)})
    command = f"chgrp nogroup {folder}/secrets && chmod g+x {folder}/secrets"
    assert f"nobody may not enter the folder {folder}/secrets (owner root:root, mode 0700); as root: {command}" in said


def test_a_variable_that_a_closed_env_file_may_set_is_told_with_it(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder)
    of_root(folder / ".env", "BITRIX_WEBHOOK_URL=https://portal/rest/1/secretsecret/")
    assert f"a file .env is here, but nobody may not read {folder}/.env" in told(None, {})


def test_a_ledger_in_a_folder_of_root_is_told_with_the_owner_it_needs(folder: Path) -> None:
    (folder / "data").mkdir(0o755)
    with as_nobody(), pytest.raises(LedgerError) as caught:
        prove_usable(folder / "data/worker.db")
    command = f"chown nobody {folder}/data && chmod u+rwx {folder}/data"
    said = str(caught.value)
    assert f"nobody may not write to {folder}/data (owner root:root, mode 0755); as root: {command}" in said
    assert "от root: chown" in caught.value.phrase.ru
    subprocess.run(["sh", "-c", command], check=True)
    with as_nobody():
        prove_usable(folder / "data/worker.db")


def test_a_ledger_of_root_in_a_folder_of_the_service_is_told_too(folder: Path) -> None:
    os.chown(folder, NOBODY, NOBODY)
    of_root(folder / "worker.db")
    with as_nobody(), pytest.raises(LedgerError) as caught:
        prove_usable(folder / "worker.db")
    assert f"as root: chown nobody {folder}/worker.db && chmod u+rw {folder}/worker.db" in str(caught.value)


def test_a_group_that_may_read_it_already_is_joined_and_not_replaced(folder: Path) -> None:
    file = of_root(folder / "key")
    os.chown(file, 0, 4711)
    file.chmod(0o640)
    with as_nobody():
        assert f"usermod -aG 4711 nobody && chmod g+r {file}" in why_closed(file).en


def test_the_owner_needs_no_root(folder: Path) -> None:
    file = of_root(folder / "it is mine")
    os.chown(file, NOBODY, NOBODY)
    file.chmod(0)
    with as_nobody():
        assert why_closed(file).en.endswith(f"mode 0000); chmod u+r '{file}'")


def test_what_owner_and_mode_allow_is_told_as_refused_by_something_else(folder: Path) -> None:
    file = of_root(folder / "it")
    assert closed_to_us(file) is None
    assert "SELinux" in why_closed(file).en
    assert "SELinux" in why_closed(file, writing=True).ru
