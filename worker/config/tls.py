"""Finds what is wrong with the settings of TLS."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from bitrix.proxy import Route
from worker.config.settings import Settings
from worker.words.config_faults import Problem
from worker.words.phrase import Phrase

NO_CERT = Phrase("задан без {side}.client_cert", "is set without {side}.client_cert")
PLAIN = Phrase(
    "не действует: адрес начинается с http://, и сертификат никому не предъявляется",
    "has no effect: the address begins with http://, and no certificate is shown to anybody",
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
    return any((one or "").lower().startswith("https:") for one in (address, token_url))


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
