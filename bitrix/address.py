"""Why a text is not an address that can be called, and whether two addresses are one. Quotes none: it may be secret."""

from __future__ import annotations

import ipaddress
import re
from contextlib import suppress
from enum import StrEnum
from urllib.parse import urlsplit

HOST = re.compile(r"^(?:[\w-]+(?:\.[\w-]+)*\.?|[0-9a-f:.]+(?:%[\w.-]+)?)$")
NUMBERS = re.compile(r"([0-9]+\.){3}[0-9]+")
SCHEMES = ("http", "https")
OWN_PORTS = {"http": 80, "https": 443}
_END_OF_SERVER = re.compile(r"[/?#]")


class AddressFault(StrEnum):
    """What is wrong with an address."""

    EMPTY = "empty"
    NO_SCHEME = "no_scheme"
    BLANK = "blank"
    LOGIN = "login"
    """A user name where none may be, or an `@`."""
    UNESCAPED = "unescaped"
    """A sign in the password that must be written as `%XX`."""
    NO_HOST = "no_host"
    BAD_HOST = "bad_host"
    BAD_PORT = "bad_port"
    BARE_IPV6 = "bare_ipv6"
    """An IPv6 address without brackets: nobody knows where its port begins."""
    FRAGMENT = "fragment"
    QUERY = "query"
    PLAIN_HTTP = "plain_http"
    OTHER_PATH = "other_path"
    SUB_PATH = "sub_path"
    """A path before `/rest/`: Bitrix24 has its REST at the root of its host."""
    NO_OWNER = "no_owner"
    """What follows `/rest/` is no number that a user of the portal can have."""
    NO_CODE = "no_code"
    BAD_CODE = "bad_code"
    BEYOND = "beyond"
    """More follows the webhook's secret, such as a method."""


def fault_in(text: str, schemes: tuple[str, ...] = SCHEMES, *, login: bool = False) -> AddressFault | None:
    """The first fault of an address; None: it has none. `login`: whether it may hold a user name and a password."""
    text = text.strip()
    scheme, _, rest = text.partition("://")
    if not text:
        return AddressFault.EMPTY
    if scheme.lower() not in schemes:
        return AddressFault.NO_SCHEME
    if any(sign.isspace() for sign in text):
        return AddressFault.BLANK
    if "@" in rest:
        server = _END_OF_SERVER.split(rest, maxsplit=1)[0]
        if not login:
            return AddressFault.LOGIN
        if "@" not in server or rest.count("@") > 1:
            return AddressFault.UNESCAPED
    if _is_bare(_END_OF_SERVER.split(rest.rpartition("@")[2], maxsplit=1)[0]):
        return AddressFault.BARE_IPV6
    return _of_server(text) or _of_end(rest)


def is_host(name: str) -> bool:
    """Whether a server can have this name or address: its labels are short enough for the name service, too."""
    try:
        name.encode("idna")
        if ":" in name or NUMBERS.fullmatch(name):
            ipaddress.ip_address(name)
    except ValueError:
        return False
    return bool(HOST.match(name))


def is_ipv6(name: str) -> bool:
    """Whether it is an IPv6 address, without brackets."""
    try:
        return ipaddress.ip_address(name).version == 6
    except ValueError:
        return False


def is_same(one: str, other: str) -> bool:
    """Whether both lead to one place: the case of scheme and host says nothing, nor does the scheme's own port.

    A dot at the end of the host does: without it a resolver may try the name within its own domain first.
    """
    return _as_called(one) == _as_called(other)


def _as_called(address: str) -> tuple[object, ...]:
    try:
        parts = urlsplit(address)
        port = parts.port or OWN_PORTS.get(parts.scheme)
    except ValueError:
        return (address,)
    return parts.scheme, _as_looked_up(parts.hostname or ""), port, parts.path.rstrip("/")


def _as_looked_up(host: str) -> str:
    with suppress(ValueError):
        return str(ipaddress.ip_address(host))
    with suppress(ValueError):
        return host.encode("idna").decode("ascii")
    return host


def _is_bare(server: str) -> bool:
    """Whether it is an IPv6 address without brackets, with or without a port."""
    return server.count(":") > 1 and (is_ipv6(server) or is_ipv6(server.rpartition(":")[0]))


def _of_server(text: str) -> AddressFault | None:
    try:
        parts = urlsplit(text)
    except ValueError:
        return AddressFault.BAD_HOST
    try:
        port = parts.port
    except ValueError:
        return AddressFault.BAD_PORT
    if not parts.hostname:
        return AddressFault.NO_HOST
    if not is_host(parts.hostname):
        return AddressFault.BAD_HOST
    return AddressFault.BAD_PORT if port == 0 else None


def _of_end(rest: str) -> AddressFault | None:
    if "#" in rest:
        return AddressFault.FRAGMENT
    return AddressFault.QUERY if "?" in rest else None
