"""Reads the proxies of engine and portal from the settings, or with `env` from the environment."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import BeforeValidator, InstanceOf
from requests.utils import should_bypass_proxies

from bitrix.proxy import Proxy, ProxyFault
from bitrix.webhook import LOOPBACK
from worker.config.origin import Source, SourceKind
from worker.words.addresses import OR_ENV, wrong_proxy
from worker.words.config_faults import NO_TEXT, InvalidSetting, Problem
from worker.words.phrase import Phrase

FROM_ENVIRONMENT = "env"
ADDRESSES: Mapping[str, str] = {"camunda": "base_url", "bitrix": "webhook_url"}
"""The sides that may have a proxy, and the setting with the side's address."""


def _proxy(value: object) -> object:
    if value is None or isinstance(value, Proxy):
        return value
    if not isinstance(value, str):
        raise InvalidSetting(NO_TEXT)
    try:
        return Proxy.parse(value)
    except ProxyFault as error:
        raise InvalidSetting(OR_ENV.format(wrong=wrong_proxy(error.fault))) from None


ProxySetting = Annotated[InstanceOf[Proxy] | None, BeforeValidator(_proxy)]
"""None: no proxy, whatever the environment says."""


def take_from_environment(
    values: Mapping[str, Any], environ: Mapping[str, str], problems: list[Problem]
) -> dict[str, Source]:
    """Replace each `proxy: env` by the proxy from the environment; returns the sources of these, by path.

    Call it before the validation.
    """
    sources: dict[str, Source] = {}
    for group, where in ADDRESSES.items():
        side = values.get(group)
        if not isinstance(side, dict) or str(side.get("proxy")).strip().lower() != FROM_ENVIRONMENT:
            continue
        address = side.get(where)
        name, text = _named(environ, address) if isinstance(address, str) else ("", "")
        kind = SourceKind.ENVIRONMENT if text else SourceKind.DERIVED
        sources[f"{group}.proxy"] = Source(kind, name or FROM_ENVIRONMENT)
        try:
            side["proxy"] = Proxy.parse(text if "://" in text else f"http://{text}") if text else None
        except ProxyFault as error:
            side["proxy"] = None
            problems.append(Problem(f"{group}.proxy", wrong_proxy(error.fault)))
    return sources


def unused(addresses: Mapping[str, str], environ: Mapping[str, str]) -> Iterator[Problem]:
    """Warnings about sides without a proxy in the settings for which the environment names one."""
    for group, address in addresses.items():
        name, _ = _named(environ, address)
        if name and urlsplit(address).hostname not in LOOPBACK:
            yield Problem(
                f"{group}.proxy",
                Phrase(
                    f"{name} называет прокси для этого адреса, но он не используется: задайте {group}.proxy: env, "
                    "чтобы "
                    "использовать, или добавьте хост в NO_PROXY, если к нему ходят напрямую",
                    f"{name} names a proxy for this address, and it is not used: set {group}.proxy to env to use it, "
                    "or "
                    "add the host to NO_PROXY if it is meant to be reached directly",
                ),
            )


def _named(environ: Mapping[str, str], address: str) -> tuple[str, str]:
    """(variable, proxy) of the environment for an address; two empty texts: no proxy.

    Like `requests` and `urllib`: the lower-case name wins, even if it is empty, and NO_PROXY lists exceptions.
    """
    try:
        scheme = urlsplit(address.strip()).scheme
        if should_bypass_proxies(address.strip(), _either(environ, "no_proxy")[1]):
            return "", ""
    except ValueError:  # not an address: a fault that the validation reports
        return "", ""
    for variable in (f"{scheme}_proxy", "all_proxy"):
        name, text = _either(environ, variable)
        if text:
            return name, text
    return "", ""


def _either(environ: Mapping[str, str], small: str) -> tuple[str, str]:
    name = small if small in environ else small.upper()
    return name, environ.get(name, "").strip()
