"""The proxies of the settings: as they were said, or as the environment names them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import BeforeValidator, InstanceOf
from requests.utils import should_bypass_proxies

from bitrix.proxy import Proxy, ProxyFault
from bitrix.webhook import LOOPBACK
from worker.words.addresses import PROXY
from worker.words.config_faults import InvalidSetting, Problem
from worker.words.phrase import Phrase

FROM_ENVIRONMENT = "env"
ADDRESSES: Mapping[str, str] = {"camunda": "base_url", "bitrix": "webhook_url"}
"""Who is reached through a proxy, and the setting that says where it is."""


def _proxy(value: object) -> object:
    if value is None or isinstance(value, Proxy):
        return value
    try:
        return Proxy.parse(value if isinstance(value, str) else "")
    except ProxyFault:
        raise InvalidSetting(PROXY) from None


ProxySetting = Annotated[InstanceOf[Proxy] | None, BeforeValidator(_proxy)]
"""None: none is used, whatever the environment says."""


def take_from_environment(values: Mapping[str, Any], environ: Mapping[str, str], problems: list[Problem]) -> None:
    """Put what the environment says in the place of each `proxy: env`, before the settings are validated."""
    for group, where in ADDRESSES.items():
        side = values.get(group)
        if not isinstance(side, dict) or str(side.get("proxy")).strip().lower() != FROM_ENVIRONMENT:
            continue
        address = side.get(where)
        name, text = _named(environ, address) if isinstance(address, str) else ("", "")
        try:
            side["proxy"] = Proxy.parse(text if "://" in text else f"http://{text}") if text else None
        except ProxyFault:
            side["proxy"] = None
            problems.append(Problem(f"{group}.proxy", Phrase(f"{name}: {PROXY.ru}", f"{name} {PROXY.en}")))


def unused(addresses: Mapping[str, str], environ: Mapping[str, str]) -> Iterator[Problem]:
    """Of these sides, which have no proxy set: those for which the environment names one."""
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
    """The variable that names a proxy for an address, and what it says; two empty texts where none does.

    As `requests` and `urllib` read it: the small name wins, also when it is empty, and NO_PROXY excepts.
    """
    try:
        scheme = urlsplit(address.strip()).scheme
        if should_bypass_proxies(address.strip(), _either(environ, "no_proxy")[1]):
            return "", ""
    except ValueError:  # no address: a fault that the validation tells
        return "", ""
    for variable in (f"{scheme}_proxy", "all_proxy"):
        name, text = _either(environ, variable)
        if text:
            return name, text
    return "", ""


def _either(environ: Mapping[str, str], small: str) -> tuple[str, str]:
    name = small if small in environ else small.upper()
    return name, environ.get(name, "").strip()
