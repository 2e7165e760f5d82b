"""Finds what is wrong with the certificates of both sides, without network: a part of the contradictions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from bitrix.certificates import PemFault, authorities_fault, client_fault
from bitrix.proxy import Route
from worker.config.setting_types import PEM_FAULTS
from worker.config.settings import Settings
from worker.words.config_faults import Problem
from worker.words.phrase import Phrase

OF_THE_KEY = (PemFault.NO_KEY, PemFault.KEY_LOCKED, PemFault.OTHER_KEY)
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


def tls_faults(settings: Settings) -> Iterator[Problem]:
    """Client certificates that cannot be used."""
    for side, (_, route) in routes_of(settings).items():
        if route.client_key and not route.client_cert:
            yield Problem(f"{side}.client_key", NO_CERT.format(side=side))
        if route.client_cert and (fault := client_fault(route.client_cert, route.client_key)):
            named = route.client_key and (fault in OF_THE_KEY or authorities_fault(route.client_cert) is None)
            yield Problem(f"{side}.client_key" if named else f"{side}.client_cert", PEM_FAULTS[fault])


def tls_doubts(settings: Settings) -> Iterator[Problem]:
    """Warnings, also of TLS that is not verified."""
    for side, (address, route) in routes_of(settings).items():
        if not route.verify_tls:
            yield Problem(f"{side}.verify_tls", UNVERIFIED.format(side=side))
        if route.client_cert and address.startswith("http:"):
            yield Problem(f"{side}.client_cert", PLAIN)
