"""`check` over real sockets, where what is between it and a side is at fault: the right cause, its cure, no secret."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from sandbox.engine.builtin import BuiltinEngine
from sandbox.portal import Portal
from tests.support.listeners import make_expired_certificate
from tests.support.network import Relay
from tests.support.proxy_process import ProxyProcess
from tests.support.worker_process import run_command

PASSWORD = "wr0ngOfTheProxy"
EXPIRED = {
    "ru": ("показывает сертификат, который сейчас не действует", "Продлите сертификат сервера"),
    "en": ("shows a certificate that is not valid at this time", "Renew the server's certificate"),
}
LOGIN = {
    "ru": ("требует имя и пароль (HTTP 407)", "Укажите верные имя и пароль в "),
    "en": ("requires a user name and a password (HTTP 407)", "Set the right user name and password in "),
}
NAMES = {"ru": {"portal": "портал", "engine": "движок"}, "en": {"portal": "portal", "engine": "engine"}}


@pytest.fixture
def builtin() -> Iterator[BuiltinEngine]:
    with BuiltinEngine() as engine:
        yield engine


@pytest.fixture
def addresses(builtin: BuiltinEngine, portal: Portal) -> dict[str, str]:
    return {"engine": builtin.base_url, "portal": portal.webhook_url}


def told(folder: Path, addresses: dict[str, str], language: str, side: str, **settings: str) -> str:
    """The line of the side that is not reached; it is told once, what hangs on it is not looked at."""
    sides = {"CAMUNDA_BASE_URL": addresses["engine"], "BITRIX_WEBHOOK_URL": addresses["portal"]}
    done = run_command("check", cwd=folder, LOG_LANGUAGE=language, **sides, **settings)
    lines = done.stdout.splitlines()
    assert done.returncode == 3, done.stdout + done.stderr
    [line] = [line for line in lines if line.startswith("FAIL")]
    assert line.startswith(f"FAIL {NAMES[language][side]}: ")
    assert sum(line.startswith("–") for line in lines) > 2
    assert PASSWORD not in done.stdout + done.stderr
    assert urlsplit(addresses["portal"]).path.strip("/") not in done.stdout + done.stderr
    return line


@pytest.mark.parametrize("language", ["ru", "en"])
@pytest.mark.parametrize("side", ["portal", "engine"])
def test_a_certificate_that_has_run_out_is_named_with_its_cure(
    addresses: dict[str, str], tmp_path: Path, side: str, language: str
) -> None:
    certificate = make_expired_certificate(tmp_path, "IP:127.0.0.1")
    behind = urlsplit(addresses[side])
    with Relay("127.0.0.1", behind.port or 0, certificate) as tls:
        addresses[side] = tls.base + behind.path
        trusted = {"BITRIX_CA_FILE" if side == "portal" else "CAMUNDA_CA_FILE": str(certificate)}
        line = told(tmp_path, addresses, language, side, **trusted)
    seen, _, cure = line.partition(" → ")
    words, advice = EXPIRED[language]
    assert words in seen
    assert urlsplit(tls.base).netloc in seen
    assert cure.startswith(advice)


@pytest.mark.parametrize("language", ["ru", "en"])
@pytest.mark.parametrize(("side", "scheme"), [("portal", "https"), ("engine", "https"), ("engine", "http")])
def test_a_proxy_that_wants_another_login_is_named_with_its_cure(
    addresses: dict[str, str], tmp_path: Path, side: str, scheme: str, language: str
) -> None:
    """By a tunnel for TLS, and where the proxy answers in place of an engine that speaks plain HTTP."""
    addresses[side] = f"{scheme}://{side}.invalid{urlsplit(addresses[side]).path}"
    setting = "BITRIX_PROXY" if side == "portal" else "CAMUNDA_PROXY"
    with ProxyProcess(login="worker:another") as proxy:
        proxied = {setting: proxy.address.replace("//", f"//worker:{PASSWORD}@")}
        line = told(tmp_path, addresses, language, side, **proxied)
    assert proxy.lines
    seen, _, cure = line.partition(" → ")
    words, advice = LOGIN[language]
    assert words in seen
    assert urlsplit(proxy.address).netloc in seen
    assert cure.startswith(f"{advice}{setting} (")
