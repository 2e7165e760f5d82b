"""Finds what is wrong with the settings of TLS, and files with secrets that others can read."""

from __future__ import annotations

import stat
from collections.abc import Iterator, Mapping
from pathlib import Path

from bitrix.proxy import Route
from worker.config.secrets import secrets_of
from worker.config.settings import Settings
from worker.config.text_file import is_plain, text_in
from worker.words.config_faults import Problem
from worker.words.phrase import Phrase

NO_CERT = Phrase("задан без {side}.client_cert", "is set without {side}.client_cert")
PLAIN = Phrase(
    "не действует: адрес начинается с http://, и сертификат никому не предъявляется",
    "has no effect: the address begins with http://, and no certificate is shown to anybody",
)
OPEN_KEY = Phrase(
    "ключ в файле {file} могут прочитать все пользователи этой машины (права {mode}): chmod 600 {file}",
    "every user of this machine can read the key in {file} (mode {mode}): chmod 600 {file}",
)
OPEN_SECRET = Phrase(
    "секрет записан в файле {file}, который могут прочитать все пользователи этой машины (права {mode}): chmod 600 "
    "{file}, или задайте его переменной окружения",
    "is a secret in {file}, which every user of this machine can read (mode {mode}): chmod 600 {file}, or set it by "
    "an environment variable",
)
UNVERIFIED = Phrase(
    "false: воркер не проверяет, кто ему отвечает, и отдаст секреты любому, кто встанет между ними; лучше укажите "
    "{side}.ca_file",
    "is false: the worker does not check who answers, and gives its secrets to anybody in between; better set "
    "{side}.ca_file",
)


def routes_of(settings: Settings) -> Mapping[str, tuple[str, Route]]:
    """(address, route) of each side, by the group of its settings."""
    return {
        "camunda": (settings.camunda.base_url, settings.camunda.route),
        "bitrix": (settings.bitrix.webhook_url.portal, settings.bitrix.route),
    }


def speaks_tls(settings: Settings, side: str) -> bool:
    """Whether the certificates of this side are used at all. The token server is reached as the engine is."""
    address, _ = routes_of(settings)[side]
    token_url = settings.camunda.auth.oauth2.token_url if side == "camunda" else None
    return any((one or "").startswith("https:") for one in (address, token_url))


def tls_faults(settings: Settings) -> Iterator[Problem]:
    """Keys without a certificate."""
    for side, (_, route) in routes_of(settings).items():
        if route.client_key and not route.client_cert:
            yield Problem(f"{side}.client_key", NO_CERT.format(side=side))


def tls_doubts(settings: Settings) -> Iterator[Problem]:
    """Warnings, also of TLS that is not verified."""
    for side, (_, route) in routes_of(settings).items():
        if not route.verify_tls:
            yield Problem(f"{side}.verify_tls", UNVERIFIED.format(side=side))
        if route.client_cert and not speaks_tls(settings, side):
            yield Problem(f"{side}.client_cert", PLAIN)
        file = route.client_key or route.client_cert
        if file and (mode := _open_to_all(file)):
            name = "client_key" if route.client_key else "client_cert"
            yield Problem(f"{side}.{name}", OPEN_KEY.format(file=file, mode=mode))


def open_file(path: Path | None, settings: Settings) -> Iterator[Problem]:
    """A warning if the configuration file holds a secret and every user of this machine may read it."""
    mode = _open_to_all(str(path)) if path and is_plain(path) else None
    if path and mode:
        try:
            text = text_in(path)
        except (OSError, UnicodeDecodeError):
            return  # whoever reads its settings reports it
        if inside := next((name for name, secret in secrets_of(settings) if secret in text), None):
            yield Problem(inside, OPEN_SECRET.format(file=path, mode=mode))


def _open_to_all(path: str) -> str | None:
    """The file's mode, such as `0644`, if every user may read it. Its group may: Kubernetes gives a pod secrets so."""
    try:
        mode = Path(path).stat().st_mode
    except OSError:
        return None
    return f"{stat.S_IMODE(mode):04o}" if mode & stat.S_IROTH else None
