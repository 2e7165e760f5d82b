"""Finds the secrets in the settings, and shows the ledger's address without its secrets."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import reduce
from urllib.parse import parse_qsl, quote_plus, unquote

from pydantic import SecretStr

from bitrix import secrecy
from bitrix.proxy import Proxy
from worker.config.own_words import is_own
from worker.config.settings import GROUPS, Settings, parts_of

USER_AND_PASSWORD = re.compile(r"(?<=://).*(?=@)")
"""User and password of an address, even if the password holds an `@` that is not escaped (%40)."""
PASSWORD = re.compile(r"://[^:/@]*:(?P<password>[^@]*)@")
SECRET_PARAMETER = re.compile(r"password|secret|token", re.IGNORECASE)
"""Matches these parameters of PostgreSQL's library: password, sslpassword, oauth_client_secret."""


def keep_secrets_of(settings: Settings) -> None:
    """From now on, `bitrix.secrecy.hide` masks the secrets of these settings and no others, and no own word."""
    camunda = settings.camunda
    pairs = [(camunda.auth_username or "", camunda.auth_password.get_secret_value())] if camunda.auth_password else []
    pairs += [(proxy.user, proxy.password) for _, proxy in _proxies_of(settings)]
    oauth2 = camunda.auth.oauth2
    if oauth2.client_secret:  # `worker.engine.oauth2` sends the pair as RFC 6749 says, each part encoded
        pair = (oauth2.client_id or "", oauth2.client_secret.get_secret_value())
        pairs += [pair, (quote_plus(pair[0]), quote_plus(pair[1]))]
    secrecy.keep([secret for _, secret in secrets_of(settings)], pairs, is_own)


def secrets_of(settings: Settings) -> Iterator[tuple[str, str]]:
    """(path of the setting, secret) for each `SecretStr` and each secret in an address."""
    if settings.portal:
        yield "bitrix.webhook_url", settings.bitrix.webhook_url.code
    for group, model in GROUPS.items():
        for path, _ in parts_of(model):
            if isinstance(secret := reduce(getattr, path, getattr(settings, group)), SecretStr):
                yield ".".join((group, *path)), secret.get_secret_value()
    yield from ((path, proxy.password) for path, proxy in _proxies_of(settings))
    url = settings.ledger.url
    _, _, query = url.partition("?")
    if found := PASSWORD.search(url):
        yield "ledger.url", unquote(found["password"])
    for name, value in parse_qsl(query):
        if SECRET_PARAMETER.search(name):
            yield "ledger.url", value


def _proxies_of(settings: Settings) -> Iterator[tuple[str, Proxy]]:
    """(path of the setting, proxy) for each proxy with a password."""
    for path, proxy in (("camunda.proxy", settings.camunda.proxy), ("bitrix.proxy", settings.bitrix.proxy)):
        if proxy and proxy.password:
            yield path, proxy


def shown_address(url: str) -> str:
    """An address without user, password and parameters, even if it is malformed."""
    address, query, parameters = url.partition("?")
    if "@" in parameters:  # SQLAlchemy would read what comes before this `@` as the password
        return address.partition("://")[0] + f"://{secrecy.HIDDEN}"
    return USER_AND_PASSWORD.sub(secrecy.HIDDEN, address) + (f"?{secrecy.HIDDEN}" if query else "")
